//! A backup as a step: it is made, verified, and never undone.

use super::ids::{DatabaseId, SnapshotId};
use super::rds::DatabaseRef;
use jiff::Timestamp;

/// A snapshot to be made.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Backup {
    pub database: DatabaseRef,
    /// Lower case, with a UTC timestamp, so that a retry after a lost answer meets its own name.
    pub snapshot: SnapshotId,
}

/// `tidegate-<database>-20260920t142200z`, cut to what AWS takes (63 characters for cluster snapshots, 255 else).
pub fn snapshot_name(database: &DatabaseId, at: Timestamp) -> SnapshotId {
    let stamp = at.strftime("%Y%m%dt%H%M%Sz").to_string();
    let base: String = database
        .as_str()
        .to_lowercase()
        .chars()
        .take(63 - "tidegate--".len() - stamp.len())
        .collect();
    SnapshotId::new(format!("tidegate-{}-{stamp}", base.trim_end_matches('-')))
}
