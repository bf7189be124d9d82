//! A service without a scalable target.

use super::stage::{Hands, Stage};
use serde_json::json;

#[test]
fn without_a_scalable_target_only_the_desired_count_is_sent() {
    let stage = Stage::new();
    let before = stage.truth();
    let mut console = stage.console();
    stage.proxy.forget();
    console.select("web");
    console.scale("3");
    console.confirm("apply");
    console.wait_for("Done and verified: scale web");
    assert_eq!(stage.truth()["services"]["web"]["desiredCount"], 3);
    let writes = stage.proxy.writes();
    let [write] = writes.as_slice() else {
        panic!("one write: {writes:?}")
    };
    assert_eq!(write.operation, "UpdateService");
    assert_eq!(
        write.json(),
        json!({ "cluster": "orchard", "service": "web", "desiredCount": 3 })
    );
    console.undo();
    console.wait_for("Undone: scale web");
    assert_eq!(stage.truth(), before);
    console.quit();
}
