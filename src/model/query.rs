//! Queries are nouns: what a pane wants to know of AWS, and the facts that answer.

use super::trace::{Found, Question};
use crate::domain::autoscaling::{Group, Policy, ScalableTarget, ScalingDetail};
use crate::domain::ecs::{Cluster, LogTarget, Service, ServiceDetail, ServiceRef};
use crate::domain::fault::Fault;
use crate::domain::identity::Identity;
use crate::domain::ids::{ClusterName, GroupName, Region, ServiceName, TaskDefinition};
use crate::domain::log::{Expiry, GroupFacts, TailSource};
use crate::domain::metrics::{Metric, Series};
use crate::domain::rds::{DatabaseRef, Inventory};
use crate::domain::text::Text;
use crate::domain::waf::{Acl, AclScope, RuleDetail, RuleRef};
use std::sync::Arc;
use std::time::Duration;

/// One read of AWS.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Query {
    /// Who and where: `sts:GetCallerIdentity`.
    Identity,
    /// What the account is called: `iam:ListAccountAliases`.
    Alias,
    /// All clusters, with their counts.
    Clusters,
    /// All service names of a cluster, in AWS's order; parts arrive page by page.
    ServiceNames(ClusterName),
    /// Details of these services (any number; asked ten a call); parts arrive batch by batch.
    Services {
        cluster: ClusterName,
        names: Arc<[ServiceName]>,
        fill: Fill,
    },
    /// Everything the drill-in of one service shows.
    ServiceDetail(ServiceRef),
    /// The raw answer about one thing, for `y`.
    Raw(RawOf),
    /// Where a task definition's containers write their logs.
    LogTargets(TaskDefinition),
    /// All scalable targets of ECS services in the region.
    ScalableTargets,
    /// Policies: of all ECS targets (empty list), or of these services only.
    Policies(Arc<[ServiceRef]>),
    /// All EC2 Auto Scaling groups.
    Groups,
    /// Policies, scheduled actions and activities of a scalable target, "not scaled" ones included.
    TargetDetail(ServiceRef),
    /// The same of a group, with its instance refresh.
    GroupDetail(GroupName),
    /// All web ACLs of a scope, each with its whole document.
    Acls(AclScope),
    /// Sampled requests, limited addresses and protected resources of a rule.
    RuleDetail(Box<RuleQuery>),
    /// Addresses limited now, for the pane's rate rules.
    Limited(Arc<[RuleRef]>),
    /// Databases and snapshots.
    Inventory,
    /// Log groups of a region (`None`: the console's) by substring (empty = all).
    LogGroups(Option<Region>, Text),
    /// What these log groups keep no more, and where it was exported to.
    LogExpiry(Arc<[TailSource]>),
    /// What other log groups have of a trace; parts arrive group by group.
    Trace(Box<Question>),
    /// CloudWatch series; at most 500 a call.
    Metrics(Arc<[Metric]>),
}

/// What a raw answer is wanted of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RawOf {
    Service(ServiceRef),
    Target(ServiceRef),
    Group(GroupName),
    Database(DatabaseRef),
}

impl RawOf {
    /// What it is called.
    pub fn name(&self) -> Text {
        match self {
            Self::Service(at) | Self::Target(at) => at.service.text(),
            Self::Group(name) => name.text(),
            Self::Database(at) => at.id.text(),
        }
    }
}

/// Why service details are asked for: decides their slot and priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fill {
    /// Rows on the screen.
    Visible,
    /// The rest, of which only the names are known yet: part of the first fill.
    Rest,
    /// The rest once more, as the budget allows.
    Again,
}

/// What `RuleDetail` needs to know of the rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RuleQuery {
    pub rule: RuleRef,
    pub metric: crate::domain::ids::MetricName,
    /// Whether AWS lists the limited addresses of this rule (rate rules by IP or forwarded IP).
    pub lists_addresses: bool,
}

/// One in flight per slot: a newer query of the same slot replaces the older one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, strum::Display)]
pub enum Slot {
    Identity,
    Alias,
    Clusters,
    ServiceNames,
    VisibleServices,
    OtherServices,
    ServiceDetail,
    Raw,
    LogTargets,
    ScalableTargets,
    Policies,
    Groups,
    ScalingDetail,
    RegionalAcls,
    CloudfrontAcls,
    RuleDetail,
    Limited,
    Inventory,
    LogGroups,
    LogExpiry,
    Trace,
    Metrics,
}

impl Query {
    /// Whether it belongs to the first fill, even where its slot was answered before: the rest of a large cluster comes
    /// in batches.
    pub fn is_first_fill(&self) -> bool {
        matches!(
            self,
            Self::Services {
                fill: Fill::Rest,
                ..
            }
        )
    }

    /// Its slot.
    pub fn slot(&self) -> Slot {
        match self {
            Self::Identity => Slot::Identity,
            Self::Alias => Slot::Alias,
            Self::Clusters => Slot::Clusters,
            Self::ServiceNames(_) => Slot::ServiceNames,
            Self::Services {
                fill: Fill::Visible,
                ..
            } => Slot::VisibleServices,
            Self::Services {
                fill: Fill::Rest | Fill::Again,
                ..
            } => Slot::OtherServices,
            Self::ServiceDetail(_) => Slot::ServiceDetail,
            Self::Raw(_) => Slot::Raw,
            Self::LogTargets(_) => Slot::LogTargets,
            Self::ScalableTargets => Slot::ScalableTargets,
            Self::Policies(_) => Slot::Policies,
            Self::Groups => Slot::Groups,
            Self::TargetDetail(_) | Self::GroupDetail(_) => Slot::ScalingDetail,
            Self::Acls(AclScope::Regional) => Slot::RegionalAcls,
            Self::Acls(AclScope::Cloudfront) => Slot::CloudfrontAcls,
            Self::RuleDetail(_) => Slot::RuleDetail,
            Self::Limited(_) => Slot::Limited,
            Self::Inventory => Slot::Inventory,
            Self::LogGroups(..) => Slot::LogGroups,
            Self::LogExpiry(_) => Slot::LogExpiry,
            Self::Trace(_) => Slot::Trace,
            Self::Metrics(_) => Slot::Metrics,
        }
    }
}

/// What a query found.
#[derive(Clone, Debug, PartialEq)]
pub enum Facts {
    Identity(Identity),
    /// `None` where the account has none, or it may not be known.
    Alias(Option<Text>),
    Clusters(Vec<Cluster>),
    /// A part of the same: what they are called, before their counts are there.
    ClusterNames(Vec<ClusterName>),
    /// So far, in order; a part carries all names up to here.
    ServiceNames(Arc<Vec<ServiceName>>),
    Services {
        found: Vec<Arc<Service>>,
        missing: Vec<ServiceName>,
    },
    ServiceDetail(Arc<ServiceDetail>),
    /// Pretty JSON line by line, secrets masked.
    Raw(Vec<Text>),
    LogTargets(Vec<LogTarget>),
    ScalableTargets(Vec<ScalableTarget>),
    Policies(Vec<Policy>),
    Groups(Vec<Group>),
    ScalingDetail(Arc<ScalingDetail>),
    Acls(Vec<Acl>),
    RuleDetail(Arc<RuleDetail>),
    /// `None` for aggregates AWS does not list.
    Limited(Vec<(RuleRef, Option<usize>)>),
    Inventory(Arc<Inventory>),
    LogGroups(Vec<GroupFacts>),
    /// Of those groups whose retention has an end, and may be known.
    LogExpiry(Vec<Expiry>),
    Trace(Found),
    Metrics(Vec<Series>),
}

/// How a query's answer comes in.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The request left (so that a pane can say "loading").
    Started,
    /// A part; more follows.
    Part(Facts),
    /// The last part, or the whole.
    Whole(Facts),
    /// It failed; the runtime tries again at `next_try` (monotonic), or not by itself.
    Failed {
        fault: Fault,
        next_try: Option<Duration>,
    },
}

/// An answer, with what it answers. Replies of an older epoch are dropped.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub epoch: Epoch,
    pub query: Query,
    pub answer: Answer,
}

/// Grows with each change of profile, account, region or endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u64);

/// How often, and how urgently, a query is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pace {
    /// Once; again only on refresh.
    Once,
    /// Again so long after the last answer.
    Every(Duration),
    /// Soon and often: something is being watched (a snapshot, a change taking effect).
    Watch(Duration),
}

/// One wish of a visible pane.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Want {
    pub query: Query,
    pub pace: Pace,
}

/// One want a slot: what several panes want of CloudWatch, or of a cluster's services, becomes one query, at the
/// shortest pace of them.
pub fn merge(wants: Vec<Want>) -> Vec<Want> {
    let mut merged: Vec<Want> = Vec::with_capacity(wants.len());
    for want in wants {
        let joined = merged
            .iter_mut()
            .find_map(|first| Some((first.query.joined(&want.query)?, first)));
        match joined {
            Some((query, first)) => {
                first.query = query;
                first.pace = if want.pace.interval() < first.pace.interval() {
                    want.pace
                } else {
                    first.pace
                };
            }
            None => merged.push(want),
        }
    }
    merged
}

fn union<T: Clone + Ord>(a: &[T], b: &[T]) -> Arc<[T]> {
    let all: std::collections::BTreeSet<&T> = a.iter().chain(b).collect();
    all.into_iter().cloned().collect()
}

impl Query {
    /// One query for what both ask, where one answer serves both.
    fn joined(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Metrics(a), Self::Metrics(b)) => Some(Self::Metrics(union(a, b))),
            (
                Self::Services {
                    cluster,
                    names: a,
                    fill,
                },
                Self::Services {
                    cluster: same,
                    names: b,
                    fill: alike,
                },
            ) if cluster == same && fill == alike => Some(Self::Services {
                cluster: cluster.clone(),
                names: union(a, b),
                fill: *fill,
            }),
            _ => None,
        }
    }
}

impl Query {
    /// The series it asks for; empty for every other query.
    pub fn metrics(&self) -> &[Metric] {
        match self {
            Self::Metrics(metrics) => metrics,
            _ => &[],
        }
    }
}

impl Pace {
    /// How long between two answers; the longest for [`Pace::Once`].
    fn interval(self) -> Duration {
        match self {
            Self::Once => Duration::MAX,
            Self::Every(d) | Self::Watch(d) => d,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cpu(service: &str) -> Metric {
        Metric::ServiceCpu(ServiceRef {
            cluster: "orchard".into(),
            service: service.into(),
        })
    }

    fn want(metrics: &[Metric], secs: u64) -> Want {
        Want {
            query: Query::Metrics(metrics.into()),
            pace: Pace::Every(Duration::from_secs(secs)),
        }
    }

    #[test]
    fn the_metrics_of_several_panes_are_asked_for_in_one_query_without_repeats() {
        let merged = merge(vec![
            want(&[cpu("b"), cpu("a")], 60),
            Want {
                query: Query::Groups,
                pace: Pace::Once,
            },
            want(&[cpu("b"), cpu("c")], 30),
        ]);
        assert_eq!(merged.len(), 2);
        assert_eq!(merged[0], want(&[cpu("a"), cpu("b"), cpu("c")], 30));
    }

    #[test]
    fn two_panes_that_show_services_of_one_cluster_ask_once() {
        let services = |cluster: &str, names: &[&str], fill| Want {
            query: Query::Services {
                cluster: cluster.into(),
                names: names.iter().map(|n| (*n).into()).collect(),
                fill,
            },
            pace: Pace::Once,
        };
        let merged = merge(vec![
            services("orchard", &["b", "a"], Fill::Visible),
            services("orchard", &["c", "b"], Fill::Visible),
            services("orchard", &["d"], Fill::Rest),
            services("meadow", &["a"], Fill::Visible),
        ]);
        assert_eq!(merged.len(), 3);
        assert_eq!(
            merged[0],
            services("orchard", &["a", "b", "c"], Fill::Visible)
        );
    }

    #[test]
    fn a_single_want_is_left_as_it_is() {
        let wants = vec![want(&[cpu("b"), cpu("a")], 60)];
        assert_eq!(merge(wants.clone()), wants);
    }
}
