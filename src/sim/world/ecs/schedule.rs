//! The service scheduler: as many tasks as desired, of the newest deployment.

use super::super::World;
use super::super::group::node::Node;
use super::definition::Definition;
use super::event;
use super::ground::Ground;
use super::life;
use super::service::Service;
use super::task::{State, StopCode, Target, Task, Wanted};
use crate::sim::world::id;

/// Tasks that a service starts at one time.
const AT_ONCE: usize = 10;

/// Brings the tasks nearer to what is desired, and says when all is well.
pub fn reconcile(service: &mut Service, definitions: &[Definition], ground: &mut Ground) {
    debug_assert!(service.definition < definitions.len());
    start(service, ground);
    stop_surplus(service, ground);
    replace(service, ground);
    finish(service, ground);
}

fn start(service: &mut Service, ground: &mut Ground) {
    let primary = service.primary();
    let desired = service.desired as usize;
    let have = service.alive_of(primary).count();
    // At most twice as many as desired while a deployment goes on.
    let room = (2 * desired).saturating_sub(service.alive().count());
    let missing = desired.saturating_sub(have).min(room).min(AT_ONCE);
    if missing == 0 {
        return;
    }
    let tasks: Vec<Task> = (0..missing)
        .map(|_| {
            Task::new(
                id::hex(ground.rng, 32),
                primary,
                service.definition,
                ground.now,
            )
        })
        .collect();
    let ids: Vec<String> = tasks.iter().map(|t| t.id.clone()).collect();
    service.steady = false;
    service.born.extend(ids.iter().cloned());
    service.tasks.extend(tasks);
    event::started(service, &ids, ground);
}

/// Too many of the newest deployment: those that wait go first, then those on the emptiest instance.
fn stop_surplus(service: &mut Service, ground: &mut Ground) {
    let primary = service.primary();
    let have = service.alive_of(primary).count();
    let surplus = have.saturating_sub(service.desired as usize);
    if surplus > 0 {
        let reason = scaling_reason(primary);
        stop(service, primary, surplus, &reason, ground);
    }
}

fn scaling_reason(deployment: u64) -> String {
    let id = super::service::deployment_id(deployment);
    format!("Scaling activity initiated by (deployment {id})")
}

/// Old deployments give way, as far as the new one already serves.
fn replace(service: &mut Service, ground: &mut Ground) {
    let primary = service.primary();
    let old: Vec<u64> = service
        .deployments
        .iter()
        .skip(1)
        .map(|d| d.number)
        .collect();
    let up = |t: &&Task| t.state == State::Running && t.target != Target::Initial;
    let mut spare = service
        .alive()
        .filter(up)
        .count()
        .saturating_sub(service.desired as usize);
    for number in old {
        let left = service.alive_of(number).count();
        let now = left.min(spare);
        if now > 0 {
            let reason = scaling_reason(primary);
            stop(service, number, now, &reason, ground);
            spare -= now;
        }
    }
}

fn stop(service: &mut Service, deployment: u64, count: usize, reason: &str, ground: &mut Ground) {
    let mut order: Vec<usize> = (0..service.tasks.len())
        .filter(|i| {
            let task = &service.tasks[*i];
            task.wanted == Wanted::Running && task.deployment == deployment
        })
        .collect();
    order.sort_by_key(|i| loss(&service.tasks[*i], ground));
    let mut ids = Vec::new();
    for i in order.into_iter().take(count) {
        let task = &mut service.tasks[i];
        task.end(StopCode::ServiceSchedulerInitiated, reason, ground.now);
        ids.push(task.id.clone());
    }
    service.steady = false;
    event::stopped(service, &ids, ground);
    if service.target_group.is_some() {
        event::draining(service, &ids, ground);
    }
}

/// What stopping it costs: nothing while it waits; little on an instance with few tasks.
fn loss(task: &Task, ground: &Ground) -> (bool, usize, u32) {
    let runs = task.state == State::Running;
    let on = task.place.map(|p| p.node);
    let node = ground.nodes.iter().find(|n| Some(n.number) == on);
    let tasks = node.map_or(0, Node::tasks);
    (runs, tasks, node.map_or(0, |n| u32::MAX - n.number))
}

/// Says that a deployment is done, and that the service is steady.
fn finish(service: &mut Service, ground: &mut Ground) {
    let primary = service.primary();
    let well = |t: &Task| t.state == State::Running && t.target != Target::Initial;
    let desired = service.desired as usize;
    let done = service.alive_of(primary).count() == desired
        && service.alive().count() == desired
        && service.alive().all(well);
    if !done {
        return;
    }
    service.deployments.truncate(1);
    let now = ground.now;
    let unfinished = service
        .deployments
        .first_mut()
        .filter(|d| d.finished.is_none());
    if let Some(deployment) = unfinished {
        deployment.finished = Some(now);
        deployment.updated = now;
        event::completed(service, primary, ground);
    }
    if !service.steady {
        service.steady = true;
        event::steady(service, ground);
    }
}

/// How far an instance is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Going {
    /// Draining: its tasks may end in their own time.
    Soon,
    Gone,
}

/// The tasks of an instance that goes: they are asked to stop, or are cut off where it is gone.
pub fn drain(world: &mut World, node: u32, going: Going) {
    let (parts, mut ground) = Ground::of(world);
    for (place, service) in parts.services.iter_mut().enumerate() {
        let mut touched = false;
        for task in &mut service.tasks {
            if task.place.is_none_or(|p| p.node != node) || task.state == State::Stopped {
                continue;
            }
            touched = true;
            task.end(
                StopCode::TerminationNotice,
                "Host EC2 instance terminated.",
                ground.now,
            );
            if going == Going::Gone {
                life::stop(task, &mut ground);
            }
        }
        if touched {
            service.steady = false;
            parts.awake.insert(place);
        }
    }
}
