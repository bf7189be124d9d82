//! What a span of lines comes to: how many, how many failures, how long requests
//! took, which paths were asked for, which queries were slow.

mod counter;

use super::chunk::{Chunk, Line};
use super::histogram::Histogram;
use super::slow::SlowQuery;
use crate::domain::ids::LogGroup;
use crate::domain::text::mask::mask;
use counter::{Counter, Read};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

/// Different paths kept apart at most; the rest counts under one name.
const PATHS: usize = 2_000;
/// Different slow queries kept apart at most.
const QUERIES: usize = 200;
/// Under which paths beyond [`PATHS`] are counted.
const OTHERS: &str = "(others)";

/// Counts of one kind of lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub lines: u64,
    /// Lines that tell of a failure.
    pub bad: u64,
    pub durations: Histogram,
}

impl Count {
    #[inline]
    fn add(&mut self, line: Read) {
        self.lines += 1;
        self.bad += u64::from(line.bad);
        if let Some(bucket) = line.bucket {
            self.durations.add_to(bucket);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.lines += other.lines;
        self.bad += other.bad;
        self.durations.merge(&other.durations);
    }

    /// So many of a hundred took no longer.
    pub fn percentile(&self, percent: u64) -> Option<Duration> {
        self.durations.percentile(percent)
    }
}

/// One slow query, however often it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slow {
    pub text: String,
    pub times: u64,
    pub worst: Duration,
    pub total: Duration,
}

/// The counts of a span of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Milliseconds since 1970, inclusive.
    pub from: i64,
    /// Milliseconds since 1970, exclusive.
    pub to: i64,
    pub all: Count,
    /// The highest count of one second, and that second (since 1970).
    pub peak: (u32, i64),
    groups: BTreeMap<LogGroup, Count>,
    paths: HashMap<String, Count>,
    queries: HashMap<String, Slow>,
    /// Lines and failures of each second that has any.
    seconds: BTreeMap<i64, (u32, u32)>,
}

impl Numbers {
    /// Counts lines of `from` to before `to` (milliseconds since 1970), quickest in the order of time.
    pub fn of<'l>(
        (from, to): (i64, i64),
        lines: impl Iterator<Item = (&'l Arc<Chunk>, &'l Line)>,
    ) -> Self {
        let mut counter = Counter::default();
        lines
            .filter(|(_, line)| (from..to).contains(&line.stands_at()))
            .for_each(|(chunk, line)| counter.add(chunk, line));
        let mut numbers = Self {
            from,
            to,
            ..counter.done()
        };
        let highest = numbers.seconds.iter().map(|(second, (n, _))| (*n, *second));
        numbers.peak = highest.max().unwrap_or_default();
        numbers
    }

    fn query(&mut self, slow: SlowQuery) {
        let room = self.queries.len() < QUERIES || self.queries.contains_key(&slow.text);
        let text = if room { slow.text } else { OTHERS.to_owned() };
        let row = self.queries.entry(text).or_default();
        row.times += 1;
        row.worst = row.worst.max(slow.took);
        row.total += slow.took;
    }

    /// Lines a second, over the whole span.
    pub fn rate(&self, count: &Count) -> f64 {
        count.lines as f64 / self.seconds_long()
    }

    /// Failures a second, over the whole span.
    pub fn failures(&self, count: &Count) -> f64 {
        count.bad as f64 / self.seconds_long()
    }

    fn seconds_long(&self) -> f64 {
        ((self.to - self.from) as f64 / 1_000.0).max(1.0)
    }

    /// Lines and failures in each of so many equal parts of the span, the oldest first.
    pub fn bars(&self, parts: usize) -> Vec<(u32, u32)> {
        let mut bars = vec![(0, 0); parts];
        let long = (self.to - self.from).max(1);
        for (second, (lines, bad)) in &self.seconds {
            let at = (second * 1_000 - self.from).max(0) * parts as i64 / long;
            if let Some(bar) = bars.get_mut(at as usize) {
                bar.0 += lines;
                bar.1 += bad;
            }
        }
        bars
    }

    /// Each group with its counts, by name.
    pub fn groups(&self) -> impl Iterator<Item = (&LogGroup, &Count)> {
        self.groups.iter()
    }

    /// The paths that were asked for most.
    pub fn top_paths(&self, most: usize) -> Vec<(&str, &Count)> {
        let mut paths: Vec<(&str, &Count)> = self
            .paths
            .iter()
            .map(|(path, count)| (path.as_str(), count))
            .collect();
        paths.sort_by_key(|(path, count)| (std::cmp::Reverse(count.lines), *path));
        paths.truncate(most);
        paths
    }

    /// The slow queries that took most time together; their texts are masked.
    pub fn slowest(&self, most: usize) -> Vec<Slow> {
        let named = |(text, slow): (&String, &Slow)| Slow {
            text: mask(text).into_owned(),
            ..slow.clone()
        };
        let mut queries: Vec<Slow> = self.queries.iter().map(named).collect();
        queries.sort_by(|a, b| (b.total, &a.text).cmp(&(a.total, &b.text)));
        queries.truncate(most);
        queries
    }
}

/// A path without its query and with `*` for each part that is a number or an id, so that one route is one row.
fn route(path: &str) -> Cow<'_, str> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if !path.split('/').any(is_id) {
        return Cow::Borrowed(path);
    }
    let parts = path
        .split('/')
        .map(|part| if is_id(part) { "*" } else { part });
    Cow::Owned(parts.collect::<Vec<_>>().join("/"))
}

/// A number, a UUID, a long hexadecimal word.
fn is_id(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let hex = |b: u8| b.is_ascii_hexdigit() || b == b'-';
    digits > 0 && (digits == part.len() || part.len() >= 12 && part.bytes().all(hex))
}

#[cfg(test)]
mod tests;
