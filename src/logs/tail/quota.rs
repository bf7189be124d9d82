//! How many calls of `FilterLogEvents` a region allows, for all groups together.

use std::time::Duration;

/// Calls a second of an account in a region; it cannot be raised (aws-facts.md §1.7).
fn of_region(region: &str) -> f64 {
    match region {
        "us-east-1" => 25.0,
        "eu-central-1" | "ap-northeast-3" | "ap-southeast-3" | "ca-west-1" | "il-central-1" => 5.0,
        _ => 10.0,
    }
}

/// Others in the account read logs too.
const SHARE: f64 = 0.8;
/// What an endpoint allows that is not AWS's, until it says otherwise.
const UNKNOWN: f64 = 1e6;
/// The least, however often AWS asks us to slow down.
const LEAST: f64 = 0.5;
/// A second without being throttled brings so much back.
const RECOVERY: f64 = 1.15;
/// One that was throttled is called so for this long.
const REMEMBERED: Duration = Duration::from_secs(5);

/// A bucket that fills at a rate; the rate halves when AWS asks for it, and comes back slowly. Time is passed in.
#[derive(Clone, Debug)]
pub struct Quota {
    full: f64,
    rate: f64,
    tokens: f64,
    at: Duration,
    slowed: Option<Duration>,
    /// Calls of the second that began at this time.
    second: (Duration, u32),
}

impl Quota {
    /// Our share of a region's.
    pub fn of(region: &str) -> Self {
        Self::at(of_region(region) * SHARE)
    }

    /// Without a bound, until the first refusal.
    pub fn unknown() -> Self {
        Self::at(UNKNOWN)
    }

    fn at(rate: f64) -> Self {
        Self {
            full: rate,
            rate,
            tokens: rate,
            at: Duration::ZERO,
            slowed: None,
            second: (Duration::ZERO, 0),
        }
    }

    /// Takes one call, or says how long to wait for it.
    pub fn take(&mut self, now: Duration) -> Result<(), Duration> {
        self.fill(now);
        if self.tokens + 1e-9 < 1.0 {
            let wait = (1.0 - self.tokens) / self.rate;
            return Err(Duration::from_secs_f64(wait.clamp(0.001, 10.0)));
        }
        self.tokens -= 1.0;
        self.count(now);
        Ok(())
    }

    /// AWS asked us to slow down: half of what left lately, from now on. Calls that were under way together count once.
    pub fn slow_down(&mut self, now: Duration) {
        self.fill(now);
        self.tokens = 0.0;
        let again = self
            .slowed
            .is_some_and(|at| now < at + Duration::from_secs(1));
        if !again {
            let left = f64::from(self.second.1).max(2.0 * LEAST);
            self.rate = (self.rate.min(left) / 2.0).max(LEAST);
            self.slowed = Some(now);
        }
    }

    /// Whether AWS asked us to slow down a moment ago.
    pub fn is_slowed(&self, now: Duration) -> bool {
        self.slowed.is_some_and(|at| now < at + REMEMBERED)
    }

    fn fill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        if self.slowed.is_some() {
            self.rate = (self.rate * RECOVERY.powf(passed)).min(self.full);
        }
        self.tokens = (self.tokens + passed * self.rate).min(self.rate.max(1.0));
        self.at = self.at.max(now);
    }

    fn count(&mut self, now: Duration) {
        if now >= self.second.0 + Duration::from_secs(1) {
            self.second = (now, 0);
        }
        self.second.1 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    /// Calls that leave within so many seconds, asked for every ten milliseconds.
    fn calls(quota: &mut Quota, from: u64, seconds: u64) -> usize {
        let ticks = (0..seconds * 100).map(|n| MS(from * 1000 + n * 10));
        ticks.filter(|now| quota.take(*now).is_ok()).count()
    }

    #[test]
    fn a_region_gives_its_share_and_no_more() {
        for (region, most) in [("us-east-1", 20), ("eu-central-1", 4), ("eu-west-1", 8)] {
            let mut quota = Quota::of(region);
            assert_eq!(
                calls(&mut quota, 0, 1),
                2 * most - 1,
                "{region}: the first second has the burst"
            );
            assert_eq!(calls(&mut quota, 1, 10), 10 * most, "{region}");
        }
    }

    #[test]
    fn refusals_halve_the_rate_once_a_second_and_calm_brings_it_back() {
        let mut quota = Quota::of("eu-west-1");
        calls(&mut quota, 0, 5);
        quota.slow_down(MS(5_000));
        quota.slow_down(MS(5_100));
        assert!(quota.is_slowed(MS(6_000)) && !quota.is_slowed(MS(11_000)));
        let slow = calls(&mut quota, 5, 1);
        assert!((3..=5).contains(&slow), "{slow}");
        assert_eq!(calls(&mut quota, 60, 1), 15, "a burst, and all of the rate");
    }

    #[test]
    fn an_unknown_endpoint_is_asked_freely_until_it_refuses() {
        let mut quota = Quota::unknown();
        assert_eq!(calls(&mut quota, 0, 1), 100);
        quota.slow_down(MS(1_000));
        let slow = calls(&mut quota, 1, 1);
        assert!((45..=55).contains(&slow), "{slow}");
    }

    #[test]
    fn however_often_it_is_refused_something_is_still_asked() {
        let mut quota = Quota::of("eu-central-1");
        for second in 0..60 {
            quota.slow_down(Duration::from_secs(second));
        }
        assert!(calls(&mut quota, 60, 10) >= 5);
    }
}
