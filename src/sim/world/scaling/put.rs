//! Policies and scheduled actions are put and deleted.

use super::super::World;
use super::super::id;
use super::input::{bad, capacity, target, text};
use super::policy::{self, Policy};
use super::register::{Bounds, bounds_after};
use super::schedule::{self, Scheduled, When};
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, list, map};

/// Policies and scheduled actions that a target may have.
const POLICIES: usize = 50;
const ACTIONS: usize = 200;

fn limit(what: &str) -> Refusal {
    let message = format!("The maximum number of {what} for this scalable target is reached.");
    Refusal::client("LimitExceededException", message)
}

fn not_found(what: &str, name: &str) -> Refusal {
    Refusal::client(
        "ObjectNotFoundException",
        format!("No {what} found for name: {name}"),
    )
}

/// `PutScalingPolicy`: the same name again replaces it, alarms and all.
pub fn put_policy(world: &mut World, input: &Value) -> Answer {
    let place = target(world, input)?;
    let name = text(input, "PolicyName")?.to_owned();
    let resource = world.scaling.targets[place].resource.clone();
    let old = world.scaling.targets[place]
        .policies
        .iter()
        .position(|p| p.name == name);
    if old.is_none() && world.scaling.targets[place].policies.len() >= POLICIES {
        return Err(limit("policies"));
    }
    let kind = input
        .get("PolicyType")
        .and_then(Value::as_text)
        .unwrap_or("StepScaling");
    let (member, tracks) = match kind {
        "TargetTrackingScaling" => ("TargetTrackingScalingPolicyConfiguration", true),
        "StepScaling" => ("StepScalingPolicyConfiguration", false),
        other => return Err(bad(format!("Unsupported policy type: {other}"))),
    };
    let configuration = input.get(member).cloned();
    let configuration = configuration.ok_or_else(|| bad(format!("{member} is required.")))?;
    let tracking = if tracks {
        Some(policy::tracking(world, &resource, &configuration)?)
    } else {
        None
    };
    let (id, created) = match old {
        Some(old) => {
            let old = world.scaling.targets[place].policies.remove(old);
            drop_alarms(world, &old);
            (old.id, old.created)
        }
        None => (id::uuid(&mut world.rng), world.now),
    };
    let arn = policy::arn(world, &resource, &name, &id);
    if let Some(tracking) = &tracking {
        let alarms = policy::alarms(tracking, &arn, world.now);
        world.cloudwatch.alarms.extend(alarms);
    }
    let policy = Policy {
        name,
        id,
        created,
        kind: kind.to_owned(),
        configuration,
        tracking,
    };
    let alarms = alarms(world, &policy);
    world.scaling.targets[place].policies.push(policy);
    Ok(map! { "PolicyARN" => arn, "Alarms" => alarms })
}

/// A policy's alarms as they are shown.
pub fn alarms(world: &World, policy: &Policy) -> Value {
    let shown = policy.alarms().map(|name| {
        let arn = world.arn("cloudwatch", &format!("alarm:{name}"));
        map! { "AlarmName" => name, "AlarmARN" => arn }
    });
    list(shown)
}

/// The alarms of a policy that goes.
pub fn drop_alarms(world: &mut World, policy: &Policy) {
    let names: Vec<&str> = policy.alarms().collect();
    world
        .cloudwatch
        .alarms
        .retain(|a| !names.contains(&a.name.as_str()));
}

/// `DeleteScalingPolicy`.
pub fn delete_policy(world: &mut World, input: &Value) -> Answer {
    let place = target(world, input)?;
    let name = text(input, "PolicyName")?;
    let policies = &mut world.scaling.targets[place].policies;
    let found = policies.iter().position(|p| p.name == name);
    let gone = policies.remove(found.ok_or_else(|| not_found("scaling policy", name))?);
    drop_alarms(world, &gone);
    Ok(map! {})
}

/// `PutScheduledAction`: the same name again updates it.
pub fn put_action(world: &mut World, input: &Value) -> Answer {
    let place = target(world, input)?;
    let name = text(input, "ScheduledActionName")?;
    if name.contains([':', '/', '|']) || name.trim() != name || name.len() > 256 {
        return Err(bad(
            "ScheduledActionName has a character that is not allowed.",
        ));
    }
    let old = world.scaling.targets[place]
        .scheduled
        .iter()
        .find(|a| a.name == name)
        .cloned();
    if old.is_none() && world.scaling.targets[place].scheduled.len() >= ACTIONS {
        return Err(limit("scheduled actions"));
    }
    let action = action(world, input, name, old)?;
    let scheduled = &mut world.scaling.targets[place].scheduled;
    scheduled.retain(|a| a.name != action.name);
    scheduled.push(action);
    Ok(map! {})
}

fn action(
    world: &mut World,
    input: &Value,
    name: &str,
    old: Option<Scheduled>,
) -> Result<Scheduled, Refusal> {
    let zone = input.get("Timezone").and_then(Value::as_text);
    let schedule = input
        .get("Schedule")
        .and_then(Value::as_text)
        .map(str::to_owned);
    let schedule = schedule.or_else(|| old.as_ref().map(|o| o.text.clone()));
    let schedule = schedule.ok_or_else(|| bad("Schedule is required."))?;
    let sizes = input.get("ScalableTargetAction");
    let side = |member| sizes.map_or(Ok(None), |s| capacity(s, member));
    let (min, max) = (side("MinCapacity")?, side("MaxCapacity")?);
    let (min, max) = match (&old, sizes) {
        (Some(old), None) => (old.min, old.max),
        _ => (min, max),
    };
    if min.is_none() && max.is_none() {
        return Err(bad(
            "At least one of minimum capacity and maximum capacity should be provided",
        ));
    }
    bounds_after(
        Bounds {
            min: 0,
            max: u32::MAX,
        },
        min,
        max,
    )?;
    let when = schedule::parse(&schedule, zone)?;
    // AWS's words for it are not known; that it can never run is.
    if matches!(when, When::At(at) if at <= world.now) {
        return Err(bad(format!("The scheduled time {schedule} is in the past")));
    }
    let time = |member| input.get(member).and_then(Value::as_time);
    Ok(Scheduled {
        name: name.to_owned(),
        when,
        text: schedule,
        zone: zone.map(str::to_owned),
        start: time("StartTime"),
        end: time("EndTime"),
        min,
        max,
        id: old
            .as_ref()
            .map_or_else(|| id::uuid(&mut world.rng), |o| o.id.clone()),
        created: old.map_or(world.now, |o| o.created),
    })
}

/// `DeleteScheduledAction`.
pub fn delete_action(world: &mut World, input: &Value) -> Answer {
    let place = target(world, input)?;
    let name = text(input, "ScheduledActionName")?;
    let scheduled = &mut world.scaling.targets[place].scheduled;
    let found = scheduled.iter().position(|a| a.name == name);
    scheduled.remove(found.ok_or_else(|| not_found("scheduled action", name))?);
    Ok(map! {})
}
