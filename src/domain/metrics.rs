//! CloudWatch series as the panes need them (aws-facts.md §5).

use super::ecs::ServiceRef;
use super::ids::{BalancerName, InstanceId, MetricName, TargetGroupName};
use super::rds::DatabaseRef;
use super::waf::AclScope;
use jiff::Timestamp;

/// A target group behind the application load balancer that sends it its requests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Behind {
    pub balancer: BalancerName,
    pub group: TargetGroupName,
}

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
    /// Requests that reached a target group. Sum over 60 s; missing means zero.
    Requests(Behind),
    /// Seconds until a target answered, 95th percentile of 60 s. It cannot be put together with another's.
    Latency(Behind),
    /// 5xx answers of the targets. Sum over 60 s; missing means zero.
    TargetErrors(Behind),
    /// 5xx answers that the load balancer made itself. Sum over 60 s; missing means zero.
    BalancerErrors(BalancerName),
    /// Percent over 60 s; of a cluster its busiest member's.
    DatabaseCpu(DatabaseRef),
    /// Connections over 60 s; of a cluster those of the member that has most.
    DatabaseConnections(DatabaseRef),
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

    /// The newest value of a minute that began at this time or before it.
    pub fn last_by(&self, at: Timestamp) -> Option<f64> {
        let old = self.points.iter().rfind(|p| p.0 <= at);
        old.map(|p| p.1)
    }
}
