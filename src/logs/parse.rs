//! The top level of a JSON line, read without recursion and without giving up:
//! a broken member costs that member and no other.

use std::borrow::Cow;

/// What a member's value was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A number, true, false or null.
    Literal,
    /// An object or array, as it stands.
    Nested,
    /// A string with unescaped quotes in it, as it stands.
    Broken,
}

/// One member of the line's object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field<'t> {
    pub name: Cow<'t, str>,
    /// Decoded where it was a string.
    pub value: Cow<'t, str>,
    pub kind: Kind,
}

/// The members of a line that is a JSON object, or begins as one; empty for every other line.
pub fn fields(line: &str) -> Fields<'_> {
    let text = line.trim();
    let at = if text.starts_with('{') { 1 } else { text.len() };
    Fields { text, at }
}

/// Walks over the members of one line.
#[derive(Clone, Debug)]
pub struct Fields<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Iterator for Fields<'t> {
    type Item = Field<'t>;

    fn next(&mut self) -> Option<Field<'t>> {
        let found = self.member();
        if found.is_none() {
            self.at = self.text.len();
        }
        found
    }
}

impl<'t> Fields<'t> {
    fn member(&mut self) -> Option<Field<'t>> {
        self.skip(b", \t\r\n");
        let name = self.string()?;
        self.skip(b" \t\r\n");
        self.eat(b':')?;
        self.skip(b" \t\r\n");
        let (value, kind) = self.value()?;
        Some(Field { name, value, kind })
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, expected: u8) -> Option<()> {
        (self.byte()? == expected).then(|| self.at += 1)
    }

    fn skip(&mut self, any_of: &[u8]) {
        self.at += self.text.as_bytes()[self.at..]
            .iter()
            .take_while(|b| any_of.contains(b))
            .count();
    }

    fn string(&mut self) -> Option<Cow<'t, str>> {
        self.eat(b'"')?;
        let start = self.at;
        let end = start + closing_quote(&self.text[start..])?;
        self.at = end + 1;
        Some(unescape(&self.text[start..end]))
    }

    fn value(&mut self) -> Option<(Cow<'t, str>, Kind)> {
        match self.byte()? {
            b'"' => Some(self.text_value()),
            b'{' | b'[' => Some((self.take(nested_end(&self.text[self.at..])), Kind::Nested)),
            _ => Some((
                self.take(literal_end(&self.text[self.at..])?),
                Kind::Literal,
            )),
        }
    }

    fn take(&mut self, length: usize) -> Cow<'t, str> {
        let taken = &self.text[self.at..self.at + length];
        self.at += length;
        Cow::Borrowed(taken)
    }

    /// A string, or what was meant to be one: its quote counts only where the object goes on after it.
    fn text_value(&mut self) -> (Cow<'t, str>, Kind) {
        let rest = &self.text[self.at + 1..];
        let (length, kind) = match closing_quote(rest) {
            Some(end) if goes_on(&rest[end + 1..]) => (end, Kind::Text),
            _ => (broken_end(rest), Kind::Broken),
        };
        self.at += 1 + length + 1;
        self.at = self.at.min(self.text.len());
        let value = &rest[..length];
        (
            if kind == Kind::Text {
                unescape(value)
            } else {
                Cow::Borrowed(value)
            },
            kind,
        )
    }
}

/// The first quote that no backslash escapes.
fn closing_quote(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', &bytes[at..])?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
        if at > bytes.len() {
            return None;
        }
    }
}

/// Whether after a value the object goes on or ends.
fn goes_on(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with('}') && rest[1..].trim().is_empty() || next_member(rest)
}

/// `, "name" :`, or as much of it as was not cut off.
fn next_member(rest: &str) -> bool {
    let Some(after_comma) = rest.strip_prefix(',').map(str::trim_start) else {
        return false;
    };
    let Some(name) = after_comma.strip_prefix('"') else {
        return after_comma.is_empty();
    };
    let after_name = closing_quote(name).map_or("", |end| name[end + 1..].trim_start());
    after_name.is_empty() || after_name.starts_with(':')
}

/// Where a string with unescaped quotes ends: after the bracket that closes what it holds, else at the first quote
/// after which the object goes on, else with the line.
fn broken_end(text: &str) -> usize {
    let held = if text.starts_with(['{', '[']) {
        nested_end_of_broken(text)
    } else {
        None
    };
    let at_quote =
        || memchr::memchr_iter(b'"', text.as_bytes()).find(|at| goes_on(&text[at + 1..]));
    held.or_else(at_quote).unwrap_or(text.len())
}

fn nested_end_of_broken(text: &str) -> Option<usize> {
    let end = brackets_end(text, false)?;
    let spaces = text[end..].len() - text[end..].trim_start().len();
    let quote = end + spaces;
    (text[quote..].starts_with('"') && goes_on(&text[quote + 1..])).then_some(quote)
}

/// Where the object or array that opens the text ends; the whole of it where it does not.
fn nested_end(text: &str) -> usize {
    brackets_end(text, true).unwrap_or(text.len())
}

fn brackets_end(text: &str, skip_strings: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' if skip_strings => at += 1 + closing_quote(&text[at + 1..])?,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

fn literal_end(text: &str) -> Option<usize> {
    let end = text
        .find([',', '}', ']', ' ', '\t', '\r', '\n', '"'])
        .unwrap_or(text.len());
    (end > 0).then_some(end)
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(line: &str) -> Vec<(String, String)> {
        fields(line)
            .map(|f| (f.name.into_owned(), f.value.into_owned()))
            .collect()
    }

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
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
