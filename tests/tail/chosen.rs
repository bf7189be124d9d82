//! Which lines `tidegate logs` writes: of which streams and groups, how many, and traces with their heads.

use super::headless::{done, following, logs, next, said};
use super::stage::{GROUPS, account, python, tell};
use crate::sim::stage::Account;
use crate::support::pty::send_signal;
use rustix::process::Signal;
use serde_json::Value;

/// Puts lines, each of a stream, a millisecond apart and up to now.
fn put(account: &Account, group: &str, lines: &[(&str, &str)]) {
    let lines = serde_json::json!(lines).to_string();
    let script = format!(
        "logs, lines = client('logs'), json.loads({lines:?})
try: logs.create_log_group(logGroupName='{group}')
except logs.exceptions.ResourceAlreadyExistsException: pass
for stream in sorted({{stream for stream, _ in lines}}):
    try: logs.create_log_stream(logGroupName='{group}', logStreamName=stream)
    except logs.exceptions.ResourceAlreadyExistsException: pass
first = int(time.time() * 1000) - len(lines)
for n, (stream, text) in enumerate(lines):
    logs.put_log_events(logGroupName='{group}', logStreamName=stream, logEvents=[dict(timestamp=first + n, message=text)])"
    );
    python(account, &script);
}

/// What is written of the group, without failure and without a word beside it.
fn written(account: &Account, args: &[&str]) -> Vec<String> {
    let (code, out, err) = done(logs(account, args));
    assert_eq!((code, err.as_str()), (0, ""), "{args:?}");
    out.lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_that_came_as_events_goes_with_its_head_through_a_filter() {
    let account = account(1.0, 0);
    tell(&account, "speed manual");
    let trace = [
        ("a", "ERROR boom"),
        ("b", "INFO calm"),
        ("a", "\tat x.Y(Z.java:3)"),
        ("a", "Caused by: trouble"),
        ("a", "INFO again"),
    ];
    put(&account, "/trace", &trace);
    let expected = ["ERROR boom", "\tat x.Y(Z.java:3)", "Caused by: trouble"];
    assert_eq!(
        written(&account, &["/trace", "--filter", "level>=error"]),
        expected
    );
    let json = written(
        &account,
        &["/trace", "--filter", "trouble", "--output", "json"],
    );
    let message = |line: &String| {
        let value: Value = serde_json::from_str(line).expect("JSON");
        value["message"].as_str().expect("text").to_owned()
    };
    assert_eq!(json.iter().map(message).collect::<Vec<_>>(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_streams_that_begin_so_are_read_and_followed_by_either_method() {
    let account = account(1.0, 0);
    tell(&account, "speed manual");
    let lines = [
        ("api/app/1", "one"),
        ("admin/app/1", "other"),
        ("api/app/2", "two"),
    ];
    put(&account, "/both", &lines);
    let args = ["/both", "--stream-prefix", "api/app/"];
    assert_eq!(written(&account, &args), ["one", "two"]);
    let (code, _, err) = done(logs(&account, &["/both", "--stream-prefix", "a:b"]));
    assert!(
        code == 2 && err.contains("cannot begin the name of a stream"),
        "{err}"
    );
    tell(&account, "speed 1");
    for method in [&[][..], &["--live-tail"]] {
        let args = [&args, method].concat();
        tokio::task::block_in_place(|| {
            let (mut child, mut out, found) = following(&account, &args, 2);
            put(&account, "/both", &[lines[1], ("api/app/1", "three")]);
            let three = next(&mut out);
            assert_eq!(three.known.2, crc32fast::hash(b"three"));
            assert!(
                found
                    .iter()
                    .all(|line| line.known.2 != crc32fast::hash(b"other"))
            );
            send_signal(child.id(), Signal::TERM);
            child.wait().expect("it ends");
            assert_eq!(said(&mut child), "");
        });
        python(
            &account,
            "client('logs').delete_log_group(logGroupName='/both')",
        );
        put(&account, "/both", &lines);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_star_in_a_name_reads_all_groups_that_fit_and_says_which() {
    let account = account(1.0, 0);
    tell(&account, "speed manual");
    for group in ["/shop/b", "/shop/a", "/shop-other"] {
        put(&account, group, &[("s", group)]);
    }
    let (code, out, err) = done(logs(&account, &["/shop/*"]));
    assert_eq!(code, 0, "{err}");
    assert!(
        err.contains("2 log groups fit /shop/*: /shop/a, /shop/b"),
        "{err}"
    );
    let groups: Vec<&str> = out
        .lines()
        .filter_map(|line| line.split(' ').nth(1))
        .collect();
    assert_eq!(groups, ["/shop/b", "/shop/a"]);
    let (code, out, err) = done(logs(&account, &["/shpo/*"]));
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.contains("No log group in ap-northeast-2 fits /shpo/*"),
        "{err}"
    );
    let (_, _, err) = done(logs(&account, &["/shop/c*"]));
    assert!(err.contains("Near it: /shop/"), "{err}");
    python(
        &account,
        "logs = client('logs')
for n in range(51): logs.create_log_group(logGroupName=f'/many/{n:02}')",
    );
    let (code, _, err) = done(logs(&account, &["/many/*"]));
    assert!(
        code == 2 && err.contains("51 log groups fit /many/*"),
        "{err}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_lines_until_now_only_the_last_are_written_and_then_all_that_come() {
    let account = account(20.0, 20);
    tell(&account, "speed manual");
    let all = written(&account, &GROUPS);
    let with = |more: &[&'static str]| [&GROUPS[..], more].concat();
    assert_eq!(
        written(&account, &with(&["--tail", "7"])),
        all[all.len() - 7..]
    );
    assert_eq!(written(&account, &with(&["-n", "0"])), [""; 0]);
    let filtered = written(&account, &with(&["--filter", "status>=200"]));
    let last = written(&account, &with(&["--filter", "status>=200", "-n", "2"]));
    assert_eq!(last, filtered[filtered.len() - 2..]);
    tokio::task::block_in_place(|| {
        let (mut child, mut out, _) = following(&account, &["/ecs/orchard-api", "-n", "3"], 3);
        put(
            &account,
            "/ecs/orchard-api",
            &[("new", "after"), ("new", "them")],
        );
        for text in ["after", "them"] {
            assert_eq!(next(&mut out).known.2, crc32fast::hash(text.as_bytes()));
        }
        send_signal(child.id(), Signal::TERM);
        child.wait().expect("it ends");
    });
}
