//! The simulated account as something to speak to: in memory ([`Sim::answer`]), or
//! over a loopback listener ([`serve`]). The only part of it that waits.

mod body;
mod connection;
mod stream;

pub use connection::{Limits, serve};

use super::control::Control;
use super::desk::{Answered, Desk, Ending, Progress, Setup, Tail, Tailed};
use super::wire::{error, route};
use bytes::Bytes;
use hyper::Request;
use jiff::Timestamp;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The real clocks: when it began, and how long ago that is.
#[derive(Clone)]
pub struct Clock {
    pub start: Timestamp,
    pub elapsed: Arc<dyn Fn() -> Duration + Send + Sync>,
}

/// Where lines for the one who runs the account go.
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// One simulated account. Everybody speaks to the same.
pub struct Sim {
    desk: Mutex<Desk>,
    clock: Clock,
    log: Log,
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sim").finish_non_exhaustive()
    }
}

impl Sim {
    /// Builds the account; takes as long as furnishing it takes.
    pub fn open(setup: Setup, clock: Clock, log: Log) -> Self {
        let desk = Desk::open(setup, clock.start);
        Self {
            desk: Mutex::new(desk),
            clock,
            log,
        }
    }

    /// Answers a whole request, without a socket. A bug in here is a 500.
    pub fn answer(&self, request: &Request<Bytes>) -> Answered {
        let real = (self.clock.elapsed)();
        let answered = catch_unwind(AssertUnwindSafe(|| self.desk().answer(request, real)));
        let answered = answered.unwrap_or_else(|_| self.broken(request));
        if let Some(note) = &answered.note {
            (self.log)(note);
        }
        answered
    }

    /// What a panic comes to for the client.
    fn broken(&self, request: &Request<Bytes>) -> Answered {
        let form = route::form(request);
        (self.log)(&format!(
            "a bug in {:?}: answered with a 500",
            form.operation
        ));
        let refusal =
            super::call::Refusal::server("InternalFailure", "The simulated account has a bug here");
        Answered {
            ending: Ending::Whole(error::response(&form, &refusal, "bug")),
            after: Duration::ZERO,
            note: None,
        }
    }

    /// Does what a command says.
    pub fn obey(&self, command: Control) {
        let real = (self.clock.elapsed)();
        self.desk().obey(command, real);
    }

    /// The account's time.
    pub fn now(&self) -> Timestamp {
        let real = (self.clock.elapsed)();
        self.desk().now(real)
    }

    /// Lets the account live on by so much, whatever the clock says, and waits for it.
    pub fn advance(&self, by: Duration) {
        self.obey(Control::Advance(by));
        while self.catch_up() == Progress::More {}
    }

    /// How the account stands.
    pub fn state(&self) -> super::value::Value {
        let real = (self.clock.elapsed)();
        self.desk().state(real)
    }

    /// The next events of a stream.
    pub fn tail(&self, tail: &Tail) -> Tailed {
        let real = (self.clock.elapsed)();
        self.desk().tail(tail, real)
    }

    /// The client of a stream is gone.
    pub fn close_tail(&self, tail: &Tail) {
        self.desk().close_tail(tail);
    }

    /// Lives one second that has passed, if one has.
    fn catch_up(&self) -> Progress {
        let real = (self.clock.elapsed)();
        let lived = catch_unwind(AssertUnwindSafe(|| self.desk().catch_up(real)));
        lived.unwrap_or_else(|_| {
            (self.log)("a bug in a second of the simulated account: it goes on with the next");
            Progress::Done
        })
    }

    /// The desk; one that a panic left behind is used on.
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
