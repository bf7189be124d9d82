//! What stands behind a session in the account itself: timers that restore bounds with nothing of
//! ours running, and the record that is its lock (product.md §4; aws-facts.md §1.11, §3.2, §3.3).
//! Each is there or is not, so that it is set and put back like any other setting.

use super::ecs::ServiceRef;
use super::identity::Scope;
use super::ids::GroupName;
use super::waf::AclScope;
use jiff::Timestamp;
use std::sync::Arc;

/// It is not there: the timer ran or was removed, the session is not locked.
pub const ABSENT: u64 = 0;
/// It is there as we put it.
pub const PRESENT: u64 = 1;
/// Something of that name is there, and not ours.
pub const OTHER: u64 = 2;

/// Whose bounds a timer restores.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Bounds {
    Target(ServiceRef),
    Group(GroupName),
}

/// A one-time scheduled action that restores min and max.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Timer {
    pub of: Bounds,
    /// `tidegate-<session>-restore`: unique within its target or group.
    pub name: Arc<str>,
    /// To the second; a group takes one action a moment.
    pub at: Timestamp,
    pub min: u32,
    pub max: u32,
}

/// Where the records of a session lie. A CLOUDFRONT web ACL is locked in us-east-1.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Shelf {
    Region,
    Cloudfront,
}

impl Shelf {
    /// The shelf that guards targets of this scope.
    pub fn of(scope: AclScope) -> Self {
        match scope {
            AclScope::Regional => Self::Region,
            AclScope::Cloudfront => Self::Cloudfront,
        }
    }

    /// `/tidegate/<scope>/session`: the path below which the records are numbered.
    pub fn path(self, scope: &Scope) -> String {
        let name = match self {
            Self::Region => scope.region.as_str(),
            Self::Cloudfront => "cloudfront",
        };
        format!("/tidegate/{name}/session")
    }
}

/// A session's record in Parameter Store, created without overwrite.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct RecordRef {
    pub shelf: Shelf,
    /// The parameter's whole name, its number included.
    pub name: Arc<str>,
    /// What is put there; it names the session.
    pub body: Arc<str>,
}
