//! The load-test session as its records tell it: what was agreed on, and how far it is (product.md §4).

use super::draft::Reason;
use super::record::Event;
use crate::domain::change::{Field, Standing, Target, Value};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// What was agreed on at the start. Durations are in seconds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Terms {
    pub plan: String,
    /// Counted from the end of the backup; then everything is put back.
    pub ttl_seconds: u64,
    /// Put back after so long with nobody attached.
    pub unattended_seconds: u64,
    /// At most so long is a restored rule's effect awaited before sizes go back.
    pub settle_seconds: u64,
    /// Alarms that end the test.
    pub alarms: Vec<String>,
    pub accepted: Vec<Accepted>,
    /// Who takes over a session that nobody carries any more.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub adopts: Option<String>,
}

/// A reason against the session that an operator took on by name.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Accepted {
    pub reason: Reason,
    pub what: String,
}

/// Where a session is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, strum::Display,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "lowercase")]
pub enum Stage {
    Applying,
    Running,
    /// A step missed its deadline, was refused, or is in conflict: retry, skip, revert.
    Halted,
    Reverting,
    Closed,
}

/// Why a session is put back.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    Asked {
        by: String,
    },
    /// A colleague left a request in the account.
    Requested {
        by: String,
    },
    TimeUp,
    /// Nobody was attached for so long.
    Unattended,
    Alarm {
        name: String,
    },
    /// The lock is another session's.
    Locked,
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Asked { by } => write!(f, "{by} asked for it"),
            Self::Requested { by } => write!(f, "{by} asked for it from another machine"),
            Self::TimeUp => f.write_str("its time is up"),
            Self::Unattended => f.write_str("nobody was attached"),
            Self::Alarm { name } => write!(f, "the alarm {name} is in ALARM"),
            Self::Locked => f.write_str("another session holds the lock"),
        }
    }
}

/// How a session ended.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, strum::Display,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Closing {
    /// Everything is as it was found.
    Restored,
    /// All but what somebody else changed meanwhile.
    Conflict,
    /// Something was left as it is, on the operator's word.
    Kept,
    /// Another session came first; nothing was changed.
    Locked,
    /// Another tidegate took it over.
    Adopted,
}

/// Words on the timeline.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Note {
    pub at: Timestamp,
    pub by: String,
    pub text: String,
}

/// One field that is not what the session set.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Moved {
    pub target: Target,
    pub field: Field,
    pub before: Value,
    pub ours: Value,
    pub now: Option<Value>,
    pub standing: Standing,
    /// Who did it, where the activities tell.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub who: Option<String>,
}

/// A load test as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestState {
    pub terms: Terms,
    pub stage: Stage,
    /// Once the backup is made.
    pub until: Option<Timestamp>,
    pub notes: Vec<Note>,
    /// Steps that the operator left out.
    pub skipped: BTreeSet<usize>,
    /// Why it halted, in words.
    pub halted: Option<String>,
    pub why: Option<Why>,
    pub drift: Vec<Moved>,
    pub closing: Option<Closing>,
}

impl TestState {
    /// A test that was just agreed on.
    pub fn new(terms: Terms) -> Self {
        Self {
            terms,
            stage: Stage::Applying,
            until: None,
            notes: Vec::new(),
            skipped: BTreeSet::new(),
            halted: None,
            why: None,
            drift: Vec::new(),
            closing: None,
        }
    }

    pub(super) fn take(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::Began { until } | Event::Extended { until, .. } => self.until = Some(*until),
            Event::Running => self.go(Stage::Running),
            Event::Halted { said, .. } => {
                self.go(Stage::Halted);
                self.halted = Some(said.clone());
            }
            Event::Resumed { .. } => self.go(Stage::Applying),
            Event::Skipped { step, .. } => drop(self.skipped.insert(*step)),
            Event::Reverting { why } => {
                self.go(Stage::Reverting);
                self.why = self.why.take().or_else(|| Some(why.clone()));
            }
            Event::Noted { by, text } => self.notes.push(Note {
                at,
                by: by.clone(),
                text: text.clone(),
            }),
            Event::Drifted { fields } => self.drift.clone_from(fields),
            Event::Closed { closing } => {
                self.go(Stage::Closed);
                self.closing = Some(*closing);
            }
            _ => {}
        }
    }

    fn go(&mut self, stage: Stage) {
        self.stage = stage;
        self.halted = None;
    }
}
