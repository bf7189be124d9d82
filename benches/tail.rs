//! `tidegate logs --follow` against the simulated account, beside a client that
//! throws the answers away, and awslogs.

use crate::Row;
use crate::sim::{Line, Sim};
use crate::support::pty::{cpu_time, send_signal};
use crate::support::python;
use crate::support::stage::Account;
use rustix::process::Signal;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tidegate::sim::desk::Setup;
use tidegate::sim::throttle::Throttling;
use tidegate::sim::world::Config;

pub const GROUP: &str = "/ecs/orchard-api";
pub const FILTER: &str = "Logs_20140328.FilterLogEvents";
const RUNS: usize = 5;
const AWSLOGS: &str = "awslogs==0.15.0";

/// An account that has written so many lines a second for a while, and stands still.
fn still(rate: &str, time: &str) -> Sim {
    let sim = Sim::start(&["--log-rate", rate, "--log-memory", "1024"]);
    let mut line = Line::to(&sim.at, "logs");
    line.control("speed manual");
    line.control(&format!("advance {time}"));
    while !line.has_caught_up() {}
    sim
}

/// Reads all pages and throws them away; answers with the events in them.
fn thrown_away(at: &str) -> (usize, Duration) {
    let (mut line, began) = (Line::to(at, "logs"), Instant::now());
    let (mut count, mut ask) = (
        0,
        json!({ "logGroupName": GROUP, "startTime": 0, "limit": 10_000 }),
    );
    loop {
        let said = line.ask(FILTER, &ask);
        count += memchr::memmem::find_iter(&said, b"\"eventId\"").count();
        let Some(token) = token(&said) else {
            return (count, began.elapsed());
        };
        ask["nextToken"] = json!(token);
    }
}

/// Without a parser: the token has nothing that JSON escapes.
fn token(said: &[u8]) -> Option<String> {
    const NAME: &[u8] = b"\"nextToken\":\"";
    let from = memchr::memmem::find(said, NAME)? + NAME.len();
    let rest = &said[from..];
    let text = &rest[..memchr::memchr(b'"', rest)?];
    Some(String::from_utf8_lossy(text).into_owned())
}

fn asking(at: &str, mut command: Command) -> Command {
    command
        .env("AWS_ENDPOINT_URL", format!("http://{at}"))
        .env("AWS_REGION", "ap-northeast-2")
        .env("AWS_DEFAULT_REGION", "ap-northeast-2")
        .env("AWS_ACCESS_KEY_ID", "simulated")
        .env("AWS_SECRET_ACCESS_KEY", "simulated")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command
}

/// What a follow took.
struct Took {
    time: Duration,
    cpu: Duration,
    /// The most that was resident, in MB, when a fifth of the lines was read, and at the end.
    resident: (f64, f64),
}

/// The most that was resident so far, in MB.
fn peak(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1024.0
}

/// Follows until so many lines were read, the start of the process included.
fn followed(at: &str, lines: usize) -> Took {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
    // A line of JSON is one line, whatever is in the message.
    command.args([
        "logs", GROUP, "--since", "1d", "--follow", "--output", "json",
    ]);
    let began = Instant::now();
    let mut child = asking(at, command).spawn().expect("it starts");
    let mut out = BufReader::with_capacity(1 << 20, child.stdout.take().expect("piped"));
    let (mut left, mut early) = (lines, f64::NAN);
    while left > 0 {
        let block = out.fill_buf().expect("lines");
        assert!(!block.is_empty(), "it ended with {left} lines to come");
        left = left.saturating_sub(memchr::memchr_iter(b'\n', block).count());
        let read = block.len();
        out.consume(read);
        if early.is_nan() && left < lines / 5 * 4 {
            early = peak(child.id());
        }
    }
    let took = Took {
        time: began.elapsed(),
        cpu: cpu_time(child.id()).expect("it runs"),
        resident: (early, peak(child.id())),
    };
    send_signal(child.id(), Signal::TERM);
    child.wait().expect("it ends");
    took
}

/// Events a second of headless follow, and of the client beside it.
pub fn rate() -> Vec<Row> {
    let sim = still("5000", "90s");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (count, took) = thrown_away(&sim.at);
        theirs.push(count as f64 / took.as_secs_f64());
        ours.push(count as f64 / followed(&sim.at, count).time.as_secs_f64());
    }
    let (ours, theirs) = (middle(ours), middle(theirs));
    vec![Row {
        what: "headless follow of a backlog, quotas off, median of 5",
        measured: format!("{ours:.0}/s ({:.0} %)", 100.0 * ours / theirs),
        reach: "≥ 90 % of a client that throws the answers away",
        beside: "that client, in turn with it",
        met: ours >= 0.9 * theirs,
    }]
}

fn middle(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

/// CPU of an event, beside awslogs on the same lines.
pub fn cpu() -> Vec<Row> {
    let sim = still("5000", "15s");
    let (count, _) = thrown_away(&sim.at);
    let micros = |cpu: Duration| cpu.as_secs_f64() * 1e6 / count as f64;
    let ours = micros(followed(&sim.at, count).cpu);
    let theirs = micros(awslogs(&sim.at));
    vec![Row {
        what: "headless follow, CPU of an event",
        measured: format!(
            "{ours:.2} µs (awslogs 0.15: {theirs:.0} µs, {:.0} times)",
            theirs / ours
        ),
        reach: "≤ 1/20 of awslogs 0.15",
        beside: "awslogs 0.15 on the same lines",
        met: ours * 20.0 <= theirs,
    }]
}

/// An account with an hour of history that ends now: whoever reads it has a right clock.
fn hour() -> Account {
    const HOUR: Duration = Duration::from_hours(1);
    let setup = Setup {
        throttling: Throttling::Off,
        config: Config {
            log_rate: Some(500.0),
            log_memory: 1 << 30,
            ..Config::default()
        },
        ..Setup::default()
    };
    let account = Account::behind(setup, HOUR);
    account.tell("speed manual");
    account.sim.advance(HOUR);
    account
}

/// A million lines of history, then what comes: what is kept in memory does not grow with what was read.
pub fn memory() -> Vec<Row> {
    let account = hour();
    let at = format!("127.0.0.1:{}", account.port);
    let (count, _) = thrown_away(&at);
    let (early, late) = followed(&at, count).resident;
    vec![Row {
        what: "headless follow with an hour of history: most resident after a fifth of it, at its end",
        measured: format!("{early:.0}, {late:.0} MB ({count} lines)"),
        reach: "flat: within 10 %",
        beside: "",
        met: late <= early * 1.1 && count >= 1_000_000,
    }]
}

fn awslogs(at: &str) -> Duration {
    const SCRIPT: &str = "
import resource, sys
from awslogs.bin import main
sys.argv = ['awslogs', 'get', sys.argv[1], '-s1d', '--no-color']
main()
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, file=sys.stderr)
";
    let mut command = Command::new(environment().join("bin/python"));
    command.args(["-c", SCRIPT, GROUP]).stderr(Stdio::piped());
    let mut child = asking(at, command).spawn().expect("python");
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    std::io::copy(&mut out, &mut std::io::sink()).expect("lines");
    let done = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    let seconds = said.lines().last().and_then(|line| line.parse().ok());
    Duration::from_secs_f64(seconds.unwrap_or_else(|| panic!("{said}")))
}

/// A Python with awslogs in it; made once.
fn environment() -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("awslogs");
    let run = |command: &mut Command| assert!(command.status().expect("python").success());
    if !home.join("bin/awslogs").exists() {
        run(Command::new(python::interpreter())
            .args(["-m", "venv", "--clear"])
            .arg(&home));
        let pip = ["-m", "pip", "install", "--quiet", AWSLOGS, "setuptools<81"];
        run(Command::new(home.join("bin/python")).args(pip));
    }
    home
}
