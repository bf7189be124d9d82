//! The databases' metrics, which follow the traffic.

use crate::sim::world::World;
use crate::sim::world::flow::Served;
use crate::sim::world::metrics::{KEPT, Key, SeriesId};
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
    series: BTreeMap<(String, &'static str), SeriesId>,
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
    let ids: Vec<(String, f64)> = world
        .rds
        .instances
        .iter()
        // A reader has less to do, a database that backs up a little more.
        .map(|i| {
            (
                i.id.clone(),
                if i.id.ends_with("-1") { 0.4 } else { 1.0 }
                    * if i.status == "backing-up" { 1.15 } else { 1.0 },
            )
        })
        .collect();
    for (id, share) in ids {
        let busy = (busy * share).min(1.0);
        let values = [
            (
                "CPUUtilization",
                (7.0 + 88.0 * busy + noise * 3.0).clamp(0.5, 100.0),
            ),
            ("DatabaseConnections", (12.0 + 180.0 * busy).round()),
            ("FreeableMemory", 1.9e9 - 9.0e8 * busy),
            ("FreeStorageSpace", 7.3e10),
            ("ReadIOPS", 40.0 + 900.0 * busy),
            ("WriteIOPS", 25.0 + 500.0 * busy),
            ("ReadLatency", 0.000_6 + 0.004 * busy * busy),
            ("WriteLatency", 0.001_1 + 0.006 * busy * busy),
        ];
        for (name, value) in values {
            record(world, &id, name, value);
        }
    }
}

fn record(world: &mut World, id: &str, name: &'static str, value: f64) {
    let World {
        rds, metrics, now, ..
    } = world;
    let series = rds
        .measures
        .series
        .entry((id.to_owned(), name))
        .or_insert_with(|| {
            metrics.series(Key::new(NAMESPACE, name, &[("DBInstanceIdentifier", id)]))
        });
    metrics.record(*series, *now, value);
}
