//! Application Auto Scaling of ECS services: targets, policies, and why it did not scale (aws-facts.md §1.3, §2.5).

use super::Aws;
use super::convert::{count, maybe, moment, named, pages};
use crate::domain::autoscaling::{
    Activity, Policy, PolicyKind, ScalableTarget, Scaled, ScalingDetail, ScheduledAction,
    Suspended, not_scaled,
};
use crate::domain::ecs::ServiceRef;
use crate::domain::fault::{Fault, Part};
use crate::domain::text::Text;
use aws_sdk_applicationautoscaling::operation::describe_scheduled_actions::builders::DescribeScheduledActionsFluentBuilder as Asking;
use aws_sdk_applicationautoscaling::types as sdk;
use futures_util::StreamExt;
use jiff::Timestamp;

/// Reads side by side.
const WIDTH: usize = 4;
/// Largest page of targets, activities and scheduled actions.
const PAGE: i32 = 50;
/// Largest page of policies.
const POLICY_PAGE: i32 = 10;

const ECS: sdk::ServiceNamespace = sdk::ServiceNamespace::Ecs;
const TASKS: sdk::ScalableDimension = sdk::ScalableDimension::EcsServiceDesiredCount;

impl Aws {
    /// All scalable targets of ECS services in the region.
    pub async fn scalable_targets(&self) -> Result<Vec<ScalableTarget>, Fault> {
        let request = self
            .shared
            .scaling
            .describe_scalable_targets()
            .service_namespace(ECS)
            .max_results(PAGE);
        let found = pages!(
            self,
            "application-autoscaling:DescribeScalableTargets",
            request.clone(),
            set_next_token,
            next_token,
            scalable_targets
        );
        Ok(found.iter().filter_map(target).collect())
    }

    /// One service's scalable target; `None` where it has none.
    pub async fn scalable_target(&self, at: &ServiceRef) -> Result<Option<ScalableTarget>, Fault> {
        self.gate.pass().await;
        let request = self
            .shared
            .scaling
            .describe_scalable_targets()
            .service_namespace(ECS)
            .scalable_dimension(TASKS);
        let answer = request.resource_ids(at.resource_id()).send().await;
        let answer =
            answer.map_err(self.fault("application-autoscaling:DescribeScalableTargets"))?;
        Ok(answer
            .scalable_targets()
            .iter()
            .filter_map(target)
            .find(|t| t.at == *at))
    }

    /// Those of these services that have one; fifty a call.
    pub(super) async fn scalable_targets_of(
        &self,
        of: &[ServiceRef],
    ) -> Result<Vec<ScalableTarget>, Fault> {
        let mut all = Vec::new();
        for some in of.chunks(PAGE as usize) {
            self.gate.pass().await;
            let request = self
                .shared
                .scaling
                .describe_scalable_targets()
                .service_namespace(ECS)
                .max_results(PAGE);
            let ids = some.iter().map(ServiceRef::resource_id).collect();
            let answer = request.set_resource_ids(Some(ids)).send().await;
            let answer =
                answer.map_err(self.fault("application-autoscaling:DescribeScalableTargets"))?;
            all.extend(answer.scalable_targets().iter().filter_map(target));
        }
        Ok(all)
    }

    /// The policies of these services, in order; of all ECS services where the list is empty.
    pub async fn policies(&self, of: &[ServiceRef]) -> Result<Vec<Policy>, Fault> {
        if of.is_empty() {
            return self.policies_of(None).await;
        }
        let reads: Vec<_> = of.iter().map(|at| self.policies_of(Some(at))).collect();
        let each = futures_util::stream::iter(reads);
        let answers: Vec<Result<Vec<Policy>, Fault>> = each.buffered(WIDTH).collect().await;
        let lists: Vec<Vec<Policy>> = answers.into_iter().collect::<Result<_, _>>()?;
        Ok(lists.into_iter().flatten().collect())
    }

    async fn policies_of(&self, at: Option<&ServiceRef>) -> Result<Vec<Policy>, Fault> {
        let request = self
            .shared
            .scaling
            .describe_scaling_policies()
            .service_namespace(ECS)
            .max_results(POLICY_PAGE);
        let request = request.set_resource_id(at.map(ServiceRef::resource_id));
        let found = pages!(
            self,
            "application-autoscaling:DescribeScalingPolicies",
            request.clone(),
            set_next_token,
            next_token,
            scaling_policies
        );
        Ok(found.iter().filter_map(policy).collect())
    }

    /// Policies, scheduled actions and activities of one target, "not scaled" ones included; parts that fail are gaps.
    pub async fn target_detail(&self, at: &ServiceRef) -> Result<ScalingDetail, Fault> {
        let (policies, scheduled, activities) = futures_util::join!(
            Box::pin(self.policies_of(Some(at))),
            Box::pin(self.scheduled_actions(at)),
            Box::pin(self.activities(at))
        );
        if let (Err(fault), Err(_), Err(_)) = (&policies, &scheduled, &activities) {
            return Err(fault.clone());
        }
        let mut gaps = Vec::new();
        Ok(ScalingDetail {
            policies: named(Part::Policies, policies, &mut gaps),
            scheduled: named(Part::Scheduled, scheduled, &mut gaps),
            activities: named(Part::Activities, activities, &mut gaps),
            refresh: None,
            gaps,
        })
    }

    pub(super) async fn scheduled_actions(
        &self,
        at: &ServiceRef,
    ) -> Result<Vec<ScheduledAction>, Fault> {
        let of = |all: Asking| all.resource_id(at.resource_id()).scalable_dimension(TASKS);
        let found = self.service_actions(of).await?;
        Ok(found.iter().map(scheduled).collect())
    }

    /// Scheduled actions of these names, whatever target they are of, with its resource id.
    pub(super) async fn actions_named(
        &self,
        names: Vec<&str>,
    ) -> Result<Vec<(String, ScheduledAction)>, Fault> {
        if names.is_empty() {
            // Without a name AWS answers with all of the account.
            return Ok(Vec::new());
        }
        let names = names.into_iter().map(str::to_owned).collect();
        let of = |all: Asking| all.set_scheduled_action_names(Some(names));
        let found = self.service_actions(of).await?;
        let each = found.iter().map(|a| (a.resource_id.clone(), scheduled(a)));
        Ok(each.collect())
    }

    /// All pages of the scheduled actions of services, or of those that `of` chooses.
    pub(super) async fn service_actions(
        &self,
        of: impl FnOnce(Asking) -> Asking,
    ) -> Result<Vec<sdk::ScheduledAction>, Fault> {
        let all = self.shared.scaling.describe_scheduled_actions();
        let request = of(all.service_namespace(ECS).max_results(PAGE));
        Ok(pages!(
            self,
            "application-autoscaling:DescribeScheduledActions",
            request.clone(),
            set_next_token,
            next_token,
            scheduled_actions
        ))
    }

    /// All of a target's since a moment: AWS tells the newest first and keeps six weeks.
    pub async fn target_activities(
        &self,
        at: &ServiceRef,
        since: Timestamp,
    ) -> Result<Vec<Activity>, Fault> {
        let request = self.shared.scaling.describe_scaling_activities();
        let request = request
            .service_namespace(ECS)
            .max_results(PAGE)
            .resource_id(at.resource_id())
            .scalable_dimension(TASKS)
            .include_not_scaled_activities(true);
        let (mut all, mut token): (Vec<Activity>, Option<String>) = (Vec::new(), None);
        loop {
            self.gate.pass().await;
            let page = request.clone().set_next_token(token).send().await;
            let page =
                page.map_err(self.fault("application-autoscaling:DescribeScalingActivities"))?;
            all.extend(page.scaling_activities().iter().map(activity));
            token = page.next_token.filter(|_| goes_back_to(&all, since));
            if token.is_none() {
                return Ok(all);
            }
        }
    }

    /// The newest page: AWS keeps six weeks of them, and a person reads the last few.
    async fn activities(&self, at: &ServiceRef) -> Result<Vec<Activity>, Fault> {
        self.gate.pass().await;
        let request = self
            .shared
            .scaling
            .describe_scaling_activities()
            .service_namespace(ECS)
            .max_results(PAGE);
        let request = request
            .resource_id(at.resource_id())
            .scalable_dimension(TASKS)
            .include_not_scaled_activities(true);
        let answer = request
            .send()
            .await
            .map_err(self.fault("application-autoscaling:DescribeScalingActivities"))?;
        Ok(answer.scaling_activities().iter().map(activity).collect())
    }
}

fn target(found: &sdk::ScalableTarget) -> Option<ScalableTarget> {
    let at = (found.scalable_dimension == TASKS)
        .then(|| ServiceRef::from_resource_id(&found.resource_id))
        .flatten()?;
    Some(ScalableTarget {
        at,
        min: count(Some(found.min_capacity)),
        max: count(Some(found.max_capacity)),
        suspended: found
            .suspended_state
            .as_ref()
            .map(suspended)
            .unwrap_or_default(),
    })
}

fn suspended(state: &sdk::SuspendedState) -> Suspended {
    Suspended {
        scale_in: state.dynamic_scaling_in_suspended.unwrap_or(false),
        scale_out: state.dynamic_scaling_out_suspended.unwrap_or(false),
        scheduled: state.scheduled_scaling_suspended.unwrap_or(false),
    }
}

fn policy(found: &sdk::ScalingPolicy) -> Option<Policy> {
    let at = (found.scalable_dimension == TASKS)
        .then(|| ServiceRef::from_resource_id(&found.resource_id))
        .flatten()?;
    let tracking = found.target_tracking_scaling_policy_configuration.as_ref();
    let step = found.step_scaling_policy_configuration.as_ref();
    let cooldown = step.and_then(|s| maybe(s.cooldown));
    Some(Policy {
        at: Scaled::Service(at),
        name: Text::clean(&found.policy_name),
        kind: kind(found),
        scale_in_cooldown: tracking
            .and_then(|t| maybe(t.scale_in_cooldown))
            .or(cooldown),
        scale_out_cooldown: tracking
            .and_then(|t| maybe(t.scale_out_cooldown))
            .or(cooldown),
    })
}

fn kind(found: &sdk::ScalingPolicy) -> PolicyKind {
    if let Some(tracking) = &found.target_tracking_scaling_policy_configuration {
        return PolicyKind::TargetTracking {
            metric: metric(tracking),
            target: tracking.target_value,
            disable_scale_in: tracking.disable_scale_in.unwrap_or(false),
        };
    }
    let Some(step) = &found.step_scaling_policy_configuration else {
        return PolicyKind::Other {
            kind: Text::clean(found.policy_type.as_str()),
        };
    };
    let exact = step.adjustment_type == Some(sdk::AdjustmentType::ExactCapacity);
    let goes = |up: bool| {
        step.step_adjustments()
            .iter()
            .any(|s| exact || (s.scaling_adjustment > 0) == up)
    };
    PolicyKind::Step {
        adds: goes(true),
        removes: goes(false),
    }
}

fn metric(tracking: &sdk::TargetTrackingScalingPolicyConfiguration) -> Text {
    let custom = tracking.customized_metric_specification.as_ref();
    let predefined = tracking.predefined_metric_specification.as_ref();
    let name = predefined.map(|p| p.predefined_metric_type.as_str());
    Text::clean(
        name.or_else(|| custom.and_then(|c| c.metric_name()))
            .unwrap_or("metric math"),
    )
}

fn scheduled(found: &sdk::ScheduledAction) -> ScheduledAction {
    let sizes = found.scalable_target_action.as_ref();
    ScheduledAction {
        name: Text::clean(&found.scheduled_action_name),
        schedule: Text::clean(&found.schedule),
        min: sizes.and_then(|s| maybe(s.min_capacity)),
        max: sizes.and_then(|s| maybe(s.max_capacity)),
        desired: None,
        next: at_expression(&found.schedule, found.timezone.as_deref()),
    }
}

/// The moment of `at(2026-09-20T18:30:00)`; other expressions come again and again.
fn at_expression(schedule: &str, zone: Option<&str>) -> Option<jiff::Timestamp> {
    let at: jiff::civil::DateTime = schedule
        .strip_prefix("at(")?
        .strip_suffix(')')?
        .parse()
        .ok()?;
    Some(at.in_tz(zone.unwrap_or("UTC")).ok()?.timestamp())
}

/// Whether what is older may still be of that time.
pub(super) fn goes_back_to(seen: &[Activity], since: Timestamp) -> bool {
    seen.last()
        .is_some_and(|last| last.at.is_none_or(|at| at >= since))
}

fn activity(found: &sdk::ScalingActivity) -> Activity {
    let reasons = found.not_scaled_reasons().iter();
    Activity {
        at: moment(&found.start_time),
        end: found.end_time.as_ref().and_then(moment),
        status: Text::clean(found.status_code.as_str()),
        description: Text::clean(&found.description),
        cause: Text::clean(&found.cause),
        message: found.status_message.as_deref().map(Text::clean),
        not_scaled: reasons
            .map(|r| {
                not_scaled(
                    &r.code,
                    maybe(r.min_capacity),
                    maybe(r.max_capacity),
                    maybe(r.current_capacity),
                )
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_one_time_schedule_has_its_moment_in_its_own_zone() {
        let at = |zone| {
            at_expression("at(2026-09-20T18:30:00)", zone)
                .unwrap()
                .to_string()
        };
        assert_eq!(at(None), "2026-09-20T18:30:00Z");
        assert_eq!(at(Some("Asia/Seoul")), "2026-09-20T09:30:00Z");
        for other in ["cron(0 18 * * ? *)", "rate(5 minutes)", "at(later)", ""] {
            assert_eq!(at_expression(other, None), None);
        }
    }

    #[test]
    fn a_step_policy_goes_where_its_steps_go() {
        let policy = |adjustment: i32, kind: sdk::AdjustmentType| {
            let step = sdk::StepAdjustment::builder()
                .scaling_adjustment(adjustment)
                .build()
                .unwrap();
            let steps = sdk::StepScalingPolicyConfiguration::builder()
                .adjustment_type(kind)
                .step_adjustments(step)
                .build();
            super::kind(
                &sdk::ScalingPolicy::builder()
                    .policy_arn("arn")
                    .policy_name("p")
                    .service_namespace(ECS)
                    .resource_id("service/c/s")
                    .scalable_dimension(TASKS)
                    .policy_type(sdk::PolicyType::StepScaling)
                    .creation_time(aws_smithy_types::DateTime::from_secs(0))
                    .step_scaling_policy_configuration(steps)
                    .build()
                    .unwrap(),
            )
        };
        let change = sdk::AdjustmentType::ChangeInCapacity;
        assert_eq!(
            policy(2, change.clone()),
            PolicyKind::Step {
                adds: true,
                removes: false
            }
        );
        assert_eq!(
            policy(-1, change),
            PolicyKind::Step {
                adds: false,
                removes: true
            }
        );
        assert_eq!(
            policy(3, sdk::AdjustmentType::ExactCapacity),
            PolicyKind::Step {
                adds: true,
                removes: true
            }
        );
    }
}
