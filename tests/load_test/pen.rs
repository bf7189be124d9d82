//! The journal's thread dies: nothing can be made durable any more, so the guard ends, and the next
//! one goes on.

use super::stage::{Stage, starting, until};
use serde_json::json;

/// In the middle of applying; later than that the session may run already.
const EARLY: &str = "journal-thread=5:14";

#[test]
fn a_guard_whose_journal_thread_died_ends_and_the_next_one_goes_on() {
    let stage = Stage::new();
    let before = stage.look();
    let begun = stage.run_with(("TIDEGATE_FAIL", EARLY), &starting("small", &[]));
    assert_ne!(begun.code, 0, "{begun:?}");
    assert!(begun.err.contains("guard"), "{}", begun.err);
    until("its process has ended", || {
        super::stage::processes_with(stage.home())
            .is_empty()
            .then_some(())
    });
    let half = stage.look();
    assert_ne!(half["records"], before["records"], "it had begun");
    let on = stage.run(&["recover", "--resume", "--output", "json"]);
    assert_eq!(on.ends(0).json()["stage"], "running");
    assert_eq!(stage.look()["settings"]["group"], json!([1, 7]));
    stage.run(&["revert"]).ends(0);
    stage.is_as(&before);
}
