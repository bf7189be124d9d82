//! A change: one reversible setting of one resource, before and after.

use super::backstop::{RecordRef, Timer};
use super::ecs::ServiceRef;
use super::ids::GroupName;
use super::waf::{RawJson, RuleRef};
use std::collections::BTreeMap;

/// What a change touches.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The service's scalable target: `Min`, `Max`.
    Scalable(ServiceRef),
    /// The service itself: `Desired`.
    Service(ServiceRef),
    /// An EC2 Auto Scaling group: `Min`, `Max`, `Desired`.
    Group(GroupName),
    /// A rate rule: `Action` or `Limit`.
    Rule(RuleRef),
    /// A timer of AWS behind a session: `Present`.
    Timer(Timer),
    /// The session's record in the account, its lock: `Present`.
    Record(RecordRef),
}

/// One setting of a target.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    strum::Display,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "lowercase")]
pub enum Field {
    Min,
    Max,
    Desired,
    Action,
    Limit,
    /// Whether it is there: `backstop::ABSENT`, `PRESENT` or `OTHER`.
    Present,
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    Count(u64),
    /// A rule's whole action object.
    Json(RawJson),
}

impl Value {
    /// The number, where it is one.
    pub fn count(&self) -> Option<u64> {
        match self {
            Self::Count(n) => Some(*n),
            Self::Json(_) => None,
        }
    }
}

/// What a target's fields were at one moment.
pub type Reading = BTreeMap<Field, Value>;

/// Whether a field is compared when it is put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hold {
    /// Ours: compared three-way and restored.
    Held,
    /// Autoscaling moves it: restored only where nothing else will lower it, never compared.
    Floating,
}

/// One field of a change.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FieldChange {
    pub field: Field,
    pub before: Value,
    pub after: Value,
    pub hold: Hold,
}

/// A change: target, before, after. Invertible by construction.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Change {
    pub target: Target,
    pub fields: Vec<FieldChange>,
}

impl Target {
    /// Whether it stands behind the others: it goes when all of them are back, and not before.
    pub fn is_net(&self) -> bool {
        matches!(self, Self::Timer(_) | Self::Record(_))
    }
}

impl Change {
    /// What puts a timer or a record there.
    pub fn put(target: Target) -> Self {
        Self {
            target,
            fields: vec![FieldChange {
                field: Field::Present,
                before: Value::Count(super::backstop::ABSENT),
                after: Value::Count(super::backstop::PRESENT),
                hold: Hold::Held,
            }],
        }
    }

    /// The change that puts back what this one replaces.
    #[must_use]
    pub fn invert(&self) -> Self {
        let swap = |f: &FieldChange| FieldChange {
            field: f.field,
            before: f.after.clone(),
            after: f.before.clone(),
            hold: f.hold,
        };
        Self {
            target: self.target.clone(),
            fields: self.fields.iter().map(swap).collect(),
        }
    }

    /// The change that sets these fields only.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&FieldChange) -> bool) -> Self {
        Self {
            target: self.target.clone(),
            fields: self.fields.iter().filter(|f| keep(f)).cloned().collect(),
        }
    }

    /// What its fields become.
    pub fn after(&self) -> Reading {
        self.fields
            .iter()
            .map(|f| (f.field, f.after.clone()))
            .collect()
    }

    /// What its fields were.
    pub fn before(&self) -> Reading {
        self.fields
            .iter()
            .map(|f| (f.field, f.before.clone()))
            .collect()
    }

    /// Before or after of one field.
    pub fn field(&self, field: Field) -> Option<&FieldChange> {
        self.fields.iter().find(|f| f.field == field)
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.fields.iter().all(|f| f.before == f.after)
    }
}

/// Now against before and ours: the three-way comparison of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It already is what it was before.
    AsBefore,
    /// It is what we set: may be put back.
    Ours,
    /// Somebody else changed it since.
    Theirs,
    /// It is not there any more.
    Gone,
}

/// Compares one field three ways.
pub fn standing(change: &FieldChange, now: Option<&Value>) -> Standing {
    match now {
        None => Standing::Gone,
        Some(v) if *v == change.before => Standing::AsBefore,
        Some(v) if *v == change.after => Standing::Ours,
        Some(_) => Standing::Theirs,
    }
}
