//! CloudWatch Logs: groups, streams, events (aws-facts.md §4).
//!
//! Events are recipes until somebody reads them, and their number is bounded by
//! memory: what is oldest goes first.

mod export;
mod filter;
mod group;
mod input;
mod line;
mod pattern;
mod put;
mod store;
mod stream;
pub mod tail;
mod write;

pub use line::uuid;
pub use write::blocked;

use super::flow::Served;
use super::{Config, World};
use crate::sim::call::{Answer, Refusal, Service};
use crate::sim::value::Value;
use group::Group;
use line::Line;
use std::collections::BTreeMap;
use store::{Body, Event};
use tail::Tails;

/// What all groups together may take in memory, where nothing else is said.
pub const CAP: usize = 12 << 20;

/// The state of it; empty in a region that is not furnished.
#[derive(Debug, Default)]
pub struct Logs {
    groups: BTreeMap<String, Group>,
    /// Written, but not ingested yet, by the millisecond in which they will be.
    late: BTreeMap<i64, Vec<Late>>,
    tails: Tails,
    writer: write::Writer,
    /// Calls of `FilterLogEvents`: now and then one finds its first page empty.
    reads: u64,
    cap: Option<usize>,
}

/// An event on its way.
#[derive(Debug)]
struct Late {
    group: String,
    at: i64,
    stream: u32,
    line: Line,
}

/// Answers one operation.
pub fn handle(world: &mut World, operation: &str, input: &Value) -> Answer {
    match operation {
        "FilterLogEvents" => filter::filter_log_events(world, input),
        "GetLogEvents" => stream::get_log_events(world, input),
        "DescribeLogGroups" => group::describe_log_groups(world, input),
        "ListLogGroups" => group::list_log_groups(world, input),
        "DescribeLogStreams" => stream::describe_log_streams(world, input),
        "PutLogEvents" => put::put_log_events(world, input),
        "CreateLogGroup" => group::create_log_group(world, input),
        "DeleteLogGroup" => group::delete_log_group(world, input),
        "CreateLogStream" => stream::create_log_stream(world, input),
        "PutRetentionPolicy" => group::put_retention_policy(world, input),
        "DeleteRetentionPolicy" => group::delete_retention_policy(world, input),
        "DescribeMetricFilters" => group::describe_metric_filters(world, input),
        "DescribeExportTasks" => export::describe_export_tasks(world, input),
        "ListTagsForResource" => group::list_tags(world, input),
        "TestMetricFilter" => filter::test_metric_filter(input),
        _ => Err(Refusal::no_operation(Service::Logs, operation)),
    }
}

/// Writes the lines of what was served.
pub fn write(world: &mut World, served: &[Served]) {
    write::write(world, served);
}

/// One second of it: what was late comes in, what is too old or too much goes.
pub fn tick(world: &mut World) {
    let now = world.now.as_millisecond();
    let logs = &mut world.logs;
    let coming = logs.late.split_off(&(now + 1));
    for late in std::mem::replace(&mut logs.late, coming)
        .into_values()
        .flatten()
    {
        logs.take(
            &late.group,
            late.at,
            now,
            late.stream,
            Body::Line(late.line),
        );
    }
    for group in logs.groups.values_mut() {
        group.store.settle(now);
        group.expire(now);
    }
    logs.shrink();
    write::count(world);
}

/// The log groups of the home region.
pub fn furnish(world: &mut World, config: &Config) {
    let now = world.now.as_millisecond();
    for (name, retention, server) in GROUPS {
        let mut group = Group::new(&world.region, name, now - 200 * DAY);
        group.retention = *retention;
        group.server = server;
        world.logs.groups.insert((*name).to_owned(), group);
    }
    world.logs.writer.rate = config.log_rate;
    world.logs.cap = Some(config.log_memory);
}

const DAY: i64 = 86_400_000;

/// The groups of the home region, how long they keep, and who writes in them.
const GROUPS: &[(&str, Option<i64>, &str)] = &[
    (write::WAF, Some(30), "waf"),
    (write::SLOW, Some(14), "orchard-db"),
    (write::ADMIN, Some(7), "dailyge-admin"),
    (write::API, Some(1), "dailyge-api"),
    (write::BATCH, Some(7), "dailyge-batch"),
];

impl Logs {
    /// Takes in an event now; the tails see it.
    fn take(&mut self, name: &str, at: i64, now: i64, stream: u32, body: Body) {
        let Some(group) = self.groups.get_mut(name) else {
            return;
        };
        self.tails.see(group, at, now, stream, &body);
        group.take(at, now, stream, body);
    }

    /// Forgets the oldest of the largest group until all fit.
    fn shrink(&mut self) {
        let cap = self.cap.unwrap_or(CAP);
        while self.bytes() > cap {
            let largest = self
                .groups
                .values_mut()
                .max_by_key(|group| group.store.bytes());
            if !largest.is_some_and(|group| group.store.forget_oldest()) {
                return;
            }
        }
    }

    /// The group that WAF writes to, where there is one.
    pub(super) fn name_of_waf(&self) -> Option<&'static str> {
        self.groups.contains_key(write::WAF).then_some(write::WAF)
    }

    fn bytes(&self) -> usize {
        self.groups.values().map(|group| group.store.bytes()).sum()
    }

    fn group(&mut self, name: &str) -> Result<&mut Group, Refusal> {
        self.groups.get_mut(name).ok_or_else(no_group)
    }
}

fn no_group() -> Refusal {
    Refusal::client(
        "ResourceNotFoundException",
        "The specified log group does not exist.",
    )
}

/// What a reader of a group gets to see of an event.
fn message(group: &Group, event: &Event) -> String {
    event.text(group.server)
}

#[cfg(test)]
mod tests;
