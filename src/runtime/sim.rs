//! The simulated account on a thread of its own, with the real clocks: for `tidegate sim`, and for `--demo`.

use crate::domain::fault::{Fault, FaultKind};
use crate::sim::desk::Setup;
use crate::sim::server::{self, Clock, Limits, Log, Sim};
use jiff::Timestamp;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};

/// The real clocks, from now.
pub fn clock() -> Clock {
    let start = Instant::now();
    Clock {
        start: Timestamp::now(),
        elapsed: Arc::new(move || start.elapsed()),
    }
}

/// Takes an address; nobody is answered yet, but who calls waits.
pub fn bind(at: SocketAddr) -> Result<TcpListener, Fault> {
    let bound = TcpListener::bind(at).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    bound.map_err(|error| unbound(at, &error))
}

fn unbound(at: SocketAddr, error: &io::Error) -> Fault {
    let free = "Choose another with --listen ADDRESS:PORT; port 0 takes a free one";
    match error.kind() {
        io::ErrorKind::AddrInUse => Fault::new(FaultKind::Local, format!("{at} is in use"))
            .means("Another program listens there, perhaps another simulated account")
            .next(free),
        io::ErrorKind::PermissionDenied => {
            Fault::new(FaultKind::Local, format!("{at} may not be listened on"))
                .means("Ports below 1024 are the system's own")
                .next(free)
        }
        _ => Fault::new(
            FaultKind::Local,
            format!("{at} cannot be listened on ({error})"),
        )
        .means("This machine has no such address, or lets nobody have it")
        .next(free),
    }
}

/// Serves until SIGINT or SIGTERM. What happens is told line by line, on the caller's thread; `hello`
/// is said once a signal would end it cleanly.
pub fn serve(
    setup: Setup,
    listener: TcpListener,
    hello: impl FnOnce() -> io::Result<()>,
    mut tell: impl FnMut(&str),
) -> Result<(), Fault> {
    let (said, mut heard) = mpsc::unbounded_channel::<String>();
    let log: Log = Arc::new(move |line| {
        said.send(line.to_owned()).ok(); // nobody hears it any more: it ends
    });
    let ended = runtime().and_then(|runtime| {
        runtime.block_on(async {
            let (end, ending) = watch::channel(false);
            tokio::spawn(end_on_signal(signals()?, end));
            hello()?;
            let sim = Arc::new(Sim::open(setup, clock(), log));
            let mut serving = std::pin::pin!(serve_on(sim, listener, ending));
            loop {
                tokio::select! {
                    Some(line) = heard.recv() => tell(&line),
                    ended = &mut serving => return ended,
                }
            }
        })
    });
    ended.map_err(|error| super::local(&error))
}

/// Serves the demo until `ending` comes true, or its sender is gone; `built` is there as soon as the account is.
pub fn serve_quietly(
    setup: Setup,
    listener: TcpListener,
    built: &OnceLock<Arc<Sim>>,
    ending: watch::Receiver<bool>,
) -> io::Result<()> {
    let log: Log = Arc::new(|line| tracing::warn!("simulated account: {line}"));
    let sim = Arc::new(Sim::open(setup, clock(), log));
    runtime()?.block_on(async {
        tokio::spawn(super::demo::follow(sim.clone()));
        built.get_or_init(|| sim.clone());
        serve_on(sim, listener, ending).await
    })
}

/// One thread is enough: the account is one.
fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

async fn serve_on(
    sim: Arc<Sim>,
    listener: TcpListener,
    ending: watch::Receiver<bool>,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    server::serve(sim, listener, Limits::default(), ending).await;
    Ok(())
}

type Signals = [tokio::signal::unix::Signal; 2];

fn signals() -> io::Result<Signals> {
    Ok([
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    ])
}

async fn end_on_signal(signals: Signals, end: watch::Sender<bool>) {
    let [mut interrupt, mut terminate] = signals;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    // Nobody is there to be told only when it has ended already.
    let _ = end.send(true);
}
