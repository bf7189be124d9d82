//! A session is taken up, and its record in the account is not what it was: the lock is looked at
//! before anything else.

use super::stage::{SILENT, Stage, changes, kill_hard};
use crate::support::proxy::Proxy;
use serde_json::Value;

/// Running, and its guard is dead.
fn orphan() -> (Stage, Value) {
    let stage = Stage::new();
    let before = stage.look();
    stage.start("small", &[]).ends(0);
    kill_hard(stage.guard());
    (stage, before)
}

#[test]
fn where_its_record_is_gone_a_session_is_put_back_and_not_gone_on_with() {
    let (stage, before) = orphan();
    stage.boto("ssm.delete_parameter(Name='/tidegate/ap-northeast-2/session/1')");
    let back = stage.run(&["recover", "--resume", "--output", "json"]);
    let back = back.ends(0).json();
    assert_eq!(back["closing"], "restored", "{back:#}");
    stage.is_as(&before);
}

#[test]
fn where_another_session_s_record_stands_in_its_place_nothing_is_sent() {
    let (mut stage, before) = orphan();
    stage.boto(SILENT);
    let other = stage.beside();
    other.run(&["recover"]).ends(0);
    stage.is_as(&before);
    other.start("limit", &[]).ends(0);
    let during = stage.look();
    let proxy = Proxy::before(stage.account.port);
    stage.endpoint = proxy.url();
    let seen = stage.run(&["recover", "--resume", "--output", "json"]);
    assert_eq!(seen.json()["closing"], "adopted", "{seen:?}");
    // Here it is over; what is open is the other's.
    let alive = stage.run(&["recover", "--revert"]).ends(6);
    assert!(alive.err.contains("signs of life"), "{}", alive.err);
    assert_eq!(changes(&proxy), [""; 0]);
    assert_eq!(stage.look()["settings"], during["settings"]);
    assert_eq!(
        during["records"].as_object().map(serde_json::Map::len),
        Some(1)
    );
    other.run(&["revert"]).ends(0);
    stage.is_as(&before);
}
