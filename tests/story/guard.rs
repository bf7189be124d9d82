//! The guard dies under an open console: that is seen at once, another one takes the session up, and it
//! goes on as if nothing had been.

use super::load_test::{Stage, begin, put_back};
use super::stage::Hands;
use crate::load_test::stage::{kill, until};
use rustix::process::Signal;
use std::time::{Duration, Instant};

/// What the issue allows from the guard's death to the operator's eye.
const AT_ONCE: Duration = Duration::from_secs(1);

#[test]
fn a_guard_that_is_killed_is_missed_within_a_second_and_its_session_goes_on() {
    let stage = Stage::new();
    let before = stage.truth();
    let mut console = stage.console();
    begin(&mut console);
    console.wait_for("running");
    let (during, dead) = (stage.truth(), stage.guard().expect("a guard"));
    let died = Instant::now();
    kill(dead, Signal::KILL);
    console.wait_for("its guard died and is being restarted");
    assert!(died.elapsed() < AT_ONCE, "{:?}", died.elapsed());
    let now = until("another guard", || {
        let now = stage.status();
        (now["stage"] == "running" && now["pid"] != dead).then_some(now)
    });
    assert_eq!(stage.truth(), during, "{now:#}");
    console.wait_gone("its guard died");
    put_back(&mut console);
    assert_eq!(stage.truth(), before);
    console.send("\u{1b}");
    console.wait_for("Rate rules");
    console.quit();
}
