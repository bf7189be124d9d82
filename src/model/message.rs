//! Messages are facts: what happened, in the words of the program.

use super::query::Reply;
use super::sift::Sifted;
use super::time::Now;
use crate::domain::fault::Fault;
use crate::domain::ids::Region;
use crate::domain::ids::SessionId;
use crate::domain::text::Text;
use crate::session::ask::Answer;
use crate::session::opening::Drafted;
use crate::session::order::Report;
use crate::session::shared::SharedRecord;
use crate::session::snapshot::Snapshot;
use std::time::Duration;

pub use super::tail::{Tail, TailState};

/// Anything that reaches `update`.
#[derive(Clone, Debug)]
pub enum Message {
    /// The clock moved; deadlines are looked at.
    Now(Now),
    Input(Input),
    Resize {
        width: u16,
        height: u16,
    },
    /// The terminal is back after Ctrl-Z.
    Resumed,
    Reply(Reply),
    Tail(Tail),
    /// What a worker found in the lines in memory.
    Sifted(Sifted),
    Carrier(Report),
    Test(TestNews),
    Link(Link),
    Usage(Usage),
    /// A file that `w` wrote, or why not.
    Saved(Result<Saved, Fault>),
    /// A text went to the clipboard.
    Copied(Copied),
    /// The clients were rebuilt for other settings, or could not be.
    Switched(Result<(), Fault>),
    /// The clients are there: the region they really speak to, and an endpoint that is not AWS's own.
    Connected {
        region: Region,
        endpoint: Option<Text>,
    },
    /// Something outside was done.
    Told(Text),
    /// Something outside could not be done, or was refused.
    Trouble(Fault),
    /// The operator, or a signal, wants out.
    Quit,
}

/// News of the load test that is open here.
#[derive(Clone, Debug)]
pub enum TestNews {
    /// The session whole, every two seconds and on change; one that is closed is the last.
    Snapshot(Box<Snapshot>),
    /// Its guard is there and has said nothing for so long.
    Silent {
        session: SessionId,
        by: Duration,
    },
    /// Its guard is gone and the session is open; it is restarted, or not any more.
    Died {
        session: SessionId,
        restarts: bool,
    },
    /// A colleague's session in this scope; `None`: there is none.
    Foreign(Option<Box<SharedRecord>>),
    Answered(Answer),
    Drafted(Box<Result<Drafted, Fault>>),
    /// The guard has it, or why not.
    Started(Result<SessionId, Fault>),
    /// A report in Markdown.
    Report(Result<Vec<Text>, Fault>),
}

/// A key or a paste. Pasted text never confirms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Key(crossterm::event::KeyEvent),
    Paste(String),
}

/// How the connection to AWS stands, for the header.
#[derive(Clone, Debug, PartialEq)]
pub enum Link {
    Fine,
    /// Nobody answers (region, endpoint, network).
    Down(Fault),
    /// Polling pauses; it is tried again at this monotonic time.
    NoCredentials {
        fault: Fault,
        next_try: Duration,
    },
    Throttled {
        until: Duration,
    },
}

/// What of a text went to the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// So many bytes.
    pub bytes: usize,
    /// That was all of it; terminals take no more than 64 KiB in a sequence.
    pub whole: bool,
}

/// A file that was written, and what is in it: `34 lines (5,678 in memory)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// As a shell takes it: `~` for the home directory.
    pub path: std::path::PathBuf,
    pub what: String,
}

/// Calls and their cost, once a second while it changes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// All that left, log tails included.
    pub calls_last_minute: u32,
    /// Those of log tails, which the budget does not pace.
    pub logs_last_minute: u32,
    pub budget: u32,
    /// Queries of `GetMetricData` in the last hour, projected; 0.01 USD per 1,000.
    pub metrics_per_hour: u32,
    pub throttled_last_minute: u32,
}
