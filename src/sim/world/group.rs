//! EC2 Auto Scaling: groups, their instances, ECS managed scaling.

mod activity;
mod describe;
mod input;
pub(super) mod managed;
pub mod node;
mod recurrence;
mod schedule;
mod size;
mod step;
mod timers;
mod write;

use super::World;
use crate::sim::call::{Answer, Refusal, Service};
use crate::sim::value::Value;
use activity::Activity;
use jiff::Timestamp;
use node::Node;
use schedule::Scheduled;
use std::collections::{BTreeMap, VecDeque};
pub(super) use step::make;

/// The state of it; empty in a region that is not furnished.
#[derive(Debug, Default)]
pub struct Groups {
    pub(super) group: Option<Group>,
}

/// The one group: ECS manages its size.
#[derive(Debug)]
pub struct Group {
    pub name: String,
    pub uuid: String,
    pub created: Timestamp,
    pub min: u32,
    pub max: u32,
    pub desired: u32,
    pub nodes: Vec<Node>,
    /// The number of the next instance.
    pub next: u32,
    /// Suspended processes and why.
    pub suspended: BTreeMap<String, String>,
    pub scheduled: Vec<Scheduled>,
    /// Newest first.
    pub activities: VecDeque<Activity>,
    pub tags: Vec<(String, String)>,
    /// Why desired changed last.
    pub cause: Option<String>,
    /// Percent of the instances that managed scaling wants in use.
    pub target_capacity: u32,
    /// How many minutes in a row the reservation was low.
    pub low_minutes: u32,
    pub series: Option<managed::GroupSeries>,
}

impl Group {
    pub fn arn(&self, region: &str) -> String {
        let rest = format!(
            "autoScalingGroup:{}:autoScalingGroupName/{}",
            self.uuid, self.name
        );
        super::id::arn("autoscaling", region, &rest)
    }

    fn runs(&self, process: &str) -> bool {
        !self.suspended.contains_key(process)
    }
}

impl Groups {
    /// The instances of the cluster; those that ended are gone.
    pub(super) fn nodes(&self) -> &[Node] {
        self.group.as_ref().map_or(&[], |group| &group.nodes)
    }

    pub(super) fn nodes_mut(&mut self) -> &mut [Node] {
        self.group
            .as_mut()
            .map_or(&mut [], |group| &mut group.nodes)
    }

    /// The group behind the capacity provider.
    pub(super) fn managed(&self) -> Option<&Group> {
        self.group.as_ref()
    }
}

/// One second of it.
pub fn tick(world: &mut World) {
    if world.group.group.is_none() {
        return;
    }
    timers::fire(world);
    step::nodes(world);
    managed::tick(world);
    step::size(world);
}

/// Answers one operation.
pub fn handle(world: &mut World, operation: &str, input: &Value) -> Answer {
    match operation {
        "DescribeAutoScalingGroups" => describe::groups(world, input),
        "DescribeAutoScalingInstances" => describe::instances(world, input),
        "DescribeScalingActivities" => activity::describe(world, input),
        "DescribeScheduledActions" => schedule::describe(world, input),
        "DescribePolicies" => describe::policies(world, input),
        "DescribeInstanceRefreshes" => describe::refreshes(world, input),
        "DescribeWarmPool" => describe::warm_pool(world, input),
        "UpdateAutoScalingGroup" => write::update(world, input),
        "SetDesiredCapacity" => write::set_desired(world, input),
        "PutScheduledUpdateGroupAction" => schedule::put(world, input),
        "BatchPutScheduledUpdateGroupAction" => schedule::put_many(world, input),
        "DeleteScheduledAction" => schedule::delete(world, input),
        "BatchDeleteScheduledAction" => schedule::delete_many(world, input),
        "SuspendProcesses" => write::suspend(world, input),
        "ResumeProcesses" => write::resume(world, input),
        _ => Err(Refusal::no_operation(Service::AutoScaling, operation)),
    }
}
