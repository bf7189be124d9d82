//! Whoever began a session dies, hangs, or loses the terminal while it is being applied.

use super::stage::{Stage, for_each, kill, processes_with, starting, until};
use crate::support::pty::Start;
use rustix::process::Signal;
use serde_json::{Value, json};
use tidegate::session::load_test::Why;

/// The requests that take a while: the starter dies between two of them.
fn slow() -> (Stage, Value) {
    let stage = Stage::new();
    let before = stage.look();
    stage
        .account
        .tell("fault latency 3s application-autoscaling:RegisterScalableTarget 1");
    (stage, before)
}

fn is_being_applied(stage: &Stage) {
    until("the group is set", || {
        (stage.look()["settings"]["group"] == json!([1, 7])).then_some(())
    });
    assert_eq!(stage.status()["stage"], "applying");
}

/// It goes on to run with its timers behind it, and is put back when its time is up.
fn goes_on(stage: &Stage, before: &Value) {
    stage.reaches("running");
    let during = stage.look();
    assert_eq!(during["timers"].as_array().map(Vec::len), Some(1));
    assert_eq!(during["planned"].as_array().map(Vec::len), Some(1));
    stage.is_over();
    assert_eq!(stage.why(), Why::TimeUp);
    stage.is_as(before);
}

#[test]
fn a_starter_that_dies_or_hangs_leaves_the_session_to_its_guard() {
    let ways = [
        (|| it_gets(Signal::KILL)) as fn(),
        || it_gets(Signal::STOP),
        || it_gets(Signal::HUP),
        killed_before_the_guard_is_ready,
        terminal_is_closed,
    ];
    for_each(&ways, |way| way());
}

fn it_gets(signal: Signal) {
    let (stage, before) = slow();
    let starter = stage.begin(&starting("small", &["--ttl", "15s"]));
    is_being_applied(&stage);
    kill(starter.pid(), signal);
    goes_on(&stage, &before);
}

fn killed_before_the_guard_is_ready() {
    // Now and then the starter dies before it has told the guard what to do: then there was no session.
    assert!((0..3).any(|_| killed_once_there_is_a_guard()), "never told");
}

/// Whether the guard had been told what to do.
fn killed_once_there_is_a_guard() -> bool {
    let stage = Stage::new();
    let before = stage.look();
    let starter = stage.begin(&starting("small", &["--ttl", "8s"]));
    until("the guard is there", || {
        let guards = processes_with(stage.home());
        guards.into_iter().find(|pid| *pid != starter.pid())
    });
    kill(starter.pid(), Signal::KILL);
    drop(starter);
    let told = until("it is being applied, or there is no guard", || {
        let begun = stage.look() != before;
        (begun || processes_with(stage.home()).is_empty()).then_some(begun)
    });
    if told {
        goes_on(&stage, &before);
    } else {
        stage.is_as(&before);
    }
    told
}

fn terminal_is_closed() {
    let (stage, before) = slow();
    let home = stage.home().display().to_string();
    let plans = stage.home().join("plans.toml").display().to_string();
    let mut start = Start::console()
        .arg("session")
        .env("HOME", &home)
        .env("AWS_ENDPOINT_URL", &stage.endpoint);
    for word in starting("small", &["--ttl", "15s", "--plan", &plans]) {
        start = start.arg(word);
    }
    let mut terminal = start.go();
    is_being_applied(&stage);
    terminal.hang_up();
    goes_on(&stage, &before);
}
