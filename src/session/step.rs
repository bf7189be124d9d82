//! A step: one thing that a session does. Only `Set` can be undone.

use super::order::Proposed;
use crate::domain::backstop::Bounds;
use crate::domain::backup::Backup;
use crate::domain::change::{Change, Target};
use crate::domain::rds::DatabaseKind;
use crate::domain::text::Text;

/// One step of a session. Timers and the account-wide lock get their kinds here,
/// beside these two; a record with a kind that this version does not know is refused.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    Set(Change),
    Create(Backup),
}

impl From<Proposed> for Step {
    fn from(proposed: Proposed) -> Self {
        match proposed {
            Proposed::Set(change) => Self::Set(change),
            Proposed::Create(backup) => Self::Create(backup),
        }
    }
}

impl From<&Step> for Proposed {
    fn from(step: &Step) -> Self {
        match step {
            Step::Set(change) => Self::Set(change.clone()),
            Step::Create(backup) => Self::Create(backup.clone()),
        }
    }
}

impl Step {
    /// The change, where it is one.
    pub fn change(&self) -> Option<&Change> {
        match self {
            Self::Set(change) => Some(change),
            Self::Create(_) => None,
        }
    }

    /// What it acts on, for people: `service orchard/api`.
    pub fn resource(&self) -> Text {
        match self {
            Self::Set(change) => resource(&change.target),
            Self::Create(backup) => {
                let kind = if backup.database.kind == DatabaseKind::Cluster {
                    "cluster"
                } else {
                    "database"
                };
                Text::clean(&format!("{kind} {}", backup.database.id.text()))
            }
        }
    }
}

/// A target's name for people and for the audit trail.
pub fn resource(target: &Target) -> Text {
    let said = match target {
        Target::Scalable(at) => format!(
            "scalable target {}/{}",
            at.cluster.text(),
            at.service.text()
        ),
        Target::Service(at) => format!("service {}/{}", at.cluster.text(), at.service.text()),
        Target::Group(name) => format!("group {}", name.text()),
        Target::Rule(at) => format!("rule {} of {}", at.rule.text(), at.acl.name.text()),
        Target::Timer(timer) => match &timer.of {
            Bounds::Target(at) => format!("timer of {}/{}", at.cluster.text(), at.service.text()),
            Bounds::Group(name) => format!("timer of {}", name.text()),
        },
        Target::Record(at) => format!("session record {}", at.name),
    };
    Text::clean(&said)
}
