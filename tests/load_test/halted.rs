//! AWS says no, or nothing at all, in the middle of a session.

use super::stage::{Stage, for_each, until};
use serde_json::{Value, json};

/// Refused at the target: the group is set, the rule is not.
fn halted() -> (Stage, Value) {
    let stage = Stage::new();
    let before = stage.look();
    let denied = "fault denied application-autoscaling:RegisterScalableTarget";
    stage.account.tell(denied);
    let now = stage.start("small", &[]).ends(4).json();
    assert_eq!(now["stage"], "halted", "{now:#}");
    let said = now["said"].as_str().expect("why");
    assert!(said.contains("RegisterScalableTarget"), "{said}");
    stage.run(&["status"]).ends(4);
    let during = stage.look()["settings"].clone();
    assert_eq!(during["group"], json!([1, 7]));
    assert_eq!(during["target"], before["settings"]["target"]);
    assert_eq!(during["acl"], before["settings"]["acl"]);
    (stage, before)
}

#[test]
fn a_step_that_is_refused_halts_it_until_it_is_tried_again() {
    let (stage, before) = halted();
    let again = stage.run(&["recover", "--resume"]).ends(4);
    assert!(again.err.contains("halted"), "{again:?}");
    stage.account.tell("faults off");
    let on = stage.run(&["recover", "--resume", "--output", "json"]);
    assert_eq!(on.ends(0).json()["stage"], "running");
    assert_eq!(stage.look()["settings"]["target"], json!([1, 13]));
    stage.run(&["revert"]).ends(0);
    stage.is_as(&before);
}

#[test]
fn a_halted_session_is_put_back_or_kept_on_one_s_word() {
    for_each(&["revert", "keep"], |way| {
        let (stage, before) = halted();
        if *way == "revert" {
            stage.run(&["revert"]).ends(0);
            stage.is_as(&before);
        } else {
            stage.run(&["recover", "--keep"]).ends(0);
            assert_eq!(stage.look()["settings"]["group"], json!([1, 7]));
            assert_eq!(stage.nets(), json!([[], [], {}]));
        }
        stage.is_over();
    });
}

#[test]
fn trouble_in_aws_only_delays_what_is_put_back() {
    for_each(&["503 *", "expired *", "throttle *", "cut *"], |trouble| {
        let stage = Stage::new();
        let before = stage.look();
        stage.start("limit", &["--ttl", "4s"]).ends(0);
        stage.account.tell(&format!("fault {trouble}"));
        until("it was tried in vain", || {
            let said = stage.status()["said"].clone();
            said.as_str()?.contains("tried again").then_some(())
        });
        stage.account.tell("faults off");
        stage.is_over();
        stage.is_as(&before);
    });
}

#[test]
fn a_rule_of_cloudfront_is_locked_in_its_own_region_too() {
    let stage = Stage::new();
    let look = "
found = {}
for region in ('ap-northeast-2', 'us-east-1'):
    records = client('ssm', region).get_parameters_by_path(Path='/tidegate', Recursive=True, WithDecryption=True)['Parameters']
    found[region] = {p['Name']: json.loads(p['Value'])['heartbeat'] for p in records}
cf = client('wafv2', 'us-east-1')
at = next(a for a in cf.list_web_acls(Scope='CLOUDFRONT')['WebACLs'] if a['Name'] == 'orchard-site')
out([found, cf.get_web_acl(Name=at['Name'], Id=at['Id'], Scope='CLOUDFRONT')['WebACL']])
";
    let before = stage.boto(look);
    stage.start("site", &[]).ends(0);
    let during = stage.boto(look);
    assert_ne!(during[1], before[1]);
    let (here, there) = (
        "/ap-northeast-2/~1tidegate~1ap-northeast-2~1session~11",
        "/us-east-1/~1tidegate~1cloudfront~1session~11",
    );
    let beats = |seen: &Value| [here, there].map(|at| seen[0].pointer(at).cloned());
    let first = beats(&during);
    assert!(first.iter().all(Option::is_some), "{during:#}");
    let elsewhere = stage.beside().start("site", &[]);
    assert_eq!(elsewhere.code, 6, "{elsewhere:?}");
    until("both give signs of life", || {
        let now = beats(&stage.boto(look));
        (now[0] != first[0] && now[1] != first[1]).then_some(())
    });
    stage.run(&["revert"]).ends(0);
    assert_eq!(stage.boto(look), before);
}
