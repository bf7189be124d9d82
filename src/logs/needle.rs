//! A word that is looked for, whatever its case.

use std::ops::Range;

/// What is looked for; the empty one is found everywhere, at no place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needle {
    lower: String,
}

impl Needle {
    /// Looks for `word` in any case.
    pub fn new(word: &str) -> Self {
        Self {
            lower: word.to_lowercase(),
        }
    }

    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.lower.is_empty()
    }

    /// Whether it stands in `hay`.
    pub fn is_in(&self, hay: &str) -> bool {
        if self.is_empty() {
            return true;
        }
        if self.lower.is_ascii() {
            self.find_ascii(hay.as_bytes(), 0).is_some()
        } else {
            hay.to_lowercase().contains(&self.lower)
        }
    }

    /// Where it stands, for highlighting.
    pub fn places(&self, hay: &str) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        let mut from = 0;
        while let Some(at) = self.find(hay, from) {
            from = at + self.lower.len();
            places.push(at..from);
        }
        places
    }

    fn find(&self, hay: &str, from: usize) -> Option<usize> {
        if self.is_empty() {
            return None;
        }
        if self.lower.is_ascii() {
            return self.find_ascii(hay.as_bytes(), from);
        }
        // Letters outside ASCII are highlighted as typed in lower case only: folding them moves byte offsets.
        memchr::memmem::find(&hay.as_bytes()[from..], self.lower.as_bytes()).map(|at| from + at)
    }

    /// Jumps from one candidate for the first letter to the next.
    fn find_ascii(&self, hay: &[u8], mut from: usize) -> Option<usize> {
        let needle = self.lower.as_bytes();
        let (lower, upper) = (needle[0], needle[0].to_ascii_uppercase());
        loop {
            let at = from + memchr::memchr2(lower, upper, hay.get(from..)?)?;
            if hay.get(at..at + needle.len())?.eq_ignore_ascii_case(needle) {
                return Some(at);
            }
            from = at + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn case_does_not_matter() {
        assert!(Needle::new("TimeOut").is_in("connection timeout"));
        assert!(Needle::new("É").is_in("café"));
        assert!(Needle::new("").is_in("anything"));
        assert!(!Needle::new("x").is_in(""));
    }

    #[test]
    fn places_do_not_overlap() {
        assert_eq!(Needle::new("aa").places("AAaa a"), [0..2, 2..4]);
        assert_eq!(Needle::new("한").places("대한한국"), [3..6, 6..9]);
        assert!(Needle::new("").places("abc").is_empty());
    }

    proptest! {
        #[test]
        fn it_finds_what_a_plain_search_finds(hay in "[abAB한é]{0,12}", word in "[abAB한é]{1,3}") {
            prop_assert_eq!(Needle::new(&word).is_in(&hay), hay.to_lowercase().contains(&word.to_lowercase()));
            for place in Needle::new(&word).places(&hay) {
                prop_assert_eq!(hay[place].to_lowercase(), word.to_lowercase());
            }
        }
    }
}
