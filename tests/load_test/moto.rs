//! A session against moto: nothing of ours at the far end.

use super::crash;
use super::stage::{Answer, answer, end_all};
use crate::carrier::bench;
use crate::support::moto::Account;
use crate::support::proxy::{Answer as Answered, Proxy};
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use tempfile::TempDir;

const PLANS: &str = r#"
[plan.small]
ttl = "40m"
unattended = "30m"
settle = "1s"
asg = [{ name = "nodes", min = 1, max = 5 }]
service = [{ cluster = "orchard", name = "scaled", min = 2, max = 6 }]
rate_rule = [{ acl = "edge", scope = "regional", rule = "per-ip", set = "count" }]
"#;

const LOOK: &str = "
waf, aas, asg, ssm = (client(n) for n in ('wafv2', 'application-autoscaling', 'autoscaling', 'ssm'))
at = waf.list_web_acls(Scope='REGIONAL')['WebACLs'][0]
target = aas.describe_scalable_targets(ServiceNamespace='ecs')['ScalableTargets'][0]
group = asg.describe_auto_scaling_groups()['AutoScalingGroups'][0]
out({'acl': waf.get_web_acl(Name=at['Name'], Id=at['Id'], Scope='REGIONAL')['WebACL'],
     'target': [target['MinCapacity'], target['MaxCapacity']], 'group': [group['MinSize'], group['MaxSize']],
     'timers': aas.describe_scheduled_actions(ServiceNamespace='ecs')['ScheduledActions'],
     'planned': asg.describe_scheduled_actions()['ScheduledUpdateGroupActions'],
     'records': ssm.get_parameters_by_path(Path='/tidegate', Recursive=True)['Parameters']})
";

const NO_REFRESH: &str = "<DescribeInstanceRefreshesResponse xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\"><DescribeInstanceRefreshesResult><InstanceRefreshes/></DescribeInstanceRefreshesResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DescribeInstanceRefreshesResponse>";

/// One machine with its journal, and its line to moto.
struct Machine {
    account: Account,
    proxy: Proxy,
    home: TempDir,
}

impl Machine {
    fn new(account: &Account) -> Self {
        let home = tempfile::tempdir().expect("a directory");
        std::fs::write(home.path().join("plans.toml"), PLANS).expect("a file");
        let proxy = Proxy::before_moto();
        // moto does not know it.
        let none = Answered::Raw(200, "text/xml", NO_REFRESH.into());
        proxy.answer("DescribeInstanceRefreshes", move |_| none.clone());
        Self {
            account: account.clone(),
            proxy,
            home,
        }
    }

    fn session(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
        command
            .arg("session")
            .args(arguments)
            .env_clear()
            .envs(self.account.env_at(&self.proxy.url()))
            .env("HOME", self.home.path())
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Answer {
        answer(&self.session(arguments).output().expect("it runs"))
    }

    fn start(&self) -> Command {
        let plans = self.home.path().join("plans.toml").display().to_string();
        let accepted = ["no-rate-timer", "deployment-running"].map(|a| format!("--accept={a}"));
        let mut words = vec!["start", "small", "--yes", "--plan", &plans];
        words.extend(accepted.iter().map(String::as_str));
        self.session(&words)
    }

    fn look(&self) -> Value {
        self.account.python(LOOK)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        end_all(self.home.path());
    }
}

#[test]
fn against_moto_too_everything_is_as_it_was_found() {
    let machine = Machine::new(&bench::account());
    let before = machine.look();
    answer(&machine.start().output().expect("it runs")).ends(0);
    let during = machine.look();
    assert_eq!(during["group"], json!([1, 5]));
    assert_eq!(during["target"], json!([2, 6]));
    assert_eq!(during["acl"]["Rules"][0]["Action"], json!({ "Count": {} }));
    machine.run(&["revert"]).ends(0);
    assert_eq!(machine.look(), before);
}

/// Two kills; fifty with `TIDEGATE_TEST_CRASHES=all`, and others with `TIDEGATE_TEST_SEED=N`.
#[test]
fn killed_anywhere_against_moto_everything_can_be_put_back() {
    let kills = if crash::all() { 50 } else { 2 };
    let seed = crash::seed();
    let mut random = fastrand::Rng::with_seed(seed);
    let account = bench::account();
    let before = Machine::new(&account).look();
    for _ in 0..kills {
        let point = random.usize(1..crash::POINTS);
        let machine = Machine::new(&account);
        let mut start = machine.start();
        start.env("TIDEGATE_CRASH", format!("any:{point}"));
        if answer(&start.output().expect("it runs")).code == 0 {
            machine.run(&["revert"]);
        }
        let open = !machine
            .run(&["status"])
            .err
            .contains("No load-test session");
        if open {
            let back = machine.run(&["recover", "--revert"]);
            assert_eq!(back.code, 0, "seed {seed}, point {point}: {back:?}");
        }
        let now = machine.look();
        assert_eq!(now, before, "seed {seed}, point {point}: {now:#}");
    }
}
