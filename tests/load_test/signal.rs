//! A shutdown: the guard writes down that it ends, says so, and leaves the session to the next one.

use super::stage::{Stage, kill, starting, until};
use rustix::process::Signal;
use serde_json::json;
use tidegate::session::record::Event;

/// Its process and its lock are gone, and nothing of it lies in the way of the next one.
fn has_ended(stage: &Stage) {
    until("it has ended", || {
        let seen = stage.run(&["status"]);
        (seen.code == 8).then_some(())
    });
    let names = std::fs::read_dir(stage.journal()).expect("a directory");
    let mut names = names.filter_map(|e| e.ok()?.file_name().into_string().ok());
    assert!(!names.any(|name| name.contains(".sock")));
}

#[test]
fn a_guard_that_is_told_to_end_puts_nothing_back_and_the_next_one_goes_on() {
    let stage = Stage::new();
    let before = stage.look();
    stage.start("small", &[]).ends(0);
    let during = stage.look()["settings"].clone();
    let watches = stage.begin(&["status", "--watch"]);
    until("somebody is attached", || {
        (stage.status()["attached"] == 1).then_some(())
    });
    kill(stage.guard(), Signal::TERM);
    let told = watches.ends();
    assert_eq!(told.code, 8, "{told:?}");
    has_ended(&stage);
    assert_eq!(stage.look()["settings"], during);
    let left = |e: &Event| matches!(e, Event::Left { signal } if signal == "SIGTERM");
    assert!(stage.events().iter().any(left));
    let on = stage.run(&["recover", "--resume", "--output", "json"]);
    assert_eq!(on.ends(0).json()["stage"], "running");
    stage.run(&["revert"]).ends(0);
    stage.is_as(&before);
    let report = stage.run(&["report", "last"]).ends(0);
    assert!(
        report.out.contains("the guard ended on SIGTERM"),
        "{}",
        report.out
    );
}

#[test]
fn a_request_under_way_is_answered_before_a_guard_ends_and_no_other_is_begun() {
    let stage = Stage::new();
    let before = stage.look();
    stage
        .account
        .tell("fault latency 3s application-autoscaling:RegisterScalableTarget 1");
    stage.start("small", &["--detach"]).ends(0);
    until("the group is set", || {
        (stage.look()["settings"]["group"] == json!([1, 7])).then_some(())
    });
    let guard = stage.guard();
    until("the request is on its way", || {
        let sent = stage.events().into_iter().filter(
            |e| matches!(e, Event::Sent { action, .. } if action.contains("RegisterScalableTarget")),
        );
        (sent.count() == 1).then_some(())
    });
    kill(guard, Signal::TERM);
    has_ended(&stage);
    let now = stage.look();
    assert_eq!(now["settings"]["target"], json!([1, 13]));
    assert_eq!(
        now["settings"]["acl"], before["settings"]["acl"],
        "no rule was set"
    );
    let events = stage.events();
    let in_doubt = |e: &Event| matches!(e, Event::InDoubt { .. });
    assert!(!events.iter().any(in_doubt), "its answer was awaited");
    stage.run(&["recover", "--revert"]).ends(0);
    stage.is_as(&before);
}

#[test]
fn a_start_whose_guard_is_told_to_end_is_in_doubt() {
    let stage = Stage::new();
    stage
        .account
        .tell("fault latency 3s application-autoscaling:RegisterScalableTarget 1");
    let start = stage.begin(&starting("small", &[]));
    until("the group is set", || {
        (stage.look()["settings"]["group"] == json!([1, 7])).then_some(())
    });
    kill(stage.guard(), Signal::TERM);
    start.ends().ends(8);
    stage.run(&["recover"]).ends(0);
}
