//! What is written down, in which words, and the refusal to act on words of a newer version.

use super::load_test::{Closing, Moved, Terms, Why};
use super::step::Step;
use crate::domain::change::{Change, Field, Reading};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::identity::Scope;
use crate::domain::ids::{Arn, RequestId, SessionId};
use crate::domain::subject::Subject;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// The version of the record's words. A record of another version is shown, never acted on.
pub const VERSION: u32 = 1;

/// Who acts, from where (safety.md §1).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Actor {
    pub host: String,
    pub user: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sudo_user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub login_uid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ssh_connection: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tty: Option<String>,
    pub pid: u32,
    /// The program's version.
    pub version: String,
}

/// In which account and region, as whom.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Place {
    #[serde(flatten)]
    pub scope: Scope,
    pub caller: Arn,
}

/// There, or back.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    Apply,
    Revert,
}

/// What went wrong, as it is kept: no more than a person needs to follow it up.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Trouble {
    pub what: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request: Option<RequestId>,
}

impl From<&Fault> for Trouble {
    fn from(fault: &Fault) -> Self {
        Self {
            what: fault.what.as_str().to_owned(),
            code: fault.code.as_ref().map(|c| c.as_str().to_owned()),
            request: fault.request_id.clone(),
        }
    }
}

/// What one prepared step will send: exactly what is there, what it becomes, what puts it back.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prepared {
    Set {
        /// Every field that is sent, before and after.
        change: Change,
        /// The change that undoes it. Durable before the request leaves, so that a full disk cannot stop a revert.
        revert: Change,
    },
    Create(crate::domain::backup::Backup),
}

/// One thing that happened to a session.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Event {
    /// A session begins; nothing has been sent.
    Opened {
        summary: String,
        subject: Subject,
        steps: Vec<Step>,
    },
    /// First record of a further segment: quotes the last valid one before it.
    Continued {
        segment: u32,
        after: u64,
        crc: String,
    },
    Prepared {
        step: usize,
        way: Way,
        what: Prepared,
    },
    /// The request leaves now.
    Sent {
        step: usize,
        way: Way,
        attempt: u32,
        action: String,
        resource: String,
    },
    /// AWS took it.
    Done {
        step: usize,
        way: Way,
        request: Option<RequestId>,
        millis: u64,
    },
    /// Nothing was changed: refused, or it never left.
    Failed {
        step: usize,
        way: Way,
        trouble: Trouble,
        millis: u64,
    },
    /// No answer.
    InDoubt {
        step: usize,
        way: Way,
        trouble: Trouble,
        millis: u64,
    },
    /// Read back, and as wished.
    Verified {
        step: usize,
        way: Way,
        observed: Reading,
        said: String,
    },
    /// Taken, but its effect was not seen in time.
    Stalled {
        step: usize,
        way: Way,
        said: String,
    },
    /// Put back but for a bound that would stop what runs.
    Draining {
        step: usize,
        said: String,
    },
    /// Everything of this step is as it was.
    Reverted {
        step: usize,
    },
    /// The operator leaves these fields as they are.
    Kept {
        step: usize,
        fields: BTreeSet<Field>,
    },
    /// The session is a load test: what was agreed on.
    Planned {
        terms: Terms,
    },
    /// More steps, on the operator's word or for the timers behind them.
    Appended {
        steps: Vec<Step>,
        by: String,
    },
    /// The backups are made: the time runs from here.
    Began {
        until: Timestamp,
    },
    /// Everything is applied and verified.
    Running,
    /// A step could not be carried out, or has no effect, or is in conflict.
    Halted {
        step: Option<usize>,
        said: String,
    },
    /// The operator lets it go on.
    Resumed {
        by: String,
    },
    /// The operator leaves this step out.
    Skipped {
        step: usize,
        by: String,
    },
    /// Everything is being put back.
    Reverting {
        why: Why,
    },
    Extended {
        until: Timestamp,
        by: String,
    },
    /// The operator's words.
    Noted {
        by: String,
        text: String,
    },
    /// An alarm of the plan changed its state.
    Alarm {
        name: String,
        state: String,
    },
    /// What others changed meanwhile; empty: all is as the session set it.
    Drifted {
        fields: Vec<Moved>,
    },
    /// A sign of life, or a request taken from the account.
    Errand {
        action: String,
        resource: String,
    },
    /// A vital sign's readings of a while, for the report.
    Vitals {
        signs: Vec<Sign>,
    },
    /// What autoscaling did while the session was open, read at its end.
    Activities {
        seen: Vec<ScalingActivity>,
        /// Whose could not be read, and why.
        unread: Vec<String>,
    },
    /// The guard ended on a signal; the session stays open for the next one.
    Left {
        signal: String,
    },
    Closed {
        closing: Closing,
    },
}

/// A measured value at one moment.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Sign {
    /// `cpu`, `requests`, `blocked` …
    pub name: String,
    /// Of what: `service orchard/api`.
    pub of: String,
    pub unit: String,
    pub value: f64,
}

/// One activity of Application Auto Scaling or of a group, in AWS's words.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ScalingActivity {
    pub at: Timestamp,
    pub end: Option<Timestamp>,
    pub of: String,
    pub status: String,
    pub description: String,
    pub cause: String,
}

/// No reading is NaN: metrics are numbers, and JSON has no other.
impl Eq for Sign {}

impl Event {
    /// Which step it is about.
    pub fn step(&self) -> Option<usize> {
        match self {
            Self::Opened { .. }
            | Self::Continued { .. }
            | Self::Planned { .. }
            | Self::Appended { .. }
            | Self::Began { .. }
            | Self::Running
            | Self::Halted { .. }
            | Self::Resumed { .. }
            | Self::Reverting { .. }
            | Self::Extended { .. }
            | Self::Noted { .. }
            | Self::Alarm { .. }
            | Self::Drifted { .. }
            | Self::Errand { .. }
            | Self::Vitals { .. }
            | Self::Activities { .. }
            | Self::Left { .. }
            | Self::Closed { .. } => None,
            Self::Skipped { step, .. }
            | Self::Prepared { step, .. }
            | Self::Sent { step, .. }
            | Self::Done { step, .. }
            | Self::Failed { step, .. }
            | Self::InDoubt { step, .. }
            | Self::Verified { step, .. }
            | Self::Stalled { step, .. }
            | Self::Draining { step, .. }
            | Self::Reverted { step }
            | Self::Kept { step, .. } => Some(*step),
        }
    }
}

/// One line of the journal, without its number and check sum.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Record {
    pub v: u32,
    pub at: Timestamp,
    pub session: SessionId,
    pub actor: Actor,
    pub place: Place,
    pub event: Event,
}

/// The little that is read of a record before it is trusted.
#[derive(serde::Deserialize)]
struct Head {
    v: u32,
    actor: HeadActor,
    event: HeadEvent,
}

#[derive(serde::Deserialize)]
struct HeadActor {
    version: String,
}

#[derive(serde::Deserialize)]
struct HeadEvent {
    kind: String,
}

impl Record {
    /// Reads a record; one in the words of another version is refused with the version that wrote it.
    pub fn parse(json: &str) -> Result<Self, Fault> {
        let head: Head = serde_json::from_str(json).map_err(|e| garbled(&e))?;
        if head.v != VERSION {
            return Err(newer(
                &format!("record version {}", head.v),
                &head.actor.version,
            ));
        }
        serde_json::from_str(json).map_err(|e| {
            if e.to_string().contains("unknown variant") {
                let kind = format!("the record kind “{}”", head.event.kind);
                newer(&kind, &head.actor.version)
            } else {
                garbled(&e)
            }
        })
    }
}

fn newer(what: &str, version: &str) -> Fault {
    Fault::new(
        FaultKind::Local,
        format!("The journal holds {what}, which this version does not know"),
    )
    .means("tidegate will not act on a session that it reads only in part")
    .next(format!("use tidegate {version} or newer, which wrote it"))
}

fn garbled(e: &serde_json::Error) -> Fault {
    Fault::new(
        FaultKind::Garbled,
        format!("A journal record cannot be read ({e})"),
    )
    .means("the file was changed or damaged")
    .next("run `tidegate journal verify`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            v: VERSION,
            at: Timestamp::UNIX_EPOCH,
            session: "s".into(),
            actor: Actor {
                version: "0.9.0".into(),
                ..Actor::default()
            },
            place: Place {
                scope: Scope {
                    account: "1".into(),
                    region: "eu".into(),
                },
                caller: "arn:aws:iam::1:user/alice".into(),
            },
            event: Event::Reverted { step: 0 },
        }
    }

    #[test]
    fn a_record_comes_back_as_it_was_written() {
        let json = serde_json::to_string(&record()).unwrap();
        assert_eq!(Record::parse(&json), Ok(record()));
    }

    #[test]
    fn an_unknown_version_or_kind_is_refused_and_names_the_version_needed() {
        let json = serde_json::to_string(&record()).unwrap();
        for changed in [
            json.replace("\"v\":1", "\"v\":2"),
            json.replace("reverted", "armed"),
        ] {
            let fault = Record::parse(&changed).unwrap_err();
            assert!(fault.next.as_str().contains("0.9.0"), "{fault}");
        }
    }

    #[test]
    fn garbage_is_a_fault_and_not_a_panic() {
        assert_eq!(
            Record::parse("{\"v\":").unwrap_err().kind,
            FaultKind::Garbled
        );
    }
}
