//! A load test from the keyboard: the plan, its name, the banner; the console leaves and comes again;
//! everything goes back, and the report says so. Against the simulated account, and in the demo.

use super::stage::Hands;
use crate::load_test::stage::kill;
use crate::sim::stage::Account;
use crate::support::pty::{Pty, Start};
use serde_json::Value;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;
use tidegate::sim::desk::Setup;
use tidegate::sim::throttle::Throttling;

const CONFIG: &str = r#"
[plan.spring-sale]
ttl = "30m"
settle = "1s"
service = [{ cluster = "orchard", name = "api", min = 2, max = 14 }]
rate_rule = [{ acl = "orchard-edge", rule = "per-ip-1000", set = "count" }]
"#;

/// What a session touches, as boto3 sees it.
const TRUTH: &str = "
wafv2, aas, ssm = (client(n) for n in ('wafv2', 'application-autoscaling', 'ssm'))
at = next(a for a in wafv2.list_web_acls(Scope='REGIONAL')['WebACLs'] if a['Name'] == 'orchard-edge')
target = aas.describe_scalable_targets(ServiceNamespace='ecs')['ScalableTargets'][0]
out({'bounds': [target['MinCapacity'], target['MaxCapacity']],
     'acl': wafv2.get_web_acl(Name=at['Name'], Id=at['Id'], Scope='REGIONAL')['WebACL'],
     'timers': len(aas.describe_scheduled_actions(ServiceNamespace='ecs')['ScheduledActions']),
     'records': len(ssm.get_parameters_by_path(Path='/tidegate', Recursive=True)['Parameters'])})
";

/// A review counts keys after 400 ms on the screen; a slow machine gets some more.
const GRACE: Duration = Duration::from_millis(800);

pub(super) struct Stage {
    account: Account,
    home: TempDir,
}

impl Stage {
    pub(super) fn new() -> Self {
        let account = Account::today(Setup {
            throttling: Throttling::Off,
            ..Setup::default()
        });
        let home = tempfile::tempdir().expect("a directory");
        let config = home.path().join(".config/tidegate");
        std::fs::create_dir_all(&config).expect("a directory");
        std::fs::write(config.join("config.toml"), CONFIG).expect("a file");
        Self { account, home }
    }

    fn env(&self) -> [(&'static str, String); 5] {
        [
            ("HOME", self.home.path().to_string_lossy().into_owned()),
            ("AWS_REGION", "ap-northeast-2".to_owned()),
            ("AWS_ACCESS_KEY_ID", "simulated".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "simulated".to_owned()),
            (
                "AWS_ENDPOINT_URL",
                format!("http://127.0.0.1:{}", self.account.port),
            ),
        ]
    }

    pub(super) fn console(&self) -> Pty {
        let start = Start::console().size(120, 40);
        let env = self.env();
        let start = env
            .iter()
            .fold(start, |s, (name, value)| s.env(name, value));
        let pty = start.go();
        pty.wait_for("per-ip-1000");
        pty
    }

    pub(super) fn command(&self, words: &[&str]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
        command.args(words).env_clear();
        for (name, value) in self.env() {
            command.env(name, value);
        }
        let done = command.output().expect("it runs");
        let out = String::from_utf8_lossy(&done.stdout).into_owned();
        (done.status.code().expect("no signal"), out)
    }

    /// How the session stands, by its guard; `null` where there is none.
    pub(super) fn status(&self) -> Value {
        let (_, out) = self.command(&["session", "status", "--output", "json"]);
        serde_json::from_str(&out).unwrap_or_default()
    }

    /// The guard's process.
    pub(super) fn guard(&self) -> Option<i32> {
        let pid = self.status()["pid"].as_i64()?;
        i32::try_from(pid).ok()
    }

    pub(super) fn truth(&self) -> Value {
        self.account.python(TRUTH)
    }
}

/// No guard outlives its test.
impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(pid) = self.guard() {
            kill(pid, rustix::process::Signal::KILL);
        }
    }
}

/// From `T` to the first sign of the session.
pub(super) fn begin(console: &mut Pty) {
    console.send("T");
    console.wait_for("spring-sale");
    console.send("\r");
    console.wait_for("no-rate-timer");
    console.bytes_within(GRACE);
    // What nothing in AWS closes is taken on by name.
    console.send(" ");
    console.wait_for("space again accepts no-rate-timer");
    console.send(" ");
    console.wait_for("[x] no-rate-timer");
    console.send("G\r");
    console.wait_for("name: ");
    console.bytes_within(GRACE);
    console.send("spring-sale\r");
    console.wait_for("LOAD TEST spring-sale");
}

pub(super) fn put_back(console: &mut Pty) {
    console.send("R");
    console.wait_for("Goes back, in this order:");
    console.bytes_within(GRACE);
    console.send("y");
    console.wait_for("everything is as it was found");
}

/// Escape and a key at once would be one key.
fn close_the_page(console: &mut Pty) {
    console.send("\u{1b}");
    console.wait_for("Rate rules");
}

#[test]
fn a_load_test_outlives_its_console_and_is_put_back_from_the_next_one() {
    let stage = Stage::new();
    let before = stage.truth();
    let mut console = stage.console();
    begin(&mut console);
    console.wait_for("running");
    let during = stage.truth();
    assert_eq!(
        (&during["bounds"][1], &during["timers"], &during["records"]),
        (&14.into(), &1.into(), &1.into())
    );
    close_the_page(&mut console);
    console.wait_for("1000 / 60 s  COUNT");
    console.send("q");
    console.wait_for("guard goes on");
    console.bytes_within(GRACE);
    console.send("y");
    assert_eq!(console.wait_exit(), 0);
    assert_eq!(stage.truth(), during, "leaving puts nothing back");

    let mut console = stage.console();
    console.wait_for("LOAD TEST spring-sale");
    put_back(&mut console);
    assert_eq!(stage.truth(), before);
    console.send(":report\r");
    console.wait_for("# Load test spring-sale");
    console.send("\u{1b}");
    console.wait_gone("# Load test spring-sale");
    console.quit();
    let (code, report) = stage.command(&["session", "report", "last"]);
    assert_eq!(code, 0);
    assert!(report.contains("Everything is as it was found"), "{report}");
}

#[test]
fn the_demo_carries_a_load_test_as_well() {
    let mut console = Start::console()
        .without("HOME")
        .size(120, 40)
        .arg("--demo")
        .go();
    console.wait_for("per-ip-1000");
    begin(&mut console);
    put_back(&mut console);
    close_the_page(&mut console);
    console.quit();
}

#[test]
fn a_change_with_an_end_is_a_small_session_with_a_banner() {
    let mut console = Start::console()
        .without("HOME")
        .size(120, 40)
        .arg("--demo")
        .arg("--load")
        .arg("0")
        .go();
    console.wait_for("1000 / 60 s  BLOCK");
    console.send("3t");
    console.wait_for("by itself after 30 min");
    console.bytes_within(GRACE);
    console.send("y");
    console.wait_for("29 min left");
    console.wait_for("no-rate-timer");
    console.wait_for("1000 / 60 s  COUNT");
    console.send("R");
    console.wait_for("Goes back, in this order:");
    console.bytes_within(GRACE);
    console.send("y");
    console.wait_for("1000 / 60 s  BLOCK");
    console.wait_gone("LOAD TEST");
    console.quit();
}
