//! The facts of a line, read in one walk over its members.

use super::field::{self, Known, Severity};
use super::habit::{Habit, Rest};
use super::inner;
use super::line::{Facts, Line, Part, Shape, hash};
use super::logfmt::Pairs;
use super::names::Names;
use super::parse::unescape;
use super::request::Method;
use super::scan::{Raw, Walk};
use super::{slow, traceid};
use std::borrow::Cow;
use std::ops::Range;
use std::time::Duration;

/// What is remembered of the lines of one source, to read those to come faster; it changes nothing of what is read.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    names: Names,
    habit: Habit,
}

/// What the text of a line says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub facts: Facts,
    /// Of a [`Line`]: its shape, and whether a value is escaped.
    pub flags: u8,
    /// Of its trace.
    pub trace_hash: u8,
    pub method: Method,
}

/// Reads what the text says of itself.
#[inline]
pub(super) fn facts(text: &str, memory: &mut Memory) -> Told {
    let mut gathered = Gathered {
        shape: Shape::Json,
        ..Gathered::default()
    };
    let rest = memory.habit.read(text, |known, raw| {
        gathered.add(known, text, raw);
    });
    match rest {
        Rest::Nothing => {
            memory.habit.held();
            gathered.filled(text, memory)
        }
        Rest::Other(walk) => of_json(text, walk, memory, gathered).filled(text, memory),
        Rest::Whole => whole(text, memory),
    }
}

/// Reads a line that is not written as those before.
#[inline(never)]
fn whole(text: &str, memory: &mut Memory) -> Told {
    if let Some(walk) = Walk::new(text) {
        let found = of_json(text, walk, memory, Gathered::default());
        if found.shape == Shape::Json {
            return found.filled(text, memory);
        }
    }
    plain(text, memory)
}

fn plain(text: &str, memory: &mut Memory) -> Told {
    let mut gathered = Gathered::default();
    for raw in Pairs::new(text).into_iter().flatten() {
        gathered.shape = Shape::Logfmt;
        gathered.named(text, &raw, &mut memory.names);
    }
    if gathered.facts.trace == Part::default()
        && let Some(range) = traceid::in_plain(text)
    {
        gathered.trace(text, &range);
    }
    let facts = &mut gathered.facts;
    facts.severity = facts.severity.or_else(|| Severity::in_plain(text));
    if facts.micros == Facts::NO_TIME {
        facts.micros = slow::took(text).map_or(Facts::NO_TIME, in_micros);
    }
    gathered.told()
}

/// Reads the members of an object within a line; of one within that, nothing.
pub(super) fn of_members(text: &str, walk: Walk<'_>, names: &mut Names) -> Told {
    let mut gathered = Gathered::default();
    for raw in walk {
        gathered.named(text, &raw, names);
    }
    gathered.told()
}

/// Reads the members of a walk; the shape stays as it is where there is none.
#[inline(never)]
fn of_json(text: &str, mut walk: Walk<'_>, memory: &mut Memory, before: Gathered) -> Gathered {
    let (mut gathered, mut usual) = (before, 0);
    loop {
        // Nearly all members are usual ones: their way is short.
        while let Some(raw) = walk.usual() {
            usual += 1;
            gathered.shape = Shape::Json;
            gathered.named(text, &raw, &mut memory.names);
        }
        let (behind, odd) = walk.odd();
        let Some(raw) = odd else { break };
        gathered.shape = Shape::Json;
        gathered.named(text, &raw, &mut memory.names);
        walk = behind;
    }
    // The first one is that which could not be read by habit.
    if usual > 1 {
        memory.habit.missed(text, &mut memory.names);
    } else {
        memory.habit.held();
    }
    gathered
}

/// What was read so far.
#[derive(Clone, Default)]
struct Gathered {
    facts: Facts,
    trace_hash: u8,
    method: Method,
    shape: Shape,
    escaped: bool,
    /// Where another line stands within this one.
    inner: Option<Range<usize>>,
}

impl Gathered {
    fn named(&mut self, text: &str, raw: &Raw, names: &mut Names) {
        let name = &text.as_bytes()[raw.name.clone()];
        if let Some(known) = names.known(name) {
            self.add(known, text, raw);
        }
    }

    #[inline]
    fn add(&mut self, known: Known, text: &str, raw: &Raw) {
        self.escaped |= raw.escaped && matches!(known, Known::Path | Known::Trace | Known::Layer);
        self.take(known, text, raw);
    }

    #[inline]
    fn filled(mut self, text: &str, memory: &mut Memory) -> Told {
        match self.inner.take() {
            Some(place) => inner::filled(self.told(), text, &place, &mut memory.names),
            None => self.told(),
        }
    }

    #[inline]
    fn told(self) -> Told {
        let shape = match self.shape {
            Shape::Plain => 0,
            Shape::Json => Line::JSON,
            Shape::Logfmt => Line::LOGFMT,
        };
        Told {
            facts: self.facts,
            flags: shape | if self.escaped { Line::ESCAPED } else { 0 },
            trace_hash: self.trace_hash,
            method: self.method,
        }
    }

    #[inline]
    fn take(&mut self, known: Known, text: &str, raw: &Raw) {
        let facts = &mut self.facts;
        match known {
            Known::Level => facts.severity = Severity::parse(&value(text, raw)),
            Known::Status => facts.status = field::status(&value(text, raw)).unwrap_or_default(),
            Known::Duration => facts.micros = micros(&text[raw.name.clone()], &value(text, raw)),
            Known::Path => {
                facts.path = part(text, &raw.value);
                facts.path_hash = hash(&text.as_bytes()[raw.value.clone()]);
            }
            Known::Layer => facts.layer = part(text, &raw.value),
            Known::Trace => {
                let better = is_trace(&text[raw.name.clone()]) || facts.trace == Part::default();
                if better && part(text, &raw.value) != Part::default() {
                    self.trace(text, &raw.value);
                }
            }
            Known::Method => self.method = Method::of(&value(text, raw)),
            Known::Message => self.inner = inner::object(text, raw).or(self.inner.take()),
            Known::Time => {}
        }
    }

    #[inline]
    fn trace(&mut self, text: &str, range: &Range<usize>) {
        let id = traceid::within(&text.as_bytes()[range.clone()]);
        let range = range.start + id.start..range.start + id.end;
        self.facts.trace = part(text, &range);
        self.trace_hash = hash(&text.as_bytes()[range]);
    }
}

impl Known {
    /// Whether it is looked at for what [`Told`] says.
    pub(super) fn is_fact(self) -> bool {
        self != Self::Time
    }
}

/// A trace goes before a request, where a line names both.
#[inline]
fn is_trace(name: &str) -> bool {
    name.starts_with(['t', 'T'])
}

#[inline]
fn part(text: &str, value: &Range<usize>) -> Part {
    let says_nothing = value.is_empty() || text.as_bytes()[value.clone()] == *b"null";
    if says_nothing {
        Part::default()
    } else {
        Part::of(value)
    }
}

#[inline]
fn value<'t>(text: &'t str, raw: &Raw) -> Cow<'t, str> {
    let value = &text[raw.value.clone()];
    if raw.escaped {
        unescape(value)
    } else {
        Cow::Borrowed(value)
    }
}

#[inline]
fn micros(name: &str, value: &str) -> u32 {
    if let Some(millis) = value.strip_suffix("ms").and_then(digits) {
        return millis * 1_000;
    }
    field::duration(&unescape(name), value).map_or(Facts::NO_TIME, in_micros)
}

/// Over an hour it is an hour and more.
#[inline]
fn in_micros(took: Duration) -> u32 {
    took.as_micros().min((Facts::NO_TIME - 1).into()) as u32
}

/// Up to six digits, the usual response times.
#[inline]
fn digits(text: &str) -> Option<u32> {
    let all = (1..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    all.then(|| text.bytes().fold(0, |n, b| n * 10 + u32::from(b - b'0')))
}

#[cfg(test)]
mod tests;
