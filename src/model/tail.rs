//! The words of the log tail: what is asked of it, and what it tells.

use crate::domain::fault::Fault;
use crate::domain::log::{TailSource, Window};
use crate::logs::chunk::Chunk;
use crate::logs::tail::Gap;
use std::sync::Arc;
use std::time::Duration;

/// How a tail is asked to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TailMethod {
    /// `FilterLogEvents` again and again; costs nothing.
    #[default]
    Polling,
    /// `StartLiveTail`, billed by the minute while it is open; what it cannot reach is polled.
    Live,
}

/// From when on a tail reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TailStart {
    /// So long before the tail begins.
    Ago(Duration),
    /// Milliseconds since 1970.
    At(i64),
}

impl Default for TailStart {
    /// Ten minutes: what somebody who has just come wants to see.
    fn default() -> Self {
        Self::Ago(Duration::from_mins(10))
    }
}

/// Everything a tail is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tailing {
    /// Empty: nothing is tailed, and a Live Tail ends at once.
    pub sources: Vec<TailSource>,
    pub method: TailMethod,
    pub start: TailStart,
    /// A `CloudWatch` filter pattern: AWS sends only what fits (aws-facts.md §4.4). One that AWS does not take is a
    /// `TailState::Failed` of kind `Refused`.
    pub pattern: Option<String>,
}

impl Tailing {
    /// These sources, polled, from the usual time on.
    pub fn of(sources: Vec<TailSource>) -> Self {
        Self {
            sources,
            ..Self::default()
        }
    }
}

/// News of the log tail.
#[derive(Clone, Debug)]
pub enum Tail {
    Chunk(Arc<Chunk>),
    State {
        source: TailSource,
        state: TailState,
    },
    /// How a source is read from now on.
    Method {
        source: TailSource,
        method: Method,
    },
    /// A source was read to its end: everything that AWS had at `began` (of the monotonic clock) has come. Told only to
    /// whoever writes lines once, in an order.
    Round {
        source: TailSource,
        began: Duration,
    },
    /// The sessions of Live Tail that are open, on each change and once a minute; `None`: none is open any more.
    Live(Option<LiveSessions>),
    /// What was asked for with `Effect::ReadPast`.
    Past(Past),
}

/// What one source of the tail is doing.
#[derive(Clone, Debug, PartialEq)]
pub enum TailState {
    Starting,
    /// `lag`: of lines that came lately, how long after the last of the newest, a screenful, was ingested; `None` where
    /// none have come lately. While a call does not come back it grows: nothing is known of what was written since.
    Following {
        lag: Option<Duration>,
    },
    /// Pages are still being followed; so far behind. `Effect::TailNow` leaves them out.
    Behind {
        by: Duration,
    },
    /// AWS asked us to slow down, or the region's quota is used up by the other sources; the lines come later, none is
    /// lost. `by`: how far behind, where it is known.
    Throttled {
        by: Option<Duration>,
    },
    /// Lines of this span are not shown: the backlog was too long to read, or the operator went to now.
    Skipped(Gap),
    /// Live Tail sent only some of the lines of the second before this time (milliseconds since 1970).
    Sampled {
        at: i64,
    },
    /// All lines of this span (milliseconds since 1970) were polled, those among them that Live Tail did not send.
    Whole {
        from: i64,
        to: i64,
    },
    Failed {
        fault: Fault,
        next_try: Option<Duration>,
    },
}

/// How a source is read.
#[derive(Clone, Debug, PartialEq)]
pub enum Method {
    /// `instead`: why not by Live Tail, where that was asked for.
    Polling { instead: Option<Fault> },
    /// `sampled`: more than 500 events a second come, and AWS sends only some of them.
    Live { sampled: bool },
}

/// Sessions of Live Tail, and what they cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LiveSessions {
    /// Open now; each takes ten groups, an account has fifteen at most.
    pub open: u32,
    /// Session-minutes begun since the tail began, those of sessions that were renewed included.
    pub minutes: u64,
    /// USD an hour for those open now, without the free minutes of a month.
    pub usd_per_hour: f64,
}

/// News of older lines that were asked for, each with the window that it is of.
#[derive(Clone, Debug)]
pub enum Past {
    /// Older lines; the ring puts them in their place.
    Chunk {
        window: Arc<Window>,
        chunk: Arc<Chunk>,
    },
    /// Everything of the window from where reading began to this time (milliseconds since 1970) is there now.
    Reached { window: Arc<Window>, at: i64 },
    /// This source could not be read: from here on the lines are those of the others.
    LeftOut {
        window: Arc<Window>,
        source: TailSource,
        fault: Fault,
    },
    /// The window is read to its end, or to as many lines as were asked for: then `reached` lies within it. `expired`:
    /// before this time (milliseconds since 1970) no group keeps anything.
    Done {
        window: Arc<Window>,
        reached: i64,
        lines: usize,
        expired: Option<i64>,
    },
    /// It could not be read further.
    Failed { window: Arc<Window>, fault: Fault },
}
