//! CloudWatch: what is asked of metrics, and alarms.

pub(super) mod alarm;
mod data;
mod describe;
mod input;
mod metric;
mod stat;

use super::World;
use super::ecs::crowd;
use super::metrics::{Key, Point};
use crate::sim::call::{Answer, Refusal, Service};
use crate::sim::value::Value;
pub(super) use alarm::Alarm;
use jiff::Timestamp;
pub(super) use stat::Stat;

/// The state of it.
#[derive(Debug, Default)]
pub struct CloudWatch {
    pub(super) alarms: Vec<Alarm>,
    pub(super) composites: Vec<alarm::Composite>,
}

impl CloudWatch {
    pub(super) fn alarm(&self, name: &str) -> Option<&Alarm> {
        self.alarms.iter().find(|a| a.name == name)
    }
}

/// The points of a series within a time; the minute that goes on is not published yet.
pub(super) fn points(world: &World, key: &Key, from: Timestamp, to: Timestamp) -> Vec<Point> {
    let this_minute = world.now.as_second().div_euclid(60) * 60;
    let to = Timestamp::from_second(this_minute).map_or(to, |end| to.min(end));
    match world.metrics.find(key) {
        Some(id) => world.metrics.points(id, from, to).copied().collect(),
        None => crowd::points(world, key, from, to).unwrap_or_default(),
    }
}

/// The alarms' first look, at the numbers of the past.
pub(super) fn settle(world: &mut World) {
    alarm::evaluate_all(world);
}

/// Alarms are looked at each minute, once the minute is over.
pub fn tick(world: &mut World) {
    if world.now.as_second() % 60 == 0 {
        alarm::evaluate_all(world);
    }
}

/// Answers one operation.
pub fn handle(world: &mut World, operation: &str, input: &Value) -> Answer {
    match operation {
        "GetMetricData" => data::get(world, input),
        "GetMetricStatistics" => data::statistics(world, input),
        "ListMetrics" => metric::list_all(world, input),
        "PutMetricData" => metric::put(world, input),
        "DescribeAlarms" => describe::alarms(world, input),
        "DescribeAlarmsForMetric" => describe::for_metric(world, input),
        "DescribeAlarmHistory" => describe::history(world, input),
        "SetAlarmState" => alarm::set(world, input),
        _ => Err(Refusal::no_operation(Service::CloudWatch, operation)),
    }
}
