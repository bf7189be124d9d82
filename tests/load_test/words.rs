//! What is asked wrongly, or at the wrong time.

use super::stage::{Stage, answer, kill_hard, until};
use std::io::Write;
use std::process::Stdio;

#[test]
fn without_a_session_every_word_to_one_gets_a_sentence() {
    let stage = Stage::new();
    for asked in [
        &["status"][..],
        &["extend", "5m"],
        &["note", "hello"],
        &["revert"],
        &["recover"],
    ] {
        let seen = stage.run(asked).ends(2);
        assert!(
            seen.err.contains("No load-test session is open"),
            "{asked:?}: {}",
            seen.err
        );
    }
    stage.start("limit", &[]).ends(0);
    let seen = stage.run(&["status", "--session", "1999"]).ends(2);
    assert!(
        seen.err.contains("No open session is called 1999"),
        "{}",
        seen.err
    );
    stage.run(&["revert"]).ends(0);
    let closed = stage.run(&["note", "too late"]).ends(2);
    assert!(
        closed.err.contains("No load-test session is open"),
        "{}",
        closed.err
    );
}

#[test]
fn a_time_that_is_none_and_a_note_without_a_word_are_refused() {
    let stage = Stage::new();
    let before = stage.look();
    for ttl in ["0", "0s", "13h", "soon", "-5m"] {
        let ttl = format!("--ttl={ttl}");
        let seen = stage.start("small", &[&ttl]).ends(2);
        assert!(seen.err.contains("--ttl"), "{}", seen.err);
    }
    stage.is_as(&before);
    stage.start("limit", &[]).ends(0);
    for by in ["0s", "13h", "12h", "soon"] {
        stage.run(&["extend", by]).ends(2);
    }
    let seen = stage.run(&["note", "  "]).ends(2);
    assert!(seen.err.contains("empty"), "{seen:?}");
    assert_eq!(stage.status()["notes"], 0);
    stage.run(&["revert"]).ends(0);
    stage.is_as(&before);
}

#[test]
fn a_session_that_is_being_put_back_takes_notes_and_nothing_new() {
    let stage = Stage::new();
    let before = stage.look();
    stage.start("limit", &[]).ends(0);
    stage.account.tell("fault latency 4s wafv2:UpdateWebACL 1");
    let revert = stage.begin(&["revert"]);
    stage.reaches("reverting");
    let seen = stage.run(&["extend", "5m"]).ends(3);
    assert!(seen.err.contains("being put back"), "{}", seen.err);
    stage.run(&["note", "still there"]).ends(0);
    stage.run(&["revert"]).ends(0);
    assert_eq!(revert.ends().code, 0);
    stage.is_as(&before);
}

#[test]
fn a_name_that_is_typed_wrongly_or_not_at_all_begins_nothing() {
    let stage = Stage::new();
    let before = stage.look();
    for typed in ["smal\n", "y\n", "", "\n"] {
        let mut command = stage.session(&["start", "small", "--accept", "no-rate-timer"]);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("it runs");
        let mut input = child.stdin.take().expect("piped");
        input.write_all(typed.as_bytes()).expect("it listens");
        drop(input);
        let seen = answer(&child.wait_with_output().expect("it ends")).ends(2);
        assert!(
            seen.err.contains("was not typed"),
            "{typed:?}: {}",
            seen.err
        );
    }
    stage.is_as(&before);
    stage.run(&["status"]).ends(2);
}

#[test]
fn the_name_typed_rightly_begins_it() {
    let stage = Stage::new();
    let before = stage.look();
    let mut command = stage.session(&["start", "limit", "--accept", "no-rate-timer"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("it runs");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(b"limit\n").expect("it listens");
    let seen = answer(&child.wait_with_output().expect("it ends")).ends(0);
    assert!(seen.out.contains("limit is running"), "{seen:?}");
    stage.run(&["revert"]).ends(0);
    stage.is_as(&before);
}

#[test]
fn read_only_mode_begins_nothing() {
    let stage = Stage::new();
    let before = stage.look();
    let arguments = super::stage::starting("small", &[]);
    let seen = stage.run_with(("TIDEGATE_READ_ONLY", "1"), &arguments);
    assert!((2..=3).contains(&seen.code), "{seen:?}");
    assert!(seen.err.contains("read-only"), "{}", seen.err);
    stage.is_as(&before);
}

#[test]
fn read_only_mode_asks_a_guard_for_nothing_that_it_would_write() {
    let stage = Stage::new();
    let before = stage.look();
    stage.start("limit", &[]).ends(0);
    let (until, during) = (
        stage.status()["until"].clone(),
        stage.look()["settings"].clone(),
    );
    for asked in [
        &["extend", "5m"][..],
        &["revert"],
        &["recover", "--revert"],
        &["recover", "--remove-timers"],
    ] {
        let seen = stage.run_with(("TIDEGATE_READ_ONLY", "1"), asked).ends(2);
        assert!(seen.err.contains("read-only"), "{asked:?}: {}", seen.err);
    }
    let now = stage.status();
    assert_eq!((&now["stage"], &now["until"]), (&"running".into(), &until));
    assert_eq!(stage.look()["settings"], during);
    stage.run(&["revert"]).ends(0);
    stage.is_as(&before);
}

#[test]
fn beside_a_session_whose_guard_died_no_second_one_is_begun() {
    let stage = Stage::new();
    let before = stage.look();
    let first = stage.start("limit", &[]).ends(0).json();
    kill_hard(stage.guard());
    // Nothing in the account tells of it any more; the journal does.
    stage.boto("ssm.delete_parameter(Name='/tidegate/ap-northeast-2/session/1')");
    let during = stage.look();
    let second = stage.start("sizes", &[]).ends(6);
    assert!(second.err.contains("session recover"), "{}", second.err);
    assert_eq!(stage.look(), during, "nothing was changed");
    let id = first["session"].as_str().expect("an id");
    stage.run(&["recover", "--session", id]).ends(0);
    until("all is as before", || {
        (stage.look() == before).then_some(())
    });
}
