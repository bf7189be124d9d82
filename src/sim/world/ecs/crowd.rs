//! The many services that do next to nothing: their numbers are made when
//! somebody asks, so that they cost nothing in a second that passes.

use super::super::World;
use super::super::metrics::{Key, Point};
use super::service::{Role, Service};
use jiff::Timestamp;

/// The service that a key is of, where its numbers are made and not kept.
fn named<'a>(world: &World, key: &'a Key) -> Option<&'a str> {
    let ours = key.namespace == "AWS/ECS"
        && ["CPUUtilization", "MemoryUtilization"].contains(&key.name.as_str());
    let [(first, cluster), (second, service)] = key.dimensions.as_slice() else {
        return None;
    };
    let known = world
        .ecs
        .cluster
        .as_ref()
        .is_some_and(|c| c.name == *cluster);
    let named = first == "ClusterName" && second == "ServiceName";
    let crowd = world.ecs.find(service)?.role == Role::Crowd;
    (ours && named && known && crowd).then_some(service)
}

/// The last three hours of it, as far as they were asked for.
pub fn points(world: &World, key: &Key, from: Timestamp, to: Timestamp) -> Option<Vec<Point>> {
    let name = named(world, key)?;
    // Nothing runs, nothing is measured.
    let since = started(world.ecs.find(name)?)?;
    let now = world.now.as_second().div_euclid(60);
    let first = from.as_second().div_euclid(60).max(now - 180);
    let first = first.max(since.as_second().div_euclid(60));
    let end = to.as_second().div_euclid(60).min(now);
    let idle = if key.name == "CPUUtilization" {
        2.0
    } else {
        31.0
    };
    let value = |minute| idle + spread(name, minute) * 5.0;
    Some(
        (first..end)
            .map(|minute| point(minute, value(minute)))
            .collect(),
    )
}

/// When the oldest of the tasks that run was started.
fn started(service: &Service) -> Option<Timestamp> {
    let running = service.tasks.iter().filter(|t| t.stopped.is_none());
    running.filter_map(|task| task.started).min()
}

fn point(minute: i64, value: f64) -> Point {
    Point {
        minute,
        sum: value,
        min: value,
        max: value,
        samples: 1,
    }
}

/// A number from 0 to 1 that belongs to the name and the minute.
fn spread(name: &str, minute: i64) -> f64 {
    let start = 0xcbf2_9ce4_8422_2325_u64 ^ minute as u64;
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = name.bytes().fold(start, mix);
    (hash >> 40) as f64 / f64::from(1 << 24)
}

/// The names of all such series.
pub fn keys(world: &World) -> impl Iterator<Item = Key> {
    let cluster = world.ecs.cluster.as_ref().map_or("", |c| c.name.as_str());
    let crowd = world.ecs.services.iter().filter(|s| s.role == Role::Crowd);
    let measured = crowd.filter(|service| started(service).is_some());
    measured.flat_map(move |service| {
        ["CPUUtilization", "MemoryUtilization"].map(|name| {
            let dimensions = [("ClusterName", cluster), ("ServiceName", &service.name)];
            Key::new("AWS/ECS", name, &dimensions)
        })
    })
}
