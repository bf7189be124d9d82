//! What a span of lines comes to: how many, how many failures, how long requests
//! took, which paths were asked for, which queries were slow.

use super::chunk::{Chunk, Line, Shape};
use super::histogram::Histogram;
use super::slow::SlowQuery;
use crate::domain::ids::LogGroup;
use crate::domain::text::mask::mask;
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
    fn add(&mut self, line: &Line) {
        self.lines += 1;
        self.bad += u64::from(line.is_bad());
        if let Some(duration) = line.duration() {
            self.durations.add(duration);
        }
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
    /// Counts lines of `from` to before `to` (milliseconds since 1970), in the order of time.
    pub fn of<'l>(
        (from, to): (i64, i64),
        lines: impl Iterator<Item = (&'l Arc<Chunk>, &'l Line)>,
    ) -> Self {
        let mut numbers = Self {
            from,
            to,
            ..Self::default()
        };
        for (chunk, line) in lines {
            if (from..to).contains(&line.at) {
                numbers.add(chunk, line);
            }
        }
        let highest = numbers.seconds.iter().map(|(second, (n, _))| (*n, *second));
        numbers.peak = highest.max().unwrap_or_default();
        numbers
    }

    fn add(&mut self, chunk: &Chunk, line: &Line) {
        self.all.add(line);
        let second = self.seconds.entry(line.at.div_euclid(1_000)).or_default();
        second.0 += 1;
        second.1 += u32::from(line.is_bad());
        match self.groups.get_mut(&chunk.source.group) {
            Some(count) => count.add(line),
            None => self
                .groups
                .entry(chunk.source.group.clone())
                .or_default()
                .add(line),
        }
        // Several lines of one request name its path; the one with the status is its answer.
        if line.status().is_some()
            && let Some(path) = chunk.path(line)
        {
            self.path(&path, line);
        }
        if line.shape() == Shape::Plain
            && let Some(slow) = SlowQuery::of(chunk.clean(line))
        {
            self.query(slow);
        }
    }

    fn path(&mut self, path: &str, line: &Line) {
        let route = route(path);
        if let Some(count) = self.paths.get_mut(route.as_ref()) {
            return count.add(line);
        }
        let name = if self.paths.len() < PATHS {
            mask(&route).into_owned()
        } else {
            OTHERS.to_owned()
        };
        self.paths.entry(name).or_default().add(line);
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
mod tests {
    use super::super::chunk::tests::{event, source};
    use super::*;

    fn chunk(group: &str, lines: &[(i64, String)]) -> Arc<Chunk> {
        let events: Vec<_> = lines.iter().map(|(at, text)| event(*at, text)).collect();
        Arc::new(Chunk::seal(&source(group), &events).remove(0))
    }

    fn of(span: (i64, i64), chunks: &[Arc<Chunk>]) -> Numbers {
        let lines = chunks
            .iter()
            .flat_map(|chunk| chunk.lines().iter().map(move |line| (chunk, line)));
        Numbers::of(span, lines)
    }

    fn answered(path: &str, status: u16, millis: u32) -> String {
        format!(r#"{{"path":"{path}","status":{status},"duration":"{millis}ms"}}"#)
    }

    #[test]
    fn lines_failures_times_and_paths_are_counted() {
        let api = (0..100).map(|n| {
            (
                n * 100,
                answered(&format!("/api/orders/{n}"), 200, n as u32 + 1),
            )
        });
        let edge = [
            (2_000, answered("/health?x=1", 503, 9_000)),
            (99_000, "too late".into()),
        ];
        let numbers = of(
            (0, 10_000),
            &[
                chunk("/ecs/api", &api.collect::<Vec<_>>()),
                chunk("/ecs/edge", &edge),
            ],
        );
        assert_eq!((numbers.all.lines, numbers.all.bad), (101, 1));
        assert!((numbers.rate(&numbers.all) - 10.1).abs() < 1e-9);
        assert!((numbers.failures(&numbers.all) - 0.1).abs() < 1e-9);
        assert_eq!(numbers.peak, (11, 2));
        let paths: Vec<(&str, u64)> = numbers
            .top_paths(9)
            .iter()
            .map(|(path, count)| (*path, count.lines))
            .collect();
        assert_eq!(paths, [("/api/orders/*", 100), ("/health", 1)]);
        let p = |percent| {
            numbers.top_paths(1)[0]
                .1
                .percentile(percent)
                .unwrap()
                .as_millis()
        };
        assert!(
            (49..=51).contains(&p(50)) && (93..=97).contains(&p(95)),
            "{} {}",
            p(50),
            p(95)
        );
        let groups: Vec<(&str, u64)> = numbers
            .groups()
            .map(|(g, c)| (g.as_str(), c.lines))
            .collect();
        assert_eq!(groups, [("/ecs/api", 100), ("/ecs/edge", 1)]);
        assert_eq!(numbers.bars(2), [(51, 1), (50, 0)]);
    }

    #[test]
    fn the_lines_of_a_request_before_its_answer_are_no_requests() {
        let lines = [
            (1, r#"{"path":"/a","layer":"ENTRANCE"}"#.to_owned()),
            (2, answered("/a", 200, 5)),
        ];
        let numbers = of((0, 10), &[chunk("g", &lines)]);
        assert_eq!(numbers.top_paths(9)[0].1.lines, 1);
    }

    #[test]
    fn the_same_slow_query_is_one_row_with_its_worst_and_its_whole_time() {
        let slow = |n: i64, took: u32| {
            (
                n,
                format!(
                    "# Query_time: {took}.0  Rows_examined: 9\nselect * from t where id = {n};"
                ),
            )
        };
        let numbers = of(
            (0, 10),
            &[chunk("g", &[slow(1, 2), slow(2, 5), slow(3, 1)])],
        );
        let slow = numbers.slowest(9);
        assert_eq!(slow.len(), 1);
        assert_eq!(
            (
                slow[0].times,
                slow[0].worst.as_secs(),
                slow[0].total.as_secs()
            ),
            (3, 5, 8)
        );
        assert_eq!(slow[0].text, "select * from t where id = ?");
    }

    #[test]
    fn a_crawler_of_a_million_paths_takes_no_memory_of_its_own() {
        let word = |n: i64| format!("/x{n}y");
        let lines: Vec<(i64, String)> = (0..4_000)
            .map(|n| (n, answered(&word(n), 404, 1)))
            .collect();
        let numbers = of((0, 9_000), &[chunk("g", &lines)]);
        assert_eq!(numbers.paths.len(), PATHS + 1);
        assert_eq!(numbers.top_paths(1)[0].0, OTHERS);
    }

    #[test]
    fn routes_have_no_ids_and_no_queries() {
        for (path, said) in [
            ("/api/orders/17", "/api/orders/*"),
            (
                "/api/40cfde91-c912-4f3a-9b02-d45b3c066edb/x?a=1",
                "/api/*/x",
            ),
            ("/v2/facade", "/v2/facade"),
            ("/feedface", "/feedface"),
            ("", ""),
        ] {
            assert_eq!(route(path), said);
        }
    }
}
