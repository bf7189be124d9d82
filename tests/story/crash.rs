//! The program dies in the middle of a change, and is started again.

use super::stage::{FILLED, Hands, Stage};
use crate::support::proxy::Trouble;
use crate::support::pty::Pty;
use rustix::process::Signal;
use std::time::Duration;

/// Starts again: of all that AWS can tell, the unfinished change is on the screen first.
fn again(stage: &Stage) -> Pty {
    let console = stage.program().go();
    let rows = FILLED;
    console.wait_until("anything that AWS told", |seen| {
        let screen = seen.screen();
        screen.contains("An unfinished change") || rows.iter().any(|row| screen.contains(row))
    });
    let screen = console.screen();
    assert!(screen.contains("An unfinished change"), "{screen}");
    console
}

#[test]
fn a_change_that_aws_took_before_the_program_died_is_undone_at_the_next_start() {
    let stage = Stage::new();
    let before = stage.truth();
    let mut console =
        super::stage::filled(stage.program().env("TIDEGATE_CRASH", "carrier.answered"));
    console.send("3t");
    console.without_an_end();
    console.wait_for("y apply");
    console.bytes_within(Duration::from_millis(800));
    console.send("y");
    assert_ne!(console.wait_exit(), 0);
    assert_ne!(stage.truth()["acl"], before["acl"], "AWS took it");

    let mut console = again(&stage);
    for said in ["as we set it", "before", "ours", "now", "429", "Count"] {
        console.wait_for(said);
    }
    console.bytes_within(Duration::from_millis(800));
    console.send("u");
    console.wait_for("Undone: per-ip-1000");
    assert_eq!(stage.truth(), before);
    console.quit();
}

#[test]
fn a_change_that_never_arrived_is_seen_to_be_as_before_and_kept_so() {
    let stage = Stage::new();
    let before = stage.truth();
    let mut console = stage.console();
    stage.proxy.trouble("UpdateWebACL", Trouble::Hang, 1);
    console.send("3t");
    console.without_an_end();
    console.confirm("apply");
    console.wait_for("written down and sent");
    console.signal(Signal::KILL);
    assert_ne!(console.wait_exit(), 0);
    stage.proxy.forget();

    let mut console = again(&stage);
    console.wait_for("as before");
    console.bytes_within(Duration::from_millis(800));
    console.send("a");
    console.wait_for("for good");
    console.bytes_within(Duration::from_millis(800));
    console.send("y");
    console.wait_for("Kept as it is: per-ip-1000");
    assert!(
        stage.proxy.writes().is_empty(),
        "{:?}",
        stage.proxy.writes()
    );
    assert_eq!(stage.truth(), before);
    console.quit();
    let mut console = stage.console();
    assert!(
        !console.screen().contains("unfinished"),
        "{}",
        console.screen()
    );
    console.quit();
}
