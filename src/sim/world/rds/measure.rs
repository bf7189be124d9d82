//! The databases' metrics, which follow the traffic.

use crate::sim::world::World;
use crate::sim::world::flow::Served;
use crate::sim::world::metrics::{KEPT, Key, SeriesId};
use crate::sim::world::rds::database::Instance;
use crate::sim::world::traffic::{ORDINARY, curve};
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// Requests a second at which the database is at its end.
const MOST: f64 = 700.0;
const NAMESPACE: &str = "AWS/RDS";

/// How busy the databases are.
#[derive(Debug, Default)]
pub struct Measures {
    /// Requests a second, smoothed.
    rate: f64,
    series: BTreeMap<(&'static str, String, &'static str), SeriesId>,
}

impl Measures {
    /// Each request asks the database; one that failed before has not.
    pub fn observe(&mut self, served: &[Served]) {
        let asked = served.iter().filter(|s| s.status != 503);
        let asked: f64 = asked.map(|s| f64::from(s.requests)).sum();
        self.rate += (asked - self.rate) * 0.2;
    }

    pub fn busy(&self) -> f64 {
        (self.rate / MOST).min(1.0)
    }
}

/// One sample of each metric in each minute.
pub fn tick(world: &mut World) {
    if world.now.as_second().rem_euclid(60) == 0 {
        sample(world);
    }
}

/// The hours before the world began, so that no line is empty at the start.
pub fn past(world: &mut World) {
    let now = world.now;
    for back in (1..KEPT as i64).rev() {
        world.now = now
            .checked_sub(SignedDuration::from_mins(back))
            .unwrap_or(now);
        world.rds.measures.rate = ORDINARY * curve(world.now);
        sample(world);
    }
    world.now = now;
}

fn sample(world: &mut World) {
    let busy = world.rds.busy();
    let noise = world.rng.f64() - 0.5;
    let members: Vec<(String, Option<String>, f64)> = world
        .rds
        .instances
        .iter()
        .map(|i| (i.id.clone(), i.cluster.clone(), share(i)))
        .collect();
    for (id, cluster, share) in members {
        for (name, value) in values((busy * share).min(1.0), noise) {
            record(world, "DBInstanceIdentifier", &id, name, value);
            // A cluster's series take all its members together.
            if let Some(cluster) = &cluster {
                record(world, "DBClusterIdentifier", cluster, name, value);
            }
        }
    }
}

/// A reader has less to do, a database that backs up a little more.
fn share(instance: &Instance) -> f64 {
    let reads = if instance.id.ends_with("-1") {
        0.4
    } else {
        1.0
    };
    let backs_up = instance.status == "backing-up";
    reads * if backs_up { 1.15 } else { 1.0 }
}

fn values(busy: f64, noise: f64) -> [(&'static str, f64); 8] {
    let cpu = (7.0 + 88.0 * busy + noise * 3.0).clamp(0.5, 100.0);
    [
        ("CPUUtilization", cpu),
        ("DatabaseConnections", (12.0 + 180.0 * busy).round()),
        ("FreeableMemory", 1.9e9 - 9.0e8 * busy),
        ("FreeStorageSpace", 7.3e10),
        ("ReadIOPS", 40.0 + 900.0 * busy),
        ("WriteIOPS", 25.0 + 500.0 * busy),
        ("ReadLatency", 0.000_6 + 0.004 * busy * busy),
        ("WriteLatency", 0.001_1 + 0.006 * busy * busy),
    ]
}

fn record(world: &mut World, kind: &'static str, id: &str, name: &'static str, value: f64) {
    let World {
        rds, metrics, now, ..
    } = world;
    let series = rds
        .measures
        .series
        .entry((kind, id.to_owned(), name))
        .or_insert_with(|| metrics.series(Key::new(NAMESPACE, name, &[(kind, id)])));
    metrics.record(*series, *now, value);
}
