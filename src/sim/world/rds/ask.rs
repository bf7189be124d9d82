//! What can be read of databases and snapshots.

use super::page::{Filter, filters, page};
use super::snapshot::{Origin, Snapshot};
use super::{Kind, invalid};
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, map, named_list};
use crate::sim::world::World;

/// Manual snapshots of a region, of each kind.
pub const QUOTA: usize = 100;

fn text<'a>(input: &'a Value, member: &str) -> Option<&'a str> {
    input
        .get(member)
        .and_then(Value::as_text)
        .filter(|text| !text.is_empty())
}

/// An identifier, or the end of an ARN.
fn id<'a>(input: &'a Value, member: &str) -> Option<&'a str> {
    text(input, member).map(|id| id.rsplit(':').next().unwrap_or(id))
}

pub fn describe_instances(world: &mut World, input: &Value) -> Answer {
    let wanted = id(input, "DBInstanceIdentifier");
    let filters = filters(
        input,
        &[
            "db-cluster-id",
            "db-instance-id",
            "dbi-resource-id",
            "engine",
            "domain",
        ],
    )?;
    let now = world.now;
    let instances = world.rds.instances.iter().filter(|instance| {
        let takes = |filter: &Filter<'_>| match filter.name {
            "db-instance-id" => filter.takes(&instance.id),
            "db-cluster-id" => instance
                .cluster
                .as_deref()
                .is_some_and(|id| filter.takes(id)),
            "dbi-resource-id" => filter.takes(&instance.resource),
            "engine" => filter.takes(instance.engine),
            _ => false,
        };
        wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(&instance.id))
            && filters.iter().all(takes)
    });
    let rows: Vec<Value> = instances.map(|instance| instance.facts(now)).collect();
    if let (Some(wanted), true) = (wanted, rows.is_empty()) {
        return Err(no_instance(wanted));
    }
    let (rows, marker) = page(input, rows)?;
    Ok(map! { "Marker" => marker, "DBInstances" => named_list("DBInstance", rows) })
}

pub fn no_instance(id: &str) -> Refusal {
    Refusal::with(
        404,
        "DBInstanceNotFound",
        format!("DBInstance {id} not found."),
    )
}

pub fn no_cluster(id: &str) -> Refusal {
    Refusal::with(
        404,
        "DBClusterNotFoundFault",
        format!("DBCluster {id} not found."),
    )
}

pub fn no_snapshot(kind: Kind, id: &str) -> Refusal {
    let (code, what) = match kind {
        Kind::Instance => ("DBSnapshotNotFound", "DBSnapshot"),
        Kind::Cluster => ("DBClusterSnapshotNotFoundFault", "DBClusterSnapshot"),
    };
    Refusal::with(404, code, format!("{what} {id} not found."))
}

pub fn describe_clusters(world: &mut World, input: &Value) -> Answer {
    let wanted = id(input, "DBClusterIdentifier");
    let filters = filters(
        input,
        &[
            "db-cluster-id",
            "db-cluster-resource-id",
            "engine",
            "domain",
            "clone-group-id",
        ],
    )?;
    let now = world.now;
    let clusters = world.rds.clusters.iter().filter(|cluster| {
        let takes = |filter: &Filter<'_>| match filter.name {
            "db-cluster-id" => filter.takes(&cluster.id),
            "db-cluster-resource-id" => filter.takes(&cluster.resource),
            "engine" => filter.takes(super::database::AURORA.0),
            _ => false,
        };
        wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(&cluster.id))
            && filters.iter().all(takes)
    });
    let rows: Vec<Value> = clusters.map(|cluster| cluster.facts(now)).collect();
    if let (Some(wanted), true) = (wanted, rows.is_empty()) {
        return Err(no_cluster(wanted));
    }
    let (rows, marker) = page(input, rows)?;
    Ok(map! { "Marker" => marker, "DBClusters" => named_list("DBCluster", rows) })
}

/// The members that differ between the two kinds of snapshot.
struct Words {
    id: &'static str,
    of: &'static str,
    resource: &'static str,
    list: &'static str,
    item: &'static str,
    filters: [&'static str; 5],
}

fn words(kind: Kind) -> Words {
    match kind {
        Kind::Instance => Words {
            id: "DBSnapshotIdentifier",
            of: "DBInstanceIdentifier",
            resource: "DbiResourceId",
            list: "DBSnapshots",
            item: "DBSnapshot",
            filters: [
                "db-snapshot-id",
                "db-instance-id",
                "dbi-resource-id",
                "snapshot-type",
                "engine",
            ],
        },
        Kind::Cluster => Words {
            id: "DBClusterSnapshotIdentifier",
            of: "DBClusterIdentifier",
            resource: "DbClusterResourceId",
            list: "DBClusterSnapshots",
            item: "DBClusterSnapshot",
            filters: [
                "db-cluster-snapshot-id",
                "db-cluster-id",
                "db-cluster-resource-id",
                "snapshot-type",
                "engine",
            ],
        },
    }
}

pub fn describe_snapshots(world: &mut World, kind: Kind, input: &Value) -> Answer {
    let words = words(kind);
    let wanted = id(input, words.id);
    let of = id(input, words.of);
    let resource = text(input, words.resource);
    let origin = origin(input)?;
    let filters = filters(input, &words.filters)?;
    let fits = |snapshot: &&Snapshot| {
        let same = |wanted: Option<&str>, value: &str| {
            wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(value))
        };
        let takes = |filter: &Filter<'_>| {
            let at = words.filters.iter().position(|known| *known == filter.name);
            let value = match at {
                Some(0) => &snapshot.id,
                Some(1) => &snapshot.of,
                Some(2) => &snapshot.resource,
                Some(3) => snapshot.origin.name(),
                _ => snapshot.engine(),
            };
            filter.takes(value)
        };
        snapshot.kind == kind
            && same(wanted, &snapshot.id)
            && same(of, &snapshot.of)
            && same(resource, &snapshot.resource)
            && origin.takes(snapshot.origin)
            && filters.iter().all(takes)
    };
    let rows: Vec<Value> = world
        .rds
        .snapshots
        .iter()
        .filter(fits)
        .map(Snapshot::facts)
        .collect();
    if let (Some(wanted), true) = (wanted, rows.is_empty()) {
        return Err(no_snapshot(kind, wanted));
    }
    let (rows, marker) = page(input, rows)?;
    let mut answer = crate::sim::value::Map::default();
    answer.set("Marker", marker);
    answer.set(words.list, named_list(words.item, rows));
    Ok(Value::Map(answer))
}

/// The `SnapshotType` of a request.
enum Wanted {
    All,
    One(Origin),
    /// Shared, public and Backup's snapshots: there are none here.
    Elsewhere,
}

impl Wanted {
    fn takes(&self, origin: Origin) -> bool {
        match self {
            Self::All => true,
            Self::One(one) => *one == origin,
            Self::Elsewhere => false,
        }
    }
}

fn origin(input: &Value) -> Result<Wanted, Refusal> {
    match text(input, "SnapshotType") {
        None => Ok(Wanted::All),
        Some("automated") => Ok(Wanted::One(Origin::Automated)),
        Some("manual") => Ok(Wanted::One(Origin::Manual)),
        Some("shared" | "public" | "awsbackup") => Ok(Wanted::Elsewhere),
        Some(other) => Err(invalid(format!(
            "Invalid snapshot type: {other}. Valid values: automated, manual, shared, public, awsbackup"
        ))),
    }
}

pub fn manual(world: &World, kind: Kind) -> usize {
    let manual = |s: &&Snapshot| s.kind == kind && s.origin == Origin::Manual;
    world.rds.snapshots.iter().filter(manual).count()
}

pub fn describe_account_attributes(world: &World) -> Value {
    let rows = [
        ("DBInstances", world.rds.instances.len(), 40),
        ("AllocatedStorage", 120, 100_000),
        ("ManualSnapshots", manual(world, Kind::Instance), QUOTA),
        ("DBClusters", world.rds.clusters.len(), 40),
        (
            "ManualClusterSnapshots",
            manual(world, Kind::Cluster),
            QUOTA,
        ),
    ];
    let rows = rows.map(|(name, used, max)| {
        map! { "AccountQuotaName" => name, "Used" => used, "Max" => max }
    });
    map! { "AccountQuotas" => named_list("AccountQuota", rows) }
}

/// Nothing waits.
pub fn describe_pending_maintenance(input: &Value) -> Answer {
    let (rows, marker) = page(input, Vec::<Value>::new())?;
    let rows = named_list("ResourcePendingMaintenanceActions", rows);
    Ok(map! { "PendingMaintenanceActions" => rows, "Marker" => marker })
}
