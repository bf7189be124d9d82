//! Automated snapshots: each night at 03:00 UTC, kept for seven days.

use super::Kind;
use super::create::begin;
use super::database::RETENTION;
use super::event::Source;
use super::snapshot::Origin;
use super::tag::Tags;
use crate::sim::world::World;
use jiff::{SignedDuration, Timestamp};

const DAY: i64 = 86_400;
/// The seconds of a day in which they begin: a database that is busy then has its turn later in the window.
const WINDOW: std::ops::Range<i64> = 3 * 3_600..3 * 3_600 + 1_800;

/// Begins what is due and not there, and forgets what is old.
pub fn tick(world: &mut World) {
    if WINDOW.contains(&world.now.as_second().rem_euclid(DAY)) {
        for (kind, of) in due(world) {
            take(world, kind, &of);
        }
    }
    let now = world.now;
    let old = SignedDuration::from_secs(RETENTION * DAY);
    world.rds.snapshots.retain(|snapshot| {
        snapshot.origin == Origin::Manual || now.duration_since(snapshot.began) < old
    });
}

/// The databases that are ready and have no snapshot of this night.
fn due(world: &World) -> Vec<(Kind, String)> {
    let rds = &world.rds;
    let night = world.now.as_second().div_euclid(DAY);
    let has = |kind: Kind, of: &str| {
        rds.snapshots.iter().any(|s| {
            s.kind == kind
                && s.of == of
                && s.origin == Origin::Automated
                && s.began.as_second().div_euclid(DAY) == night
        })
    };
    let instances = rds
        .instances
        .iter()
        .filter(|i| i.cluster.is_none() && i.status == "available");
    let instances = instances.map(|i| (Kind::Instance, i.id.clone()));
    let clusters = rds.clusters.iter().filter(|c| c.status == "available");
    let clusters = clusters.map(|c| (Kind::Cluster, c.id.clone()));
    instances
        .chain(clusters)
        .filter(|(kind, of)| !has(*kind, of))
        .collect()
}

fn take(world: &mut World, kind: Kind, of: &str) {
    let (source, arn) = match kind {
        Kind::Instance => (Source::Instance, world.rds.instance(of).map(|i| i.arn())),
        Kind::Cluster => (Source::Cluster, world.rds.cluster(of).map(|c| c.arn())),
    };
    let now = world.now;
    let what = "Backing up DB instance".to_owned();
    world
        .rds
        .events
        .add(now, source, of, &arn.unwrap_or_default(), "backup", what);
    begin(
        world,
        kind,
        of,
        id(of, now),
        Origin::Automated,
        Tags::default(),
    );
}

/// `rds:orchard-db-2026-11-22-03-00`.
pub fn id(of: &str, at: Timestamp) -> String {
    format!("rds:{of}-{}", at.strftime("%Y-%m-%d-%H-%M"))
}
