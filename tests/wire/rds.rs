//! Databases and snapshots as boto3 made them; quotas come from the proxy.

use crate::support::{
    moto::{Account, Moto},
    proxy::{Answer, Proxy, Trouble},
};
use tidegate::domain::backup::Backup;
use tidegate::domain::fault::FaultKind;
use tidegate::domain::plan;
use tidegate::domain::rds::{DatabaseKind, DatabaseRef, Quota, SnapshotKind};
use tidegate::domain::subject::{Observation, Subject};

const DATABASES: &str = "
rds = client('rds')
def instance(name, **more):
    rds.create_db_instance(DBInstanceIdentifier=name, DBInstanceClass='db.t3.medium', Engine=more.pop('Engine', 'postgres'), **more)
plain = dict(AllocatedStorage=20, MasterUsername='u', MasterUserPassword='password', BackupRetentionPeriod=7)
instance('orchard-db', PreferredBackupWindow='03:00-03:30', **plain)
instance('orchard-ha', MultiAZ=True, **plain)
rds.create_db_cluster(DBClusterIdentifier='orchard-aurora', Engine='aurora-postgresql', MasterUsername='u', MasterUserPassword='password')
instance('orchard-aurora-1', Engine='aurora-postgresql', DBClusterIdentifier='orchard-aurora')
rds.create_db_snapshot(DBSnapshotIdentifier='by-hand', DBInstanceIdentifier='orchard-db')
rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier='whole', DBClusterIdentifier='orchard-aurora')
";

fn at(kind: DatabaseKind, id: &str) -> DatabaseRef {
    DatabaseRef {
        kind,
        id: id.into(),
    }
}

fn with_databases() -> Account {
    let account = Moto::shared().account();
    account.python(DATABASES);
    account
}

fn quotas(proxy: &Proxy) {
    proxy.answer("DescribeAccountAttributes", |_| {
        let quota = |name, used, max| {
            format!("<AccountQuota><AccountQuotaName>{name}</AccountQuotaName><Used>{used}</Used><Max>{max}</Max></AccountQuota>")
        };
        let all = [quota("DBInstances", 3, 40), quota("ManualSnapshots", 7, 100), quota("ManualClusterSnapshots", 1, 1)];
        Answer::Xml(format!("<AccountQuotas>{}</AccountQuotas>", all.concat()))
    });
}

#[tokio::test]
async fn instances_and_clusters_are_one_list_with_members_inside() {
    let inventory = with_databases()
        .aws()
        .await
        .inventory()
        .await
        .expect("inventory");
    let mut rows: Vec<_> = inventory
        .databases
        .iter()
        .map(|d| (d.at.kind, d.at.id.as_str(), d.multi_az))
        .collect();
    rows.sort_unstable();
    let instance = DatabaseKind::Instance;
    assert_eq!(
        rows[..2],
        [
            (instance, "orchard-db", false),
            (instance, "orchard-ha", true)
        ]
    );
    let cluster = inventory
        .databases
        .iter()
        .find(|d| d.at.kind == DatabaseKind::Cluster)
        .expect("a cluster");
    assert_eq!(
        (rows.len(), cluster.members.as_slice()),
        (3, &["orchard-aurora-1".into()][..])
    );
    let plain = inventory
        .databases
        .iter()
        .find(|d| d.at.id.as_str() == "orchard-db")
        .expect("an instance");
    assert_eq!(
        plain
            .backup_window
            .as_ref()
            .map(tidegate::domain::text::Text::as_str),
        Some("03:00-03:30")
    );
    assert_eq!(
        (plain.storage, plain.retention, plain.status.as_str()),
        (20, 7, "available")
    );
}

#[tokio::test]
async fn both_kinds_of_snapshot_are_listed_newest_first() {
    let inventory = with_databases()
        .aws()
        .await
        .inventory()
        .await
        .expect("inventory");
    let found = |id: &str| {
        inventory
            .snapshots
            .iter()
            .find(|s| s.id.as_str() == id)
            .expect("a snapshot")
    };
    assert_eq!(
        found("by-hand").of,
        at(DatabaseKind::Instance, "orchard-db")
    );
    assert_eq!(
        (found("by-hand").kind, found("by-hand").status.as_str()),
        (SnapshotKind::Manual, "available")
    );
    assert_eq!(
        found("whole").of,
        at(DatabaseKind::Cluster, "orchard-aurora")
    );
    assert!(
        inventory
            .snapshots
            .windows(2)
            .all(|pair| pair[0].created_at >= pair[1].created_at)
    );
    assert!(inventory.gaps.is_empty());
}

#[tokio::test]
async fn a_denied_part_is_a_gap_and_all_denied_is_a_fault() {
    let account = with_databases();
    let proxy = Proxy::before_moto();
    let aws = account.aws_at(&proxy.url()).await;
    proxy.trouble("DescribeDBClusters", Trouble::Error(403, "AccessDenied"), 9);
    let inventory = aws.inventory().await.expect("inventory");
    assert_eq!(inventory.gaps.len(), 1);
    assert_eq!(
        inventory.gaps[0]
            .action
            .as_ref()
            .map(tidegate::domain::text::Text::as_str),
        Some("rds:DescribeDBClusters")
    );
    assert!(
        inventory
            .databases
            .iter()
            .any(|d| d.at.id.as_str() == "orchard-db")
    );
    proxy.trouble("*", Trouble::Error(403, "AccessDenied"), 9);
    assert_eq!(
        aws.inventory().await.expect_err("nothing").kind,
        FaultKind::Denied
    );
}

#[tokio::test]
async fn a_snapshot_is_found_by_its_name_or_is_none() {
    let aws = with_databases().aws().await;
    let backup = |kind, database: &str, snapshot: &str| Backup {
        database: at(kind, database),
        snapshot: snapshot.into(),
    };
    let by_hand = aws
        .snapshot(&backup(DatabaseKind::Instance, "orchard-db", "by-hand"))
        .await
        .expect("answered");
    assert_eq!(by_hand.map(|s| s.percent), Some(100));
    let whole = aws
        .snapshot(&backup(DatabaseKind::Cluster, "orchard-aurora", "whole"))
        .await
        .expect("answered");
    assert!(whole.is_some());
    for kind in [DatabaseKind::Instance, DatabaseKind::Cluster] {
        assert_eq!(
            aws.snapshot(&backup(kind, "orchard-db", "never-made"))
                .await,
            Ok(None)
        );
    }
}

#[tokio::test]
async fn the_dialog_sees_database_and_quota_and_plans_a_backup() {
    let account = with_databases();
    let proxy = Proxy::before_moto();
    quotas(&proxy);
    let aws = account.aws_at(&proxy.url()).await;
    let seen = aws
        .observe(&Subject::Database(at(DatabaseKind::Instance, "orchard-db")))
        .await
        .expect("observed");
    assert!(matches!(
        &seen,
        Observation::Database {
            quota: Some(Quota { used: 7, max: 100 }),
            underway: None,
            ..
        }
    ));
    let planned =
        plan::backup(&seen, "2026-09-20T14:22:00Z".parse().expect("a time")).expect("a plan");
    assert_eq!(
        planned.backup.expect("a backup").snapshot.as_str(),
        "tidegate-orchard-db-20260920t142200z"
    );
    let full = aws
        .observe(&Subject::Database(at(
            DatabaseKind::Cluster,
            "orchard-aurora",
        )))
        .await
        .expect("observed");
    let refusal =
        plan::backup(&full, "2026-09-20T14:22:00Z".parse().expect("a time")).expect_err("no room");
    assert!(refusal.line().as_str().contains("All 1 manual snapshots"));
}

#[tokio::test]
async fn a_database_that_is_gone_is_said_by_name() {
    let aws = Moto::shared().account().aws().await;
    for kind in [DatabaseKind::Instance, DatabaseKind::Cluster] {
        let fault = aws
            .database(&at(kind, "gone"))
            .await
            .expect_err("nothing there");
        assert_eq!(fault.kind, FaultKind::Missing);
    }
}

#[tokio::test]
async fn the_raw_answer_about_a_database_is_json_with_secrets_masked() {
    let account = with_databases();
    account.python("rds = client('rds')\narn = rds.describe_db_instances(DBInstanceIdentifier='orchard-db')['DBInstances'][0]['DBInstanceArn']\nrds.add_tags_to_resource(ResourceName=arn, Tags=[dict(Key='db_password', Value='hunter2')])");
    let aws = account.aws().await;
    for (kind, id, named) in [
        (DatabaseKind::Instance, "orchard-db", "DBInstanceIdentifier"),
        (
            DatabaseKind::Cluster,
            "orchard-aurora",
            "DBClusterIdentifier",
        ),
    ] {
        let raw = aws.database_raw(&at(kind, id)).await.expect("raw");
        let lines: Vec<&str> = raw
            .iter()
            .map(tidegate::domain::text::Text::as_str)
            .collect();
        let said: serde_json::Value = serde_json::from_str(&lines.concat()).expect("JSON");
        assert_eq!(said[named], id);
        assert!(!lines.concat().contains("hunter2"), "{said}");
    }
    let missing = aws
        .database_raw(&at(DatabaseKind::Instance, "nobody"))
        .await;
    assert_eq!(missing.expect_err("gone").kind, FaultKind::Missing);
}
