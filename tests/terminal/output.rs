//! What leaves: only our own grammar, only characters and colours the terminal
//! takes, and nothing when nothing changed.

use super::{assert_as_found, console, grammar};
use crate::support::pty::{Pty, Start};
use std::net::TcpListener;
use std::time::Duration;

/// Keys that open and close most of what there is.
const TOUR: [&str; 16] = [
    "j", "\t", "?", "\x1b[B", "\x1b", "2", "z", "z", "3", ":", "the", "\x1b", "5", "/", "x", "\x1b",
];

fn toured(start: Start) -> Pty {
    let mut pty = console(start);
    for key in TOUR {
        pty.send(key);
        pty.bytes_within(Duration::from_millis(50));
    }
    pty.send("\x1bOP");
    pty.wait_for("(write)");
    pty
}

fn quit(pty: &mut Pty) {
    pty.send("\x1b");
    pty.bytes_within(Duration::from_millis(100));
    pty.send("\x03");
    assert_eq!(pty.wait_exit(), 0, "{}", pty.screen());
    assert_as_found(pty);
}

#[test]
fn every_byte_of_a_tour_is_of_our_own_grammar() {
    quit(&mut toured(Start::console()));
}

#[test]
fn not_one_byte_is_foreign_to_ascii_under_lang_c() {
    for start in [
        Start::console().env("LANG", "C"),
        Start::console().arg("--ascii"),
    ] {
        let mut pty = toured(start);
        let raw = pty.raw();
        let foreign = raw.iter().position(|b| *b >= 0x80);
        assert_eq!(foreign, None, "{}", pty.screen());
        assert!(pty.screen().contains("+1 Services"), "{}", pty.screen());
        quit(&mut pty);
    }
}

#[test]
fn no_color_leaves_no_colour_and_keeps_the_rest() {
    let mut pty = toured(Start::console().env("NO_COLOR", "1"));
    assert!(!grammar::uses_colour(&pty.raw()));
    quit(&mut pty);
}

#[test]
fn a_terminal_of_sixteen_colours_gets_no_others() {
    let mut pty = toured(
        Start::console()
            .env("TERM", "xterm")
            .arg("--color")
            .arg("16"),
    );
    let raw = String::from_utf8_lossy(&pty.raw()).into_owned();
    assert!(!raw.contains("38;5;") && !raw.contains("38;2;") && !raw.contains("48;5;"));
    quit(&mut pty);
}

#[test]
fn every_size_down_to_one_cell_is_drawn_and_lived_through() {
    let mut pty = console(Start::console());
    for (columns, rows) in [
        (200, 60),
        (80, 24),
        (79, 23),
        (40, 10),
        (20, 3),
        (8, 2),
        (3, 1),
        (1, 1),
        (1, 40),
        (300, 1),
    ] {
        pty.resize(columns, rows);
        pty.send("j?\x1b");
        pty.bytes_within(Duration::from_millis(40));
    }
    pty.resize(120, 36);
    pty.wait_for("1 Services");
    quit(&mut pty);
}

#[test]
fn it_starts_on_a_terminal_of_one_cell() {
    let mut pty = Start::console().size(1, 1).go();
    pty.wait_until(
        "the alternate screen",
        crate::support::pty::Seen::is_alternate,
    );
    pty.resize(80, 24);
    pty.wait_for("(write)");
    quit(&mut pty);
}

#[test]
fn a_storm_of_resizes_ends_in_a_right_screen() {
    let mut pty = console(Start::console());
    for n in 0..400 {
        pty.resize(40 + n % 160, 10 + n % 50);
    }
    pty.resize(120, 36);
    pty.wait_until("a frame of the last size", |seen| {
        let screen = seen.screen();
        screen.contains("1 Services")
            && screen.contains("5 Logs")
            && screen.lines().any(|l| l.chars().count() == 120)
    });
    quit(&mut pty);
}

/// An endpoint that takes calls and never answers: for some seconds nothing changes.
fn silent_endpoint() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    (listener, url)
}

#[test]
fn nothing_is_written_while_nothing_changes() {
    let (_listener, url) = silent_endpoint();
    let mut pty = console(Start::console().env("AWS_ENDPOINT_URL", &url));
    pty.wait_quiet(Duration::from_millis(2500));
    quit(&mut pty);
}

#[test]
fn keys_are_answered_while_every_call_hangs() {
    let (_listener, url) = silent_endpoint();
    let mut pty = console(Start::console().env("AWS_ENDPOINT_URL", &url));
    pty.send("?");
    pty.wait_for("help");
    quit(&mut pty);
}

#[test]
fn moving_the_focus_writes_little() {
    let (_listener, url) = silent_endpoint();
    let mut pty = console(Start::console().size(160, 45).env("AWS_ENDPOINT_URL", &url));
    pty.wait_quiet(Duration::from_millis(1200));
    let before = pty.raw().len();
    pty.send("2");
    pty.wait_until("an answer", |seen| seen.raw.len() > before);
    pty.wait_quiet(Duration::from_millis(200));
    let written = pty.raw().len() - before;
    assert!(written < 2_500, "{written} bytes");
    quit(&mut pty);
}
