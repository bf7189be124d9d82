//! One event of `CloudWatch` Logs, as it comes (aws-facts.md §4).

use super::fault::Fault;
use super::ids::{Arn, LogGroup, LogStream, Region};
use super::text::Text;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// A log group, with what decides how it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupFacts {
    pub name: LogGroup,
    /// Days; `None` = never expires.
    pub retention: Option<u32>,
    pub bytes: u64,
    /// `INFREQUENT_ACCESS`: no Live Tail.
    pub infrequent: bool,
    /// Without `:*` at its end, as Live Tail wants it.
    pub arn: Option<Arn>,
    /// Milliseconds since 1970.
    pub created: Option<i64>,
}

/// A task that copied events of a group to S3 (`CreateExportTask`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its id, which names its folder below the prefix.
    pub task: Text,
    pub group: LogGroup,
    /// Milliseconds since 1970: events from here …
    pub from: i64,
    /// … to before here.
    pub to: i64,
    pub bucket: Text,
    /// Below it: a folder of the task's id, in it one for each stream, with gzip files.
    pub prefix: Text,
    /// `COMPLETED`, `RUNNING`, `PENDING`, `CANCELLED`, `FAILED`.
    pub status: Text,
}

impl Export {
    /// Whether everything was copied.
    pub fn is_complete(&self) -> bool {
        self.status.as_str() == "COMPLETED"
    }
}

/// What a group keeps no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    pub source: TailSource,
    /// Its retention in days.
    pub days: u32,
    /// Nothing before this time is kept (milliseconds since 1970).
    pub before: i64,
    /// Where its events were copied to, the newest first, or why that is not known.
    pub exports: Result<Vec<Export>, Fault>,
}

/// Which events of a source are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Milliseconds since 1970, inclusive.
    pub start: i64,
    /// Milliseconds since 1970, exclusive; without an end what comes meanwhile is found too.
    pub end: Option<i64>,
    /// A `CloudWatch` filter pattern.
    pub pattern: Option<Arc<str>>,
}

/// Which end of a span is read first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From its newest event to its oldest.
    Backward,
    /// From its oldest event to its newest.
    Forward,
}

/// A span of older lines.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// What is told of a window carries it: no two that were asked for have the same.
    pub number: u64,
    pub sources: Vec<TailSource>,
    /// Milliseconds since 1970, inclusive.
    pub from: i64,
    /// Milliseconds since 1970, exclusive.
    pub to: i64,
    /// A `CloudWatch` filter pattern.
    pub pattern: Option<String>,
    pub direction: Direction,
    /// So many lines are enough: those at the end that is read first.
    pub most: usize,
}

/// One group to tail.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TailSource {
    /// Where the group lives when that is not the console's region.
    pub region: Option<Region>,
    pub group: LogGroup,
    pub stream_prefix: Option<LogStream>,
}

/// What tells an event from all others: a 64-bit hash of its id, which has 56 digits. Ids are compared within one second
/// of one group: of 10,000 in it two have the same hash once in 370 billion such seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(u64);

impl EventId {
    /// Of an id as AWS gives it.
    pub fn of(id: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        Self(hasher.finish())
    }

    /// The hash.
    pub fn digest(self) -> u64 {
        self.0
    }
}

impl From<&str> for EventId {
    fn from(id: &str) -> Self {
        Self::of(id)
    }
}

impl From<String> for EventId {
    fn from(id: String) -> Self {
        Self::of(&id)
    }
}

/// Milliseconds by which clocks of machines may differ.
pub const AHEAD: i64 = 5_000;

/// Where an event stands among others, milliseconds since 1970: when it was written (`at`); when it was ingested, where its
/// producer's clock is ahead of AWS's by more than clocks differ. Else one such producer would stand below all that others
/// write. AWS takes lines of up to two hours from now (`PutLogEvents`).
#[inline]
pub fn stands_at(at: i64, ingested: i64) -> i64 {
    if at > ingested.saturating_add(AHEAD) {
        ingested
    } else {
        at
    }
}

/// One event, raw: not sanitized, never drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEvent {
    /// Unique; `FilterLogEvents` is de-duplicated by it.
    pub id: EventId,
    pub stream: LogStream,
    /// Milliseconds since 1970, the producer's clock.
    pub timestamp: i64,
    /// Milliseconds since 1970, the service's clock.
    pub ingested: i64,
    /// Lines that are newer had been shown before it came: it stands where nobody may look any more.
    pub late: bool,
    pub message: String,
}

/// One page of `FilterLogEvents`; it may be empty and still not be the last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogPage {
    pub events: Vec<RawEvent>,
    /// More follows under this token; only its absence is the end.
    pub next: Option<String>,
}
