//! A terminal that vanishes ends the program, at once and quietly.

use super::console;
use crate::support::pty::{Pty, Start, cpu_time, is_running};
use std::time::{Duration, Instant};

/// Within so long it must be gone (safety.md §3), a busy machine's share added.
const LIMIT: Duration = Duration::from_millis(500 + 300);

/// Hangs up; answers with how long the process went on, and the CPU it used from then on.
fn vanish(pty: &mut Pty, pid: u32) -> (Duration, Duration) {
    pty.wait_quiet(Duration::from_millis(300));
    let before = cpu_time(pid).expect("it runs");
    let start = Instant::now();
    pty.hang_up();
    let mut last = before;
    while is_running(pid) {
        assert!(start.elapsed() < Duration::from_secs(20), "it never ended");
        last = cpu_time(pid).unwrap_or(last);
        std::thread::park_timeout(Duration::from_millis(5));
    }
    (start.elapsed(), last.saturating_sub(before))
}

fn assert_at_once_and_cheap((took, cpu): (Duration, Duration)) {
    assert!(took <= LIMIT, "it took {took:?}");
    assert!(cpu <= Duration::from_millis(100), "it used {cpu:?} of CPU");
}

/// A silent endpoint: the screen is at rest, and calls hang.
fn silent() -> (std::net::TcpListener, Start) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    (listener, Start::console().env("AWS_ENDPOINT_URL", &url))
}

#[test]
fn a_terminal_that_vanishes_ends_the_program() {
    let (_listener, start) = silent();
    let mut pty = console(start);
    let pid = pty.pid();
    assert_at_once_and_cheap(vanish(&mut pty, pid));
}

/// A shell that runs the program in surroundings where no SIGHUP reaches it.
fn without_hangup(script: &str) -> (Pty, u32) {
    let shell = Start::program("/bin/sh")
        .arg("-c")
        .arg(script)
        .arg("sh")
        .arg(env!("CARGO_BIN_EXE_tidegate"));
    let pty = shell.go();
    pty.wait_until("the console", |seen| {
        seen.is_alternate() && seen.screen().contains("tidegate ")
    });
    let raw = String::from_utf8_lossy(&pty.raw()).into_owned();
    let pid = raw
        .split("pid=")
        .nth(1)
        .and_then(|s| s.split_whitespace().next())
        .and_then(|s| s.parse().ok());
    (pty, pid.expect("the script says its pid"))
}

#[test]
fn it_ends_as_well_when_the_parent_ignores_sighup() {
    let (mut pty, pid) = without_hangup("trap '' HUP; echo pid=$$; exec \"$1\"");
    assert_at_once_and_cheap(vanish(&mut pty, pid));
}

#[test]
fn it_ends_as_well_when_no_signal_comes_at_all() {
    let (mut pty, pid) =
        without_hangup("trap '' HUP; setsid -w sh -c 'echo pid=$$; exec \"$1\"' sh \"$1\"");
    assert_at_once_and_cheap(vanish(&mut pty, pid));
}
