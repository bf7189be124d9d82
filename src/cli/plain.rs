//! The last pass of every subcommand's output: under `LANG=C` or `--ascii` no byte ≥ 0x80 leaves.

use super::args::Output;
use crate::view::ascii;
use std::io::{self, Write};

/// Writes what is nearest within ASCII; in JSON the very character, escaped.
pub struct Plain<'a> {
    to: &'a mut dyn Write,
    form: Output,
    /// The beginning of a character that the next write brings the rest of.
    begun: Vec<u8>,
}

impl<'a> Plain<'a> {
    /// Over `to`; `form` says how a character beyond ASCII is put.
    pub fn over(to: &'a mut dyn Write, form: Output) -> Self {
        Self {
            to,
            form,
            begun: Vec::new(),
        }
    }

    fn put(&self, text: &str, into: &mut String) {
        for c in text.chars() {
            match (c.is_ascii(), self.form) {
                (true, _) => into.push(c),
                (false, Output::Text) => spell(c, into),
                (false, Output::Json) => escape(c, into),
            }
        }
    }
}

impl Write for Plain<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = std::mem::take(&mut self.begun);
        all.extend_from_slice(bytes);
        let mut plain = String::with_capacity(all.len());
        for chunk in all.utf8_chunks() {
            self.put(chunk.valid(), &mut plain);
            if is_begun(chunk.invalid(), &all) {
                self.begun = chunk.invalid().to_vec();
            } else if !chunk.invalid().is_empty() {
                plain.push('?');
            }
        }
        self.to.write_all(plain.as_bytes()).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Whether `bytes` end `all` and could become a character with more behind them.
fn is_begun(bytes: &[u8], all: &[u8]) -> bool {
    !bytes.is_empty()
        && all.ends_with(bytes)
        && std::str::from_utf8(bytes).is_err_and(|e| e.error_len().is_none())
}

/// A line has room for what a cell has not.
fn spell(c: char, into: &mut String) {
    match c {
        '→' => into.push_str("->"),
        '←' => into.push_str("<-"),
        '≤' => into.push_str("<="),
        '≥' => into.push_str(">="),
        '…' => into.push_str("..."),
        other => into.push(ascii::nearest(other)),
    }
}

fn escape(c: char, into: &mut String) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        let digits = [12, 8, 4, 0].map(|by| char::from_digit(u32::from(*unit >> by & 15), 16));
        into.push_str("\\u");
        into.extend(digits.into_iter().flatten());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The text in two writes, cut at this byte.
    fn plain(text: &str, cut: usize, form: Output) -> String {
        let mut out = Vec::new();
        let (first, second) = text.as_bytes().split_at(cut.min(text.len()));
        let mut plain = Plain::over(&mut out, form);
        plain.write_all(first).unwrap();
        plain.write_all(second).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_gets_the_nearest_and_json_the_same_character() {
        let said = "min 2 → 3 … “é” 한 🍎";
        assert_eq!(plain(said, 0, Output::Text), "min 2 -> 3 ... \"?\" ? ?");
        let json = plain(&serde_json::json!(said).to_string(), 0, Output::Json);
        assert!(json.is_ascii(), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), said);
    }

    proptest! {
        #[test]
        fn it_does_not_matter_where_a_write_is_cut(text in "\\PC{0,12}", cut in 0usize..40) {
            for form in [Output::Text, Output::Json] {
                let cut = plain(&text, cut, form);
                prop_assert!(cut.is_ascii());
                prop_assert_eq!(&cut, &plain(&text, 0, form));
            }
        }
    }
}
