//! How fast, and how quietly, the program ends when its terminal vanishes.

use crate::Row;
use crate::case::ms;
use crate::support::pty::{Pty, Start, cpu_time, is_running};
use std::net::TcpListener;
use std::time::{Duration, Instant};

const TIMES: usize = 20;
const LIMIT: Duration = Duration::from_millis(500);
const CPU: Duration = Duration::from_millis(50);

/// A console before a silent endpoint: its screen is at rest, and calls hang.
fn start() -> (TcpListener, Pty) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let pty = Start::console().env("AWS_ENDPOINT_URL", &url).go();
    pty.wait_for("(write)");
    pty.wait_quiet(Duration::from_millis(300));
    (listener, pty)
}

/// How long the process went on, and the CPU it used from then on.
fn once() -> (Duration, Duration) {
    let (_listener, mut pty) = start();
    let pid = pty.pid();
    let before = cpu_time(pid).expect("it runs");
    let (started, mut last) = (Instant::now(), before);
    pty.hang_up();
    while is_running(pid) && started.elapsed() < Duration::from_secs(20) {
        last = cpu_time(pid).unwrap_or(last);
        std::thread::sleep(Duration::from_millis(1));
    }
    (started.elapsed(), last.saturating_sub(before))
}

/// The slowest and the costliest of twenty.
pub fn vanish() -> Vec<Row> {
    let ends: Vec<(Duration, Duration)> = (0..TIMES).map(|_| once()).collect();
    let took = ends.iter().map(|end| end.0).max().unwrap_or(Duration::MAX);
    let cpu = ends.iter().map(|end| end.1).max().unwrap_or(Duration::MAX);
    vec![Row {
        what: "terminal vanishes → process gone / CPU used meanwhile, worst of 20",
        measured: format!("{} / {}", ms(took), ms(cpu)),
        reach: "≤ 500 ms / ≤ 50 ms",
        beside: "crossterm's own reader: never, at 100 % of a core (its issue 793)",
        met: took <= LIMIT && cpu <= CPU,
    }]
}
