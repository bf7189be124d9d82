//! What somebody else changes while a session runs: seen, told, and never overwritten unasked.

use super::stage::{Stage, for_each, until};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Every field that the plan touches.
const ALL: &str = "
aas.register_scalable_target(**SERVICE, MinCapacity=3, MaxCapacity=15)
asg.update_auto_scaling_group(AutoScalingGroupName='orchard-nodes', MinSize=3, MaxSize=9)
set_rule(lambda rule: rule.update(Action={'Block': {}}))
aas.delete_scheduled_action(ServiceNamespace='ecs', ResourceId=SERVICE['ResourceId'], ScalableDimension=SERVICE['ScalableDimension'], ScheduledActionName=aas.describe_scheduled_actions(ServiceNamespace='ecs')['ScheduledActions'][0]['ScheduledActionName'])
";

/// One field of each resource.
const SOME: &str = "
aas.register_scalable_target(**SERVICE, MaxCapacity=15)
asg.update_auto_scaling_group(AutoScalingGroupName='orchard-nodes', MaxSize=9)
";

fn drifted(now: &Value) -> BTreeSet<(String, String)> {
    let moved = now["drift"].as_array().expect("a list");
    let kind = |m: &Value| {
        let target = m["target"].as_object().expect("a target");
        target.keys().next().expect("a kind").clone()
    };
    moved
        .iter()
        .map(|m| (kind(m), m["field"].as_str().expect("a field").to_owned()))
        .collect()
}

fn fields(of: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    let owned = |(kind, field): &(&str, &str)| ((*kind).to_owned(), (*field).to_owned());
    of.iter().map(owned).collect()
}

/// Waits until the guard has seen exactly this.
fn sees(stage: &Stage, wanted: &BTreeSet<(String, String)>) {
    let mut last = BTreeSet::new();
    until("the drift is seen", || {
        last = drifted(&stage.status());
        (last == *wanted).then_some(())
    });
}

#[test]
fn all_that_others_change_is_found_none_of_it_overwritten_and_then_decided_on() {
    for_each(&["overwrite", "keep"], |theirs| {
        let stage = Stage::new();
        let before = stage.look();
        stage.start("small", &[]).ends(0);
        stage.boto(ALL);
        let wanted = [
            ("scalable", "min"),
            ("scalable", "max"),
            ("group", "min"),
            ("group", "max"),
            ("rule", "action"),
            ("timer", "present"),
        ];
        sees(&stage, &fields(&wanted));
        let changed = stage.look()["settings"].clone();
        let told = stage.run(&["status"]).ends(0).out;
        assert!(told.contains("changed by somebody else"), "{told}");

        let back = stage.run(&["revert", "--output", "json"]).ends(5).json();
        assert_eq!(back["stage"], "halted", "{back:#}");
        assert_eq!(stage.look()["settings"], changed);
        assert_eq!(
            stage.look()["planned"],
            json!([]),
            "a timer would decide it"
        );

        let end = stage.run(&["revert", "--theirs", theirs, "--output", "json"]);
        let end = end.ends(0).json();
        assert_eq!(end["stage"], "closed", "{end:#}");
        match *theirs {
            "overwrite" => stage.is_as(&before),
            _ => assert_eq!(stage.look()["settings"], changed),
        }
        assert_eq!(stage.nets(), json!([[], [], {}]));
    });
}

#[test]
fn what_nobody_touched_is_put_back_beside_what_somebody_did() {
    let stage = Stage::new();
    let before = stage.look();
    stage.start("small", &[]).ends(0);
    stage.boto(SOME);
    let back = stage.run(&["revert", "--output", "json"]).ends(5).json();
    assert_eq!(
        drifted(&json!({ "drift": back["conflicts"] })),
        fields(&[("scalable", "max"), ("group", "max")])
    );
    let now = stage.look();
    assert_eq!(now["settings"]["target"], json!([2, 15]));
    assert_eq!(now["settings"]["group"], json!([2, 9]));
    assert_eq!(now["settings"]["acl"], before["settings"]["acl"]);
    stage.run(&["revert", "--theirs", "overwrite"]).ends(0);
    stage.is_as(&before);
}

#[test]
fn what_somebody_sets_or_removes_meanwhile_is_seen_and_stays_as_they_left_it() {
    for_each(&[limit_is_set as fn(), target_is_gone], |theirs| theirs());
}

fn limit_is_set() {
    let stage = Stage::new();
    stage.start("limit", &[]).ends(0);
    stage.boto("set_rule(lambda rule: rule['Statement']['RateBasedStatement'].update(Limit=7000))");
    sees(&stage, &fields(&[("rule", "limit")]));
    let changed = stage.look()["settings"].clone();
    stage.run(&["revert"]).ends(5);
    assert_eq!(stage.look()["settings"], changed);
    stage.run(&["revert", "--theirs", "keep"]).ends(0);
    assert_eq!(stage.look()["settings"], changed);
    stage.is_over();
}

/// A target that is gone is not made again, whatever is asked.
fn target_is_gone() {
    let stage = Stage::new();
    let before = stage.look();
    stage.start("sizes", &[]).ends(0);
    stage.boto("aas.deregister_scalable_target(**SERVICE)");
    until("the drift is seen", || {
        let seen = drifted(&stage.status());
        let wanted = fields(&[("scalable", "min"), ("scalable", "max")]);
        seen.is_superset(&wanted).then_some(())
    });
    stage.run(&["revert"]).ends(5);
    stage.run(&["revert", "--theirs", "overwrite"]).ends(5);
    stage.run(&["revert", "--theirs", "keep"]).ends(0);
    let left = "out(aas.describe_scalable_targets(ServiceNamespace='ecs')['ScalableTargets'])";
    assert_eq!(stage.boto(left), json!([]));
    stage.boto("aas.register_scalable_target(**SERVICE, MinCapacity=2, MaxCapacity=12)");
    stage.is_as(&before);
}

#[test]
fn a_maximum_below_what_runs_waits_until_somebody_gives_the_word() {
    let stage = Stage::new();
    let before = stage.look();
    stage.start("small", &[]).ends(0);
    stage.boto("client('ecs').update_service(cluster='orchard', service='api', desiredCount=13)");
    let back = stage.run(&["revert", "--output", "json"]).ends(0).json();
    assert_eq!(back["stage"], "reverting", "{back:#}");
    let now = stage.look();
    assert_eq!(now["settings"]["target"], json!([2, 13]));
    assert_eq!(now["settings"]["acl"], before["settings"]["acl"]);
    assert_eq!(
        now["timers"].as_array().map(Vec::len),
        Some(1),
        "it stands behind what drains"
    );
    let told = stage.run(&["status"]).ends(0).out;
    assert!(told.contains("draining"), "{told}");
    stage.run(&["revert", "--stop-tasks"]).ends(0);
    stage.is_over();
    stage.is_as(&before);
}
