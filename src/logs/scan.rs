//! The walk over the top level of a JSON object, as ranges of the text: nothing
//! is copied, nothing is decoded, and a broken member costs that member alone.

use super::bytes::quote_or_escape;
use super::parse::Kind;
use std::ops::Range;

/// One member, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Raw {
    /// Without its quotes.
    pub name: Range<usize>,
    /// Without its quotes where it is a string.
    pub value: Range<usize>,
    pub kind: Kind,
    /// A string with a backslash in it.
    pub escaped: bool,
}

/// Walks over the members of one line.
#[derive(Clone, Debug)]
pub(super) struct Walk<'t> {
    text: &'t str,
    at: usize,
    /// The next member's name, where looking at what follows a value has found it; `at` is behind its colon.
    ahead: Option<Range<usize>>,
}

impl<'t> Walk<'t> {
    /// Over a line that is a JSON object, or begins as one; over no other.
    pub fn new(line: &'t str) -> Option<Self> {
        let text = line.trim_end();
        let at = if text.starts_with('{') {
            1
        } else {
            text.len() - text.trim_start().strip_prefix('{')?.len()
        };
        Some(Self {
            text,
            at,
            ahead: None,
        })
    }

    #[inline]
    fn member(&mut self) -> Option<Raw> {
        let name = match self.ahead.take() {
            Some(name) => name,
            None => self.name()?,
        };
        self.skip(b" \t\r\n");
        let raw = self.value(name)?;
        if self.ahead.is_none() {
            self.look_ahead(self.at);
        }
        Some(raw)
    }

    #[inline]
    fn name(&mut self) -> Option<Range<usize>> {
        self.skip(b", \t\r\n");
        self.eat(b'"')?;
        let start = self.at;
        let end = start + closing_quote(&self.text[start..])?;
        self.at = end + 1;
        self.skip(b" \t\r\n");
        self.eat(b':')?;
        Some(start..end)
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn eat(&mut self, expected: u8) -> Option<()> {
        (self.byte()? == expected).then(|| self.at += 1)
    }

    #[inline]
    fn skip(&mut self, any_of: &[u8]) {
        while self.byte().is_some_and(|b| any_of.contains(&b)) {
            self.at += 1;
        }
    }

    #[inline]
    fn value(&mut self, name: Range<usize>) -> Option<Raw> {
        if self.byte()? == b'"' {
            return Some(self.text_value(name));
        }
        let rest = &self.text[self.at..];
        let (length, kind) = if rest.starts_with(['{', '[']) {
            (nested_end(rest), Kind::Nested)
        } else {
            (literal_end(rest)?, Kind::Literal)
        };
        let value = self.at..self.at + length;
        self.at = value.end;
        Some(Raw {
            name,
            value,
            kind,
            escaped: false,
        })
    }

    /// A string, or what was meant to be one: its quote counts only where the object goes on after it.
    #[inline]
    fn text_value(&mut self, name: Range<usize>) -> Raw {
        let start = self.at + 1;
        let (end, escaped) = first_quote(self.text.as_bytes(), start);
        let kind = match end {
            Some(end) if self.goes_on(end + 1) => Kind::Text,
            _ => Kind::Broken,
        };
        let end = match end {
            Some(end) if kind == Kind::Text => end,
            _ => start + broken_end(&self.text[start..]),
        };
        self.at = self.at.max((end + 1).min(self.text.len()));
        Raw {
            name,
            value: start..end,
            kind,
            escaped: escaped && kind == Kind::Text,
        }
    }

    /// Whether after a value the object goes on or ends. The usual forms first.
    #[inline]
    fn goes_on(&mut self, after: usize) -> bool {
        self.look_ahead(after)
            || self.text.as_bytes()[after..] == *b"}"
            || goes_on(&self.text[after..])
    }

    /// Reads `,"name":` as most writers write it.
    #[inline]
    fn look_ahead(&mut self, from: usize) -> bool {
        let bytes = self.text.as_bytes();
        if bytes.get(from) != Some(&b',') || bytes.get(from + 1) != Some(&b'"') {
            return false;
        }
        let start = from + 2;
        let end = quote_or_escape(bytes, start);
        let found = bytes.get(end) == Some(&b'"') && bytes.get(end + 1) == Some(&b':');
        if found {
            self.ahead = Some(start..end);
            self.at = end + 2;
        }
        found
    }
}

impl Iterator for Walk<'_> {
    type Item = Raw;

    #[inline]
    fn next(&mut self) -> Option<Raw> {
        let found = self.member();
        if found.is_none() {
            self.at = self.text.len();
        }
        found
    }
}

/// The first quote that no backslash escapes, and whether there was a backslash before it.
#[inline]
fn first_quote(bytes: &[u8], mut at: usize) -> (Option<usize>, bool) {
    let mut escaped = false;
    loop {
        at = quote_or_escape(bytes, at);
        match bytes.get(at) {
            Some(b'"') => return (Some(at), escaped),
            Some(_) => escaped = true,
            None => return (None, escaped),
        }
        at += 2;
    }
}

/// The first quote that no backslash escapes.
pub(super) fn closing_quote(text: &str) -> Option<usize> {
    first_quote(text.as_bytes(), 0).0
}

#[inline]
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
            b'"' if skip_strings => at = first_quote(bytes, at + 1).0?,
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
    let ends = |b: &u8| matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n' | b'"');
    let end = text.bytes().position(|b| ends(&b)).unwrap_or(text.len());
    (end > 0).then_some(end)
}
