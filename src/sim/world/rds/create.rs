//! Snapshots are made, go on, and are deleted.

use super::ask::{QUOTA, manual, no_cluster, no_instance, no_snapshot};
use super::event::Source;
use super::snapshot::{Origin, Snapshot};
use super::tag::Tags;
use super::{Kind, invalid, required};
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, map};
use crate::sim::world::World;
use jiff::SignedDuration;

/// The states in which an instance can be snapshotted.
const READY: [&str; 2] = ["available", "storage-optimization"];

/// The members that name a snapshot and its database.
fn members(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Instance => ("DBSnapshotIdentifier", "DBInstanceIdentifier"),
        Kind::Cluster => ("DBClusterSnapshotIdentifier", "DBClusterIdentifier"),
    }
}

pub fn create(world: &mut World, kind: Kind, input: &Value) -> Answer {
    let (member, of) = members(kind);
    let id = identifier(required(input, member)?, member, kind)?;
    let of = required(input, of)?;
    if world
        .rds
        .snapshots
        .iter()
        .any(|s| s.kind == kind && s.id == id)
    {
        return Err(exists(kind, &id));
    }
    ready(world, kind, of)?;
    if manual(world, kind) >= QUOTA {
        return Err(Refusal::client(
            "SnapshotQuotaExceeded",
            "The request cannot be processed because it would exceed the maximum number of snapshots.",
        ));
    }
    let tags = Tags::of(input);
    let facts = begin(world, kind, of, id, Origin::Manual, tags).ok_or_else(|| no_instance(of))?;
    Ok(answer(kind, facts))
}

fn answer(kind: Kind, facts: Value) -> Value {
    match kind {
        Kind::Instance => map! { "DBSnapshot" => facts },
        Kind::Cluster => map! { "DBClusterSnapshot" => facts },
    }
}

/// Whether a snapshot can be made now.
fn ready(world: &mut World, kind: Kind, of: &str) -> Result<(), Refusal> {
    match kind {
        Kind::Instance => {
            let instance = world.rds.instance(of).ok_or_else(|| no_instance(of))?;
            if instance.cluster.is_some() {
                return Err(invalid(
                    "The specified instance is a member of a cluster and a snapshot cannot be created directly. Please use the CreateDBClusterSnapshot API instead.",
                ));
            }
            if READY.contains(&instance.status) {
                return Ok(());
            }
            let what = format!(
                "Cannot create a snapshot because the database instance {of} is not currently in the available state."
            );
            Err(Refusal::client("InvalidDBInstanceState", what))
        }
        Kind::Cluster => {
            let cluster = world.rds.cluster(of).ok_or_else(|| no_cluster(of))?;
            if cluster.status == "available" {
                return Ok(());
            }
            let what = format!(
                "Cannot create a snapshot because the database cluster {of} is not currently in the available state."
            );
            Err(Refusal::client("InvalidDBClusterStateFault", what))
        }
    }
}

fn exists(kind: Kind, id: &str) -> Refusal {
    let code = match kind {
        Kind::Instance => "DBSnapshotAlreadyExists",
        Kind::Cluster => "DBClusterSnapshotAlreadyExistsFault",
    };
    let what = format!(
        "Cannot create the snapshot because a snapshot with the identifier {id} already exists."
    );
    Refusal::client(code, what)
}

/// Letters, digits and single hyphens, first a letter, no hyphen at the end; stored in lower case.
pub fn identifier(id: &str, member: &str, kind: Kind) -> Result<String, Refusal> {
    let most = match kind {
        Kind::Instance => 255,
        Kind::Cluster => 63,
    };
    let good = id.len() <= most
        && id.starts_with(|c: char| c.is_ascii_alphabetic())
        && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !id.ends_with('-')
        && !id.contains("--");
    if good {
        return Ok(id.to_ascii_lowercase());
    }
    Err(invalid(format!(
        "The parameter {member} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
    )))
}

/// Begins a snapshot; the database is busy with it.
pub fn begin(
    world: &mut World,
    kind: Kind,
    of: &str,
    id: String,
    origin: Origin,
    tags: Tags,
) -> Option<Value> {
    let now = world.now;
    let seconds = 45 + i64::from(world.rng.u8(..60));
    let mut snapshot = match kind {
        Kind::Instance => {
            let instance = world.rds.instance(of)?;
            instance.status = "backing-up";
            Snapshot::of_instance(instance, id, origin, now)
        }
        Kind::Cluster => {
            let cluster = world.rds.cluster(of)?;
            cluster.status = "backing-up";
            Snapshot::of_cluster(cluster, id, origin, now)
        }
    };
    snapshot.takes = SignedDuration::from_secs(seconds);
    snapshot.tags = tags;
    let facts = snapshot.facts();
    let events = &mut world.rds.events;
    let (source, arn) = (Source::of_snapshot(kind), snapshot.arn());
    events.add(
        now,
        source,
        &snapshot.id,
        &arn,
        "creation",
        format!("Creating {} snapshot", origin.name()),
    );
    world.rds.snapshots.push(snapshot);
    Some(facts)
}

/// What is underway goes on; a database whose snapshot is done is available again.
pub fn progress(world: &mut World) {
    let now = world.now;
    let mut done = Vec::new();
    for snapshot in &mut world.rds.snapshots {
        if snapshot.go_on(now) {
            let what = match snapshot.origin {
                Origin::Manual => "Manual snapshot created",
                Origin::Automated => "Automated snapshot created",
            };
            let source = Source::of_snapshot(snapshot.kind);
            let arn = snapshot.arn();
            world
                .rds
                .events
                .add(now, source, &snapshot.id, &arn, "creation", what.to_owned());
            done.push((snapshot.kind, snapshot.of.clone()));
        }
    }
    for (kind, of) in done {
        match kind {
            Kind::Instance => world
                .rds
                .instance(&of)
                .into_iter()
                .for_each(|i| i.status = "available"),
            Kind::Cluster => world
                .rds
                .cluster(&of)
                .into_iter()
                .for_each(|c| c.status = "available"),
        }
    }
}

pub fn delete(world: &mut World, kind: Kind, input: &Value) -> Answer {
    let id = required(input, members(kind).0)?;
    let same = |s: &Snapshot| s.kind == kind && s.id.eq_ignore_ascii_case(id);
    let at = world
        .rds
        .snapshots
        .iter()
        .position(same)
        .ok_or_else(|| no_snapshot(kind, id))?;
    let found = &world.rds.snapshots[at];
    if found.is_underway() || found.origin == Origin::Automated {
        let code = match kind {
            Kind::Instance => "InvalidDBSnapshotState",
            Kind::Cluster => "InvalidDBClusterSnapshotStateFault",
        };
        let what = match found.origin {
            Origin::Automated => {
                format!("Only manual snapshots may be deleted: {id} is automated.")
            }
            Origin::Manual => format!(
                "Cannot delete the snapshot because it is not currently in the available state: {id}."
            ),
        };
        return Err(Refusal::client(code, what));
    }
    let snapshot = world.rds.snapshots.remove(at);
    let now = world.now;
    let (source, arn) = (Source::of_snapshot(kind), snapshot.arn());
    world.rds.events.add(
        now,
        source,
        &snapshot.id,
        &arn,
        "deletion",
        "Deleted user snapshot".to_owned(),
    );
    let Value::Map(mut facts) = snapshot.facts() else {
        return Ok(map! {});
    };
    facts.set("Status", "deleted");
    Ok(answer(kind, Value::Map(facts)))
}
