//! Which part of a window to read next: from the end that is read first, in slices
//! that are read whole, so that what was read has no holes.

use crate::domain::log::Direction;

/// Lines that a slice should bring at most.
const GOAL: usize = 5_000;
/// The first slice, where nothing is known of the rate: of one source, and of however many.
const FIRST: (i64, i64) = (20_000, 500);
/// Pages of one slice at most; then it was too long.
pub const PAGES: usize = 4;

/// The slices of a window, in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slices {
    direction: Direction,
    /// Everything from where reading began to here was read.
    reached: i64,
    /// Where reading ends.
    last: i64,
    length: i64,
    lines: usize,
    most: usize,
}

impl Slices {
    /// From `from` (inclusive) to `to` (exclusive); so many lines are enough.
    pub fn of((from, to): (i64, i64), direction: Direction, most: usize) -> Self {
        let to = to.max(from);
        let (reached, last) = match direction {
            Direction::Backward => (to, from),
            Direction::Forward => (from, to),
        };
        Self {
            direction,
            reached,
            last,
            length: FIRST.0,
            lines: 0,
            most,
        }
    }

    /// So many sources are read side by side: together they should not bring more than one.
    #[must_use]
    pub fn among(self, sources: usize) -> Self {
        let each = self.length / (sources as i64).max(1);
        Self {
            length: each.max(FIRST.1),
            ..self
        }
    }

    /// The next slice, inclusive and exclusive; `None` at the end.
    pub fn next(&self) -> Option<(i64, i64)> {
        let open = self.reached != self.last && self.lines < self.most;
        open.then(|| match self.direction {
            Direction::Backward => (self.end(), self.reached),
            Direction::Forward => (self.reached, self.end()),
        })
    }

    /// Where everything is read to once the next slice is.
    fn end(&self) -> i64 {
        match self.direction {
            Direction::Backward => self.reached.saturating_sub(self.length).max(self.last),
            Direction::Forward => self.reached.saturating_add(self.length).min(self.last),
        }
    }

    /// The slice was read to its end and brought so many lines.
    pub fn read(&mut self, lines: usize) {
        self.reached = self.end();
        self.lines += lines;
        let goal = GOAL.min(self.most);
        let times = goal / lines.max(1);
        self.length = self.length.saturating_mul((times as i64).clamp(1, 8));
        if lines > 2 * goal {
            self.length = (self.length / 2).max(1);
        }
    }

    /// The slice was longer than could be read at once. `seen`: how far, in milliseconds, one page of it reached. One
    /// millisecond cannot be divided: `false`, and it has to be read whole.
    pub fn too_long(&mut self, seen: i64) -> bool {
        let page = seen.max(1).saturating_mul(PAGES as i64 / 2);
        let shorter = page.min(self.length / 2).max(1);
        let divided = shorter < self.length;
        self.length = shorter;
        divided
    }

    /// Everything from where reading began to here was read.
    pub fn reached(&self) -> i64 {
        self.reached
    }

    /// Lines so far.
    pub fn lines(&self) -> usize {
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{Backward, Forward};
    use proptest::prelude::*;

    #[test]
    fn a_quiet_window_is_read_in_few_slices_from_where_it_begins() {
        for (direction, first, last) in [
            (Backward, (86_380_000, 86_400_000), 0),
            (Forward, (0, 20_000), 86_400_000),
        ] {
            let mut slices = Slices::of((0, 86_400_000), direction, usize::MAX);
            assert_eq!(slices.next(), Some(first));
            let mut count = 0;
            while slices.next().is_some() {
                slices.read(0);
                count += 1;
            }
            assert!(count < 8, "{count}");
            assert_eq!(slices.reached(), last);
        }
    }

    #[test]
    fn enough_is_enough_and_the_place_is_told() {
        for (direction, reached) in [(Backward, 580_000), (Forward, 20_000)] {
            let mut slices = Slices::of((0, 600_000), direction, 100);
            slices.read(120);
            assert_eq!(slices.next(), None);
            assert_eq!((slices.reached(), slices.lines()), (reached, 120));
        }
    }

    #[test]
    fn a_slice_aims_at_what_is_asked_for_and_many_sources_share_the_first() {
        let mut slices = Slices::of((0, 600_000), Forward, 1_000);
        slices.read(400);
        assert_eq!(slices.next(), Some((20_000, 60_000)));
        for (sources, length) in [(0, 20_000), (1, 20_000), (10, 2_000), (400, 500)] {
            let slices = Slices::of((0, 600_000), Forward, 1_000).among(sources);
            assert_eq!(slices.next(), Some((0, length)));
        }
    }

    #[test]
    fn a_slice_that_is_too_long_is_cut_by_what_a_page_held_down_to_a_millisecond() {
        for (direction, cut, least) in [
            (Backward, (598_000, 600_000), (599_999, 600_000)),
            (Forward, (0, 2_000), (0, 1)),
        ] {
            let mut slices = Slices::of((0, 600_000), direction, usize::MAX);
            assert!(slices.too_long(1_000));
            assert_eq!(slices.next(), Some(cut));
            while slices.too_long(0) {}
            assert_eq!(slices.next(), Some(least));
        }
    }

    proptest! {
        #[test]
        fn slices_touch_and_cover_the_window(from in 0_i64..1_000_000, length in 1_i64..1_000_000, forward in any::<bool>(), lines in prop::collection::vec((0_usize..40_000, any::<bool>()), 1..50)) {
            let direction = if forward { Forward } else { Backward };
            let (to, mut edge) = (from + length, if forward { from } else { from + length });
            let mut slices = Slices::of((from, to), direction, usize::MAX);
            for (lines, long) in lines.iter().cycle().take(3_000) {
                let Some((start, end)) = slices.next() else { break };
                prop_assert!(start < end && start >= from && end <= to);
                if *long && slices.too_long(*lines as i64) { continue; }
                let Some((start, end)) = slices.next() else { break };
                let (near, far) = if forward { (start, end) } else { (end, start) };
                prop_assert_eq!(near, edge);
                slices.read(*lines);
                edge = far;
                prop_assert_eq!(slices.reached(), edge);
            }
        }
    }
}
