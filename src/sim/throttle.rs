//! AWS's request limits, as token buckets per region (aws-facts.md §1.2, §1.5, §1.7, §1.8).

use super::call::{Call, Service};
use std::collections::BTreeMap;
use std::time::Duration;

/// Requests that share a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bucket {
    name: &'static str,
    burst: f64,
    per_second: f64,
}

const fn bucket(name: &'static str, burst: f64, per_second: f64) -> Bucket {
    Bucket {
        name,
        burst,
        per_second,
    }
}

/// A limit of one operation alone, without a burst above it.
const fn alone(name: &'static str, per_second: f64) -> Bucket {
    let burst = if per_second < 1.0 { 1.0 } else { per_second };
    bucket(name, burst, per_second)
}

/// Whether requests are held to the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Throttling {
    On,
    Off,
}

/// What is left in each bucket.
#[derive(Clone, Debug)]
pub struct Throttle {
    pub mode: Throttling,
    levels: BTreeMap<(&'static str, String), Level>,
}

#[derive(Clone, Copy, Debug)]
struct Level {
    left: f64,
    at: Duration,
}

/// Whether a request may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    Free,
    Throttled,
}

impl Throttle {
    pub fn new(mode: Throttling) -> Self {
        Self {
            mode,
            levels: BTreeMap::new(),
        }
    }

    /// Takes a token for a call at this time since the start.
    pub fn pass(&mut self, call: &Call, now: Duration) -> Passage {
        let bucket = match self.mode {
            Throttling::On => bucket_of(call),
            Throttling::Off => None,
        };
        let Some(bucket) = bucket else {
            return Passage::Free;
        };
        let full = Level {
            left: bucket.burst,
            at: now,
        };
        let key = (bucket.name, call.region.clone());
        let level = self.levels.entry(key).or_insert(full);
        let passed = now.saturating_sub(level.at).as_secs_f64();
        level.left = (level.left + passed * bucket.per_second).min(bucket.burst);
        level.at = level.at.max(now);
        if level.left < 1.0 {
            return Passage::Throttled;
        }
        level.left -= 1.0;
        Passage::Free
    }
}

/// The bucket of a call; `None` where AWS publishes no limit.
fn bucket_of(call: &Call) -> Option<Bucket> {
    let operation = call.operation.as_str();
    match call.service {
        Service::Ecs => ecs(operation),
        Service::Waf => waf(operation),
        Service::Logs => logs(operation, &call.region),
        Service::CloudWatch => cloudwatch(operation),
        _ => None,
    }
}

fn ecs(operation: &str) -> Option<Bucket> {
    Some(match operation {
        "DescribeClusters" | "ListClusters" => bucket("ecs cluster read", 50.0, 20.0),
        "DescribeServices" | "ListServices" => bucket("ecs service read", 100.0, 20.0),
        "CreateService" | "DeleteService" | "UpdateService" => {
            bucket("ecs service modify", 50.0, 5.0)
        }
        "ListTasks" | "DescribeTasks" | "ListContainerInstances" | "DescribeContainerInstances" => {
            bucket("ecs resource read", 100.0, 20.0)
        }
        "RunTask" | "StartTask" | "StopTask" | "UpdateContainerInstancesState" => {
            bucket("ecs resource modify", 100.0, 40.0)
        }
        "DescribeCapacityProviders" => bucket("ecs capacity provider read", 50.0, 20.0),
        "DescribeTaskDefinition" | "ListTaskDefinitions" | "ListTaskDefinitionFamilies" => {
            bucket("ecs task definition read", 50.0, 20.0)
        }
        "ListServiceDeployments" | "DescribeServiceDeployments" => {
            bucket("ecs service deployment read", 50.0, 20.0)
        }
        "DescribeServiceRevisions" => bucket("ecs service revision read", 50.0, 20.0),
        "ListTagsForResource" => bucket("ecs tag read", 50.0, 20.0),
        "GetTaskProtection" | "UpdateTaskProtection" => bucket("ecs task protection", 200.0, 80.0),
        "ListServicesByNamespace" => bucket("ecs services by namespace", 10.0, 1.0),
        _ => return None,
    })
}

/// WAF's rates stand for each operation alone.
fn waf(operation: &str) -> Option<Bucket> {
    Some(match operation {
        "GetWebACLForResource" => alone("waf GetWebACLForResource", 1.0),
        "ListResourcesForWebACL" => alone("waf ListResourcesForWebACL", 1.0),
        "AssociateWebACL" => alone("waf AssociateWebACL", 0.5),
        "DisassociateWebACL" => alone("waf DisassociateWebACL", 0.5),
        "UpdateWebACL" => alone("waf UpdateWebACL", 1.0),
        "CreateWebACL" => alone("waf CreateWebACL", 1.0),
        "DeleteWebACL" => alone("waf DeleteWebACL", 1.0),
        "GetWebACL" => alone("waf GetWebACL", 5.0),
        "ListWebACLs" => alone("waf ListWebACLs", 5.0),
        "GetSampledRequests" => alone("waf GetSampledRequests", 5.0),
        "GetRateBasedStatementManagedKeys" => alone("waf GetRateBasedStatementManagedKeys", 5.0),
        _ => return None,
    })
}

fn logs(operation: &str, region: &str) -> Option<Bucket> {
    Some(match operation {
        "FilterLogEvents" => alone("logs FilterLogEvents", filter_rate(region)),
        "GetLogEvents" => alone("logs GetLogEvents", get_rate(region)),
        "DescribeLogGroups" => alone("logs DescribeLogGroups", 10.0),
        "DescribeLogStreams" => alone("logs DescribeLogStreams", 25.0),
        "StartQuery" => alone("logs StartQuery", 10.0),
        "GetQueryResults" => alone("logs GetQueryResults", 10.0),
        "StartLiveTail" => alone("logs StartLiveTail", 5.0),
        "CreateExportTask" => alone("logs CreateExportTask", 5.0),
        "DescribeExportTasks" => alone("logs DescribeExportTasks", 5.0),
        "PutRetentionPolicy" => alone("logs PutRetentionPolicy", 5.0),
        "TestMetricFilter" => alone("logs TestMetricFilter", 5.0),
        _ => return None,
    })
}

fn filter_rate(region: &str) -> f64 {
    match region {
        "us-east-1" => 25.0,
        "eu-central-1" | "ap-northeast-3" | "ap-southeast-3" | "ca-west-1" | "il-central-1" => 5.0,
        _ => 10.0,
    }
}

fn get_rate(region: &str) -> f64 {
    match region {
        "eu-west-3" => 30.0,
        "us-west-2" | "eu-central-1" | "eu-west-1" | "ap-northeast-3" | "ap-southeast-3"
        | "ca-west-1" | "il-central-1" => 10.0,
        _ => 25.0,
    }
}

fn cloudwatch(operation: &str) -> Option<Bucket> {
    Some(match operation {
        "GetMetricData" => alone("cloudwatch GetMetricData", 500.0),
        "GetMetricStatistics" => alone("cloudwatch GetMetricStatistics", 400.0),
        "ListMetrics" => alone("cloudwatch ListMetrics", 25.0),
        "DescribeAlarms" => alone("cloudwatch DescribeAlarms", 9.0),
        "DescribeAlarmHistory" => alone("cloudwatch DescribeAlarmHistory", 20.0),
        "DescribeAlarmsForMetric" => alone("cloudwatch DescribeAlarmsForMetric", 9.0),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::value::Value;
    use super::*;

    fn call(service: Service, operation: &str, region: &str) -> Call {
        Call {
            service,
            operation: operation.into(),
            region: region.into(),
            input: Value::Null,
        }
    }

    /// How many of `calls` at one moment pass.
    fn passing(throttle: &mut Throttle, call: &Call, calls: usize, at: Duration) -> usize {
        let free = |_: &usize| throttle.pass(call, at) == Passage::Free;
        (0..calls).filter(free).count()
    }

    #[test]
    fn a_bucket_lets_its_burst_through_and_then_its_rate() {
        let mut throttle = Throttle::new(Throttling::On);
        let read = call(Service::Ecs, "DescribeServices", "eu-west-1");
        assert_eq!(passing(&mut throttle, &read, 200, Duration::ZERO), 100);
        assert_eq!(
            passing(&mut throttle, &read, 200, Duration::from_secs(1)),
            20
        );
        assert_eq!(
            passing(&mut throttle, &read, 200, Duration::from_mins(1)),
            100
        );
    }

    #[test]
    fn operations_of_one_bucket_share_it_and_regions_do_not() {
        let mut throttle = Throttle::new(Throttling::On);
        let list = call(Service::Ecs, "ListServices", "eu-west-1");
        let describe = call(Service::Ecs, "DescribeServices", "eu-west-1");
        let elsewhere = call(Service::Ecs, "DescribeServices", "us-east-1");
        assert_eq!(passing(&mut throttle, &list, 60, Duration::ZERO), 60);
        assert_eq!(passing(&mut throttle, &describe, 60, Duration::ZERO), 40);
        assert_eq!(passing(&mut throttle, &elsewhere, 60, Duration::ZERO), 60);
    }

    #[test]
    fn frankfurt_filters_five_times_a_second_and_virginia_twenty_five() {
        let mut throttle = Throttle::new(Throttling::On);
        for (region, rate) in [
            ("eu-central-1", 5),
            ("us-east-1", 25),
            ("ap-northeast-2", 10),
        ] {
            let filter = call(Service::Logs, "FilterLogEvents", region);
            assert_eq!(
                passing(&mut throttle, &filter, 50, Duration::ZERO),
                rate,
                "{region}"
            );
        }
    }

    #[test]
    fn switched_off_or_without_a_published_limit_everything_passes() {
        let update = call(Service::Waf, "UpdateWebACL", "eu-west-1");
        let mut throttle = Throttle::new(Throttling::Off);
        assert_eq!(passing(&mut throttle, &update, 50, Duration::ZERO), 50);
        throttle.mode = Throttling::On;
        assert_eq!(passing(&mut throttle, &update, 50, Duration::ZERO), 1);
        let identity = call(Service::Sts, "GetCallerIdentity", "eu-west-1");
        assert_eq!(passing(&mut throttle, &identity, 50, Duration::ZERO), 50);
    }
}
