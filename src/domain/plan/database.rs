//! `b` on a database (aws-facts.md §2.7, §3.6).

use super::{Planned, finding, refuse};
use crate::domain::backup::{Backup, snapshot_name};
use crate::domain::fault::Fault;
use crate::domain::health::{Finding, Level};
use crate::domain::ids::SnapshotId;
use crate::domain::rds::{Database, Quota};
use crate::domain::text::Text;
use jiff::Timestamp;

/// A snapshot named after `at`, or why AWS would not make one.
pub fn backup(
    database: &Database,
    quota: Option<Quota>,
    underway: Option<&SnapshotId>,
    at: Timestamp,
) -> Result<Planned, Fault> {
    is_ready(database)?;
    has_room(quota)?;
    let backup = Backup {
        database: database.at.clone(),
        snapshot: snapshot_name(&database.at.id, at),
    };
    Ok(Planned {
        summary: Text::clean(&format!(
            "back up {} as {}",
            database.at.id.text(),
            backup.snapshot.text()
        )),
        backup: Some(backup),
        warnings: warnings(database, quota, underway),
        ..Planned::default()
    })
}

fn is_ready(database: &Database) -> Result<(), Fault> {
    if database.can_be_backed_up() {
        return Ok(());
    }
    let next = if database.status.as_str() == "backing-up" {
        "a snapshot is being made already: wait until it is available"
    } else {
        "wait until it is available, then try again"
    };
    Err(
        refuse(format!("{} is {}", database.at.id.text(), database.status))
            .means("AWS makes a snapshot only of a database that is available")
            .next(next),
    )
}

fn has_room(quota: Option<Quota>) -> Result<(), Fault> {
    match quota {
        Some(Quota { used, max }) if used >= max => Err(refuse(format!(
            "All {max} manual snapshots of this region are used ({used})"
        ))
        .means("AWS would refuse another one")
        .next("delete old snapshots, or have the quota raised")),
        _ => Ok(()),
    }
}

fn warnings(
    database: &Database,
    quota: Option<Quota>,
    underway: Option<&SnapshotId>,
) -> Vec<Finding> {
    let found = [
        io(database),
        replica(database),
        busy(underway),
        quota_said(quota),
    ];
    found.into_iter().flatten().collect()
}

fn io(database: &Database) -> Option<Finding> {
    if database.pauses_io() {
        return Some(finding(
            Level::Bad,
            "Single-AZ: I/O pauses for seconds to minutes while the snapshot begins",
        ));
    }
    let sql_server = database.engine.as_str().starts_with("sqlserver");
    sql_server.then(|| {
        finding(
            Level::Warn,
            "SQL Server: I/O pauses briefly when the snapshot begins",
        )
    })
}

fn replica(database: &Database) -> Option<Finding> {
    let source = database.read_replica_of.as_ref()?.text();
    Some(finding(
        Level::Warn,
        format!("It is a read replica: not a backup of {source} at the same moment"),
    ))
}

fn busy(underway: Option<&SnapshotId>) -> Option<Finding> {
    let id = underway?.text();
    Some(finding(
        Level::Warn,
        format!("The snapshot {id} is being made right now"),
    ))
}

fn quota_said(quota: Option<Quota>) -> Option<Finding> {
    match quota {
        None => Some(finding(
            Level::Notice,
            "The snapshot quota could not be read",
        )),
        Some(Quota { used, max }) if used + 1 == max => Some(finding(
            Level::Notice,
            format!("It is the last of {max} manual snapshots of this region"),
        )),
        Some(_) => None,
    }
}

#[cfg(test)]
#[path = "database_tests.rs"]
mod tests;
