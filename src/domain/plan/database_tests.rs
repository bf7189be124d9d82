use super::super::backup as plan;
use super::*;
use crate::domain::rds::{DatabaseKind, DatabaseRef};
use crate::domain::subject::Observation;

fn database(status: &'static str, multi_az: bool) -> Database {
    Database {
        at: DatabaseRef {
            kind: DatabaseKind::Instance,
            id: "orchard-db".into(),
        },
        engine: "postgres".into(),
        class: "db.t3.medium".into(),
        status: status.into(),
        arn: None,
        multi_az,
        storage: 20,
        backup_window: None,
        retention: 7,
        members: Vec::new(),
        read_replica_of: None,
    }
}

fn planned(database: Database, used: u64, max: u64) -> Result<Planned, Fault> {
    let observed = Observation::Database {
        database,
        quota: Some(Quota { used, max }),
        underway: None,
    };
    plan(&observed, "2026-09-20T14:22:00Z".parse().unwrap())
}

#[test]
fn the_snapshot_is_named_after_the_database_and_the_moment() {
    let p = planned(database("available", true), 3, 100).unwrap();
    assert_eq!(
        p.backup.unwrap().snapshot.as_str(),
        "tidegate-orchard-db-20260920t142200z"
    );
    assert!(p.warnings.is_empty());
    assert!(planned(database("storage-optimization", true), 3, 100).is_ok());
}

#[test]
fn a_database_that_is_busy_is_refused_with_what_to_wait_for() {
    let busy = planned(database("backing-up", true), 3, 100)
        .unwrap_err()
        .line()
        .to_string();
    assert!(busy.starts_with("orchard-db is backing-up"), "{busy}");
    assert!(busy.contains("a snapshot is being made already"));
    assert!(planned(database("stopped", true), 3, 100).is_err());
}

#[test]
fn a_used_up_quota_is_refused_and_the_last_place_is_said() {
    assert!(
        planned(database("available", true), 100, 100)
            .unwrap_err()
            .line()
            .as_str()
            .contains("All 100 manual")
    );
    let last = planned(database("available", true), 99, 100).unwrap();
    assert!(last.warnings[0].sentence.as_str().contains("last of 100"));
}

#[test]
fn single_az_and_replicas_carry_their_warning() {
    let mut replica = database("available", false);
    replica.read_replica_of = Some("orchard-main".into());
    let p = planned(replica, 3, 100).unwrap();
    assert!(p.warnings[0].sentence.as_str().contains("I/O pauses"));
    assert!(p.warnings[1].sentence.as_str().contains("orchard-main"));
}
