//! Behind a proxy that inspects: its CA is trusted where `AWS_CA_BUNDLE` names it, and only there.

use crate::support::pty::Start;
use crate::support::python::interpreter;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

struct Sts {
    port: u16,
    ca: PathBuf,
    _home: tempfile::TempDir,
    /// Its open stdin keeps it alive.
    _child: Child,
}

fn sts() -> Sts {
    let home = tempfile::tempdir().expect("a directory");
    let ca = home.path().join("ca.pem");
    let mut child = Command::new(interpreter())
        .args(["-c", include_str!("tls.py")])
        .arg(&ca)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    let said = child.stdout.take().expect("piped");
    BufReader::new(said).read_line(&mut line).expect("a port");
    Sts {
        port: line.trim().parse().expect("a port"),
        ca,
        _home: home,
        _child: child,
    }
}

fn console(sts: &Sts) -> Start {
    Start::console().size(160, 48).env(
        "AWS_ENDPOINT_URL",
        &format!("https://127.0.0.1:{}", sts.port),
    )
}

#[test]
fn a_bundle_makes_the_proxys_ca_trusted() {
    let sts = sts();
    let mut pty = console(&sts)
        .env("AWS_CA_BUNDLE", &sts.ca.to_string_lossy())
        .go();
    pty.wait_for("210987654321");
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
}

#[test]
fn without_it_the_connection_is_refused_and_the_way_out_is_named() {
    let sts = sts();
    let mut pty = console(&sts).go();
    pty.wait_for("AWS_CA_BUNDLE");
    assert!(!pty.screen().contains("210987654321"));
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
}
