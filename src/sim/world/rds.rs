//! RDS: databases, snapshots, what happened to them (aws-facts.md §1.6, §2.7).

mod ask;
mod create;
mod database;
mod event;
mod file;
mod furniture;
mod measure;
mod nightly;
mod page;
mod snapshot;
mod tag;

use super::flow::Served;
use super::{Config, World};
use crate::sim::call::{Answer, Refusal, Service};
use crate::sim::value::Value;
use database::{Cluster, Instance};
use event::Events;
use measure::Measures;
use snapshot::Snapshot;

/// The state of it; empty in a region that is not furnished.
#[derive(Debug, Default)]
pub struct Rds {
    instances: Vec<Instance>,
    clusters: Vec<Cluster>,
    snapshots: Vec<Snapshot>,
    events: Events,
    measures: Measures,
}

/// What is snapshotted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Instance,
    Cluster,
}

impl Rds {
    /// Remembers what the services served: the databases are as busy.
    pub fn observe(&mut self, served: &[Served]) {
        self.measures.observe(served);
    }

    /// How busy the databases are, 0 to 1.
    pub fn busy(&self) -> f64 {
        self.measures.busy()
    }

    fn instance(&mut self, id: &str) -> Option<&mut Instance> {
        self.instances
            .iter_mut()
            .find(|instance| instance.id.eq_ignore_ascii_case(id))
    }

    fn cluster(&mut self, id: &str) -> Option<&mut Cluster> {
        self.clusters
            .iter_mut()
            .find(|cluster| cluster.id.eq_ignore_ascii_case(id))
    }
}

/// Answers one operation.
pub fn handle(world: &mut World, operation: &str, input: &Value) -> Answer {
    match operation {
        "DescribeDBInstances" => ask::describe_instances(world, input),
        "DescribeDBClusters" => ask::describe_clusters(world, input),
        "DescribeDBSnapshots" => ask::describe_snapshots(world, Kind::Instance, input),
        "DescribeDBClusterSnapshots" => ask::describe_snapshots(world, Kind::Cluster, input),
        "DescribeEvents" => event::describe_events(world, input),
        "DescribeDBLogFiles" => file::describe_log_files(world, input),
        "DescribeDBParameterGroups" => file::describe_parameter_groups(world, input),
        "DescribeAccountAttributes" => Ok(ask::describe_account_attributes(world)),
        "DescribePendingMaintenanceActions" => ask::describe_pending_maintenance(input),
        "CreateDBSnapshot" => create::create(world, Kind::Instance, input),
        "CreateDBClusterSnapshot" => create::create(world, Kind::Cluster, input),
        "DeleteDBSnapshot" => create::delete(world, Kind::Instance, input),
        "DeleteDBClusterSnapshot" => create::delete(world, Kind::Cluster, input),
        "ListTagsForResource" => tag::list_tags(world, input),
        "AddTagsToResource" => tag::add_tags(world, input),
        "RemoveTagsFromResource" => tag::remove_tags(world, input),
        _ => Err(Refusal::no_operation(Service::Rds, operation)),
    }
}

/// One second of it: snapshots go on, the night's are taken, metrics are kept.
pub fn tick(world: &mut World) {
    create::progress(world);
    nightly::tick(world);
    measure::tick(world);
}

/// The databases of the home region.
pub fn furnish(world: &mut World, _config: &Config) {
    furniture::furnish(world);
}

/// A refusal of a parameter's value.
fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::client("InvalidParameterValue", message)
}

/// A text that must be there.
fn required<'a>(input: &'a Value, member: &str) -> Result<&'a str, Refusal> {
    let text = input.get(member).and_then(Value::as_text);
    text.filter(|text| !text.is_empty()).ok_or_else(|| {
        Refusal::client(
            "MissingParameter",
            format!("The request must contain the parameter {member}."),
        )
    })
}

#[cfg(test)]
mod tests;
