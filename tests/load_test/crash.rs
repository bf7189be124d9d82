//! The guard killed at its N-th point, for N = 1, 2, 3 … until a run ends untouched: at each
//! write, fsync and request of a whole session, there and back. Then everything is put back.

use super::stage::{Stage, starting};
use serde_json::Value;
use std::sync::Mutex;

/// Set to `all`, every point is tried (some minutes); otherwise one in [`STRIDE`].
const ALL: &str = "TIDEGATE_TEST_CRASHES";
/// Which of them comes first; a number.
const SEED: &str = "TIDEGATE_TEST_SEED";
const STRIDE: usize = 29;
/// So many points a session has at least.
pub const POINTS: usize = 100;
/// More points than a session has: past it something repeats for ever.
const ENDLESS: usize = 400;
/// So many accounts at a time: most of the time is spent on waiting for what may still land.
const ACCOUNTS: usize = 8;

/// Whether every point is to be tried.
pub fn all() -> bool {
    std::env::var(ALL).is_ok_and(|which| which == "all")
}

pub fn seed() -> u64 {
    std::env::var(SEED).map_or(7, |seed| seed.parse().expect("a number"))
}

/// The points that are tried, in order.
fn points() -> Box<dyn Iterator<Item = usize> + Send> {
    if all() {
        return Box::new(1..ENDLESS);
    }
    let first = usize::try_from(seed()).expect("a number") % STRIDE;
    Box::new((1 + first..ENDLESS).step_by(STRIDE))
}

/// One session whose guard dies at this point, if it comes so far; whether it ended untouched.
fn ends_untouched(machine: &Stage, point: usize) -> bool {
    let crash = format!("any:{point}");
    let begun = machine.run_with(("TIDEGATE_CRASH", &crash), &starting("small", &[]));
    begun.code == 0 && machine.run(&["revert"]).code == 0
}

/// A new guard finds the truth and puts everything back.
fn recover(machine: &Stage, point: usize) {
    let open = !machine
        .run(&["status"])
        .err
        .contains("No load-test session");
    if open {
        let back = machine.run(&["recover", "--revert"]);
        assert_eq!(back.code, 0, "point {point}: {back:?}");
        machine.is_over();
    }
}

fn carry_on(
    account: &Stage,
    before: &Value,
    points: &Mutex<Box<dyn Iterator<Item = usize> + Send>>,
) -> Option<usize> {
    loop {
        let point = points.lock().expect("points").next()?;
        let machine = account.beside();
        let untouched = ends_untouched(&machine, point);
        recover(&machine, point);
        let now = account.look();
        assert_eq!(&now, before, "point {point}: {now:#}");
        if untouched {
            return Some(point);
        }
    }
}

/// One point in twenty-nine; `TIDEGATE_TEST_CRASHES=all` tries each, `TIDEGATE_TEST_SEED=N` others.
#[test]
fn killed_at_any_point_of_a_session_everything_can_be_put_back() {
    let points = Mutex::new(points());
    let last = std::thread::scope(|scope| {
        let runs = [(); ACCOUNTS].map(|()| {
            scope.spawn(|| {
                let account = Stage::new();
                let before = account.look();
                carry_on(&account, &before, &points)
            })
        });
        runs.map(|run| run.join().expect("it is put back"))
    });
    let first = last.iter().flatten().min().expect("a run ends untouched");
    println!("the first run that ended untouched: {first}");
    assert!(*first > POINTS, "so few points: {first}");
}
