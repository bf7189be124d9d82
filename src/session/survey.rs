//! What an account shows of a plan: everything that is decided on, read before the first write.

use super::plan::{GroupWish, Plan, RuleWish, ServiceWish};
use super::record::Place;
use super::shared::{SharedRecord, Shelf};
use crate::domain::autoscaling::ScalingDetail;
use crate::domain::fault::Fault;
use crate::domain::ids::DatabaseId;
use crate::domain::subject::Observation;
use crate::domain::text::Text;
use jiff::{SignedDuration, Timestamp};

/// One wish of a plan, in the order backup, groups, services, rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    Backup(DatabaseId),
    Group(GroupWish),
    Service(ServiceWish),
    Rule(RuleWish),
}

impl Wish {
    /// What it is about, for people.
    pub fn name(&self) -> Text {
        let said = match self {
            Self::Backup(id) => format!("database {}", id.text()),
            Self::Group(wish) => format!("group {}", wish.name.text()),
            Self::Service(wish) => {
                format!("service {}/{}", wish.cluster.text(), wish.name.text())
            }
            Self::Rule(wish) => format!("rule {} of {}", wish.rule.text(), wish.acl.text()),
        };
        Text::clean(&said)
    }
}

impl Plan {
    /// All wishes, in the order in which they are applied and in which a file's places are kept.
    pub fn wishes(&self) -> Vec<Wish> {
        let backups = self.backup.iter().cloned().map(Wish::Backup);
        let groups = self.groups.iter().cloned().map(Wish::Group);
        let services = self.services.iter().cloned().map(Wish::Service);
        let rules = self.rules.iter().cloned().map(Wish::Rule);
        backups.chain(groups).chain(services).chain(rules).collect()
    }
}

/// What was found of one wish.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub wish: Wish,
    /// A fault of kind `Missing`: there is no such thing.
    pub observed: Result<Observation, Fault>,
    /// Names that there are, where there is no such thing.
    pub near: Vec<Text>,
    /// Scheduled actions and a running refresh, of services with a target and of groups.
    pub scaling: Option<Result<ScalingDetail, Fault>>,
    /// Managed rule groups of the rule's web ACL whose version has expired: AWS refuses any update.
    pub expired: Vec<Text>,
}

/// What the account's shelf of session records holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// No session; the number that the next one takes.
    Free { next: u64 },
    /// A session is open.
    Taken(Box<SharedRecord>),
    /// It cannot be read: colleagues would not see the session either.
    Unreadable(Fault),
}

/// When the credentials in use end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// They renew themselves, or have no end.
    Renewed,
    Until(Timestamp),
}

/// One alarm that would end the test.
#[derive(Clone, Debug, PartialEq)]
pub struct AlarmSeen {
    pub name: Text,
    /// `OK`, `ALARM`, `INSUFFICIENT_DATA`; `None`: there is no such alarm.
    pub state: Result<Option<Text>, Fault>,
}

/// Everything that is decided on.
#[derive(Clone, Debug, PartialEq)]
pub struct Survey {
    pub place: Place,
    pub at: Timestamp,
    /// AWS's clock less ours, as its last answer told.
    pub skew: Option<SignedDuration>,
    pub lifetime: Lifetime,
    pub records: Vec<(Shelf, Record)>,
    /// In the order of [`Plan::wishes`].
    pub found: Vec<Found>,
    pub alarms: Vec<AlarmSeen>,
}
