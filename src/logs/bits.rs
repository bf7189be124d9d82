//! A set of lines of one chunk.

/// One bit for each line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
    length: usize,
}

impl Bits {
    /// No line of so many.
    pub fn none(length: usize) -> Self {
        Self {
            words: vec![0; length.div_ceil(64)],
            length,
        }
    }

    /// Every line of so many.
    pub fn all(length: usize) -> Self {
        let mut all = Self::none(length);
        all.words.fill(u64::MAX);
        all.trim();
        all
    }

    /// The items that something holds for.
    #[inline]
    pub fn of<T>(items: &[T], holds: impl Fn(&T) -> bool) -> Self {
        let word = |items: &[T]| {
            let bits = items.iter().enumerate();
            bits.fold(0, |word, (place, item)| {
                word | u64::from(holds(item)) << place
            })
        };
        Self {
            words: items.chunks(64).map(word).collect(),
            length: items.len(),
        }
    }

    #[inline]
    pub fn set(&mut self, line: usize) {
        self.words[line / 64] |= 1 << (line % 64);
    }

    #[inline]
    pub fn has(&self, line: usize) -> bool {
        let word = self.words.get(line / 64).copied().unwrap_or_default();
        word >> (line % 64) & 1 == 1
    }

    pub fn count(&self) -> usize {
        self.words
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    /// The lines, in their order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(place, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(place * 64 + bit)
            })
        })
    }

    pub fn and(mut self, other: &Self) -> Self {
        self.words
            .iter_mut()
            .zip(&other.words)
            .for_each(|(a, b)| *a &= b);
        self
    }

    pub fn or(mut self, other: &Self) -> Self {
        self.words
            .iter_mut()
            .zip(&other.words)
            .for_each(|(a, b)| *a |= b);
        self
    }

    pub fn not(mut self) -> Self {
        self.words.iter_mut().for_each(|word| *word = !*word);
        self.trim();
        self
    }

    /// No bit stands for a line that does not exist.
    fn trim(&mut self) {
        let over = self.words.len() * 64 - self.length;
        if let Some(last) = self.words.last_mut() {
            *last &= u64::MAX >> over;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn bits(length: usize, lines: &BTreeSet<usize>) -> Bits {
        let mut bits = Bits::none(length);
        for line in lines {
            bits.set(*line);
        }
        bits
    }

    proptest! {
        #[test]
        fn sets_of_bits_are_sets(length in 1_usize..200, a in prop::collection::btree_set(0_usize..200, 0..50), b in prop::collection::btree_set(0_usize..200, 0..50)) {
            let within = |of: &BTreeSet<usize>| of.iter().copied().filter(|n| *n < length).collect::<BTreeSet<_>>();
            let (a, b) = (within(&a), within(&b));
            let (x, y) = (bits(length, &a), bits(length, &b));
            let said = |of: Bits| of.iter().collect::<BTreeSet<_>>();
            prop_assert_eq!(said(x.clone().and(&y)), &a & &b);
            prop_assert_eq!(said(x.clone().or(&y)), &a | &b);
            prop_assert_eq!(said(x.clone().not()), &within(&(0..length).collect()) - &a);
            prop_assert_eq!(x.count(), a.len());
            prop_assert!((0..length).all(|n| x.has(n) == a.contains(&n)));
            prop_assert_eq!(Bits::all(length), Bits::none(length).not());
            let items: Vec<usize> = (0..length).collect();
            prop_assert_eq!(Bits::of(&items, |n| a.contains(n)), x);
        }
    }
}
