//! The call budget: two token buckets that every polling read waits at.
//!
//! The first fill has a bucket of its own, so that a fresh screen does not crawl.
//! What is not on the screen, and metrics, leave a reserve for what is.

use super::clock::Clock;
use super::poll::Purse;
use crate::aws::Gate;
use crate::aws::gate::Turnstile;
use crate::model::query::Slot;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The first fill: calls a second, and how many may leave at once.
const FIRST_RATE: f64 = 15.0;
const FIRST_BURST: f64 = 30.0;

/// A quarter of a bucket is kept for what is on the screen.
const RESERVE: f64 = 0.25;

/// What is not on the screen leaves in groups: a call that comes alone wakes cold caches and draws a frame of its own,
/// and 5,000 services took 1.2 s of CPU instead of 0.4 s.
const GROUP: f64 = 8.0;

/// A bucket that fills at a rate, up to its size. Pure: time is passed in.
#[derive(Clone, Debug)]
pub struct Bucket {
    size: f64,
    per_second: f64,
    tokens: f64,
    at: Duration,
}

impl Bucket {
    /// A full bucket.
    pub fn full(size: f64, per_second: f64) -> Self {
        Self {
            size,
            per_second,
            tokens: size,
            at: Duration::ZERO,
        }
    }

    /// Takes one token and leaves `reserve`, or says how long to wait until there are `group` of them.
    pub fn take(&mut self, now: Duration, reserve: f64, group: f64) -> Result<(), Duration> {
        self.fill(now);
        if self.tokens + 1e-9 >= 1.0 + reserve {
            self.tokens -= 1.0;
            return Ok(());
        }
        let missing = (group + reserve).min(self.size) - self.tokens;
        Err(Duration::from_secs_f64(
            (missing / self.per_second).clamp(0.001, 60.0),
        ))
    }

    /// Empties it: AWS asked us to slow down.
    pub fn empty(&mut self, now: Duration) {
        self.fill(now);
        self.tokens = 0.0;
    }

    /// Takes what has left already; the debt is at most one bucket.
    pub fn owe(&mut self, now: Duration, calls: f64) {
        self.fill(now);
        self.tokens = (self.tokens - calls).max(-self.size);
    }

    fn fill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.per_second).min(self.size);
        self.at = self.at.max(now);
    }
}

/// The budget of one run.
#[derive(Debug)]
pub struct Budget {
    clock: Clock,
    first: Mutex<Bucket>,
    steady: Mutex<Bucket>,
}

impl Budget {
    /// A budget of so many calls a minute.
    pub fn new(calls_per_minute: u32, clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            clock,
            first: Mutex::new(Bucket::full(FIRST_BURST, FIRST_RATE)),
            steady: Mutex::new(steady(calls_per_minute)),
        })
    }

    /// Another budget, from a full bucket on.
    pub fn set(&self, calls_per_minute: u32) {
        *self.steady.lock().unwrap_or_else(PoisonError::into_inner) = steady(calls_per_minute);
    }

    /// The gate for the calls of one query.
    pub fn gate(self: &Arc<Self>, slot: Slot, purse: Purse) -> Gate {
        let urgency = urgency(slot);
        Gate::guarded(Arc::new(Pass {
            budget: self.clone(),
            purse,
            urgency,
        }))
    }

    /// AWS asked us to slow down.
    pub fn throttled(&self) {
        let now = self.clock.now().mono;
        for bucket in [&self.first, &self.steady] {
            bucket
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .empty(now);
        }
    }

    /// So many calls left without asking.
    pub fn owes(&self, calls: u64) {
        if calls > 0 {
            let now = self.clock.now().mono;
            let mut bucket = self.steady.lock().unwrap_or_else(PoisonError::into_inner);
            bucket.owe(now, calls as f64);
        }
    }

    fn take(&self, purse: Purse, urgency: Urgency) -> Result<(), Duration> {
        let bucket = match purse {
            Purse::FirstFill => &self.first,
            Purse::Steady => &self.steady,
        };
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let (reserve, group) = match urgency {
            Urgency::Seen => (0.0, 1.0),
            Urgency::Later => (bucket.size * RESERVE, GROUP),
        };
        bucket.take(self.clock.now().mono, reserve, group)
    }
}

/// Ten seconds' worth may leave at once.
fn steady(calls_per_minute: u32) -> Bucket {
    let per_minute = f64::from(calls_per_minute.max(1));
    Bucket::full((per_minute / 6.0).max(8.0), per_minute / 60.0)
}

/// Whether a call leaves the reserve alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Urgency {
    /// It fills what is on the screen.
    Seen,
    Later,
}

fn urgency(slot: Slot) -> Urgency {
    if matches!(slot, Slot::OtherServices | Slot::Metrics) {
        Urgency::Later
    } else {
        Urgency::Seen
    }
}

/// Leave for the calls of one query.
#[derive(Debug)]
struct Pass {
    budget: Arc<Budget>,
    purse: Purse,
    urgency: Urgency,
}

impl Turnstile for Pass {
    fn pass(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            while let Err(wait) = self.budget.take(self.purse, self.urgency) {
                tokio::time::sleep(wait).await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn taken(bucket: &mut Bucket, now: Duration, reserve: f64) -> usize {
        (0..1000)
            .take_while(|_| bucket.take(now, reserve, 1.0).is_ok())
            .count()
    }

    #[test]
    fn a_minute_lets_through_the_burst_and_the_rate() {
        let mut bucket = steady(120);
        let total: usize = (0..60).map(|s| taken(&mut bucket, S(s), 0.0)).sum();
        assert_eq!(total, 20 + 118);
    }

    #[test]
    fn an_empty_bucket_says_how_long_to_wait() {
        let mut bucket = Bucket::full(1.0, 2.0);
        assert_eq!(bucket.take(S(1), 0.0, 1.0), Ok(()));
        assert_eq!(bucket.take(S(1), 0.0, 1.0), Err(Duration::from_millis(500)));
        assert_eq!(
            bucket.take(S(1) + Duration::from_millis(500), 0.0, 1.0),
            Ok(())
        );
    }

    #[test]
    fn a_group_waits_for_all_of_its_tokens_and_loses_none() {
        let mut bucket = Bucket::full(20.0, 2.0);
        assert_eq!(taken(&mut bucket, S(0), 5.0), 15);
        let wait = bucket.take(S(0), 5.0, 8.0);
        assert_eq!(wait, Err(S(4)));
        assert_eq!(taken(&mut bucket, S(4), 5.0), 8);
    }

    #[test]
    fn what_is_not_seen_leaves_a_reserve() {
        let mut bucket = Bucket::full(20.0, 2.0);
        assert_eq!(taken(&mut bucket, S(0), 5.0), 15);
        assert_eq!(taken(&mut bucket, S(0), 0.0), 5);
    }

    #[test]
    fn the_first_fill_of_a_dashboard_does_not_wait() {
        let budget = Budget::new(120, Clock::start());
        let gone = (0..30)
            .filter(|_| budget.take(Purse::FirstFill, Urgency::Seen).is_ok())
            .count();
        assert_eq!(gone, 30);
    }

    #[test]
    fn what_left_without_asking_is_paid_for_afterwards() {
        let mut bucket = Bucket::full(20.0, 2.0);
        bucket.owe(S(0), 30.0);
        assert_eq!(
            bucket.take(S(0), 0.0, 1.0),
            Err(Duration::from_millis(5_500))
        );
        bucket.owe(S(0), 1_000.0);
        assert_eq!(taken(&mut bucket, S(20), 0.0), 20);
    }

    #[test]
    fn throttling_empties_both_buckets() {
        let budget = Budget::new(120, Clock::start());
        budget.throttled();
        assert!(budget.take(Purse::FirstFill, Urgency::Seen).is_err());
        assert!(budget.take(Purse::Steady, Urgency::Seen).is_err());
    }
}
