//! Starts that cannot go well: each ends, or shows, a sentence that helps.

use crate::support::pty::Start;
use std::process::{Command, Output, Stdio};

fn without_a_terminal(arguments: &[&str]) -> Output {
    let home = tempfile::tempdir().expect("a home");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
    command
        .args(arguments)
        .env_clear()
        .env("HOME", home.path())
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::null());
    command.output().expect("it starts")
}

#[test]
fn without_a_terminal_it_says_so_and_ends_as_wrong_usage() {
    let done = without_a_terminal(&[]);
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(
        said.contains("the console needs a terminal") && said.contains("ssh -t"),
        "{said}"
    );
    assert!(done.stdout.is_empty());
}

#[test]
fn a_profile_that_does_not_exist_is_named_with_what_to_do() {
    let mut console = Start::console()
        .arg("--profile")
        .arg("nosuch")
        .env("AWS_CONFIG_FILE", "/nonexistent/config")
        .go();
    console.wait_for("nosuch");
    console.wait_for("No connection:");
    console.send("q");
    assert_eq!(console.wait_exit(), 0);
}
