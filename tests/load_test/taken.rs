//! Sessions that another machine takes over from the account, and guards that wake up after that.

use super::stage::{SILENT, Stage, for_each, kill, kill_hard, until};
use rustix::process::Signal;
use serde_json::{Value, json};

fn running() -> (Stage, Value) {
    let stage = Stage::new();
    let before = stage.look();
    stage.start("small", &[]).ends(0);
    (stage, before)
}

#[test]
fn a_session_that_nobody_carries_is_put_back_from_another_machine_and_not_before() {
    let (stage, before) = running();
    kill_hard(stage.guard());
    let other = stage.beside();
    let during = stage.look();
    let early = other.run(&["recover"]).ends(6);
    assert!(early.err.contains("signs of life"), "{}", early.err);
    assert_eq!(stage.look(), during);
    stage.boto(SILENT);
    let back = other.run(&["recover", "--output", "json"]).ends(0).json();
    assert_eq!(back["closing"], "restored", "{back:#}");
    stage.is_as(&before);
    // Its own machine finds everything done.
    let back = stage.run(&["recover", "--output", "json"]).ends(0).json();
    assert_eq!(back["closing"], "restored", "{back:#}");
    stage.is_as(&before);
}

/// Both records of a session that locks CLOUDFRONT too, by boto3; `silent`: since long.
fn cloudfront(silent: bool) -> String {
    let each = if silent {
        SILENT.replace("ssm.", "at.")
    } else {
        String::new()
    };
    let each = each.replace('\n', "\n    ");
    format!(
        "
for at in (ssm, client('ssm', 'us-east-1')):
    pass{each}
east = client('ssm', 'us-east-1').get_parameters_by_path(Path='/tidegate', Recursive=True)['Parameters']
out([p['Name'] for p in east])
"
    )
}

#[test]
fn taking_over_a_session_removes_its_record_for_cloudfront_as_well() {
    let stage = Stage::new();
    stage.start("site", &[]).ends(0);
    let name = "/tidegate/cloudfront/session/1";
    assert_eq!(stage.boto(&cloudfront(false)), json!([name]));
    kill_hard(stage.guard());
    stage.boto(&cloudfront(true));
    let back = stage.beside().run(&["recover", "--output", "json"]);
    let back = back.ends(0).json();
    assert_eq!(back["closing"], "restored", "{back:#}");
    assert_eq!(stage.boto(&cloudfront(false)), json!([]));
    assert_eq!(stage.look()["records"], json!({}));
}

#[test]
fn a_record_that_is_gone_is_put_again_and_one_that_is_another_s_is_left_alone() {
    for_each(&[woken_up as fn(), deleted], |case| case());
}

/// Its guard was stopped, and goes on in another session's time.
fn woken_up() {
    let (stage, before) = running();
    let guard = stage.guard();
    kill(guard, Signal::STOP);
    stage.boto(SILENT);
    let other = stage.beside();
    other.run(&["recover"]).ends(0);
    stage.is_as(&before);
    let begun = other.start("limit", &[]).ends(0).json();
    let during = stage.look();
    kill(guard, Signal::CONT);
    stage.is_over();
    assert_eq!(closing(&stage), json!("adopted"));
    let now = stage.look();
    assert_eq!(now["settings"], during["settings"]);
    let name = begun["shared"].as_str().expect("a name");
    let record = now["records"][name].as_str().expect("its record");
    assert!(
        record.contains(begun["session"].as_str().expect("an id")),
        "{record}"
    );
    other.run(&["revert"]).ends(0);
    stage.is_as(&before);
}

fn closing(stage: &Stage) -> Value {
    let closed = stage.events().into_iter().find_map(|event| match event {
        tidegate::session::record::Event::Closed { closing } => serde_json::to_value(closing).ok(),
        _ => None,
    });
    closed.unwrap_or_default()
}

fn deleted() {
    let (stage, before) = running();
    stage.boto("ssm.delete_parameter(Name='/tidegate/ap-northeast-2/session/1')");
    until("the record is there again", || {
        let records = stage.look()["records"].clone();
        records.get("/tidegate/ap-northeast-2/session/1").cloned()
    });
    assert_eq!(stage.beside().start("limit", &[]).code, 6);
    stage.run(&["revert"]).ends(0);
    stage.is_as(&before);
}
