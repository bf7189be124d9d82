//! Targets come, change and go; each change bends desired into the bounds.

use super::super::World;
use super::super::id;
use super::activity;
use super::input::{TASKS, bad, capacity, resource, target};
use super::put::drop_alarms;
use super::target::{Suspended, Target};
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, map};
use jiff::SignedDuration;

/// From how many to how many tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub min: u32,
    pub max: u32,
}

/// The bounds after a change; refused where they cross.
pub fn bounds_after(now: Bounds, min: Option<u32>, max: Option<u32>) -> Result<Bounds, Refusal> {
    let after = Bounds {
        min: min.unwrap_or(now.min),
        max: max.unwrap_or(now.max),
    };
    if after.min > after.max {
        return Err(bad("Maximum capacity cannot be less than minimum capacity"));
    }
    Ok(after)
}

/// `RegisterScalableTarget`: what is left out stays; desired is bent soon after.
pub fn register(world: &mut World, input: &Value) -> Answer {
    let resource = resource(input)?.to_owned();
    if world.ecs.by_resource(&resource).is_none() {
        return Err(bad(format!("ECS service doesn't exist: {resource}")));
    }
    let (min, max) = (
        capacity(input, "MinCapacity")?,
        capacity(input, "MaxCapacity")?,
    );
    let known = world
        .scaling
        .targets
        .iter()
        .position(|t| t.resource == resource);
    let place = match known {
        Some(place) => change(world, place, min, max)?,
        None => add(world, resource, min, max)?,
    };
    let soon = world.now.checked_add(SignedDuration::from_secs(1)).ok();
    let target = &mut world.scaling.targets[place];
    suspend(&mut target.suspended, input);
    target.clamp = soon;
    let arn = arn(world, &world.scaling.targets[place]);
    Ok(map! { "ScalableTargetARN" => arn })
}

/// The ARN of a target.
pub fn arn(world: &World, target: &Target) -> String {
    world.arn(
        "application-autoscaling",
        &format!("scalable-target/{}", target.id),
    )
}

fn change(
    world: &mut World,
    place: usize,
    min: Option<u32>,
    max: Option<u32>,
) -> Result<usize, Refusal> {
    let target = &mut world.scaling.targets[place];
    let now = Bounds {
        min: target.min,
        max: target.max,
    };
    let after = bounds_after(now, min, max)?;
    (target.min, target.max) = (after.min, after.max);
    Ok(place)
}

fn add(
    world: &mut World,
    resource: String,
    min: Option<u32>,
    max: Option<u32>,
) -> Result<usize, Refusal> {
    let (Some(min), Some(max)) = (min, max) else {
        return Err(bad(
            "MinCapacity and MaxCapacity are required to register a new scalable target.",
        ));
    };
    let bounds = bounds_after(Bounds { min, max }, None, None)?;
    let id = format!("0ec5{}", id::hex(&mut world.rng, 32));
    let target = Target::new(resource, id, bounds.min, bounds.max, world.now);
    world.scaling.targets.push(target);
    Ok(world.scaling.targets.len() - 1)
}

fn suspend(suspended: &mut Suspended, input: &Value) {
    let Some(asked) = input.get("SuspendedState") else {
        return;
    };
    let set = |member, field: &mut bool| {
        if let Some(said) = asked.get(member).and_then(Value::as_bool) {
            *field = said;
        }
    };
    set("DynamicScalingInSuspended", &mut suspended.scale_in);
    set("DynamicScalingOutSuspended", &mut suspended.scale_out);
    set("ScheduledScalingSuspended", &mut suspended.scheduled);
}

/// `DeregisterScalableTarget`: its policies, alarms and scheduled actions go with it.
pub fn deregister(world: &mut World, input: &Value) -> Answer {
    let place = target(world, input)?;
    let gone = world.scaling.targets.remove(place);
    for policy in &gone.policies {
        drop_alarms(world, policy);
    }
    debug_assert_eq!(
        input.get("ScalableDimension").and_then(Value::as_text),
        Some(TASKS)
    );
    Ok(map! {})
}

/// Bends desired into the bounds, once that is due.
pub fn clamp(world: &mut World, place: usize) {
    let target = &mut world.scaling.targets[place];
    if target.clamp.is_none_or(|due| due > world.now) {
        return;
    }
    target.clamp = None;
    let (min, max) = (target.min, target.max);
    let Some(service) = world.ecs.by_resource(&target.resource) else {
        return;
    };
    let desired = world.ecs.services[service].desired;
    if desired < min {
        activity::scale(
            world,
            place,
            min,
            format!("minimum capacity was set to {min}"),
        );
    } else if desired > max {
        activity::scale(
            world,
            place,
            max,
            format!("maximum capacity was set to {max}"),
        );
    }
}
