//! Which part of an older window to read next: the newest first, in slices that
//! are read whole, so that what was read has no holes.

/// Lines that a slice should bring.
const GOAL: usize = 5_000;
/// The first slice, where nothing is known of the rate.
const FIRST: i64 = 60_000;
/// Pages of one slice at most; then it was too long.
pub const PAGES: usize = 4;

/// The slices of a window, in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slices {
    from: i64,
    /// Everything from here on was read.
    reached: i64,
    length: i64,
    lines: usize,
    most: usize,
}

impl Slices {
    /// From `from` (inclusive) to `to` (exclusive); so many lines are enough.
    pub fn of(from: i64, to: i64, most: usize) -> Self {
        Self {
            from,
            reached: to.max(from),
            length: FIRST,
            lines: 0,
            most,
        }
    }

    /// The next slice, inclusive and exclusive; `None` at the end.
    pub fn next(&self) -> Option<(i64, i64)> {
        let open = self.reached > self.from && self.lines < self.most;
        open.then(|| ((self.reached - self.length).max(self.from), self.reached))
    }

    /// The slice was read to its end and brought so many lines.
    pub fn read(&mut self, lines: usize) {
        if let Some((start, _)) = self.next() {
            self.reached = start;
        }
        self.lines += lines;
        let times = GOAL / lines.max(1);
        self.length = self.length.saturating_mul((times as i64).clamp(1, 8));
        if lines > 2 * GOAL {
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

    /// Everything from here on was read.
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
    use proptest::prelude::*;

    #[test]
    fn a_quiet_window_is_read_in_few_slices_from_its_end() {
        let mut slices = Slices::of(0, 86_400_000, usize::MAX);
        assert_eq!(slices.next(), Some((86_340_000, 86_400_000)));
        let mut count = 0;
        while slices.next().is_some() {
            slices.read(0);
            count += 1;
        }
        assert!(count < 8, "{count}");
        assert_eq!(slices.reached(), 0);
    }

    #[test]
    fn enough_is_enough_and_the_place_is_told() {
        let mut slices = Slices::of(0, 600_000, 100);
        slices.read(120);
        assert_eq!(slices.next(), None);
        assert_eq!((slices.reached(), slices.lines()), (540_000, 120));
    }

    #[test]
    fn a_slice_that_is_too_long_is_cut_by_what_a_page_held_down_to_a_millisecond() {
        let mut slices = Slices::of(0, 600_000, usize::MAX);
        assert!(slices.too_long(1_000));
        assert_eq!(slices.next(), Some((598_000, 600_000)));
        while slices.too_long(0) {}
        assert_eq!(slices.next(), Some((599_999, 600_000)));
    }

    proptest! {
        #[test]
        fn slices_touch_and_cover_the_window(from in 0_i64..1_000_000, length in 1_i64..1_000_000, lines in prop::collection::vec((0_usize..40_000, any::<bool>()), 1..50)) {
            let mut slices = Slices::of(from, from + length, usize::MAX);
            let mut edge = from + length;
            for (lines, long) in lines.iter().cycle().take(3_000) {
                let Some((start, end)) = slices.next() else { break };
                prop_assert!(start < end && end == edge && start >= from);
                if *long && slices.too_long(*lines as i64) { continue; }
                let Some((start, _)) = slices.next() else { break };
                slices.read(*lines);
                edge = start;
                prop_assert_eq!(slices.reached(), edge);
            }
        }
    }
}
