//! The listener: connections within bounds, each request answered, the account kept
//! living beside them, and a clean end.

use super::Sim;
use super::body::{self, Outgoing, Unread};
use super::stream;
use crate::sim::call::Refusal;
use crate::sim::desk::{Answered, Ending, Progress};
use crate::sim::wire::{error, route};
use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

/// What a client may ask of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request's body.
    pub body: usize,
    /// The head of the next request must be there within this; idle connections end so.
    pub head_within: Duration,
    /// A body must be there within this.
    pub body_within: Duration,
    /// At a time; more of them wait.
    pub connections: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 8 << 20,
            head_within: Duration::from_mins(2),
            body_within: Duration::from_secs(30),
            connections: 512,
        }
    }
}

/// The account lives on at least so often.
const PULSE: Duration = Duration::from_millis(100);

/// Requests under way at the end may take so long.
const FAREWELL: Duration = Duration::from_secs(1);

/// Serves until `stop` comes true, or its sender is gone.
pub async fn serve(
    sim: Arc<Sim>,
    listener: TcpListener,
    limits: Limits,
    stop: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(limits.connections as usize));
    let life = tokio::spawn(live(sim.clone()));
    tokio::select! {
        () = accept(&sim, &listener, limits, &room, &stop) => {}
        () = stopped(stop.clone()) => {}
    }
    drop(listener);
    life.abort();
    // Connections give their place back when they end; those that do not are left behind.
    let _ = tokio::time::timeout(FAREWELL, room.acquire_many(limits.connections)).await;
}

/// Returns once it is to end.
async fn stopped(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Keeps the account at its time, second by second, so that answers come in between.
async fn live(sim: Arc<Sim>) {
    loop {
        tokio::time::sleep(PULSE).await;
        while sim.catch_up() == Progress::More {
            tokio::task::yield_now().await;
        }
    }
}

async fn accept(
    sim: &Arc<Sim>,
    listener: &TcpListener,
    limits: Limits,
    room: &Arc<Semaphore>,
    stop: &watch::Receiver<bool>,
) {
    while let Ok(place) = room.clone().acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let connection = connection(sim.clone(), stream, limits, stop.clone());
                tokio::spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            // Out of files, or a client that left at once: it passes.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn connection(sim: Arc<Sim>, stream: TcpStream, limits: Limits, stop: watch::Receiver<bool>) {
    // Small answers leave at once; where the system refuses, they are a little later.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| handle(sim.clone(), request, limits));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_within)
        .serve_connection(TokioIo::new(stream), service);
    let mut served = std::pin::pin!(served);
    // An error here is a connection that somebody cut, ourselves included.
    tokio::select! {
        _ = served.as_mut() => {}
        () = stopped(stop) => {
            served.as_mut().graceful_shutdown();
            let _ = served.await;
        }
    }
}

async fn handle(
    sim: Arc<Sim>,
    request: Request<Incoming>,
    limits: Limits,
) -> io::Result<Response<Outgoing>> {
    let (head, read) = body::read(request, limits).await;
    match read {
        Ok(bytes) => {
            let answered = sim.answer(&head.map(|()| bytes));
            finish(sim, answered).await
        }
        Err(Unread::Broken) => Err(io::ErrorKind::ConnectionAborted.into()),
        Err(why) => Ok(body::whole(unread(
            &head.map(|()| Bytes::new()),
            why,
            limits,
        ))),
    }
}

async fn finish(sim: Arc<Sim>, answered: Answered) -> io::Result<Response<Outgoing>> {
    if !answered.after.is_zero() {
        tokio::time::sleep(answered.after).await;
    }
    match answered.ending {
        Ending::Whole(response) => Ok(body::whole(response)),
        Ending::Truncated(response) => Ok(body::truncated(response)),
        Ending::Stream(response, tail) => Ok(stream::of(sim, response, tail)),
        Ending::Cut => Err(io::ErrorKind::ConnectionAborted.into()),
    }
}

/// A body that was not read to its end: the connection ends with this answer.
fn unread(request: &Request<Bytes>, why: Unread, limits: Limits) -> Response<Bytes> {
    let refusal = match why {
        Unread::TooLarge => {
            let text = format!("The body is larger than {} bytes", limits.body);
            Refusal::with(413, "RequestEntityTooLarge", text)
        }
        Unread::TooSlow | Unread::Broken => {
            let seconds = limits.body_within.as_secs_f64();
            let text = format!("The body was not there within {seconds} s");
            Refusal::with(408, "RequestTimeout", text)
        }
    };
    let mut response = error::response(&route::form(request), &refusal, "unread");
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
    response
}
