//! The desk that every request comes to: the account with its pace, its limits and
//! its faults. Pure: the real time since the start is handed in.

mod office;
mod tail;

pub use tail::{Tail, Tailed};

use super::account::Account;
use super::call::{Answer, Call, Refusal};
use super::control;
use super::fault::{self, Fate, Fault, Faults, Kind};
use super::pace::{Pace, Speed};
use super::shape;
use super::throttle::{Passage, Throttle, Throttling};
use super::wire::{self, Form, Misread, error};
use super::world::{Config, TICK};
use bytes::Bytes;
use hyper::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::time::Duration;

/// What a simulated account is started with.
#[derive(Clone, Debug)]
pub struct Setup {
    pub config: Config,
    pub speed: Speed,
    pub throttling: Throttling,
    pub faults: Vec<Fault>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            config: Config::default(),
            speed: Speed::Times(1.0),
            throttling: Throttling::On,
            faults: Vec::new(),
        }
    }
}

/// The account, open for business.
#[derive(Debug)]
pub struct Desk {
    account: Account,
    pace: Pace,
    throttle: Throttle,
    faults: Faults,
    /// Every region has lived until here.
    reached: Timestamp,
    calls: u64,
    /// Operations that nobody here knows, each told once.
    unknown: BTreeSet<String>,
}

/// How one request ends.
#[derive(Debug)]
pub struct Answered {
    pub ending: Ending,
    /// The answer comes this much later.
    pub after: Duration,
    /// What the one who runs the account should read.
    pub note: Option<String>,
}

/// What the client gets.
#[derive(Debug)]
pub enum Ending {
    Whole(Response<Bytes>),
    /// The body ends in its middle, and the connection with it.
    Truncated(Response<Bytes>),
    /// The connection ends.
    Cut,
    /// A stream of events, whose first are here; the next are asked for each second.
    Stream(Response<Bytes>, Tail),
}

/// A call is let ahead of the tick by at most so much; what is more is caught up in slices.
const AHEAD: SignedDuration = SignedDuration::from_secs(2);

/// More unknown operations than there are to tell.
const TOLD: usize = 1_000;

impl Desk {
    /// Builds the account; takes as long as furnishing it takes.
    pub fn open(setup: Setup, now: Timestamp) -> Self {
        let seed = setup.config.seed;
        Self {
            account: Account::new(setup.config, now),
            pace: Pace::new(setup.speed, now),
            throttle: Throttle::new(setup.throttling),
            faults: Faults::new(setup.faults, seed),
            reached: now,
            calls: 0,
            unknown: BTreeSet::new(),
        }
    }

    /// The account's time.
    pub fn now(&self, real: Duration) -> Timestamp {
        self.pace.now(real).max(self.reached)
    }

    /// The account itself, for tests that look behind the wire.
    pub fn account(&mut self) -> &mut Account {
        &mut self.account
    }

    /// Lives one second that has passed; says whether another one has.
    pub fn catch_up(&mut self, real: Duration) -> Progress {
        let target = self.now(real);
        let next = self.reached.saturating_add(TICK).unwrap_or(target);
        if next > target {
            return Progress::Done;
        }
        self.reached = next;
        self.account.advance(next);
        Progress::More
    }

    /// Answers any request.
    pub fn answer(&mut self, request: &Request<Bytes>, real: Duration) -> Answered {
        if request.uri().path().starts_with(control::PREFIX) {
            return whole(self.controlled(request, real));
        }
        self.calls += 1;
        let id = format!("00000000-0000-4000-8000-{:012x}", self.calls);
        match wire::decode(request) {
            Ok(decoded) => self.called(&decoded.call, &decoded.form, real, &id),
            Err(misread) => self.misread(&misread, &id),
        }
    }

    fn misread(&mut self, misread: &Misread, id: &str) -> Answered {
        let Misread { refusal, form } = misread;
        let note = (refusal.code == error::UNKNOWN)
            .then(|| self.tell_unknown(&refusal.message))
            .flatten();
        Answered {
            note,
            ..whole(error::response(form, refusal, id))
        }
    }

    fn called(&mut self, call: &Call, form: &Form, real: Duration, id: &str) -> Answered {
        let Fate { delay, trouble } = self.faults.strike(call);
        if trouble.is_none() && tail::is_start(call) {
            return after(delay, self.started_tail(call, form, real, id));
        }
        let (answer, note) = match trouble {
            Some(Kind::Cut) => return after(delay, Ending::Cut),
            Some(kind) => match kind.refusal(call) {
                Some(refusal) => (Err(refusal), None),
                None => self.carried_out(call, form, real),
            },
            None => self.carried_out(call, form, real),
        };
        let response = wire::encode(form, &answer, id);
        let ending = match trouble {
            Some(Kind::Lose) => Ending::Cut,
            Some(Kind::Truncate) => Ending::Truncated(response),
            _ => Ending::Whole(response),
        };
        Answered {
            note,
            ..after(delay, ending)
        }
    }

    /// Lets a call in, if the limits and its shape let it.
    fn admitted(&mut self, call: &Call, form: &Form, real: Duration) -> Result<(), Refusal> {
        if self.throttle.pass(call, real) == Passage::Throttled {
            return Err(fault::throttled());
        }
        if !shape::knows(call.service, &call.operation) {
            return Err(Refusal::unknown(call));
        }
        let dialect = form.protocol.dialect();
        shape::check(call.service, &call.operation, dialect, &call.input)
    }

    /// Carries a call out.
    fn carried_out(
        &mut self,
        call: &Call,
        form: &Form,
        real: Duration,
    ) -> (Answer, Option<String>) {
        let answer = self.admitted(call, form, real).and_then(|()| {
            let now = self.time_of_a_call(real);
            self.account.handle(call, now)
        });
        let unknown = matches!(&answer, Err(refusal) if is_unknown(refusal.code.as_ref()));
        let action = || format!("{}:{}", call.service.iam(), call.operation);
        let note = unknown.then(|| self.tell_unknown(&format!("{} is not simulated", action())));
        (answer, note.flatten())
    }

    /// Exact, but where the world has to be caught up first.
    fn time_of_a_call(&self, real: Duration) -> Timestamp {
        let now = self.now(real);
        if now.duration_since(self.reached) > AHEAD {
            self.reached
        } else {
            now
        }
    }

    fn tell_unknown(&mut self, what: &str) -> Option<String> {
        let new = self.unknown.len() < TOLD && self.unknown.insert(what.to_owned());
        new.then(|| what.to_owned())
    }
}

/// Whether a second of the account's life was lived, or there was none to catch up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    More,
    Done,
}

fn is_unknown(code: &str) -> bool {
    [error::UNKNOWN, "InvalidAction"].contains(&code)
}

fn after(delay: Duration, ending: Ending) -> Answered {
    Answered {
        ending,
        after: delay,
        note: None,
    }
}

fn whole(response: Response<Bytes>) -> Answered {
    after(Duration::ZERO, Ending::Whole(response))
}
