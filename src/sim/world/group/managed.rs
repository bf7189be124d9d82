//! ECS managed scaling: as many instances as the tasks need, and the group's numbers.

use super::super::World;
use super::super::ecs::task::{State, Wanted};
use super::super::metrics::{Key, Metrics, SeriesId};
use super::node::{Lifecycle, M6I};
use super::write::stamp;

/// The group shrinks after so many low minutes.
const LOW: u32 = 15;

/// Where the group's numbers go.
#[derive(Clone, Copy, Debug)]
pub struct GroupSeries {
    reservation: SeriesId,
    min: SeriesId,
    max: SeriesId,
    desired: SeriesId,
    in_service: SeriesId,
    pub cpu_reservation: SeriesId,
    pub memory_reservation: SeriesId,
}

impl GroupSeries {
    pub fn new(metrics: &mut Metrics, group: &str, cluster: &str, provider: &str) -> Self {
        let both = [("ClusterName", cluster), ("CapacityProviderName", provider)];
        let mut series = |namespace: &str, name: &str, dimensions: &[(&str, &str)]| {
            metrics.series(Key::new(namespace, name, dimensions))
        };
        let of_group = [("AutoScalingGroupName", group)];
        let of_cluster = [("ClusterName", cluster)];
        Self {
            reservation: series(
                "AWS/ECS/ManagedScaling",
                "CapacityProviderReservation",
                &both,
            ),
            min: series("AWS/AutoScaling", "GroupMinSize", &of_group),
            max: series("AWS/AutoScaling", "GroupMaxSize", &of_group),
            desired: series("AWS/AutoScaling", "GroupDesiredCapacity", &of_group),
            in_service: series("AWS/AutoScaling", "GroupInServiceInstances", &of_group),
            cpu_reservation: series("AWS/ECS", "CPUReservation", &of_cluster),
            memory_reservation: series("AWS/ECS", "MemoryReservation", &of_cluster),
        }
    }
}

/// Once a minute: how many instances are needed, and whether that changes anything.
pub fn tick(world: &mut World) {
    if world.now.as_second() % 60 != 0 {
        return;
    }
    let needed = needed(world);
    publish(world, needed);
    let now = stamp(world.now);
    let Some(group) = &mut world.group.group else {
        return;
    };
    let before = group.desired;
    let wanted = (needed * 100).div_ceil(group.target_capacity.max(1));
    let after = if wanted > before {
        group.low_minutes = 0;
        wanted.min(group.max)
    } else {
        group.low_minutes = if wanted < before {
            group.low_minutes + 1
        } else {
            0
        };
        if group.low_minutes < LOW {
            return;
        }
        // At most by half a minute.
        wanted.max(group.min).max(before.div_ceil(2))
    };
    if after != before && group.runs("AlarmNotification") {
        group.desired = after;
        group.because(format!(
            "At {now} a monitor alarm TargetTracking-{}-Alarm in state ALARM triggered policy ECSManagedAutoScalingPolicy-{} changing the desired capacity from {before} to {after}.",
            group.name, group.uuid
        ));
    }
}

/// Instances with tasks, and as many more as the waiting tasks fill.
pub fn needed(world: &World) -> u32 {
    let stays = |n: &&super::Node| n.lifecycle != Lifecycle::Terminating && n.tasks() > 0;
    let used = world.group.nodes().iter().filter(stays).count() as u32;
    let (mut cpu, mut memory) = (0, 0);
    for place in world.ecs.hosted() {
        let service = &world.ecs.services[*place];
        let waits = service.tasks.iter().filter(|t| {
            t.state == State::Provisioning && t.wanted == Wanted::Running && t.place.is_none()
        });
        for task in waits {
            let definition = &world.ecs.definitions[task.definition];
            cpu += definition.cpu;
            memory += definition.memory;
        }
    }
    used + cpu.div_ceil(M6I.cpu).max(memory.div_ceil(M6I.memory))
}

fn publish(world: &mut World, needed: u32) {
    let World {
        group,
        metrics,
        now,
        ..
    } = world;
    let Some(group) = &group.group else {
        return;
    };
    let Some(series) = group.series else {
        return;
    };
    let in_service = group
        .nodes
        .iter()
        .filter(|n| n.lifecycle == Lifecycle::InService);
    let in_service = in_service.count() as u32;
    let reservation = if in_service == 0 {
        if needed == 0 { 100.0 } else { 200.0 }
    } else {
        f64::from(needed) / f64::from(in_service) * 100.0
    };
    metrics.record(series.reservation, *now, reservation);
    let sizes = [
        (series.min, group.min),
        (series.max, group.max),
        (series.desired, group.desired),
        (series.in_service, in_service),
    ];
    for (id, size) in sizes {
        metrics.record(id, *now, f64::from(size));
    }
    let open: Vec<_> = group.nodes.iter().filter(|n| n.open()).collect();
    let sum = |of: fn(&super::Node) -> u32| f64::from(open.iter().map(|n| of(n)).sum::<u32>());
    let part = |left: f64, all: f64| {
        if all > 0.0 {
            (1.0 - left / all) * 100.0
        } else {
            0.0
        }
    };
    let cpu = part(sum(super::Node::cpu_left), sum(|n| n.kind.cpu));
    let memory = part(sum(super::Node::memory_left), sum(|n| n.kind.memory));
    metrics.record(series.cpu_reservation, *now, cpu);
    metrics.record(series.memory_reservation, *now, memory);
    instances(world);
}

/// What an instance publishes: CPU each minute, credits each fifth.
fn instances(world: &mut World) {
    let World {
        group,
        metrics,
        now,
        ..
    } = world;
    let nodes = group.group.as_ref().map_or(&[][..], |g| &g.nodes);
    let credits = now.as_second() % 300 == 0;
    for node in nodes.iter().filter(|n| n.lifecycle == Lifecycle::InService) {
        let [cpu, balance] = keys(&node.id);
        let id = metrics.series(cpu);
        metrics.record(id, *now, node.busy * 100.0);
        if let Some(left) = node.credits.filter(|_| credits) {
            let id = metrics.series(balance);
            metrics.record(id, *now, left);
        }
    }
}

/// An instance's series: CPU, and the balance of credits.
pub fn keys(id: &str) -> [Key; 2] {
    let of = [("InstanceId", id)];
    ["CPUUtilization", "CPUCreditBalance"].map(|name| Key::new("AWS/EC2", name, &of))
}

/// An instance that is gone publishes nothing more.
pub fn forget(world: &mut World, number: u32) {
    let node = world.group.nodes().iter().find(|n| n.number == number);
    let Some(keys) = node.map(|n| keys(&n.id)) else {
        return;
    };
    for key in keys {
        world.metrics.forget(&key);
    }
}
