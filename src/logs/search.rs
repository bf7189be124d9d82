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
            at: chunk.lines()[line].stands_at(),
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
mod tests;
