//! One event of `CloudWatch` Logs, as it comes (aws-facts.md §4).

use super::ids::{LogGroup, LogStream, Region};
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
}

/// One group to tail.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TailSource {
    /// Where the group lives when that is not the console's region.
    pub region: Option<Region>,
    pub group: LogGroup,
    pub stream_prefix: Option<LogStream>,
}

/// One event, raw: not sanitized, never drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEvent {
    /// Unique; `FilterLogEvents` is de-duplicated by it.
    pub id: Arc<str>,
    pub stream: LogStream,
    /// Milliseconds since 1970, the producer's clock.
    pub timestamp: i64,
    /// Milliseconds since 1970, the service's clock.
    pub ingested: i64,
    pub message: String,
}

/// One page of `FilterLogEvents`; it may be empty and still not be the last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogPage {
    pub events: Vec<RawEvent>,
    /// More follows under this token; only its absence is the end.
    pub next: Option<String>,
}
