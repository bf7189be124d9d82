//! Trouble on demand and limits, as boto3 sees them.

use super::stage::Account;
use serde_json::{Value, json};
use tidegate::sim::desk::Setup;
use tidegate::sim::server::Limits;

/// One call of each protocol, and what came of it: the error's code, or its class.
const EACH: &str = "
from botocore.exceptions import ClientError
def come_of(act):
    try:
        act()
        return 'ok'
    except ClientError as e:
        return e.response['Error']['Code'] + ' ' + str(e.response['ResponseMetadata']['HTTPStatusCode'])
    except Exception as e:
        return type(e).__name__
CALLS = {
    'json': lambda: client('ecs').list_clusters(),
    'query': lambda: client('rds').describe_db_instances(),
    'cbor': lambda: client('cloudwatch').describe_alarms(),
    'rest': lambda: client('cloudfront').list_distributions_by_web_acl_id(WebACLId='a'),
}
";

fn come_of_each(account: &Account) -> Value {
    account.python(&format!(
        "{EACH}\nout({{name: come_of(act) for name, act in CALLS.items()}})"
    ))
}

#[test]
fn each_fault_reaches_each_protocol_in_its_own_words() {
    let account = Account::start();
    for (fault, json, query, cbor, rest) in [
        (
            "throttle",
            "ThrottlingException 400",
            "Throttling 400",
            "Throttling 400",
            "Throttling 400",
        ),
        (
            "expired",
            "ExpiredTokenException 400",
            "ExpiredToken 403",
            "ExpiredToken 400",
            "ExpiredToken 403",
        ),
        (
            "denied",
            "AccessDeniedException 400",
            "AccessDenied 403",
            "AccessDenied 400",
            "AccessDenied 403",
        ),
        (
            "500",
            "ServerException 500",
            "InternalFailure 500",
            "InternalServiceError 500",
            "InternalFailure 500",
        ),
        (
            "503",
            "ServiceUnavailable 503",
            "ServiceUnavailable 503",
            "ServiceUnavailable 503",
            "ServiceUnavailable 503",
        ),
    ] {
        account.tell(&format!("fault {fault} * 4"));
        let wanted = json!({ "json": json, "query": query, "cbor": cbor, "rest": rest });
        assert_eq!(come_of_each(&account), wanted, "{fault}");
    }
}

#[test]
fn a_cut_or_truncated_answer_is_an_error_of_the_line_for_every_protocol() {
    let account = Account::start();
    for fault in ["cut", "lose", "truncate"] {
        account.tell(&format!("fault {fault} *"));
        let came = come_of_each(&account);
        for (protocol, what) in came.as_object().expect("four") {
            let what = what.as_str().unwrap_or_default();
            assert!(
                what.ends_with("Error") && what != "ok",
                "{fault} {protocol}: {what}"
            );
        }
        account.tell("faults off");
    }
}

#[test]
fn a_fault_strikes_the_action_it_names_and_no_other() {
    let account = Account::start();
    account.tell("fault denied rds:DescribeDBInstances");
    let came = account.python(&format!(
        "{EACH}\nout([come_of(CALLS['query']), come_of(CALLS['query']), come_of(client('rds').describe_db_snapshots)])"
    ));
    assert_eq!(
        (&came[0], &came[1]),
        (&json!("AccessDenied 403"), &json!("AccessDenied 403"))
    );
    assert_ne!(came[2], json!("AccessDenied 403"));
}

#[test]
fn latency_is_felt() {
    let account = Account::start();
    account.tell("fault latency 400ms sts:* 1");
    let took = account.python(&format!(
        "{EACH}\nsts = client('sts')\nt = time.monotonic()\ncome_of(sts.get_caller_identity)\nout(time.monotonic() - t)"
    ));
    assert!(took.as_f64().expect("seconds") >= 0.4, "{took}");
}

#[test]
fn the_limits_of_aws_are_kept_until_they_are_switched_off() {
    let account = Account::with(Setup::default(), Limits::default());
    let script = format!(
        "{EACH}\nwaf = client('wafv2')\nact = lambda: waf.list_web_acls(Scope='REGIONAL')\nout([come_of(act) for _ in range(12)])"
    );
    let throttled = |came: Value| {
        let all = came.as_array().expect("a list").clone();
        all.iter()
            .filter(|what| *what == "ThrottlingException 400")
            .count()
    };
    assert!(throttled(account.python(&script)) > 0);
    account.tell("throttling off");
    assert_eq!(throttled(account.python(&script)), 0);
}

#[test]
fn a_write_whose_answer_is_lost_was_carried_out_and_one_that_was_cut_was_not() {
    let account = Account::start();
    let write = |fault: &str, name: &str| {
        account.tell(&format!("fault {fault} ssm:PutParameter 1"));
        account.python(&format!(
            "{EACH}
ssm = client('ssm')
came = come_of(lambda: ssm.put_parameter(Name='{name}', Value='x', Type='String'))
names = [p['Name'] for p in ssm.describe_parameters()['Parameters']]
out([came != 'ok', '{name}' in names])"
        ))
    };
    assert_eq!(write("lose", "/lost"), json!([true, true]));
    assert_eq!(write("truncate", "/half"), json!([true, true]));
    assert_eq!(write("cut", "/cut"), json!([true, false]));
    assert_eq!(write("throttle", "/held"), json!([true, false]));
}

#[test]
fn who_is_denied_is_who_sts_says_and_the_resource_is_named() {
    let account = Account::start();
    account.tell("fault denied ecs:UpdateService");
    let said = account.python(
        "
who = client('sts').get_caller_identity()['Arn']
try:
    client('ecs').update_service(cluster='orchard', service='api', desiredCount=3)
except Exception as e:
    text = e.response['Error']['Message']
out([who, text])",
    );
    let (who, text) = (
        said[0].as_str().expect("an ARN"),
        said[1].as_str().expect("a text"),
    );
    let wanted = format!(
        "User: {who} is not authorized to perform: ecs:UpdateService on resource: arn:aws:ecs:ap-northeast-2:000000000000:service/orchard/api"
    );
    assert!(text.starts_with(&wanted), "{text}");
}
