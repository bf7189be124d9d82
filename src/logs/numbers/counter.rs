//! Counts lines one by one. Of a line only its metadata is read: what it is of (group,
//! path) is looked up once for each chunk.
//!
//! So nothing has to be kept between two counts, nor to be put right when lines come
//! late, fall out or are filtered: on 64 MiB (173,358 lines) a count takes 3 to 6 ms on
//! one core, and the page counts every two seconds while it is open (`cargo bench --
//! "logs: numbers"`).

use super::{Count, Numbers, OTHERS, PATHS, route};
use crate::domain::text::mask::mask;
use crate::logs::chunk::{Chunk, Line, Shape};
use crate::logs::field::Known;
use crate::logs::histogram::{Histogram, bucket};
use crate::logs::line::Facts;
use crate::logs::slow::SlowQuery;
use std::collections::HashMap;
use std::sync::Arc;

/// Chunks whose lines come in turn, as those of several groups do.
const RECENT: usize = 8;
/// Not looked up yet.
const NEW: u16 = u16::MAX;

/// What of a line is counted.
#[derive(Clone, Copy)]
pub(super) struct Read {
    pub bad: bool,
    /// Of its duration.
    pub bucket: Option<usize>,
}

impl Read {
    #[inline]
    pub fn of(line: &Line) -> Self {
        let micros = line.facts.micros;
        Self {
            bad: line.is_bad(),
            bucket: (micros != Facts::NO_TIME).then(|| bucket(micros.into())),
        }
    }
}

/// A count that keeps the durations of answers, lines with a status, apart from those of the layers on the way to one.
#[derive(Clone, Default)]
pub(super) struct Tally {
    /// With the durations of answers alone.
    count: Count,
    /// Those of all other lines.
    others: Histogram,
}

impl Tally {
    #[inline]
    pub fn add(&mut self, line: Read, answered: bool) {
        if answered {
            self.count.add(line);
            return;
        }
        self.count.add(Read {
            bucket: None,
            ..line
        });
        if let Some(bucket) = line.bucket {
            self.others.add_to(bucket);
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.count.merge(&other.count);
        self.others.merge(&other.others);
    }

    /// The durations are those of the answers, where there is one.
    pub fn done(self) -> Count {
        let mut count = self.count;
        if count.durations.count() == 0 {
            count.durations = self.others;
        }
        count
    }
}

/// What was looked up of one chunk.
struct Recent<'l> {
    chunk: &'l Arc<Chunk>,
    group: usize,
    /// The place of a path by its hash, where all with that hash are the same.
    paths: Box<[u16; 256]>,
}

/// Counts that are being made.
#[derive(Default)]
pub(super) struct Counter<'l> {
    numbers: Numbers,
    groups: Vec<Tally>,
    group_places: HashMap<&'l str, usize>,
    paths: Vec<Count>,
    path_places: HashMap<String, u16>,
    recent: Vec<Recent<'l>>,
    /// The one of `recent` that the last line was of.
    last: usize,
    /// The last line's second, its lines and its failures.
    second: (i64, u32, u32),
}

impl<'l> Counter<'l> {
    #[inline]
    pub fn add(&mut self, chunk: &'l Arc<Chunk>, line: &Line) {
        let read = Read::of(line);
        self.second(line.stands_at(), read.bad);
        let at_hand = self.recent.get(self.last);
        if !at_hand.is_some_and(|recent| Arc::ptr_eq(recent.chunk, chunk)) {
            self.take_up(chunk);
        }
        self.groups[self.recent[self.last].group].add(read, line.status().is_some());
        // Several lines of one request name its path; the one with the status is its answer.
        if line.status().is_some()
            && let Some(path) = self.path(chunk, line)
        {
            self.paths[usize::from(path)].add(read);
        }
        if line.shape() == Shape::Plain
            && let Some(slow) = SlowQuery::of(chunk.clean(line))
        {
            self.numbers.query(slow);
        }
    }

    #[inline]
    fn second(&mut self, at: i64, bad: bool) {
        let second = at.div_euclid(1_000);
        if second != self.second.0 {
            self.close_second();
            self.second = (second, 0, 0);
        }
        self.second.1 += 1;
        self.second.2 += u32::from(bad);
    }

    fn close_second(&mut self) {
        let (second, lines, bad) = self.second;
        if lines > 0 {
            let count = self.numbers.seconds.entry(second).or_default();
            count.0 += lines;
            count.1 += bad;
        }
    }

    /// Makes a chunk the one at hand.
    #[cold]
    fn take_up(&mut self, chunk: &'l Arc<Chunk>) {
        let known = self
            .recent
            .iter()
            .position(|recent| Arc::ptr_eq(recent.chunk, chunk));
        self.last = known.unwrap_or_else(|| {
            let fresh = Recent {
                chunk,
                group: self.group(chunk),
                paths: Box::new([NEW; 256]),
            };
            if self.recent.len() < RECENT {
                self.recent.push(fresh);
                return self.recent.len() - 1;
            }
            let next = (self.last + 1) % RECENT;
            self.recent[next] = fresh;
            next
        });
    }

    fn group(&mut self, chunk: &'l Arc<Chunk>) -> usize {
        let next = self.groups.len();
        let name = chunk.source.group.as_str();
        let place = *self.group_places.entry(name).or_insert(next);
        if place == next {
            self.groups.push(Tally::default());
        }
        place
    }

    #[inline]
    fn path(&mut self, chunk: &Chunk, line: &Line) -> Option<u16> {
        let hash = line.facts.path_hash;
        let known = self.recent[self.last].paths[usize::from(hash)];
        if known != NEW && line.has_path() && !line.is_apart(Known::Path) {
            return Some(known);
        }
        let place = self.place_of(&chunk.path(line)?);
        if chunk.paths.is_one(hash) && !line.is_apart(Known::Path) {
            self.recent[self.last].paths[usize::from(hash)] = place;
        }
        Some(place)
    }

    fn place_of(&mut self, path: &str) -> u16 {
        let route = route(path);
        if let Some(place) = self.path_places.get(route.as_ref()) {
            return *place;
        }
        let name = if self.paths.len() < PATHS {
            mask(&route).into_owned()
        } else {
            OTHERS.to_owned()
        };
        let next = self.paths.len() as u16;
        let place = *self.path_places.entry(name).or_insert(next);
        if place == next {
            self.paths.push(Count::default());
        }
        place
    }

    pub fn done(mut self) -> Numbers {
        self.close_second();
        let (groups, paths) = (self.groups, self.paths);
        let mut numbers = self.numbers;
        let mut all = Tally::default();
        for tally in &groups {
            all.merge(tally);
        }
        numbers.all = all.done();
        let group = |(name, place): (&str, usize)| (name.into(), groups[place].clone().done());
        numbers.groups = self.group_places.into_iter().map(group).collect();
        let path = |(name, place): (String, u16)| (name, paths[usize::from(place)].clone());
        numbers.paths = self.path_places.into_iter().map(path).collect();
        numbers
    }
}
