//! The order on the screen: an index over sealed lines, by time. A late line is
//! put in its place here; chunks are never touched.

use std::collections::VecDeque;

/// One line, by its chunk's number and its place in it; ordered by time first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// Milliseconds since 1970.
    pub at: i64,
    /// The chunk's number, counted from the first one ever.
    pub chunk: u64,
    pub line: u32,
}

/// Lines in the order of time; equal times in the order they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    entries: VecDeque<Entry>,
}

impl Order {
    /// Adds lines, each in its place; the usual case, all newer than what is there, moves nothing.
    pub fn merge(&mut self, mut new: Vec<Entry>) {
        new.sort_unstable();
        let Some(first) = new.first() else { return };
        let keep = self.entries.partition_point(|e| e < first);
        let late = self.entries.split_off(keep);
        self.entries.reserve(late.len() + new.len());
        let (mut old, mut new) = (late.into_iter().peekable(), new.into_iter().peekable());
        while let Some(next) = match (old.peek(), new.peek()) {
            (Some(a), Some(b)) if a < b => old.next(),
            (_, Some(_)) => new.next(),
            _ => old.next(),
        } {
            self.entries.push_back(next);
        }
    }

    /// Forgets the lines of a chunk; says how many.
    pub fn forget(&mut self, chunk: u64) -> usize {
        let before = self.entries.len();
        self.entries.retain(|e| e.chunk != chunk);
        before - self.entries.len()
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

    /// The lines, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }
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

    fn entry(at: i64, chunk: u64, line: u32) -> Entry {
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
        fn merging_piece_by_piece_is_sorting_all(pieces in prop::collection::vec(prop::collection::vec(0_i64..50, 0..9), 0..9), gone in 0_u64..9) {
            let mut order = Order::default();
            let mut all = Vec::new();
            for (chunk, times) in pieces.iter().enumerate() {
                let new: Vec<Entry> = times.iter().enumerate().map(|(line, at)| entry(*at, chunk as u64, line as u32)).collect();
                all.extend(new.clone());
                order.merge(new);
            }
            let before = all.len();
            all.retain(|e| e.chunk != gone);
            prop_assert_eq!(order.forget(gone), before - all.len());
            all.sort_unstable();
            prop_assert!(order.iter().eq(all.iter()));
            for (place, e) in all.iter().enumerate() {
                prop_assert_eq!(order.place(e), Ok(place));
            }
        }
    }
}
