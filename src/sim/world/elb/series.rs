//! The load balancer's numbers, as AWS/ApplicationELB has them.

use super::super::World;
use super::super::ecs::task::Target;
use super::super::flow::Served;
use super::super::metrics::{Key, Metrics, SeriesId};
use jiff::Timestamp;

const NAMESPACE: &str = "AWS/ApplicationELB";

/// Of the load balancer as a whole.
#[derive(Clone, Copy, Debug)]
pub struct BalancerSeries {
    requests: SeriesId,
    seconds: SeriesId,
    classes: [SeriesId; 4],
    elb_5xx: SeriesId,
}

/// Of one target group.
#[derive(Clone, Copy, Debug)]
pub struct GroupSeries {
    whole: BalancerSeries,
    per_target: SeriesId,
    healthy: SeriesId,
    unhealthy: SeriesId,
}

const CLASSES: [&str; 4] = ["2XX", "3XX", "4XX", "5XX"];

impl BalancerSeries {
    pub fn new(metrics: &mut Metrics, dimensions: &[(&str, &str)]) -> Self {
        let mut series = |name: &str| metrics.series(Key::new(NAMESPACE, name, dimensions));
        let made = Self {
            requests: series("RequestCount"),
            seconds: series("TargetResponseTime"),
            classes: CLASSES.map(|class| series(&format!("HTTPCode_Target_{class}_Count"))),
            elb_5xx: series("HTTPCode_ELB_5XX_Count"),
        };
        metrics.keep_spread(made.seconds);
        made
    }
}

impl GroupSeries {
    pub fn new(metrics: &mut Metrics, balancer: &str, group: &str) -> Self {
        let both = [("LoadBalancer", balancer), ("TargetGroup", group)];
        let whole = BalancerSeries::new(metrics, &both);
        let mut series = |name: &str| metrics.series(Key::new(NAMESPACE, name, &both));
        Self {
            whole,
            per_target: series("RequestCountPerTarget"),
            healthy: series("HealthyHostCount"),
            unhealthy: series("UnHealthyHostCount"),
        }
    }
}

/// What was answered within this second.
pub fn count(world: &mut World, group: usize, served: &[Served]) {
    let now = world.now;
    let Some(balancer) = world.elb.balancer.as_ref().map(|b| b.series) else {
        return;
    };
    let of = world.elb.groups[group].series;
    let targets = hosts(world, group);
    let metrics = &mut world.metrics;
    for series in [balancer, of.whole] {
        tally(metrics, series, served, now);
    }
    let requests: u32 = served.iter().map(|s| s.requests).sum();
    if let Some(hosts) = targets {
        metrics.record(of.per_target, now, f64::from(requests) / hosts.max(1.0));
        if now.as_second() % 20 == 0 {
            metrics.record(of.healthy, now, hosts);
            metrics.record(of.unhealthy, now, 0.0);
        }
    }
}

/// Healthy targets of a group.
fn hosts(world: &World, group: usize) -> Option<f64> {
    let service = world.ecs.find(&world.elb.groups[group].service)?;
    let healthy = service.tasks.iter().filter(|t| t.target == Target::Healthy);
    Some(healthy.count() as f64)
}

fn tally(metrics: &mut Metrics, series: BalancerSeries, served: &[Served], now: Timestamp) {
    let mut requests = 0;
    let mut classes = [0_u32; 4];
    let mut refused = 0;
    for part in served {
        // A load balancer that has no target answers by itself, at once.
        if part.status == 503 && part.millis < 1.0 {
            refused += part.requests;
            continue;
        }
        requests += part.requests;
        let class = usize::from(part.status / 100).clamp(2, 5) - 2;
        classes[class] += part.requests;
        metrics.record_many(series.seconds, now, part.millis / 1000.0, part.requests);
    }
    metrics.record(series.requests, now, f64::from(requests));
    for (id, count) in series.classes.into_iter().zip(classes) {
        nonzero(metrics, id, now, count);
    }
    nonzero(metrics, series.elb_5xx, now, refused);
}

/// AWS publishes these only where there are any.
fn nonzero(metrics: &mut Metrics, id: SeriesId, now: Timestamp, count: u32) {
    if count > 0 {
        metrics.record(id, now, f64::from(count));
    }
}

/// A minute before the world began: so many requests, each this long.
pub fn past(world: &mut World, group: usize, at: Timestamp, requests: f64, seconds: f64) {
    let Some(balancer) = world.elb.balancer.as_ref().map(|b| b.series) else {
        return;
    };
    let of = world.elb.groups[group].series;
    let hosts = hosts(world, group).unwrap_or(1.0).max(1.0);
    let metrics = &mut world.metrics;
    for series in [balancer, of.whole] {
        metrics.record(series.requests, at, requests);
        metrics.record(series.classes[0], at, (requests * 0.985).round());
        metrics.record(series.classes[2], at, (requests * 0.015).round());
        let count = requests as u32;
        for (part, factor) in [(60, 0.8), (30, 1.1), (8, 1.8), (2, 3.0)] {
            metrics.record_many(series.seconds, at, seconds * factor, count * part / 100);
        }
    }
    metrics.record(of.per_target, at, requests / hosts);
    metrics.record(of.healthy, at, hosts);
    metrics.record(of.unhealthy, at, 0.0);
}
