//! A journal that takes nothing more: nothing new leaves, and what stands is put back all the same.

use super::stage::changes;
use super::stage::{Stage, for_each, kill_hard};
use crate::support::proxy::Proxy;
use serde_json::{Value, json};
use tidegate::session::record::Event;

/// No space, and a disk that is broken.
const TROUBLES: [&str; 3] = ["append=28", "sync=5", "create=28"];

#[test]
fn without_a_journal_nothing_begins() {
    for_each(&TROUBLES, |trouble| {
        let stage = Stage::new();
        let before = stage.look();
        let arguments = super::stage::starting("small", &[]);
        let seen = stage.run_with(("TIDEGATE_FAIL", trouble), &arguments);
        assert_ne!(seen.code, 0, "{trouble}: {seen:?}");
        assert!(seen.err.contains("journal"), "{trouble}: {}", seen.err);
        stage.is_as(&before);
    });
}

#[test]
fn without_a_journal_a_session_is_put_back_and_its_records_wait_in_the_home_directory() {
    for_each(&["append=28", "sync=5"], |trouble| {
        let (stage, before) = orphan();
        let now = put_back(&stage, trouble);
        stage.is_as(&before);
        assert_eq!(left_aside(&stage), 1, "{trouble}");
        // The words that it ended with bring the records back.
        let said = now["troubles"][0].as_str().expect("what is wrong");
        let (_, mend) = said.split_once("mv -n ").expect("what to do");
        let mut paths = mend.split_whitespace();
        let [from, to] = [paths.next(), paths.next()].map(|path| path.expect("a path"));
        std::fs::rename(from, to).expect("it moves");
        stage.is_over();
        let events = stage.events();
        // What autoscaling did is read for the report, after the end.
        let mut last = events.iter().rev();
        let closed = last.find(|event| !matches!(event, Event::Activities { .. }));
        assert!(matches!(closed, Some(Event::Closed { .. })), "{closed:?}");
    });
}

#[test]
fn on_a_full_disk_the_space_that_was_set_aside_takes_the_records() {
    let (stage, before) = orphan();
    put_back(&stage, "create=28");
    stage.is_as(&before);
    assert_eq!(left_aside(&stage), 0);
    stage.is_over();
}

/// Running, and its guard is dead.
fn orphan() -> (Stage, Value) {
    let stage = Stage::new();
    let before = stage.look();
    stage.start("small", &[]).ends(0);
    kill_hard(stage.guard());
    (stage, before)
}

/// Everything is put back by a guard whose journal is in trouble.
fn put_back(stage: &Stage, trouble: &str) -> Value {
    let recover = ["recover", "--revert", "--output", "json"];
    let now = stage.run_with(("TIDEGATE_FAIL", trouble), &recover);
    let now = now.ends(0).json();
    assert_eq!(now["closing"], "restored", "{now:#}");
    now
}

/// So many files of records lie in the home directory.
fn left_aside(stage: &Stage) -> usize {
    let left = std::fs::read_dir(stage.home()).expect("a directory");
    let names = left.filter_map(|e| e.ok()?.file_name().into_string().ok());
    names.filter(|n| n.starts_with("errored-")).count()
}

#[test]
fn without_a_journal_a_session_that_is_half_applied_goes_no_further() {
    let mut stage = Stage::new();
    let before = stage.look();
    let arguments = super::stage::starting("small", &[]);
    // It dies before the request for the target leaves.
    let seen = stage.run_with(("TIDEGATE_CRASH", "guard.send:5"), &arguments);
    assert_ne!(seen.code, 0);
    let half = stage.look()["settings"].clone();
    assert_eq!(
        (&half["group"], &half["target"]),
        (&json!([1, 7]), &json!([2, 12]))
    );
    let proxy = Proxy::before(stage.account.port);
    stage.endpoint = proxy.url();
    let seen = stage.run_with(
        ("TIDEGATE_FAIL", "append=28"),
        &["recover", "--resume", "--output", "json"],
    );
    let now = seen.ends(4).json();
    assert_eq!(now["stage"], "halted", "{now:#}");
    assert_eq!(changes(&proxy), [""; 0]);
    stage.run(&["revert"]).ends(0);
    stage.is_as(&before);
}
