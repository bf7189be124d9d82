//! How far the lines in memory reach, and how many bytes they may take.

use super::{Entry, Order, Ring};

impl Ring {
    /// All lines in memory in the order of time, shown or not.
    pub fn all(&self) -> &Order {
        &self.all
    }

    /// The lines that are folded under a shown one, in no order.
    pub fn folded(&self) -> impl Iterator<Item = &Entry> {
        let shown = |(head, _): &(&Entry, &[Entry])| self.shown().place(head).is_ok();
        let groups = self.folds.groups().filter(shown);
        groups.flat_map(|(_, under)| under)
    }

    /// The times of the oldest and the newest line in memory (milliseconds since 1970), shown or not.
    pub fn span(&self) -> Option<(i64, i64)> {
        let last = self.all.len().checked_sub(1)?;
        Some((self.all.get(0)?.at, self.all.get(last)?.at))
    }

    /// Takes more or fewer bytes from now on; what does not fit any more falls out.
    pub fn set_cap(&mut self, cap: usize) {
        self.cap = cap;
        self.shed();
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::chunk;
    use super::*;

    #[test]
    fn a_smaller_cap_lets_the_oldest_fall_out_and_a_larger_one_brings_nothing_back() {
        let mut ring = Ring::new(1 << 20);
        for at in [1, 2, 3] {
            ring.push(chunk(&[(at, "x")]));
        }
        assert_eq!((ring.span(), ring.all().len()), (Some((1, 3)), 3));
        ring.set_cap(1);
        assert_eq!((ring.span(), ring.aged()), (Some((3, 3)), 2));
        ring.set_cap(1 << 20);
        assert_eq!(ring.span(), Some((3, 3)));
        assert_eq!(Ring::new(1).span(), None);
    }
}
