//! `tidegate logs` as a process.

use super::stage::{GROUPS, Known, account, agree, now, python, tell, truth};
use crate::sim::stage::Account;
use crate::support::pty::{Start, send_signal};
use jiff::Timestamp;
use rustix::process::Signal;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};

pub fn logs(account: &Account, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
    command
        .arg("logs")
        .args(args)
        .env_clear()
        .env(
            "AWS_ENDPOINT_URL",
            format!("http://127.0.0.1:{}", account.port),
        )
        .env("AWS_REGION", "ap-northeast-2")
        .env("AWS_ACCESS_KEY_ID", "simulated")
        .env("AWS_SECRET_ACCESS_KEY", "simulated")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub fn done(mut command: Command) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (
        status.code().expect("no signal"),
        text(stdout),
        text(stderr),
    )
}

fn moment(at: i64) -> String {
    Timestamp::from_millisecond(at).expect("a time").to_string()
}

/// A line as it was written: what it is known by, when it was ingested, and whether it is called late.
pub struct Written {
    pub known: Known,
    ingested: i64,
    pub late: bool,
}

/// Time, group and message of a line.
fn parts(line: &str) -> [String; 3] {
    let value: Value = serde_json::from_str(line).expect("JSON");
    ["timestamp", "group", "message"].map(|name| value[name].as_str().expect("text").to_owned())
}

fn known(line: &str) -> Known {
    written(line).known
}

fn written(line: &str) -> Written {
    let value: Value = serde_json::from_str(line).expect("JSON");
    let text = |name: &str| {
        value[name]
            .as_str()
            .unwrap_or_else(|| panic!("{name} in {line}"))
    };
    let at: Timestamp = text("timestamp").parse().expect("RFC 3339");
    let ingested: Timestamp = text("ingested").parse().expect("RFC 3339");
    let sum = crc32fast::hash(text("message").as_bytes());
    Written {
        known: (text("group").to_owned(), at.as_millisecond(), sum),
        ingested: ingested.as_millisecond(),
        late: value["late"] == true,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_of_several_groups_is_written_once_each_in_the_order_of_time() {
    let account = account(300.0, 60);
    tell(&account, "speed manual");
    let (from, to) = (now() - 50_000, now() - 2_000);
    let (since, until) = (moment(from), moment(to));
    let window = ["--since", &since, "--until", &until];
    let with = |more: &[&'static str]| [&GROUPS[..], &window, more].concat();
    let (code, said, err) = done(logs(&account, &with(&["--output", "json"])));
    assert_eq!((code, err.as_str()), (0, ""));
    let found: Vec<Known> = said.lines().map(known).collect();
    assert!(found.is_sorted_by_key(|line| line.1));
    agree(found.clone(), &truth(&account, &GROUPS, from, to));
    // As text a pipe gets the very messages, with several groups after the time and the group of each.
    let parts: Vec<[String; 3]> = said.lines().map(parts).collect();
    let (code, text, _) = done(logs(&account, &with(&[])));
    let expected: String = parts.iter().map(|line| line.join(" ") + "\n").collect();
    assert_eq!((code, text == expected), (0, true));
    let (code, text, _) = done(logs(&account, &[&GROUPS[..1], &window].concat()));
    let of_one = parts.iter().filter(|[_, group, _]| group == GROUPS[0]);
    let expected: String = of_one.map(|line| line[2].clone() + "\n").collect();
    assert_eq!((code, text == expected), (0, true));
    // The filter is the engine's, the fields are what it understood.
    let (_, slow, _) = done(logs(
        &account,
        &with(&["--output", "json", "--filter", "status>=200"]),
    ));
    let all: Vec<Value> = slow
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert!(!all.is_empty() && all.len() < found.len());
    for line in all {
        let fields = ["level", "path", "method", "traceId"];
        assert!(
            line["status"].as_u64() >= Some(200) && line["durationMs"].is_number(),
            "{line}"
        );
        assert!(fields.iter().all(|name| line[name].is_string()), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_groups_are_listed_by_the_beginning_of_their_names() {
    let account = account(1.0, 0);
    let (code, text, _) = done(logs(&account, &["--list", "/ecs/"]));
    let names: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!((code, names), (0, vec![GROUPS[1], GROUPS[0], GROUPS[2]]));
    let (_, json, _) = done(logs(&account, &["--list", GROUPS[0], "--output", "json"]));
    let group: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(
        (&group["name"], &group["retentionDays"]),
        (&GROUPS[0].into(), &1.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_kept_any_more_is_said_with_the_place_of_its_export() {
    let account = account(5.0, 20);
    let said = |args: &[&str]| {
        let (code, _, err) = done(logs(&account, args));
        assert_eq!(code, 0, "{err}");
        err
    };
    let err = said(&[GROUPS[0], "--since", "3d"]);
    let place = "s3://orchard-log-archive/ecs/orchard-api/";
    for part in ["keeps its lines for 1 day", "older than 20", place] {
        assert!(err.contains(part), "{part} in {err}");
    }
    assert_eq!(said(&[GROUPS[1], "--since", "3d"]), "");
    // A group of the same name in another region is another group: its tasks are asked for there.
    python(
        &account,
        "far = client('logs', 'eu-west-1')
far.create_log_group(logGroupName='/ecs/orchard-api')
far.put_retention_policy(logGroupName='/ecs/orchard-api', retentionInDays=1)",
    );
    let (_, _, err) = done(logs(
        &account,
        &["eu-west-1:/ecs/orchard-api", "--since", "3d"],
    ));
    assert!(
        err.contains("keeps its lines for 1 day") && !err.contains("s3://"),
        "{err}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_said_where_a_slip_of_the_finger_is_likely() {
    let account = account(20.0, 20);
    for (args, said) in [
        (
            &[GROUPS[0], "--filter", "statuss>=500"][..],
            "No line has the field “statuss”; the nearest names: status",
        ),
        (&["--list", "/nothing"], "begins with “/nothing”"),
    ] {
        let mut command = logs(&account, args);
        command.env("LANG", "C.UTF-8");
        let (code, out, err) = done(command);
        assert_eq!(
            (code, out.as_str(), err.lines().count()),
            (0, "", 1),
            "{err}"
        );
        assert!(err.contains(said), "{err}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_a_sentence_and_an_exit_code() {
    let account = account(1.0, 0);
    python(
        &account,
        "client('logs', 'eu-west-1').create_log_group(logGroupName='/ecs/orchard-far')",
    );
    for (args, code, said) in [
        (&["/ecs/orchard-apo"][..], 2, "Near it: /ecs/orchard-api"),
        (
            &["arn:aws:logs:ap-northeast-2:999999999999:log-group:/ecs/orchard-api"],
            2,
            "The ARN names account 999999999999",
        ),
        (
            &["eu-west-1:/ecs/orchard-apo"],
            2,
            "Near it: eu-west-1:/ecs/orchard-far",
        ),
        (
            &["eu-west-3:/ecs/orchard-apo"],
            2,
            "--list --region eu-west-3",
        ),
        (&[GROUPS[0], "/ecs/nope"], 2, "no log group /ecs/nope"),
        (&["/ecs/nope", "--follow"], 2, "no log group /ecs/nope"),
        (&["a b"], 2, "cannot be the name of a log group"),
        (&[], 2, "No log group is named"),
        (&[GROUPS[0], "--filter", "a |"], 2, "tidegate: "),
        (
            &[GROUPS[0], "--since", "soon"],
            2,
            "--since: “soon” is no time",
        ),
        (&[GROUPS[0], "--since", "-5m"], 2, "Write --since 5m"),
        (
            &[GROUPS[0], "--until", "1d"],
            2,
            "--until is not after --since",
        ),
        (&[GROUPS[0], "--live-tail"], 2, "--follow"),
        (
            &[GROUPS[0], "--follow", "--until", "now"],
            2,
            "cannot be used with",
        ),
        (
            &[GROUPS[0], "--pattern", "{ $."],
            2,
            "Invalid filter pattern",
        ),
        (&["--list", "a", "b"], 2, "the beginning of one name"),
    ] {
        let mut command = logs(&account, args);
        command.env("LANG", "C.UTF-8");
        let (found, out, err) = done(command);
        assert_eq!((found, out.as_str()), (code, ""), "{args:?}: {err}");
        assert!(err.contains(said), "{args:?}: {err}");
    }
    let mut nobody = logs(&account, &[GROUPS[0]]);
    nobody
        .env_remove("AWS_ACCESS_KEY_ID")
        .env("HOME", "/nowhere");
    let (code, _, err) = done(nobody);
    assert_eq!(code, 7, "{err}");
    tell(&account, "fault denied logs:FilterLogEvents");
    let (code, _, err) = done(logs(&account, &[GROUPS[0]]));
    assert_eq!(code, 1);
    assert!(err.contains("logs:FilterLogEvents"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_is_told_why_once_and_gets_the_lines_in_the_end() {
    let account = account(20.0, 20);
    tell(&account, "fault cut logs:FilterLogEvents");
    let mut child = logs(&account, &GROUPS).spawn().expect("it starts");
    let mut err = BufReader::new(child.stderr.take().expect("piped"));
    let mut first = String::new();
    tokio::task::block_in_place(|| err.read_line(&mut first).expect("text"));
    assert!(first.contains("; it is tried again"), "{first}");
    tell(&account, "faults off");
    let (mut lines, mut rest) = (String::new(), String::new());
    let mut out = child.stdout.take().expect("piped");
    tokio::task::block_in_place(|| out.read_to_string(&mut lines).expect("text"));
    err.read_to_string(&mut rest).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert_eq!((lines.is_empty(), rest.as_str()), (false, ""));
}

pub type Lines = BufReader<std::process::ChildStdout>;

/// Follows, and has brought so many lines.
pub fn following(account: &Account, args: &[&str], lines: usize) -> (Child, Lines, Vec<Written>) {
    let args = [args, &["--follow", "--output", "json"]].concat();
    let mut child = logs(account, &args).spawn().expect("it starts");
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    let mut found = Vec::new();
    while found.len() < lines {
        found.push(next(&mut out));
    }
    (child, out, found)
}

pub fn next(out: &mut Lines) -> Written {
    let mut line = String::new();
    assert!(out.read_line(&mut line).expect("a line") > 0, "it ended");
    written(&line)
}

pub fn said(child: &mut Child) -> String {
    let mut err = String::new();
    let mut pipe = child.stderr.take().expect("piped");
    pipe.read_to_string(&mut err).expect("text");
    err
}

/// What the account has of these groups from a time on, each line with its time of ingestion.
fn ingested(account: &Account, groups: &[&str], start: i64) -> Vec<(Known, i64)> {
    let script = format!(
        "import zlib
logs, found = client('logs'), []
for group in json.loads({groups:?}):
    for page in logs.get_paginator('filter_log_events').paginate(logGroupName=group, startTime={start}):
        found += [[[group, e['timestamp'], zlib.crc32(e['message'].encode())], e['ingestionTime']] for e in page['events']]
print(json.dumps(found))",
        groups = serde_json::json!(groups).to_string(),
    );
    serde_json::from_value(python(account, &script)).expect("lines")
}

/// Nothing is left out: of each group there is every line that was ingested before the newest one that was written.
fn are_without_gaps(found: &[Written], all: &[(Known, i64)]) {
    let mut compared = 0;
    for group in GROUPS {
        let of_group = || found.iter().filter(|line| line.known.0 == group);
        let newest = of_group().map(|line| line.ingested).max();
        let newest = newest.unwrap_or_else(|| panic!("no line of {group}"));
        let before = of_group().filter(|line| line.ingested < newest);
        let before: Vec<Known> = before.map(|line| line.known.clone()).collect();
        let truth = all
            .iter()
            .filter(|(known, at)| known.0 == group && *at < newest);
        let truth: Vec<Known> = truth.map(|(known, _)| known.clone()).collect();
        compared += truth.len();
        agree(before, &truth);
    }
    assert!(compared > 500, "{compared}");
}

/// A line is called late where a newer one stands before it, and nowhere else.
fn are_marked_where_they_are_late(found: &[Written]) {
    let mut newest = i64::MIN;
    for line in found {
        assert_eq!(line.late, line.known.1 < newest, "{:?}", line.known);
        newest = newest.max(line.known.1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_ends_well_on_both_signals_with_whole_lines_and_none_lost() {
    for (signal, live) in [(Signal::INT, &[][..]), (Signal::TERM, &["--live-tail"][..])] {
        // The history is one page and stands still: when all of it is written, what comes next is followed.
        let account = account(60.0, 20);
        tell(&account, "speed manual");
        let from = now() - 60_000;
        let history = truth(&account, &GROUPS, from, i64::MAX / 4).len();
        let since = moment(from);
        let args = [&GROUPS[..], &["--since", &since], live].concat();
        let (mut child, mut out, mut found) =
            tokio::task::block_in_place(|| following(&account, &args, history));
        tell(&account, "speed 1");
        tokio::task::block_in_place(|| found.extend((0..100).map(|_| next(&mut out))));
        send_signal(child.id(), signal);
        found.extend(out.lines().map(|line| written(&line.expect("text"))));
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
        assert_eq!(said(&mut child), "");
        are_marked_where_they_are_late(&found);
        are_without_gaps(&found, &ingested(&account, &GROUPS, from));
    }
}

/// A line of so many seconds ago comes now.
fn straggles(account: &Account, seconds: u32, text: &str) {
    let script = format!(
        "logs, stream = client('logs'), dict(logGroupName='{}', logStreamName='straggling {text}')
logs.create_log_stream(**stream)
logs.put_log_events(**stream, logEvents=[dict(timestamp=int(time.time() * 1000) - {seconds}_000, message='straggling {text}')])",
        GROUPS[0]
    );
    python(account, &script);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_comes_after_newer_ones_is_marked_in_both_forms() {
    let account = account(40.0, 20);
    let (mut child, mut out, mut found) =
        tokio::task::block_in_place(|| following(&account, &GROUPS[..2], 100));
    let url = format!("http://127.0.0.1:{}", account.port);
    let mut terminal = Start::console().env("AWS_ENDPOINT_URL", &url).size(200, 24);
    for arg in ["logs", GROUPS[0], "--follow", "--filter", "straggling"] {
        terminal = terminal.arg(arg);
    }
    let terminal = terminal.go();
    straggles(&account, 1, "little");
    tokio::task::block_in_place(|| terminal.wait_for("straggling little"));
    straggles(&account, 60, "much");
    tokio::task::block_in_place(|| {
        let sum = crc32fast::hash(b"straggling much");
        while found.last().is_none_or(|line| line.known.2 != sum) {
            found.push(next(&mut out));
        }
        terminal.wait_for("straggling much");
    });
    assert!(found.last().is_some_and(|line| line.late));
    are_marked_where_they_are_late(&found);
    let shown = terminal.screen();
    let line = |text| shown.lines().find(|line| line.ends_with(text));
    assert!(
        line("little").is_some_and(|line| line.starts_with("20")),
        "{shown}"
    );
    assert!(
        line("much").is_some_and(|line| line.starts_with("late 20")),
        "{shown}"
    );
    send_signal(child.id(), Signal::TERM);
    drop(out);
    child.wait().expect("it ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_is_not_there_is_followed_once_it_is() {
    let account = account(40.0, 20);
    let args = [GROUPS[0], "/new"];
    let (mut child, mut out, _) = tokio::task::block_in_place(|| following(&account, &args, 50));
    python(
        &account,
        "logs, stream = client('logs'), dict(logGroupName='/new', logStreamName='s')
logs.create_log_group(logGroupName='/new')
logs.create_log_stream(**stream)
logs.put_log_events(**stream, logEvents=[dict(timestamp=int(time.time() * 1000), message='first')])",
    );
    tokio::task::block_in_place(|| while next(&mut out).known.0 != "/new" {});
    send_signal(child.id(), Signal::INT);
    drop(out);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    let said = said(&mut child);
    let said: Vec<&str> = said.lines().collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said[0].contains("no log group /new in ap-northeast-2 — it is followed once it is there"),
        "{said:?}"
    );
    assert!(said[1].ends_with("/new is followed now"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_follows_gets_all_lines_of_groups_that_brought_none_at_first() {
    let account = account(20.0, 20);
    tell(&account, "speed manual");
    tell(&account, "fault cut logs:FilterLogEvents");
    let from = now() - 60_000;
    let since = moment(from);
    let args = [
        &GROUPS[..],
        &["--since", &since, "--follow", "--output", "json"],
    ]
    .concat();
    let mut child = logs(&account, &args).spawn().expect("it starts");
    let mut err = BufReader::new(child.stderr.take().expect("piped"));
    let mut said = String::new();
    tokio::task::block_in_place(|| {
        while said.matches("brings no lines yet").count() < GROUPS.len() {
            assert!(err.read_line(&mut said).expect("text") > 0, "{said}");
        }
    });
    tell(&account, "faults off");
    let all = truth(&account, &GROUPS, from, i64::MAX / 4);
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    let found =
        tokio::task::block_in_place(|| (0..all.len()).map(|_| next(&mut out).known).collect());
    agree(found, &all);
    send_signal(child.id(), Signal::TERM);
    drop(out);
    tokio::task::block_in_place(|| err.read_to_string(&mut said).expect("text"));
    assert_eq!(child.wait().expect("it ends").code(), Some(0), "{said}");
    let back = |group: &&str| said.contains(&format!("{group} is followed now"));
    assert!(GROUPS.iter().all(back), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_read_says_on_a_terminal_how_far_it_is_and_wipes_it_out() {
    let account = account(2_000.0, 30);
    let program = env!("CARGO_BIN_EXE_tidegate");
    let url = format!("http://127.0.0.1:{}", account.port);
    let command = format!("'{program}' logs {} >lines; echo the end", GROUPS[0]);
    let shell = Start::program("/bin/sh").arg("-c").arg(&command);
    let mut terminal = shell.env("AWS_ENDPOINT_URL", &url).size(100, 5).go();
    tokio::task::block_in_place(|| {
        terminal.wait_for("the end");
        assert_eq!(terminal.wait_exit(), 0);
    });
    let raw = String::from_utf8(terminal.raw()).expect("text");
    assert!(raw.contains(" shown, up to 20"), "{raw:?}");
    assert_eq!(terminal.screen().trim(), "the end");
    let written = std::fs::read_to_string(terminal.home().join("lines")).expect("lines");
    assert!(written.lines().count() > 10_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_leaves_ends_it_quietly() {
    let account = account(400.0, 30);
    let (mut child, out, _) = tokio::task::block_in_place(|| following(&account, &[GROUPS[0]], 10));
    drop(out);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert_eq!(said(&mut child), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_gets_no_command_of_a_line_and_no_secret_and_a_pipe_gets_both() {
    let account = account(1.0, 0);
    python(
        &account,
        r"logs = client('logs')
logs.create_log_group(logGroupName='/odd')
logs.create_log_stream(logGroupName='/odd', logStreamName='s')
logs.put_log_events(logGroupName='/odd', logStreamName='s', logEvents=[dict(timestamp=int(time.time() * 1000), message='a\x1b[2Jb password=hunter2 \u202ec')])",
    );
    let (_, piped, _) = done(logs(&account, &["/odd"]));
    assert_eq!(piped, "a\u{1b}[2Jb password=hunter2 \u{202e}c\n");
    let url = format!("http://127.0.0.1:{}", account.port);
    for form in ["text", "json"] {
        let mut terminal = Start::console().env("AWS_ENDPOINT_URL", &url).size(200, 24);
        for arg in [
            "logs",
            "/odd",
            "--region",
            "ap-northeast-2",
            "--output",
            form,
        ] {
            terminal = terminal.arg(arg);
        }
        let mut terminal = terminal.go();
        tokio::task::block_in_place(|| terminal.wait_for("b password=***"));
        assert_eq!(tokio::task::block_in_place(|| terminal.wait_exit()), 0);
        let raw = String::from_utf8(terminal.raw()).expect("text");
        assert!(
            !["\u{1b}[2J", "\u{202e}", "hunter2"]
                .iter()
                .any(|bad| raw.contains(bad)),
            "{raw:?}"
        );
    }
}
