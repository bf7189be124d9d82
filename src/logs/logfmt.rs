//! logfmt: `level=info msg="said \"no\"" status=200`, one line of pairs.

use super::parse::Kind;
use super::scan::{Raw, closing_quote};

/// Of a logfmt line's first line the words before, between and behind the pairs.
pub fn between(line: &str) -> String {
    let line = line.lines().next().unwrap_or_default();
    let mut words = Vec::new();
    let mut end = 0;
    for raw in Pairs::new(line).into_iter().flatten() {
        words.push(line[end..raw.name.start].trim());
        end = raw.value.end + usize::from(raw.kind == Kind::Text);
    }
    words.push(line[end..].trim());
    words.retain(|words| !words.is_empty());
    words.join(" ")
}

/// Walks over the pairs of a line's first line; words that are none are passed over.
#[derive(Clone, Debug)]
pub(super) struct Pairs<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Pairs<'t> {
    /// Of a line that begins with a pair or holds two; prose that mentions one is no logfmt.
    pub fn new(line: &'t str) -> Option<Self> {
        let text = line.lines().next()?;
        memchr::memchr(b'=', text.as_bytes())?;
        let pairs = Self { text, at: 0 };
        let mut found = pairs.clone();
        let first = found.next()?;
        let begins = text[..first.name.start].trim_start().is_empty();
        (begins || found.next().is_some()).then_some(pairs)
    }

    fn skip_blanks(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn skip_word(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.find(char::is_whitespace).unwrap_or(rest.len());
    }

    /// The pair that begins here, if one does.
    fn pair(&mut self) -> Option<Raw> {
        let rest = &self.text[self.at..];
        let length = name_length(rest);
        if length == 0 || rest.as_bytes().get(length) != Some(&b'=') {
            return None;
        }
        let (name, start) = (self.at..self.at + length, self.at + length + 1);
        let quoted = self.text[start..].strip_prefix('"');
        if let Some(end) = quoted.and_then(|quoted| closing_quote(quoted, 0)) {
            let value = start + 1..start + 1 + end;
            self.at = value.end + 1;
            let escaped = self.text[value.clone()].contains('\\');
            let kind = Kind::Text;
            return Some(Raw {
                name,
                value,
                kind,
                escaped,
            });
        }
        self.at = start;
        self.skip_word();
        Some(Raw {
            name,
            value: start..self.at,
            kind: Kind::Literal,
            escaped: false,
        })
    }
}

impl Iterator for Pairs<'_> {
    type Item = Raw;

    fn next(&mut self) -> Option<Raw> {
        loop {
            self.skip_blanks();
            if self.at == self.text.len() {
                return None;
            }
            let pair = self.pair();
            if pair.is_some() {
                return pair;
            }
            self.skip_word();
        }
    }
}

/// How much of the text is a name: a letter, `_` or `@`, then letters, digits, `_`, `.`, `-`, `@`.
pub(super) fn name_length(text: &str) -> usize {
    let begins = |b: u8| b.is_ascii_alphabetic() || matches!(b, b'_' | b'@');
    let goes_on = |b: u8| begins(b) || b.is_ascii_digit() || matches!(b, b'.' | b'-');
    match text.bytes().next() {
        Some(first) if begins(first) => text.bytes().take_while(|b| goes_on(*b)).count(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse::fields;
    use super::super::parse::tests::{pairs, read};
    use super::between;
    use proptest::prelude::*;

    fn is_read_as(line: &str, expected: &[(&str, &str)]) {
        assert_eq!(read(line), pairs(expected), "{line}");
    }

    #[test]
    fn pairs_are_read_bare_and_quoted() {
        is_read_as(
            r#"level=info msg="said \"no\"" status=200 empty= trace_id=ab-1"#,
            &[
                ("level", "info"),
                ("msg", "said \"no\""),
                ("status", "200"),
                ("empty", ""),
                ("trace_id", "ab-1"),
            ],
        );
    }

    #[test]
    fn words_between_pairs_cost_nothing() {
        is_read_as(
            "2024-08-06 INFO GET /x?a=1 status=500 duration=12ms done",
            &[("status", "500"), ("duration", "12ms")],
        );
    }

    #[test]
    fn prose_with_one_pair_is_no_logfmt() {
        for prose in [
            "set x=1 please",
            "a == b",
            "=",
            "x",
            "",
            "1=2 3=4",
            "no =pair =here",
        ] {
            is_read_as(prose, &[]);
        }
    }

    #[test]
    fn a_quote_that_never_closes_is_a_bare_word() {
        is_read_as(r#"a="b c=d"#, &[("a", "\"b"), ("c", "d")]);
    }

    #[test]
    fn only_the_first_line_of_an_event_has_pairs() {
        is_read_as("level=error\n\tat x=1", &[("level", "error")]);
    }

    #[test]
    fn words_that_are_no_pair_are_kept() {
        for (line, words) in [
            (
                "connection to database refused, giving up host=db-1 port=5432",
                "connection to database refused, giving up",
            ),
            ("a x=1 b  c y=\"2 3\" d", "a b  c d"),
            ("level=info status=200", ""),
            ("x=1 y=2 failed\n\tat z=3", "failed"),
        ] {
            assert_eq!(between(line), words, "{line}");
        }
    }

    proptest! {
        #[test]
        fn every_word_is_in_a_pair_or_between(line in r#"([a-z]{1,3}=|[ "=\\한\n.\-@0-9]|x="y z"){0,30}"#) {
            let line = line.lines().next().unwrap_or_default();
            let length = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
            let of_pairs = |pairs: super::Pairs<'_>| pairs.map(|raw| {
                length(&line[raw.name]) + 1 + length(&line[raw.value.clone()]) + 2 * usize::from(raw.kind == super::Kind::Text)
            }).sum::<usize>();
            let pairs = super::Pairs::new(line).map_or(0, of_pairs);
            prop_assert_eq!(length(&between(line)) + pairs, length(line));
        }

        #[test]
        fn nothing_panics_and_the_walk_ends(line in r#"([a-z]{1,3}=|[ "=\\한\n.\-@0-9]|x="y z"){0,30}"#) {
            prop_assert!(fields(&line).count() <= line.len());
        }
    }
}
