//! A session that is another machine's: what its colleagues are told, and what they can do.

use super::stage::{SILENT, Stage, kill_hard};
use crate::support::proxy::Proxy;
use serde_json::Value;
use tidegate::session::load_test::Why;

fn running() -> (Stage, Value, Value) {
    let stage = Stage::new();
    let before = stage.look();
    let session = stage.start("small", &[]).ends(0).json();
    (stage, before, session)
}

const WORDS: [&[&str]; 3] = [&["status"], &["extend", "5m"], &["note", "hello"]];

#[test]
fn every_word_to_a_colleagues_session_says_whose_it_is_and_what_can_be_done() {
    let (stage, before, session) = running();
    let during = stage.look()["settings"].clone();
    let other = stage.beside();
    let text = |name: &str| session[name].as_str().expect("text").to_owned();
    let (who, id) = (text("caller"), text("session"));
    for asked in WORDS {
        for named in [&[][..], &["--session", &id]] {
            let seen = other.run(&[asked, named].concat()).ends(6);
            let wanted = ["small", &who, &text("host"), "tidegate session revert"];
            for wanted in wanted {
                assert!(seen.err.contains(wanted), "“{wanted}” in {}", seen.err);
            }
        }
    }
    for decision in [&["--theirs", "keep"][..], &["--stop-tasks"]] {
        let seen = other.run(&[&["revert"], decision].concat()).ends(3);
        assert!(seen.err.contains("decided on"), "{}", seen.err);
    }
    assert_eq!(stage.look()["settings"], during);
    stage.account.tell("fault latency 4s wafv2:UpdateWebACL 1");
    let asked = other.run(&["revert"]).ends(0);
    for wanted in ["is asked to put everything back", "has heard it"] {
        assert!(asked.err.contains(wanted), "“{wanted}” in {}", asked.err);
    }
    assert!(asked.out.contains("session report"), "{}", asked.out);
    stage.is_as(&before);
    stage.is_over();
    assert!(matches!(stage.why(), Why::Requested { .. }));
}

#[test]
fn a_colleagues_session_that_nobody_carries_is_said_to_be_so_and_taken_over() {
    let (stage, before, _) = running();
    kill_hard(stage.guard());
    stage.boto(SILENT);
    let other = stage.beside();
    for asked in WORDS {
        let seen = other.run(asked).ends(6);
        assert!(seen.err.contains("session recover"), "{}", seen.err);
    }
    let back = other.run(&["revert", "--output", "json"]).ends(0).json();
    assert_eq!(back["closing"], "restored", "{back:#}");
    stage.is_as(&before);
}

#[test]
fn while_a_request_is_waited_on_a_guard_that_dies_leaves_it_in_doubt() {
    let (stage, _, _) = running();
    kill_hard(stage.guard());
    let other = stage.beside();
    let asked = other.begin(&["revert"]);
    super::stage::until("the request lies there", || {
        let records = stage.look()["records"].clone();
        records
            .get("/tidegate/ap-northeast-2/session/1/revert")
            .cloned()
    });
    stage.boto(SILENT);
    let seen = asked.ends().ends(8);
    assert!(seen.err.contains("session recover"), "{}", seen.err);
}

#[test]
fn a_session_that_is_closed_says_so_to_whoever_names_it() {
    let mut stage = Stage::new();
    let session = stage.start("limit", &[]).ends(0).json();
    stage.run(&["revert"]).ends(0);
    let id = session["session"].as_str().expect("an id");
    let proxy = Proxy::before(stage.account.port);
    stage.endpoint = proxy.url();
    for asked in [&["extend", "5m"][..], &["note", "late"], &["revert"]] {
        let seen = stage.run(&[asked, &["--session", id]].concat()).ends(3);
        for wanted in ["is closed (restored)", "session report"] {
            assert!(seen.err.contains(wanted), "“{wanted}” in {}", seen.err);
        }
    }
    assert_eq!(proxy.count("PutParameter"), 0, "nobody is asked");
}
