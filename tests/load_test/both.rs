//! Two operators who begin at the same moment.

use super::stage::{Answer, Stage, starting};
use serde_json::Value;

/// Both have looked at the account before either has taken the lock.
fn at_once(one: &Stage, other: &Stage) -> [Answer; 2] {
    one.account.tell("fault latency 2s ssm:PutParameter 2");
    let arguments = starting("small", &[]);
    [one.begin(&arguments), other.begin(&arguments)].map(super::stage::Running::ends)
}

fn one_session(stage: &Stage, answers: [Answer; 2], before: &Value) {
    let mut codes = [answers[0].code, answers[1].code];
    codes.sort_unstable();
    assert_eq!(codes, [0, 6], "{answers:#?}");
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|a| a.code == 0);
    let won = won[0].json();
    assert_eq!(won["stage"], "running");
    lost_it(&lost[0]);
    let during = stage.look();
    let records = during["records"].as_object().expect("records");
    let [(name, record)] = records.iter().collect::<Vec<_>>()[..] else {
        panic!("{records:?}");
    };
    assert_eq!(name, won["shared"].as_str().expect("a name"));
    let session = won["session"].as_str().expect("an id");
    assert!(record.as_str().expect("JSON").contains(session), "{record}");
    assert_eq!(during["timers"].as_array().map(Vec::len), Some(1));
    assert_eq!(during["planned"].as_array().map(Vec::len), Some(1));
    assert_ne!(&during["settings"], &before["settings"]);
}

/// Refused by the lock in the account; or, on the same machine, by the other's session there already.
fn lost_it(answer: &Answer) {
    if answer.out.is_empty() {
        assert!(answer.err.contains("one session at a time"), "{answer:?}");
    } else {
        assert_eq!(answer.json()["closing"], "locked");
    }
}

#[test]
fn of_two_starts_on_one_machine_one_begins_and_the_other_changes_nothing() {
    let stage = Stage::new();
    let before = stage.look();
    let answers = at_once(&stage, &stage);
    one_session(&stage, answers, &before);
    stage.run(&["revert"]).ends(0);
    stage.is_as(&before);
}

#[test]
fn of_two_starts_on_two_machines_one_begins_and_the_other_changes_nothing() {
    let one = Stage::new();
    let other = one.beside();
    let before = one.look();
    let answers = at_once(&one, &other);
    let winner = if answers[0].code == 0 { &one } else { &other };
    one_session(&one, answers, &before);
    let late = one.beside().start("small", &[]);
    assert_eq!(late.code, 6, "{late:?}");
    winner.run(&["revert"]).ends(0);
    one.is_as(&before);
}
