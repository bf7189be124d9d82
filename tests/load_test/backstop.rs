//! With nothing of ours running: AWS's own timers bring the sizes back.

use super::stage::{Stage, kill_hard, until};
use serde_json::json;

#[test]
fn sizes_come_back_by_aws_s_own_timers_when_the_guard_is_dead() {
    let stage = Stage::new();
    let before = stage.look();
    stage.start("sizes", &[]).ends(0);
    kill_hard(stage.guard());
    let during = stage.look()["settings"].clone();
    stage.account.tell("advance 50m");
    assert_eq!(stage.look()["settings"], during, "not before its time");
    stage.account.tell("advance 8m");
    until("the target is back", || {
        let now = stage.look()["settings"].clone();
        (now["target"] == before["settings"]["target"]).then_some(())
    });
    assert_eq!(
        stage.look()["settings"]["group"],
        json!([1, 7]),
        "groups follow later"
    );
    stage.account.tell("advance 30m");
    until("the group is back", || {
        (stage.look()["settings"] == before["settings"]).then_some(())
    });
    let back = stage.run(&["recover", "--output", "json"]).ends(0).json();
    assert_eq!(back["closing"], "restored", "{back:#}");
    stage.is_as(&before);
}
