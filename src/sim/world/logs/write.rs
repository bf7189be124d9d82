//! Who writes what: the lines of the requests that were served, and of what runs beside them.

use super::line::{Kind, Layer, Line};
use super::store::Body;
use super::{Late, Logs};
use crate::sim::world::World;
use crate::sim::world::flow::{Batch, Client, ClientKind, Served};
use crate::sim::world::metrics::{Key, SeriesId};
use core::net::Ipv4Addr;
use std::collections::BTreeMap;

pub const API: &str = "/ecs/orchard-api";
pub const BATCH: &str = "/ecs/orchard-batch-worker";
pub const ADMIN: &str = "/ecs/orchard-admin";
pub const SLOW: &str = "/aws/rds/instance/orchard-db/slowquery";
pub const WAF: &str = "aws-waf-logs-orchard-edge";

/// Requests of one second that are written line by line; of more, only so many.
const REQUESTS: f64 = 6_000.0;
/// Of blocked requests WAF logs so many a second here.
const BLOCKED: usize = 8;
/// One in so many requests is shipped late by its agent.
const LATE_EVERY: u64 = 150;
const STACK_EVERY: u64 = 4;
const HOSTILE_EVERY: u64 = 1_511;

/// What the writer remembers.
#[derive(Debug, Default)]
pub struct Writer {
    /// Events a second, whatever the traffic.
    pub rate: Option<f64>,
    /// Parts of a request that are not written yet.
    owed: f64,
    series: BTreeMap<String, [SeriesId; 2]>,
    blocked: usize,
}

/// Writes the lines of a second.
pub fn write(world: &mut World, served: &[Served]) {
    if world.logs.groups.is_empty() {
        return;
    }
    world.rds.observe(served);
    world.logs.writer.blocked = 0;
    let all: f64 = served.iter().map(|s| f64::from(s.requests)).sum();
    match world.logs.writer.rate {
        Some(rate) => write_rate(world, served, all, rate),
        None => write_share(world, served, (REQUESTS / all).min(1.0)),
    }
    jobs(world);
    slow_queries(world);
}

/// So many events, made up of what was served.
fn write_rate(world: &mut World, served: &[Served], all: f64, rate: f64) {
    let quiet = [quiet()];
    let (served, all) = if all > 0.0 {
        (served, all)
    } else {
        (&quiet[..], 1.0)
    };
    // The last line of a request may come with a trace of its own.
    write_share(world, served, rate / Layer::ALL.len() as f64 / all);
}

/// What is written where nobody asks for anything.
fn quiet() -> Served {
    Served {
        service: "api".to_owned(),
        client: Client {
            address: Ipv4Addr::new(10, 0, 0, 10),
            country: "KR",
            kind: ClientKind::People,
        },
        method: "GET",
        path: "/api/health",
        status: 200,
        requests: 1,
        millis: 2.0,
    }
}

fn write_share(world: &mut World, served: &[Served], share: f64) {
    for served in served {
        let writer = &mut world.logs.writer;
        writer.owed += f64::from(served.requests) * share;
        let whole = writer.owed.floor();
        writer.owed -= whole;
        if whole > 0.0 {
            requests(world, served, whole as usize);
        }
    }
}

/// The group that a service's tasks log to, as their definition says; those without a part in the story write nothing.
fn place(service: &str) -> Option<&'static str> {
    match service {
        "api" => Some(API),
        "batch-worker" => Some(BATCH),
        "admin" => Some(ADMIN),
        _ => None,
    }
}

fn requests(world: &mut World, served: &Served, count: usize) {
    let Some(group) = place(&served.service) else {
        return;
    };
    let streams = streams(world, &served.service);
    let now = world.now.as_millisecond();
    for _ in 0..count {
        let seed = world.rng.u64(..);
        let Some(stream) = one_of(&streams, seed) else {
            return;
        };
        let end = now - i64::from(world.rng.u16(..1000));
        let kind = Kind::Request(Layer::Entrance);
        let line = Line {
            kind,
            seed,
            client: served.client.address,
            method: served.method,
            path: served.path,
            status: served.status,
            millis: spread(served.millis, seed),
        };
        world.logs.request(group, stream, now, end, line);
    }
}

/// Any of the streams; where no task runs there is none, and nobody writes.
fn one_of(streams: &[u32], seed: u64) -> Option<u32> {
    streams.get(seed as usize % streams.len().max(1)).copied()
}

/// Times around the mean: most below it, some far above.
fn spread(mean: f64, seed: u64) -> f32 {
    let part = (seed >> 40 & 0xff) as f64 / 256.0;
    (mean * (0.4 - (1.0 - part).ln() * 0.6)).clamp(0.0, 29_000.0) as f32
}

impl Logs {
    /// The lines of one request that ended at `end`.
    fn request(&mut self, group: &str, stream: u32, now: i64, end: i64, line: Line) {
        let comes = now + delay(line.seed);
        for layer in Layer::ALL {
            let at = end - (f64::from(line.millis) * (1.0 - layer.share())) as i64;
            let kind = Kind::Request(layer);
            self.ship(group, stream, now, (at, comes), Line { kind, ..line });
        }
        let odd = [
            (
                line.status >= 500 && line.seed.is_multiple_of(STACK_EVERY),
                Kind::Stack,
            ),
            (line.seed.is_multiple_of(HOSTILE_EVERY), Kind::Hostile),
        ];
        for (_, kind) in odd.into_iter().filter(|(there, _)| *there) {
            self.ship(group, stream, now, (end, comes), Line { kind, ..line });
        }
    }

    /// Takes in a line at once, or keeps it until its agent sends it.
    fn ship(&mut self, group: &str, stream: u32, now: i64, (at, comes): (i64, i64), line: Line) {
        if comes <= now {
            self.take(group, at, now, stream, Body::Line(line));
            return;
        }
        self.late.entry(comes).or_default().push(Late {
            group: group.to_owned(),
            at,
            stream,
            line,
        });
    }
}

/// How long the agent of a line keeps it, in milliseconds: mostly not at all, sometimes two minutes.
fn delay(seed: u64) -> i64 {
    let die = seed >> 24 & 0xffff;
    match die % LATE_EVERY {
        0 if die.is_multiple_of(7) => 60_000 + (seed >> 44 & 0xffff) as i64,
        0 => 2_000 + (seed >> 44 & 0x3fff) as i64,
        _ => 0,
    }
}

/// The streams of a service's running tasks in its group; the awslogs driver names them
/// `prefix/container/task`.
fn streams(world: &mut World, service: &str) -> Vec<u32> {
    let Some(name) = place(service) else {
        return Vec::new();
    };
    let now = world.now.as_millisecond();
    let World { ecs, logs, .. } = world;
    let Ok(group) = logs.group(name) else {
        return Vec::new();
    };
    let service = ecs.services.iter().find(|known| known.name == service);
    let Some(service) = service else {
        return Vec::new();
    };
    let runs = service
        .tasks
        .iter()
        .filter(|task| task.started.is_some() && task.stopped.is_none());
    runs.map(|task| group.stream(&format!("ecs/{}/{}", service.name, task.id), now))
        .collect()
}

/// The batch worker goes on whatever the traffic.
fn jobs(world: &mut World) {
    let now = world.now.as_millisecond();
    let streams = streams(world, "batch-worker");
    for _ in 0..world.rng.u8(..3) {
        let seed = world.rng.u64(..);
        let Some(stream) = one_of(&streams, seed) else {
            return;
        };
        let at = now - (seed >> 30 & 0x1ff) as i64;
        let line = Line::plain(Kind::Job, seed);
        world
            .logs
            .ship(BATCH, stream, now, (at, now + delay(seed)), line);
    }
}

/// Rare in calm, frequent where the database is busy.
fn slow_queries(world: &mut World) {
    let chance = 0.01 + world.rds.busy() * 0.6;
    if world.rng.f64() < chance {
        let now = world.now.as_millisecond();
        let seed = world.rng.u64(..);
        let Ok(group) = world.logs.group(SLOW) else {
            return;
        };
        let stream = group.stream("orchard-db", now);
        let line = Line::plain(Kind::SlowQuery, seed);
        world.logs.ship(SLOW, stream, now, (now - 800, now), line);
    }
}

/// Writes what WAF ended, a few a second.
pub fn blocked(world: &mut World, batch: &Batch, status: u16) {
    let now = world.now.as_millisecond();
    if world.logs.writer.blocked >= BLOCKED {
        return;
    }
    world.logs.writer.blocked += 1;
    let seed = world.rng.u64(..);
    let region = world.region.clone();
    let Ok(group) = world.logs.group(WAF) else {
        return;
    };
    let stream = group.stream(&format!("{region}_orchard-edge_0"), now);
    let line = Line {
        client: batch.client.address,
        method: batch.method,
        path: batch.path,
        status,
        ..Line::plain(Kind::Blocked, seed)
    };
    world.logs.ship(WAF, stream, now, (now - 400, now), line);
}

/// `IncomingLogEvents` and `IncomingBytes` of each group.
pub fn count(world: &mut World) {
    let World {
        logs, metrics, now, ..
    } = world;
    for (name, group) in &mut logs.groups {
        let (events, bytes) = std::mem::take(&mut group.fresh);
        if events == 0 {
            continue;
        }
        let ids = *logs.writer.series.entry(name.clone()).or_insert_with(|| {
            ["IncomingLogEvents", "IncomingBytes"].map(|metric| {
                metrics.series(Key::new("AWS/Logs", metric, &[("LogGroupName", name)]))
            })
        });
        for (id, value) in ids.into_iter().zip([f64::from(events), bytes as f64]) {
            metrics.record(id, *now, value);
        }
    }
}
