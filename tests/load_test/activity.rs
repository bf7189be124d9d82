//! What autoscaling does while a session is open stands in its report, and names who moved a bound.

use super::stage::{Stage, until};
use serde_json::{Value, json};

/// Somebody's scheduled action, in a few seconds.
const SOON: &str = "
import datetime
at = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=4)).strftime('%Y-%m-%dT%H:%M:%S')
aas.put_scheduled_action(ScheduledActionName='nightly', Schedule=f'at({at})', ScalableTargetAction=dict(MinCapacity=1, MaxCapacity=15), **SERVICE)
";

#[test]
fn a_scheduled_action_that_moves_a_bound_is_in_the_report_as_who_did_it() {
    let stage = Stage::new();
    let before = stage.look();
    stage.start("sizes", &[]).ends(0);
    stage.boto(SOON);
    until("the drift is told", || {
        (stage.status()["drift"] != json!([])).then_some(())
    });
    stage.run(&["revert", "--theirs", "overwrite"]).ends(0);
    assert_eq!(stage.look()["settings"], before["settings"]);
    let report = until("the guard has read the activities", || {
        let report = stage.run(&["report", "last", "--output", "json"]).json();
        (report["activities"] != json!([])).then_some(report)
    });
    let who: &Value = &report["drift"][0]["who"];
    let said = who.as_str().expect("words");
    assert!(said.contains("the scheduled action nightly"), "{report:#}");
    let said = stage.run(&["report", "last"]).out;
    for wanted in [
        "## Scaling activities",
        "scalable target orchard/api",
        "nightly",
    ] {
        assert!(said.contains(wanted), "“{wanted}” in {said}");
    }
}

#[test]
fn a_bound_that_somebody_moved_by_hand_says_where_to_look() {
    let stage = Stage::new();
    stage.start("sizes", &[]).ends(0);
    stage.boto("aas.register_scalable_target(MinCapacity=1, MaxCapacity=15, **SERVICE)");
    until("the drift is told", || {
        (stage.status()["drift"] != json!([])).then_some(())
    });
    stage.run(&["revert", "--theirs", "overwrite"]).ends(0);
    let said = stage.run(&["report", "last"]).out;
    let wanted = "AWS does not say who; look in CloudTrail for RegisterScalableTarget after";
    assert!(said.contains(wanted), "{said}");
}
