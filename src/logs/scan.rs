//! The walk over the top level of a JSON object, as ranges of the text: nothing
//! is copied, nothing is decoded, and a broken member costs that member alone.

mod ends;

pub(super) use ends::closing_quote;

use super::marks::Marks;
use super::parse::Kind;
use ends::{broken_end, goes_on, literal_end, nested_end};
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
    at: usize,
    /// Where the next member's name begins and ends, where looking at what follows a value has found it; `at` is
    /// behind its colon. An end of 0: it was not found.
    ahead: (usize, usize),
    /// The quotes and backslashes from `at` on, or some more that are before it.
    marks: Marks<'t>,
}

impl<'t> Walk<'t> {
    /// Over a line that is a JSON object, or begins as one; over no other.
    #[inline]
    pub fn new(line: &'t str) -> Option<Self> {
        let (text, at) = match line.as_bytes() {
            [b'{', .., b'}'] => (line, 1),
            _ => opened(line)?,
        };
        let marks = Marks::from(text, at);
        let mut walk = Self {
            at,
            ahead: (0, 0),
            marks,
        };
        walk.look_ahead(at, marks);
        Some(walk)
    }

    /// Over the rest of a line, from the value at a place on, whose name stands where given.
    #[cold]
    pub fn at_value(line: &'t str, name: &Range<usize>, at: usize) -> Self {
        Self {
            at,
            ahead: (name.start, name.end),
            marks: Marks::from(line.trim_end(), at),
        }
    }

    /// A member as most writers write them: `"name":"value",` or `"name":200,`, and a name after it. Nothing has
    /// changed where this one is not.
    #[inline]
    pub fn usual(&mut self) -> Option<Raw> {
        let (start, end) = self.ahead;
        if end == 0 {
            return None;
        }
        let name = start..end;
        if self.byte() != Some(b'"') {
            return self.usual_literal(name);
        }
        let start = self.at + 1;
        let mut marks = self.marks;
        marks.skip();
        let (end, escaped) = marks.closing();
        let end = end?;
        self.goes_on(end + 1, marks).then_some(Raw {
            name,
            value: start..end,
            kind: Kind::Text,
            escaped,
        })
    }

    #[inline]
    fn usual_literal(&mut self, name: Range<usize>) -> Option<Raw> {
        let mut end = self.at;
        while self.bytes().get(end)?.is_ascii_alphanumeric() {
            end += 1;
        }
        let value = self.at..end;
        let usual = !value.is_empty() && self.goes_on(end, self.marks);
        usual.then_some(Raw {
            name,
            value,
            kind: Kind::Literal,
            escaped: false,
        })
    }

    /// Goes on behind a value, if the next name or the end stands there as usual; `marks` are those from there on.
    #[inline]
    fn goes_on(&mut self, at: usize, marks: Marks<'t>) -> bool {
        match self.bytes().get(at) {
            Some(b',') => self.look_ahead(at + 1, marks),
            Some(b'}') if at + 1 == self.bytes().len() => {
                (self.at, self.ahead, self.marks) = (at, (0, 0), marks);
                true
            }
            _ => false,
        }
    }

    /// Reads `"name":` as most writers write it, and goes behind it; answers whether it stands here.
    #[inline]
    fn look_ahead(&mut self, at: usize, mut marks: Marks<'t>) -> bool {
        let bytes = self.bytes();
        if bytes.get(at) != Some(&b'"') {
            return false;
        }
        marks.skip();
        let end = marks.next();
        let found = bytes.get(end) == Some(&b'"') && bytes.get(end + 1) == Some(&b':');
        if found {
            (self.at, self.ahead, self.marks) = (end + 2, (at + 1, end), marks);
        }
        found
    }

    #[inline]
    fn bytes(&self) -> &'t [u8] {
        self.marks.text().as_bytes()
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.bytes().get(self.at).copied()
    }

    /// Any other member, and the walk behind it.
    #[cold]
    pub fn odd(mut self) -> (Self, Option<Raw>) {
        let member = self.member();
        self.ahead = (0, 0);
        self.marks = Marks::from(self.marks.text(), self.at);
        self.goes_on(self.at, self.marks);
        (self, member)
    }

    fn member(&mut self) -> Option<Raw> {
        let name = match self.ahead {
            (_, 0) => self.name()?,
            (start, end) => start..end,
        };
        self.skip(b" \t\r\n");
        let raw = self.value(name);
        if raw.is_none() {
            self.at = self.bytes().len();
        }
        raw
    }

    fn name(&mut self) -> Option<Range<usize>> {
        self.skip(b", \t\r\n");
        self.eat(b'"')?;
        let start = self.at;
        let end = closing_quote(self.marks.text(), start)?;
        self.at = end + 1;
        self.skip(b" \t\r\n");
        self.eat(b':')?;
        Some(start..end)
    }

    fn eat(&mut self, expected: u8) -> Option<()> {
        (self.byte()? == expected).then(|| self.at += 1)
    }

    fn skip(&mut self, any_of: &[u8]) {
        while self.byte().is_some_and(|b| any_of.contains(&b)) {
            self.at += 1;
        }
    }

    fn value(&mut self, name: Range<usize>) -> Option<Raw> {
        if self.byte()? == b'"' {
            return Some(self.text_value(name));
        }
        let rest = &self.marks.text()[self.at..];
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
    fn text_value(&mut self, name: Range<usize>) -> Raw {
        let (text, start) = (self.marks.text(), self.at + 1);
        let (end, escaped) = Marks::from(text, start).closing();
        let whole = end.filter(|end| goes_on(&text[end + 1..]));
        let kind = whole.map_or(Kind::Broken, |_| Kind::Text);
        let end = whole.unwrap_or_else(|| start + broken_end(&text[start..]));
        self.at = (end + 1).min(text.len());
        Raw {
            name,
            value: start..end,
            kind,
            escaped: escaped && kind == Kind::Text,
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = Raw;

    #[inline]
    fn next(&mut self) -> Option<Raw> {
        self.usual().or_else(|| {
            let (behind, found) = self.clone().odd();
            *self = behind;
            found
        })
    }
}

/// The text without the blanks at its end, and where its object's bracket has opened.
#[cold]
fn opened(line: &str) -> Option<(&str, usize)> {
    let text = line.trim_end();
    let inner = text.trim_start().strip_prefix('{')?;
    Some((text, text.len() - inner.len()))
}
