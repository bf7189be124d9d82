use super::*;

fn database() -> Database {
    Database {
        at: DatabaseRef {
            kind: DatabaseKind::Instance,
            id: "orchard-db".into(),
        },
        engine: "postgres".into(),
        class: "db.t3.medium".into(),
        status: "available".into(),
        arn: None,
        multi_az: true,
        storage: 20,
        backup_window: Some("03:00-03:30".into()),
        retention: 7,
        members: Vec::new(),
        read_replica_of: None,
    }
}

fn snapshot(at: &str) -> Snapshot {
    Snapshot {
        id: "rds:orchard-db".into(),
        of: database().at,
        kind: SnapshotKind::Automated,
        status: "available".into(),
        percent: 100,
        created_at: at.parse().ok(),
        storage: 20,
        engine: "postgres".into(),
        encrypted: true,
    }
}

const NOW: &str = "2026-09-20T14:00:00Z";

fn verdict(database: &Database, snapshots: &[Snapshot]) -> (Level, String) {
    let found = freshness(
        database,
        snapshots,
        NOW.parse().unwrap(),
        Duration::from_hours(25),
    );
    (found.level, found.sentence.to_string())
}

#[test]
fn a_backup_of_the_last_window_is_fresh() {
    let (level, said) = verdict(&database(), &[snapshot("2026-09-20T03:04:00Z")]);
    assert_eq!(
        (level, said.as_str()),
        (Level::Good, "The last backup is 10 h old")
    );
}

#[test]
fn a_window_that_brought_nothing_is_said_before_the_backup_is_too_old() {
    let (level, said) = verdict(&database(), &[snapshot("2026-09-19T22:00:00Z")]);
    assert_eq!(
        (level, said.contains("last window brought no backup")),
        (Level::Warn, true)
    );
    let soon = Database {
        backup_window: Some("13:30-14:00".into()),
        ..database()
    };
    assert_eq!(
        verdict(&soon, &[snapshot("2026-09-19T13:40:00Z")]).0,
        Level::Good
    );
    let night = Database {
        backup_window: Some("23:45-00:15".into()),
        ..database()
    };
    assert_eq!(
        verdict(&night, &[snapshot("2026-09-19T23:50:00Z")]).0,
        Level::Good
    );
    assert_eq!(
        verdict(&night, &[snapshot("2026-09-19T23:40:00Z")]).0,
        Level::Warn
    );
}

#[test]
fn an_old_one_a_half_made_one_and_none_are_bad() {
    let (level, said) = verdict(&database(), &[snapshot("2026-09-18T03:04:00Z")]);
    assert_eq!(
        (level, said.as_str()),
        (Level::Bad, "The last backup is 2 d old, more than 1 d")
    );
    let making = Snapshot {
        status: "creating".into(),
        ..snapshot(NOW)
    };
    assert_eq!(
        verdict(&database(), &[making]),
        (Level::Bad, "There is no backup".to_owned())
    );
    let off = Database {
        retention: 0,
        ..database()
    };
    assert!(verdict(&off, &[]).1.contains("automated backups are off"));
    assert_eq!(
        verdict(&off, &[snapshot("2026-09-20T03:04:00Z")]).0,
        Level::Warn
    );
}

#[test]
fn another_databases_backup_and_an_odd_window_do_not_count() {
    let other = Snapshot {
        of: DatabaseRef {
            kind: DatabaseKind::Cluster,
            ..database().at
        },
        ..snapshot(NOW)
    };
    assert_eq!(verdict(&database(), &[other]).0, Level::Bad);
    for odd in ["", "03:00", "25:00-26:00", "aa:bb-cc:dd"] {
        let odd = Database {
            backup_window: Some(Text::clean(odd)),
            ..database()
        };
        assert_eq!(
            verdict(&odd, &[snapshot("2026-09-19T22:00:00Z")]).0,
            Level::Good
        );
    }
}

#[test]
fn members_are_inside_their_cluster() {
    let cluster = |id: &str| Database {
        at: DatabaseRef {
            kind: DatabaseKind::Cluster,
            id: id.into(),
        },
        class: Text::default(),
        ..database()
    };
    let member = |id: &str| Database {
        at: DatabaseRef {
            kind: DatabaseKind::Instance,
            id: id.into(),
        },
        ..database()
    };
    let rows = vec![
        (database(), None),
        (member("a-1"), Some("a".into())),
        (member("x-1"), Some("gone".into())),
    ];
    let folded = fold(rows, vec![cluster("a")]);
    let names: Vec<&str> = folded.iter().map(|d| d.at.id.as_str()).collect();
    assert_eq!(names, ["orchard-db", "a"]);
    assert_eq!(
        (folded[1].class.as_str(), folded[1].members.as_slice()),
        ("db.t3.medium", &["a-1".into()][..])
    );
}

#[test]
fn snapshots_come_newest_first_with_those_being_made_before_all() {
    let undated = Snapshot {
        created_at: None,
        id: "new".into(),
        ..snapshot(NOW)
    };
    let sorted = newest_first(vec![
        snapshot("2026-09-18T03:04:00Z"),
        snapshot("2026-09-19T03:04:00Z"),
        undated,
    ]);
    assert_eq!(sorted[0].id.as_str(), "new");
    assert!(sorted[1].created_at > sorted[2].created_at);
}
