//! What an action is about, and a fresh look at it.

use super::autoscaling::{Group, Policy, ScalableTarget};
use super::ecs::{Headroom, Service, ServiceRef};
use super::fault::Fault;
use super::ids::{Arn, GroupName, SnapshotId};
use super::rds::{Database, DatabaseRef, Quota};
use super::waf::{Acl, RuleRef};

/// What a dialog needs to know, read fresh when it opens.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A service with its scalable target, policies and headroom.
    Service(ServiceRef),
    Group(GroupName),
    Rule(RuleRef),
    Database(DatabaseRef),
}

/// A fresh look at a subject.
#[derive(Clone, Debug, PartialEq)]
pub enum Observation {
    Service {
        service: Service,
        target: Option<ScalableTarget>,
        policies: Vec<Policy>,
        headroom: Option<Headroom>,
    },
    /// A group with its policies: with one, `desired` moves by itself.
    Group { group: Group, policies: Vec<Policy> },
    Rule {
        acl: Box<Acl>,
        resources: Vec<Arn>,
        gaps: Vec<Fault>,
    },
    /// `underway`: a snapshot of it that is being made right now.
    Database {
        database: Database,
        quota: Option<Quota>,
        underway: Option<SnapshotId>,
    },
}
