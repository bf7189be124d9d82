//! EC2 Auto Scaling groups (aws-facts.md §1.4, §2.6).

use super::Aws;
use super::convert::{count, maybe, moment, named, pages, text};
use super::scaling::goes_back_to;
use crate::domain::autoscaling::{
    Activity, Group, Instance, Policy, PolicyKind, Scaled, ScalingDetail, ScheduledAction,
};
use crate::domain::fault::{Fault, Part};
use crate::domain::ids::GroupName;
use crate::domain::text::Text;
use aws_sdk_autoscaling::types as sdk;
use aws_sdk_ecs::types::{CapacityProvider, ManagedScalingStatus};
use jiff::Timestamp;

/// Largest page of everything here.
const PAGE: i32 = 100;
/// Most names in one request.
const NAMES: usize = 50;
/// The tag that ECS puts on the group of a capacity provider; the value does not matter.
const MANAGED_TAG: &str = "AmazonECSManaged";

impl Aws {
    /// All groups of the region.
    pub async fn groups(&self) -> Result<Vec<Group>, Fault> {
        let request = self
            .shared
            .autoscaling
            .describe_auto_scaling_groups()
            .max_records(PAGE);
        let found = pages!(
            self,
            "autoscaling:DescribeAutoScalingGroups",
            request.clone(),
            set_next_token,
            next_token,
            auto_scaling_groups
        );
        Ok(found.iter().map(group).collect())
    }

    /// Those of these that are there. Whether ECS moves the desired count only the tag says here.
    pub(super) async fn groups_named(&self, names: &[GroupName]) -> Result<Vec<Group>, Fault> {
        let mut all = Vec::new();
        for some in names.chunks(NAMES) {
            self.gate.pass().await;
            let names = some.iter().map(|n| n.as_str().to_owned()).collect();
            let request = self.shared.autoscaling.describe_auto_scaling_groups();
            let request = request.set_auto_scaling_group_names(Some(names));
            let answer = request.max_records(PAGE).send().await;
            let answer = answer.map_err(self.fault("autoscaling:DescribeAutoScalingGroups"))?;
            all.extend(answer.auto_scaling_groups().iter().map(group));
        }
        Ok(all)
    }

    /// One group; `None` where it is gone.
    pub async fn group(&self, name: &GroupName) -> Result<Option<Group>, Fault> {
        self.gate.pass().await;
        let request = self
            .shared
            .autoscaling
            .describe_auto_scaling_groups()
            .auto_scaling_group_names(name.as_str());
        let answer = request
            .send()
            .await
            .map_err(self.fault("autoscaling:DescribeAutoScalingGroups"))?;
        let groups = answer.auto_scaling_groups();
        let Some(found) = groups
            .iter()
            .find(|g| g.auto_scaling_group_name() == Some(name.as_str()))
        else {
            return Ok(None);
        };
        let mut group = group(found);
        if group.managed_by_ecs {
            let arn = found.auto_scaling_group_arn().unwrap_or_default();
            group.managed_by_ecs = self.is_managed(arn).await;
        }
        Ok(Some(group))
    }

    /// Whether ECS moves the desired count of a group that carries its tag: every capacity provider
    /// tags its group, also one whose managed scaling is off (aws-facts.md §2.4). Where the
    /// providers cannot be read, or none is of this group, the tag is believed.
    async fn is_managed(&self, arn: &str) -> bool {
        let Ok(providers) = self.capacity_providers().await else {
            return true;
        };
        let own = providers
            .iter()
            .filter_map(|p| p.auto_scaling_group_provider())
            .find(|p| p.auto_scaling_group_arn() == arn);
        let scaling = own
            .and_then(|p| p.managed_scaling())
            .and_then(|s| s.status());
        scaling != Some(&ManagedScalingStatus::Disabled)
    }

    async fn capacity_providers(&self) -> Result<Vec<CapacityProvider>, Fault> {
        let request = self.shared.ecs.describe_capacity_providers();
        let request = request.max_results(PAGE);
        Ok(pages!(
            self,
            "ecs:DescribeCapacityProviders",
            request.clone(),
            set_next_token,
            next_token,
            capacity_providers
        ))
    }

    /// The group's policies that are switched on.
    pub async fn group_policies(&self, name: &GroupName) -> Result<Vec<Policy>, Fault> {
        let request = self
            .shared
            .autoscaling
            .describe_policies()
            .auto_scaling_group_name(name.as_str());
        let request = request.max_records(PAGE);
        let found = pages!(
            self,
            "autoscaling:DescribePolicies",
            request.clone(),
            set_next_token,
            next_token,
            scaling_policies
        );
        Ok(found
            .iter()
            .filter(|p| p.enabled != Some(false))
            .map(|p| policy(name, p))
            .collect())
    }

    /// Policies, scheduled actions, activities and a running instance refresh; parts that fail are gaps.
    pub async fn group_detail(&self, name: &GroupName) -> Result<ScalingDetail, Fault> {
        let (policies, scheduled, activities, refresh) = futures_util::join!(
            Box::pin(self.group_policies(name)),
            Box::pin(self.group_schedule(name)),
            Box::pin(self.group_activities(name)),
            Box::pin(self.group_refresh(name))
        );
        if let (Err(fault), Err(_), Err(_), Err(_)) = (&policies, &scheduled, &activities, &refresh)
        {
            return Err(fault.clone());
        }
        let mut gaps = Vec::new();
        Ok(ScalingDetail {
            policies: named(Part::Policies, policies, &mut gaps),
            scheduled: named(Part::Scheduled, scheduled, &mut gaps),
            activities: named(Part::Activities, activities, &mut gaps),
            refresh: named(Part::Refresh, refresh, &mut gaps),
            gaps,
        })
    }

    pub(super) async fn group_schedule(
        &self,
        name: &GroupName,
    ) -> Result<Vec<ScheduledAction>, Fault> {
        let request = self
            .shared
            .autoscaling
            .describe_scheduled_actions()
            .auto_scaling_group_name(name.as_str());
        let request = request.max_records(PAGE);
        let found = pages!(
            self,
            "autoscaling:DescribeScheduledActions",
            request.clone(),
            set_next_token,
            next_token,
            scheduled_update_group_actions
        );
        Ok(found.iter().map(scheduled).collect())
    }

    /// The newest page. Always with the group's name: without it AWS searches the whole account.
    async fn group_activities(&self, name: &GroupName) -> Result<Vec<Activity>, Fault> {
        self.gate.pass().await;
        let request = self
            .shared
            .autoscaling
            .describe_scaling_activities()
            .auto_scaling_group_name(name.as_str());
        let answer = request.max_records(PAGE).send().await;
        let answer = answer.map_err(self.fault("autoscaling:DescribeScalingActivities"))?;
        Ok(answer.activities().iter().map(activity).collect())
    }

    /// All of a group's since a moment, the newest first.
    pub async fn group_activities_since(
        &self,
        name: &GroupName,
        since: Timestamp,
    ) -> Result<Vec<Activity>, Fault> {
        let request = self.shared.autoscaling.describe_scaling_activities();
        let request = request
            .auto_scaling_group_name(name.as_str())
            .max_records(PAGE);
        let (mut all, mut token): (Vec<Activity>, Option<String>) = (Vec::new(), None);
        loop {
            self.gate.pass().await;
            let page = request.clone().set_next_token(token).send().await;
            let page = page.map_err(self.fault("autoscaling:DescribeScalingActivities"))?;
            all.extend(page.activities().iter().map(activity));
            token = page.next_token.filter(|_| goes_back_to(&all, since));
            if token.is_none() {
                return Ok(all);
            }
        }
    }

    async fn group_refresh(&self, name: &GroupName) -> Result<Option<Text>, Fault> {
        self.gate.pass().await;
        let request = self
            .shared
            .autoscaling
            .describe_instance_refreshes()
            .auto_scaling_group_name(name.as_str());
        let answer = request
            .send()
            .await
            .map_err(self.fault("autoscaling:DescribeInstanceRefreshes"))?;
        Ok(answer.instance_refreshes().iter().find_map(running_refresh))
    }
}

fn group(found: &sdk::AutoScalingGroup) -> Group {
    Group {
        name: found.auto_scaling_group_name().unwrap_or_default().into(),
        min: count(found.min_size),
        max: count(found.max_size),
        desired: count(found.desired_capacity),
        instances: found.instances().iter().map(instance).collect(),
        suspended: found
            .suspended_processes()
            .iter()
            .map(|p| text(p.process_name()))
            .collect(),
        managed_by_ecs: found.tags().iter().any(|t| t.key() == Some(MANAGED_TAG)),
        arn: found.auto_scaling_group_arn().map(Into::into),
        warm_pool: found.warm_pool_configuration().is_some(),
        status: found.status().map(Text::clean),
    }
}

fn instance(found: &sdk::Instance) -> Instance {
    Instance {
        id: found.instance_id().unwrap_or_default().into(),
        kind: text(found.instance_type()),
        zone: text(found.availability_zone()),
        lifecycle: text(found.lifecycle_state().map(sdk::LifecycleState::as_str)),
        healthy: found
            .health_status()
            .is_some_and(|s| s.eq_ignore_ascii_case("healthy")),
        protected: found.protected_from_scale_in.unwrap_or(false),
    }
}

fn policy(name: &GroupName, found: &sdk::ScalingPolicy) -> Policy {
    Policy {
        at: Scaled::Group(name.clone()),
        name: text(found.policy_name()),
        kind: kind(found),
        scale_in_cooldown: maybe(found.cooldown),
        scale_out_cooldown: maybe(found.cooldown),
    }
}

fn kind(found: &sdk::ScalingPolicy) -> PolicyKind {
    if let Some(tracking) = found.target_tracking_configuration() {
        return PolicyKind::TargetTracking {
            metric: metric(tracking),
            target: tracking.target_value.unwrap_or(0.0),
            disable_scale_in: tracking.disable_scale_in.unwrap_or(false),
        };
    }
    let exact = found.adjustment_type() == Some("ExactCapacity");
    let simple = found.scaling_adjustment;
    let steps = found
        .step_adjustments()
        .iter()
        .filter_map(|s| s.scaling_adjustment)
        .chain(simple);
    let steps: Vec<i32> = steps.collect();
    if steps.is_empty() {
        return PolicyKind::Other {
            kind: text(found.policy_type()),
        };
    }
    PolicyKind::Step {
        adds: exact || steps.iter().any(|s| *s > 0),
        removes: exact || steps.iter().any(|s| *s < 0),
    }
}

fn metric(tracking: &sdk::TargetTrackingConfiguration) -> Text {
    let predefined = tracking.predefined_metric_specification();
    let name = predefined
        .and_then(|p| p.predefined_metric_type())
        .map(sdk::MetricType::as_str);
    let custom = tracking
        .customized_metric_specification()
        .and_then(|c| c.metric_name());
    Text::clean(name.or(custom).unwrap_or("metric math"))
}

fn scheduled(found: &sdk::ScheduledUpdateGroupAction) -> ScheduledAction {
    let next = found.start_time().and_then(moment);
    let at = next.map(|t| format!("at {t}")).unwrap_or_default();
    let schedule = found.recurrence().map_or(at, |cron| {
        format!("cron {cron} {}", found.time_zone().unwrap_or("UTC"))
    });
    ScheduledAction {
        name: text(found.scheduled_action_name()),
        schedule: Text::clean(&schedule),
        min: maybe(found.min_size),
        max: maybe(found.max_size),
        desired: maybe(found.desired_capacity),
        next,
    }
}

fn activity(found: &sdk::Activity) -> Activity {
    Activity {
        at: found.start_time().and_then(moment),
        end: found.end_time().and_then(moment),
        status: text(
            found
                .status_code()
                .map(sdk::ScalingActivityStatusCode::as_str),
        ),
        description: text(found.description()),
        cause: text(found.cause()),
        message: found.status_message().map(Text::clean),
        not_scaled: Vec::new(),
    }
}

/// `InProgress, 40 %`; `None` for one that has ended.
fn running_refresh(found: &sdk::InstanceRefresh) -> Option<Text> {
    use sdk::InstanceRefreshStatus::{
        Cancelled, Failed, RollbackFailed, RollbackSuccessful, Successful,
    };
    let status = found.status()?;
    let ended = matches!(
        status,
        Cancelled | Failed | RollbackFailed | RollbackSuccessful | Successful
    );
    let percent = found
        .percentage_complete
        .map(|p| format!(", {p} %"))
        .unwrap_or_default();
    (!ended).then(|| Text::clean(&format!("{}{percent}", status.as_str())))
}
