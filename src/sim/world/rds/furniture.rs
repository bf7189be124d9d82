//! The databases of the story: one instance in one zone, and an Aurora cluster of two.

use super::Kind;
use super::create::begin;
use super::database::{AURORA, Cluster, Instance};
use super::nightly::id;
use super::snapshot::{Origin, Progress};
use super::tag::Tags;
use crate::sim::world::World;
use jiff::{SignedDuration, Timestamp};

pub fn furnish(world: &mut World) {
    instance(world, "orchard-db", None);
    cluster(world);
    let today = world.now;
    let before = today - SignedDuration::from_hours(12 * 24 + 5);
    past(
        world,
        Kind::Instance,
        "orchard-db",
        "orchard-db-before-release-41".into(),
        Origin::Manual,
        before,
    );
    for days in (0..super::database::RETENTION).rev() {
        let night = night(today, days);
        if night <= today {
            past(
                world,
                Kind::Instance,
                "orchard-db",
                id("orchard-db", night),
                Origin::Automated,
                night,
            );
            past(
                world,
                Kind::Cluster,
                "orchard-aurora",
                id("orchard-aurora", night),
                Origin::Automated,
                night,
            );
        }
    }
    world.now = today;
    super::measure::past(world);
}

/// 03:00 UTC, so many days ago, and the seconds it takes to begin.
fn night(today: Timestamp, days: i64) -> Timestamp {
    let midnight = today.as_second().div_euclid(86_400) * 86_400;
    let at = midnight - days * 86_400 + 3 * 3_600 + 17 + days * 5;
    Timestamp::from_second(at).unwrap_or(today)
}

/// A snapshot that was made at a time gone by.
fn past(world: &mut World, kind: Kind, of: &str, id: String, origin: Origin, at: Timestamp) {
    world.now = at;
    begin(
        world,
        kind,
        of,
        id,
        origin,
        Tags::with(&[("team", "orchard")]),
    );
    if let Some(snapshot) = world.rds.snapshots.last_mut() {
        world.now = at + snapshot.takes;
        snapshot.go_on(world.now);
        snapshot.progress = Progress::Available;
    }
    match kind {
        Kind::Instance => world
            .rds
            .instance(of)
            .into_iter()
            .for_each(|i| i.status = "available"),
        Kind::Cluster => world
            .rds
            .cluster(of)
            .into_iter()
            .for_each(|c| c.status = "available"),
    }
}

fn resource(world: &mut World, prefix: &str) -> String {
    let letters =
        std::iter::repeat_with(|| world.rng.choice(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter()));
    let letters: String = letters
        .take(26)
        .flatten()
        .map(|byte| char::from(*byte))
        .collect();
    format!("{prefix}-{letters}")
}

fn instance(world: &mut World, id: &str, cluster: Option<&str>) {
    let resource = resource(world, "db");
    let (engine, version, class, storage, storage_type) = match cluster {
        None => ("mariadb", "10.11.9", "db.t3.medium", 100, "gp3"),
        Some(_) => (AURORA.0, AURORA.1, "db.r6g.large", 1, "aurora"),
    };
    let zone = if id.ends_with("-1") { "c" } else { "a" };
    world.rds.instances.push(Instance {
        id: id.to_owned(),
        region: world.region.clone(),
        zone: format!("{}{zone}", world.region),
        class,
        engine,
        version,
        status: "available",
        storage,
        storage_type,
        created: world.now - SignedDuration::from_hours(400 * 24),
        resource,
        cluster: cluster.map(str::to_owned),
        tags: Tags::with(&[("team", "orchard")]),
    });
}

fn cluster(world: &mut World) {
    let members = ["orchard-aurora-0", "orchard-aurora-1"];
    for id in members {
        instance(world, id, Some("orchard-aurora"));
    }
    let resource = resource(world, "cluster");
    world.rds.clusters.push(Cluster {
        id: "orchard-aurora".to_owned(),
        region: world.region.clone(),
        zones: ["a", "b", "c"]
            .map(|zone| format!("{}{zone}", world.region))
            .to_vec(),
        status: "available",
        created: world.now - SignedDuration::from_hours(400 * 24),
        resource,
        members: members.map(str::to_owned).to_vec(),
        tags: Tags::with(&[("team", "orchard")]),
    });
}
