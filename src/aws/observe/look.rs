//! What the session machine wants to see of a step's target.

use super::{counts, of_rule};
use crate::aws::Aws;
use crate::aws::splice::rest;
use crate::domain::autoscaling::{Group, Policy, shrinks_by_itself};
use crate::domain::backup::Backup;
use crate::domain::change::{Field, Reading, Target};
use crate::domain::ecs::ServiceRef;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::GroupName;
use crate::domain::waf::RuleRef;
use crate::session::look::{Document, Look, Running, Shrinks, Snapshot};

impl Aws {
    /// A fresh look at a target. `changing` names the field that a step changes in a
    /// rule: the fingerprint of the web ACL leaves that value out.
    pub async fn look(&self, target: &Target, changing: Option<Field>) -> Result<Look, Fault> {
        match target {
            Target::Scalable(at) => self.look_at_target(at).await,
            Target::Service(at) => self.look_at_service(at).await,
            Target::Group(name) => self.look_at_group(name).await,
            Target::Rule(rule) => self.look_at_rule(rule, changing).await,
            Target::Timer(timer) => self.look_at_timer(timer).await,
            Target::Record(at) => self.look_at_record(at).await,
        }
    }

    /// A fresh look for a backup's snapshot.
    pub async fn look_for(&self, backup: &Backup) -> Result<Look, Fault> {
        let found = self.snapshot(backup).await?;
        let snapshot = found.map(|s| Snapshot {
            id: s.id,
            status: s.status,
            percent: s.percent,
        });
        Ok(Look {
            snapshot,
            ..Look::default()
        })
    }

    async fn look_at_target(&self, at: &ServiceRef) -> Result<Look, Fault> {
        let only = std::slice::from_ref(at);
        let (target, policies, running) = futures_util::join!(
            self.scalable_target(at),
            self.policies(only),
            self.running(at)
        );
        let (target, policies) = (target?, policies?);
        let shrinks = target
            .as_ref()
            .is_some_and(|t| shrinks_by_itself(t, &policies));
        let reading = target.map(|t| counts(&[(Field::Min, t.min), (Field::Max, t.max)]));
        Ok(Look {
            reading,
            running: running?,
            shrinks: by_itself(shrinks),
            ..Look::default()
        })
    }

    async fn look_at_service(&self, at: &ServiceRef) -> Result<Look, Fault> {
        let only = std::slice::from_ref(at);
        let (target, policies, running) = futures_util::join!(
            self.scalable_target(at),
            self.policies(only),
            self.running(at)
        );
        let (running, policies) = (running?, policies?);
        let shrinks = target?.is_some_and(|t| shrinks_by_itself(&t, &policies));
        let reading = running.map(|r| counts(&[(Field::Desired, r.desired)]));
        Ok(Look {
            reading,
            running,
            shrinks: by_itself(shrinks),
            ..Look::default()
        })
    }

    async fn look_at_group(&self, name: &GroupName) -> Result<Look, Fault> {
        let (group, policies) = futures_util::join!(self.group(name), self.group_policies(name));
        let policies = policies?;
        let Some(group) = group? else {
            return Ok(Look::default());
        };
        let shrinks = group.managed_by_ecs || policies.iter().any(Policy::scales_in);
        let running = Some(running_of(&group));
        Ok(Look {
            reading: Some(sizes(&group)),
            running,
            shrinks: by_itself(shrinks),
            ..Look::default()
        })
    }

    async fn look_at_rule(&self, rule: &RuleRef, changing: Option<Field>) -> Result<Look, Fault> {
        let Some(acl) = self.acl(&rule.acl).await? else {
            return Ok(Look::default());
        };
        let reading = of_rule(&acl, rule);
        let rest = rest(&acl.raw.document, &rule.rule, changing).unwrap_or_default();
        Ok(Look {
            reading,
            document: Some(Document { raw: acl.raw, rest }),
            ..Look::default()
        })
    }

    /// Desired and running tasks; `None` where the service is gone.
    async fn running(&self, at: &ServiceRef) -> Result<Option<Running>, Fault> {
        self.gate.pass().await;
        let request = self
            .shared
            .ecs
            .describe_services()
            .cluster(at.cluster.as_str())
            .services(at.service.as_str());
        let answer = match request
            .send()
            .await
            .map_err(self.fault("ecs:DescribeServices"))
        {
            Err(fault) if fault.kind == FaultKind::Missing => return Ok(None),
            other => other?,
        };
        let alive = answer
            .services()
            .iter()
            .find(|s| s.status() != Some("INACTIVE"));
        let count = |n: i32| u32::try_from(n).unwrap_or(0);
        Ok(alive.map(|s| Running {
            desired: count(s.desired_count),
            running: count(s.running_count),
        }))
    }
}

/// A group's sizes as fields.
pub(super) fn sizes(group: &Group) -> Reading {
    counts(&[
        (Field::Min, group.min),
        (Field::Max, group.max),
        (Field::Desired, group.desired),
    ])
}

fn running_of(group: &Group) -> Running {
    Running {
        desired: group.desired,
        running: group.in_service(),
    }
}

fn by_itself(shrinks: bool) -> Shrinks {
    if shrinks {
        Shrinks::ByItself
    } else {
        Shrinks::Never
    }
}
