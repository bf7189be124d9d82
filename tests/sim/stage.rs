//! A simulated account on a port of its own.

use crate::support::python;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};
use tidegate::sim::desk::Setup;
use tidegate::sim::server::{Clock, Limits, Sim, serve};
use tidegate::sim::throttle::Throttling;
use tidegate::sim::world::Config;
use tokio::sync::watch;

/// It ends with the value.
pub struct Account {
    pub port: u16,
    pub sim: Arc<Sim>,
    log: Arc<Mutex<Vec<String>>>,
    end: watch::Sender<bool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// The longest that anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

pub fn clock() -> Clock {
    clock_from("2026-01-15T10:00:00Z".parse().expect("a time"))
}

fn clock_from(at: jiff::Timestamp) -> Clock {
    let start = Instant::now();
    Clock {
        start: at,
        elapsed: Arc::new(move || start.elapsed()),
    }
}

impl Account {
    /// Without throttling.
    pub fn start() -> Self {
        let setup = Setup {
            throttling: Throttling::Off,
            ..Setup::default()
        };
        Self::with(setup, Limits::default())
    }

    pub fn with(setup: Setup, limits: Limits) -> Self {
        Self::open(setup, limits, clock())
    }

    /// As the console needs it, whose clock is the real one.
    pub fn today(setup: Setup) -> Self {
        let now = clock_from(jiff::Timestamp::now());
        Self::open(setup, Limits::default(), now)
    }

    /// As [`Account::today`]: it writes a thousand lines a second, has for minutes, and refuses nothing.
    pub fn busy() -> Self {
        Self::today(Setup {
            throttling: Throttling::Off,
            config: Config {
                log_rate: Some(1_000.0),
                lived: 150,
                log_memory: 256 << 20,
                ..Config::default()
            },
            ..Setup::default()
        })
    }

    /// As [`Account::today`], but its time is so far behind.
    pub fn behind(setup: Setup, by: Duration) -> Self {
        let then = clock_from(jiff::Timestamp::now() - by);
        Self::open(setup, Limits::default(), then)
    }

    fn open(setup: Setup, limits: Limits, clock: Clock) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("nonblocking");
        let port = listener.local_addr().expect("bound").port();
        let log = Arc::new(Mutex::new(Vec::new()));
        let lines = log.clone();
        let note = Arc::new(move |line: &str| lines.lock().expect("log").push(line.to_owned()));
        let sim = Arc::new(Sim::open(setup, clock, note));
        let (end, ending) = watch::channel(false);
        let served = sim.clone();
        let thread = std::thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                serve(served, listener, limits, ending).await;
            });
        });
        Self {
            port,
            sim,
            log,
            end,
            thread: Some(thread),
        }
    }

    /// What was told to the one who runs it.
    pub fn told(&self) -> Vec<String> {
        self.log.lock().expect("log").clone()
    }

    /// Asks it to end, and waits until it has.
    pub fn stop(&mut self) {
        self.end.send_replace(true);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("a clean end");
        }
    }

    /// Runs a script against it; one attempt a call, so that each fault is seen.
    pub fn python(&self, script: &str) -> Value {
        let env = [
            ("ENDPOINT", format!("http://127.0.0.1:{}", self.port)),
            ("AWS_REGION", "ap-northeast-2".to_owned()),
            ("AWS_ACCESS_KEY_ID", "simulated".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "simulated".to_owned()),
            ("AWS_MAX_ATTEMPTS", "1".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ];
        python::python(script, &env.map(|(name, value)| (name.to_owned(), value)))
    }

    /// Tells it something at the control endpoint; answers with its state, or why not.
    pub fn tell(&self, command: &str) -> Value {
        let body = json!({ "command": command }).to_string();
        let head = format!(
            "POST /_tidegate/control HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let answer = self.raw(&(head + &body));
        serde_json::from_str(body_of(&answer)).expect("JSON")
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        stream
    }

    /// Sends bytes; answers with everything until the end of the connection.
    pub fn raw(&self, request: &str) -> String {
        let mut stream = self.connect();
        // It may have answered and closed before all was sent.
        let _ = stream.write_all(request.as_bytes());
        rest_of(&mut stream)
    }

    /// A signed request with these headers, on a connection of its own.
    pub fn post(&self, path: &str, headers: &str, body: &str) -> String {
        let length = body.len();
        self.raw(&format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{SIGNED}{headers}Content-Length: {length}\r\n\r\n{body}"
        ))
    }
}

pub const SIGNED: &str = "Authorization: AWS4-HMAC-SHA256 Credential=A/20260115/ap-northeast-2/ecs/aws4_request, Signature=0\r\n";

impl Drop for Account {
    fn drop(&mut self) {
        self.end.send_replace(true);
    }
}

/// Everything that still comes; a connection that was reset just ends.
pub fn rest_of(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let mut part = [0; 4096];
    let start = Instant::now();
    while let Ok(read @ 1..) = stream.read(&mut part) {
        all.extend_from_slice(&part[..read]);
        assert!(start.elapsed() < PATIENCE, "it never ends");
    }
    assert!(start.elapsed() < PATIENCE, "it hangs");
    String::from_utf8_lossy(&all).into_owned()
}

/// What stands after the head.
pub fn body_of(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

/// The first line, without the version.
pub fn status_of(answer: &str) -> &str {
    answer
        .lines()
        .next()
        .and_then(|line| line.get(9..12))
        .unwrap_or_default()
}

/// Runs `act` on a thread; fails where it has not ended in time.
pub fn within<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, end) = mpsc::channel();
    std::thread::spawn(move || done.send(act()));
    end.recv_timeout(PATIENCE).expect("it ends in time")
}
