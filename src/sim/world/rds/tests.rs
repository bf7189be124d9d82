use super::*;
use crate::sim::value::{list, map};
use crate::sim::world::metrics::Key;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn world_at(time: &str) -> World {
    let config = Config::default();
    let now: Timestamp = time.parse().unwrap();
    World::new(&config, &config.region, now)
}

fn world() -> World {
    world_at("2026-03-02T12:00:00Z")
}

fn pass(world: &mut World, seconds: i64) {
    for _ in 0..seconds {
        world.now += SignedDuration::from_secs(1);
        tick(world);
    }
}

fn create(world: &mut World, id: &str, of: &str) -> Answer {
    let tag = map! { "Key" => "tidegate:session", "Value" => "s1" };
    let input =
        map! { "DBSnapshotIdentifier" => id, "DBInstanceIdentifier" => of, "Tags" => list([tag]) };
    handle(world, "CreateDBSnapshot", &input)
}

fn snapshots(world: &mut World, input: &Value) -> Vec<Value> {
    let answer = handle(world, "DescribeDBSnapshots", input).unwrap();
    answer.get("DBSnapshots").unwrap().items().to_vec()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_text).unwrap_or_default()
}

fn status(world: &mut World, id: &str) -> String {
    let answer = handle(
        world,
        "DescribeDBInstances",
        &map! { "DBInstanceIdentifier" => id },
    )
    .unwrap();
    text(
        &answer.get("DBInstances").unwrap().items()[0],
        "DBInstanceStatus",
    )
    .to_owned()
}

#[test]
fn a_snapshot_goes_from_creating_to_available_in_jumps_and_the_database_backs_up_meanwhile() {
    let mut world = world();
    let answer = create(&mut world, "Mine-1", "orchard-db").unwrap();
    assert_eq!(
        text(answer.get("DBSnapshot").unwrap(), "DBSnapshotIdentifier"),
        "mine-1"
    );
    assert_eq!(status(&mut world, "orchard-db"), "backing-up");
    let (mut seen, mut last) = (Vec::new(), String::new());
    for _ in 0..120 {
        pass(&mut world, 1);
        let found = &snapshots(&mut world, &map! { "DBSnapshotIdentifier" => "MINE-1" })[0];
        seen.push(found.get("PercentProgress").unwrap().as_int().unwrap());
        last = text(found, "Status").to_owned();
    }
    assert!(seen.is_sorted() && seen[0] == 0 && seen.contains(&47));
    assert_eq!((seen.last(), last.as_str()), (Some(&100), "available"));
    assert_eq!(status(&mut world, "orchard-db"), "available");
}

#[test]
fn a_snapshot_is_refused_while_one_is_being_made() {
    let mut world = world();
    create(&mut world, "one", "orchard-db").unwrap();
    assert_eq!(
        create(&mut world, "two", "orchard-db").unwrap_err().code,
        "InvalidDBInstanceState"
    );
    pass(&mut world, 120);
    assert_eq!(
        create(&mut world, "ONE", "orchard-db").unwrap_err().code,
        "DBSnapshotAlreadyExists"
    );
    world.rds.instances[0].status = "storage-optimization";
    assert!(create(&mut world, "two", "orchard-db").is_ok());
}

#[test]
fn a_member_of_a_cluster_is_not_snapshotted_but_its_cluster_is() {
    let mut world = world();
    assert_eq!(
        create(&mut world, "x", "orchard-aurora-0")
            .unwrap_err()
            .code,
        "InvalidParameterValue"
    );
    let input =
        map! { "DBClusterSnapshotIdentifier" => "x", "DBClusterIdentifier" => "orchard-aurora" };
    handle(&mut world, "CreateDBClusterSnapshot", &input).unwrap();
    let again =
        map! { "DBClusterSnapshotIdentifier" => "y", "DBClusterIdentifier" => "orchard-aurora" };
    assert_eq!(
        handle(&mut world, "CreateDBClusterSnapshot", &again)
            .unwrap_err()
            .code,
        "InvalidDBClusterStateFault"
    );
    assert_eq!(status(&mut world, "orchard-aurora-0"), "available");
    pass(&mut world, 120);
    assert!(handle(&mut world, "CreateDBClusterSnapshot", &again).is_ok());
}

#[test]
fn the_night_takes_one_snapshot_of_each_and_the_oldest_goes() {
    let mut world = world_at("2026-03-02T02:58:00Z");
    let automated = map! { "SnapshotType" => "automated" };
    let before = snapshots(&mut world, &automated);
    assert_eq!(before.len(), 6);
    pass(&mut world, 3_600);
    let after = snapshots(&mut world, &automated);
    assert_eq!(after.len(), 7);
    assert_eq!(
        text(&after[6], "DBSnapshotIdentifier"),
        "rds:orchard-db-2026-03-02-03-00"
    );
    pass(&mut world, 86_400);
    let next = snapshots(&mut world, &automated);
    assert_eq!((next.len(), next[0] == before[1]), (7, true));
}

#[test]
fn a_snapshot_asked_for_at_three_waits_for_the_nights() {
    let mut world = world_at("2026-03-02T02:59:00Z");
    pass(&mut world, 65);
    assert_eq!(
        create(&mut world, "mine", "orchard-db").unwrap_err().code,
        "InvalidDBInstanceState"
    );
    pass(&mut world, 180);
    assert!(create(&mut world, "mine", "orchard-db").is_ok());
}

#[test]
fn manual_snapshots_are_counted_tagged_and_deleted_and_automated_ones_are_not() {
    let mut world = world();
    let used = |world: &mut World| {
        let answer = handle(world, "DescribeAccountAttributes", &map! {}).unwrap();
        let quotas = answer.get("AccountQuotas").unwrap().items().to_vec();
        let manual = quotas
            .iter()
            .find(|q| text(q, "AccountQuotaName") == "ManualSnapshots");
        manual.unwrap().get("Used").unwrap().as_int().unwrap()
    };
    assert_eq!(used(&mut world), 1);
    let answer = create(&mut world, "mine", "orchard-db").unwrap();
    let arn = text(answer.get("DBSnapshot").unwrap(), "DBSnapshotArn").to_owned();
    let tags = handle(
        &mut world,
        "ListTagsForResource",
        &map! { "ResourceName" => arn },
    )
    .unwrap();
    assert_eq!(
        text(&tags.get("TagList").unwrap().items()[0], "Value"),
        "s1"
    );
    let delete = |world: &mut World, id: &str| {
        handle(
            world,
            "DeleteDBSnapshot",
            &map! { "DBSnapshotIdentifier" => id },
        )
    };
    assert_eq!(
        delete(&mut world, "mine").unwrap_err().code,
        "InvalidDBSnapshotState"
    );
    pass(&mut world, 120);
    assert_eq!(used(&mut world), 2);
    delete(&mut world, "mine").unwrap();
    assert_eq!(
        delete(&mut world, "mine").unwrap_err().code,
        "DBSnapshotNotFound"
    );
    let automated = snapshots(&mut world, &map! { "SnapshotType" => "automated" })[0].clone();
    assert!(delete(&mut world, text(&automated, "DBSnapshotIdentifier")).is_err());
}

#[test]
fn pages_of_twenty_to_a_hundred_hold_every_snapshot_once() {
    let mut world = world();
    for n in 0..44 {
        create(&mut world, &format!("s{n}"), "orchard-db").unwrap();
        pass(&mut world, 110);
    }
    let (mut ids, mut marker) = (Vec::new(), Value::Null);
    loop {
        let input = map! { "MaxRecords" => "20", "Marker" => marker };
        let answer = handle(&mut world, "DescribeDBSnapshots", &input).unwrap();
        let page = answer.get("DBSnapshots").unwrap().items();
        ids.extend(
            page.iter()
                .map(|s| text(s, "DBSnapshotIdentifier").to_owned()),
        );
        match answer.get("Marker") {
            Some(next) => marker = next.clone(),
            None => break,
        }
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 44 + 8);
    let few = handle(
        &mut world,
        "DescribeDBSnapshots",
        &map! { "MaxRecords" => 19 },
    );
    assert_eq!(few.unwrap_err().code, "InvalidParameterValue");
}

#[test]
fn events_of_the_last_hour_tell_of_a_backup() {
    let mut world = world();
    create(&mut world, "mine", "orchard-db").unwrap();
    pass(&mut world, 120);
    let answer = handle(&mut world, "DescribeEvents", &map! {}).unwrap();
    let messages: Vec<&str> = answer
        .get("Events")
        .unwrap()
        .items()
        .iter()
        .map(|e| text(e, "Message"))
        .collect();
    assert_eq!(
        messages,
        ["Creating manual snapshot", "Manual snapshot created"]
    );
}

#[test]
fn cpu_and_connections_follow_the_traffic() {
    let mut world = world();
    let cpu = |world: &World| {
        let key = Key::new(
            "AWS/RDS",
            "CPUUtilization",
            &[("DBInstanceIdentifier", "orchard-db")],
        );
        let id = world.metrics.find(&key).unwrap();
        let last = world
            .metrics
            .points(
                id,
                world.now - SignedDuration::from_mins(2),
                world.now + SignedDuration::from_mins(1),
            )
            .last();
        last.unwrap().average()
    };
    pass(&mut world, 60);
    let calm = cpu(&world);
    for _ in 0..120 {
        let client = super::super::flow::Client {
            address: [10, 0, 0, 1].into(),
            country: "KR",
            kind: super::super::flow::ClientKind::People,
        };
        world.rds.observe(&[Served {
            service: "api".into(),
            client,
            method: "GET",
            path: "/",
            status: 200,
            requests: 800,
            millis: 9.0,
        }]);
        pass(&mut world, 1);
    }
    assert!(cpu(&world) > calm + 40.0);
}

proptest! {
    #[test]
    fn a_name_is_taken_exactly_where_rds_takes_it(id in "[a-zA-Z0-9-]{1,12}|[a-z.]{1,3}") {
        let good = id.starts_with(|c: char| c.is_ascii_alphabetic())
            && !id.contains(['.']) && !id.contains("--") && !id.ends_with('-');
        let taken = create::identifier(&id, "DBSnapshotIdentifier", Kind::Instance);
        prop_assert_eq!(taken.is_ok(), good);
    }
}
