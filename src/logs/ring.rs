//! What is kept of the logs: chunks up to a number of bytes, and exact counts of
//! what came and what fell out.

use super::chunk::{Chunk, Line};
use super::filter::Filter;
use super::order::{Entry, Order};
use std::collections::VecDeque;
use std::sync::Arc;

/// Lines in memory, those shown, and what is gone.
#[derive(Debug)]
pub struct Ring {
    cap: usize,
    chunks: VecDeque<Arc<Chunk>>,
    /// The number of the first chunk that is still here.
    first: u32,
    all: Order,
    filter: Filter,
    /// The lines that pass the filter; unused while there is none.
    passing: Order,
    bytes: usize,
    arrived: u64,
    aged: u64,
}

impl Ring {
    /// An empty ring that holds at most `cap` bytes; the newest chunk always stays.
    pub fn new(cap: usize) -> Self {
        Self {
            cap,
            chunks: VecDeque::new(),
            first: 0,
            all: Order::default(),
            filter: Filter::default(),
            passing: Order::default(),
            bytes: 0,
            arrived: 0,
            aged: 0,
        }
    }

    /// Takes in a chunk; what no longer fits falls out, oldest arrival first. Answers how many of its lines are shown.
    pub fn push(&mut self, chunk: Arc<Chunk>) -> usize {
        let number = self.first + self.chunks.len() as u32;
        let entries: Vec<Entry> = entries(number, &chunk).collect();
        self.bytes += cost(&chunk);
        self.arrived += entries.len() as u64;
        let shown = self.choose(&chunk, &entries);
        self.all.merge(entries);
        self.chunks.push_back(chunk);
        self.shed();
        shown
    }

    fn choose(&mut self, chunk: &Chunk, entries: &[Entry]) -> usize {
        if self.filter.is_empty() {
            return entries.len();
        }
        let passes = |e: &&Entry| {
            chunk
                .lines()
                .get(e.line as usize)
                .is_some_and(|line| self.filter.passes(chunk, line))
        };
        let passing: Vec<Entry> = entries.iter().filter(passes).copied().collect();
        let shown = passing.len();
        self.passing.merge(passing);
        shown
    }

    fn shed(&mut self) {
        while self.bytes > self.cap && self.chunks.len() > 1 {
            let Some(oldest) = self.chunks.pop_front() else {
                return;
            };
            self.bytes -= cost(&oldest);
            let newest = oldest
                .lines()
                .iter()
                .map(|l| l.at)
                .max()
                .unwrap_or_default();
            self.aged += self.all.forget(self.first, newest) as u64;
            self.passing.forget(self.first, newest);
            self.first += 1;
        }
    }

    /// Chooses what is shown.
    pub fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
        let passing = self.all.iter().filter(|e| {
            self.line(e)
                .is_some_and(|(chunk, line)| self.filter.passes(chunk, line))
        });
        self.passing = if self.filter.is_empty() {
            Order::default()
        } else {
            passing.copied().collect()
        };
    }

    /// The filter in force.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// The lines that are shown, in the order of time.
    pub fn shown(&self) -> &Order {
        if self.filter.is_empty() {
            &self.all
        } else {
            &self.passing
        }
    }

    /// A line, unless it fell out.
    pub fn line(&self, entry: &Entry) -> Option<(&Arc<Chunk>, &Line)> {
        let chunk = self
            .chunks
            .get(entry.chunk.checked_sub(self.first)? as usize)?;
        Some((chunk, chunk.lines().get(entry.line as usize)?))
    }

    /// Lines in memory, shown or not.
    pub fn held(&self) -> usize {
        self.all.len()
    }

    /// Lines that ever came.
    pub fn arrived(&self) -> u64 {
        self.arrived
    }

    /// Lines that were read and have made room for newer ones.
    pub fn aged(&self) -> u64 {
        self.aged
    }

    /// Bytes in use: text, metadata and order.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Forgets everything but cap and filter.
    pub fn clear(&mut self) {
        *self = Self {
            filter: std::mem::take(&mut self.filter),
            ..Self::new(self.cap)
        };
    }
}

fn entries(number: u32, chunk: &Chunk) -> impl Iterator<Item = Entry> {
    chunk
        .lines()
        .iter()
        .enumerate()
        .map(move |(line, l)| Entry {
            at: l.at,
            chunk: number,
            line: line as u32,
        })
}

fn cost(chunk: &Chunk) -> usize {
    chunk.bytes() + chunk.lines().len() * size_of::<Entry>()
}

#[cfg(test)]
mod tests {
    use super::super::chunk::tests::{event, source};
    use super::*;
    use proptest::prelude::*;

    fn chunk(lines: &[(i64, &str)]) -> Arc<Chunk> {
        let events: Vec<_> = lines.iter().map(|(at, text)| event(*at, text)).collect();
        Arc::new(Chunk::seal(&source("g"), &events).remove(0))
    }

    fn texts(ring: &Ring) -> Vec<String> {
        ring.shown()
            .iter()
            .filter_map(|e| ring.line(e))
            .map(|(chunk, line)| chunk.text(line).into_owned())
            .collect()
    }

    #[test]
    fn late_lines_of_another_source_stand_where_their_time_puts_them() {
        let mut ring = Ring::new(1 << 20);
        ring.push(chunk(&[(1, "a"), (4, "d")]));
        ring.push(chunk(&[(2, "b"), (3, "c")]));
        assert_eq!(texts(&ring), ["a", "b", "c", "d"]);
    }

    #[test]
    fn the_filter_holds_for_what_is_there_and_for_what_comes() {
        let mut ring = Ring::new(1 << 20);
        ring.push(chunk(&[(1, "apple"), (2, "pear")]));
        ring.set_filter(Filter::parse("apple").unwrap());
        ring.push(chunk(&[(0, "an apple"), (3, "plum")]));
        assert_eq!(texts(&ring), ["an apple", "apple"]);
        ring.set_filter(Filter::default());
        assert_eq!(texts(&ring), ["an apple", "apple", "pear", "plum"]);
    }

    #[test]
    fn the_newest_chunk_stays_even_when_it_alone_is_too_large() {
        let mut ring = Ring::new(10);
        ring.push(chunk(&[(1, "a")]));
        ring.push(chunk(&[(2, "b"), (3, "c")]));
        assert_eq!(
            (texts(&ring), ring.aged()),
            (vec!["b".to_owned(), "c".to_owned()], 1)
        );
    }

    #[test]
    fn an_entry_of_a_line_that_fell_out_finds_nothing() {
        let mut ring = Ring::new(10);
        ring.push(chunk(&[(1, "a")]));
        let first = *ring.shown().get(0).unwrap();
        ring.push(chunk(&[(2, "b")]));
        assert!(ring.line(&first).is_none());
    }

    proptest! {
        #[test]
        fn accounts_are_exact(sizes in prop::collection::vec((1_usize..20, 0_i64..100), 1..60), cap in 200_usize..4_000, filtered in any::<bool>()) {
            let mut ring = Ring::new(cap);
            ring.set_filter(Filter::parse(if filtered { "x1" } else { "" }).unwrap());
            let mut sent = 0;
            for (count, at) in sizes {
                let lines: Vec<(i64, String)> = (0..count).map(|n| (at + n as i64, format!("x{n}"))).collect();
                ring.push(chunk(&lines.iter().map(|(at, text)| (*at, text.as_str())).collect::<Vec<_>>()));
                sent += count as u64;
                prop_assert_eq!(ring.arrived(), sent);
                prop_assert_eq!(ring.held() as u64 + ring.aged(), sent);
                prop_assert_eq!(ring.bytes(), ring.chunks.iter().map(|c| cost(c)).sum::<usize>());
                prop_assert!(ring.bytes() <= cap || ring.chunks.len() == 1);
                let held: Vec<Entry> = ring.all.iter().copied().collect();
                prop_assert!(held.is_sorted());
                let expected: Vec<Entry> = held.into_iter().filter(|e| ring.line(e).is_some_and(|(c, l)| ring.filter.passes(c, l))).collect();
                prop_assert!(ring.shown().iter().eq(expected.iter()));
            }
        }
    }
}
