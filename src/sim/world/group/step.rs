//! Instances come and go until there are as many as desired.

use super::super::World;
use super::super::ecs::{Going, drain};
use super::super::id;
use super::Group;
use super::activity::{Activity, Status};
use super::describe::protected;
use super::managed;
use super::node::{Kind, Lifecycle, M6I, Node, T3};
use super::write::stamp;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

/// Seconds until an instance is in service, and then until its agent has registered.
const BOOT: std::ops::RangeInclusive<i64> = 35..=55;
const REGISTER: i64 = 12;
/// Seconds that an instance takes to end: its tasks drain first.
const END: i64 = 60;

impl Group {
    /// Why desired changed: the next instance's activity says it.
    pub(super) fn because(&mut self, cause: String) {
        self.cause = Some(cause);
    }

    /// Instances that are not on their way out.
    pub(super) fn staying(&self) -> usize {
        let stays = |n: &&Node| n.lifecycle != Lifecycle::Terminating;
        self.nodes.iter().filter(stays).count()
    }
}

fn after(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

/// Each instance moves on in its life.
pub fn nodes(world: &mut World) {
    let now = world.now;
    let Some(group) = &mut world.group.group else {
        return;
    };
    let mut gone = Vec::new();
    let mut ready = Vec::new();
    for node in &mut group.nodes {
        node.spend();
        match node.lifecycle {
            Lifecycle::Pending if node.until <= now => {
                node.lifecycle = Lifecycle::InService;
                node.until = after(now, REGISTER);
                ready.push(node.number);
            }
            Lifecycle::InService if node.registered.is_none() && node.until <= now => {
                node.registered = Some(now);
            }
            Lifecycle::Terminating if node.until <= now => gone.push(node.number),
            _ => {}
        }
    }
    for number in ready.iter().chain(&gone) {
        group.done(*number, now);
    }
    for number in gone {
        drain(world, number, Going::Gone);
        managed::forget(world, number);
        if let Some(group) = &mut world.group.group {
            group.nodes.retain(|n| n.number != number);
        }
    }
}

/// As many instances as desired.
pub fn size(world: &mut World) {
    let World {
        group,
        rng,
        now,
        region,
        ..
    } = world;
    let Some(group) = &mut group.group else {
        return;
    };
    let (have, desired) = (group.staying(), group.desired as usize);
    let mut leaving = Vec::new();
    if have < desired && group.runs("Launch") {
        for _ in have..desired {
            launch(group, rng, region, *now);
        }
    } else if have > desired && group.runs("Terminate") {
        leaving = choose(group, have - desired);
        if leaving.is_empty() {
            all_protected(group, rng, *now);
        }
        for number in &leaving {
            terminate(group, rng, *number, *now);
        }
    }
    for number in leaving {
        drain(world, number, Going::Soon);
    }
}

fn cause(group: &mut Group, now: Timestamp, change: &str) -> String {
    let why = group.cause.clone().unwrap_or_default();
    format!("{why}  At {} {change}", stamp(now))
        .trim_start()
        .to_owned()
}

fn launch(group: &mut Group, rng: &mut Rng, region: &str, now: Timestamp) {
    let have = group.staying();
    let kind = next_kind(group);
    let mut node = make(group, rng, region, kind, now);
    node.until = after(now, rng.i64(BOOT));
    let change = format!(
        "an instance was started in response to a difference between desired and actual capacity, increasing the capacity from {have} to {}.",
        have + 1
    );
    let cause = cause(group, now, &change);
    let text = format!("Launching a new EC2 instance: {}", node.id);
    let mut activity = Activity::new(rng, text, cause, now);
    activity.node = Some(node.number);
    activity.status = Status::PreInService;
    group.note(activity);
    group.nodes.push(node);
}

/// One in three is of the burstable kind.
fn next_kind(group: &Group) -> Kind {
    if group.next % 3 == 2 { T3 } else { M6I }
}

/// A new instance in the zone that has fewest.
pub fn make(group: &mut Group, rng: &mut Rng, region: &str, kind: Kind, now: Timestamp) -> Node {
    let number = group.next;
    group.next += 1;
    let zone = |letter: &char| format!("{region}{letter}");
    let letters = ['a', 'b', 'c'];
    let fewest = letters.iter().min_by_key(|letter| {
        let zone = zone(letter);
        group.nodes.iter().filter(|n| n.zone == zone).count()
    });
    let id = format!("i-0{}", id::hex(rng, 16));
    let mut node = Node::new(number, id, id::hex(rng, 32), kind, now);
    node.zone = fewest.map(zone).unwrap_or_default();
    node
}

/// Those without tasks, the newest first: ECS protects the others.
fn choose(group: &Group, count: usize) -> Vec<u32> {
    let free = |n: &&Node| n.lifecycle != Lifecycle::Terminating && !protected(n);
    let mut free: Vec<u32> = group.nodes.iter().filter(free).map(|n| n.number).collect();
    free.reverse();
    free.truncate(count);
    free
}

fn terminate(group: &mut Group, rng: &mut Rng, number: u32, now: Timestamp) {
    let have = group.staying();
    let change = format!(
        "an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from {have} to {}.",
        have.saturating_sub(1)
    );
    let cause = cause(group, now, &change);
    let Some(node) = group.nodes.iter_mut().find(|n| n.number == number) else {
        return;
    };
    node.lifecycle = Lifecycle::Terminating;
    node.until = after(now, END);
    let text = format!("Terminating EC2 instance: {}", node.id);
    let mut activity = Activity::new(rng, text, cause, now);
    activity.node = Some(number);
    group.note(activity);
}

/// Says once that nothing can go.
fn all_protected(group: &mut Group, rng: &mut Rng, now: Timestamp) {
    const SAID: &str = "Could not scale to desired capacity because all remaining instances are protected from scale-in.";
    if group
        .activities
        .front()
        .is_some_and(|a| a.description == SAID)
    {
        return;
    }
    let cause = cause(group, now, "group reached equilibrium.");
    let mut activity = Activity::new(rng, SAID.to_owned(), cause, now);
    activity.end = Some(now);
    activity.status = Status::Failed;
    group.note(activity);
}
