//! ECS: services, tasks on the group's instances, placement, deployments.

pub(super) mod crowd;
pub(super) mod definition;
mod event;
mod fleet;
mod ground;
mod input;
mod life;
mod place;
mod read;
mod rollout;
mod schedule;
mod serve;
pub(super) mod service;
pub(super) mod task;
mod tasks;
mod view;
mod write;

use super::World;
use crate::sim::call::{Answer, Refusal, Service as Api};
use crate::sim::value::Value;
use definition::Definition;
pub(super) use event::Event;
use ground::Ground;
use schedule::reconcile;
pub(super) use schedule::{Going, drain};
pub use serve::serve;
use service::{Launch, Service};
use std::collections::{BTreeSet, HashMap};
pub(super) use tasks::health as target_health;

/// The state of it; empty in a region that is not furnished.
#[derive(Debug, Default)]
pub struct Ecs {
    pub(super) cluster: Option<Cluster>,
    pub(super) services: Vec<Service>,
    pub(super) definitions: Vec<Definition>,
    names: HashMap<String, usize>,
    /// Which service a task is of.
    pub(super) tasks: HashMap<String, usize>,
    /// The services in which something moves; the others cost nothing.
    awake: BTreeSet<usize>,
    /// The services whose tasks run on the instances.
    hosted: Vec<usize>,
}

/// The one cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    pub name: String,
    /// The capacity provider of its instances.
    pub provider: String,
}

impl Ecs {
    /// Adds a service under its name.
    pub(super) fn add(&mut self, service: Service) -> usize {
        let place = self.services.len();
        self.names.insert(service.name.clone(), place);
        if service.launch == Launch::Instances {
            self.hosted.push(place);
        }
        for task in &service.tasks {
            self.tasks.insert(task.id.clone(), place);
        }
        self.services.push(service);
        self.awake.insert(place);
        place
    }

    /// The place of a service by its name.
    pub(super) fn place_of(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    /// A service by its name.
    pub(super) fn find(&self, name: &str) -> Option<&Service> {
        self.services.get(self.place_of(name)?)
    }

    /// Wants so many tasks of a service. True where that is news.
    pub(super) fn want(&mut self, place: usize, desired: u32) -> bool {
        self.awake.insert(place);
        let service = &mut self.services[place];
        let news = service.desired != desired;
        service.desired = desired;
        news
    }

    /// The service that AAS calls `service/orchard/api`.
    pub(super) fn by_resource(&self, resource: &str) -> Option<usize> {
        let rest = resource.strip_prefix("service/")?;
        let (cluster, service) = rest.split_once('/')?;
        let here = self.cluster.as_ref().is_some_and(|c| c.name == cluster);
        self.place_of(service).filter(|_| here)
    }

    /// The places of the services whose tasks run on the instances.
    pub(super) fn hosted(&self) -> &[usize] {
        &self.hosted
    }

    pub(super) fn wake(&mut self, place: usize) {
        self.awake.insert(place);
    }
}

/// One second of it: what is awake moves on, and sleeps once it is steady.
pub fn tick(world: &mut World) {
    let awake: Vec<usize> = world.ecs.awake.iter().copied().collect();
    for place in awake {
        let (ecs, mut ground) = Ground::of(world);
        let service = &mut ecs.services[place];
        life::step(service, &mut ground);
        reconcile(service, ecs.definitions, &mut ground);
        place::place(service, ecs.definitions, &mut ground);
        life::forget(service, ecs.tasks, ground.now);
        for id in service.born.drain(..) {
            ecs.tasks.insert(id, place);
        }
        if service.settled() {
            ecs.awake.remove(&place);
        }
    }
    serve::measure(world);
}

/// Answers one operation.
pub fn handle(world: &mut World, operation: &str, input: &Value) -> Answer {
    match operation {
        "ListClusters" => read::list_clusters(world, input),
        "DescribeClusters" => read::describe_clusters(world, input),
        "ListServices" => read::list_services(world, input),
        "DescribeServices" => read::describe_services(world, input),
        "ListTasks" => tasks::list(world, input),
        "DescribeTasks" => tasks::describe(world, input),
        "StopTask" => write::stop_task(world, input),
        "ListContainerInstances" => fleet::list(world, input),
        "DescribeContainerInstances" => fleet::describe(world, input),
        "DescribeCapacityProviders" => fleet::providers(world, input),
        "DescribeTaskDefinition" => definition::describe(world, input),
        "ListTaskDefinitions" => definition::list_all(world, input),
        "ListTaskDefinitionFamilies" => definition::families(world, input),
        "ListAttributes" => fleet::attributes(world, input),
        "UpdateService" => write::update_service(world, input),
        "ListServiceDeployments" => rollout::list_deployments(world, input),
        "DescribeServiceDeployments" => rollout::describe(world, input),
        "DescribeServiceRevisions" => rollout::revisions(world, input),
        "ListTagsForResource" => read::tags(world, input),
        _ => Err(Refusal::no_operation(Api::Ecs, operation)),
    }
}

#[cfg(test)]
#[path = "ecs_tests.rs"]
mod tests;
