//! What is known of a line without reading it again, in 48 bytes.

use super::field::{Known, Severity};
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
    pub(super) stream: u16,
    pub(super) facts: Facts,
    pub(super) flags: u8,
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
    pub shape: Shape,
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
            shape: Shape::Plain,
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
    /// It came after newer ones had been shown.
    pub(super) const LATE: u8 = 16;

    /// Its path, trace or layer has a backslash.
    pub(super) const ESCAPED: u8 = 32;

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
    pub fn shape(&self) -> Shape {
        self.facts.shape
    }

    /// Whether it tells of a failure: by severity or by status.
    pub fn is_bad(&self) -> bool {
        self.facts.severity >= Some(Severity::Error) || self.facts.status >= 500
    }

    /// Whether it came after newer lines had been shown.
    pub fn is_late(&self) -> bool {
        self.has(Self::LATE)
    }

    /// Whether its path, trace or layer can be a text of so many bytes.
    #[inline]
    pub(super) fn may_be(&self, known: Known, length: usize) -> bool {
        let part = match known {
            Known::Path => self.facts.path,
            Known::Trace => self.facts.trace,
            Known::Layer => self.facts.layer,
            _ => return true,
        };
        usize::from(part.length) == length || part == Part::FAR || self.has(Self::ESCAPED)
    }

    pub(super) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

const _: () = assert!(size_of::<Line>() <= 48);
