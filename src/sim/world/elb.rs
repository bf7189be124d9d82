//! Elastic Load Balancing: the load balancer before the services.

mod attributes;
mod describe;
mod rules;
mod series;

use super::World;
use super::flow::Served;
use crate::sim::call::{Answer, Refusal, Service};
use crate::sim::value::Value;
use jiff::Timestamp;
pub(super) use series::{BalancerSeries, GroupSeries, past};

/// The state of it; empty in a region that is not furnished.
#[derive(Debug, Default)]
pub struct Elb {
    pub(super) balancer: Option<Balancer>,
    pub(super) groups: Vec<TargetGroup>,
    /// Paths that begin so go to the group of that place; all others to the first.
    pub(super) rules: Vec<(&'static str, usize)>,
}

/// The one load balancer.
#[derive(Clone, Debug)]
pub struct Balancer {
    pub name: String,
    /// 16 hexadecimal digits.
    pub hex: String,
    pub created: Timestamp,
    pub series: BalancerSeries,
}

/// A target group, and the service whose tasks are in it.
#[derive(Clone, Debug)]
pub struct TargetGroup {
    pub arn: String,
    pub name: String,
    pub port: u16,
    pub health_path: &'static str,
    pub service: String,
    /// Requests a second that one task answers at its full strength.
    pub carries: f64,
    pub series: GroupSeries,
}

impl Balancer {
    /// `app/orchard/0123456789abcdef`: also the name in its metrics.
    pub fn dimension(&self) -> String {
        format!("app/{}/{}", self.name, self.hex)
    }
}

impl Elb {
    /// The group that requests to a path go to.
    pub(super) fn route(&self, path: &str) -> Option<usize> {
        let rule = self.rules.iter().find(|(start, _)| path.starts_with(start));
        let place = rule.map_or(0, |(_, place)| *place);
        (place < self.groups.len()).then_some(place)
    }
}

/// Counts what a group's targets answered within this second.
pub(super) fn count(world: &mut World, group: usize, served: &[Served]) {
    series::count(world, group, served);
}

/// Answers one operation.
pub fn handle(world: &mut World, operation: &str, input: &Value) -> Answer {
    match operation {
        "DescribeLoadBalancers" => describe::balancers(world, input),
        "DescribeTargetGroups" => describe::groups(world, input),
        "DescribeTargetHealth" => describe::health(world, input),
        "DescribeListeners" => rules::listeners(world, input),
        "DescribeRules" => rules::rules(world, input),
        "DescribeLoadBalancerAttributes" => attributes::balancer(world, input),
        "DescribeTargetGroupAttributes" => attributes::group(world, input),
        "DescribeTags" => describe::tags(world, input),
        _ => Err(Refusal::no_operation(Service::Elb, operation)),
    }
}
