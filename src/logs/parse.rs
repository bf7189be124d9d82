//! The members of a line: the top level of a JSON object, read without recursion
//! and without giving up, or the pairs of logfmt.

use super::logfmt::Pairs;
use super::scan::{Raw, Walk};
use std::borrow::Cow;

/// What a member's value was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A number, true, false or null; in logfmt any bare word.
    Literal,
    /// An object or array, as it stands.
    Nested,
    /// A string with unescaped quotes in it, as it stands.
    Broken,
}

/// One member of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field<'t> {
    pub name: Cow<'t, str>,
    /// Decoded where it was a string.
    pub value: Cow<'t, str>,
    pub kind: Kind,
}

/// The members of a line that is a JSON object, or begins as one, or is logfmt; empty for every other line.
pub fn fields(line: &str) -> Fields<'_> {
    let walk = Walk::new(line).map(Way::Json);
    let walk = walk
        .or_else(|| Pairs::new(line).map(Way::Logfmt))
        .unwrap_or(Way::Plain);
    Fields { line, walk }
}

/// Walks over the members of one line.
#[derive(Clone, Debug)]
pub struct Fields<'t> {
    line: &'t str,
    walk: Way<'t>,
}

#[derive(Clone, Debug)]
enum Way<'t> {
    Json(Walk<'t>),
    Logfmt(Pairs<'t>),
    Plain,
}

impl<'t> Iterator for Fields<'t> {
    type Item = Field<'t>;

    fn next(&mut self) -> Option<Field<'t>> {
        let raw = match &mut self.walk {
            Way::Json(walk) => walk.next(),
            Way::Logfmt(pairs) => pairs.next(),
            Way::Plain => None,
        }?;
        Some(decoded(self.line, &raw))
    }
}

/// A member of `line`, decoded.
pub(super) fn decoded<'t>(line: &'t str, raw: &Raw) -> Field<'t> {
    let value = &line[raw.value.clone()];
    Field {
        name: unescape(&line[raw.name.clone()]),
        value: if raw.escaped {
            unescape(value)
        } else {
            Cow::Borrowed(value)
        },
        kind: raw.kind,
    }
}

/// Decodes a JSON string; a malformed escape stays as it stands.
pub fn unescape(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (decoded, length) = escape(&rest[at..]);
        match decoded {
            Some(c) => out.push(c),
            None => out.push_str(&rest[at..at + length]),
        }
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Where in an escaped text the byte stands that is at `decoded` in what [`unescape`] makes of it.
pub(super) fn escaped_at(text: &str, decoded: usize) -> usize {
    let (mut at, mut left) = (0, decoded);
    while left > 0 && at < text.len() {
        let plain = text[at..].find('\\').unwrap_or(text.len() - at);
        if plain >= left {
            return at + left;
        }
        let (char, length) = escape(&text[at + plain..]);
        at += plain + length;
        left = left.saturating_sub(plain + char.map_or(length, char::len_utf8));
    }
    at
}

/// What the escape at the begin of the text means, and how long it is.
fn escape(text: &str) -> (Option<char>, usize) {
    let simple = |c| (Some(c), 2);
    match text.as_bytes().get(1) {
        Some(b'"') => simple('"'),
        Some(b'\\') => simple('\\'),
        Some(b'/') => simple('/'),
        Some(b'b') => simple('\u{8}'),
        Some(b'f') => simple('\u{c}'),
        Some(b'n') => simple('\n'),
        Some(b'r') => simple('\r'),
        Some(b't') => simple('\t'),
        Some(b'u') => unicode_escape(text),
        _ => (None, 1),
    }
}

fn unicode_escape(text: &str) -> (Option<char>, usize) {
    let unit = |at: usize| {
        text.get(at..at + 4)
            .and_then(|hex| u16::from_str_radix(hex, 16).ok())
    };
    let Some(first) = unit(2) else {
        return (None, 2);
    };
    let second = text
        .get(6..8)
        .filter(|next| *next == "\\u")
        .and_then(|_| unit(8));
    let pair = [Some(first), second].into_iter().flatten();
    match char::decode_utf16(pair).next() {
        Some(Ok(c)) => (Some(c), if c.len_utf16() == 2 { 12 } else { 6 }),
        _ => (Some(char::REPLACEMENT_CHARACTER), 6),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The members of a line, name and value.
    pub(in crate::logs) fn read(line: &str) -> Vec<(String, String)> {
        fields(line)
            .map(|f| (f.name.into_owned(), f.value.into_owned()))
            .collect()
    }

    pub(in crate::logs) fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn members_are_read_and_strings_decoded() {
        let line = r#" {"a":"x\"\u001b\n\ud83d\ude00","b" : -1.5e3, "c":null,"d":{"e":["}"]},"f":[1,{"g":"]"}],"h":true} "#;
        let expected = [
            ("a", "x\"\u{1b}\n😀"),
            ("b", "-1.5e3"),
            ("c", "null"),
            ("d", r#"{"e":["}"]}"#),
            ("f", r#"[1,{"g":"]"}]"#),
            ("h", "true"),
        ];
        assert_eq!(read(line), pairs(&expected));
    }

    #[test]
    fn an_unescaped_object_in_a_string_costs_no_other_member() {
        let line = r#"{"path":"/p","visitor":"{ "userId":null, "role":"GUEST" }","time":"2024-08-06T07:29:48.745","duration":"0ms"}"#;
        let expected = [
            ("path", "/p"),
            ("visitor", r#"{ "userId":null, "role":"GUEST" }"#),
            ("time", "2024-08-06T07:29:48.745"),
            ("duration", "0ms"),
        ];
        assert_eq!(read(line), pairs(&expected));
        assert_eq!(fields(line).nth(1).map(|f| f.kind), Some(Kind::Broken));
    }

    #[test]
    fn an_unescaped_object_without_spaces_is_not_taken_for_the_end() {
        let line = r#"{"visitor":"{"userId":"7","role":"GUEST"}","layer":"ENTRANCE"}"#;
        assert_eq!(
            read(line),
            pairs(&[
                ("visitor", r#"{"userId":"7","role":"GUEST"}"#),
                ("layer", "ENTRANCE")
            ])
        );
        assert_eq!(
            read(r#"{"visitor":"{"a":1}"}"#),
            pairs(&[("visitor", r#"{"a":1}"#)])
        );
    }

    #[test]
    fn unescaped_quotes_in_prose_cost_no_other_member() {
        let line = r#"{"message":"said "no" twice","status":500}"#;
        assert_eq!(
            read(line),
            pairs(&[("message", r#"said "no" twice"#), ("status", "500")])
        );
    }

    #[test]
    fn what_is_cut_off_is_kept_as_far_as_it_goes() {
        assert_eq!(
            read(r#"{"a":"1","b":"cut"#),
            pairs(&[("a", "1"), ("b", "cut")])
        );
        assert_eq!(
            read(r#"{"a":"1","b":{"c":"#),
            pairs(&[("a", "1"), ("b", r#"{"c":"#)])
        );
        assert_eq!(read(r#"{"a":"1","b"#), pairs(&[("a", "1")]));
        assert_eq!(read(r#"{"a":"1\"#), pairs(&[("a", "1\\")]));
    }

    #[test]
    fn other_lines_have_no_members() {
        for line in [
            "",
            "plain",
            "[1,2]",
            "{",
            "{}",
            "{not json}",
            "\"{\"",
            "{ 한글 }",
        ] {
            assert_eq!(read(line), [], "{line}");
        }
    }

    #[test]
    fn depth_is_no_trouble() {
        let deep = format!(r#"{{"a":{},"b":1}}"#, "[".repeat(500_000));
        assert_eq!(read(&deep)[0].0, "a");
        assert_eq!(
            read(&format!(
                r#"{{"a":{}{},"b":1}}"#,
                "[".repeat(500_000),
                "]".repeat(500_000)
            ))[1],
            ("b".into(), "1".into())
        );
    }

    #[test]
    fn malformed_escapes_stay_as_they_are() {
        assert_eq!(unescape(r"a\qb\u12\ud800x\"), "a\\qb\\u12\u{fffd}x\\");
    }

    proptest! {
        #[test]
        fn nothing_panics_and_the_walk_ends(line in r#"\{?(["\\{}\[\]:, a1한]|"a":|\\u12){0,40}"#) {
            prop_assert!(fields(&line).count() <= line.len());
        }

        #[test]
        fn what_serde_json_writes_is_read_back(values in prop::collection::btree_map("[a-z\"\\\\]{1,6}", any::<String>(), 0..6)) {
            let line = serde_json::to_string(&values).unwrap_or_default();
            let expected: Vec<(String, String)> = values.into_iter().collect();
            prop_assert_eq!(read(&line), expected);
        }
    }
}
