//! Snapshots of instances and of clusters.

use super::Kind;
use super::database::{AURORA, Cluster, Instance, RETENTION, VPC, WINDOW, arn, key};
use super::tag::Tags;
use crate::sim::value::{Value, map, named_list};
use jiff::{SignedDuration, Timestamp};

/// Who wanted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Automated,
    Manual,
}

impl Origin {
    pub fn name(self) -> &'static str {
        match self {
            Self::Automated => "automated",
            Self::Manual => "manual",
        }
    }
}

/// One snapshot.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub id: String,
    pub kind: Kind,
    pub origin: Origin,
    pub of: String,
    pub resource: String,
    pub began: Timestamp,
    /// How long it takes; what is over is available.
    pub takes: SignedDuration,
    pub progress: Progress,
    pub tags: Tags,
    facts: Facts,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Creating(u8),
    Available,
}

/// What it takes over from its database.
#[derive(Clone, Debug)]
struct Facts {
    region: String,
    zones: Vec<String>,
    engine: &'static str,
    version: &'static str,
    storage: i64,
    storage_type: &'static str,
    created: Timestamp,
}

/// The estimate as it is shown: it stays at 0 for long, and jumps.
const STEPS: [(f64, u8); 6] = [
    (0.22, 9),
    (0.34, 31),
    (0.5, 47),
    (0.66, 83),
    (0.9, 97),
    (1.0, 100),
];

impl Snapshot {
    pub fn of_instance(instance: &Instance, id: String, origin: Origin, began: Timestamp) -> Self {
        Self {
            id,
            kind: Kind::Instance,
            origin,
            of: instance.id.clone(),
            resource: instance.resource.clone(),
            began,
            takes: SignedDuration::ZERO,
            progress: Progress::Creating(0),
            tags: Tags::default(),
            facts: Facts {
                region: instance.region.clone(),
                zones: vec![instance.zone.clone()],
                engine: instance.engine,
                version: instance.version,
                storage: instance.storage,
                storage_type: instance.storage_type,
                created: instance.created,
            },
        }
    }

    pub fn of_cluster(cluster: &Cluster, id: String, origin: Origin, began: Timestamp) -> Self {
        Self {
            id,
            kind: Kind::Cluster,
            origin,
            of: cluster.id.clone(),
            resource: cluster.resource.clone(),
            began,
            takes: SignedDuration::ZERO,
            progress: Progress::Creating(0),
            tags: Tags::default(),
            facts: Facts {
                region: cluster.region.clone(),
                zones: cluster.zones.clone(),
                engine: AURORA.0,
                version: AURORA.1,
                storage: 1,
                storage_type: "aurora",
                created: cluster.created,
            },
        }
    }

    /// Goes on to `now`; whether it became available just then.
    pub fn go_on(&mut self, now: Timestamp) -> bool {
        if self.progress == Progress::Available {
            return false;
        }
        let part = now.duration_since(self.began).as_secs_f64() / self.takes.as_secs_f64().max(1.0);
        let reached = STEPS.iter().rev().find(|(from, _)| part >= *from);
        self.progress = match reached.map_or(0, |(_, percent)| *percent) {
            100 => Progress::Available,
            percent => Progress::Creating(percent),
        };
        self.progress == Progress::Available
    }

    pub fn is_underway(&self) -> bool {
        self.progress != Progress::Available
    }

    pub fn status(&self) -> &'static str {
        match self.progress {
            Progress::Creating(_) => "creating",
            Progress::Available => "available",
        }
    }

    fn percent(&self) -> i64 {
        match self.progress {
            Progress::Creating(percent) => i64::from(percent),
            Progress::Available => 100,
        }
    }

    pub fn arn(&self) -> String {
        let kind = match self.kind {
            Kind::Instance => "snapshot",
            Kind::Cluster => "cluster-snapshot",
        };
        arn(&self.facts.region, kind, &self.id)
    }

    pub fn engine(&self) -> &'static str {
        self.facts.engine
    }

    pub fn facts(&self) -> Value {
        match self.kind {
            Kind::Instance => self.instance_facts(),
            Kind::Cluster => self.cluster_facts(),
        }
    }

    fn instance_facts(&self) -> Value {
        let facts = &self.facts;
        map! {
            "DBSnapshotIdentifier" => &self.id,
            "DBInstanceIdentifier" => &self.of,
            // Known only when the data's point in time is.
            "SnapshotCreateTime" => self.began,
            "Engine" => facts.engine,
            "AllocatedStorage" => facts.storage,
            "Status" => self.status(),
            "Port" => 3306,
            "AvailabilityZone" => facts.zones.first(),
            "VpcId" => VPC,
            "InstanceCreateTime" => facts.created,
            "MasterUsername" => "admin",
            "EngineVersion" => facts.version,
            "LicenseModel" => "general-public-license",
            "SnapshotType" => self.origin.name(),
            "OptionGroupName" => "default:mariadb-10-11",
            "PercentProgress" => self.percent(),
            "StorageType" => facts.storage_type,
            "Encrypted" => true,
            "BackupRetentionPeriod" => RETENTION,
            "PreferredBackupWindow" => WINDOW,
            "KmsKeyId" => key(&facts.region),
            "DBSnapshotArn" => self.arn(),
            "IAMDatabaseAuthenticationEnabled" => false,
            "DbiResourceId" => &self.resource,
            "TagList" => self.tags.list(),
            "SnapshotTarget" => "region",
            "OriginalSnapshotCreateTime" => self.began,
            "SnapshotDatabaseTime" => self.began,
        }
    }

    fn cluster_facts(&self) -> Value {
        let facts = &self.facts;
        map! {
            "AvailabilityZones" => named_list("AvailabilityZone", &facts.zones),
            "DBClusterSnapshotIdentifier" => &self.id,
            "DBClusterIdentifier" => &self.of,
            "SnapshotCreateTime" => self.began,
            "Engine" => facts.engine,
            "EngineMode" => "provisioned",
            "AllocatedStorage" => facts.storage,
            "Status" => self.status(),
            "Port" => 3306,
            "VpcId" => VPC,
            "ClusterCreateTime" => facts.created,
            "MasterUsername" => "admin",
            "EngineVersion" => facts.version,
            "LicenseModel" => "aurora-mysql",
            "SnapshotType" => self.origin.name(),
            "PercentProgress" => self.percent(),
            "StorageEncrypted" => true,
            "BackupRetentionPeriod" => RETENTION,
            "PreferredBackupWindow" => WINDOW,
            "KmsKeyId" => key(&facts.region),
            "DBClusterSnapshotArn" => self.arn(),
            "IAMDatabaseAuthenticationEnabled" => false,
            "TagList" => self.tags.list(),
            "StorageType" => facts.storage_type,
            "DbClusterResourceId" => &self.resource,
        }
    }
}
