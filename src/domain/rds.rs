//! RDS instances, Aurora clusters and both kinds of snapshot (aws-facts.md §2.7).

use super::ids::{DatabaseId, SnapshotId};
use super::text::Text;
use jiff::Timestamp;

/// Instance or cluster: which snapshot call is the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DatabaseKind {
    /// A plain DB instance: `CreateDBSnapshot`.
    Instance,
    /// Aurora, or a Multi-AZ DB cluster: `CreateDBClusterSnapshot`.
    Cluster,
}

/// One database, by kind and identifier.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct DatabaseRef {
    pub kind: DatabaseKind,
    pub id: DatabaseId,
}

/// One database that can be backed up. Members of a cluster are inside it, not rows of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    pub at: DatabaseRef,
    pub engine: Text,
    pub class: Text,
    /// `DBInstanceStatus` or the cluster's status, as AWS writes it.
    pub status: Text,
    pub multi_az: bool,
    /// GiB.
    pub storage: u32,
    /// UTC, `hh24:mi-hh24:mi`.
    pub backup_window: Option<Text>,
    /// Days; 0 = automated backups are off.
    pub retention: u32,
    pub members: Vec<DatabaseId>,
    pub read_replica_of: Option<DatabaseId>,
}

impl Database {
    /// Whether a snapshot may be asked for now.
    pub fn can_be_backed_up(&self) -> bool {
        matches!(self.status.as_str(), "available" | "storage-optimization")
    }

    /// Whether a snapshot suspends I/O: Single-AZ instances, seconds to minutes.
    pub fn pauses_io(&self) -> bool {
        self.at.kind == DatabaseKind::Instance && !self.multi_az
    }
}

/// Who made a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotKind {
    Automated,
    Manual,
    AwsBackup,
    Other,
}

/// One snapshot of either kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub id: SnapshotId,
    pub of: DatabaseRef,
    pub kind: SnapshotKind,
    /// `creating`, `available`, …
    pub status: Text,
    /// 0–100; an estimate that may stand at 0 for long and jump.
    pub percent: u8,
    pub created_at: Option<Timestamp>,
    /// GiB.
    pub storage: u32,
    pub engine: Text,
    pub encrypted: bool,
}

/// Databases and their snapshots, read side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    pub databases: Vec<Database>,
    /// Newest first.
    pub snapshots: Vec<Snapshot>,
    /// Parts that could not be read, each with its reason.
    pub gaps: Vec<super::fault::Fault>,
}

/// Manual snapshots used and allowed (`DescribeAccountAttributes`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub used: u64,
    pub max: u64,
}
