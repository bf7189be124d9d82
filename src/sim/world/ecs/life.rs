//! How a task comes to run, and how it ends.

use super::ground::Ground;
use super::service::{Launch, Service};
use super::task::{State, Target, Task, Wanted};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;

/// Two checks, ten seconds apart, until the load balancer believes in a target.
const CHECKS: i64 = 20;
/// How long a target drains.
const DRAIN: i64 = 20;
/// Stopped tasks are shown for an hour.
const SHOWN: SignedDuration = SignedDuration::from_hours(1);

/// Moves each task of a service on.
pub fn step(service: &mut Service, ground: &mut Ground) {
    let balanced = service.target_group.is_some();
    let fargate = service.launch == Launch::Fargate;
    for task in &mut service.tasks {
        if task.wanted == Wanted::Stopped {
            fall(task, balanced, ground);
        } else if task.until <= ground.now {
            rise(task, balanced, fargate, ground);
        }
    }
}

fn rise(task: &mut Task, balanced: bool, fargate: bool, ground: &mut Ground) {
    match task.state {
        State::Provisioning if fargate || task.place.is_some() => {
            let until = ground.within(4..=9);
            task.enter(State::Pending, until);
        }
        State::Pending => {
            let until = ground.within(2..=4);
            task.enter(State::Activating, until);
        }
        State::Activating => {
            task.started = Some(ground.now);
            task.enter(State::Running, ground.after(CHECKS));
            task.target = if balanced {
                Target::Initial
            } else {
                Target::None
            };
        }
        State::Running if task.target == Target::Initial => task.target = Target::Healthy,
        _ => {}
    }
}

fn fall(task: &mut Task, balanced: bool, ground: &mut Ground) {
    if task.state == State::Stopped || (task.state > State::Running && task.until > ground.now) {
        return;
    }
    match task.state {
        State::Running if balanced => {
            task.target = Target::Draining;
            task.enter(State::Deactivating, ground.after(DRAIN));
        }
        State::Running => task.enter(State::Deactivating, ground.after(1)),
        State::Deactivating => {
            let until = ground.within(2..=5);
            task.target = Target::None;
            task.enter(State::Stopping, until);
        }
        State::Deprovisioning => stop(task, ground),
        _ => task.enter(State::Deprovisioning, ground.after(1)),
    }
}

/// The end: what it held on its instance is free.
pub fn stop(task: &mut Task, ground: &mut Ground) {
    task.enter(State::Stopped, Timestamp::MAX);
    task.target = Target::None;
    task.work = 0.0;
    task.stopped = Some(ground.now);
    let on = task.place.map(|place| place.node);
    if let Some(node) = ground.nodes.iter_mut().find(|n| Some(n.number) == on) {
        node.release(&task.id);
    }
}

/// Forgets what stopped long ago.
pub fn forget(service: &mut Service, index: &mut HashMap<String, usize>, now: Timestamp) {
    let gone = |task: &Task| {
        let at = task.stopped.and_then(|at| at.checked_add(SHOWN).ok());
        at.is_some_and(|at| at <= now)
    };
    service.tasks.retain(|task| {
        let gone = gone(task);
        if gone {
            index.remove(&task.id);
        }
        !gone
    });
}
