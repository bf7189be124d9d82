//! RDS's answers as our facts.

use super::Row;
use crate::aws::convert::{count, moment, text};
use crate::domain::ids::DatabaseId;
use crate::domain::rds::{Database, DatabaseKind, DatabaseRef, Snapshot, SnapshotKind};
use crate::domain::text::Text;
use aws_sdk_rds::types as sdk;

fn at(kind: DatabaseKind, id: Option<&str>) -> DatabaseRef {
    DatabaseRef {
        kind,
        id: id.unwrap_or_default().into(),
    }
}

/// An instance, and the cluster it is a member of.
pub fn of_instance(found: &sdk::DbInstance) -> Row {
    let database = Database {
        at: at(DatabaseKind::Instance, found.db_instance_identifier()),
        engine: text(found.engine()),
        class: text(found.db_instance_class()),
        status: text(found.db_instance_status()),
        arn: found.db_instance_arn().map(Into::into),
        multi_az: found.multi_az.unwrap_or(false),
        storage: count(found.allocated_storage),
        backup_window: found.preferred_backup_window().map(Text::clean),
        retention: count(found.backup_retention_period),
        members: Vec::new(),
        read_replica_of: found
            .read_replica_source_db_instance_identifier()
            .map(DatabaseId::from),
    };
    (
        database,
        found
            .db_cluster_identifier()
            .filter(|id| !id.is_empty())
            .map(DatabaseId::from),
    )
}

/// A cluster with the names of its members.
pub fn of_cluster(found: &sdk::DbCluster) -> Database {
    let members = found
        .db_cluster_members()
        .iter()
        .filter_map(|m| m.db_instance_identifier());
    Database {
        at: at(DatabaseKind::Cluster, found.db_cluster_identifier()),
        engine: text(found.engine()),
        class: text(found.db_cluster_instance_class()),
        status: text(found.status()),
        arn: found.db_cluster_arn().map(Into::into),
        multi_az: found.multi_az.unwrap_or(false),
        storage: count(found.allocated_storage),
        backup_window: found.preferred_backup_window().map(Text::clean),
        retention: count(found.backup_retention_period),
        members: members.map(DatabaseId::from).collect(),
        read_replica_of: found.replication_source_identifier().map(DatabaseId::from),
    }
}

/// A snapshot of an instance.
pub fn of_snapshot(found: &sdk::DbSnapshot) -> Snapshot {
    Snapshot {
        id: found.db_snapshot_identifier().unwrap_or_default().into(),
        of: at(DatabaseKind::Instance, found.db_instance_identifier()),
        kind: kind(found.snapshot_type()),
        status: text(found.status()),
        percent: percent(found.status(), found.percent_progress),
        created_at: found.snapshot_create_time().and_then(moment),
        storage: count(found.allocated_storage),
        engine: text(found.engine()),
        encrypted: found.encrypted.unwrap_or(false),
    }
}

/// A snapshot of a cluster.
pub fn of_cluster_snapshot(found: &sdk::DbClusterSnapshot) -> Snapshot {
    Snapshot {
        id: found
            .db_cluster_snapshot_identifier()
            .unwrap_or_default()
            .into(),
        of: at(DatabaseKind::Cluster, found.db_cluster_identifier()),
        kind: kind(found.snapshot_type()),
        status: text(found.status()),
        percent: percent(found.status(), found.percent_progress),
        created_at: found.snapshot_create_time().and_then(moment),
        storage: count(found.allocated_storage),
        engine: text(found.engine()),
        encrypted: found.storage_encrypted.unwrap_or(false),
    }
}

fn kind(name: Option<&str>) -> SnapshotKind {
    match name {
        Some("automated") => SnapshotKind::Automated,
        Some("manual") => SnapshotKind::Manual,
        Some("awsbackup") => SnapshotKind::AwsBackup,
        _ => SnapshotKind::Other,
    }
}

/// A finished snapshot is whole, whatever the estimate last said.
fn percent(status: Option<&str>, n: Option<i32>) -> u8 {
    let known = if status == Some("available") { 100 } else { 0 };
    n.filter(|_| known == 0).unwrap_or(known).clamp(0, 100) as u8
}
