//! Where the quotes and backslashes of a text stand: found for 64 bytes at once
//! as the bits of a word, then taken bit by bit. A JSON line is read by them alone.

use crate::domain::text::block::{BLOCK, found};

/// Takes the places of quotes and backslashes in their order. Nothing is looked at before it is needed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks<'t> {
    text: &'t str,
    /// Where the block begins whose marks are in `left`.
    block: usize,
    /// The marks of the block that were not taken yet.
    left: u64,
}

impl<'t> Marks<'t> {
    /// Those from a place on.
    #[inline]
    pub fn from(text: &'t str, at: usize) -> Self {
        let block = at - at % BLOCK;
        let left = marked_at(text.as_bytes(), block) & (u64::MAX << (at % BLOCK));
        Self { text, block, left }
    }

    /// The text.
    #[inline]
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// Takes the next one; the length of the text where there is none.
    #[inline]
    pub fn next(&mut self) -> usize {
        while self.left == 0 {
            if self.text.len() - self.block <= BLOCK {
                return self.text.len();
            }
            self.block += BLOCK;
            self.left = marked_at(self.text.as_bytes(), self.block);
        }
        let place = self.block + self.left.trailing_zeros() as usize;
        self.left &= self.left - 1;
        place
    }

    /// Leaves out the next one, which is known to be there.
    #[inline]
    pub fn skip(&mut self) {
        if self.left == 0 {
            self.next();
        } else {
            self.left &= self.left - 1;
        }
    }

    /// Leaves out all before a place; none that was taken comes back.
    #[inline]
    pub fn pass(&mut self, at: usize) {
        match at - self.block {
            within @ 0..BLOCK => self.left &= u64::MAX << within,
            _ => *self = Self::from(self.text, at.min(self.text.len())),
        }
    }

    /// Takes all up to the first quote that no backslash escapes; whether there was a backslash before it.
    #[inline]
    pub fn closing(&mut self) -> (Option<usize>, bool) {
        let mut escaped = false;
        loop {
            let at = self.next();
            match self.text.as_bytes().get(at) {
                Some(b'"') => return (Some(at), escaped),
                Some(_) => self.pass(at + 2),
                None => return (None, escaped),
            }
            escaped = true;
        }
    }
}

/// The marks of the block that begins at a place.
#[inline]
fn marked_at(bytes: &[u8], block: usize) -> u64 {
    found(&bytes[block..], |byte| byte == b'"' || byte == b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(bytes: &[u8], from: usize) -> Vec<usize> {
        (from..bytes.len())
            .filter(|at| matches!(bytes[*at], b'"' | b'\\'))
            .collect()
    }

    fn taken(mut marks: Marks<'_>) -> Vec<usize> {
        let end = marks.text.len();
        std::iter::from_fn(|| Some(marks.next()).filter(|at| *at < end)).collect()
    }

    proptest! {
        #[test]
        fn they_are_what_a_byte_by_byte_search_finds(text in r#"([ -~\u{80}\u{1}"\\#!\]\[]{0,9}|x{0,70}|한{0,30}){0,9}"#, from in 0_usize..300, on in 0_usize..300) {
            let bytes = text.as_bytes();
            let from = from.min(text.len());
            let marks = Marks::from(&text, from);
            prop_assert_eq!(taken(marks), plain(bytes, from));
            let mut passed = marks;
            passed.pass(from + on);
            prop_assert_eq!(taken(passed), plain(bytes, from + on));
        }

        #[test]
        fn a_quote_closes_unless_a_backslash_stands_before_it(text in r#"["\\a]{0,140}"#) {
            let mut slow = None;
            let mut bytes = text.bytes().enumerate();
            while let Some((at, byte)) = bytes.next() {
                match byte {
                    b'"' => { slow = Some(at); break }
                    b'\\' => _ = bytes.next(),
                    _ => {}
                }
            }
            let until = &text[..slow.unwrap_or(text.len())];
            prop_assert_eq!(Marks::from(&text, 0).closing(), (slow, until.contains('\\')));
        }
    }
}
