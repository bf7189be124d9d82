//! What changes a group.

use super::super::World;
use super::Group;
use super::input::{bad, named, size, texts};
use super::size::{Sizes, Wish};
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, map};
use jiff::Timestamp;

/// The processes that can be suspended.
const PROCESSES: [&str; 9] = [
    "Launch",
    "Terminate",
    "AddToLoadBalancer",
    "AlarmNotification",
    "AZRebalance",
    "HealthCheck",
    "InstanceRefresh",
    "ReplaceUnhealthy",
    "ScheduledActions",
];

impl Group {
    pub(super) fn sizes(&self) -> Sizes {
        Sizes {
            min: self.min,
            max: self.max,
            desired: self.desired,
        }
    }

    pub(super) fn resize(&mut self, sizes: Sizes) {
        (self.min, self.max, self.desired) = (sizes.min, sizes.max, sizes.desired);
    }
}

/// Sizes in a request.
pub fn wish(input: &Value) -> Result<Wish, Refusal> {
    Ok(Wish {
        min: size(input, "MinSize")?,
        max: size(input, "MaxSize")?,
        desired: size(input, "DesiredCapacity")?,
    })
}

/// `UpdateAutoScalingGroup`: what is left out stays.
pub fn update(world: &mut World, input: &Value) -> Answer {
    let now = world.now;
    let wish = wish(input)?;
    let group = named(world, input)?;
    let before = group.sizes();
    let after = before.after(wish)?;
    group.resize(after);
    if after.desired != before.desired {
        let cause = format!(
            "At {} a user request update of AutoScalingGroup constraints to min: {}, max: {}, desired: {} changing the desired capacity from {} to {}.",
            stamp(now),
            after.min,
            after.max,
            after.desired,
            before.desired,
            after.desired
        );
        group.because(cause);
    }
    Ok(map! {})
}

/// As causes have it: no fractions.
pub fn stamp(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// `SetDesiredCapacity`.
pub fn set_desired(world: &mut World, input: &Value) -> Answer {
    let now = world.now;
    let desired = size(input, "DesiredCapacity")?;
    let desired = desired.ok_or_else(|| bad("DesiredCapacity is required"))?;
    let group = named(world, input)?;
    if desired > group.max {
        return Err(bad(format!(
            "New SetDesiredCapacity value {desired} is above max value {} for the AutoScalingGroup.",
            group.max
        )));
    }
    if desired < group.min {
        return Err(bad(format!(
            "New SetDesiredCapacity value {desired} is below min value {} for the AutoScalingGroup.",
            group.min
        )));
    }
    if desired != group.desired {
        let before = group.desired;
        group.because(format!(
            "At {} a user request explicitly set group desired capacity changing the desired capacity from {before} to {desired}.",
            stamp(now)
        ));
        group.desired = desired;
    }
    Ok(map! {})
}

/// The named processes; all where none is named.
fn processes(input: &Value) -> Result<Vec<&'static str>, Refusal> {
    let asked = texts(input, "ScalingProcesses");
    if asked.is_empty() {
        return Ok(PROCESSES.to_vec());
    }
    let known = |name: &&str| {
        PROCESSES
            .iter()
            .find(|p| p.eq_ignore_ascii_case(name))
            .copied()
    };
    let unknown = |name: &str| bad(format!("Invalid process: {name}"));
    asked
        .iter()
        .map(|name| known(name).ok_or_else(|| unknown(name)))
        .collect()
}

/// `SuspendProcesses`.
pub fn suspend(world: &mut World, input: &Value) -> Answer {
    let now = stamp(world.now);
    let processes = processes(input)?;
    let group = named(world, input)?;
    for process in processes {
        let reason = format!("User suspended at {now}");
        group.suspended.entry(process.to_owned()).or_insert(reason);
    }
    Ok(map! {})
}

/// `ResumeProcesses`.
pub fn resume(world: &mut World, input: &Value) -> Answer {
    let processes = processes(input)?;
    let group = named(world, input)?;
    for process in processes {
        group.suspended.remove(process);
    }
    Ok(map! {})
}
