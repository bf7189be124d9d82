//! A plan: a named list of wished-for values, as an operator writes it for a load test.
//! It names resources; what they are is found out when it is looked at in an account.

use crate::domain::ids::{AclName, ClusterName, DatabaseId, GroupName, RuleName, ServiceName};
use crate::domain::text::Text;
use crate::domain::waf::AclScope;
use std::time::Duration;

/// A load test as it is wished for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub name: Text,
    /// Counted from the end of the backup; then everything is put back.
    pub ttl: Duration,
    /// Put back after so long with nobody attached.
    pub unattended: Duration,
    /// At most so long is a restored rate rule's effect awaited before sizes go back.
    pub settle: Duration,
    /// Databases whose snapshot is available before anything else changes.
    pub backup: Vec<DatabaseId>,
    /// Alarms that end the test when they are in ALARM.
    pub stop_on_alarm: Vec<Text>,
    pub groups: Vec<GroupWish>,
    pub services: Vec<ServiceWish>,
    pub rules: Vec<RuleWish>,
}

/// How long a test lasts where the plan does not say it.
pub const TTL: Duration = Duration::from_mins(45);
/// How long nobody may be attached where the plan does not say it (product.md §4).
pub const UNATTENDED: Duration = Duration::from_mins(10);
/// How long a rule's effect is awaited where the plan does not say it.
pub const SETTLE: Duration = Duration::from_mins(3);
/// The longest test: a credential of a role lives twelve hours at most (aws-facts.md §1.13).
pub const LONGEST_TTL: Duration = Duration::from_hours(12);

/// An EC2 Auto Scaling group's sizes during the test. ECS or the test's load finds desired between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupWish {
    pub name: GroupName,
    pub min: u32,
    pub max: u32,
}

/// An ECS service's bounds during the test; one without a scalable target runs `min` tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceWish {
    pub cluster: ClusterName,
    pub name: ServiceName,
    pub min: u32,
    pub max: u32,
}

/// What a rate rule does during the test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleWish {
    pub acl: AclName,
    pub scope: AclScope,
    pub rule: RuleName,
    pub set: RuleSet,
}

/// Count what it would block, or block later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleSet {
    Count,
    Limit(u64),
}

/// The limits AWS takes of a rate-based rule (aws-facts.md §1.5; botocore's model of wafv2).
pub const LIMITS: std::ops::RangeInclusive<u64> = 10..=2_000_000_000;

impl Plan {
    /// How many settings and backups it asks for.
    pub fn len(&self) -> usize {
        self.backup.len() + self.groups.len() + self.services.len() + self.rules.len()
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
