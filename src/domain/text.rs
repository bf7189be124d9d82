//! The one text type that widgets take, made only by the sanitizer.

pub mod block;
mod class;
mod clean;
pub mod json;
pub mod mask;
mod sanitize;

pub use sanitize::{CUT, MARK, MAX_SHOWN, Sanitizer, is_clean};

use std::sync::Arc;

/// Text that is safe to write to a terminal (safety.md §4).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Arc<str>);

impl Text {
    /// Text of our own source code.
    pub fn fixed(text: &'static str) -> Self {
        Self(text.into())
    }

    /// Sanitizes one line from outside; a line feed becomes a mark, like any control character.
    pub fn clean(foreign: &str) -> Self {
        if is_clean(foreign) {
            Self(foreign.into())
        } else {
            Self(Sanitizer::line().push(foreign).into())
        }
    }

    /// As [`Text::clean`], without a copy where nothing had to be changed.
    pub fn clean_shared(foreign: &Arc<str>) -> Self {
        if is_clean(foreign) {
            Self(foreign.clone())
        } else {
            Self::clean(foreign)
        }
    }

    /// Sanitizes many lines from outside, each for itself; `\r\n` ends a line as `\n` does.
    pub fn lines(foreign: &str) -> Vec<Self> {
        foreign.lines().map(Self::clean).collect()
    }

    /// The sanitized text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl serde::Serialize for Text {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

/// What comes from a file or a socket is foreign.
impl<'de> serde::Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self::clean(&text))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_text_is_shared_and_not_copied() {
        for plain in ["api-1", "한글 서비스", ""] {
            let name: Arc<str> = plain.into();
            assert!(Arc::ptr_eq(&Text::clean_shared(&name).0, &name), "{plain}");
        }
    }

    #[test]
    fn hostile_text_is_marked_in_every_way_of_making_it() {
        let name: Arc<str> = "a\x1b[2Jb".into();
        assert_eq!(Text::clean(&name).as_str(), "a\u{fffd}b");
        assert_eq!(Text::clean_shared(&name).as_str(), "a\u{fffd}b");
    }

    #[test]
    fn lines_are_split_before_they_are_cleaned() {
        let lines = Text::lines("one\r\ntwo\x1b]0;x\nthree");
        assert_eq!(lines, ["one", "two\u{fffd}", "three"].map(Text::clean));
        assert_eq!(Text::clean("one\ntwo").as_str(), "one\u{fffd}two");
    }
}
