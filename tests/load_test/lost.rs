//! Requests that take effect and whose answers are lost: read back, and never sent twice.

use super::stage::{Stage, changes, for_each, until};
use crate::support::proxy::{Proxy, Trouble};

/// A stage whose requests can be counted, and their answers lost.
fn counted() -> (Stage, Proxy) {
    let mut stage = Stage::new();
    let proxy = Proxy::before(stage.account.port);
    stage.endpoint = proxy.url();
    (stage, proxy)
}

#[test]
fn a_lost_answer_is_read_back_on_the_way_there_and_on_the_way_back_for_every_kind_of_request() {
    let kinds = [
        ("PutParameter", "DeleteParameter"),
        (
            "PutScheduledUpdateGroupAction",
            "autoscaling:DeleteScheduledAction",
        ),
        (
            "PutScheduledAction",
            "application-autoscaling:DeleteScheduledAction",
        ),
        ("UpdateAutoScalingGroup", "UpdateAutoScalingGroup"),
        ("RegisterScalableTarget", "RegisterScalableTarget"),
        ("UpdateWebACL", "UpdateWebACL"),
    ];
    for_each(&kinds, |(there, back)| {
        let (stage, proxy) = counted();
        let before = stage.look();
        proxy.trouble(there, Trouble::ApplyThenDrop, 1);
        stage.start("small", &[]).ends(0);
        assert_eq!(changes(&proxy), THERE, "{there}");
        proxy.trouble(back, Trouble::ApplyThenDrop, 1);
        stage.run(&["revert"]).ends(0);
        let all = [THERE, BACK].concat();
        assert_eq!(changes(&proxy), all, "{back}");
        stage.is_as(&before);
    });
}

const THERE: &[&str] = &[
    "PutParameter",
    "PutScheduledUpdateGroupAction",
    "PutScheduledAction",
    "UpdateAutoScalingGroup",
    "RegisterScalableTarget",
    "UpdateWebACL",
];

const BACK: &[&str] = &[
    "UpdateWebACL",
    "RegisterScalableTarget",
    "UpdateAutoScalingGroup",
    "DeleteScheduledAction",
    "DeleteScheduledAction",
    "DeleteParameter",
];

#[test]
fn a_backup_whose_answer_is_lost_is_made_once_and_awaited() {
    let (stage, proxy) = counted();
    let before = stage.look();
    proxy.trouble("CreateDBSnapshot", Trouble::ApplyThenDrop, 1);
    stage.start("backup", &["--detach"]).ends(0);
    until("it runs", || {
        stage.account.tell("advance 1m");
        (stage.status()["stage"] == "running").then_some(())
    });
    assert_eq!(proxy.count("CreateDBSnapshot"), 1);
    stage.run(&["revert"]).ends(0);
    stage.is_as(&before);
}
