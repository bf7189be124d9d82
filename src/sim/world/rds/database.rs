//! Instances and clusters as they are described.

use super::tag::Tags;
use crate::sim::account::ACCOUNT_ID;
use crate::sim::value::{Value, map, named_list};
use jiff::Timestamp;

/// One DB instance.
#[derive(Clone, Debug)]
pub struct Instance {
    pub id: String,
    pub region: String,
    pub zone: String,
    pub class: &'static str,
    pub engine: &'static str,
    pub version: &'static str,
    pub status: &'static str,
    /// GiB; Aurora shows 1.
    pub storage: i64,
    pub storage_type: &'static str,
    pub created: Timestamp,
    pub resource: String,
    /// The cluster that it is a member of.
    pub cluster: Option<String>,
    pub tags: Tags,
}

/// One Aurora cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    pub id: String,
    pub region: String,
    pub zones: Vec<String>,
    pub status: &'static str,
    pub created: Timestamp,
    pub resource: String,
    /// The first one writes.
    pub members: Vec<String>,
    pub tags: Tags,
}

/// Days that automated snapshots are kept.
pub const RETENTION: i64 = 7;
/// When they are taken, in UTC.
pub const WINDOW: &str = "03:00-03:30";
pub const MAINTENANCE: &str = "sun:18:00-sun:18:30";
/// The engine of the clusters.
pub const AURORA: (&str, &str) = ("aurora-mysql", "8.0.mysql_aurora.3.08.0");
pub const VPC: &str = "vpc-0a1b2c3d4e5f60718";

/// The ARN of something of RDS's.
pub fn arn(region: &str, kind: &str, id: &str) -> String {
    format!("arn:aws:rds:{region}:{ACCOUNT_ID}:{kind}:{id}")
}

fn group(region: &str) -> Value {
    let subnets = ["a", "c"].map(|zone| {
        map! {
            "SubnetIdentifier" => format!("subnet-0{zone}1b2c3d4e5f60718"),
            "SubnetAvailabilityZone" => map! { "Name" => format!("{region}{zone}") },
            "SubnetStatus" => "Active",
        }
    });
    map! {
        "DBSubnetGroupName" => "orchard",
        "DBSubnetGroupDescription" => "private subnets",
        "VpcId" => VPC,
        "SubnetGroupStatus" => "Complete",
        "Subnets" => named_list("Subnet", subnets),
    }
}

fn security_groups() -> Value {
    let group = map! { "VpcSecurityGroupId" => "sg-0fedcba9876543210", "Status" => "active" };
    named_list("VpcSecurityGroupMembership", [group])
}

impl Instance {
    pub fn arn(&self) -> String {
        arn(&self.region, "db", &self.id)
    }

    /// The name of its parameter group.
    pub fn parameters(&self) -> String {
        format!("orchard-{}", self.engine)
    }

    /// The family of its parameter group: the engine with its major version.
    pub fn family(&self) -> String {
        let major: Vec<&str> = self.version.split('.').take(2).collect();
        format!("{}{}", self.engine, major.join("."))
    }

    pub fn facts(&self, now: Timestamp) -> Value {
        let aurora = self.cluster.is_some();
        let exports = (!aurora).then(|| named_list("member", ["slowquery"]));
        let parameters = map! {
            "DBParameterGroupName" => self.parameters(),
            "ParameterApplyStatus" => "in-sync",
        };
        map! {
            "DBInstanceIdentifier" => &self.id,
            "DBInstanceClass" => self.class,
            "Engine" => self.engine,
            "DBInstanceStatus" => self.status,
            "MasterUsername" => "admin",
            "DBName" => "orchard",
            "Endpoint" => map! {
                "Address" => format!("{}.c0ffee.{}.rds.amazonaws.com", self.id, self.region),
                "Port" => 3306,
                "HostedZoneId" => "ZLA2NUCOLGUUR",
            },
            "AllocatedStorage" => self.storage,
            "InstanceCreateTime" => self.created,
            "PreferredBackupWindow" => WINDOW,
            "BackupRetentionPeriod" => RETENTION,
            "VpcSecurityGroups" => security_groups(),
            "DBParameterGroups" => named_list("DBParameterGroup", [parameters]),
            "AvailabilityZone" => &self.zone,
            "DBSubnetGroup" => group(&self.region),
            "PreferredMaintenanceWindow" => MAINTENANCE,
            "PendingModifiedValues" => map! {},
            "LatestRestorableTime" => (!aurora).then(|| minutes_ago(now, 5)),
            "MultiAZ" => false,
            "EngineVersion" => self.version,
            "AutoMinorVersionUpgrade" => true,
            "ReadReplicaDBInstanceIdentifiers" => named_list("ReadReplicaDBInstanceIdentifier", Vec::<Value>::new()),
            "LicenseModel" => "general-public-license",
            "PubliclyAccessible" => false,
            "StorageType" => self.storage_type,
            "DbInstancePort" => 0,
            "DBClusterIdentifier" => self.cluster.as_deref(),
            "StorageEncrypted" => true,
            "KmsKeyId" => key(&self.region),
            "DbiResourceId" => &self.resource,
            "CACertificateIdentifier" => "rds-ca-rsa2048-g1",
            "CopyTagsToSnapshot" => true,
            "MonitoringInterval" => 0,
            "PromotionTier" => aurora.then_some(1),
            "DBInstanceArn" => self.arn(),
            "IAMDatabaseAuthenticationEnabled" => false,
            "PerformanceInsightsEnabled" => false,
            "EnabledCloudwatchLogsExports" => exports,
            "DeletionProtection" => true,
            "TagList" => self.tags.list(),
        }
    }
}

impl Cluster {
    pub fn arn(&self) -> String {
        arn(&self.region, "cluster", &self.id)
    }

    pub fn facts(&self, now: Timestamp) -> Value {
        let host =
            |part: &str| format!("{}.{part}c0ffee.{}.rds.amazonaws.com", self.id, self.region);
        let members = self.members.iter().enumerate().map(|(number, id)| {
            map! {
                "DBInstanceIdentifier" => id,
                "IsClusterWriter" => number == 0,
                "DBClusterParameterGroupStatus" => "in-sync",
                "PromotionTier" => 1,
            }
        });
        map! {
            "AllocatedStorage" => 1,
            "AvailabilityZones" => named_list("AvailabilityZone", &self.zones),
            "BackupRetentionPeriod" => RETENTION,
            "DatabaseName" => "orchard",
            "DBClusterIdentifier" => &self.id,
            "DBClusterParameterGroup" => "orchard-aurora",
            "DBSubnetGroup" => "orchard",
            "Status" => self.status,
            "EarliestRestorableTime" => minutes_ago(now, RETENTION * 1_440),
            "Endpoint" => host("cluster-"),
            "ReaderEndpoint" => host("cluster-ro-"),
            "MultiAZ" => true,
            "Engine" => AURORA.0,
            "EngineVersion" => AURORA.1,
            "LatestRestorableTime" => minutes_ago(now, 5),
            "Port" => 3306,
            "MasterUsername" => "admin",
            "PreferredBackupWindow" => WINDOW,
            "PreferredMaintenanceWindow" => MAINTENANCE,
            "DBClusterMembers" => named_list("DBClusterMember", members),
            "VpcSecurityGroups" => security_groups(),
            "HostedZoneId" => "ZLA2NUCOLGUUR",
            "StorageEncrypted" => true,
            "KmsKeyId" => key(&self.region),
            "DbClusterResourceId" => &self.resource,
            "DBClusterArn" => self.arn(),
            "IAMDatabaseAuthenticationEnabled" => false,
            "ClusterCreateTime" => self.created,
            "EngineMode" => "provisioned",
            "DeletionProtection" => true,
            "HttpEndpointEnabled" => false,
            "CopyTagsToSnapshot" => true,
            "TagList" => self.tags.list(),
        }
    }
}

/// The key that the storage is encrypted with.
pub fn key(region: &str) -> String {
    format!("arn:aws:kms:{region}:{ACCOUNT_ID}:key/3c1d5e7f-0000-4000-8000-0a1b2c3d4e5f")
}

fn minutes_ago(now: Timestamp, minutes: i64) -> Timestamp {
    let at = now.as_second().div_euclid(60) * 60 - minutes * 60;
    Timestamp::from_second(at).unwrap_or(now)
}
