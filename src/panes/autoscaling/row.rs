//! One row of the autoscaling pane: a scalable target, or an EC2 group.

use crate::domain::autoscaling::{
    Group, Instance, Policy, PolicyKind, ScalableTarget, Scaled, Suspended,
};
use crate::domain::ecs::Service;
use crate::domain::health::{self, Level};
use crate::domain::ids::{Arn, InstanceId};
use crate::domain::metrics::Metric;
use crate::domain::text::Text;
use crate::model::filter::Filter;
use crate::model::list::{Row, SortKey};
use crate::view::lines::Span;
use crate::view::table::Column;
use crate::view::theme::Role;
use std::borrow::Cow;
use std::sync::Arc;

/// The columns' names, in order.
pub const COLUMNS: &[&str] = &["TARGET", "SIZE", "METRIC", "STATE"];

/// Their widths.
pub const WIDTHS: &[Column] = &[
    Column::new(COLUMNS[0], 12, 20).grows(),
    Column::new("MIN≤DES≤MAX", 12, 15),
    Column::new(COLUMNS[2], 14, 24).priority(1),
    Column::new(COLUMNS[3], 12, 16).grows(),
];

/// A scalable target with all that is known of its service.
#[derive(Clone, Debug)]
pub struct TargetFacts {
    pub target: ScalableTarget,
    pub policies: Vec<Policy>,
    pub service: Option<Arc<Service>>,
    /// The newest value of the metric of its first target-tracking policy.
    pub value: Option<f64>,
}

/// A group with the lowest credit balance of its T-class instances.
#[derive(Clone, Debug)]
pub struct GroupFacts {
    pub group: Group,
    pub credits: Option<f64>,
}

/// One row.
#[derive(Clone, Debug)]
pub enum ScalingRow {
    Target(Box<TargetFacts>),
    Group(Box<GroupFacts>),
}

impl TargetFacts {
    /// The series its first target-tracking policy follows, where it is one of the service's own.
    pub fn metric(&self) -> Option<Metric> {
        let (metric, _) = tracked(&self.policies)?;
        match metric.as_str() {
            "ECSServiceAverageCPUUtilization" => Some(Metric::ServiceCpu(self.target.at.clone())),
            "ECSServiceAverageMemoryUtilization" => {
                Some(Metric::ServiceMemory(self.target.at.clone()))
            }
            _ => None,
        }
    }

    fn size(&self) -> String {
        size(
            self.target.min,
            self.service.as_ref().map(|s| s.desired),
            self.target.max,
        )
    }

    /// `CPU 81→75 %`: where it is, and where the policy wants it.
    fn metric_span(&self) -> Span {
        let Some((metric, wanted)) = tracked(&self.policies) else {
            return Span::dim(untracked(&self.policies));
        };
        let more = if self.policies.len() > 1 {
            format!(" +{}", self.policies.len() - 1)
        } else {
            String::new()
        };
        let value = self
            .value
            .map_or_else(|| "–".to_owned(), |v| format!("{v:.0}"));
        let above = self.value.is_some_and(|v| v > wanted);
        let (name, unit) = short_metric(metric);
        Span::of(
            format!("{name} {value}→{wanted:.0}{unit}{more}"),
            if above { Role::Warn } else { Role::Body },
        )
    }

    /// What it is doing.
    pub fn state(&self) -> (Cow<'static, str>, Role) {
        let suspended = suspended(self.target.suspended);
        let Some(s) = &self.service else {
            return if suspended.is_empty() {
                ("·".into(), Role::Dim)
            } else {
                (suspended.into(), Role::Warn)
            };
        };
        match s.running.cmp(&s.desired) {
            _ if !suspended.is_empty() => (suspended.into(), Role::Warn),
            std::cmp::Ordering::Less => short(s),
            std::cmp::Ordering::Greater => ("scaling in".into(), Role::Progress),
            std::cmp::Ordering::Equal if s.desired >= self.target.max => {
                ("at max".into(), Role::Warn)
            }
            std::cmp::Ordering::Equal if s.desired < self.target.min => {
                ("below min".into(), Role::Warn)
            }
            std::cmp::Ordering::Equal => ("steady".into(), Role::Dim),
        }
    }
}

/// Tasks that ECS has placed are starting; the others have found no room, or do not stay.
fn short(s: &Service) -> (Cow<'static, str>, Role) {
    let short = s.desired.saturating_sub(s.running);
    match short.saturating_sub(s.pending) {
        0 => (format!("starting {short}").into(), Role::Progress),
        missing => (format!("{missing} not placed").into(), Role::Warn),
    }
}

/// Metric and target value of the first target-tracking policy.
fn tracked(policies: &[Policy]) -> Option<(&Text, f64)> {
    policies.iter().find_map(|p| match &p.kind {
        PolicyKind::TargetTracking { metric, target, .. } => Some((metric, *target)),
        _ => None,
    })
}

fn untracked(policies: &[Policy]) -> &'static str {
    match policies.first().map(|p| &p.kind) {
        None => "no policy",
        Some(PolicyKind::Step { .. }) => "step policy",
        Some(_) => "other policy",
    }
}

/// A short name of a predefined metric, and its unit.
pub fn short_metric(metric: &Text) -> (&str, &'static str) {
    match metric.as_str() {
        "ECSServiceAverageCPUUtilization" | "ASGAverageCPUUtilization" => ("CPU", " %"),
        "ECSServiceAverageMemoryUtilization" => ("MEM", " %"),
        "ALBRequestCountPerTarget" => ("req/target", ""),
        other => (other, ""),
    }
}

fn suspended(s: Suspended) -> String {
    let parts: Vec<&str> = [
        (s.scale_in, "in"),
        (s.scale_out, "out"),
        (s.scheduled, "sched"),
    ]
    .into_iter()
    .filter_map(|(on, name)| on.then_some(name))
    .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!("susp. {}", parts.join(" "))
    }
}

fn size(min: u32, desired: Option<u32>, max: u32) -> String {
    desired.map_or_else(
        || format!("{min} ≤ · ≤ {max}"),
        |d| format!("{min} ≤ {d} ≤ {max}"),
    )
}

impl GroupFacts {
    /// The instances CPU credits apply to.
    pub fn burstable(group: &Group) -> impl Iterator<Item = &InstanceId> {
        group
            .instances
            .iter()
            .filter(|i| i.is_burstable())
            .map(|i: &Instance| &i.id)
    }

    fn metric_span(&self) -> Span {
        let serving = self.group.in_service();
        let credits = self
            .credits
            .map_or_else(String::new, |c| format!(" · {c:.0} cr"));
        let role = match self.credits.map(health::credits) {
            Some(Level::Bad) => Role::Bad,
            Some(Level::Warn) => Role::Warn,
            _ => Role::Body,
        };
        Span::of(format!("{serving} in service{credits}"), role)
    }

    /// What it is doing.
    pub fn state(&self) -> (Cow<'static, str>, Role) {
        let g = &self.group;
        if let Some(status) = &g.status {
            return (status.as_str().to_lowercase().into(), Role::Warn);
        }
        if let [first, rest @ ..] = g.suspended.as_slice() {
            let more = if rest.is_empty() {
                String::new()
            } else {
                format!(" +{}", rest.len())
            };
            return (format!("susp. {first}{more}").into(), Role::Warn);
        }
        match self.credits.map(health::credits) {
            Some(Level::Bad) => return ("credits gone".into(), Role::Bad),
            Some(Level::Warn) => return ("credits low".into(), Role::Warn),
            _ => {}
        }
        self.movement()
    }

    fn movement(&self) -> (Cow<'static, str>, Role) {
        let g = &self.group;
        let sick = g.unhealthy();
        if sick > 0 {
            return (format!("{sick} unhealthy").into(), Role::Warn);
        }
        match g.in_service().cmp(&g.desired) {
            std::cmp::Ordering::Less => self.lacking(),
            std::cmp::Ordering::Greater => ("scaling in".into(), Role::Progress),
            std::cmp::Ordering::Equal if g.leaving() > 0 => {
                (format!("stopping {}", g.leaving()).into(), Role::Progress)
            }
            std::cmp::Ordering::Equal if g.desired >= g.max && g.max > g.min => {
                ("at max".into(), Role::Warn)
            }
            std::cmp::Ordering::Equal => ("steady".into(), Role::Dim),
        }
    }

    /// Fewer than wished for: new ones start, or take the place of others, or AWS gives none.
    fn lacking(&self) -> (Cow<'static, str>, Role) {
        let g = &self.group;
        let short = g.desired.saturating_sub(g.in_service());
        match (short.saturating_sub(g.coming()), g.leaving()) {
            (0, 0) => (format!("starting {short}").into(), Role::Progress),
            (0, _) => (format!("replacing {short}").into(), Role::Progress),
            (missing, _) => (format!("{missing} missing").into(), Role::Warn),
        }
    }
}

impl ScalingRow {
    /// The name for people.
    pub fn name(&self) -> Text {
        match self {
            Self::Target(t) => t.target.at.service.text(),
            Self::Group(g) => g.group.name.text(),
        }
    }

    /// The group's ARN; a scalable target is named by its service.
    pub fn arn(&self) -> Option<&Arn> {
        match self {
            Self::Target(target) => target.service.as_ref()?.arn.as_ref(),
            Self::Group(group) => group.group.arn.as_ref(),
        }
    }

    fn raw_name(&self) -> &str {
        match self {
            Self::Target(t) => t.target.at.service.as_str(),
            Self::Group(g) => g.group.name.as_str(),
        }
    }

    /// One cell, by its place in [`COLUMNS`].
    pub fn cell(&self, column: usize) -> Span {
        match column {
            0 => Span::body(self.name()),
            1 => Span::of(self.size(), Role::Body),
            2 => self.metric_span(),
            _ => {
                let (said, role) = self.state();
                Span::of(said, role)
            }
        }
    }

    fn size(&self) -> String {
        match self {
            Self::Target(t) => t.size(),
            Self::Group(g) => size(g.group.min, Some(g.group.desired), g.group.max),
        }
    }

    fn metric_span(&self) -> Span {
        match self {
            Self::Target(t) => t.metric_span(),
            Self::Group(g) => g.metric_span(),
        }
    }

    /// What it is doing.
    pub fn state(&self) -> (Cow<'static, str>, Role) {
        match self {
            Self::Target(t) => t.state(),
            Self::Group(g) => g.state(),
        }
    }

    fn desired(&self) -> Option<f64> {
        match self {
            Self::Target(t) => t.service.as_ref().map(|s| f64::from(s.desired)),
            Self::Group(g) => Some(f64::from(g.group.desired)),
        }
    }

    fn value(&self) -> Option<f64> {
        match self {
            Self::Target(t) => t.value,
            Self::Group(g) => g.credits,
        }
    }

    /// States that need an eye first.
    fn rank(&self) -> f64 {
        match self.state().1 {
            Role::Bad => 0.0,
            Role::Warn => 1.0,
            Role::Progress => 2.0,
            _ => 3.0,
        }
    }
}

impl Row for ScalingRow {
    type Key = Scaled;

    fn key(&self) -> Scaled {
        match self {
            Self::Target(t) => Scaled::Service(t.target.at.clone()),
            Self::Group(g) => Scaled::Group(g.group.name.clone()),
        }
    }

    fn sort_key(&self, column: usize) -> SortKey<'_> {
        let number = |n: Option<f64>| n.map_or(SortKey::Missing, SortKey::Number);
        match column {
            0 => SortKey::Text(self.raw_name()),
            1 => number(self.desired()),
            2 => number(self.value()),
            _ => SortKey::Number(self.rank()),
        }
    }

    fn matches(&self, filter: &Filter) -> bool {
        filter.passes(|column| match column {
            Some("target") => self.raw_name().into(),
            Some("size") => self.size().into(),
            Some("metric") => self.metric_span().text.as_str().to_owned().into(),
            Some(_) => self.state().0,
            None => format!(
                "{} {} {}",
                self.raw_name(),
                self.metric_span().text,
                self.state().0
            )
            .into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A group that wants four, with instances in these states; `!` is an unhealthy one.
    fn said(states: &[&str]) -> String {
        let instance = |state: &&str| Instance {
            id: "i-1".into(),
            kind: "m5.large".into(),
            zone: "a".into(),
            lifecycle: Text::clean(state.trim_end_matches('!')),
            healthy: !state.ends_with('!'),
            protected: false,
        };
        let group = Group {
            name: "nodes".into(),
            min: 2,
            desired: 4,
            max: 6,
            instances: states.iter().map(instance).collect(),
            suspended: Vec::new(),
            managed_by_ecs: false,
            arn: None,
            warm_pool: false,
            status: None,
        };
        let facts = GroupFacts {
            group,
            credits: None,
        };
        facts.state().0.into_owned()
    }

    #[test]
    fn a_group_says_what_its_instances_do_and_no_more() {
        const UP: &str = "InService";
        let cases: [(&[&str], &str); 9] = [
            (&[UP, UP, UP, UP], "steady"),
            (&[UP, UP, UP, UP, "Standby", "Warmed:Stopped"], "steady"),
            (&[UP, UP, UP, "Pending:Wait"], "starting 1"),
            (&[UP, UP, UP, "Warmed:Pending"], "1 missing"),
            (&[UP, UP, UP, "Pending", "Terminating:Wait"], "replacing 1"),
            (&[], "4 missing"),
            (&[UP, UP, UP, UP, "Terminating"], "stopping 1"),
            (&[UP, UP, UP, UP, UP], "scaling in"),
            (&[UP, UP, UP, "InService!"], "1 unhealthy"),
        ];
        for (states, expected) in cases {
            assert_eq!(said(states), expected, "{states:?}");
        }
    }
}
