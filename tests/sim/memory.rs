//! The simulated account without a socket: the clock in the test's hand.

use hyper::Request;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tidegate::sim::control::Control;
use tidegate::sim::desk::{Ending, Setup};
use tidegate::sim::pace::Speed;
use tidegate::sim::server::{Clock, Sim};

/// A real clock that only the test moves, in milliseconds.
fn clock() -> (Arc<AtomicU64>, Clock) {
    let hand = Arc::new(AtomicU64::new(0));
    let read = hand.clone();
    let clock = Clock {
        start: "2026-01-15T10:00:00Z".parse().expect("a time"),
        elapsed: Arc::new(move || Duration::from_millis(read.load(Ordering::Relaxed))),
    };
    (hand, clock)
}

fn sim(speed: Speed) -> (Arc<AtomicU64>, Sim) {
    let (hand, clock) = clock();
    let setup = Setup {
        speed,
        ..Setup::default()
    };
    (hand, Sim::open(setup, clock, Arc::new(|_| {})))
}

fn request() -> Request<bytes::Bytes> {
    Request::post("/")
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=A/1/ap-northeast-2/ecs/aws4_request, Signature=0",
        )
        .header(
            "x-amz-target",
            "AmazonEC2ContainerServiceV20141113.ListClusters",
        )
        .header("content-type", "application/x-amz-json-1.1")
        .body(bytes::Bytes::from_static(b"{}"))
        .expect("a request")
}

fn ending(sim: &Sim) -> Ending {
    sim.answer(&request()).ending
}

#[test]
fn a_request_is_answered_in_memory() {
    let (_, sim) = sim(Speed::Manual);
    let Ending::Whole(response) = ending(&sim) else {
        panic!("a whole answer");
    };
    assert_eq!(response.status(), 200);
    assert!(response.body().starts_with(b"{\"clusterArns\":["));
}

#[test]
fn time_stands_until_it_is_told_to_advance_and_never_goes_back() {
    let (hand, sim) = sim(Speed::Manual);
    hand.store(3_600_000, Ordering::Relaxed);
    assert_eq!(sim.now().to_string(), "2026-01-15T10:00:00Z");
    sim.advance(Duration::from_secs(90));
    assert_eq!(sim.now().to_string(), "2026-01-15T10:01:30Z");
    sim.obey(Control::Speed(Speed::Times(10.0)));
    hand.store(3_602_000, Ordering::Relaxed);
    assert_eq!(sim.now().to_string(), "2026-01-15T10:01:50Z");
    hand.store(0, Ordering::Relaxed);
    assert!(sim.now().to_string().as_str() >= "2026-01-15T10:01:30Z");
}

#[test]
fn an_answer_does_not_wait_for_the_world_to_catch_up() {
    let (hand, sim) = sim(Speed::Times(1.0));
    hand.store(3_600_000, Ordering::Relaxed);
    let Ending::Whole(_) = ending(&sim) else {
        panic!("a whole answer");
    };
    let state = sim.state();
    let reached = state
        .get("reached")
        .and_then(|at| at.as_text())
        .unwrap_or_default();
    assert_eq!(reached, "2026-01-15T10:00:00Z");
}

#[test]
fn faults_end_an_answer_as_they_say() {
    let (_, sim) = sim(Speed::Manual);
    let tell = |words: &str| sim.obey(Control::parse(words).expect("a command"));
    tell("fault truncate ecs:* 1");
    assert!(matches!(ending(&sim), Ending::Truncated(_)));
    tell("fault lose ecs:* 1");
    assert!(matches!(ending(&sim), Ending::Cut));
    tell("fault latency 2s ecs:* 1");
    assert_eq!(sim.answer(&request()).after, Duration::from_secs(2));
    assert!(matches!(ending(&sim), Ending::Whole(_)));
}
