//! `--demo` in a real terminal, with nothing on the machine to lean on.

use crate::support::pty::{Pty, Start};
use std::path::Path;

/// Neither a home, nor AWS settings that work; the ones there are would lead astray.
fn bare() -> Start {
    Start::console()
        .without("HOME")
        .env("AWS_PROFILE", "nobody")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .env("AWS_USE_FIPS_ENDPOINT", "true")
        .env("HTTP_PROXY", "http://127.0.0.1:1")
        .env("TIDEGATE_ENDPOINT_URL", "http://127.0.0.1:1")
        .arg("--demo")
}

fn quit(pty: &mut Pty) {
    pty.send("\u{3}");
    assert_eq!(pty.wait_exit(), 0);
}

fn left_behind(pid: u32) -> Vec<String> {
    let places = ["/dev/shm", "/tmp"].map(Path::new);
    let entries = places
        .iter()
        .filter_map(|place| std::fs::read_dir(place).ok())
        .flatten();
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names
        .filter(|name| name.starts_with(&format!("tidegate-demo-{pid}-")))
        .collect()
}

#[test]
fn it_says_that_it_is_simulated_answers_and_leaves_nothing_behind() {
    let mut pty = bare().size(80, 24).go();
    pty.wait_for("SIMULATED");
    pty.wait_for("demo 1/5");
    pty.wait_for("000000000000");
    let pid = pty.pid();
    assert_eq!(
        left_behind(pid).len(),
        1,
        "its journal is there while it runs"
    );
    quit(&mut pty);
    assert_eq!(left_behind(pid), Vec::<String>::new());
}

#[test]
fn the_palette_speaks_to_the_account() {
    let mut pty = bare().size(120, 36).go();
    pty.wait_for("000000000000");
    pty.send(":demo load 7x\r");
    pty.wait_for("load 7×");
    pty.send(":demo fault expired sts:*\r");
    pty.wait_for("faults: expired sts:* always");
    pty.send(":demo odd\r");
    pty.wait_for("is no command here");
    pty.send(":profile x\r");
    pty.wait_for("has no profiles");
    quit(&mut pty);
}

#[test]
fn outside_a_demo_there_is_nobody_to_tell() {
    let mut pty = Start::console().size(120, 36).go();
    pty.wait_for("Services");
    pty.send(":demo calm\r");
    pty.wait_for("This account is not simulated");
    quit(&mut pty);
}
