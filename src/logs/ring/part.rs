//! Chunks that are taken out wherever they stand: of lines that are read at either end, those at the other make room.

use super::{Chunk, Entry, Ring};
use crate::logs::paths::Paths;
use std::sync::Arc;

impl Ring {
    /// The number that the next chunk has.
    pub fn next(&self) -> u32 {
        self.first + self.chunks.len() as u32
    }

    /// Takes out chunks by their numbers, with what is folded under their lines; numbers of others stay what they are.
    pub fn take_out(&mut self, numbers: &[u32]) {
        for number in numbers {
            self.take_one(*number);
        }
        self.folder.forget(numbers);
        while self.chunks.front().is_some_and(|c| c.lines().is_empty()) {
            self.chunks.pop_front();
            self.first += 1;
        }
    }

    fn take_one(&mut self, number: u32) {
        let place = number.checked_sub(self.first).map(|place| place as usize);
        let Some(chunk) = place.and_then(|place| self.chunks.get_mut(place)) else {
            return;
        };
        let gone = std::mem::replace(chunk, Arc::new(empty(chunk)));
        if gone.lines().is_empty() {
            return;
        }
        self.bytes -= gone.bytes();
        self.aged += gone.lines().len() as u64;
        let left = self.unfold(number);
        self.forget(number, &gone);
        for head in left {
            self.ask(head);
        }
    }

    /// The heads of other chunks that are to be asked again.
    fn unfold(&mut self, number: u32) -> Vec<Entry> {
        if self.folds.is_empty() {
            return Vec::new();
        }
        let left = Arc::make_mut(&mut self.folds).unfold(number);
        let asked = if self.filter.is_empty() {
            0
        } else {
            left.len()
        };
        left.into_iter().take(asked).collect()
    }
}

/// What stands where a chunk stood.
fn empty(chunk: &Chunk) -> Chunk {
    Chunk {
        source: chunk.source.clone(),
        text: String::new(),
        lines: Vec::new(),
        streams: Vec::new(),
        originals: Vec::new(),
        paths: Paths::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{chunk, texts};
    use super::*;
    use crate::logs::filter::Filter;

    #[test]
    fn the_newest_chunk_can_go_and_what_comes_is_not_folded_under_it() {
        let mut ring = Ring::new(1 << 20);
        ring.push(chunk(&[(1, "a"), (2, "ERROR b")]));
        let (older, newer) = (ring.next() - 1, ring.next());
        ring.push(chunk(&[(3, "  at c"), (4, "ERROR d")]));
        let full = (ring.bytes(), ring.standing());
        ring.take_out(&[newer]);
        assert!(ring.bytes() < full.0 && full.1 == 4);
        assert_eq!(
            (texts(&ring), ring.standing()),
            (vec!["a".to_owned(), "ERROR b".to_owned()], 2)
        );
        ring.push(chunk(&[(5, "  at e"), (6, "f")]));
        assert_eq!((texts(&ring).len(), ring.standing()), (4, 4));
        ring.take_out(&[older, older, 77]);
        assert_eq!(
            (texts(&ring), ring.held()),
            (vec!["  at e".to_owned(), "f".to_owned()], 2)
        );
        assert_eq!(ring.next(), 3);
    }

    #[test]
    fn a_head_that_passed_for_what_was_under_it_passes_no_more() {
        let mut ring = Ring::new(1 << 20);
        ring.set_filter(Filter::parse("pear").unwrap());
        ring.push(chunk(&[(1, "ERROR b")]));
        ring.push(chunk(&[(2, "  at pear"), (3, "pear")]));
        assert_eq!(texts(&ring), ["ERROR b", "pear"]);
        ring.take_out(&[1]);
        assert!(texts(&ring).is_empty());
    }
}
