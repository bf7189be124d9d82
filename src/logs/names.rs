//! What the names of members mean, remembered: the lines of one source have the
//! same few names over and over.

use super::field::Known;
use super::parse::unescape;

/// Names of this length and less are remembered: two words tell them apart.
const LONGEST: usize = 16;
/// Places to look for one name.
const WAYS: usize = 4;
const SETS: usize = 32;

/// A short name as two words that overlap; with the length they are the name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Short {
    head: u64,
    tail: u64,
    length: usize,
}

impl Short {
    #[inline]
    fn of(name: &[u8]) -> Option<Self> {
        let (head, tail) = match name.len() {
            8..=LONGEST => (
                u64::from_le_bytes(*name.first_chunk()?),
                u64::from_le_bytes(*name.last_chunk()?),
            ),
            4..8 => (
                u64::from(u32::from_le_bytes(*name.first_chunk()?)),
                u64::from(u32::from_le_bytes(*name.last_chunk()?)),
            ),
            1..4 => (
                u64::from(name[0]) << 8 | u64::from(name[name.len() / 2]),
                u64::from(name[name.len() - 1]),
            ),
            _ => return None,
        };
        Some(Self {
            head,
            tail,
            length: name.len(),
        })
    }

    #[inline]
    fn set(self) -> usize {
        let mixed = (self.head ^ self.tail.rotate_left(23)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 59) as usize % SETS
    }
}

/// A small memory of [`Known::of`], by the name as it stands in the text.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    sets: [[(Short, Option<Known>); WAYS]; SETS],
    /// Which way of a full set gives way next.
    next: usize,
}

impl Names {
    /// As [`Known::of`] says of the decoded name.
    #[inline]
    pub fn known(&mut self, name: &[u8]) -> Option<Known> {
        let Some(short) = Short::of(name) else {
            return meaning(name);
        };
        let set = &self.sets[short.set()];
        match set.iter().find(|way| way.0 == short) {
            Some(way) => way.1,
            None => self.learn(short, name),
        }
    }

    #[cold]
    fn learn(&mut self, short: Short, name: &[u8]) -> Option<Known> {
        let known = meaning(name);
        self.next = (self.next + 1) % WAYS;
        self.sets[short.set()][self.next] = (short, known);
        known
    }
}

#[cold]
fn meaning(name: &[u8]) -> Option<Known> {
    Known::of(&unescape(std::str::from_utf8(name).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn memory_changes_no_meaning(names in prop::collection::vec(
            prop_oneof!["[a-zA-Z_@.-]{0,8}", r"\\u00[0-9a-f]{2}[a-z]{2}", "(trace|status|level|duration)(_?[iI]d|_ms|Code)?", "[a-z]{1,30}", "한글"], 0..200)) {
            let mut memory = Names::default();
            for name in names.iter().chain(&names) {
                prop_assert_eq!(memory.known(name.as_bytes()), Known::of(&unescape(name)));
            }
        }
    }
}
