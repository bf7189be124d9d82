//! The ordinary road: begin, look, note, extend, put back.

use super::stage::{Stage, until};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Each step's kind and how it stands.
fn standings(now: &Value) -> Value {
    let steps = now["steps"].as_array().expect("steps").iter();
    steps
        .map(|s| json!([s["kind"], s["standing"]]))
        .collect::<Vec<_>>()
        .into()
}

fn all_are(standing: &str) -> Value {
    let kinds = ["lock", "timer", "timer", "group", "service", "rule"];
    kinds.map(|kind| json!([kind, standing])).to_vec().into()
}

fn time(value: &Value) -> Timestamp {
    let text = value.as_str().expect("a time").replace(' ', "T");
    text.parse().expect("a time")
}

/// Targets a quarter of an hour after the end, groups half an hour after them.
fn timers_stand_behind(look: &Value, end: Timestamp) -> bool {
    let target = end + SignedDuration::from_mins(15);
    let at = target.strftime("at(%Y-%m-%dT%H:%M:%S)").to_string();
    let group = time(&look["planned"][0][1]).duration_since(end);
    let odd = group - SignedDuration::from_mins(45);
    look["timers"][0][1] == json!(at) && (0..60).contains(&odd.as_secs())
}

#[test]
fn a_session_is_begun_watched_extended_and_put_back_and_the_account_is_as_it_was_found() {
    let stage = Stage::new();
    let before = stage.look();
    let started = stage.start("small", &[]).ends(0).json();
    assert_eq!(started["stage"], "running", "{started:#}");
    assert_eq!(standings(&started), all_are("applied"));

    let during = stage.look();
    assert_eq!(during["settings"]["target"], json!([1, 13]));
    assert_eq!(during["settings"]["group"], json!([1, 7]));
    let rule = &during["settings"]["acl"]["Rules"][1];
    assert_eq!(rule["Action"], json!({ "Count": {} }), "{rule:#}");
    assert_eq!(restores(&during["timers"]), before["settings"]["target"]);
    assert_eq!(restores(&during["planned"]), before["settings"]["group"]);
    let end = time(&started["until"]);
    assert!(timers_stand_behind(&during, end), "{end}: {during:#}");

    let said = stage.run(&["status"]).ends(0).out;
    assert!(said.contains("small is running, until "), "{said}");
    assert!(said.contains("max: 12 before, 13 during"), "{said}");
    assert!(
        !said.contains("\"60\""),
        "a header's value is shown: {said}"
    );
    stage.run(&["note", "k6 500 VU started"]).ends(0);
    assert_eq!(stage.status()["notes"], 1);

    let later = stage.run(&["extend", "20m", "--output", "json"]).ends(0);
    let later = time(&later.json()["until"]);
    assert_eq!(later, end + SignedDuration::from_mins(20));
    until("the timers are put anew", || {
        timers_stand_behind(&stage.look(), later).then_some(())
    });
    stage.reaches("running");

    let back = stage.run(&["revert", "--output", "json"]).ends(0).json();
    assert_eq!(
        (&back["stage"], &back["closing"]),
        (&json!("closed"), &json!("restored"))
    );
    assert_eq!(standings(&back), all_are("reverted"));
    stage.is_as(&before);
}

/// The bounds that the first of these timers brings back.
fn restores(timers: &Value) -> Value {
    json!([timers[0][2], timers[0][3]])
}

#[test]
fn who_watches_is_told_of_the_end_that_another_command_brings() {
    let stage = Stage::new();
    let before = stage.look();
    let begun = stage.start("limit", &["--detach"]).ends(0).json();
    assert!(begun["session"].is_string(), "{begun}");
    let now = stage.reaches("running");
    assert_eq!(now["session"], begun["session"]);
    let watch = stage.begin(&["status", "--watch", "--output", "json"]);
    until("it is attached", || {
        (stage.status()["attached"] == 1).then_some(())
    });
    stage.run(&["revert"]).ends(0);
    let seen = watch.ends();
    assert_eq!(seen.code, 0, "{seen:?}");
    assert_eq!(seen.json()["closing"], "restored");
    assert!(seen.err.contains("reverting"), "{}", seen.err);
    stage.is_as(&before);
}
