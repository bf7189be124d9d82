//! What consoles and commands say to a guard, and what it answers: the protocol's words
//! (architecture.md §5). One JSON object a line.

use super::order::Proposal;
use super::revert::Decisions;
use super::snapshot::Snapshot;
use crate::domain::fault::{Fault, FaultKind};

/// The protocol's number. `status` and `revert` never change their form.
pub const PROTOCOL: u32 = 1;

/// The longest line either side takes, in bytes.
pub const LONGEST: usize = 1024 * 1024;

/// One thing asked of a guard.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// One snapshot.
    Status,
    /// From now on this client is attached, and is sent every snapshot.
    Attach,
    /// Put everything back.
    Revert {
        decisions: Decisions,
    },
    /// The end is so many seconds later.
    Extend {
        seconds: u64,
    },
    Note {
        text: String,
    },
    /// Try again what halted it.
    Retry,
    /// Go on without the step that halted it.
    Skip,
    /// Leave everything as it is, and close.
    Keep,
    /// A change from a console: further steps of the session.
    Change {
        proposal: Box<Proposal>,
    },
    /// Put the newest change back.
    Undo,
}

/// A client's line.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Asked {
    pub protocol: u32,
    /// Given back with the answer.
    pub id: u64,
    /// Who asks: `alice on bastion-1`.
    pub by: String,
    pub ask: Ask,
}

/// What became of what was asked.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    Done { said: String },
    Refused { trouble: Told },
}

/// A fault on its way between two processes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Told {
    pub kind: FaultKind,
    pub what: String,
    #[serde(default)]
    pub means: String,
    #[serde(default)]
    pub next: String,
    #[serde(default)]
    pub code: Option<String>,
}

impl From<&Fault> for Told {
    fn from(fault: &Fault) -> Self {
        Self {
            kind: fault.kind,
            what: fault.what.as_str().to_owned(),
            means: fault.means.as_str().to_owned(),
            next: fault.next.as_str().to_owned(),
            code: fault.code.as_ref().map(|c| c.as_str().to_owned()),
        }
    }
}

impl From<&Told> for Fault {
    fn from(told: &Told) -> Self {
        let fault = Self::new(told.kind, &told.what)
            .means(&told.means)
            .next(&told.next);
        Self {
            code: told.code.as_deref().map(crate::domain::text::Text::clean),
            ..fault
        }
    }
}

/// A guard's line.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    Snapshot(Box<Snapshot>),
    Answer { id: u64, answer: Answer },
}
