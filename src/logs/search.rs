//! The whole ring searched, slice by slice, from where the operator looks
//! outwards: the first hit comes at once, the rest streams in.

use super::bits::Bits;
use super::chunk::Chunk;
use super::filter::select::found;
use super::needle::Needle;
use super::order::{Entry, Order};
use super::snapshot::Snapshot;
use std::collections::VecDeque;
use std::sync::Arc;

/// Text searched in one slice at least, unless it is the last: so many bytes take a fraction of a millisecond.
const SLICE: usize = 1 << 20;

/// A search under way; all it needs to run on a worker.
#[derive(Clone, Debug)]
pub struct Search {
    needle: Needle,
    snapshot: Snapshot,
    /// The chunks still to be searched, the nearest first.
    left: VecDeque<u32>,
}

impl Search {
    /// Looks through the lines shown in `snapshot`, the nearest to `from` first; without it the newest first.
    pub fn new(needle: Needle, snapshot: Snapshot, from: Option<Entry>) -> Self {
        let last = snapshot.next().saturating_sub(1);
        let near = from.map_or(last, |from| from.chunk);
        let mut left: Vec<u32> = (snapshot.first..snapshot.next()).collect();
        left.sort_by_key(|number| number.abs_diff(near));
        Self {
            needle,
            snapshot,
            left: left.into(),
        }
    }

    /// What is looked for.
    pub fn needle(&self) -> &Needle {
        &self.needle
    }

    /// The generation of the lines searched.
    pub fn generation(&self) -> u64 {
        self.snapshot.generation
    }

    /// The hits of the next slice, in the order of time; none when all is searched. A hit in a folded line is one of
    /// its head.
    pub fn next_slice(&mut self) -> Option<Vec<Entry>> {
        let (mut hits, mut searched) = (Vec::new(), 0);
        while searched < SLICE {
            let Some(number) = self.left.pop_front() else {
                break;
            };
            if let Some(chunk) = self.snapshot.chunk(number).cloned() {
                searched += chunk.text.len();
                self.hits_of(number, &chunk, &mut hits);
            }
        }
        if searched == 0 {
            return None;
        }
        hits.sort_unstable();
        hits.dedup();
        Some(hits)
    }

    fn hits_of(&self, number: u32, chunk: &Arc<Chunk>, hits: &mut Vec<Entry>) {
        if self.needle.is_empty() {
            return;
        }
        let lines = found(&self.needle, chunk, &Bits::all(chunk.lines().len()));
        let entry = |line: usize| Entry {
            at: chunk.lines()[line].at,
            chunk: number,
            line: line as u32,
        };
        let heads = lines
            .iter()
            .map(|line| self.snapshot.folds.head_of(&entry(line)));
        hits.extend(heads.filter(|head| self.is_shown(head)));
    }

    fn is_shown(&self, head: &Entry) -> bool {
        let all = Arc::ptr_eq(&self.snapshot.all, &self.snapshot.shown);
        all || self.snapshot.shown.place(head).is_ok()
    }

    /// Goes on with a later snapshot of the same generation: what came since is searched as well. `false` where it is
    /// of another: then a new search is to be begun.
    pub fn renew(&mut self, snapshot: Snapshot) -> bool {
        if snapshot.generation != self.snapshot.generation {
            return false;
        }
        let fresh = self.snapshot.next().max(snapshot.first)..snapshot.next();
        fresh.for_each(|number| self.left.push_front(number));
        self.snapshot = snapshot;
        true
    }
}

/// Which way the next hit is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Towards {
    Older,
    Newer,
}

/// The hits found so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    order: Order,
    complete: bool,
}

impl Hits {
    /// Adds what a slice brought; `None` says that all is searched.
    pub fn add(&mut self, slice: Option<Vec<Entry>>) {
        self.complete = slice.is_none();
        let fresh = slice.into_iter().flatten();
        let fresh = fresh.filter(|hit| self.order.place(hit).is_err()).collect();
        self.order.merge(fresh);
    }

    /// Lines with a hit.
    pub fn count(&self) -> usize {
        self.order.len()
    }

    /// Whether all is searched.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Whether this line has one.
    pub fn has(&self, line: &Entry) -> bool {
        self.order.place(line).is_ok()
    }

    /// Which of the hits a line is, the oldest = 1; of another line, which comes before it.
    pub fn rank(&self, line: &Entry) -> usize {
        self.order
            .place(line)
            .map_or_else(|place| place, |place| place + 1)
    }

    /// The next hit from a line on, around at the end; the line itself only where there is no other.
    pub fn next(&self, from: &Entry, towards: Towards) -> Option<Entry> {
        let count = self.order.len();
        let place = match (self.order.place(from), towards) {
            (Ok(place), Towards::Newer) => place + 1,
            (Err(place), Towards::Newer) => place,
            (Ok(place) | Err(place), Towards::Older) => place + count.max(1) - 1,
        };
        self.order.get(place % count.max(1)).copied()
    }

    /// Whether there is a hit on this side of a line.
    pub fn is_ahead(&self, from: &Entry, towards: Towards) -> bool {
        match (self.order.place(from), towards) {
            (Ok(place), Towards::Newer) => place + 1 < self.order.len(),
            (Err(place), Towards::Newer) => place < self.order.len(),
            (Ok(place) | Err(place), Towards::Older) => place > 0,
        }
    }

    /// Forgets the hits in what fell out of the ring.
    pub fn keep(&mut self, is_there: impl Fn(&Entry) -> bool) {
        let kept = self.order.iter().filter(|hit| is_there(hit)).copied();
        self.order = Order::of_sorted(kept.collect());
    }
}

#[cfg(test)]
mod tests {
    use super::super::chunk::tests::{event, source};
    use super::super::filter::Filter;
    use super::super::ring::Ring;
    use super::*;
    use proptest::prelude::*;

    fn ring(lines: &[&str], each: usize) -> Ring {
        let mut ring = Ring::new(1 << 24);
        let events: Vec<_> = lines
            .iter()
            .zip(0..)
            .map(|(line, at)| event(at, line))
            .collect();
        for part in events.chunks(each) {
            for chunk in Chunk::seal(&source("g"), part) {
                ring.push(Arc::new(chunk));
            }
        }
        ring
    }

    fn hits(mut search: Search) -> Hits {
        let mut hits = Hits::default();
        while !hits.is_complete() {
            hits.add(search.next_slice());
        }
        hits
    }

    fn times(hits: &Hits) -> Vec<i64> {
        hits.order.iter().map(|hit| hit.at).collect()
    }

    #[test]
    fn the_nearest_slice_comes_first() {
        let long = format!("\n{}", "x".repeat(60_000)).repeat(20);
        let lines: Vec<String> = (0..5).map(|n| format!("{n} hit{long}")).collect();
        let ring = ring(&lines.iter().map(String::as_str).collect::<Vec<_>>(), 1);
        let from = ring.shown().get(3).copied();
        let mut search = Search::new(Needle::new("HIT"), ring.snapshot(), from);
        let mut order = Vec::new();
        while let Some(slice) = search.next_slice() {
            order.extend(slice.iter().map(|hit| hit.at));
        }
        assert_eq!(order[0], 3);
        assert!(order[1..3].contains(&2) && order[1..3].contains(&4));
        assert_eq!(order[3..], [1, 0]);
    }

    #[test]
    fn hits_are_walked_around_and_around() {
        let ring = ring(&["a", "x", "b", "x", "c"], 2);
        let found = hits(Search::new(Needle::new("x"), ring.snapshot(), None));
        let at = |n: usize| *ring.shown().get(n).unwrap();
        assert_eq!((found.count(), times(&found)), (2, vec![1, 3]));
        let next = |from, towards| found.next(&at(from), towards).map(|hit| hit.at);
        assert_eq!(
            [
                next(4, Towards::Older),
                next(3, Towards::Older),
                next(1, Towards::Older)
            ],
            [Some(3), Some(1), Some(3)]
        );
        assert_eq!(
            [
                next(0, Towards::Newer),
                next(1, Towards::Newer),
                next(3, Towards::Newer)
            ],
            [Some(1), Some(3), Some(1)]
        );
        assert_eq!(Hits::default().next(&at(0), Towards::Newer), None);
        assert_eq!(
            [found.rank(&at(0)), found.rank(&at(1)), found.rank(&at(4))],
            [0, 1, 2]
        );
    }

    #[test]
    fn only_shown_lines_are_hits_and_a_folded_one_is_its_heads() {
        let mut ring = ring(
            &[
                "ERROR x",
                "\tat x.Y(needle.java:1)",
                "INFO needle",
                "WARN needle",
            ],
            4,
        );
        ring.set_filter(Filter::parse("level>=warn").unwrap());
        let found = hits(Search::new(Needle::new("needle"), ring.snapshot(), None));
        assert_eq!(times(&found), [0, 3]);
    }

    #[test]
    fn what_comes_later_is_searched_later_and_another_generation_is_another_search() {
        let mut ring = ring(&["x"], 1);
        let mut search = Search::new(Needle::new("x"), ring.snapshot(), None);
        let mut found = hits(search.clone());
        while search.next_slice().is_some() {}
        ring.push(Arc::new(
            Chunk::seal(&source("g"), &[event(9, "x too")]).remove(0),
        ));
        assert!(search.renew(ring.snapshot()));
        found.add(search.next_slice());
        assert_eq!(times(&found), [0, 9]);
        found.keep(|hit| hit.at > 0);
        assert_eq!(times(&found), [9]);
        ring.set_filter(Filter::parse("x").unwrap());
        assert!(!search.renew(ring.snapshot()));
    }

    #[test]
    fn nothing_is_found_across_two_lines() {
        let ring = ring(&["ab", "cd"], 2);
        assert_eq!(
            hits(Search::new(Needle::new("bc"), ring.snapshot(), None)).count(),
            0
        );
        assert_eq!(
            hits(Search::new(
                Needle::pattern("b[^x]c").unwrap(),
                ring.snapshot(),
                None
            ))
            .count(),
            0
        );
    }

    proptest! {
        #[test]
        fn it_finds_the_lines_that_hold_it(lines in prop::collection::vec("[abAB한é ]{0,9}", 1..30), word in "[abAé한]{1,2}", each in 1_usize..9) {
            let ring = ring(&lines.iter().map(String::as_str).collect::<Vec<_>>(), each);
            for needle in [Needle::new(&word), Needle::exact(&word), Needle::pattern(&word).unwrap()] {
                let expected: Vec<i64> = ring.shown().iter()
                    .filter(|entry| std::iter::once(*entry).chain(ring.lines_under(entry))
                        .any(|e| ring.line(e).is_some_and(|(chunk, line)| needle.is_in(chunk.clean(line)))))
                    .map(|entry| entry.at).collect();
                prop_assert_eq!(times(&hits(Search::new(needle, ring.snapshot(), None))), expected);
            }
        }
    }
}
