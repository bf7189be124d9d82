//! What is known of a line without reading it again, in 48 bytes.

use super::field::{Known, Severity};
use super::request::Method;
use crate::domain::log::stands_at;
use std::time::Duration;

/// What a line's text is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    #[default]
    Plain,
    Json,
    Logfmt,
}

/// Where a value stands in a line's text, from the line's begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    pub start: u16,
    /// 0 = there is none.
    pub length: u16,
}

impl Part {
    /// Of a range of the text; one too far out is [`Part::FAR`].
    #[inline]
    pub fn of(range: &std::ops::Range<usize>) -> Self {
        match (u16::try_from(range.start), u16::try_from(range.len())) {
            (Ok(start), Ok(length)) => Self { start, length },
            _ => Self::FAR,
        }
    }

    /// There is a value, but beyond what fits here: the line must be read.
    pub const FAR: Self = Self {
        start: u16::MAX,
        length: u16::MAX,
    };
}

/// The metadata of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Milliseconds since 1970, the producer's clock.
    pub at: i64,
    /// Milliseconds since 1970, the service's clock.
    pub ingested: i64,
    /// Of its text within the chunk's.
    pub(super) start: u32,
    pub(super) length: u32,
    /// The place of its stream within the chunk's, and above it the bits of its method.
    pub(super) stream_and_method: u16,
    pub(super) facts: Facts,
    pub(super) flags: u8,
    /// [`hash`] of its trace.
    pub(super) trace_hash: u8,
}

/// What the text itself says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    /// The response time in microseconds; [`Facts::NO_TIME`] = none.
    pub micros: u32,
    /// 0 = none.
    pub status: u16,
    pub path: Part,
    pub trace: Part,
    pub layer: Part,
    pub severity: Option<Severity>,
    /// [`hash`] of its path.
    pub path_hash: u8,
}

/// Of a value as it stands in the text; the same for values that differ only in the case of ASCII letters. Most lines
/// with another value have another one.
#[inline]
pub(super) fn hash(value: &[u8]) -> u8 {
    // This bit is the case of a letter.
    const CASES: u64 = u64::from_ne_bytes([0x20; 8]);
    let mix = |hash: u64, word: u64| {
        (hash.rotate_left(23) ^ (word | CASES)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    };
    let (words, rest) = value.as_chunks::<8>();
    let mut hash = value.len() as u64;
    for word in words {
        hash = mix(hash, u64::from_le_bytes(*word));
    }
    let rest = match value.last_chunk::<8>() {
        Some(last) => u64::from_le_bytes(*last),
        None => rest
            .iter()
            .fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    (mix(hash, rest) >> 56) as u8
}

impl Facts {
    pub const NO_TIME: u32 = u32::MAX;
}

impl Default for Facts {
    #[inline]
    fn default() -> Self {
        Self {
            micros: Self::NO_TIME,
            status: 0,
            path: Part::default(),
            trace: Part::default(),
            layer: Part::default(),
            severity: None,
            path_hash: 0,
        }
    }
}

impl Line {
    /// Sanitizing changed it: its original is kept.
    pub(super) const CHANGED: u8 = 1;
    /// One line feed ended the message and is left out of the text.
    pub(super) const FED: u8 = 2;
    /// It goes on what stands before it in its stream, whatever that is (`\tat x.Y`).
    pub(super) const CONTINUES: u8 = 4;
    /// It goes on where the line before it does (`ValueError: x` after a traceback).
    pub(super) const MAY_CONTINUE: u8 = 8;
    /// It goes on an error (`Traceback (most recent call last):`), and begins something of its own after any other line.
    pub(super) const AFTER_ERROR: u8 = Self::CONTINUES | Self::MAY_CONTINUE;
    /// It came after newer ones had been shown.
    pub(super) const LATE: u8 = 16;

    /// Its path, trace or layer has a backslash.
    pub(super) const ESCAPED: u8 = 32;
    /// Its text is a JSON object.
    pub(super) const JSON: u8 = 64;
    /// Its text is logfmt.
    pub(super) const LOGFMT: u8 = 128;

    /// No chunk has more streams: the place of one takes the bits that a method leaves.
    pub(super) const STREAMS: usize = 1 << (u16::BITS - Method::BITS);

    /// The place of its stream within the chunk's.
    #[inline]
    pub(super) fn stream(&self) -> usize {
        usize::from(self.stream_and_method) % Self::STREAMS
    }

    /// The method that it names.
    #[inline]
    pub(super) fn method(&self) -> Method {
        Method::from_bits(self.stream_and_method / Self::STREAMS as u16)
    }

    /// How bad it is.
    #[inline]
    pub fn severity(&self) -> Option<Severity> {
        self.facts.severity
    }

    /// The HTTP status.
    #[inline]
    pub fn status(&self) -> Option<u16> {
        (self.facts.status > 0).then_some(self.facts.status)
    }

    /// The response time.
    #[inline]
    pub fn duration(&self) -> Option<Duration> {
        let micros = self.facts.micros;
        (micros != Facts::NO_TIME).then(|| Duration::from_micros(micros.into()))
    }

    /// What its text is.
    #[inline]
    pub fn shape(&self) -> Shape {
        match () {
            () if self.has(Self::JSON) => Shape::Json,
            () if self.has(Self::LOGFMT) => Shape::Logfmt,
            () => Shape::Plain,
        }
    }

    /// Whether it tells of a failure: by severity or by status.
    #[inline]
    pub fn is_bad(&self) -> bool {
        self.facts.severity >= Some(Severity::Error) || self.facts.status >= 500
    }

    /// Where it stands among others, milliseconds since 1970; see [`stands_at`].
    #[inline]
    pub fn stands_at(&self) -> i64 {
        stands_at(self.at, self.ingested)
    }

    /// Whether its producer's clock is ahead by more than clocks differ.
    #[inline]
    pub fn is_ahead(&self) -> bool {
        self.stands_at() != self.at
    }

    /// Whether it came after newer lines had been shown.
    pub fn is_late(&self) -> bool {
        self.has(Self::LATE)
    }

    /// Whether its path, trace or layer can be a text of such a length and [`hash`].
    #[inline]
    pub(super) fn may_be(&self, known: Known, (length, hash): (usize, u8)) -> bool {
        let of_part = match known {
            Known::Path => self.facts.path_hash,
            Known::Trace => self.trace_hash,
            _ => hash,
        };
        let alike = usize::from(self.part(known).length) == length && of_part == hash;
        alike || self.is_apart(known)
    }

    /// Whether it names a path.
    #[inline]
    pub(super) fn has_path(&self) -> bool {
        self.facts.path != Part::default()
    }

    /// Whether length and [`hash`] say nothing of its path, trace or layer.
    #[inline]
    pub(super) fn is_apart(&self, known: Known) -> bool {
        self.part(known) == Part::FAR || self.has(Self::ESCAPED)
    }

    #[inline]
    fn part(&self, known: Known) -> Part {
        match known {
            Known::Path => self.facts.path,
            Known::Trace => self.facts.trace,
            Known::Layer => self.facts.layer,
            _ => Part::FAR,
        }
    }

    #[inline]
    pub(super) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

const _: () = assert!(size_of::<Line>() <= 48);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn other_values_have_other_hashes_as_a_rule() {
        let same = (0..10_000)
            .filter(|n| hash(format!("/api/orders/{n}").as_bytes()) == hash(b"/api/orders/x"));
        assert!(same.count() < 100);
    }

    proptest! {
        #[test]
        fn the_case_of_letters_does_not_matter(value in "[ -~한é]{0,30}") {
            prop_assert_eq!(hash(value.to_ascii_uppercase().as_bytes()), hash(value.as_bytes()));
        }
    }
}
