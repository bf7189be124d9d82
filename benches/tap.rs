//! A tap between a program and its far end: bytes go through as they are, and it is known when a
//! request was under way.

use jiff::{SignedDuration, Timestamp};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// From when to when something was under way.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub from: Timestamp,
    pub to: Timestamp,
    answered: bool,
}

impl Span {
    pub fn new(from: Timestamp, to: Timestamp) -> Self {
        Self {
            from,
            to,
            answered: true,
        }
    }
}

type Spans = Arc<Mutex<Vec<Span>>>;

/// A running tap; it lives as long as the process.
pub struct Tap {
    pub at: String,
    spans: Spans,
}

impl Tap {
    /// Before the server at this address.
    pub fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let at = listener.local_addr().expect("an address").to_string();
        let spans = Spans::default();
        let (server, all) = (server.to_owned(), spans.clone());
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                through(&client, &server, &all);
            }
        });
        Self { at, spans }
    }

    /// Every request so far.
    pub fn spans(&self) -> Vec<Span> {
        self.spans.lock().expect("the spans").clone()
    }
}

/// Both ways of one connection, each on a thread.
fn through(client: &TcpStream, server: &str, all: &Spans) {
    let Ok(server) = TcpStream::connect(server) else {
        return;
    };
    client.set_nodelay(true).ok();
    server.set_nodelay(true).ok();
    let now = Arc::new(Mutex::new(None));
    let (there, back) = (all.clone(), all.clone());
    let (sends, answers) = (now.clone(), now);
    copy(client, &server, move || asked(&there, &sends));
    copy(&server, client, move || answered(&back, &answers));
}

fn copy(from: &TcpStream, to: &TcpStream, mut seen: impl FnMut() + Send + 'static) {
    let mut from = from.try_clone().expect("a socket");
    let mut to = to.try_clone().expect("a socket");
    std::thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(n @ 1..) = from.read(&mut buffer) {
            seen();
            if to.write_all(&buffer[..n]).is_err() {
                break;
            }
        }
        to.shutdown(Shutdown::Both).ok();
        from.shutdown(Shutdown::Both).ok();
    });
}

/// Bytes of a request: a new one, where the last was answered.
fn asked(all: &Spans, now: &Mutex<Option<usize>>) {
    let mut all = all.lock().expect("the spans");
    let mut now = now.lock().expect("the connection");
    let goes_on = now.is_some_and(|n: usize| !all[n].answered);
    if !goes_on {
        let at = Timestamp::now();
        *now = Some(all.len());
        all.push(Span {
            from: at,
            to: at,
            answered: false,
        });
    }
}

fn answered(all: &Spans, now: &Mutex<Option<usize>>) {
    let mut all = all.lock().expect("the spans");
    if let Some(n) = *now.lock().expect("the connection") {
        all[n].to = Timestamp::now();
        all[n].answered = true;
    }
}

/// How much of `whole` at least one of the spans covers.
pub fn covered(mut spans: Vec<Span>, whole: Span) -> SignedDuration {
    spans.sort_by_key(|s| s.from);
    let mut sum = SignedDuration::ZERO;
    let mut reached = whole.from;
    for span in spans {
        let (from, to) = (span.from.max(reached), span.to.min(whole.to));
        if to > from {
            sum += to.duration_since(from);
            reached = to;
        }
    }
    sum
}
