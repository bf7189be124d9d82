//! The same event read both ways: a Live Tail gives no event id, so that its
//! lines are told from polled ones by what they say (aws-facts.md §4.3).
//!
//! Two events may say the same in the same millisecond: what is alike is counted,
//! and each live line stands for one polled line.

use super::seen::{Counts, Seen, digest};
use crate::domain::log::RawEvent;

#[derive(Clone, Debug, Default)]
pub(super) struct Twins {
    /// Live lines whose polled twin has not come.
    live: Counts,
    /// Polled lines whose live twin has not come.
    polled: Counts,
    /// Polled lines that were counted: they are read again in each round.
    counted: Seen,
}

impl Twins {
    /// A live line; `false` where its twin was shown.
    pub(super) fn live(&mut self, event: &RawEvent) -> bool {
        let content = content(event);
        let known = self.polled.take(event.timestamp, content);
        if !known {
            self.live.add(event.timestamp, content);
        }
        !known
    }

    /// A polled line, new or read again; `false` where its twin was shown.
    pub(super) fn polled(&mut self, event: &RawEvent, id: u64) -> bool {
        if !self.counted.add(event.timestamp, id) {
            return true;
        }
        let content = content(event);
        let known = self.live.take(event.timestamp, content);
        if !known {
            self.polled.add(event.timestamp, content);
        }
        !known
    }

    pub(super) fn forget_before(&mut self, at: i64) {
        self.live.forget_before(at);
        self.polled.forget_before(at);
        self.counted.forget_before(at);
    }
}

fn content(event: &RawEvent) -> u64 {
    digest(&(
        event.stream.as_str(),
        event.timestamp,
        event.ingested,
        event.message.as_str(),
    ))
}
