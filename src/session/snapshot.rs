//! A session as a guard tells it to whoever watches: whole, every time.

use super::load_test::{Accepted, Closing, Moved, Stage, Why};
use super::record::{Place, Sign};
use crate::domain::change::{Field, Value};
use crate::domain::ids::SessionId;
use jiff::Timestamp;

/// Everything there is to see of a session.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Snapshot {
    pub protocol: u32,
    pub session: SessionId,
    pub plan: String,
    #[serde(flatten)]
    pub place: Place,
    /// Who opened it.
    pub who: String,
    pub host: String,
    /// The guard's process.
    pub pid: u32,
    pub version: String,
    pub protection: Protection,
    pub opened: Timestamp,
    /// The guard's clock.
    pub now: Timestamp,
    pub stage: Stage,
    /// Why it halted or is put back.
    pub said: Option<String>,
    pub why: Option<Why>,
    pub closing: Option<Closing>,
    /// Once the backups are made.
    pub until: Option<Timestamp>,
    pub unattended_seconds: u64,
    /// Since when nobody is attached.
    pub alone_since: Option<Timestamp>,
    pub attached: u32,
    pub steps: Vec<StepSeen>,
    pub accepted: Vec<Accepted>,
    /// What others changed while it runs.
    pub drift: Vec<Moved>,
    /// What others changed and the revert therefore left: to be decided.
    pub conflicts: Vec<Moved>,
    pub alarms: Vec<AlarmNow>,
    pub vitals: Vec<Sign>,
    pub notes: u32,
    /// The record that colleagues see; without one they do not see the session.
    pub shared: Option<String>,
    /// What is wrong beside the steps, a line for each thing that is in trouble.
    pub troubles: Vec<String>,
}

/// What keeps the guard alive when the login ends.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, strum::Display,
)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// A systemd user scope, with linger.
    #[strum(serialize = "systemd scope with linger")]
    Scope,
    /// A process of its own session.
    #[strum(serialize = "detached process")]
    Detached,
    /// In the console's process: it ends with it.
    #[strum(serialize = "none: it ends with this program")]
    None,
}

/// How one step stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, strum::Display,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Standing {
    Waiting,
    Applying,
    InDoubt,
    /// Set; its effect is awaited.
    Verifying,
    Applied,
    Failed,
    Stalled,
    Skipped,
    Reverting,
    Draining,
    Conflict,
    Reverted,
    Kept,
}

/// What kind of step it is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    strum::Display,
    strum::EnumIter,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Kind {
    Lock,
    Backup,
    Timer,
    Group,
    Service,
    Rule,
}

/// One step and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StepSeen {
    pub kind: Kind,
    /// `service orchard/api`.
    pub resource: String,
    pub standing: Standing,
    /// What is awaited, or what went wrong.
    pub said: String,
    pub percent: Option<u8>,
    pub fields: Vec<FieldSeen>,
}

/// One field: what it was, and what the session set.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FieldSeen {
    pub field: Field,
    pub before: Value,
    pub ours: Value,
    /// Where it is not what the session set.
    pub now: Option<Value>,
}

/// An alarm of the plan.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AlarmNow {
    pub name: String,
    /// `OK`, `ALARM`, `INSUFFICIENT_DATA`.
    pub state: String,
}
