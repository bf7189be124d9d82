//! What is looked for in a text: a word in any case, a word as it stands, or a
//! regular expression.

use memchr::memmem::Finder;
use regex::Regex;
use std::ops::Range;

/// What is looked for; the empty one is found everywhere, at no place.
#[derive(Clone, Debug, Default)]
pub struct Needle {
    word: String,
    how: How,
}

#[derive(Clone, Debug, Default)]
enum How {
    #[default]
    Nothing,
    /// Byte for byte; also where no letter of the word has a case.
    Exact(Box<Finder<'static>>),
    /// ASCII letters in any case, all other bytes as they are.
    Fold(Fold),
    Pattern(Regex),
}

/// Text put in lower case at once; it stays in the nearest cache.
const BLOCK: usize = 16 * 1024;

/// A word in lower case, and its byte that is rarest in logs.
#[derive(Clone, Debug)]
struct Fold {
    lower: Vec<u8>,
    rare: usize,
    finder: Box<Finder<'static>>,
}

impl PartialEq for Needle {
    fn eq(&self, other: &Self) -> bool {
        let same_how = std::mem::discriminant(&self.how) == std::mem::discriminant(&other.how);
        same_how && self.word == other.word
    }
}

impl Eq for Needle {}

impl Needle {
    /// Looks for `word` in any case.
    pub fn new(word: &str) -> Self {
        let how = if word.is_empty() {
            How::Nothing
        } else if word.chars().any(|c| !c.is_ascii() && has_case(c)) {
            let pattern = format!("(?i:{})", regex::escape(word));
            Regex::new(&pattern).map_or_else(|_| exact(word), How::Pattern)
        } else if word.bytes().any(|b| b.is_ascii_alphabetic()) {
            How::Fold(Fold::of(word))
        } else {
            exact(word)
        };
        let word = word.to_owned();
        Self { word, how }
    }

    /// Looks for `word` as it stands.
    pub fn exact(word: &str) -> Self {
        let how = if word.is_empty() {
            How::Nothing
        } else {
            exact(word)
        };
        let word = word.to_owned();
        Self { word, how }
    }

    /// Looks for a regular expression; the error says what is wrong with it, in a line.
    pub fn pattern(pattern: &str) -> Result<Self, String> {
        let compiled = Regex::new(pattern).map_err(|error| {
            let said = error.to_string();
            let last = said.lines().last().unwrap_or_default();
            last.trim_start_matches("error: ").to_owned()
        })?;
        Ok(Self {
            word: pattern.to_owned(),
            how: How::Pattern(compiled),
        })
    }

    /// The word or the expression.
    pub fn word(&self) -> &str {
        &self.word
    }

    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        matches!(self.how, How::Nothing)
    }

    /// Whether it stands within one line for sure, so that many lines can be searched as one text.
    pub(super) fn is_literal(&self) -> bool {
        matches!(self.how, How::Exact(_) | How::Fold(_)) && !self.word.contains('\n')
    }

    /// Whether it stands in `hay`.
    pub fn is_in(&self, hay: &str) -> bool {
        match &self.how {
            How::Nothing => true,
            How::Pattern(pattern) => pattern.is_match(hay),
            How::Exact(_) | How::Fold(_) => self.find(hay, 0).is_some(),
        }
    }

    /// Where it stands, for highlighting.
    pub fn places(&self, hay: &str) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        let mut from = 0;
        while let Some(place) = self.find(hay, from) {
            from = place.end;
            places.push(place);
        }
        places
    }

    /// Tells where it stands in a long text; the answer is where to go on, behind that place. A literal one only.
    pub(super) fn scan(&self, hay: &str, found: &mut dyn FnMut(usize) -> usize) {
        if let How::Fold(fold) = &self.how
            && fold.lower.len() < BLOCK / 2
        {
            return fold.scan(hay.as_bytes(), found);
        }
        let mut from = 0;
        while let Some(place) = self.find(hay, from) {
            from = found(place.start);
        }
    }

    /// The first place from a byte on; one that has a length.
    pub(super) fn find(&self, hay: &str, from: usize) -> Option<Range<usize>> {
        let long = |at: usize| at..at + self.word.len();
        match &self.how {
            How::Nothing => None,
            How::Exact(finder) => {
                let near = finder.find(hay.as_bytes().get(from..)?)?;
                Some(long(from + near))
            }
            How::Fold(fold) => fold.find(hay.as_bytes(), from).map(long),
            How::Pattern(pattern) => pattern
                .find_iter(hay.get(from..)?)
                .map(|found| from + found.start()..from + found.end())
                .find(|found| !found.is_empty()),
        }
    }
}

fn exact(word: &str) -> How {
    How::Exact(Box::new(Finder::new(word).into_owned()))
}

fn has_case(c: char) -> bool {
    c.is_lowercase() || c.is_uppercase() || !c.to_lowercase().eq([c])
}

impl Fold {
    fn of(word: &str) -> Self {
        let lower = word.to_ascii_lowercase().into_bytes();
        let rare = (0..lower.len())
            .min_by_key(|at| frequency(lower[*at]))
            .unwrap_or_default();
        let finder = Box::new(Finder::new(&lower).into_owned());
        Self {
            lower,
            rare,
            finder,
        }
    }

    /// Tells of every place in a long text. Blocks of it are put in lower case first: the vector search for a word as
    /// it stands is faster than any for two cases.
    fn scan(&self, hay: &[u8], found: &mut dyn FnMut(usize) -> usize) {
        let mut room = vec![0; BLOCK.min(hay.len())];
        let mut from = 0;
        while from + self.lower.len() <= hay.len() {
            let end = hay.len().min(from + BLOCK);
            let block = &mut room[..end - from];
            for (lower, byte) in block.iter_mut().zip(&hay[from..end]) {
                *lower = byte.to_ascii_lowercase();
            }
            let mut next = end + 1 - self.lower.len();
            let mut at = 0;
            while let Some(near) = block.get(at..).and_then(|rest| self.finder.find(rest)) {
                let on = found(from + at + near);
                next = next.max(on);
                at = on - from;
            }
            from = next;
        }
    }

    /// Jumps from one candidate for the rarest byte to the next.
    fn find(&self, hay: &[u8], from: usize) -> Option<usize> {
        let byte = self.lower[self.rare];
        let upper = byte.to_ascii_uppercase();
        let mut at = from + self.rare;
        loop {
            at += memchr::memchr2(byte, upper, hay.get(at..)?)?;
            let start = at - self.rare;
            let found = hay.get(start..start + self.lower.len())?;
            if found.eq_ignore_ascii_case(&self.lower) {
                return Some(start);
            }
            at += 1;
        }
    }
}

/// How often a byte stands in logs, roughly; higher = more often.
fn frequency(byte: u8) -> usize {
    const OFTEN: &[u8] = b"zqxjkvw~`^%$#@!?<>*+&=;|\\gbyfhmupcdl9876543()[]{}rsnoait.1/-_20,: e\"";
    OFTEN
        .iter()
        .position(|b| *b == byte)
        .unwrap_or(if byte < 0x80 { 0 } else { 40 })
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
        assert!(Needle::new("한글Time").is_in("한글timE"));
    }

    #[test]
    fn exactly_means_exactly() {
        assert!(!Needle::exact("TimeOut").is_in("connection timeout"));
        assert!(Needle::exact("timeout").is_in("connection timeout"));
    }

    #[test]
    fn a_pattern_is_taken_as_it_is_and_a_bad_one_says_why() {
        let needle = Needle::pattern(r"4\d\d|x*").unwrap();
        assert!(needle.is_in("status 404"));
        assert_eq!(needle.places("a 404 b 418"), [2..5, 8..11]);
        let wrong = Needle::pattern("a(b").unwrap_err();
        assert_eq!(wrong, "unclosed group");
    }

    #[test]
    fn places_do_not_overlap() {
        assert_eq!(Needle::new("aa").places("AAaa a"), [0..2, 2..4]);
        assert_eq!(Needle::new("한").places("대한한국"), [3..6, 6..9]);
        assert_eq!(Needle::new("é").places("É e é"), [0..2, 5..7]);
        assert!(Needle::new("").places("abc").is_empty());
    }

    proptest! {
        #[test]
        fn it_finds_what_a_plain_search_finds(hay in "[abAB한é]{0,12}", word in "[abAB한é]{1,3}") {
            prop_assert_eq!(Needle::new(&word).is_in(&hay), hay.to_lowercase().contains(&word.to_lowercase()));
            prop_assert_eq!(Needle::exact(&word).is_in(&hay), hay.contains(&word));
            for place in Needle::new(&word).places(&hay) {
                prop_assert_eq!(hay[place].to_lowercase(), word.to_lowercase());
            }
        }
    }

    proptest! {
        #[test]
        fn a_long_text_is_searched_to_its_end(gaps in prop::collection::vec(0_usize..9_000, 0..12), word in "[aA][bB]{0,3}") {
            let hay: String = gaps.iter().map(|gap| "x".repeat(*gap) + "aBb").collect();
            for needle in [Needle::new(&word), Needle::exact(&word)] {
                let mut places = Vec::new();
                needle.scan(&hay, &mut |at| { places.push(at); at + word.len() });
                let expected: Vec<usize> = needle.places(&hay).into_iter().map(|place| place.start).collect();
                prop_assert_eq!(places, expected);
            }
        }
    }
}
