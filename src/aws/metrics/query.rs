//! One metric as a query, and its answer as a series.

use super::super::convert::moment;
use crate::domain::metrics::{Metric, Series};
use crate::domain::rds::DatabaseKind;
use crate::domain::waf::AclScope;
use aws_sdk_cloudwatch::types as sdk;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Which call a metric goes with: where it lives, and how far apart its values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Home {
    /// CLOUDFRONT: us-east-1.
    pub(super) global: bool,
    /// Seconds.
    pub(super) period: i32,
}

/// From when to when; both on whole periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) now: Timestamp,
}

/// What came for one metric.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Found {
    pub(super) points: BTreeMap<Timestamp, f64>,
    pub(super) incomplete: bool,
}

/// Values arrive one to three minutes late: a minute younger than this that is missing may still come.
const PROVISIONAL: SignedDuration = SignedDuration::from_mins(2);
const SHOWN: i64 = 10 * 60;
const ALB: &str = "AWS/ApplicationELB";

impl Home {
    pub(super) fn of(metric: &Metric) -> Self {
        let scope = match metric {
            Metric::RuleBlocked { scope, .. } | Metric::RuleCounted { scope, .. } => Some(*scope),
            _ => None,
        };
        Self {
            global: scope == Some(AclScope::Cloudfront),
            period: match metric {
                Metric::CpuCredits(_) => 300,
                _ => 60,
            },
        }
    }

    /// The last ten minutes on whole periods; for five-minute values twenty, so that there are some.
    pub(super) fn window(self, now: Timestamp) -> Window {
        let period = i64::from(self.period);
        let end = now.as_second().div_euclid(period) * period + period;
        let start = end - SHOWN.max(4 * period);
        let at = |second| Timestamp::from_second(second).unwrap_or(now);
        Window {
            start: at(start),
            end: at(end),
            now,
        }
    }
}

/// The query; its id carries the metric's place.
pub(super) fn query(i: usize, metric: &Metric, period: i32, region: &str) -> sdk::MetricDataQuery {
    let stat = sdk::MetricStat::builder()
        .metric(named(metric, region))
        .period(period)
        .stat(statistic(metric))
        .build();
    sdk::MetricDataQuery::builder()
        .id(format!("q{i}"))
        .metric_stat(stat)
        .build()
}

fn statistic(metric: &Metric) -> &'static str {
    match metric {
        Metric::Latency(_) => "p95",
        // The dimension of a cluster takes all its members together.
        Metric::DatabaseCpu(at) | Metric::DatabaseConnections(at)
            if at.kind == DatabaseKind::Cluster =>
        {
            "Maximum"
        }
        _ if sparse(metric) => "Sum",
        _ => "Average",
    }
}

/// Published only when it is not zero.
fn sparse(metric: &Metric) -> bool {
    matches!(
        metric,
        Metric::RuleBlocked { .. }
            | Metric::RuleCounted { .. }
            | Metric::Requests(_)
            | Metric::TargetErrors(_)
            | Metric::BalancerErrors(_)
    )
}

fn named(metric: &Metric, region: &str) -> sdk::Metric {
    let (namespace, name) = name(metric);
    let dimensions = dimensions(metric, region);
    let dimensions = dimensions.into_iter().map(|(n, v)| dimension(n, v));
    sdk::Metric::builder()
        .namespace(namespace)
        .metric_name(name)
        .set_dimensions(Some(dimensions.collect()))
        .build()
}

/// Namespace and name (aws-facts.md §5).
fn name(metric: &Metric) -> (&'static str, &'static str) {
    match metric {
        Metric::ServiceCpu(_) => ("AWS/ECS", "CPUUtilization"),
        Metric::ServiceMemory(_) => ("AWS/ECS", "MemoryUtilization"),
        Metric::RuleBlocked { .. } => ("AWS/WAFV2", "BlockedRequests"),
        Metric::RuleCounted { .. } => ("AWS/WAFV2", "CountedRequests"),
        Metric::CpuCredits(_) => ("AWS/EC2", "CPUCreditBalance"),
        Metric::Requests(_) => (ALB, "RequestCount"),
        Metric::Latency(_) => (ALB, "TargetResponseTime"),
        Metric::TargetErrors(_) => (ALB, "HTTPCode_Target_5XX_Count"),
        Metric::BalancerErrors(_) => (ALB, "HTTPCode_ELB_5XX_Count"),
        Metric::DatabaseCpu(_) => ("AWS/RDS", "CPUUtilization"),
        Metric::DatabaseConnections(_) => ("AWS/RDS", "DatabaseConnections"),
    }
}

fn dimensions<'a>(metric: &'a Metric, region: &'a str) -> Vec<(&'static str, &'a str)> {
    match metric {
        Metric::ServiceCpu(at) | Metric::ServiceMemory(at) => vec![
            ("ClusterName", at.cluster.as_str()),
            ("ServiceName", at.service.as_str()),
        ],
        Metric::RuleBlocked { scope, acl, rule } | Metric::RuleCounted { scope, acl, rule } => {
            let here = (*scope == AclScope::Regional).then_some(("Region", region));
            let both = [("WebACL", acl.as_str()), ("Rule", rule.as_str())];
            both.into_iter().chain(here).collect()
        }
        Metric::CpuCredits(id) => vec![("InstanceId", id.as_str())],
        Metric::Requests(at) | Metric::Latency(at) | Metric::TargetErrors(at) => vec![
            ("LoadBalancer", at.balancer.as_str()),
            ("TargetGroup", at.group.as_str()),
        ],
        // What it answers by itself went to no target group.
        Metric::BalancerErrors(balancer) => vec![("LoadBalancer", balancer.as_str())],
        Metric::DatabaseCpu(at) | Metric::DatabaseConnections(at) => {
            let kind = match at.kind {
                DatabaseKind::Instance => "DBInstanceIdentifier",
                DatabaseKind::Cluster => "DBClusterIdentifier",
            };
            vec![(kind, at.id.as_str())]
        }
    }
}

fn dimension(name: &str, value: &str) -> sdk::Dimension {
    sdk::Dimension::builder().name(name).value(value).build()
}

/// Adds one result to what came.
pub(super) fn add(answers: &mut BTreeMap<usize, Found>, result: &sdk::MetricDataResult) {
    let Some(i) = result
        .id()
        .and_then(|id| id.strip_prefix('q')?.parse().ok())
    else {
        return;
    };
    let found = answers.entry(i).or_default();
    let times = result.timestamps().iter().filter_map(moment);
    found
        .points
        .extend(times.zip(result.values().iter().copied()));
    found.incomplete = !matches!(result.status_code(), None | Some(sdk::StatusCode::Complete));
}

/// The series, with zeros where missing means zero.
pub(super) fn series(metric: &Metric, found: Option<&Found>, window: &Window) -> Series {
    let mut points = found.map(|f| f.points.clone()).unwrap_or_default();
    if sparse(metric) {
        fill(&mut points, window);
    }
    Series {
        metric: metric.clone(),
        points: points
            .into_iter()
            .filter(|(at, value)| *at >= window.start && value.is_finite())
            .collect(),
        incomplete: found.is_none_or(|f| f.incomplete),
    }
}

/// Zero for each missing minute, but not across the tail whose values may still come.
fn fill(points: &mut BTreeMap<Timestamp, f64>, window: &Window) {
    let minute = SignedDuration::from_mins(1);
    let settled = window.now - PROVISIONAL - minute;
    let mut at = window.start;
    while at <= settled {
        points.entry(at).or_insert(0.0);
        at += minute;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::metrics::Behind;
    use crate::domain::rds::DatabaseRef;

    fn blocked(scope: AclScope) -> Metric {
        Metric::RuleBlocked {
            scope,
            acl: "edge".into(),
            rule: "per-ip".into(),
        }
    }

    fn minute(n: i64) -> Timestamp {
        Timestamp::from_second(n * 60).expect("a time")
    }

    fn names(metric: &Metric) -> Vec<String> {
        let named = named(metric, "eu-west-1");
        named
            .dimensions()
            .iter()
            .map(|d| {
                format!(
                    "{}={}",
                    d.name().unwrap_or_default(),
                    d.value().unwrap_or_default()
                )
            })
            .collect()
    }

    #[test]
    fn regional_rules_carry_the_region_and_cloudfront_ones_do_not() {
        assert_eq!(
            names(&blocked(AclScope::Regional)),
            ["WebACL=edge", "Rule=per-ip", "Region=eu-west-1"]
        );
        assert_eq!(
            names(&blocked(AclScope::Cloudfront)),
            ["WebACL=edge", "Rule=per-ip"]
        );
        assert!(Home::of(&blocked(AclScope::Cloudfront)).global);
    }

    fn behind() -> Behind {
        Behind {
            balancer: "app/orchard/0123456789abcdef".into(),
            group: "targetgroup/api/fedcba9876543210".into(),
        }
    }

    fn database(kind: DatabaseKind) -> Metric {
        Metric::DatabaseCpu(DatabaseRef {
            kind,
            id: "orchard-db".into(),
        })
    }

    #[test]
    fn requests_are_asked_of_the_group_and_what_the_balancer_answers_of_it_alone() {
        let (balancer, group) = (
            "LoadBalancer=app/orchard/0123456789abcdef",
            "TargetGroup=targetgroup/api/fedcba9876543210",
        );
        let of_group = [
            (Metric::Requests(behind()), "Sum"),
            (Metric::Latency(behind()), "p95"),
            (Metric::TargetErrors(behind()), "Sum"),
        ];
        for (metric, stat) in of_group {
            assert_eq!(names(&metric), [balancer, group]);
            assert_eq!(statistic(&metric), stat);
        }
        let own = Metric::BalancerErrors(behind().balancer);
        assert_eq!(
            (names(&own), statistic(&own)),
            (vec![balancer.into()], "Sum")
        );
    }

    #[test]
    fn a_cluster_is_as_busy_as_its_busiest_member() {
        let one = database(DatabaseKind::Instance);
        let all = database(DatabaseKind::Cluster);
        assert_eq!(names(&one), ["DBInstanceIdentifier=orchard-db"]);
        assert_eq!(names(&all), ["DBClusterIdentifier=orchard-db"]);
        assert_eq!((statistic(&one), statistic(&all)), ("Average", "Maximum"));
    }

    #[test]
    fn a_minute_without_requests_is_zero_and_has_no_latency() {
        let window = Home::of(&Metric::Requests(behind())).window(minute(100));
        let last = |metric: Metric| series(&metric, Some(&Found::default()), &window).last();
        assert_eq!(last(Metric::Requests(behind())), Some(0.0));
        assert_eq!(last(Metric::TargetErrors(behind())), Some(0.0));
        assert_eq!(last(Metric::Latency(behind())), None);
    }

    #[test]
    fn the_window_is_whole_periods_and_reaches_beyond_now() {
        let now = Timestamp::from_second(100 * 60 + 17).expect("a time");
        let window = Home {
            global: false,
            period: 60,
        }
        .window(now);
        assert_eq!((window.start, window.end), (minute(91), minute(101)));
        let credits = Home::of(&Metric::CpuCredits("i-1".into())).window(now);
        assert_eq!((credits.start, credits.end), (minute(85), minute(105)));
    }

    #[test]
    fn a_missing_minute_is_zero_for_blocks_but_not_in_the_tail_that_may_still_come() {
        let window = Home {
            global: false,
            period: 60,
        }
        .window(minute(100));
        let found = Found {
            points: BTreeMap::from([(minute(95), 7.0)]),
            incomplete: false,
        };
        let series = series(&blocked(AclScope::Regional), Some(&found), &window);
        let last = series.points.last().expect("points");
        assert_eq!(
            (series.points[0], *last),
            ((minute(91), 0.0), (minute(97), 0.0))
        );
        assert!(series.points.contains(&(minute(95), 7.0)));
    }

    #[test]
    fn a_missing_minute_of_cpu_stays_missing() {
        let at = crate::domain::ecs::ServiceRef {
            cluster: "c".into(),
            service: "s".into(),
        };
        let window = Home {
            global: false,
            period: 60,
        }
        .window(minute(100));
        let series = series(&Metric::ServiceCpu(at), Some(&Found::default()), &window);
        assert!(series.points.is_empty() && !series.incomplete);
    }

    #[test]
    fn a_result_that_never_came_is_incomplete() {
        let window = Home {
            global: false,
            period: 60,
        }
        .window(minute(100));
        assert!(series(&blocked(AclScope::Regional), None, &window).incomplete);
    }

    #[test]
    fn values_of_one_metric_come_together_from_several_pages() {
        let page = |n: i64, status| {
            let at = aws_smithy_types::DateTime::from_secs(n * 60);
            sdk::MetricDataResult::builder()
                .id("q3")
                .timestamps(at)
                .values(n as f64)
                .status_code(status)
                .build()
        };
        let mut answers = BTreeMap::new();
        add(&mut answers, &page(95, sdk::StatusCode::PartialData));
        add(&mut answers, &page(96, sdk::StatusCode::Complete));
        let found = &answers[&3];
        assert_eq!((found.points.len(), found.incomplete), (2, false));
        add(&mut answers, &page(97, sdk::StatusCode::InternalError));
        assert!(answers[&3].incomplete);
    }
}
