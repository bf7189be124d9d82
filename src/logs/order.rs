//! The order on the screen: an index over sealed lines, by time. A late line is
//! put in its place here; chunks are never touched.

use std::collections::VecDeque;

/// One line, by its chunk's number and its place in it; ordered by time first. 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// Milliseconds since 1970.
    pub at: i64,
    /// The chunk's number, counted from the first one ever.
    pub chunk: u32,
    pub line: u32,
}

/// Lines in the order of time; equal times in the order they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    entries: VecDeque<Entry>,
}

impl Order {
    /// Of lines in their order already.
    pub(super) fn of_sorted(entries: Vec<Entry>) -> Self {
        Self {
            entries: entries.into(),
        }
    }

    /// Those of the lines that something holds for.
    #[inline]
    pub(super) fn filtered(&self, holds: impl Fn(&Entry) -> bool) -> Self {
        let (older, newer) = self.entries.as_slices();
        let mut kept = Vec::new();
        for entries in [older, newer] {
            kept.extend(entries.iter().filter(|entry| holds(entry)));
        }
        Self::of_sorted(kept)
    }

    /// Adds lines, each in its place; the usual case, all newer than what is there, moves nothing.
    pub fn merge(&mut self, mut new: Vec<Entry>) {
        if !new.is_sorted() {
            new.sort_unstable();
        }
        let Some(first) = new.first() else { return };
        if self.entries.back().is_none_or(|last| last < first) {
            self.entries.extend(new);
            return;
        }
        let late = self
            .entries
            .split_off(self.entries.partition_point(|e| e < first));
        self.entries.reserve(late.len() + new.len());
        self.interleave(&Vec::from(late), &new);
    }

    fn interleave<'e>(&mut self, mut old: &'e [Entry], mut new: &'e [Entry]) {
        while let (Some(first), Some(next)) = (old.first(), new.first()) {
            let (from, other) = if first < next {
                (&mut old, next)
            } else {
                (&mut new, first)
            };
            let run = from.iter().take_while(|e| *e < other).count();
            self.entries.extend(&from[..run]);
            *from = &from[run..];
        }
        self.entries.extend(old);
        self.entries.extend(new);
    }

    /// Adds one line in its place; answers whether it was not there.
    pub fn insert(&mut self, entry: Entry) -> bool {
        let place = self.place(&entry);
        if let Err(place) = place {
            self.entries.insert(place, entry);
        }
        place.is_err()
    }

    /// Takes one line out; answers whether it was there.
    pub fn remove(&mut self, entry: &Entry) -> bool {
        self.place(entry)
            .is_ok_and(|place| self.entries.remove(place).is_some())
    }

    /// Forgets the lines of a chunk none of whose lines is newer than `newest`; says how many.
    pub fn forget(&mut self, chunk: u32, newest: i64) -> usize {
        let end = self.entries.partition_point(|e| e.at <= newest);
        if end > self.entries.as_slices().0.len() {
            self.entries.make_contiguous();
        }
        let gone = make_room(&mut self.entries.as_mut_slices().0[..end], chunk);
        self.entries.drain(..gone);
        gone
    }

    /// Takes out the lines older than a time.
    pub(super) fn take_before(&mut self, at: i64) -> Vec<Entry> {
        let end = self.entries.partition_point(|e| e.at < at);
        self.entries.drain(..end).collect()
    }

    /// Forgets the lines of all chunks before this one.
    pub(super) fn keep_from(&mut self, chunk: u32) {
        self.entries.retain(|e| e.chunk >= chunk);
    }

    /// What it costs in memory.
    pub fn bytes(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>()
    }

    /// How many lines.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The line at a place, the oldest at 0.
    pub fn get(&self, place: usize) -> Option<&Entry> {
        self.entries.get(place)
    }

    /// The place of a line, or where it would stand.
    pub fn place(&self, entry: &Entry) -> Result<usize, usize> {
        self.entries.binary_search(entry)
    }

    /// The lines of `from` to before `to` (milliseconds since 1970), oldest first.
    pub fn between(&self, from: i64, to: i64) -> impl Iterator<Item = &Entry> {
        let place = |at: i64| self.entries.partition_point(|e| e.at < at);
        let start = place(from);
        let (older, newer) = self.entries.as_slices();
        let part = |slice: usize, length: usize| {
            start.saturating_sub(slice).min(length)..place(to).saturating_sub(slice).min(length)
        };
        let (old, new) = (part(0, older.len()), part(older.len(), newer.len()));
        let old = older.get(old).unwrap_or_default();
        old.iter().chain(newer.get(new).unwrap_or_default())
    }

    /// The lines, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }
}

/// Moves the entries of other chunks to the back, in their order; answers how many stand in front of them that can go.
fn make_room(entries: &mut [Entry], chunk: u32) -> usize {
    let mut kept = entries.len();
    for place in (0..entries.len()).rev() {
        if entries[place].chunk != chunk {
            kept -= 1;
            entries[kept] = entries[place];
        }
    }
    kept
}

impl FromIterator<Entry> for Order {
    fn from_iter<T: IntoIterator<Item = Entry>>(entries: T) -> Self {
        let mut order = Self::default();
        order.merge(entries.into_iter().collect());
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(at: i64, chunk: u32, line: u32) -> Entry {
        Entry { at, chunk, line }
    }

    #[test]
    fn a_late_line_is_put_in_its_place() {
        let mut order: Order = [entry(10, 0, 0), entry(30, 0, 1)].into_iter().collect();
        order.merge(vec![entry(20, 1, 0), entry(40, 1, 1)]);
        assert_eq!(
            order.iter().map(|e| e.at).collect::<Vec<_>>(),
            [10, 20, 30, 40]
        );
    }

    #[test]
    fn equal_times_keep_the_order_they_came_in() {
        let mut order: Order = [entry(10, 0, 0), entry(10, 0, 1)].into_iter().collect();
        order.merge(vec![entry(10, 1, 0)]);
        assert_eq!(
            order.iter().map(|e| (e.chunk, e.line)).collect::<Vec<_>>(),
            [(0, 0), (0, 1), (1, 0)]
        );
    }

    proptest! {
        #[test]
        fn merging_piece_by_piece_is_sorting_all(pieces in prop::collection::vec(prop::collection::vec(0_i64..50, 0..9), 0..9), gone in 0_u32..9) {
            let mut order = Order::default();
            let mut all = Vec::new();
            for (chunk, times) in pieces.iter().enumerate() {
                let new: Vec<Entry> = times.iter().enumerate().map(|(line, at)| entry(*at, chunk as u32, line as u32)).collect();
                all.extend(new.clone());
                order.merge(new);
            }
            let before = all.len();
            all.retain(|e| e.chunk != gone);
            prop_assert_eq!(order.forget(gone, 50), before - all.len());
            all.sort_unstable();
            prop_assert!(order.iter().eq(all.iter()));
            for (from, to) in [(0, 50), (10, 20), (20, 20), (30, 10), (25, 26)] {
                let within: Vec<&Entry> = all.iter().filter(|e| (from..to).contains(&e.at)).collect();
                prop_assert_eq!(order.between(from, to).collect::<Vec<_>>(), within);
            }
            for (place, e) in all.iter().enumerate() {
                prop_assert_eq!(order.place(e), Ok(place));
            }
        }
    }
}
