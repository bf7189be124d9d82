//! Which paths the lines of a chunk name, so that a filter for one looks at a byte
//! of each line and not at its text: services have few paths, and many lines.

use super::line::{Part, hash};
use std::ops::Range;

/// The paths of one hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Named {
    /// Where the first one stands within the chunk's text; of no length: there is none.
    start: u32,
    length: u16,
    /// Others have the same hash.
    many: bool,
}

/// Gathers the paths of an open chunk.
#[derive(Clone, Debug)]
pub(super) struct Gathering {
    of_hash: [Named; 256],
}

impl Default for Gathering {
    fn default() -> Self {
        Self {
            of_hash: [Named::default(); 256],
        }
    }
}

impl Gathering {
    /// Adds the path of a line whose text begins at a place; escaped ones and those far out are left to the line.
    #[inline]
    pub fn add(&mut self, text: &str, line: usize, part: Part, hash: u8) {
        if part == Part::default() || part == Part::FAR {
            return;
        }
        let named = &mut self.of_hash[usize::from(hash)];
        let start = line + usize::from(part.start);
        if named.length == 0 {
            (named.start, named.length) = (start as u32, part.length);
            return;
        }
        let bytes =
            |start: usize, length: u16| text.as_bytes().get(start..start + usize::from(length));
        let known = bytes(named.start as usize, named.length);
        named.many |= known != bytes(start, part.length);
    }

    /// What was gathered; nothing is left.
    pub fn take(&mut self) -> Paths {
        let named = (0..=u8::MAX)
            .zip(self.of_hash)
            .filter(|(_, named)| named.length > 0);
        let paths = Paths {
            named: named.collect(),
        };
        *self = Self::default();
        paths
    }
}

/// The paths of a sealed chunk, by their hash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Paths {
    named: Box<[(u8, Named)]>,
}

/// What the hash of a path says of the lines that have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// It is their path.
    Same,
    /// They have another.
    Other,
    /// Some may have it: their texts are to be looked at.
    Perhaps,
}

impl Paths {
    /// Of the lines with the [`hash`] of a path that are neither escaped nor far out; `text` is the chunk's.
    pub fn says(&self, text: &str, path: &str) -> Says {
        let of_path = hash(path.as_bytes());
        let Ok(place) = self.named.binary_search_by_key(&of_path, |(hash, _)| *hash) else {
            return Says::Other;
        };
        let named = self.named[place].1;
        let range: Range<usize> =
            named.start as usize..named.start as usize + usize::from(named.length);
        match text.get(range) {
            _ if named.many => Says::Perhaps,
            Some(known) if known.eq_ignore_ascii_case(path) => Says::Same,
            _ => Says::Other,
        }
    }

    /// Whether all lines with a hash that are neither escaped nor far out have the same path.
    #[inline]
    pub fn is_one(&self, hash: u8) -> bool {
        let place = self.named.binary_search_by_key(&hash, |(hash, _)| *hash);
        place.is_ok_and(|place| !self.named[place].1.many)
    }

    /// What it costs in memory.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(paths: &[&str]) -> (String, Paths) {
        let (mut gathering, mut text) = (Gathering::default(), String::new());
        for path in paths {
            let line = text.len();
            text += path;
            gathering.add(
                &text,
                line,
                Part::of(&(0..path.len())),
                hash(path.as_bytes()),
            );
        }
        (text, gathering.take())
    }

    #[test]
    fn a_path_of_its_own_hash_is_known_without_the_lines() {
        let (text, paths) = gathered(&["/a", "/b", "/a", "/b"]);
        assert_eq!(paths.says(&text, "/A"), Says::Same);
        assert_eq!(paths.says(&text, "/c"), Says::Other);
    }

    #[test]
    fn where_two_have_the_same_hash_the_lines_are_looked_at() {
        let twin = |n: &usize| hash(format!("/{n}").as_bytes()) == hash(b"/a");
        let twin = format!("/{}", (0..100_000).find(twin).unwrap());
        let (text, paths) = gathered(&["/a", &twin]);
        assert_eq!(paths.says(&text, "/a"), Says::Perhaps);
        assert_eq!(paths.says(&text, &twin), Says::Perhaps);
        let (text, paths) = gathered(&["/a"]);
        assert_eq!(paths.says(&text, &twin), Says::Other);
    }

    #[test]
    fn nothing_is_left_for_the_next_chunk() {
        let mut gathering = Gathering::default();
        gathering.add("/a", 0, Part::of(&(0..2)), hash(b"/a"));
        assert!(gathering.take().bytes() > 0);
        assert_eq!(gathering.take(), Paths::default());
    }
}
