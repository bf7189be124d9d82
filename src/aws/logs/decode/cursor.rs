//! Goes through JSON of a known shape. It takes no more than what is plain to see;
//! all else is [`Odd`], for a whole parser to look at.

use crate::domain::text::json::Unquote;

/// Not plain to see, or not of the shape that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Odd;

pub(super) type Plain<T> = Result<T, Odd>;

/// Where it stands in the text, between two values.
pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
    strings: Unquote,
}

impl<'t> Cursor<'t> {
    /// Before the first value.
    pub fn of(text: &'t str) -> Self {
        let (at, strings) = (0, Unquote::default());
        Self { text, at, strings }
    }

    /// Whether nothing follows but blanks.
    pub fn has_ended(&mut self) -> bool {
        self.next().is_none()
    }

    /// Bytes that are left.
    pub fn left(&self) -> usize {
        self.text.len() - self.at.min(self.text.len())
    }

    /// Each member of an object, by its name; who takes it reads the value.
    #[inline]
    pub fn members(&mut self, mut each: impl FnMut(&mut Self, &str) -> Plain<()>) -> Plain<()> {
        self.eat(b'{')?;
        if self.took(b'}') {
            return Ok(());
        }
        loop {
            let name = self.plain()?;
            self.eat(b':')?;
            each(self, name)?;
            if !self.took(b',') {
                return self.eat(b'}');
            }
        }
    }

    /// Each item of a list; who takes it reads the value.
    pub fn items(&mut self, mut each: impl FnMut(&mut Self) -> Plain<()>) -> Plain<()> {
        self.eat(b'[')?;
        if self.took(b']') {
            return Ok(());
        }
        loop {
            each(self)?;
            if !self.took(b',') {
                return self.eat(b']');
            }
        }
    }

    /// What may be null, which is as if it were not there.
    #[inline]
    pub fn maybe<T>(&mut self, read: impl FnOnce(&mut Self) -> Plain<T>) -> Plain<Option<T>> {
        if self.next() != Some(b'n') {
            return read(self).map(Some);
        }
        let is_null = self.text[self.at..].starts_with("null");
        self.at += "null".len();
        is_null.then_some(None).ok_or(Odd)
    }

    /// A text.
    #[inline]
    pub fn text(&mut self) -> Plain<String> {
        self.eat(b'"')?;
        let (text, end) = self.strings.read(self.text, self.at).ok_or(Odd)?;
        self.at = end;
        Ok(text.to_owned())
    }

    /// What a text comes to that is not kept.
    #[inline]
    pub fn word<T>(&mut self, take: impl FnOnce(&str) -> T) -> Plain<T> {
        let from = self.at;
        if let Ok(plain) = self.plain() {
            return Ok(take(plain));
        }
        self.at = from;
        self.text().map(|text| take(&text))
    }

    /// A whole number.
    #[inline]
    pub fn whole(&mut self) -> Plain<i64> {
        self.next();
        let rest = &self.text[self.at..];
        let digits = rest.strip_prefix('-').unwrap_or(rest);
        let count = digits.bytes().take_while(u8::is_ascii_digit).count();
        let plain = !digits.starts_with('0') || rest.starts_with('0') && count == 1;
        let length = rest.len() - digits.len() + count;
        self.at += length;
        let number = rest[..length].parse().ok();
        number.filter(|_| plain).ok_or(Odd)
    }

    /// Any value; what it holds must be as plain as a value can be.
    #[cold]
    pub fn other(&mut self) -> Plain<()> {
        let rest = serde_json::Deserializer::from_str(&self.text[self.at..]);
        let mut values = rest.into_iter::<serde_json::Value>();
        let value = values.next();
        self.at += values.byte_offset();
        value.and_then(Result::ok).map(drop).ok_or(Odd)
    }

    /// A text that stands as it is meant.
    #[inline]
    fn plain(&mut self) -> Plain<&'t str> {
        self.eat(b'"')?;
        let rest = &self.text[self.at..];
        let end = memchr::memchr(b'"', rest.as_bytes()).ok_or(Odd)?;
        let text = &rest[..end];
        // All bytes, whatever one of them is: the compiler takes many at once.
        let odd = |byte: u8| u8::from(byte == b'\\') | u8::from(byte < 0x20);
        let any = text.bytes().fold(0, |any, byte| any | odd(byte));
        self.at += text.len() + 1;
        (any == 0).then_some(text).ok_or(Odd)
    }

    /// The next byte that is not blank; it stands there.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        loop {
            match self.text.as_bytes().get(self.at)? {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                byte => return Some(*byte),
            }
        }
    }

    #[inline]
    fn took(&mut self, byte: u8) -> bool {
        let is_next = self.next() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    #[inline]
    fn eat(&mut self, byte: u8) -> Plain<()> {
        self.took(byte).then_some(()).ok_or(Odd)
    }
}
