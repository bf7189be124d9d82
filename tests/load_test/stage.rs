//! An account, the machines of its operators, commands on them, and boto3 to look at it all.

use crate::sim::stage::Account;
use crate::support::proxy::{Call, Proxy};
use crate::support::python;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tidegate::journal::{self, Health};
use tidegate::session::load_test::Why;
use tidegate::session::record::Event;
use tidegate::sim::desk::Setup;
use tidegate::sim::throttle::Throttling;

/// Nothing in it has to be waited for: what runs is enough already.
pub const PLANS: &str = r#"
[plan.small]
ttl = "40m"
unattended = "30m"
settle = "1s"
asg = [{ name = "orchard-nodes", min = 1, max = 7 }]
service = [{ cluster = "orchard", name = "api", min = 1, max = 13 }]
rate_rule = [{ acl = "orchard-edge", scope = "regional", rule = "per-ip-1000", set = "count" }]

[plan.sizes]
ttl = "40m"
unattended = "30m"
asg = [{ name = "orchard-nodes", min = 1, max = 7 }]
service = [{ cluster = "orchard", name = "api", min = 1, max = 13 }]

[plan.limit]
ttl = "40m"
unattended = "30m"
settle = "1s"
stop_on_alarm = ["orchard-5xx"]
rate_rule = [{ acl = "orchard-edge", scope = "regional", rule = "per-ip-1000", set = { limit = 20000 } }]

[plan.backup]
ttl = "40m"
unattended = "30m"
backup = ["orchard-db"]
rate_rule = [{ acl = "orchard-edge", scope = "regional", rule = "per-ip-1000", set = "count" }]

[plan.site]
ttl = "40m"
unattended = "30m"
settle = "1s"
rate_rule = [{ acl = "orchard-site", scope = "cloudfront", rule = "per-ip-2000", set = "count" }]

[plan.deserted]
ttl = "40m"
unattended = "1m"
settle = "1s"
rate_rule = [{ acl = "orchard-edge", scope = "regional", rule = "per-ip-1000", set = "count" }]
"#;

/// Everything that a session touches, and what it leaves in the account while it is open.
const LOOK: &str = "
acls = {a['Name']: a for a in waf.list_web_acls(Scope='REGIONAL')['WebACLs']}
edge = waf.get_web_acl(Name='orchard-edge', Id=acls['orchard-edge']['Id'], Scope='REGIONAL')['WebACL']
target = aas.describe_scalable_targets(ServiceNamespace='ecs')['ScalableTargets'][0]
group = asg.describe_auto_scaling_groups()['AutoScalingGroups'][0]
actions = aas.describe_scheduled_actions(ServiceNamespace='ecs')['ScheduledActions']
planned = asg.describe_scheduled_actions()['ScheduledUpdateGroupActions']
records = ssm.get_parameters_by_path(Path='/tidegate', Recursive=True, WithDecryption=True)['Parameters']
out({'settings': {'acl': edge, 'target': [target['MinCapacity'], target['MaxCapacity']], 'group': [group['MinSize'], group['MaxSize']]},
     'timers': [[a['ScheduledActionName'], a['Schedule'], a['ScalableTargetAction']['MinCapacity'], a['ScalableTargetAction']['MaxCapacity']] for a in actions],
     'planned': [[a['ScheduledActionName'], a['StartTime'], a['MinSize'], a['MaxSize']] for a in planned],
     'records': {p['Name']: p['Value'] for p in records}})
";

/// The clients that every script may use.
const CLIENTS: &str = "
waf, aas, asg, ssm, cloudwatch = (client(n) for n in ('wafv2', 'application-autoscaling', 'autoscaling', 'ssm', 'cloudwatch'))
SERVICE = dict(ServiceNamespace='ecs', ResourceId='service/orchard/api', ScalableDimension='ecs:service:DesiredCount')
def set_rule(change):
    at = next(a for a in waf.list_web_acls(Scope='REGIONAL')['WebACLs'] if a['Name'] == 'orchard-edge')
    found = waf.get_web_acl(Name=at['Name'], Id=at['Id'], Scope='REGIONAL')
    change(next(r for r in found['WebACL']['Rules'] if r['Name'] == 'per-ip-1000'))
    taken = waf.meta.service_model.operation_model('UpdateWebACL').input_shape.members
    waf.update_web_acl(Scope='REGIONAL', LockToken=found['LockToken'], **{k: v for k, v in found['WebACL'].items() if k in taken and v != ''})
";

/// Its record looks as if nobody had given a sign of life for long.
pub const SILENT: &str = "
import datetime
record = ssm.get_parameters_by_path(Path='/tidegate', Recursive=True, WithDecryption=True)['Parameters'][0]
value = json.loads(record['Value'])
value['heartbeat'] = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=5)).isoformat()
ssm.put_parameter(Name=record['Name'], Value=json.dumps(value), Type='SecureString', Overwrite=True)
";

/// The longest that anything may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// Asks until there is an answer; fails where none comes.
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// One command and what came of it.
#[derive(Debug)]
pub struct Answer {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// It ended with this code.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }
}

/// One machine with its journal, and the account that it works in.
pub struct Stage {
    pub account: Arc<Account>,
    boto: Arc<Mutex<Boto>>,
    home: TempDir,
    /// Where the commands find the account.
    pub endpoint: String,
}

impl Stage {
    /// An account of its own, as fast as the real time.
    pub fn new() -> Self {
        let account = Arc::new(Account::today(Setup {
            throttling: Throttling::Off,
            ..Setup::default()
        }));
        let boto = Arc::new(Mutex::new(Boto::start(account.port)));
        Self::machine(account, boto)
    }

    /// Another operator's machine in the same account.
    pub fn beside(&self) -> Self {
        Self::machine(self.account.clone(), self.boto.clone())
    }

    fn machine(account: Arc<Account>, boto: Arc<Mutex<Boto>>) -> Self {
        let endpoint = format!("http://127.0.0.1:{}", account.port);
        let home = tempfile::tempdir().expect("a directory");
        std::fs::write(home.path().join("plans.toml"), PLANS).expect("a file");
        Self {
            account,
            boto,
            home,
            endpoint,
        }
    }

    /// `tidegate session …`, not begun yet.
    pub fn session(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
        command.arg("session").args(arguments);
        if matches!(arguments.first(), Some(&"start" | &"plan")) {
            command
                .arg("--plan")
                .arg(self.home.path().join("plans.toml"));
        }
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("USER", "alice")
            .env("LANG", "C.UTF-8")
            .env("AWS_REGION", "ap-northeast-2")
            .env("AWS_ACCESS_KEY_ID", "simulated")
            .env("AWS_SECRET_ACCESS_KEY", "simulated")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .stdin(Stdio::null());
        command
    }

    /// Runs `tidegate session …` to its end.
    pub fn run(&self, arguments: &[&str]) -> Answer {
        answer(&self.session(arguments).output().expect("it runs"))
    }

    /// Begins `tidegate session …`.
    pub fn begin(&self, arguments: &[&str]) -> Running {
        let mut command = self.session(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Running(Some(command.spawn().expect("it runs")))
    }

    /// Runs `tidegate session …` with this variable.
    pub fn run_with(&self, variable: (&str, &str), arguments: &[&str]) -> Answer {
        let mut command = self.session(arguments);
        command.env(variable.0, variable.1);
        answer(&command.output().expect("it runs"))
    }

    /// Begins a plan and follows it until it runs.
    pub fn start(&self, plan: &str, more: &[&str]) -> Answer {
        self.run(&starting(plan, more))
    }

    /// How the session stands, by its guard.
    #[track_caller]
    pub fn status(&self) -> Value {
        self.run(&["status", "--output", "json"]).json()
    }

    /// The guard's process.
    #[track_caller]
    pub fn guard(&self) -> i32 {
        let pid = self.status()["pid"].as_i64().expect("a process");
        i32::try_from(pid).expect("a process id")
    }

    /// Waits until the session is in this stage; answers with the whole.
    pub fn reaches(&self, stage: &str) -> Value {
        until(stage, || {
            let seen = self.run(&["status", "--output", "json"]);
            let now: Value = serde_json::from_str(&seen.out).ok()?;
            (now["stage"] == stage).then_some(now)
        })
    }

    /// Waits until no session is open here any more.
    pub fn is_over(&self) {
        until("no session is open", || {
            let seen = self.run(&["status"]);
            seen.err.contains("No load-test session").then_some(())
        });
    }

    /// Everything that a session touches, by boto3.
    pub fn look(&self) -> Value {
        self.boto(LOOK)
    }

    /// Runs a script with boto3.
    pub fn boto(&self, script: &str) -> Value {
        self.boto.lock().expect("boto3").run(script)
    }

    /// The account is as it was found: settings, no timer, no record.
    #[track_caller]
    pub fn is_as(&self, before: &Value) {
        let now = self.look();
        assert_eq!(&now, before, "{now:#}");
    }

    /// Whether the account is as it was found but for the settings, whatever they are.
    pub fn nets(&self) -> Value {
        let now = self.look();
        json!([now["timers"], now["planned"], now["records"]])
    }

    /// What the journal tells of the only session there is.
    #[track_caller]
    pub fn events(&self) -> Vec<Event> {
        let found = journal::verify(&self.journal()).expect("a directory");
        let damaged = |f: &journal::Finding| f.health == Health::Damaged;
        assert!(!found.iter().any(damaged), "{found:?}");
        let id = found.into_iter().find(|f| f.records > 0);
        let id = id.expect("a session").session;
        let entries = journal::read_session(&self.journal(), &id).entries;
        entries.into_iter().map(|e| e.record.event).collect()
    }

    /// Why it was put back.
    #[track_caller]
    pub fn why(&self) -> Why {
        let why = self.events().into_iter().find_map(|event| match event {
            Event::Reverting { why } => Some(why),
            _ => None,
        });
        why.expect("it was put back")
    }

    /// The journal's directory.
    pub fn journal(&self) -> PathBuf {
        self.home.path().join(".local/state/tidegate/journal")
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }
}

/// A command that goes on by itself.
pub struct Running(Option<Child>);

impl Running {
    pub fn pid(&self) -> i32 {
        let child = self.0.as_ref().expect("it was not awaited");
        i32::try_from(child.id()).expect("a process id")
    }

    /// Waits for its end.
    pub fn ends(mut self) -> Answer {
        let child = self.0.take().expect("it was not awaited");
        answer(&child.wait_with_output().expect("it ends"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            // It may have ended by itself.
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// The same for each case, all at once: most of the time they wait.
pub fn for_each<T: Sync>(cases: &[T], act: impl Fn(&T) + Sync) {
    std::thread::scope(|scope| {
        for case in cases {
            scope.spawn(|| act(case));
        }
    });
}

/// What was asked of the account, in this order, but for signs of life.
pub fn changes(proxy: &Proxy) -> Vec<String> {
    let renews = |c: &Call| c.json()["Overwrite"] == json!(true);
    let calls = proxy.writes().into_iter();
    calls.filter(|c| !renews(c)).map(|c| c.operation).collect()
}

/// The arguments of a start that asks nothing.
pub fn starting<'a>(plan: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let accepted = ["--yes", "--accept", "no-rate-timer", "--output", "json"];
    [&["start", plan], accepted.as_slice(), more].concat()
}

pub fn answer(output: &std::process::Output) -> Answer {
    Answer {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Guards outlive whoever began them; none may outlive its test.
impl Drop for Stage {
    fn drop(&mut self) {
        end_all(self.home.path());
    }
}

/// Kills every process of this home.
pub fn end_all(home: &Path) {
    for pid in processes_with(home) {
        kill(pid, rustix::process::Signal::KILL);
    }
}

/// The processes whose home this is.
pub fn processes_with(home: &Path) -> Vec<i32> {
    let variable = format!("HOME={}", home.display());
    let all = std::fs::read_dir("/proc").expect("/proc");
    let pids = all.filter_map(|e| e.ok()?.file_name().to_str()?.parse().ok());
    pids.filter(|pid: &i32| {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment
            .split(|b| *b == 0)
            .any(|v| v == variable.as_bytes())
    })
    .collect()
}

/// One process; that it is gone already is no matter.
pub fn kill(pid: i32, signal: rustix::process::Signal) {
    if let Some(pid) = rustix::process::Pid::from_raw(pid) {
        rustix::process::kill_process(pid, signal).ok();
    }
}

/// Kills a process and waits until it is no more.
pub fn kill_hard(pid: i32) {
    kill(pid, rustix::process::Signal::KILL);
    until("it is dead", || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let state = stat
            .rsplit(") ")
            .next()
            .and_then(|rest| rest.chars().next());
        matches!(state, None | Some('Z' | 'X')).then_some(())
    });
}

/// A Python with boto3 that stays: its start takes longer than what it is asked.
struct Boto {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// Runs one script a line, and answers with a line.
const LOOP: &str = "
import traceback
everything = dict(globals())
for line in sys.stdin:
    answers = []
    everything['out'] = lambda value: answers.append(value)
    try:
        exec(json.loads(line), everything)
        print(json.dumps({'out': answers[-1] if answers else None}, default=str), flush=True)
    except Exception:
        print(json.dumps({'error': traceback.format_exc()}), flush=True)
";

impl Boto {
    fn start(port: u16) -> Self {
        let env = [
            ("ENDPOINT", format!("http://127.0.0.1:{port}")),
            ("AWS_REGION", "ap-northeast-2".to_owned()),
            ("AWS_ACCESS_KEY_ID", "simulated".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "simulated".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ];
        let mut child = python::command(&format!("{CLIENTS}\n{LOOP}"))
            .env_clear()
            .envs(env)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python runs");
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        Self {
            child,
            input,
            output,
        }
    }

    fn run(&mut self, script: &str) -> Value {
        writeln!(self.input, "{}", json!(script)).expect("python listens");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("python answers");
        let answer: Value = serde_json::from_str(&line).expect("JSON");
        assert!(
            answer["error"].is_null(),
            "{script}\n{}",
            answer["error"].as_str().unwrap_or_default()
        );
        answer["out"].clone()
    }
}

impl Drop for Boto {
    fn drop(&mut self) {
        // It may have ended with its input.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
