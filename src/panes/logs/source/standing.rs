//! How the groups stand: what fails, how late they are, how they are read.

use super::Sources;
use super::feed::Feed;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::log::TailSource;
use crate::domain::text::Text;
use crate::model::message::TailState;
use crate::model::tail::Method;
use std::collections::BTreeSet;
use std::time::Duration;

/// How far behind the tail is; the later the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lag {
    Unknown,
    /// `None`: nothing has come lately.
    Live(Option<Duration>),
    Behind(Duration),
    Throttled(Option<Duration>),
}

impl Sources {
    /// Sources that Live Tail reads, and whether AWS sends only some of their lines.
    pub fn by_live_tail(&self) -> (usize, bool) {
        self.feeds
            .iter()
            .fold((0, false), |(n, any), feed| match feed.method {
                Some(Method::Live { sampled }) => (n + 1, any || sampled),
                _ => (n, any),
            })
    }

    /// Why a source is polled though Live Tail was asked for.
    pub fn fallen_back(&self) -> Option<(Text, &Fault)> {
        self.feeds.iter().find_map(|feed| match &feed.method {
            Some(Method::Polling {
                instead: Some(fault),
            }) => Some((feed.source.group.text(), fault)),
            _ => None,
        })
    }

    /// The first failure, by the group's name.
    pub fn failure(&self) -> Option<(Text, &Fault, Option<Duration>)> {
        self.feeds.iter().find_map(|feed| {
            feed.failure()
                .map(|(fault, next)| (feed.source.group.text(), fault, next))
        })
    }

    /// A source whose group AWS does not have: perhaps a slip of the fingers.
    pub fn mistaken(&self) -> Option<&TailSource> {
        let missing = |feed: &&Feed| {
            feed.failure()
                .is_some_and(|(fault, _)| fault.kind == FaultKind::Missing)
        };
        self.feeds.iter().find(missing).map(|feed| &feed.source)
    }

    /// Whether every group stands still.
    pub fn all_failed(&self) -> bool {
        !self.feeds.is_empty() && self.feeds.iter().all(|feed| feed.failure().is_some())
    }

    /// Whether every group has been read to its end once.
    pub fn are_read(&self) -> bool {
        self.feeds
            .iter()
            .all(|feed| matches!(feed.state, Some(TailState::Following { .. })))
    }

    /// The longest way behind: of pages still to be read, else of the newest lines.
    pub fn lag(&self) -> Lag {
        self.feeds
            .iter()
            .fold(Lag::Unknown, |worst, feed| match &feed.state {
                Some(TailState::Following { lag }) => worst.max(Lag::Live(*lag)),
                Some(TailState::Behind { by }) => worst.max(Lag::Behind(*by)),
                Some(TailState::Throttled { by }) => worst.max(Lag::Throttled(*by)),
                _ => worst,
            })
    }

    /// How many seconds from `from` to before `to` (milliseconds since 1970) are a sample, of any group.
    pub fn sampled(&self, from: i64, to: i64) -> Duration {
        let within = from.div_euclid(1_000)..to.div_euclid(1_000).max(from.div_euclid(1_000));
        let of = |feed: &Feed| {
            feed.sampled
                .range(within.clone())
                .copied()
                .collect::<Vec<_>>()
        };
        let seconds: BTreeSet<i64> = self.feeds.iter().flat_map(of).collect();
        Duration::from_secs(seconds.len() as u64)
    }

    /// The longest backlog left out.
    pub fn skipped(&self) -> Option<Duration> {
        self.feeds.iter().filter_map(|feed| feed.skipped).max()
    }
}
