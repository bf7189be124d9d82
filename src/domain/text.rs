//! The one text type that widgets take, made only by the sanitizer.

use std::sync::Arc;

/// Text that is safe to write to a terminal (safety.md §4).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Arc<str>);

impl Text {
    /// Text of our own source code.
    pub fn fixed(text: &'static str) -> Self {
        Self(text.into())
    }

    /// Sanitizes text from outside.
    pub fn clean(foreign: &str) -> Self {
        Self(foreign.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect::<String>().into())
    }

    /// As [`Text::clean`], without a copy where nothing had to be changed.
    pub fn clean_shared(foreign: &Arc<str>) -> Self {
        if foreign.bytes().all(|b| (0x20..0x7f).contains(&b)) { Self(foreign.clone()) } else { Self::clean(foreign) }
    }

    /// The sanitized text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Self {
        Self::fixed(text)
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::fixed("")
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}
