//! Calls and their cost over time, from readings of the clients' meter. Pure: time is passed in.

use crate::model::message::Usage;
use std::collections::VecDeque;
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

/// Sums of the last minute and hour.
#[derive(Debug, Default)]
pub struct UsageBook {
    calls: Window,
    logs: Window,
    throttled: Window,
    metrics: Window,
    /// The meter's last reading.
    reading: Reading,
    said: Option<Usage>,
}

/// What the clients' meter shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub calls: u64,
    /// Calls of log tails among them.
    pub logs: u64,
    pub metric_queries: u64,
}

/// Counts with their time, oldest first.
#[derive(Debug, Default)]
struct Window(VecDeque<(Duration, u64)>);

impl Window {
    fn add(&mut self, now: Duration, n: u64) {
        if n > 0 {
            self.0.push_back((now, n));
        }
    }

    fn sum(&mut self, now: Duration, length: Duration) -> u64 {
        while self.0.front().is_some_and(|(at, _)| *at + length <= now) {
            self.0.pop_front();
        }
        self.0.iter().map(|(_, n)| n).sum()
    }
}

impl UsageBook {
    /// Takes a reading of the meter; one that fell is a new meter's.
    pub fn read(&mut self, now: Duration, reading: Reading) {
        let before = std::mem::replace(&mut self.reading, reading);
        let grown = |now: u64, before: u64| now.checked_sub(before).unwrap_or(now);
        self.calls.add(now, grown(reading.calls, before.calls));
        self.logs.add(now, grown(reading.logs, before.logs));
        self.metrics
            .add(now, grown(reading.metric_queries, before.metric_queries));
    }

    /// A call was throttled.
    pub fn throttled(&mut self, now: Duration) {
        self.throttled.add(now, 1);
    }

    /// The usage now, where it differs enough from what was said last.
    pub fn news(&mut self, now: Duration, budget: u32) -> Option<Usage> {
        let usage = Usage {
            calls_last_minute: self.calls.sum(now, MINUTE) as u32,
            logs_last_minute: self.logs.sum(now, MINUTE) as u32,
            budget,
            metrics_per_hour: self.per_hour(now),
            throttled_last_minute: self.throttled.sum(now, MINUTE) as u32,
        };
        let news = self.said.is_none_or(|said| differs(&said, &usage));
        if news {
            self.said = Some(usage);
        }
        news.then_some(usage)
    }

    /// The last hour's queries; projected while the hour is not over.
    fn per_hour(&mut self, now: Duration) -> u32 {
        let seen = self.metrics.sum(now, HOUR) as f64;
        let share = now.clamp(MINUTE, HOUR).as_secs_f64() / HOUR.as_secs_f64();
        (seen / share).round() as u32
    }
}

/// Pollers drift against the minute, so the sums waver while nothing changes:
/// less than a fifth is no news, and a quiet screen stays quiet.
fn differs(said: &Usage, now: &Usage) -> bool {
    let far = |a: u32, b: u32| a.abs_diff(b) > (a / 5).max(5) || (a == 0) != (b == 0);
    said.budget != now.budget
        || far(said.calls_last_minute, now.calls_last_minute)
        || far(said.logs_last_minute, now.logs_last_minute)
        || far(said.metrics_per_hour, now.metrics_per_hour)
        || far(said.throttled_last_minute, now.throttled_last_minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn reading(calls: u64, metric_queries: u64) -> Reading {
        Reading {
            calls,
            metric_queries,
            ..Reading::default()
        }
    }

    #[test]
    fn log_tails_are_counted_apart() {
        let mut usage = UsageBook::default();
        let seen = Reading {
            logs: 30,
            ..reading(40, 0)
        };
        usage.read(S(1), seen);
        let said = usage.news(S(1), 120).unwrap();
        assert_eq!((said.calls_last_minute, said.logs_last_minute), (40, 30));
    }

    #[test]
    fn usage_is_of_the_last_minute_and_said_once() {
        let mut usage = UsageBook::default();
        usage.read(S(1), reading(10, 4));
        usage.throttled(S(1));
        let said = usage.news(S(1), 120).unwrap();
        assert_eq!(
            (
                said.calls_last_minute,
                said.budget,
                said.throttled_last_minute
            ),
            (10, 120, 1)
        );
        assert_eq!(said.metrics_per_hour, 240);
        assert_eq!(usage.news(S(2), 120), None);
        assert_eq!(usage.news(S(61), 120).unwrap().calls_last_minute, 0);
    }

    #[test]
    fn a_new_meter_starts_from_zero() {
        let mut usage = UsageBook::default();
        usage.read(S(1), reading(10, 0));
        usage.read(S(2), reading(3, 0));
        assert_eq!(usage.news(S(2), 120).unwrap().calls_last_minute, 13);
    }

    #[test]
    fn a_sum_that_wavers_is_no_news() {
        let mut usage = UsageBook::default();
        usage.read(S(1), reading(60, 0));
        assert!(usage.news(S(1), 120).is_some());
        usage.read(S(2), reading(66, 0));
        assert_eq!(usage.news(S(2), 120), None);
        usage.read(S(3), reading(80, 0));
        assert!(usage.news(S(3), 120).is_some());
    }

    #[test]
    fn after_an_hour_the_cost_is_counted_not_projected() {
        let mut usage = UsageBook::default();
        for minute in 0..120 {
            usage.read(S(minute * 60), reading(0, (minute + 1) * 10));
        }
        assert_eq!(usage.news(S(119 * 60), 120).unwrap().metrics_per_hour, 600);
    }
}
