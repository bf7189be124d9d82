//! Lines a second, by the lines' own time: what comes in one answer was not written in one moment.

use crate::domain::ids::LogGroup;
use crate::logs::chunk::Chunk;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Seconds looked at.
const WINDOW: i64 = 10;
/// Seconds kept.
const KEPT: usize = 120;

/// How many lines were written in each second.
#[derive(Clone, Debug, Default)]
pub struct Rate {
    seconds: BTreeMap<i64, u32>,
}

impl Rate {
    /// Counts the lines of a chunk.
    pub fn count(&mut self, chunk: &Chunk) {
        for line in chunk.lines() {
            *self
                .seconds
                .entry(line.stands_at().div_euclid(1_000))
                .or_default() += 1;
        }
        while self.seconds.len() > KEPT {
            self.seconds.pop_first();
        }
    }

    /// Lines a second over the last seconds of which lines are here; none where the newest are old.
    pub fn now(&self, now: Timestamp) -> f64 {
        let clock = now.as_second();
        let newest = self
            .seconds
            .range(..=clock)
            .next_back()
            .map_or(i64::MIN, |(second, _)| *second);
        let end = newest.max(clock - WINDOW);
        let counted: u32 = self
            .seconds
            .range(end - WINDOW + 1..=end)
            .map(|(_, n)| n)
            .sum();
        f64::from(counted) / WINDOW as f64
    }

    /// How many lines were written in each of the last `bars` spans of `seconds`, the newest last.
    pub fn bars(&self, now: Timestamp, (seconds, bars): (i64, usize)) -> Vec<u32> {
        // Whole spans: else the bars would change with each second.
        let end = now.as_second().div_euclid(seconds) * seconds;
        let first = end - seconds * bars as i64;
        let mut counts = vec![0; bars];
        for (second, n) in self.seconds.range(first..end) {
            counts[((second - first) / seconds) as usize] += n;
        }
        counts
    }
}

/// Eight heights, and what stands for them where only ASCII may leave.
const BARS: [&str; 2] = ["▁▂▃▄▅▆▇█", "_..-=+*#"];

/// The counts as bars, the highest as high as can be; only nothing is as low as can be.
pub fn sparkline(counts: &[u32], ascii: bool) -> String {
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let bars: Vec<char> = BARS[usize::from(ascii)].chars().collect();
    let bar = |n: &u32| match *n {
        0 => bars[0],
        n => bars[(n as usize * (bars.len() - 1)).div_ceil(most as usize)],
    };
    counts.iter().map(bar).collect()
}

/// `842/s`, `0.3/s`.
pub fn said(rate: f64) -> String {
    if rate > 0.0 && rate < 10.0 {
        format!("{rate:.1}/s")
    } else {
        format!("{rate:.0}/s")
    }
}

/// A group's name for a narrow column: its last part.
pub fn short(group: &LogGroup) -> String {
    let text = group.text();
    text.as_str()
        .rsplit('/')
        .find(|part| !part.is_empty())
        .unwrap_or(text.as_str())
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::chunk::tests::{event, source};

    fn rate(times: impl IntoIterator<Item = i64>) -> Rate {
        let events: Vec<_> = times.into_iter().map(|at| event(at, "x")).collect();
        let mut rate = Rate::default();
        for chunk in Chunk::seal(&source("g"), &events) {
            rate.count(&chunk);
        }
        rate
    }

    #[test]
    fn a_backlog_that_comes_at_once_is_no_burst() {
        let ten_minutes = rate((0..6_000).map(|n| n * 100));
        assert_eq!(
            said(ten_minutes.now(Timestamp::from_second(600).unwrap())),
            "10/s"
        );
    }

    #[test]
    fn a_producer_with_a_fast_clock_takes_nothing_from_the_present() {
        let ahead = |n: i64| crate::domain::log::RawEvent {
            ingested: 100_000,
            ..event(400_000 + n * 1_000, "x")
        };
        let events: Vec<_> = (0..200).map(ahead).collect();
        let mut rate = rate((90_000..100_000).step_by(100));
        for chunk in Chunk::seal(&source("g"), &events) {
            rate.count(&chunk);
        }
        assert_eq!(said(rate.now(Timestamp::from_second(100).unwrap())), "29/s");
    }

    #[test]
    fn a_group_that_fell_silent_has_no_rate() {
        let rate = rate([1_000, 2_000, 2_500]);
        assert_eq!(said(rate.now(Timestamp::from_second(3).unwrap())), "0.3/s");
        assert_eq!(said(rate.now(Timestamp::from_second(60).unwrap())), "0/s");
        assert_eq!(said(Rate::default().now(Timestamp::UNIX_EPOCH)), "0/s");
    }

    #[test]
    fn bars_are_as_high_as_the_highest_and_only_nothing_is_lowest() {
        assert_eq!(sparkline(&[0, 1, 50, 100], false), "▁▂▅█");
        assert_eq!(sparkline(&[0, 1, 100], true), "_.#");
        assert_eq!(sparkline(&[0, 0], false), "▁▁");
        let rate = rate((0..60).map(|n| n * 1_000).chain([59_500]));
        let bars = rate.bars(Timestamp::from_second(62).unwrap(), (5, 4));
        assert_eq!(bars, [5, 5, 5, 6]);
    }

    #[test]
    fn a_group_is_named_short_by_its_last_part() {
        assert_eq!(
            ["/ecs/orchard-api", "plain", "/", "a/"].map(|g| short(&g.into())),
            ["orchard-api", "plain", "/", "a"]
        );
    }
}
