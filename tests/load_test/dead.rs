//! A guard that was killed: it is said, and the session is taken up in each of the three ways.

use super::stage::{Stage, for_each, kill, kill_hard, until};
use rustix::process::Signal;
use serde_json::{Value, json};

/// Running, and its guard is dead.
fn orphan(plan: &str) -> (Stage, Value) {
    let stage = Stage::new();
    let before = stage.look();
    stage.start(plan, &[]).ends(0);
    kill_hard(stage.guard());
    (stage, before)
}

/// Half applied, and its guard is dead: the group stands, the request for the target is on its way.
fn half_way() -> (Stage, Value) {
    let stage = Stage::new();
    let before = stage.look();
    stage
        .account
        .tell("fault latency 10s application-autoscaling:RegisterScalableTarget 1");
    stage.start("small", &["--detach"]).ends(0);
    until("the group is set", || {
        (stage.look()["settings"]["group"] == json!([1, 7])).then_some(())
    });
    kill_hard(stage.guard());
    (stage, before)
}

#[test]
fn a_dead_guard_is_said_to_be_gone_and_what_to_do_about_it() {
    let (stage, before) = orphan("limit");
    // The journal tells what stands; nobody tells how it stands now.
    let seen = stage.run(&["status"]).ends(8);
    for wanted in ["guard", "tidegate session recover"] {
        assert!(seen.err.contains(wanted), "“{wanted}” in {}", seen.err);
    }
    for asked in [&["extend", "5m"][..], &["note", "hello"], &["revert"]] {
        let seen = stage.run(asked).ends(8);
        assert!(seen.err.contains("recover"), "{asked:?}: {}", seen.err);
    }
    stage.run(&["recover"]).ends(0);
    stage.is_as(&before);
}

#[test]
fn a_session_whose_guard_was_killed_is_put_back_taken_up_or_kept() {
    for_each(&[orphan as fn(&str) -> _, |_| half_way()], |begin| {
        for_each(&[put_back as fn(_), taken_up, kept], |end| {
            end(begin("small"));
        });
    });
}

fn put_back((stage, before): (Stage, Value)) {
    let back = stage.run(&["recover", "--revert", "--output", "json"]);
    let back = back.ends(0).json();
    assert_eq!(back["closing"], "restored", "{back:#}");
    stage.is_as(&before);
}

fn taken_up((stage, before): (Stage, Value)) {
    let on = stage.run(&["recover", "--resume", "--output", "json"]);
    let on = on.ends(0).json();
    assert_eq!(on["stage"], "running", "{on:#}");
    let during = stage.look();
    assert_eq!(during["settings"]["target"], json!([1, 13]));
    assert_eq!(during["settings"]["group"], json!([1, 7]));
    stage.run(&["revert"]).ends(0);
    stage.is_as(&before);
}

fn kept((stage, before): (Stage, Value)) {
    let during = stage.look()["settings"].clone();
    let kept = stage.run(&["recover", "--keep", "--output", "json"]);
    let kept = kept.ends(0).json();
    assert_eq!(kept["closing"], "kept", "{kept:#}");
    let now = stage.look();
    assert_eq!(now["settings"]["group"], during["group"]);
    assert_ne!(now["settings"], before["settings"]);
    assert_eq!(stage.nets(), json!([[], [], {}]));
}

#[test]
fn a_guard_that_hangs_is_replaced_by_the_one_that_takes_its_session_over() {
    let stage = Stage::new();
    let before = stage.look();
    stage.start("limit", &[]).ends(0);
    let hung = stage.guard();
    kill(hung, Signal::STOP);
    let seen = stage.run(&["status"]);
    assert_ne!(seen.code, 0);
    assert!(seen.err.contains("does not answer"), "{}", seen.err);
    let on = stage.run(&["recover", "--resume", "--output", "json"]);
    assert_eq!(on.ends(0).json()["stage"], "running");
    assert_ne!(stage.guard(), hung);
    stage.run(&["revert"]).ends(0);
    stage.is_as(&before);
}
