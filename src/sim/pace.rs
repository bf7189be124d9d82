//! How the account's time follows the real one: as fast, faster, or only on demand. It never goes back.

use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// How fast the account's time goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// So many times as fast as the real one.
    Times(f64),
    /// It stands, until it is told to advance.
    Manual,
}

/// The fastest: an hour in some seconds.
pub const FASTEST: f64 = 1_000.0;

/// The account's time as a function of the real one, which is measured from the start.
#[derive(Clone, Debug)]
pub struct Pace {
    speed: Speed,
    /// At this real time it was that time in the account.
    anchor: (Duration, Timestamp),
}

impl Pace {
    /// Starts at `now`, at real time zero.
    pub fn new(speed: Speed, now: Timestamp) -> Self {
        Self {
            speed,
            anchor: (Duration::ZERO, now),
        }
    }

    pub fn speed(&self) -> Speed {
        self.speed
    }

    /// The account's time.
    pub fn now(&self, real: Duration) -> Timestamp {
        let (since, from) = self.anchor;
        let times = match self.speed {
            Speed::Times(times) => times,
            Speed::Manual => 0.0,
        };
        let passed = real.saturating_sub(since).as_secs_f64() * times;
        let passed = SignedDuration::try_from_secs_f64(passed).unwrap_or_default();
        from.saturating_add(passed).unwrap_or(from)
    }

    /// Goes on at another speed from now.
    pub fn set_speed(&mut self, speed: Speed, real: Duration) {
        self.anchor = (real, self.now(real));
        self.speed = speed;
    }

    /// Leaps ahead.
    pub fn leap(&mut self, by: Duration, real: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or_default();
        let now = self.now(real);
        self.anchor = (real, now.saturating_add(by).unwrap_or(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(pace: &Pace, seconds: u64) -> i64 {
        pace.now(Duration::from_secs(seconds)).as_second()
    }

    #[test]
    fn time_goes_as_fast_as_it_is_told_and_leaps_are_kept() {
        let mut pace = Pace::new(Speed::Times(1.0), Timestamp::UNIX_EPOCH);
        assert_eq!(at(&pace, 10), 10);
        pace.set_speed(Speed::Times(10.0), Duration::from_secs(10));
        assert_eq!(at(&pace, 12), 30);
        pace.leap(Duration::from_secs(90), Duration::from_secs(12));
        assert_eq!(at(&pace, 13), 130);
        pace.set_speed(Speed::Manual, Duration::from_secs(13));
        assert_eq!(at(&pace, 1_000), 130);
    }

    #[test]
    fn a_real_clock_that_goes_back_does_not_take_the_account_along() {
        let mut pace = Pace::new(Speed::Times(1.0), Timestamp::UNIX_EPOCH);
        pace.leap(Duration::from_secs(5), Duration::from_secs(100));
        assert_eq!(at(&pace, 50), 105);
    }
}
