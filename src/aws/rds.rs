//! RDS instances, Aurora clusters, and both kinds of snapshot (aws-facts.md §1.6, §2.7).

mod facts;

use super::Aws;
use super::convert::{pages, part};
use crate::domain::backup::Backup;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SnapshotId;
use crate::domain::rds::{
    Database, DatabaseKind, DatabaseRef, Inventory, Quota, Snapshot, fold, newest_first,
};
use facts::{of_cluster, of_cluster_snapshot, of_instance, of_snapshot};

/// Largest page of everything here.
const PAGE: i32 = 100;

/// One database of an instance list, and the cluster it is a member of.
type Row = (Database, Option<crate::domain::ids::DatabaseId>);

impl Aws {
    /// Databases and snapshots, read side by side; a part that is denied or fails is a gap.
    pub async fn inventory(&self) -> Result<Inventory, Fault> {
        let (instances, clusters, snapshots, cluster_snapshots) = futures_util::join!(
            Box::pin(self.instances()),
            Box::pin(self.clusters_of_databases()),
            Box::pin(self.instance_snapshots()),
            Box::pin(self.cluster_snapshots())
        );
        if let (Err(fault), Err(_), Err(_), Err(_)) =
            (&instances, &clusters, &snapshots, &cluster_snapshots)
        {
            return Err(fault.clone());
        }
        let mut gaps = Vec::new();
        let databases = fold(part(instances, &mut gaps), part(clusters, &mut gaps));
        let snapshots = [
            part(snapshots, &mut gaps),
            part(cluster_snapshots, &mut gaps),
        ]
        .concat();
        Ok(Inventory {
            databases,
            snapshots: newest_first(snapshots),
            gaps,
        })
    }

    async fn instances(&self) -> Result<Vec<Row>, Fault> {
        let request = self.shared.rds.describe_db_instances().max_records(PAGE);
        let found = pages!(
            self,
            "rds:DescribeDBInstances",
            request.clone(),
            set_marker,
            marker,
            db_instances
        );
        Ok(found.iter().map(of_instance).collect())
    }

    async fn clusters_of_databases(&self) -> Result<Vec<Database>, Fault> {
        let request = self.shared.rds.describe_db_clusters().max_records(PAGE);
        let found = pages!(
            self,
            "rds:DescribeDBClusters",
            request.clone(),
            set_marker,
            marker,
            db_clusters
        );
        Ok(found.iter().map(of_cluster).collect())
    }

    async fn instance_snapshots(&self) -> Result<Vec<Snapshot>, Fault> {
        let request = self.shared.rds.describe_db_snapshots().max_records(PAGE);
        let found = pages!(
            self,
            "rds:DescribeDBSnapshots",
            request.clone(),
            set_marker,
            marker,
            db_snapshots
        );
        Ok(found.iter().map(of_snapshot).collect())
    }

    async fn cluster_snapshots(&self) -> Result<Vec<Snapshot>, Fault> {
        let request = self
            .shared
            .rds
            .describe_db_cluster_snapshots()
            .max_records(PAGE);
        let found = pages!(
            self,
            "rds:DescribeDBClusterSnapshots",
            request.clone(),
            set_marker,
            marker,
            db_cluster_snapshots
        );
        Ok(found.iter().map(of_cluster_snapshot).collect())
    }

    /// One database, fresh; a fault of kind `Missing` where it is gone.
    pub async fn database(&self, at: &DatabaseRef) -> Result<Database, Fault> {
        self.gate.pass().await;
        let found = match at.kind {
            DatabaseKind::Instance => {
                let request = self
                    .shared
                    .rds
                    .describe_db_instances()
                    .db_instance_identifier(at.id.as_str());
                let answer = request
                    .send()
                    .await
                    .map_err(self.fault("rds:DescribeDBInstances"))?;
                answer
                    .db_instances()
                    .first()
                    .map(|found| of_instance(found).0)
            }
            DatabaseKind::Cluster => {
                let request = self
                    .shared
                    .rds
                    .describe_db_clusters()
                    .db_cluster_identifier(at.id.as_str());
                let answer = request
                    .send()
                    .await
                    .map_err(self.fault("rds:DescribeDBClusters"))?;
                answer.db_clusters().first().map(of_cluster)
            }
        };
        found.ok_or_else(|| missing(at))
    }

    /// The snapshot a backup asked for; `None` where AWS does not know it.
    pub async fn snapshot(&self, backup: &Backup) -> Result<Option<Snapshot>, Fault> {
        self.gate.pass().await;
        let id = backup.snapshot.as_str();
        let found = match backup.database.kind {
            DatabaseKind::Instance => {
                let request = self
                    .shared
                    .rds
                    .describe_db_snapshots()
                    .db_snapshot_identifier(id);
                let answer = absent(
                    request
                        .send()
                        .await
                        .map_err(self.fault("rds:DescribeDBSnapshots")),
                )?;
                answer.and_then(|a| a.db_snapshots().first().map(of_snapshot))
            }
            DatabaseKind::Cluster => {
                let request = self
                    .shared
                    .rds
                    .describe_db_cluster_snapshots()
                    .db_cluster_snapshot_identifier(id);
                let answer = absent(
                    request
                        .send()
                        .await
                        .map_err(self.fault("rds:DescribeDBClusterSnapshots")),
                )?;
                answer.and_then(|a| a.db_cluster_snapshots().first().map(of_cluster_snapshot))
            }
        };
        Ok(found.filter(|s| s.id.as_str().eq_ignore_ascii_case(id)))
    }

    /// A snapshot of this database that is being made right now.
    pub async fn underway(&self, at: &DatabaseRef) -> Result<Option<SnapshotId>, Fault> {
        let id = at.id.as_str();
        let found: Vec<Snapshot> = match at.kind {
            DatabaseKind::Instance => {
                let request = self
                    .shared
                    .rds
                    .describe_db_snapshots()
                    .db_instance_identifier(id)
                    .max_records(PAGE);
                pages!(
                    self,
                    "rds:DescribeDBSnapshots",
                    request.clone(),
                    set_marker,
                    marker,
                    db_snapshots
                )
                .iter()
                .map(of_snapshot)
                .collect()
            }
            DatabaseKind::Cluster => {
                let request = self
                    .shared
                    .rds
                    .describe_db_cluster_snapshots()
                    .db_cluster_identifier(id);
                let request = request.max_records(PAGE);
                pages!(
                    self,
                    "rds:DescribeDBClusterSnapshots",
                    request.clone(),
                    set_marker,
                    marker,
                    db_cluster_snapshots
                )
                .iter()
                .map(of_cluster_snapshot)
                .collect()
            }
        };
        Ok(found
            .into_iter()
            .find(|s| s.status.as_str() == "creating")
            .map(|s| s.id))
    }

    /// Manual snapshots used and allowed in this region.
    pub async fn quota(&self, kind: DatabaseKind) -> Result<Quota, Fault> {
        self.gate.pass().await;
        let answer = self.shared.rds.describe_account_attributes().send().await;
        let answer = answer.map_err(self.fault("rds:DescribeAccountAttributes"))?;
        let name = match kind {
            DatabaseKind::Instance => "ManualSnapshots",
            DatabaseKind::Cluster => "ManualClusterSnapshots",
        };
        let found = answer
            .account_quotas()
            .iter()
            .find(|q| q.account_quota_name() == Some(name));
        let number = |n: Option<i64>| n.and_then(|n| u64::try_from(n).ok());
        found
            .and_then(|q| {
                Some(Quota {
                    used: number(q.used)?,
                    max: number(q.max)?,
                })
            })
            .ok_or_else(|| Fault::new(FaultKind::Missing, format!("AWS names no quota {name}")))
    }
}

/// What AWS does not know is no fault here.
fn absent<T>(answer: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match answer {
        Err(fault) if fault.kind == FaultKind::Missing => Ok(None),
        other => other.map(Some),
    }
}

fn missing(at: &DatabaseRef) -> Fault {
    Fault::new(
        FaultKind::Missing,
        format!("There is no database {}", at.id.text()),
    )
    .means("it was deleted or renamed meanwhile")
    .next("refresh the list")
}
