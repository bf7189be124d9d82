//! CloudWatch series as the panes need them (aws-facts.md §5).

use super::ecs::ServiceRef;
use super::ids::{InstanceId, MetricName};
use super::waf::AclScope;
use jiff::Timestamp;

/// What one `GetMetricData` query asks for. 0.01 USD per 1,000 of these.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// Percent of what is reserved; may exceed 100 on EC2. Average over 60 s.
    ServiceCpu(ServiceRef),
    ServiceMemory(ServiceRef),
    /// Sum over 60 s; missing means zero. `acl` and `rule` are *metric names*, not names.
    RuleBlocked {
        scope: AclScope,
        acl: MetricName,
        rule: MetricName,
    },
    RuleCounted {
        scope: AclScope,
        acl: MetricName,
        rule: MetricName,
    },
    /// Credits left of a T-class instance; 300 s.
    CpuCredits(InstanceId),
}

/// One series, oldest first; values of missing minutes are absent.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub metric: Metric,
    pub points: Vec<(Timestamp, f64)>,
    /// CloudWatch could not answer this one (`PartialData`, `Forbidden`, `InternalError`).
    pub incomplete: bool,
}

impl Series {
    /// The newest value.
    pub fn last(&self) -> Option<f64> {
        self.points.last().map(|p| p.1)
    }
}
