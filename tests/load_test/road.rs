//! The ordinary road: begin, look, note, extend, put back.

use super::stage::Stage;
use serde_json::Value;

fn standings(now: &Value) -> Vec<(&str, &str)> {
    let steps = now["steps"].as_array().expect("steps");
    steps
        .iter()
        .map(|s| {
            (
                s["kind"].as_str().expect("a kind"),
                s["standing"].as_str().expect("a standing"),
            )
        })
        .collect()
}

#[test]
fn a_whole_session_leaves_the_account_as_it_was_found() {
    let stage = Stage::new();
    let before = stage.look();
    let started = stage.start("small", &[]).ends(0).json();
    println!("{started:#}");
    assert_eq!(started["stage"], "running");
    let during = stage.look();
    println!("{during:#}");
    let reverted = stage.run(&["revert", "--output", "json"]).ends(0).json();
    assert_eq!(reverted["stage"], "closed");
    assert_eq!(reverted["closing"], "restored");
    stage.is_as(&before);
    assert_eq!(standings(&reverted).len(), 6);
}
