//! `tidegate logs` as a process.

use super::stage::{GROUPS, Known, account, agree, now, python, tell, truth};
use crate::sim::stage::Account;
use crate::support::pty::{Start, send_signal};
use jiff::Timestamp;
use rustix::process::Signal;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};

fn logs(account: &Account, args: &[&str]) -> Command {
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

fn done(mut command: Command) -> (i32, String, String) {
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

fn known(line: &str) -> Known {
    let value: Value = serde_json::from_str(line).expect("JSON");
    let text = |name: &str| {
        value[name]
            .as_str()
            .unwrap_or_else(|| panic!("{name} in {line}"))
    };
    let at: Timestamp = text("timestamp").parse().expect("RFC 3339");
    let _: Timestamp = text("ingested").parse().expect("RFC 3339");
    let sum = crc32fast::hash(text("message").as_bytes());
    (text("group").to_owned(), at.as_millisecond(), sum)
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
    // As text a pipe gets the very messages.
    let (code, text, _) = done(logs(&account, &with(&[])));
    let message = |line: &str| {
        serde_json::from_str::<Value>(line).expect("JSON")["message"]
            .as_str()
            .map(str::to_owned)
    };
    let expected: String = said
        .lines()
        .filter_map(message)
        .map(|text| text + "\n")
        .collect();
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
async fn bad_input_is_a_sentence_and_an_exit_code() {
    let account = account(1.0, 0);
    for (args, code, said) in [
        (&["/ecs/orchard-apo"][..], 2, "Near it: /ecs/orchard-api"),
        (&["a b"], 2, "cannot be the name of a log group"),
        (&[], 2, "No log group is named"),
        (&[GROUPS[0], "--filter", "a |"], 2, "tidegate: "),
        (
            &[GROUPS[0], "--since", "soon"],
            2,
            "--since: “soon” is no time",
        ),
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

/// Follows, and has brought so many lines.
fn following(
    account: &Account,
    args: &[&str],
    lines: usize,
) -> (Child, BufReader<std::process::ChildStdout>, Vec<Known>) {
    let args = [args, &["--follow", "--output", "json"]].concat();
    let mut child = logs(account, &args).spawn().expect("it starts");
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    let mut found = Vec::new();
    while found.len() < lines {
        let mut line = String::new();
        assert!(out.read_line(&mut line).expect("a line") > 0, "it ended");
        found.push(known(&line));
    }
    (child, out, found)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_ends_well_on_both_signals_with_whole_lines_and_none_lost() {
    for (signal, live) in [(Signal::INT, &[][..]), (Signal::TERM, &["--live-tail"][..])] {
        let account = account(80.0, 20);
        let from = now() - 15_000;
        let since = moment(from);
        let args = [&GROUPS[..], &["--since", &since], live].concat();
        let (mut child, out, mut found) =
            tokio::task::block_in_place(|| following(&account, &args, 1_500));
        send_signal(child.id(), signal);
        found.extend(out.lines().map(|line| known(&line.expect("text"))));
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
        // A line of each group was the last that was written; what is older by some seconds has all been written.
        let until = found.iter().map(|line| line.1).max().expect("lines") - 6_000;
        found.retain(|line| line.1 < until);
        let mut err = String::new();
        child
            .stderr
            .take()
            .expect("piped")
            .read_to_string(&mut err)
            .expect("text");
        assert_eq!(err, "");
        let mut truth = truth(&account, &GROUPS, from, until);
        // Some come later than that, after it had ended.
        truth.retain(|line| found.contains(line));
        agree(found, &truth);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_leaves_ends_it_quietly() {
    let account = account(400.0, 30);
    let (mut child, out, _) = tokio::task::block_in_place(|| following(&account, &[GROUPS[0]], 10));
    drop(out);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    let mut err = String::new();
    child
        .stderr
        .take()
        .expect("piped")
        .read_to_string(&mut err)
        .expect("text");
    assert_eq!(err, "");
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
    for (form, shown) in [
        ("text", "b password=***"),
        ("json", "\\u001b[2Jb password=hunter2 \\u202ec"),
    ] {
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
        tokio::task::block_in_place(|| terminal.wait_for(shown));
        assert_eq!(tokio::task::block_in_place(|| terminal.wait_exit()), 0);
        let raw = String::from_utf8(terminal.raw()).expect("text");
        assert!(
            !raw.contains("\u{1b}[2J") && !raw.contains('\u{202e}'),
            "{raw:?}"
        );
    }
}
