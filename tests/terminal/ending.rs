//! Every way out leaves the terminal as it was found.

use super::{assert_as_found, console};
use crate::support::pty::{PATIENCE, Pty, Start, send_signal, wait_stopped};
use rustix::process::Signal;
use std::time::Instant;

#[test]
fn quitting_leaves_the_terminal_as_it_was_found() {
    let mut pty = console(Start::console());
    assert!(pty.is_alternate());
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
    assert_as_found(&pty);
}

fn ended_by(signal: Signal, name: &str, code: u32) {
    let mut pty = console(Start::console());
    pty.signal(signal);
    assert_eq!(pty.wait_exit(), code);
    assert_as_found(&pty);
    assert!(
        pty.screen().contains(name),
        "one line says why:\n{}",
        pty.screen()
    );
}

#[test]
fn sigterm_restores_and_says_so_in_one_line() {
    ended_by(Signal::TERM, "SIGTERM", 143);
}

#[test]
fn sigint_restores_and_says_so_in_one_line() {
    ended_by(Signal::INT, "SIGINT", 130);
}

#[test]
fn sigquit_restores_and_says_so_in_one_line() {
    ended_by(Signal::QUIT, "SIGQUIT", 131);
}

#[test]
fn sighup_ends_it_although_the_terminal_is_there() {
    let mut pty = console(Start::console());
    let start = Instant::now();
    pty.signal(Signal::HUP);
    assert_eq!(pty.wait_exit(), 129);
    assert!(start.elapsed() < PATIENCE / 2);
}

/// So many keys in one block, as a cat on the keyboard or a paste that is not marked as one.
fn flooded(start: Start) -> Pty {
    let mut pty = console(start);
    pty.send(&":scale 4\r?jk\u{1b}:xyz\u{1b}".repeat(3_000));
    pty
}

#[test]
fn ctrl_c_is_heard_before_50_000_keys_that_were_typed_ahead_of_it() {
    let mut pty = flooded(Start::console());
    pty.send("\u{3}");
    let start = Instant::now();
    assert_eq!(pty.wait_exit(), 0);
    assert!(start.elapsed() < PATIENCE / 8, "{:?}", start.elapsed());
    assert_as_found(&pty);
}

#[test]
fn a_signal_is_heard_before_50_000_keys_that_were_typed_ahead_of_it() {
    let mut pty = flooded(Start::console());
    let start = Instant::now();
    pty.signal(Signal::TERM);
    assert_eq!(pty.wait_exit(), 143);
    assert!(start.elapsed() < PATIENCE / 8, "{:?}", start.elapsed());
    // The terminal itself may echo keys that nobody read: what left is not looked at here.
    assert!(pty.has_modes_as_found() && !pty.is_alternate());
}

#[test]
fn the_screen_follows_a_flood_of_keys_and_does_not_wait_for_its_end() {
    let mut pty = flooded(Start::console());
    pty.wait_until("the tenth frame of a flood", |seen| frames(&seen.raw) >= 10);
    pty.send("\u{3}");
    assert_eq!(pty.wait_exit(), 0);
}

fn frames(raw: &[u8]) -> usize {
    String::from_utf8_lossy(raw)
        .matches("\u{1b}[?2026h")
        .count()
}

#[test]
fn a_wrong_call_never_touches_the_terminal() {
    let mut pty = Start::console().arg("--theme").arg("none-such").go();
    assert_eq!(pty.wait_exit(), 2);
    assert_as_found(&pty);
    assert!(
        !String::from_utf8_lossy(&pty.raw()).contains('\x1b'),
        "{}",
        pty.screen()
    );
}

#[test]
fn a_bug_in_the_event_loop_restores_before_it_speaks() {
    let mut pty = console(Start::console().env("TIDEGATE_BUG", "main"));
    pty.send("j");
    assert_eq!(pty.wait_exit(), 101);
    assert_as_found(&pty);
    assert!(
        pty.screen().contains("provoked in main"),
        "{}",
        pty.screen()
    );
}

#[test]
fn a_bug_in_the_terminal_thread_ends_the_program_in_order() {
    let mut pty = Start::console().env("TIDEGATE_BUG", "terminal").go();
    assert_eq!(pty.wait_exit(), 101);
    assert_as_found(&pty);
    assert!(
        pty.screen().contains("provoked in terminal"),
        "{}",
        pty.screen()
    );
}

#[test]
fn a_bug_in_a_read_is_a_fault_of_that_read_alone() {
    let mut pty = console(Start::console().env("TIDEGATE_BUG", "read"));
    pty.wait_for("a bug of ours");
    assert!(pty.is_alternate(), "the console goes on");
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
    assert_as_found(&pty);
}

/// An interactive shell with job control, as an operator has it.
fn shell() -> Pty {
    let shell = Start::program("/bin/bash")
        .arg("--norc")
        .arg("--noprofile")
        .arg("-i")
        .env("PS1", "ready> ");
    let pty = shell.go();
    pty.wait_for("ready>");
    pty
}

/// Whether the shell waits for a command.
fn has_prompt(screen: &str) -> bool {
    screen.trim_end().ends_with("\nready>")
}

#[test]
fn ctrl_z_gives_the_shell_its_terminal_and_fg_brings_the_console_back() {
    let mut pty = shell();
    pty.send(&format!("{}\r", env!("CARGO_BIN_EXE_tidegate")));
    pty.wait_until("the console", |seen| {
        seen.is_alternate() && seen.screen().contains("tidegate ")
    });
    pty.send("\x1a");
    pty.wait_until("the shell", |seen| {
        !seen.is_alternate() && has_prompt(&seen.screen())
    });
    assert!(pty.screen().contains("Stopped"));
    pty.send("echo raw:$(stty -a | grep -c -- -icanon)\r");
    pty.wait_until("an answer and a prompt", |seen| {
        seen.screen().contains("\nraw:0") && has_prompt(&seen.screen())
    });
    pty.send("fg\r");
    pty.wait_until("the console again, painted whole", |seen| {
        seen.is_alternate()
            && seen.screen().contains("tidegate ")
            && seen.screen().contains("Snapshots")
    });
    pty.send("q");
    // Keys before the prompt would still be the console's, which lets them drop at its end.
    pty.wait_until("the shell's prompt", |seen| {
        !seen.is_alternate() && has_prompt(&seen.screen())
    });
    pty.send("echo ended:$?\r");
    pty.wait_for("ended:0");
}

#[test]
fn sigtstp_and_sigcont_do_the_same() {
    let mut pty = console(Start::console());
    pty.signal(Signal::TSTP);
    pty.wait_until("the first screen", |seen| !seen.is_alternate());
    wait_stopped(pty.pid());
    send_signal(pty.pid(), Signal::CONT);
    pty.wait_until("the console again", |seen| {
        seen.is_alternate() && seen.screen().contains("Snapshots")
    });
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
    assert_as_found(&pty);
}

#[test]
fn ctrl_z_where_no_shell_could_bring_it_back_is_refused_with_a_reason() {
    let mut pty = console(Start::console());
    pty.send("\x1a");
    pty.wait_for("no shell to come back from");
    assert!(pty.is_alternate());
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
}
