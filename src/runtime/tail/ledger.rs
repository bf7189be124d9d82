//! What the sessions of Live Tail cost: each is billed by the minute while it is open.

use super::Sink;
use crate::aws::logs::live::USD_PER_MINUTE;
use crate::model::message::Message;
use crate::model::tail::{LiveSessions, Tail};
use crate::runtime::clock::Clock;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

#[derive(Debug, Default)]
struct Book {
    next: u64,
    /// When each of those that are open began.
    open: BTreeMap<u64, Duration>,
    /// Minutes of those that are closed.
    closed: u64,
    told: Option<LiveSessions>,
}

impl Book {
    fn sessions(&self, now: Duration) -> Option<LiveSessions> {
        let running = self.open.values().map(|since| begun(*since, now));
        let open = self.open.len() as u32;
        (open > 0).then(|| LiveSessions {
            open,
            minutes: self.closed + running.sum::<u64>(),
            usd_per_hour: f64::from(open) * 60.0 * USD_PER_MINUTE,
        })
    }

    fn close(&mut self, id: u64, now: Duration) {
        if let Some(since) = self.open.remove(&id) {
            self.closed += begun(since, now);
        }
    }
}

/// Minutes begun.
fn begun(since: Duration, now: Duration) -> u64 {
    now.saturating_sub(since).as_secs() / 60 + 1
}

/// The account of one tail.
pub(super) struct Ledger {
    clock: Clock,
    send: Sink,
    book: Mutex<Book>,
}

impl Ledger {
    pub(super) fn new(clock: Clock, send: Sink) -> Arc<Self> {
        let book = Mutex::default();
        Arc::new(Self { clock, send, book })
    }

    /// A session has begun; it is closed with the bill.
    pub(super) fn open(self: &Arc<Self>) -> Bill {
        let id = self.with(|book, now| {
            book.next += 1;
            book.open.insert(book.next, now);
            book.next
        });
        Bill {
            ledger: self.clone(),
            id,
        }
    }

    /// Tells what is new: a session more or less, or another minute.
    fn with<T>(&self, act: impl FnOnce(&mut Book, Duration) -> T) -> T {
        let now = self.clock.now().mono;
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let done = act(&mut book, now);
        let sessions = book.sessions(now);
        if sessions != book.told {
            book.told = sessions;
            (self.send)(Message::Tail(Tail::Live(sessions)));
        }
        done
    }
}

/// One session that is open.
pub(super) struct Bill {
    ledger: Arc<Ledger>,
    id: u64,
}

impl Bill {
    /// Time has passed.
    pub(super) fn runs(&self) {
        self.ledger.with(|_, _| ());
    }
}

impl Drop for Bill {
    fn drop(&mut self) {
        self.ledger.with(|book, now| book.close(self.id, now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_that_have_begun_are_billed_and_closed_ones_stay() {
        let mut book = Book::default();
        let at = Duration::from_secs;
        assert_eq!(book.sessions(at(0)), None);
        book.open.insert(1, at(0));
        book.open.insert(2, at(30));
        let sessions = book.sessions(at(61)).expect("two are open");
        assert_eq!((sessions.open, sessions.minutes), (2, 3));
        assert!((sessions.usd_per_hour - 1.2).abs() < 1e-9);
        book.close(1, at(61));
        assert_eq!(
            book.sessions(at(61)).map(|s| (s.open, s.minutes)),
            Some((1, 3))
        );
        book.close(2, at(61));
        assert_eq!(book.sessions(at(61)), None);
    }
}
