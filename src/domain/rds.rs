//! RDS instances, Aurora clusters and both kinds of snapshot (aws-facts.md §2.7).

use super::health::{Finding, Level};
use super::ids::{Arn, DatabaseId, SnapshotId};
use super::text::Text;
use super::units::age;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// Instance or cluster: which snapshot call is the right one.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum DatabaseKind {
    /// A plain DB instance: `CreateDBSnapshot`.
    Instance,
    /// Aurora, or a Multi-AZ DB cluster: `CreateDBClusterSnapshot`.
    Cluster,
}

/// One database, by kind and identifier.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
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
    /// As AWS gave it.
    pub arn: Option<Arn>,
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

/// Instances and clusters as one list: members of a cluster are inside it, and
/// lend it their class where it has none of its own.
pub fn fold(
    instances: Vec<(Database, Option<DatabaseId>)>,
    mut clusters: Vec<Database>,
) -> Vec<Database> {
    let (members, plain): (Vec<_>, Vec<_>) = instances
        .into_iter()
        .partition(|(_, cluster)| cluster.is_some());
    for (member, of) in members {
        let Some(cluster) = clusters.iter_mut().find(|c| Some(&c.at.id) == of.as_ref()) else {
            continue;
        };
        if cluster.class.as_str().is_empty() {
            cluster.class = member.class;
        }
        if !cluster.members.contains(&member.at.id) {
            cluster.members.push(member.at.id);
        }
    }
    plain
        .into_iter()
        .map(|(database, _)| database)
        .chain(clusters)
        .collect()
}

/// Newest first; those being made, which may have no time yet, before all.
pub fn newest_first(mut snapshots: Vec<Snapshot>) -> Vec<Snapshot> {
    snapshots.sort_by_key(|s| std::cmp::Reverse(s.created_at.unwrap_or(Timestamp::MAX)));
    snapshots
}

/// How fresh a database's newest finished backup is, as a verdict with its sentence.
///
/// Stale is what is older than `max_age`; and, where a backup window is set, also
/// what missed the last window by more than two hours.
pub fn freshness(
    database: &Database,
    snapshots: &[Snapshot],
    now: Timestamp,
    max_age: Duration,
) -> Finding {
    let finished = snapshots
        .iter()
        .filter(|s| s.of == database.at && s.status.as_str() == "available");
    let Some(newest) = finished.filter_map(|s| s.created_at).max() else {
        return none_at_all(database);
    };
    let since = Duration::try_from(now.duration_since(newest)).unwrap_or_default();
    let old = age(since);
    if since > max_age {
        let sentence = format!("The last backup is {old} old, more than {}", age(max_age));
        return finding(Level::Bad, &sentence);
    }
    if missed_window(database, newest, now) {
        return finding(
            Level::Warn,
            &format!("The last window brought no backup; the newest is {old} old"),
        );
    }
    if database.retention == 0 && database.at.kind == DatabaseKind::Instance {
        return finding(
            Level::Warn,
            &format!("Automated backups are off; the newest backup is {old} old"),
        );
    }
    finding(Level::Good, &format!("The last backup is {old} old"))
}

fn none_at_all(database: &Database) -> Finding {
    let off = if database.retention == 0 {
        ", and automated backups are off"
    } else {
        ""
    };
    finding(Level::Bad, &format!("There is no backup{off}"))
}

fn finding(level: Level, sentence: &str) -> Finding {
    Finding {
        level,
        sentence: Text::clean(sentence),
    }
}

/// How long after its window's end an automated backup may still be on its way.
const GRACE: SignedDuration = SignedDuration::from_hours(2);

fn missed_window(database: &Database, newest: Timestamp, now: Timestamp) -> bool {
    let window = database
        .backup_window
        .as_ref()
        .filter(|_| database.retention > 0);
    let due = window.and_then(|w| last_window(w.as_str(), now - GRACE));
    due.is_some_and(|start| newest < start)
}

/// The start of the last backup window (`hh24:mi-hh24:mi`, UTC) that ended before `before`.
fn last_window(window: &str, before: Timestamp) -> Option<Timestamp> {
    let (start, end) = window.split_once('-')?;
    let (start, end) = (minutes(start)?, minutes(end)?);
    let length = SignedDuration::from_mins((end - start).rem_euclid(DAY));
    let midnight = before.as_second().div_euclid(86_400) * 86_400;
    let today = Timestamp::from_second(midnight + start * 60).ok()?;
    let days = [
        today,
        today - SignedDuration::from_hours(24),
        today - SignedDuration::from_hours(48),
    ];
    days.into_iter().find(|start| *start + length <= before)
}

/// Minutes of a day.
const DAY: i64 = 24 * 60;

fn minutes(clock: &str) -> Option<i64> {
    let (hours, minutes) = clock.trim().split_once(':')?;
    Some(
        hours
            .parse::<u8>()
            .ok()
            .filter(|h| *h < 24)
            .map(i64::from)?
            * 60
            + minutes
                .parse::<u8>()
                .ok()
                .filter(|m| *m < 60)
                .map(i64::from)?,
    )
}

#[cfg(test)]
#[path = "rds_tests.rs"]
mod tests;
