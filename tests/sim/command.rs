//! `tidegate sim` as a process.

use crate::support::pty::send_signal;
use rustix::process::Signal;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Output, Stdio};

fn sim(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
    command
        .arg("sim")
        .args(args)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// One that could not start.
fn refused(args: &[&str]) -> (i32, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = sim(args).output().expect("it runs");
    assert_eq!(String::from_utf8_lossy(&stdout), "");
    let code = status.code().expect("no signal");
    (code, String::from_utf8_lossy(&stderr).into_owned())
}

/// One that runs, what it printed, and its port.
fn running() -> (Child, String, u16) {
    let started = sim(&["--listen", "127.0.0.1:0", "--seed", "7"]).spawn();
    told(started.expect("it starts"))
}

/// What it printed once it listens.
fn told(mut child: Child) -> (Child, String, u16) {
    let stdout = child.stdout.as_mut().expect("piped");
    let mut lines = BufReader::new(stdout).lines();
    let hello: Vec<String> = (0..4)
        .map(|_| lines.next().expect("a line").expect("text"))
        .collect();
    let port = hello[1]
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok())
        .expect("a port");
    (child, hello.join("\n"), port)
}

#[test]
fn it_prints_what_to_paste_and_ends_well_on_both_signals() {
    for signal in [Signal::INT, Signal::TERM] {
        let (mut child, hello, port) = running();
        assert!(
            hello.contains(&format!("export AWS_ENDPOINT_URL=http://127.0.0.1:{port}")),
            "{hello}"
        );
        assert!(
            hello.contains("AWS_REGION=ap-northeast-2") && hello.contains("AWS_SECRET_ACCESS_KEY="),
            "{hello}"
        );
        send_signal(child.id(), signal);
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
        let mut said = String::new();
        child
            .stderr
            .take()
            .expect("piped")
            .read_to_string(&mut said)
            .expect("text");
        assert_eq!(said, "");
    }
}

#[test]
fn under_ascii_no_other_byte_is_told_while_it_runs() {
    let mut command = sim(&["--listen", "127.0.0.1:0", "--seed", "7", "--ascii"]);
    let (mut child, _, port) = told(command.spawn().expect("it starts"));
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let call = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 38\r\nConnection: close\r\n\
        Content-Type: application/x-www-form-urlencoded\r\n\
        Authorization: AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/sts/aws4_request, Signature=x\r\n\r\n\
        Action=N%C3%B6where&Version=2011-06-15";
    stream.write_all(call.as_bytes()).expect("it takes a call");
    stream.read_to_end(&mut Vec::new()).expect("it answers");
    send_signal(child.id(), Signal::TERM);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    let mut said = Vec::new();
    let mut stderr = child.stderr.take().expect("piped");
    stderr.read_to_end(&mut said).expect("text");
    assert!(
        said.starts_with(b"tidegate sim: "),
        "{}",
        String::from_utf8_lossy(&said)
    );
    assert!(said.is_ascii(), "{}", String::from_utf8_lossy(&said));
}

#[test]
fn a_port_in_use_is_said_with_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = taken.local_addr().expect("bound").to_string();
    let (code, said) = refused(&["--listen", &at]);
    assert!(
        code == 1 && said.contains(&format!("{at} is in use")) && said.contains("--listen"),
        "{said}"
    );
}

#[test]
fn an_address_that_others_reach_must_be_wanted_twice() {
    let (code, said) = refused(&["--listen", "0.0.0.0:0"]);
    assert!(
        code == 2 && said.contains("not a loopback address") && said.contains("--listen-anywhere"),
        "{said}"
    );
}

#[test]
fn bad_flags_are_refused_by_name() {
    for (args, says) in [
        (&["--listen", "nowhere"][..], "--listen"),
        (&["--speed", "fast"], "--speed"),
        (&["--speed", "0"], "--speed"),
        (&["--services", "6000"], "--services"),
        (&["--seed", "-1"], "-1"),
        (&["--load", "1e9"], "--load"),
        (&["--fault", "odd"], "--fault"),
        (&["--region", "mars-north-1"], "mars-north-1"),
        (&["--region", "seoul"], "seoul"),
    ] {
        let (code, said) = refused(args);
        assert!(code == 2 && said.contains(says), "{args:?}: {code} {said}");
    }
}

#[test]
fn flags_of_the_world_want_a_world() {
    for args in [
        &["--seed", "3"][..],
        &["--demo", "keys"],
        &["--demo", "--profile", "x"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
        let output = command
            .args(args)
            .env_clear()
            .stdin(Stdio::null())
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains("demo"), "{args:?}: {said}");
    }
}
