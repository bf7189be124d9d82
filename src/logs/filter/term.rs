//! The leaves of a filter: what one line must hold.

use super::super::chunk::{Chunk, Line};
use super::super::field::{self, Known, Severity};
use super::super::needle::Needle;
use super::super::nested;
use super::super::parse::Field;
use super::mistake::Mistake;
use std::cmp::Ordering;
use std::time::Duration;
use strum::{EnumIter, IntoEnumIterator};

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter)]
pub(super) enum Op {
    // The longer signs first: one begins like another.
    IsNot,
    AtLeast,
    AtMost,
    Is,
    Above,
    Below,
    /// Contains, in any case.
    Has,
}

impl Op {
    pub fn sign(self) -> &'static str {
        match self {
            Self::IsNot => "!=",
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::Is => "=",
            Self::Above => ">",
            Self::Below => "<",
            Self::Has => ":",
        }
    }

    /// The sign that a text begins with.
    pub fn at_start(text: &str) -> Option<Self> {
        Self::iter().find(|op| text.starts_with(op.sign()))
    }

    /// Whether it asks for more or less.
    pub fn orders(self) -> bool {
        !matches!(self, Self::Is | Self::IsNot | Self::Has)
    }

    #[inline]
    pub fn holds(self, found: Ordering) -> bool {
        match self {
            Self::AtLeast => found.is_ge(),
            Self::AtMost => found.is_le(),
            Self::Above => found.is_gt(),
            Self::Below => found.is_lt(),
            Self::IsNot => found.is_ne(),
            Self::Is | Self::Has => found.is_eq(),
        }
    }
}

/// Where a value is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Within {
    Group,
    Stream,
    /// A member that has a column, by any of its names.
    Known(Known),
    /// A member by its own name, or `outer.inner`.
    Member(String),
}

/// What a value is compared with, besides its text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Measure {
    Number(f64),
    Time(Duration),
    Level(Severity),
    /// It is no measure.
    Word,
}

/// `name op value`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Test {
    /// As it was typed.
    pub name: String,
    pub op: Op,
    pub within: Within,
    pub value: Needle,
    pub measure: Measure,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Term {
    Text(Needle),
    Regex(Needle),
    Test(Test),
}

impl Test {
    /// `at` is the place of the value, counted from 1.
    pub fn new(name: &str, op: Op, value: Option<String>, at: usize) -> Result<Self, Mistake> {
        let Some(value) = value else {
            let expected = format!("a value is expected after {}", op.sign());
            return Err(Mistake::new(
                at,
                expected,
                "Say one, or \"\" for an empty one",
            ));
        };
        let within = within(name);
        let measure = measure(&within, &value);
        if op.orders() && measure == Measure::Word {
            return Err(no_measure(&within, at));
        }
        Ok(Self {
            name: name.to_owned(),
            op,
            within,
            value: Needle::new(&value),
            measure,
        })
    }

    /// Whether the metadata of a line is all that must be looked at.
    pub fn is_quick(&self) -> bool {
        match self.within {
            Within::Known(Known::Level) => self.op == Op::Has || self.measure != Measure::Word,
            Within::Known(Known::Duration) => {
                self.op != Op::Has && matches!(self.measure, Measure::Time(_))
            }
            Within::Group
            | Within::Stream
            | Within::Known(Known::Status | Known::Path | Known::Trace | Known::Layer) => true,
            Within::Known(_) | Within::Member(_) => false,
        }
    }

    pub fn holds(&self, chunk: &Chunk, line: &Line) -> bool {
        if self.op == Op::IsNot {
            return !self.is(Op::Is, chunk, line);
        }
        self.is(self.op, chunk, line)
    }

    fn is(&self, op: Op, chunk: &Chunk, line: &Line) -> bool {
        match (&self.within, self.measure) {
            (Within::Group, _) => self.text_is(op, chunk.source.group.as_str()),
            (Within::Stream, _) => chunk
                .stream_of(line)
                .is_some_and(|stream| self.text_is(op, stream.as_str())),
            (Within::Known(Known::Level), measure) => self.level_is(op, measure, chunk, line),
            (Within::Known(Known::Status), measure) => line
                .status()
                .is_some_and(|status| self.status_is(op, measure, status)),
            (Within::Known(Known::Duration), Measure::Time(wished)) if op != Op::Has => line
                .duration()
                .is_some_and(|took| op.holds(took.cmp(&wished))),
            (Within::Known(Known::Path), _) => self.part_is(op, chunk.path(line)),
            (Within::Known(Known::Trace), _) => self.part_is(op, chunk.trace(line)),
            (Within::Known(Known::Layer), _) => self.part_is(op, chunk.layer(line)),
            (Within::Known(known), _) => self.any_member(chunk, line, op, |field| {
                Known::of(&field.name) == Some(*known)
            }),
            (Within::Member(name), _) => nested::any(chunk.clean(line), name, &mut |field| {
                self.value_is(op, field)
            }),
        }
    }

    fn any_member(
        &self,
        chunk: &Chunk,
        line: &Line,
        op: Op,
        is_meant: impl Fn(&Field<'_>) -> bool,
    ) -> bool {
        super::super::parse::fields(chunk.clean(line))
            .any(|field| is_meant(&field) && self.value_is(op, &field))
    }

    fn part_is(&self, op: Op, part: Option<std::borrow::Cow<'_, str>>) -> bool {
        part.is_some_and(|part| self.text_is(op, &part))
    }

    fn level_is(&self, op: Op, measure: Measure, chunk: &Chunk, line: &Line) -> bool {
        match measure {
            _ if op == Op::Has => self.value.is_in(line.severity().map_or("", Severity::name)),
            Measure::Level(wished) => line
                .severity()
                .is_some_and(|severity| op.holds(severity.cmp(&wished))),
            _ => self.any_member(chunk, line, op, |field| {
                Known::of(&field.name) == Some(Known::Level)
            }),
        }
    }

    fn status_is(&self, op: Op, measure: Measure, status: u16) -> bool {
        match measure {
            Measure::Number(wished) if op != Op::Has => {
                let found = f64::from(status).partial_cmp(&wished);
                found.is_some_and(|found| op.holds(found))
            }
            _ => {
                let digits = [status / 100, status / 10 % 10, status % 10].map(|d| b'0' + d as u8);
                self.text_is(op, std::str::from_utf8(&digits).unwrap_or_default())
            }
        }
    }

    fn value_is(&self, op: Op, field: &Field<'_>) -> bool {
        match self.measure {
            Measure::Number(wished) if op.orders() => number(&field.value)
                .and_then(|found| found.partial_cmp(&wished))
                .is_some_and(|found| op.holds(found)),
            Measure::Time(wished) if op.orders() => field::duration(&field.name, &field.value)
                .is_some_and(|found| op.holds(found.cmp(&wished))),
            _ => self.text_is(op, &field.value),
        }
    }

    /// Equality takes no account of the case of ASCII letters, as the rest does not.
    fn text_is(&self, op: Op, text: &str) -> bool {
        match (op, self.measure) {
            (Op::Has, _) => self.value.is_in(text),
            (Op::Is, _) => text.eq_ignore_ascii_case(self.value.word()),
            (_, Measure::Number(wished)) => number(text)
                .and_then(|found| found.partial_cmp(&wished))
                .is_some_and(|found| op.holds(found)),
            _ => false,
        }
    }
}

pub(super) fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|n: &f64| n.is_finite())
}

fn within(name: &str) -> Within {
    let lower = name.to_lowercase();
    match lower.as_str() {
        "group" => Within::Group,
        "stream" => Within::Stream,
        _ => Known::of(&lower).map_or_else(|| Within::Member(name.to_owned()), Within::Known),
    }
}

fn measure(within: &Within, value: &str) -> Measure {
    let time = || field::duration("", value).map(Measure::Time);
    let found = match within {
        Within::Known(Known::Level) => Severity::parse(value).map(Measure::Level),
        Within::Known(Known::Duration) => time(),
        _ => number(value).map(Measure::Number).or_else(time),
    };
    found.unwrap_or(Measure::Word)
}

fn no_measure(within: &Within, at: usize) -> Mistake {
    let expected = match within {
        Within::Known(Known::Level) => "trace, debug, info, warn, error or fatal is expected here",
        Within::Known(Known::Duration) => "a duration like 200ms or 1.5s is expected here",
        _ => "a number or a duration like 200ms is expected here",
    };
    Mistake::new(
        at,
        expected,
        "Say one, or put the text in quotes to look for it as it stands",
    )
}
