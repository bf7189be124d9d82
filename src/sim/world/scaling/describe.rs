//! Targets, policies, activities and scheduled actions as they are described.

use super::super::World;
use super::super::page::Page;
use super::activity::{Activity, Reason};
use super::input::{TASKS, bad, bad_token, namespace};
use super::policy::{self, Policy};
use super::put;
use super::register;
use super::schedule::Scheduled;
use super::target::Target;
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Map, Value, list, map};

fn texts<'a>(input: &'a Value, member: &str) -> Vec<&'a str> {
    let items = input.get(member).map_or(&[][..], Value::items);
    items.iter().filter_map(Value::as_text).collect()
}

/// The targets that a call asks for: of a resource, or all. A dimension must go with a resource.
fn asked<'a>(world: &'a World, input: &Value) -> Result<Vec<&'a Target>, Refusal> {
    let ours = namespace(input)?;
    let text = |member| input.get(member).and_then(Value::as_text);
    let (resource, dimension) = (text("ResourceId"), text("ScalableDimension"));
    if dimension.is_some_and(|d| !d.contains(':')) {
        return Err(bad("ScalableDimension is not valid."));
    }
    let here = ours && dimension.is_none_or(|d| d == TASKS);
    let all = world.scaling.targets.iter().filter(|_| here);
    Ok(all
        .filter(|t| resource.is_none_or(|r| r == t.resource))
        .collect())
}

/// `DescribeScalableTargets`.
pub fn targets(world: &World, input: &Value) -> Answer {
    let resources = texts(input, "ResourceIds");
    if resources.len() > 50 {
        return Err(bad("ResourceIds can have at most 50 items."));
    }
    let page = Page::read(input, "MaxResults", "NextToken", 50, 50).map_err(bad_token)?;
    let all = asked(world, input)?.into_iter();
    let found = all.filter(|t| resources.is_empty() || resources.contains(&t.resource.as_str()));
    let (found, next) = page.of(found.map(|t| target(world, t)));
    Ok(map! { "ScalableTargets" => list(found), "NextToken" => next })
}

fn role(world: &World) -> String {
    world.arn(
        "iam",
        "role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService",
    )
}

fn target(world: &World, target: &Target) -> Value {
    map! {
        "ServiceNamespace" => "ecs",
        "ResourceId" => &target.resource,
        "ScalableDimension" => TASKS,
        "MinCapacity" => target.min,
        "MaxCapacity" => target.max,
        "RoleARN" => role(world),
        "CreationTime" => target.created,
        "SuspendedState" => map! {
            "DynamicScalingInSuspended" => target.suspended.scale_in,
            "DynamicScalingOutSuspended" => target.suspended.scale_out,
            "ScheduledScalingSuspended" => target.suspended.scheduled,
        },
        "ScalableTargetARN" => register::arn(world, target),
    }
}

/// `DescribeScalingPolicies`: ten a page.
pub fn policies(world: &World, input: &Value) -> Answer {
    let names = texts(input, "PolicyNames");
    let page = Page::read(input, "MaxResults", "NextToken", 10, 10).map_err(bad_token)?;
    let all = asked(world, input)?.into_iter();
    let all = all.flat_map(|t| t.policies.iter().map(move |p| (t, p)));
    let found = all.filter(|(_, p)| names.is_empty() || names.contains(&p.name.as_str()));
    let (found, next) = page.of(found.map(|(t, p)| policy(world, t, p)));
    Ok(map! { "ScalingPolicies" => list(found), "NextToken" => next })
}

fn policy(world: &World, target: &Target, policy: &Policy) -> Value {
    let mut shown = map! {
        "PolicyARN" => policy::arn(world, &target.resource, &policy.name, &policy.id),
        "PolicyName" => &policy.name,
        "ServiceNamespace" => "ecs",
        "ResourceId" => &target.resource,
        "ScalableDimension" => TASKS,
        "PolicyType" => &policy.kind,
        "Alarms" => put::alarms(world, policy),
        "CreationTime" => policy.created,
    };
    if let Value::Map(map) = &mut shown {
        map.0
            .push((policy.member().into(), policy.configuration.clone()));
    }
    shown
}

/// `DescribeScalingActivities`: those that did nothing only where they are asked for.
pub fn activities(world: &World, input: &Value) -> Answer {
    let idle = input
        .get("IncludeNotScaledActivities")
        .and_then(Value::as_bool)
        == Some(true);
    let page = Page::read(input, "MaxResults", "NextToken", 50, 50).map_err(bad_token)?;
    let all = asked(world, input)?.into_iter();
    let all = all.flat_map(|t| t.activities.iter().map(move |a| (t, a)));
    let found = all.filter(|(_, a)| idle || a.reason.is_none());
    let mut found: Vec<(&Target, &Activity)> = found.collect();
    found.sort_by_key(|(_, a)| std::cmp::Reverse(a.start));
    let (found, next) = page.of(found.into_iter().map(|(t, a)| activity(t, a)));
    Ok(map! { "ScalingActivities" => list(found), "NextToken" => next })
}

fn activity(target: &Target, activity: &Activity) -> Value {
    map! {
        "ActivityId" => &activity.id,
        "ServiceNamespace" => "ecs",
        "ResourceId" => &target.resource,
        "ScalableDimension" => TASKS,
        "Description" => &activity.description,
        "Cause" => &activity.cause,
        "StartTime" => activity.start,
        "EndTime" => activity.end,
        "StatusCode" => <&str>::from(activity.status),
        "StatusMessage" => activity.message.as_deref(),
        "NotScaledReasons" => activity.reason.map(|reason| list([not_scaled(reason)])),
    }
}

fn not_scaled(reason: Reason) -> Value {
    match reason {
        Reason::AtMax { max } => map! {
            "Code" => "AlreadyAtMaxCapacity",
            "MaxCapacity" => max,
            "CurrentCapacity" => max,
        },
        Reason::Flapping { current } => map! {
            "Code" => "AutoScalingAnticipatedFlapping",
            "CurrentCapacity" => current,
        },
        Reason::AtMin { min } => map! {
            "Code" => "AlreadyAtMinCapacity",
            "MinCapacity" => min,
            "CurrentCapacity" => min,
        },
    }
}

/// `DescribeScheduledActions`.
pub fn scheduled(world: &World, input: &Value) -> Answer {
    let names = texts(input, "ScheduledActionNames");
    if names.len() > 50 {
        return Err(bad("ScheduledActionNames can have at most 50 items."));
    }
    let page = Page::read(input, "MaxResults", "NextToken", 50, 50).map_err(bad_token)?;
    let all = asked(world, input)?.into_iter();
    let all = all.flat_map(|t| t.scheduled.iter().map(move |a| (t, a)));
    let found = all.filter(|(_, a)| names.is_empty() || names.contains(&a.name.as_str()));
    let (found, next) = page.of(found.map(|(t, a)| action(world, t, a)));
    Ok(map! { "ScheduledActions" => list(found), "NextToken" => next })
}

fn action(world: &World, target: &Target, action: &Scheduled) -> Value {
    let rest = format!(
        "scheduledAction:{}:resource/ecs/{}:scheduledActionName/{}",
        action.id, target.resource, action.name
    );
    map! {
        "ScheduledActionName" => &action.name,
        "ScheduledActionARN" => world.arn("autoscaling", &rest),
        "ServiceNamespace" => "ecs",
        "Schedule" => &action.text,
        "Timezone" => action.zone.as_deref().unwrap_or("UTC"),
        "ResourceId" => &target.resource,
        "ScalableDimension" => TASKS,
        "StartTime" => action.start,
        "EndTime" => action.end,
        "ScalableTargetAction" => map! {
            "MinCapacity" => action.min,
            "MaxCapacity" => action.max,
        },
        "CreationTime" => action.created,
    }
}

/// `ListTagsForResource`.
pub fn tags(world: &World, input: &Value) -> Answer {
    let arn = input
        .get("ResourceARN")
        .and_then(Value::as_text)
        .unwrap_or_default();
    let known = world
        .scaling
        .targets
        .iter()
        .any(|t| register::arn(world, t) == arn);
    if !known {
        let message = format!("The resource {arn} was not found.");
        return Err(Refusal::client("ResourceNotFoundException", message));
    }
    Ok(map! { "Tags" => Map::default() })
}
