//! What ends a session without anybody's word.

use super::stage::{Stage, until};
use serde_json::json;
use std::time::{Duration, Instant};
use tidegate::session::load_test::Why;

#[test]
fn when_its_time_is_up_it_is_put_back_with_nobody_there() {
    let stage = Stage::new();
    let before = stage.look();
    stage.start("small", &["--ttl", "3s", "--detach"]).ends(0);
    stage.is_over();
    assert_eq!(stage.why(), Why::TimeUp);
    stage.is_as(&before);
}

#[test]
fn when_nobody_has_been_attached_for_so_long_it_is_put_back() {
    let stage = Stage::new();
    let before = stage.look();
    stage.start("deserted", &[]).ends(0);
    let alone = Instant::now();
    until("it is put back", || (stage.look() == before).then_some(()));
    assert!(alone.elapsed() > Duration::from_secs(58));
    stage.is_over();
    assert_eq!(stage.why(), Why::Unattended);
}

#[test]
fn an_alarm_that_rings_puts_it_back() {
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

#[test]
fn a_colleague_s_request_in_the_account_is_served_within_half_a_minute_and_taken_away() {
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
