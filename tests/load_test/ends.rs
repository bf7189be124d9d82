//! What ends a session without anybody's word.

use super::stage::{Stage, for_each, until};
use serde_json::json;
use std::time::{Duration, Instant};
use tidegate::session::load_test::Why;

#[test]
fn a_session_ends_by_itself_for_every_reason_there_is() {
    for_each(
        &[
            time_is_up as fn(),
            nobody_is_there,
            an_alarm_rings,
            a_colleague_asks,
        ],
        |ends| ends(),
    );
}

fn time_is_up() {
    let stage = Stage::new();
    let before = stage.look();
    stage.start("small", &["--ttl", "3s", "--detach"]).ends(0);
    stage.is_over();
    assert_eq!(stage.why(), Why::TimeUp);
    stage.is_as(&before);
}

fn nobody_is_there() {
    let stage = Stage::new();
    let before = stage.look();
    stage.start("deserted", &[]).ends(0);
    let alone = Instant::now();
    until("it is put back", || (stage.look() == before).then_some(()));
    assert!(alone.elapsed() > Duration::from_secs(58));
    stage.is_over();
    assert_eq!(stage.why(), Why::Unattended);
}

fn an_alarm_rings() {
    let stage = Stage::new();
    let before = stage.look();
    stage.start("limit", &[]).ends(0);
    until("it is put back", || {
        stage.boto("cloudwatch.set_alarm_state(AlarmName='orchard-5xx', StateValue='ALARM', StateReason='a test')");
        (stage.look() == before).then_some(())
    });
    stage.is_over();
    let name = "orchard-5xx".to_owned();
    assert_eq!(stage.why(), Why::Alarm { name });
}

/// The request is served within half a minute, and taken away.
fn a_colleague_asks() {
    let stage = Stage::new();
    let before = stage.look();
    let session = stage.start("small", &[]).ends(0).json()["session"].clone();
    let request =
        json!({ "session": session, "by": "bob on bastion-2", "at": jiff::Timestamp::now() });
    let asked = Instant::now();
    stage.boto(&format!(
        "ssm.put_parameter(Name='/tidegate/ap-northeast-2/session/1/revert', Type='String', Value='''{request}''')"
    ));
    until("it is put back", || (stage.look() == before).then_some(()));
    assert!(asked.elapsed() < Duration::from_secs(30));
    stage.is_over();
    let by = "bob on bastion-2".to_owned();
    assert_eq!(stage.why(), Why::Requested { by });
}
