//! `tidegate logs --follow` as a process: in which order lines come, and what is said of groups that are late.

use super::headless::{following, logs, next, said};
use super::stage::{GROUPS, account, python, tell};
use crate::support::pty::send_signal;
use rustix::process::Signal;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// A group that is written to without a pause for ten seconds, and one with a line each three seconds; says how many
/// lines that were.
const BUSY_AND_QUIET: &str = "
logs, count, quiet = client('logs'), 0, 0
def put(group):
    at = int(time.time() * 1000)
    logs.put_log_events(logGroupName=group, logStreamName='s', logEvents=[dict(timestamp=at, message=group)])
begin = time.time()
while time.time() < begin + 10:
    put('/busy')
    count += 1
    if time.time() > begin + 3 * quiet:
        put('/quiet')
        quiet += 1
print(json.dumps(count + quiet))";

#[tokio::test(flavor = "multi_thread")]
async fn lines_of_a_quiet_group_stand_in_their_place_beside_a_busy_one() {
    let account = account(1.0, 0);
    python(
        &account,
        "logs = client('logs')
for group in ('/busy', '/quiet'):
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName='s')
    logs.put_log_events(logGroupName=group, logStreamName='s', logEvents=[dict(timestamp=int(time.time() * 1000), message='first')])",
    );
    tokio::task::block_in_place(|| {
        let (mut child, mut out, mut found) = following(&account, &["/busy", "/quiet"], 2);
        let lines = python(&account, BUSY_AND_QUIET).as_u64().expect("a count");
        found.extend((0..lines).map(|_| next(&mut out)));
        send_signal(child.id(), Signal::TERM);
        child.wait().expect("it ends");
        assert_eq!(said(&mut child), "");
        let quiet = found.iter().filter(|line| line.known.0 == "/quiet");
        assert!(quiet.count() > 3);
        let late = found.iter().filter(|line| line.late).count();
        assert_eq!(late, 0, "of {}", found.len());
        assert!(found.is_sorted_by_key(|line| line.known.1));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_is_told_that_a_group_is_late_and_that_it_has_caught_up() {
    let account = account(400.0, 60);
    tell(&account, "speed manual");
    tell(&account, "fault cut logs:FilterLogEvents");
    let mut command = logs(&account, &[GROUPS[0], "--follow"]);
    let mut child = command.stdout(Stdio::null()).spawn().expect("it starts");
    let mut err = BufReader::new(child.stderr.take().expect("piped"));
    let mut until = |text: &str| {
        let mut said = String::new();
        while !said.contains(text) {
            assert!(err.read_line(&mut said).expect("text") > 0, "{said}");
        }
        said
    };
    tokio::task::block_in_place(|| {
        until("brings no lines yet");
        tell(&account, "faults off");
        tell(&account, "fault latency 100ms logs:FilterLogEvents");
        until(" behind — more was written than has been read yet");
        let rest = until("has caught up");
        assert_eq!(rest.lines().count(), 1, "{rest}");
        send_signal(child.id(), Signal::TERM);
        child.wait().expect("it ends");
    });
}
