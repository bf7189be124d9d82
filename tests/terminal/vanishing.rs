//! A terminal that vanishes ends the program. How fast, and how quietly, is a
//! figure: `cargo bench -- vanish`.

use super::console;
use crate::support::pty::{Pty, Start, is_running};
use std::time::{Duration, Instant};

/// A program that spins or hangs would never end.
fn assert_it_ends(pty: &mut Pty, pid: u32) {
    let start = Instant::now();
    pty.hang_up();
    while is_running(pid) {
        assert!(start.elapsed() < Duration::from_secs(20), "it never ended");
        std::thread::park_timeout(Duration::from_millis(5));
    }
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
    assert_it_ends(&mut pty, pid);
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
    assert_it_ends(&mut pty, pid);
}

#[test]
fn it_ends_as_well_when_no_signal_comes_at_all() {
    let (mut pty, pid) =
        without_hangup("trap '' HUP; setsid -w sh -c 'echo pid=$$; exec \"$1\"' sh \"$1\"");
    assert_it_ends(&mut pty, pid);
}
