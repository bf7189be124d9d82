//! The words of the conductor: what it is told, and what it answers.

use super::super::ask::{Answer, Ask};
use super::super::load_test::{Moved, Terms};
use super::super::machine::{Command, Input};
use super::super::record::Sign;
use super::super::snapshot::AlarmNow;
use super::super::step::Step;
use crate::domain::change::Target;
use crate::domain::ids::SessionId;
use crate::domain::subject::Subject;
use std::time::Duration;

/// What a conductor is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// A new session.
    Begin,
    /// A session whose program died.
    Resume(Resume),
    /// An answer to the machine's last command.
    Inner(Input),
    Asked {
        ask: Ask,
        by: String,
    },
    /// So many clients are attached now.
    Attached(u32),
    /// Time has passed.
    Tick,
    News(News),
}

/// What becomes of a session that is taken up again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resume {
    /// It goes on where it was.
    On,
    Revert,
    Keep,
}

/// What was seen in the account beside the steps.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    Alarms(Vec<AlarmNow>),
    /// What is not as the session set it, at this generation of it; of what could not be read is
    /// known what was known.
    Drift {
        generation: u64,
        fields: Vec<Moved>,
        unread: Vec<Target>,
    },
    /// The restored rule's effect shows in the counts.
    Settled,
    /// A colleague asks in the account to put everything back.
    Requested {
        by: String,
    },
    /// The guard was told to end; the session goes on with the next one.
    Left {
        signal: String,
    },
    /// Another tidegate took the session over.
    Adopted {
        by: String,
    },
    Vitals(Vec<Sign>),
    /// Something beside the steps is in trouble; `None`: it is over.
    Trouble(About, Option<String>),
}

/// What can be in trouble beside the steps: each tells of its own, and of nothing else's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    Journal,
    /// The guard's own process.
    Guard,
    /// The session's record in the account, as it is read.
    Record,
    /// As it is written.
    Heartbeat,
    Alarms,
    Drift,
}

/// How long the conductor waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Between two looks at what drains.
    pub drain: Duration,
    /// After a revert that failed; grows.
    pub again: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            drain: Duration::from_secs(10),
            again: Duration::from_secs(3),
        }
    }
}

/// What the conductor answers with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moves {
    pub commands: Vec<Command>,
    pub answer: Option<Answer>,
}

/// What a session is opened with.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Opening {
    pub id: SessionId,
    pub summary: String,
    pub subject: Subject,
    pub steps: Vec<Step>,
    pub terms: Terms,
}

impl From<Vec<Command>> for Moves {
    fn from(commands: Vec<Command>) -> Self {
        Self {
            commands,
            answer: None,
        }
    }
}
