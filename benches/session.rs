//! Load-test sessions: commands, guards and a console, all of the real binary, against the simulated account.

use crate::Row;
use crate::console::Console;
use crate::sim::{Line, Sim};
use crate::support::pty::cpu_time;
use crate::tap::{Span, Tap, covered};
use jiff::{SignedDuration, Timestamp};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tidegate::domain::change::Target;
use tidegate::domain::ids::SessionId;
use tidegate::journal::read_session;
use tidegate::session::record::{Event, Record, Way};

/// Nothing in it has to be waited for: no bound moves a count.
const PLANS: &str = include_str!("plans.toml");
/// Without a target of their own; two tasks run of each.
const EIGHT: [&str; 8] = [
    "catalog-0001",
    "geo-0001",
    "mail-0001",
    "search-0001",
    "catalog-0002",
    "geo-0002",
    "mail-0002",
    "search-0002",
];
const TIMES: usize = 5;
/// So long a holding guard is watched: each of its rounds comes at least once.
const HELD: Duration = Duration::from_mins(1);
const PATIENCE: Duration = Duration::from_mins(1);

/// One machine with its journal, and the account it works in.
struct Stage {
    sim: Sim,
    tap: Tap,
    home: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let sim = Sim::start(&["--services", "30"]);
        let tap = Tap::before(&sim.at);
        let home = tempfile::tempdir().expect("a directory");
        std::fs::write(home.path().join("plans.toml"), PLANS).expect("a file");
        let stage = Self { sim, tap, home };
        stage.register();
        stage
    }

    /// A scalable target for each of the eight.
    fn register(&self) {
        let mut line = Line::to(&self.sim.at, "application-autoscaling");
        for name in EIGHT {
            let target = json!({
                "ServiceNamespace": "ecs",
                "ResourceId": format!("service/orchard/{name}"),
                "ScalableDimension": "ecs:service:DesiredCount",
                "MinCapacity": 1,
                "MaxCapacity": 4,
            });
            line.ask("AnyScaleFrontendService.RegisterScalableTarget", &target);
        }
    }

    fn env(&self) -> Vec<(String, String)> {
        let home = self.home.path().display().to_string();
        let state = self.home.path().join(".local/state").display().to_string();
        let url = format!("http://{}", self.tap.at);
        [
            ("HOME", home.as_str()),
            ("XDG_STATE_HOME", &state),
            ("USER", "alice"),
            ("LANG", "C.UTF-8"),
            ("AWS_REGION", "ap-northeast-2"),
            ("AWS_ACCESS_KEY_ID", "simulated"),
            ("AWS_SECRET_ACCESS_KEY", "simulated"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_ENDPOINT_URL", &url),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// `tidegate session …`, to its end.
    fn run(&self, arguments: &[&str]) -> Value {
        let out = self.command(arguments).output().expect("it runs");
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{arguments:?}: {said}");
        serde_json::from_slice(&out.stdout).unwrap_or_default()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
        command.arg("session").args(arguments);
        command.args(["--output", "json"]);
        command.env_clear().envs(self.env()).stdin(Stdio::null());
        command
    }

    /// Begins a plan; answers once it runs.
    fn start(&self, plan: &str, more: &[&str]) -> Session<'_> {
        let file = self.home.path().join("plans.toml");
        let file = file.to_str().expect("a path");
        let start = ["start", plan, "--plan", file, "--yes"];
        let accepted = ["--accept", "no-rate-timer"];
        let told = self.run(&[&start[..], &accepted, more].concat());
        let id = told["session"].as_str().expect("a session").into();
        Session { stage: self, id }
    }

    fn journal(&self) -> PathBuf {
        self.home.path().join(".local/state/tidegate/journal")
    }
}

/// A session that was begun.
struct Session<'a> {
    stage: &'a Stage,
    id: SessionId,
}

impl Session<'_> {
    fn records(&self) -> Vec<Record> {
        read_session(&self.stage.journal(), &self.id).records()
    }

    /// The first record that `is` takes, as soon as it is there.
    fn until(&self, is: impl Fn(&Event) -> bool) -> Timestamp {
        let began = Instant::now();
        loop {
            if let Some(record) = self.records().iter().find(|r| is(&r.event)) {
                return record.at;
            }
            assert!(began.elapsed() < PATIENCE, "it never comes");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn status(&self) -> Value {
        self.stage.run(&["status"])
    }

    fn waits_for(&self, whom: &str, is: impl Fn(u64) -> bool) {
        let began = Instant::now();
        while !self.status()["attached"].as_u64().is_some_and(&is) {
            assert!(began.elapsed() < PATIENCE, "{whom} never came");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn guard(&self) -> u32 {
        let pid = self.status()["pid"].as_u64();
        u32::try_from(pid.expect("a process")).expect("a process id")
    }

    fn revert(&self) {
        self.stage.run(&["revert"]);
    }
}

/// A guard outlives its starter, and must not outlive the figure.
impl Drop for Session<'_> {
    fn drop(&mut self) {
        if tidegate::journal::is_held(&self.stage.journal(), &self.id) {
            // Where a figure failed: whatever comes of it.
            self.stage.command(&["revert"]).output().ok();
        }
    }
}

/// When the first of these was written.
fn first(records: &[Record], is: impl Fn(&Event) -> bool) -> Timestamp {
    let found = records.iter().find(|r| is(&r.event));
    found.expect("the journal tells").at
}

/// The step that sets the rate rule.
fn rule(records: &[Record]) -> usize {
    let steps = records.iter().find_map(|r| match &r.event {
        Event::Opened { steps, .. } => Some(steps),
        _ => None,
    });
    let is_rule = |target: &Target| matches!(target, Target::Rule(_));
    let mut steps = steps.expect("it was opened").iter();
    let place = steps.position(|s| s.change().is_some_and(|c| is_rule(&c.target)));
    place.expect("a rate rule")
}

/// The rule is back, and the next step begins: that wait is for its effect, and the plan's.
fn settling(records: &[Record]) -> Span {
    let rule = rule(records);
    let back = |r: &Record| matches!(r.event, Event::Reverted { step } if step == rule);
    let place = records.iter().position(back).expect("the rule is back");
    let next = first(&records[place..], |e| matches!(e, Event::Prepared { .. }));
    Span::new(records[place].at, next)
}

fn seconds(d: SignedDuration) -> String {
    format!("{:.2} s", d.as_secs_f64())
}

/// Sessions of ten changes, there and back: what is left without requests and waiting.
pub fn changes() -> Vec<Row> {
    let stage = Stage::new();
    let took: Vec<[SignedDuration; 4]> = (0..TIMES).map(|_| ten(&stage)).collect();
    let median = |n: usize| {
        let mut all: Vec<SignedDuration> = took.iter().map(|t| t[n]).collect();
        all.sort_unstable();
        all[TIMES / 2]
    };
    let limit = SignedDuration::from_millis(500);
    vec![Row {
        what: "session of 10 changes (20 writes): our own time to apply / revert, median of 5",
        measured: format!(
            "{} / {} (with AWS {} / {})",
            seconds(median(0)),
            seconds(median(1)),
            seconds(median(2)),
            seconds(median(3))
        ),
        reach: "≤ 0.5 s / ≤ 0.5 s",
        beside: "",
        met: median(0) <= limit && median(1) <= limit,
    }]
}

/// Our own time there and back, and the whole.
fn ten(stage: &Stage) -> [SignedDuration; 4] {
    let session = stage.start("ten", &[]);
    session.revert();
    let records = session.records();
    let opened = first(&records, |e| matches!(e, Event::Opened { .. }));
    let running = first(&records, |e| matches!(e, Event::Running));
    let reverting = first(&records, |e| matches!(e, Event::Reverting { .. }));
    let closed = first(&records, |e| matches!(e, Event::Closed { .. }));
    let requests = stage.tap.spans();
    let waits = [requests.clone(), vec![settling(&records)]].concat();
    let own = |spans: Vec<Span>, whole: Span| {
        let all = whole.to.duration_since(whole.from);
        (all - covered(spans, whole), all)
    };
    let there = own(requests, Span::new(opened, running));
    let back = own(waits, Span::new(reverting, closed));
    [there.0, back.0, there.1, back.1]
}

/// Resident memory in MB: of all (`VmRSS:`), or without the pages of files (`RssAnon:`).
fn resident(pid: u32, what: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix(what));
    let kib: Option<f64> = line.and_then(|l| l.split_whitespace().next()?.parse().ok());
    kib.expect("it runs") / 1024.0
}

/// A guard that holds ten changes, with nobody attached.
pub fn guard() -> Vec<Row> {
    let stage = Stage::new();
    let session = stage.start("ten", &[]);
    let pid = session.guard();
    let before = cpu_time(pid).expect("it runs");
    std::thread::sleep(HELD);
    let used = cpu_time(pid).expect("it runs").saturating_sub(before);
    let (memory, own) = (resident(pid, "VmRSS:"), resident(pid, "RssAnon:"));
    session.revert();
    let percent = used.as_secs_f64() / HELD.as_secs_f64() * 100.0;
    vec![Row {
        what: "guard that holds 10 changes: resident memory / CPU of a minute",
        measured: format!(
            "{memory:.1} MB ({own:.1} without the pages of the program's file) / {percent:.2} %"
        ),
        reach: "≤ 25 MB / ≤ 0.1 %",
        beside: "",
        met: memory <= 25.0 && percent <= 0.1,
    }]
}

/// The guard is killed under an open console; the slowest of five.
pub fn death() -> Vec<Row> {
    let stage = Stage::new();
    let took = (0..TIMES).map(|_| kill(&stage));
    let worst = took.max().expect("some");
    vec![Row {
        what: "guard killed → first record of the one that an open console began, worst of 5",
        measured: seconds(worst),
        reach: "≤ 1 s",
        beside: "",
        met: worst <= SignedDuration::from_secs(1),
    }]
}

/// How long the session had no guard: the console noticed in between, and began another.
fn kill(stage: &Stage) -> SignedDuration {
    let session = stage.start("sizes", &[]);
    // Whoever began it has left before the console comes.
    session.waits_for("nobody", |attached| attached == 0);
    let url = format!("http://{}", stage.tap.at);
    let console = Console::start_with(&url, 160, 48, &[], &stage.env());
    session.waits_for("the console", |attached| attached > 0);
    let pid = i32::try_from(session.guard()).ok().and_then(Pid::from_raw);
    let killed = Timestamp::now();
    kill_process(pid.expect("a process"), Signal::KILL).expect("it is killed");
    let restarted = session.until(|e| matches!(e, Event::Continued { .. }));
    drop(console);
    session.revert();
    restarted.duration_since(killed)
}

/// The time is up: the first request back, and the rate rule read back closed; the slowest of five.
pub fn end() -> Vec<Row> {
    let stage = Stage::new();
    let took: Vec<[SignedDuration; 2]> = (0..TIMES).map(|_| time_up(&stage)).collect();
    let worst = |n: usize| took.iter().map(|t| t[n]).max().expect("some");
    let (sent, closed) = (worst(0), worst(1));
    vec![Row {
        what: "time is up → first request back sent / rate rule read back closed, worst of 5",
        measured: format!("{} / {}", seconds(sent), seconds(closed)),
        reach: "≤ 1 s / ≤ 5 s",
        beside: "",
        met: sent <= SignedDuration::from_secs(1) && closed <= SignedDuration::from_secs(5),
    }]
}

fn time_up(stage: &Stage) -> [SignedDuration; 2] {
    let session = stage.start("small", &["--ttl", "6s"]);
    session.until(|e| matches!(e, Event::Closed { .. }));
    let records = session.records();
    let until = records.iter().find_map(|r| match r.event {
        Event::Began { until } => Some(until),
        _ => None,
    });
    let until = until.expect("its time began");
    let rule = rule(&records);
    let sent = first(&records, |e| {
        matches!(
            e,
            Event::Sent {
                way: Way::Revert,
                ..
            }
        )
    });
    let closed = first(
        &records,
        |e| matches!(e, Event::Reverted { step } if *step == rule),
    );
    [sent.duration_since(until), closed.duration_since(until)]
}
