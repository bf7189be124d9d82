//! The requests that change something, as plain data. What is sent comes from here and nowhere else.

use super::backstop::{Bounds, RecordRef, Timer};
use super::backup::Backup;
use super::ecs::ServiceRef;
use super::fault::Fault;
use super::ids::{GroupName, RequestId};
use super::waf::{RawAcl, RawJson, RuleRef};

/// One value of a web ACL's document to be replaced.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleEdit {
    /// The whole action object.
    Action(RawJson),
    Limit(u64),
}

/// One request. Fields that are `None` are not sent: AWS leaves them as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// `application-autoscaling:RegisterScalableTarget`.
    RegisterScalableTarget {
        at: ServiceRef,
        min: Option<u32>,
        max: Option<u32>,
    },
    /// `ecs:UpdateService` with cluster, service and desiredCount alone.
    UpdateService { at: ServiceRef, desired: u32 },
    /// `autoscaling:UpdateAutoScalingGroup`.
    UpdateGroup {
        name: GroupName,
        min: Option<u32>,
        max: Option<u32>,
        desired: Option<u32>,
    },
    /// `wafv2:UpdateWebACL` of `document` with exactly one value replaced, under its lock token.
    UpdateWebAcl {
        rule: RuleRef,
        edit: RuleEdit,
        document: RawAcl,
    },
    /// `rds:CreateDBSnapshot` or `rds:CreateDBClusterSnapshot`, tagged.
    CreateSnapshot {
        backup: Backup,
        tags: Vec<(String, String)>,
    },
    /// `PutScheduledAction` or `PutScheduledUpdateGroupAction`, once, min and max.
    Arm(Timer),
    /// `DeleteScheduledAction`; one that is gone has run.
    Disarm(Timer),
    /// `ssm:PutParameter` without overwrite.
    Lock(RecordRef),
    /// `ssm:DeleteParameter`.
    Unlock(RecordRef),
    /// `ssm:PutParameter` over our own record: a sign of life, and the end as it is now.
    Renew(RecordRef),
}

impl Write {
    /// What an errand is about, for the record.
    pub fn errand_on(&self) -> String {
        match self {
            Self::Lock(at) | Self::Unlock(at) | Self::Renew(at) => at.name.to_string(),
            Self::Arm(timer) | Self::Disarm(timer) => timer.name.to_string(),
            _ => String::new(),
        }
    }

    /// The IAM action, as IAM writes it.
    pub fn action(&self) -> &'static str {
        use super::rds::DatabaseKind::Cluster;
        match self {
            Self::RegisterScalableTarget { .. } => "application-autoscaling:RegisterScalableTarget",
            Self::UpdateService { .. } => "ecs:UpdateService",
            Self::UpdateGroup { .. } => "autoscaling:UpdateAutoScalingGroup",
            Self::UpdateWebAcl { .. } => "wafv2:UpdateWebACL",
            Self::CreateSnapshot { backup, .. } if backup.database.kind == Cluster => {
                "rds:CreateDBClusterSnapshot"
            }
            Self::CreateSnapshot { .. } => "rds:CreateDBSnapshot",
            Self::Arm(timer) => match timer.of {
                Bounds::Target(_) => "application-autoscaling:PutScheduledAction",
                Bounds::Group(_) => "autoscaling:PutScheduledUpdateGroupAction",
            },
            Self::Disarm(timer) => match timer.of {
                Bounds::Target(_) => "application-autoscaling:DeleteScheduledAction",
                Bounds::Group(_) => "autoscaling:DeleteScheduledAction",
            },
            Self::Lock(_) | Self::Renew(_) => "ssm:PutParameter",
            Self::Unlock(_) => "ssm:DeleteParameter",
        }
    }
}

/// What became of one request. Every caller has to tell these four apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// AWS took it.
    Done { request: Option<RequestId> },
    /// AWS answered no: nothing was changed.
    Refused(Fault),
    /// It never left this machine: nothing was changed.
    NotSent(Fault),
    /// It left, and no clear answer came: to be read back, never sent blindly again.
    Unknown(Fault),
}
