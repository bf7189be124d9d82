//! The guard's socket: who may speak to it, and what it does with those who say nothing sensible.

use super::stage::{Stage, until};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

fn running() -> (Stage, PathBuf) {
    let stage = Stage::new();
    let begun = stage.start("limit", &[]).ends(0).json();
    let id = begun["session"].as_str().expect("an id");
    let path = stage.journal().join(format!("{id}.sock"));
    (stage, path)
}

fn line(protocol: u32, ask: &Value) -> Vec<u8> {
    let asked = json!({ "protocol": protocol, "id": 1, "by": "carol on bastion-3", "ask": ask });
    format!("{asked}\n").into_bytes()
}

fn connect(path: &PathBuf) -> UnixStream {
    let stream = UnixStream::connect(path).expect("it listens");
    let patience = Some(Duration::from_secs(20));
    stream.set_read_timeout(patience).expect("a time-out");
    stream
}

#[test]
fn a_client_that_takes_nothing_any_more_counts_as_gone() {
    let (stage, path) = running();
    let mut client = connect(&path);
    let patience = Some(Duration::from_secs(1));
    client.set_write_timeout(patience).expect("a time-out");
    client
        .write_all(&line(1, &json!("attach")))
        .expect("it listens");
    until("it is attached", || {
        (stage.status()["attached"] == 1).then_some(())
    });
    // More answers than the socket holds.
    while client.write_all(&line(1, &json!("status"))).is_ok() {}
    until("it is gone", || {
        (stage.status()["attached"] == 0).then_some(())
    });
    stage.run(&["revert"]).ends(0);
}

#[test]
fn what_is_no_question_is_refused_and_does_no_harm() {
    let (stage, path) = running();
    let wrong = [
        b"hello\n".to_vec(),
        b"{}\n".to_vec(),
        b"\xff\xfe\n".to_vec(),
        line(2, &json!("skip")),
        line(1, &json!("explode")),
        line(1, &json!({ "extend": { "seconds": -5 } })),
    ];
    for words in wrong {
        let mut client = connect(&path);
        client.write_all(&words).expect("it listens");
        let mut answer = String::new();
        BufReader::new(client)
            .read_line(&mut answer)
            .expect("it answers");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        let trouble = &answer["answer"]["answer"]["refused"]["trouble"];
        assert_eq!(trouble["kind"], "refused", "{words:?}: {answer}");
    }
    let mut client = connect(&path);
    let endless = vec![b'x'; 2 * 1024 * 1024];
    // It ends the connection somewhere in the middle.
    let sent = client.write_all(&endless);
    let mut left = String::new();
    let read = BufReader::new(client)
        .read_line(&mut left)
        .unwrap_or_default();
    assert!(sent.is_err() || read == 0, "{left}");
    assert_eq!(stage.status()["stage"], "running");
    stage.run(&["revert"]).ends(0);
}

#[test]
fn nobody_else_can_open_the_socket_and_it_goes_with_the_session() {
    let (stage, path) = running();
    let mode = std::fs::metadata(&path)
        .expect("a socket")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    stage.run(&["revert"]).ends(0);
    until("the socket is gone", || (!path.exists()).then_some(()));
}
