//! Three hours of numbers before the world began, so that no line is empty at the start.

use super::super::World;
use super::super::elb;
use super::super::group::managed;
use super::super::metrics::KEPT;
use super::super::traffic::{ORDINARY, curve};
use jiff::{SignedDuration, Timestamp};

pub fn furnish(world: &mut World) {
    let minutes = KEPT as i64;
    for back in (1..minutes).rev() {
        let ago = SignedDuration::from_mins(back);
        let Ok(at) = world.now.checked_sub(ago) else {
            continue;
        };
        let noise = 0.9 + 0.2 * world.rng.f64();
        let rate = ORDINARY * curve(at) * noise;
        for (group, share) in [0.98, 0.02].into_iter().enumerate() {
            elb::past(
                world,
                group,
                at,
                (rate * share * 60.0).round(),
                0.036 * noise,
            );
        }
        services(world, at, rate);
        nodes(world, at, back);
    }
}

fn services(world: &mut World, at: Timestamp, rate: f64) {
    let labour = if at.as_second().rem_euclid(600) < 200 {
        0.42
    } else {
        0.07
    };
    for place in world.ecs.hosted().to_vec() {
        let service = &mut world.ecs.services[place];
        let tasks = f64::from(service.desired.max(1));
        let work = match service.name.as_str() {
            "api" => rate / tasks / 40.0,
            "batch-worker" => labour,
            _ => rate * 0.02 / tasks / 12.0,
        };
        for task in &mut service.tasks {
            task.work = work;
        }
        let samples = service.tasks.iter().map(|t| (t.cpu(), t.memory()));
        let samples: Vec<(f64, f64)> = samples.collect();
        let Some(series) = service.series else {
            continue;
        };
        for (cpu, memory) in samples {
            world.metrics.record(series.cpu, at, cpu);
            world.metrics.record(series.memory, at, memory);
        }
    }
}

fn nodes(world: &mut World, at: Timestamp, back: i64) {
    let World {
        group,
        metrics,
        rng,
        ..
    } = world;
    let fifth = at.as_second().div_euclid(60) % 5 == 0;
    for node in group.nodes() {
        let [cpu, balance] = managed::keys(&node.id);
        let id = metrics.series(cpu);
        metrics.record(id, at, 38.0 + 8.0 * rng.f64());
        if let Some(left) = node.credits.filter(|_| fifth) {
            let id = metrics.series(balance);
            metrics.record(id, at, left + back as f64 * 0.35);
        }
    }
}
