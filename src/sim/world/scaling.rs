//! Application Auto Scaling: targets, target tracking, scheduled actions.

mod activity;
mod describe;
mod input;
mod policy;
mod put;
mod register;
mod schedule;
mod target;
mod track;

use super::World;
use crate::sim::call::{Answer, Refusal, Service};
use crate::sim::value::Value;
pub(super) use policy::furnish as furnish_policy;
pub(super) use target::Target;

/// The state of it; empty in a region that is not furnished.
#[derive(Debug, Default)]
pub struct Scaling {
    pub(super) targets: Vec<Target>,
}

/// One second of it.
pub fn tick(world: &mut World) {
    for place in 0..world.scaling.targets.len() {
        schedule::fire(world, place);
        register::clamp(world, place);
        activity::follow(world, place);
        if world.now.as_second() % 60 == 0 {
            track::track(world, place);
        }
    }
}

/// Answers one operation.
pub fn handle(world: &mut World, operation: &str, input: &Value) -> Answer {
    match operation {
        "DescribeScalableTargets" => describe::targets(world, input),
        "DescribeScalingPolicies" => describe::policies(world, input),
        "DescribeScalingActivities" => describe::activities(world, input),
        "DescribeScheduledActions" => describe::scheduled(world, input),
        "RegisterScalableTarget" => register::register(world, input),
        "DeregisterScalableTarget" => register::deregister(world, input),
        "PutScalingPolicy" => put::put_policy(world, input),
        "DeleteScalingPolicy" => put::delete_policy(world, input),
        "PutScheduledAction" => put::put_action(world, input),
        "DeleteScheduledAction" => put::delete_action(world, input),
        "ListTagsForResource" => describe::tags(world, input),
        _ => Err(Refusal::no_operation(Service::Scaling, operation)),
    }
}
