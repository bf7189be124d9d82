//! `tidegate session plan` as a process, against the simulated account: what a plan comes down to
//! here, and everything that stands against it. boto3 brings about what stands against it.

use crate::sim::stage::Account;
use crate::support::proxy::{Answer as Answered, Call, Proxy};
use serde_json::{Value, json};
use std::process::Command;
use tempfile::TempDir;
use tidegate::sim::desk::Setup;
use tidegate::sim::throttle::Throttling;

const PLANS: &str = r#"
[plan.spring-sale]
ttl = "45m"
backup = ["orchard-db"]
stop_on_alarm = ["orchard-5xx"]
asg = [{ name = "orchard-nodes", min = 4, max = 8 }]
service = [{ cluster = "orchard", name = "api", min = 6, max = 12 }]
rate_rule = [{ acl = "orchard-edge", scope = "regional", rule = "per-ip-1000", set = "count" }]

[plan.wrong]
backup = ["orchard-aurora-1", "nowhere"]
stop_on_alarm = ["orchard-6xx"]
asg = [{ name = "orchard-node", min = 4, max = 8 }]
service = [{ cluster = "orchard", name = "apii", min = 6, max = 12 }]
rate_rule = [{ acl = "orchard-edge", rule = "per-ip-100", set = { limit = 20000 } }]

[plan.admin]
service = [{ cluster = "orchard", name = "admin", min = 60, max = 60 }]
"#;

/// Every resource that any plan here names, as boto3 sees it.
const TRUTH: &str = "
ecs, wafv2, rds, aas, asg, ssm = (client(n) for n in ('ecs', 'wafv2', 'rds', 'application-autoscaling', 'autoscaling', 'ssm'))
at = next(a for a in wafv2.list_web_acls(Scope='REGIONAL')['WebACLs'] if a['Name'] == 'orchard-edge')
out({'targets': aas.describe_scalable_targets(ServiceNamespace='ecs')['ScalableTargets'][0]['MinCapacity'],
     'group': asg.describe_auto_scaling_groups()['AutoScalingGroups'][0]['MinSize'],
     'timers': len(aas.describe_scheduled_actions(ServiceNamespace='ecs')['ScheduledActions']),
     'acl': wafv2.get_web_acl(Name=at['Name'], Id=at['Id'], Scope='REGIONAL')['WebACL'],
     'snapshots': len(rds.describe_db_snapshots(SnapshotType='manual')['DBSnapshots']),
     'records': ssm.get_parameters_by_path(Path='/tidegate', Recursive=True)['Parameters']})
";

struct Stage {
    account: Account,
    home: TempDir,
}

struct Answer {
    code: i32,
    out: String,
    err: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}{}", self.out, self.err))
    }

    /// The names of all reasons that stand against it, accepted or not.
    fn reasons(&self) -> Vec<String> {
        let refusals = self.json()["refusals"].as_array().cloned();
        let name = |r: Value| r["reason"].as_str().map(str::to_owned);
        refusals
            .unwrap_or_default()
            .into_iter()
            .filter_map(name)
            .collect()
    }
}

impl Stage {
    fn new() -> Self {
        let account = Account::today(Setup {
            throttling: Throttling::Off,
            ..Setup::default()
        });
        let home = tempfile::tempdir().expect("a directory");
        std::fs::write(home.path().join("plans.toml"), PLANS).expect("a file");
        Self { account, home }
    }

    fn plan(&self, arguments: &[&str]) -> Answer {
        let endpoint = format!("http://127.0.0.1:{}", self.account.port);
        self.plan_at(&endpoint, arguments)
    }

    fn plan_at(&self, endpoint: &str, arguments: &[&str]) -> Answer {
        let file = self.home.path().join("plans.toml");
        let output = Command::new(env!("CARGO_BIN_EXE_tidegate"))
            .args(["session", "plan", "--plan"])
            .arg(&file)
            .args(arguments)
            .env_clear()
            .env("HOME", self.home.path())
            .env("LANG", "C.UTF-8")
            .env("AWS_REGION", "ap-northeast-2")
            .env("AWS_ACCESS_KEY_ID", "simulated")
            .env("AWS_SECRET_ACCESS_KEY", "simulated")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL", endpoint)
            .output()
            .expect("it runs");
        Answer {
            code: output.status.code().expect("no signal"),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    fn sale(&self) -> Answer {
        self.plan(&["spring-sale", "--output", "json"])
    }
}

#[test]
fn a_plan_shows_every_step_in_its_order_with_before_during_and_after_and_writes_nothing() {
    let stage = Stage::new();
    let before = stage.account.python(TRUTH);
    let answer = stage.plan(&["spring-sale", "--accept", "no-rate-timer"]);
    assert_eq!(answer.code, 0, "{}{}", answer.out, answer.err);
    let lines: Vec<&str> = answer.out.lines().map(str::trim_start).collect();
    let order = [
        "1  lock     /tidegate/ap-northeast-2/session",
        "2  back up  orchard-db as tidegate-orchard-db-",
        "3  timer    group orchard-nodes: min 2, max 6, 45m after the end",
        "4  timer    scalable target orchard/api: min 2, max 12, 15m after the end",
        "5  set      group orchard-nodes: min 2 → 4 → 2, max 6 → 8 → 6",
        "6  set      scalable target orchard/api: min 2 → 6 → 2",
        "7  set      rule per-ip-1000 of orchard-edge: action Block with its custom handling → Count → Block with its custom handling",
        "Put back in this order: rule per-ip-1000 of orchard-edge, scalable target orchard/api, group orchard-nodes",
        "no-rate-timer            accepted: ",
    ];
    let mut rest = lines.iter();
    for wanted in order {
        assert!(
            rest.any(|line| line.starts_with(wanted)),
            "“{wanted}” is not where it belongs in\n{}",
            answer.out
        );
    }
    assert_eq!(stage.account.python(TRUTH), before);
}

#[test]
fn the_same_for_programs_with_the_whole_action_and_its_header_values_hidden() {
    let stage = Stage::new();
    let answer = stage.sale();
    assert_eq!(answer.code, 3, "no-rate-timer stands against it");
    let json = answer.json();
    let works: Vec<&str> = json["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .filter_map(|s| s["do"].as_str())
        .collect();
    assert_eq!(works, ["lock", "create", "arm", "arm", "set", "set", "set"]);
    let action = &json["steps"][6]["fields"][0];
    assert_eq!(action["before"], action["after"]);
    assert_eq!(action["during"], json!({ "Count": {} }));
    assert_eq!(
        action["before"]["Block"]["CustomResponse"]["ResponseCode"],
        json!(429)
    );
    assert!(
        !answer.out.contains("\"30\""),
        "a header value: {}",
        answer.out
    );
    assert_eq!(json["steps"][6]["action"], "wafv2:UpdateWebACL");
}

#[test]
fn every_unknown_name_is_told_in_one_go_with_its_place_and_the_names_there_are() {
    let stage = Stage::new();
    let answer = stage.plan(&["wrong"]);
    assert_eq!(answer.code, 2, "{}", answer.out);
    for wanted in [
        "plans.toml:11:11: orchard-aurora-1 is a member of the Aurora cluster orchard-aurora — snapshots are made of the whole cluster — write “orchard-aurora”",
        "plans.toml:11:31: There is no database nowhere",
        "There is no alarm orchard-6xx",
        "plans.toml:13:8: There is no group orchard-node",
        "plans.toml:14:12: there is no service apii",
        "there are: api, ",
        "plans.toml:15:14: There is no rule per-ip-100 here",
        "there are: per-ip-1000",
    ] {
        assert!(answer.out.contains(wanted), "“{wanted}” in\n{}", answer.out);
    }
}

#[test]
fn a_service_without_a_target_or_without_room_is_said_to_be_so() {
    let stage = Stage::new();
    let answer = stage.plan(&["admin", "--output", "json"]);
    assert_eq!(answer.reasons(), ["no-room", "no-desired-timer"]);
    assert_eq!(answer.code, 3);
    let accepted = stage.plan(&[
        "admin",
        "--accept",
        "no-room",
        "--accept",
        "no-desired-timer",
    ]);
    assert_eq!(accepted.code, 0, "{}", accepted.out);
}

#[test]
fn what_somebody_else_is_doing_stands_against_it_all_at_once() {
    let stage = Stage::new();
    stage.account.python(
        "
import datetime
ecs, rds, aas, asg, cloudwatch = (client(n) for n in ('ecs', 'rds', 'application-autoscaling', 'autoscaling', 'cloudwatch'))
soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=20)
target = dict(ServiceNamespace='ecs', ResourceId='service/orchard/api', ScalableDimension='ecs:service:DesiredCount')
aas.put_scheduled_action(**target, ScheduledActionName='nightly', Schedule=soon.strftime('at(%Y-%m-%dT%H:%M:%S)'), ScalableTargetAction={'MinCapacity': 1, 'MaxCapacity': 2})
aas.register_scalable_target(**target, SuspendedState={'ScheduledScalingSuspended': True})
asg.suspend_processes(AutoScalingGroupName='orchard-nodes', ScalingProcesses=['ScheduledActions'])
rds.create_db_snapshot(DBInstanceIdentifier='orchard-db', DBSnapshotIdentifier='by-hand')
out({})
",
    );
    let reasons = stage.sale().reasons();
    assert_eq!(
        reasons,
        [
            "database-busy",
            "scaling-suspended",
            "scaling-suspended",
            "foreign-timer",
            "no-rate-timer"
        ],
    );
}

#[test]
fn a_session_that_is_open_in_the_account_locks_it_and_a_dead_one_has_to_be_put_back_first() {
    let stage = Stage::new();
    let put = |minutes: i64| {
        let now = jiff::Timestamp::now();
        let until = now + jiff::SignedDuration::from_mins(minutes);
        let record = json!({
            "v": 1, "session": "s-1", "plan": "autumn", "who": "bob", "host": "bastion-2",
            "opened": now - jiff::SignedDuration::from_hours(1), "until": until,
            "heartbeat": until.min(now), "open": [],
        });
        stage.account.python(&format!(
            "client('ssm').put_parameter(Name='/tidegate/ap-northeast-2/session/3', Type='String', Overwrite=True, Value='''{record}''')\nout({{}})"
        ));
    };
    put(10);
    let answer = stage.sale();
    assert_eq!(answer.reasons(), ["locked", "no-rate-timer"]);
    assert!(
        answer.out.contains("autumn of bob on bastion-2"),
        "{}",
        answer.out
    );
    put(-10);
    let answer = stage.sale();
    assert_eq!(answer.reasons(), ["locked", "no-rate-timer"]);
    assert!(answer.out.contains("nobody carries it"), "{}", answer.out);
}

#[test]
fn a_missing_permission_is_named_and_without_the_record_it_can_be_accepted() {
    let stage = Stage::new();
    stage.account.tell("fault denied ssm:GetParametersByPath");
    let answer = stage.sale();
    assert_eq!(answer.reasons(), ["no-shared-record", "no-rate-timer"]);
    assert_eq!(
        answer.json()["missing_permissions"],
        json!(["ssm:GetParametersByPath"])
    );
    stage.account.tell("fault denied wafv2:ListWebACLs");
    let answer = stage.sale();
    assert_eq!(answer.reasons(), ["unseen", "no-shared-record"]);
    assert_eq!(answer.code, 3);
}

#[test]
fn without_credentials_it_ends_with_seven() {
    let stage = Stage::new();
    stage.account.tell("fault expired *");
    let answer = stage.sale();
    assert_eq!(
        (answer.code, answer.out.as_str()),
        (7, ""),
        "{}",
        answer.err
    );
    assert!(answer.err.contains("expired"), "{}", answer.err);
}

#[test]
fn an_unknown_plan_an_unknown_reason_and_a_plan_file_that_is_none_get_a_sentence() {
    let stage = Stage::new();
    let answer = stage.plan(&["spring-sail"]);
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("spring-sale"), "{}", answer.err);
    let answer = stage.plan(&["spring-sale", "--accept", "no-rate-timers"]);
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("no-rate-timer"), "{}", answer.err);
    let answer = stage.plan(&["spring-sale", "--accept", "locked"]);
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("has to be mended"), "{}", answer.err);
}

/// IAM's answer: the rule may not be set, the target only under a condition, all else is allowed.
fn judged(call: &Call) -> Answered {
    let body = String::from_utf8_lossy(&call.body).into_owned();
    let asked = form_urlencoded(&body);
    let each = asked
        .iter()
        .filter(|(name, _)| name.starts_with("ActionNames.member."));
    let results = each.map(|(_, action)| {
        let (decision, more) = match action.as_str() {
            "wafv2:UpdateWebACL" => ("implicitDeny", ""),
            "application-autoscaling:RegisterScalableTarget" => (
                "implicitDeny",
                "<MissingContextValues><member>application-autoscaling:service-namespace</member></MissingContextValues>",
            ),
            _ => ("allowed", ""),
        };
        format!("<member><EvalActionName>{action}</EvalActionName><EvalDecision>{decision}</EvalDecision>{more}</member>")
    });
    let results: String = results.collect();
    Answered::Xml(format!(
        "<EvaluationResults>{results}</EvaluationResults><IsTruncated>false</IsTruncated>"
    ))
}

fn form_urlencoded(body: &str) -> Vec<(String, String)> {
    let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.replace("%3A", ":")))
        .collect()
}

#[test]
fn permissions_that_the_writes_would_miss_are_named_before_anything_is_written() {
    let stage = Stage::new();
    let allowed = stage.sale().json();
    assert_eq!(allowed["missing_permissions"], json!([]));
    assert_eq!(allowed["permissions"]["looked_at"], true);
    let needed = allowed["permissions"]["needed"].to_string();
    for action in [
        "rds:AddTagsToResource",
        "ssm:DeleteParameter",
        "wafv2:UpdateWebACL",
    ] {
        assert!(needed.contains(action), "{action} in {needed}");
    }
    let proxy = Proxy::before(stage.account.port);
    proxy.answer("SimulatePrincipalPolicy", judged);
    let said = stage.plan_at(&proxy.url(), &["spring-sale"]).out;
    let line = |start: &str| {
        said.lines()
            .find(|l| l.starts_with(start))
            .unwrap_or_default()
            .to_owned()
    };
    let missing = line("Missing permissions");
    assert!(
        missing.contains("wafv2:UpdateWebACL on arn:aws:wafv2"),
        "{said}"
    );
    assert!(!missing.contains("RegisterScalableTarget"), "{said}");
    assert!(
        line("Allowed under conditions").contains("RegisterScalableTarget"),
        "{said}"
    );
    let asked = |c: &Call| c.operation == "SimulatePrincipalPolicy";
    assert!(proxy.writes().iter().all(asked));
}

#[test]
fn where_iam_may_not_be_asked_the_plan_says_so_and_what_it_needs() {
    let stage = Stage::new();
    stage
        .account
        .tell("fault denied iam:SimulatePrincipalPolicy");
    let said = stage.plan(&["spring-sale", "--accept", "no-rate-timer"]);
    assert_eq!(said.code, 0, "not being able to look refuses nothing");
    for wanted in [
        "Permissions could not be looked at",
        "iam:SimulatePrincipalPolicy",
        "The plan needs: application-autoscaling:DeleteScheduledAction",
    ] {
        assert!(said.out.contains(wanted), "“{wanted}” in {}", said.out);
    }
    let json = stage.sale().json();
    assert_eq!(json["permissions"]["looked_at"], false);
}
