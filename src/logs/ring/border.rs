//! From when on everything is here. What falls out is the oldest by arrival; a line
//! that came late, or of a quiet group, would be left alone before lines that are
//! gone, and the hole behind it would not be seen. So nothing older than the newest
//! line that fell out stands in the order.

use super::Ring;
use crate::logs::chunk::{Chunk, Line};
use crate::logs::order::Entry;
use std::sync::Arc;

impl Ring {
    /// An empty ring for lines that come as they are written: its order has no holes.
    pub fn live(cap: usize) -> Self {
        Self {
            border: Some(i64::MIN),
            ..Self::new(cap)
        }
    }

    /// From this time on (milliseconds since 1970) nothing that came is missing; `None` where nothing fell out, or of a
    /// ring that is not live.
    pub fn border(&self) -> Option<i64> {
        self.border.filter(|border| *border > i64::MIN)
    }

    /// Something before this time (milliseconds since 1970) was left out: what is older stands in the order no more.
    pub fn begin_at(&mut self, at: i64) {
        let before = self.standing();
        self.gap |= self.raise(at);
        self.left += before - self.standing();
    }

    /// Lines that stand in the order, or under one that does: those that can be shown.
    pub fn standing(&self) -> u64 {
        (self.all.len() + self.folds.len()) as u64
    }

    /// Whether the border is another now.
    fn raise(&mut self, at: i64) -> bool {
        let Some(border) = self.border.as_mut().filter(|border| **border < at) else {
            return false;
        };
        *border = at;
        let hidden = Arc::make_mut(&mut self.all).take_before(at);
        if !self.passing.is_empty() {
            Arc::make_mut(&mut self.passing).take_before(at);
        }
        self.risen.retain(|head| head.at >= at);
        self.drop_groups(&hidden);
        true
    }

    /// Lines that came and do not stand in the order any more, because there was no room for all.
    pub fn dropped(&self) -> u64 {
        self.arrived.saturating_sub(self.standing() + self.left)
    }

    /// A chunk fell out. A producer with a fast clock must not hide what the others wrote: its lines count as of their
    /// arrival.
    pub(super) fn raise_past(&mut self, gone: &Chunk) {
        let times = gone.lines().iter().map(Line::stands_at);
        if let Some(newest) = times.max() {
            self.gap &= !self.raise(newest);
        }
    }

    pub(super) fn is_within(&self, head: &Entry) -> bool {
        self.border.is_none_or(|border| head.at >= border)
    }

    /// Those that may stand in the order; of the others what is under them is forgotten as well.
    pub(super) fn within(&mut self, heads: Vec<Entry>) -> Vec<Entry> {
        if heads.iter().all(|head| self.is_within(head)) {
            return heads;
        }
        let (within, hidden): (Vec<_>, Vec<_>) =
            heads.into_iter().partition(|head| self.is_within(head));
        self.drop_groups(&hidden);
        if self.gap {
            self.left += hidden.len() as u64;
        }
        within
    }

    fn drop_groups(&mut self, heads: &[Entry]) {
        if self.folds.is_empty() || heads.is_empty() {
            return;
        }
        let folds = Arc::make_mut(&mut self.folds);
        for head in heads {
            folds.drop_group(head);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::chunk;
    use super::*;
    use crate::logs::filter::Filter;
    use proptest::prelude::*;

    fn times(ring: &Ring) -> Vec<i64> {
        ring.shown().iter().map(|entry| entry.at).collect()
    }

    #[test]
    fn a_late_line_is_not_left_alone_before_those_that_fell_out() {
        let mut ring = Ring::live(1 << 20);
        ring.push(chunk(&[(100, "a"), (200, "b")]));
        ring.push(chunk(&[(50, "late"), (300, "c")]));
        assert_eq!(
            (times(&ring), ring.border()),
            (vec![50, 100, 200, 300], None)
        );
        ring.push(chunk(&[(400, "d")]));
        ring.set_cap(ring.bytes() - 1);
        assert_eq!((times(&ring), ring.border()), (vec![300, 400], Some(200)));
        assert_eq!((ring.aged(), ring.dropped()), (2, 3));
        // What comes later still and is older is not shown either.
        assert_eq!(ring.push(chunk(&[(150, "x"), (401, "y")])), 1);
        assert_eq!(times(&ring).last(), Some(&401));
        ring.clear();
        assert_eq!(ring.border(), None);
        ring.push(chunk(&[(1, "a")]));
        assert_eq!(times(&ring), [1]);
    }

    #[test]
    fn a_backlog_that_was_left_out_leaves_no_hole() {
        let mut ring = Ring::live(1 << 20);
        ring.set_filter(Filter::parse("apple").unwrap());
        ring.push(chunk(&[(1, "apple"), (2, "ERROR"), (2, "  at apple")]));
        ring.begin_at(10);
        ring.push(chunk(&[(10, "apple"), (11, "pear")]));
        assert_eq!(times(&ring), [10]);
        ring.set_filter(Filter::default());
        assert_eq!((times(&ring), ring.dropped()), (vec![10, 11], 0));
        let mut past = Ring::new(1 << 20);
        past.push(chunk(&[(1, "a")]));
        past.begin_at(10);
        assert_eq!(times(&past), [1]);
    }

    proptest! {
        #[test]
        fn nothing_that_came_is_missing_from_the_border_on(chunks in prop::collection::vec(prop::collection::vec(0_i64..60, 1..9), 1..40), cap in 300_usize..4_000, filtered in any::<bool>()) {
            let mut ring = Ring::live(cap);
            ring.set_filter(Filter::parse(if filtered { "x" } else { "" }).unwrap());
            let mut came = Vec::new();
            for mut times_of in chunks {
                times_of.sort_unstable();
                came.extend(times_of.clone());
                let lines: Vec<(i64, &str)> = times_of.iter().map(|at| (*at, "x")).collect();
                ring.push(chunk(&lines));
                let border = ring.border().unwrap_or(i64::MIN);
                let mut expected: Vec<i64> = came.iter().copied().filter(|at| *at > border).collect();
                expected.sort_unstable();
                let shown: Vec<i64> = times(&ring).into_iter().filter(|at| *at > border).collect();
                prop_assert_eq!(shown, expected);
                prop_assert!(times(&ring).iter().all(|at| *at >= border));
            }
        }
    }
}
