//! The lag in the title of the logs, beside what the simulated account knows.

use crate::Row;
use crate::case::ms;
use crate::console::Console;
use crate::sim::{Line, Sim};
use crate::tail::{FILTER, GROUP};
use jiff::{SignedDuration, Timestamp, civil::Time, tz::TimeZone};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
/// So long it is watched.
const WATCHED: Duration = Duration::from_secs(20);
const ROWS: usize = 45;

/// One look at the pane, as it had just been drawn.
struct Look {
    at: Timestamp,
    lag: f64,
    /// The lines on the screen: milliseconds since 1970, and the trace.
    lines: BTreeSet<(i64, String)>,
}

/// The lag as the title has it, and the lines by their time and trace.
type Shown = (String, BTreeSet<(Time, String)>);

/// The lag in the title against the account's truth, at an ordinary and at a fast rate.
pub fn lag() -> Vec<Row> {
    [
        ("lag in the title, 40 lines/s: worst error", "40"),
        ("lag in the title, 5,000 lines/s: worst error", "5000"),
    ]
    .map(|(what, rate)| row(what, rate))
    .into()
}

fn row(what: &'static str, rate: &str) -> Row {
    let sim = Sim::start(&["--log-rate", rate, "--log-memory", "256"]);
    let looks = looks(&sim);
    let mut line = Line::to(&sim.at, "logs");
    let errors = looks.iter().filter_map(|look| error(look, &mut line));
    let errors: Vec<f64> = errors.collect();
    let worst = errors.iter().copied().fold(0.0, f64::max);
    let longest = looks.iter().map(|look| look.lag).fold(0.0, f64::max);
    Row {
        what,
        measured: format!(
            "{} ({} looks, lag up to {longest:.1} s)",
            ms(Duration::from_secs_f64(worst)),
            errors.len()
        ),
        reach: "≤ 0.5 s",
        beside: "now − newest ingestionTime on the screen, as the account knows it",
        met: worst <= 0.5 && errors.len() >= 10,
    }
}

/// Follows the group in a console; a look at each new lag or newest line.
fn looks(sim: &Sim) -> Vec<Look> {
    let home = tempfile::tempdir().expect("a directory");
    let config = home.path().join("config.toml");
    std::fs::write(&config, format!("logs = [\"{GROUP}\"]\n")).expect("a file");
    let env = [
        ("AWS_REGION", "ap-northeast-2".to_owned()),
        ("TIDEGATE_CONFIG", config.display().to_string()),
    ];
    let env = env.map(|(name, value)| (name.to_owned(), value));
    let url = format!("http://{}", sim.at);
    let mut console = Console::start_with(&url, 160, ROWS as u16, &[], &env);
    let began =
        Timestamp::now() - SignedDuration::try_from(console.started.elapsed()).expect("short");
    // Raw, so that each line shows its trace: others were written in the same millisecond.
    for key in ["5", "z", "y"] {
        console.key(key, 5 * SECOND, SECOND / 50);
    }
    let follows = console.until(|screen| read(screen).is_some(), 30 * SECOND);
    let from = follows.unwrap_or_else(|| panic!("it never followed:\n{}", console.screen()));
    let (mut looks, mut seen) = (Vec::new(), None);
    while let Some(at) = console.until(
        |screen| read(screen).is_some_and(|now| Some(now) != seen),
        SECOND * 5,
    ) {
        if at > from + WATCHED {
            return looks;
        }
        let at = began + SignedDuration::try_from(at).expect("short");
        seen = read(&console.screen());
        if let Some((lag, lines)) = &seen {
            let dated = |(time, trace): &(Time, String)| (on_this_day(*time, at), trace.clone());
            let lines = lines.iter().map(dated).collect();
            let lag = lag.parse().expect("seconds");
            looks.push(Look { at, lag, lines });
        }
    }
    panic!("it came to rest:\n{}", console.screen())
}

fn read(screen: &str) -> Option<Shown> {
    let title = screen.lines().find(|line| line.contains("5 Logs"))?;
    let (_, lag) = title.split_once("lag ")?;
    let (lag, _) = lag.split_once(" s")?;
    let lines = screen
        .lines()
        .filter_map(|line| Some((time(line)?, trace(line)?.to_owned())));
    Some((lag.to_owned(), lines.collect()))
}

/// The trace of a raw line, or of a message.
fn trace(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("\"traceId\":\"")?;
    rest.split_once('"').map(|(trace, _)| trace)
}

/// The time that begins a line of the pane.
fn time(line: &str) -> Option<Time> {
    let from = line.find(|c: char| c.is_ascii_digit())?;
    let text = line.get(from..from + "14:22:06.745".len())?;
    (from < 8).then(|| text.parse().ok()).flatten()
}

/// The last such time before a moment.
fn on_this_day(time: Time, at: Timestamp) -> i64 {
    let day = at.to_zoned(TimeZone::UTC).date();
    let found = day
        .to_datetime(time)
        .to_zoned(TimeZone::UTC)
        .expect("a time");
    let found = found.timestamp().as_millisecond();
    if found > at.as_millisecond() + 3_600_000 {
        return found - 86_400_000;
    }
    found
}

/// How far the lag was from the truth, in seconds.
fn error(look: &Look, line: &mut Line) -> Option<f64> {
    let ((first, _), (last, _)) = (look.lines.first()?, look.lines.last()?);
    let mut ask = json!({ "logGroupName": GROUP, "startTime": first, "endTime": last + 1 });
    let mut newest = None;
    loop {
        let said: Value = serde_json::from_slice(&line.ask(FILTER, &ask)).expect("JSON");
        let events = said["events"].as_array().into_iter().flatten();
        let shown = events.filter(|event| {
            let (at, text) = (event["timestamp"].as_i64(), event["message"].as_str());
            let known = |(at, trace): (i64, &str)| look.lines.contains(&(at, trace.to_owned()));
            at.zip(text.and_then(trace)).is_some_and(known)
        });
        // What came after the look is not on the screen.
        let ingested = shown.filter_map(|event| event["ingestionTime"].as_i64());
        let before = ingested.filter(|at| *at <= look.at.as_millisecond());
        newest = newest.max(before.max());
        if said["nextToken"].is_null() {
            break;
        }
        ask["nextToken"] = said["nextToken"].clone();
    }
    let truth = (look.at.as_millisecond() - newest?) as f64 / 1e3;
    Some((truth - look.lag).abs())
}
