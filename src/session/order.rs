//! What the console asks of the carrier (machine + journal + AWS), and what the
//! carrier reports. Pure data: the console's half of the road of a write.

use crate::domain::backup::Backup;
use crate::domain::change::{Change, Field, Reading, Standing, Target, Value};
use crate::domain::fault::Fault;
use crate::domain::ids::{RequestId, SessionId};
use crate::domain::subject::{Observation, Subject};
use crate::domain::text::Text;
use crate::session::revert::Decisions;
use jiff::Timestamp;
use std::time::Duration;

/// One step the operator has confirmed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proposed {
    Set(Change),
    Create(Backup),
}

/// What the operator confirmed: steps in order, with what they were decided on.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Proposal {
    pub subject: Subject,
    /// What the dialog showed; the carrier reads again and compares.
    pub seen: Vec<(Target, Reading)>,
    pub steps: Vec<Proposed>,
    /// `scale api 4 → 8`, for lists and the journal.
    pub summary: Text,
}

/// What the console asks the carrier to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    Apply(Box<Proposal>),
    /// Undo this session's changes, as the operator decided where there was a conflict.
    Undo {
        session: SessionId,
        decisions: Decisions,
    },
    /// Leave an unfinished change as it is, for good.
    Keep {
        session: SessionId,
    },
    /// Look again at unfinished changes (three-way).
    Inspect,
}

/// How far one step is.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// Reading again before the write.
    Rechecking,
    /// The intent is durable; the request is on its way.
    Sent,
    /// AWS took it.
    Done {
        request: Option<RequestId>,
    },
    /// No answer: being read back.
    InDoubt {
        since: Timestamp,
    },
    /// Taken, but its effect is awaited: a sentence, and a percentage where AWS gives one.
    Verifying {
        what: Text,
        percent: Option<u8>,
    },
    Verified {
        what: Text,
    },
    /// The bound cannot go back yet without stopping tasks.
    Draining {
        what: Text,
    },
}

/// One field of an unfinished or undone change, three ways.
#[derive(Clone, Debug, PartialEq)]
pub struct ThreeWay {
    pub target: Target,
    pub field: Field,
    pub before: Value,
    pub ours: Value,
    pub now: Option<Value>,
    pub standing: Standing,
}

/// A change of ours in this account and region, for `u` and for the start.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    pub session: SessionId,
    pub summary: Text,
    /// The row it belongs to.
    pub subject: Subject,
    /// What was set or made, before and after: panes show what is not as it was.
    pub steps: Vec<Proposed>,
    pub at: Timestamp,
    pub who: Text,
    pub state: PastState,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PastState {
    /// Applied and verified: `u` undoes it.
    Applied,
    /// A backup: `u` says that it is not deleted, and goes on to the one before.
    Backup,
    /// Begun and not known to have ended: shown at start.
    Unfinished,
    /// Put back only in part: a bound still drains.
    Draining,
    Reverted,
    Kept,
    /// AWS refused it; nothing changed.
    Refused,
}

/// What the carrier tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// Answer to `Effect::Observe`.
    Observed {
        subject: Subject,
        result: Box<Result<Observation, Fault>>,
    },
    /// Between dialog and write something changed: back to the dialog with what is there now.
    Changed {
        proposal: Box<Proposal>,
        now: Box<Observation>,
    },
    /// `subject` says on which row it is shown.
    Progress {
        session: SessionId,
        subject: Subject,
        summary: Text,
        step: Text,
        progress: Progress,
        took: Duration,
    },
    /// All steps verified.
    Finished { session: SessionId, summary: Text },
    /// It ended without having changed anything, or with part of it; the fault says which.
    Failed {
        session: Option<SessionId>,
        summary: Text,
        fault: Fault,
    },
    /// Undo stopped at these fields: before / ours / now, to be decided.
    Conflict {
        session: SessionId,
        fields: Vec<ThreeWay>,
    },
    Undone {
        session: SessionId,
        summary: Text,
        what: Text,
    },
    /// Newest first; sent at start and after each order.
    History(Vec<Past>),
    /// Unfinished changes found at start, with where they stand.
    Unfinished {
        session: SessionId,
        past: Past,
        fields: Vec<ThreeWay>,
        gap: Option<Fault>,
    },
    /// Something was left unfinished, of whatever account: lists wait until it is known whose it is.
    Looking,
    /// What was left unfinished here has been told.
    Looked,
    /// The journal cannot be written: nothing new begins.
    JournalBroken(Fault),
}
