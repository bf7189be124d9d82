//! The value that stands after a name: in JSON, in escaped JSON, after `=`, `:`, `--flag` or in XML.

use super::super::MARK;
use super::Span;
use std::ops::Range;

/// A name in the text, and where it ends.
pub(super) struct Key<'t> {
    pub name: &'t str,
    pub end: usize,
}

/// How far a value without quotes goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Word,
    /// `Bearer abc`: the scheme and what follows it.
    Scheme,
    /// `a=b; c=d`.
    Cookie,
}

impl Key<'_> {
    fn has(&self, part: &str) -> bool {
        self.name
            .as_bytes()
            .windows(part.len())
            .any(|w| w.eq_ignore_ascii_case(part.as_bytes()))
    }

    fn reach(&self) -> Reach {
        match () {
            () if self.has("authorization") => Reach::Scheme,
            () if self.has("cookie") => Reach::Cookie,
            () => Reach::Word,
        }
    }

    /// `conn` alone stands in names of counts and in a header.
    fn only_connects(&self) -> bool {
        self.has("conn")
            && ![
                "pass",
                "pwd",
                "secret",
                "token",
                "key",
                "credential",
                "private",
            ]
            .iter()
            .any(|p| self.has(p))
    }
}

/// What is left of the text, eaten from the front.
struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn eat(&mut self, one_of: &[char]) -> bool {
        let found = self.rest().chars().next().filter(|c| one_of.contains(c));
        self.at += found.map_or(0, char::len_utf8);
        found.is_some()
    }

    fn eat_all(&mut self, one_of: &[char]) -> usize {
        let before = self.at;
        while self.eat(one_of) {}
        self.at - before
    }

    /// A quote, with the backslashes before it.
    fn quote(&mut self) -> Option<&'t str> {
        let slashes = self.rest().bytes().take_while(|b| *b == b'\\').count();
        let quote = self
            .rest()
            .get(..=slashes)
            .filter(|q| q.ends_with(['"', '\'']))?;
        self.at += quote.len();
        Some(quote)
    }
}

/// The value that belongs to `key`, if one follows.
pub(super) fn value_after(text: &str, key: &Key<'_>) -> Option<Span> {
    let mut cursor = Cursor { text, at: key.end };
    cursor.eat_all(&[MARK]);
    let key_quote = cursor.quote();
    cursor.eat_all(&[MARK, ']']);
    if cursor.eat(&['>']) {
        let inner = cursor.rest().find('<')?;
        return span(cursor.at..cursor.at + inner, false);
    }
    let spaced = cursor.eat_all(&[' ', '\t', MARK]) > 0;
    let flag = spaced && key.name.starts_with('-');
    if !separator(&mut cursor, key_quote) && !flag {
        return None;
    }
    cursor.eat_all(&[' ', '\t', MARK]);
    value(&mut cursor, key, key_quote == Some("\""))
}

/// `:`, `=`, `=>`, `:=`; or after a quoted name `, "value":` (a name-value pair).
fn separator(cursor: &mut Cursor<'_>, key_quote: Option<&str>) -> bool {
    if cursor.eat_all(&[':', '=']) > 0 {
        cursor.eat(&['>']);
        return true;
    }
    key_quote.is_some() && cursor.eat(&[',']) && is_value_member(cursor)
}

fn is_value_member(cursor: &mut Cursor<'_>) -> bool {
    cursor.eat_all(&[' ', '\n', '\r', '\t']);
    let opened = cursor.quote().is_some();
    let named = cursor
        .rest()
        .get(..5)
        .is_some_and(|word| word.eq_ignore_ascii_case("value"));
    if !opened || !named {
        return false;
    }
    cursor.at += 5;
    cursor.quote().is_some() && {
        cursor.eat_all(&[' ']);
        cursor.eat(&[':'])
    }
}

fn value(cursor: &mut Cursor<'_>, key: &Key<'_>, json: bool) -> Option<Span> {
    let start = cursor.at;
    if let Some(quote) = cursor.quote() {
        let inner = quoted_end(cursor.rest(), quote);
        return span(cursor.at..cursor.at + inner, false);
    }
    if cursor.rest().starts_with(['{', '[']) {
        return span(start..start + bracket_end(cursor.rest()), json);
    }
    let word = &cursor.rest()[..bare_end(cursor.rest(), key.reach())];
    if tells_nothing(word, key) {
        None
    } else {
        span(start..start + word.len(), json)
    }
}

fn span(range: Range<usize>, quoted: bool) -> Option<Span> {
    (!range.is_empty()).then_some(Span { range, quoted })
}

fn tells_nothing(word: &str, key: &Key<'_>) -> bool {
    let is = |one_of: &[&str]| one_of.iter().any(|w| w.eq_ignore_ascii_case(word));
    is(&["true", "false", "null", "none", "nil", "undefined"])
        || (key.only_connects()
            && (is(&["keep-alive", "close", "upgrade"]) || word.parse::<f64>().is_ok()))
}

/// Where the quote that opened closes; the end of the text where it does not.
fn quoted_end(text: &str, quote: &str) -> usize {
    let escapes = quote.len() - 1;
    let closes = |at: &usize| {
        text[..*at]
            .bytes()
            .rev()
            .take_while(|b| *b == b'\\')
            .count()
    };
    let mut found = text.match_indices(&quote[escapes..]).map(|(at, _)| at);
    let end = if escapes == 0 {
        found.find(|at| closes(at) % 2 == 0)
    } else {
        found.find(|at| closes(at) <= escapes)
    };
    end.map_or(text.len(), |at| at - closes(&at).min(escapes))
}

/// Where the bracket that opens the text closes; strings are skipped.
fn bracket_end(text: &str) -> usize {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, b) in text.bytes().enumerate() {
        match b {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    text.len()
}

fn bare_end(text: &str, reach: Reach) -> usize {
    let word = |text: &str, stops: &[char]| {
        text.find(|c: char| c.is_whitespace() || c == MARK || stops.contains(&c))
            .unwrap_or(text.len())
    };
    let hard = [',', ';', '&', ')', ']', '}', '"', '\'', '<', '>', '\\'];
    let first = word(text, &hard);
    match reach {
        Reach::Word => first,
        Reach::Scheme => scheme_end(text, first, &|rest| word(rest, &hard)),
        Reach::Cookie => cookie_end(text, &|rest| word(rest, &['"', '\'', '<', '\\'])),
    }
}

fn scheme_end(text: &str, first: usize, word: &dyn Fn(&str) -> usize) -> usize {
    let known = [
        "bearer",
        "basic",
        "digest",
        "token",
        "apikey",
        "negotiate",
        "ntlm",
    ];
    let rest = text[first..].trim_start_matches([' ', '\t']);
    if !known
        .iter()
        .any(|scheme| scheme.eq_ignore_ascii_case(&text[..first]))
        || rest.is_empty()
    {
        return first;
    }
    text.len() - rest.len() + word(rest)
}

fn cookie_end(text: &str, word: &dyn Fn(&str) -> usize) -> usize {
    let mut end = word(text);
    while text[..end].ends_with(';') && text[end..].starts_with(' ') {
        end += 1 + word(&text[end + 1..]);
    }
    end
}
