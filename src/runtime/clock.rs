//! The clocks: the only place that reads them for the console.

use crate::model::time::Now;
use jiff::Timestamp;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

/// How far the account's time is ahead of this machine's, in milliseconds: only a simulated one is.
static LEAD: AtomicI64 = AtomicI64::new(0);

/// Says how far the simulated account's time is ahead; less than a second does not count.
pub fn lead(account: Timestamp) {
    let ahead = account.as_millisecond() - Timestamp::now().as_millisecond();
    let ahead = if ahead.abs() < 1_000 { 0 } else { ahead };
    LEAD.store(ahead, Ordering::Relaxed);
}

/// The time in the account that is looked at.
pub fn wall() -> Timestamp {
    let now = Timestamp::now();
    let ahead = jiff::SignedDuration::from_millis(LEAD.load(Ordering::Relaxed));
    now.checked_add(ahead).unwrap_or(now)
}

/// The program's clock; starts when it is made.
#[derive(Clone, Copy, Debug)]
pub struct Clock(Instant);

impl Clock {
    /// Starts at zero.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Both clocks, read now.
    pub fn now(&self) -> Now {
        Now {
            wall: wall(),
            mono: self.0.elapsed(),
        }
    }
}
