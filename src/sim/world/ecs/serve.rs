//! Requests meet tasks: latency follows utilisation, what is too much fails.

use super::super::World;
use super::super::elb;
use super::super::flow::{Batch, Served};
use super::super::group::node::Node;
use super::super::traffic::about;
use super::service::{Role, Service};
use super::task::State;
use fastrand::Rng;
use jiff::Timestamp;

/// Seconds between samples of CPU and memory.
const SAMPLED: i64 = 10;
/// How much of the present second goes into a task's smoothed work.
const FRESH: f64 = 0.2;
/// Milliseconds that a request takes where nothing presses.
const QUICK: f64 = 24.0;
/// No request takes longer: the load balancer's patience.
const SLOWEST: f64 = 20_000.0;

/// The services answer what came through.
pub fn serve(world: &mut World, passed: &[Batch]) -> Vec<Served> {
    let mut served = Vec::new();
    for place in 0..world.elb.groups.len() {
        let routed = passed
            .iter()
            .filter(|b| world.elb.route(b.path) == Some(place));
        let batches: Vec<&Batch> = routed.collect();
        let from = served.len();
        serve_group(world, place, &batches, &mut served);
        elb::count(world, place, &served[from..]);
    }
    served
}

fn serve_group(world: &mut World, group: usize, batches: &[&Batch], served: &mut Vec<Served>) {
    let World {
        ecs,
        elb,
        group: groups,
        rng,
        ..
    } = world;
    let group = &elb.groups[group];
    let Some(place) = ecs.place_of(&group.service) else {
        return;
    };
    let requests: u32 = batches.iter().map(|b| b.requests).sum();
    let service = &mut ecs.services[place];
    let strain = press(service, f64::from(requests) / group.carries, groups.nodes());
    for batch in batches {
        answer(&service.name, batch, strain, rng, served);
    }
}

/// How hard the tasks of a service are pressed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Strain {
    /// No task takes requests.
    Nobody,
    /// `slow` times the usual time, and this part of the requests fails.
    Some { slow: f64, failing: f64 },
}

/// Spreads the work of one second, in tasks' full strength, over those that serve.
fn press(service: &mut Service, work: f64, nodes: &[Node]) -> Strain {
    let count = service.serving().count();
    if count == 0 {
        return Strain::Nobody;
    }
    let share = work / count as f64;
    let (mut slow, mut failing) = (0.0, 0.0);
    for task in service.tasks.iter_mut().filter(|t| t.serves()) {
        let node = task
            .place
            .and_then(|p| nodes.iter().find(|n| n.number == p.node));
        let asked = share / node.map_or(1.0, Node::speed);
        task.work += FRESH * (asked - task.work);
        slow += slowness(task.work);
        failing += 1.0 - 1.0 / task.work.max(1.0);
    }
    Strain::Some {
        slow: slow / count as f64,
        failing: failing / count as f64,
    }
}

/// A queue's law, without its pole: twice as slow at 75 %, far slower beyond what a task can carry.
fn slowness(work: f64) -> f64 {
    let calm = 1.0 + 2.4 * work.min(1.0).powi(3);
    calm + 60.0 * (work - 1.0).max(0.0)
}

fn answer(service: &str, batch: &Batch, strain: Strain, rng: &mut Rng, served: &mut Vec<Served>) {
    let mut push = |status: u16, requests: u32, millis: f64| {
        if requests > 0 {
            served.push(Served {
                service: service.to_owned(),
                client: batch.client,
                method: batch.method,
                path: batch.path,
                status,
                requests,
                millis: millis.clamp(0.3, SLOWEST),
            });
        }
    };
    match strain {
        Strain::Nobody => push(503, batch.requests, 0.4),
        Strain::Some { slow, failing } => {
            let millis = QUICK * weight(batch) * slow * (0.6 + 0.5 * rng.f64() + rng.f64().powi(6));
            let wanted = f64::from(batch.requests) * failing;
            let failed = about(rng, wanted).min(batch.requests);
            // Now and then something breaks by itself.
            let broken = u32::from(failed < batch.requests && rng.u32(0..4000) == 0);
            push(status(batch), batch.requests - failed - broken, millis);
            push(503, failed, millis * 1.5);
            push(500, broken, millis);
        }
    }
}

/// How dear a request is.
fn weight(batch: &Batch) -> f64 {
    match batch.method {
        "POST" | "PUT" => 1.6,
        "DELETE" => 1.2,
        _ => 1.0,
    }
}

fn status(batch: &Batch) -> u16 {
    let known = batch.path.starts_with("/api/") || batch.path.starts_with("/manage/");
    match batch.method {
        _ if !known => 404,
        "POST" => 201,
        "DELETE" => 204,
        _ => 200,
    }
}

/// What a second cost: the workers' work, the instances' CPU, and samples of both.
pub fn measure(world: &mut World) {
    let now = world.now;
    for place in world.ecs.hosted.clone() {
        let service = &mut world.ecs.services[place];
        if service.role == Role::Worker {
            labour(service, now);
        }
        if now.as_second() % SAMPLED == 0 {
            sample(world, place);
        }
    }
    heat(world);
}

/// A worker has a batch each ten minutes.
fn labour(service: &mut Service, now: Timestamp) {
    let within = now.as_second().rem_euclid(600);
    let wanted = if within < 200 { 0.42 } else { 0.07 };
    for task in service
        .tasks
        .iter_mut()
        .filter(|t| t.state == State::Running)
    {
        task.work += 0.05 * (wanted - task.work);
    }
}

fn sample(world: &mut World, place: usize) {
    let World {
        ecs, metrics, now, ..
    } = world;
    let service = &ecs.services[place];
    let Some(series) = service.series else {
        return;
    };
    for task in service.tasks.iter().filter(|t| t.state == State::Running) {
        metrics.record(series.cpu, *now, task.cpu());
        metrics.record(series.memory, *now, task.memory());
    }
}

/// The part of each instance's CPU in use.
fn heat(world: &mut World) {
    let World { ecs, group, .. } = world;
    let nodes = group.nodes_mut();
    for node in nodes.iter_mut() {
        node.busy = 0.02;
    }
    for place in &ecs.hosted {
        let service = &ecs.services[*place];
        let reserved = f64::from(ecs.definitions[service.definition].cpu);
        for task in &service.tasks {
            let on = task.place.map(|p| p.node);
            if let Some(node) = nodes.iter_mut().find(|n| Some(n.number) == on) {
                node.busy += task.cpu() / 100.0 * reserved / f64::from(node.kind.cpu);
            }
        }
    }
    for node in nodes.iter_mut() {
        node.busy = node.busy.min(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_within_its_strength_is_quick_and_beyond_it_slow() {
        assert!((slowness(0.0) - 1.0).abs() < 1e-9);
        let three_quarters = slowness(0.75);
        assert!((1.9..2.1).contains(&three_quarters), "{three_quarters}");
        assert!(slowness(1.5) > 30.0);
    }
}
