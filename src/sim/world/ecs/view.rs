//! Clusters, services and deployments as ECS shows them.

use super::super::World;
use super::event::Event;
use super::input::tag_list;
use super::service::{Counts, Deployment, Launch, Service};
use crate::sim::value::{Value, list, map};

pub fn cluster(world: &World, tags: bool) -> Value {
    let Some(cluster) = &world.ecs.cluster else {
        return Value::Null;
    };
    let services = &world.ecs.services;
    let all = services.iter().map(Service::counts);
    let sum = all.fold(Counts::default(), |sum, counts| Counts {
        running: sum.running + counts.running,
        pending: sum.pending + counts.pending,
    });
    let nodes = world.group.nodes();
    map! {
        "clusterArn" => world.cluster_arn(),
        "clusterName" => &cluster.name,
        "status" => "ACTIVE",
        "registeredContainerInstancesCount" => nodes.iter().filter(|n| n.registered.is_some()).count(),
        "runningTasksCount" => sum.running,
        "pendingTasksCount" => sum.pending,
        "activeServicesCount" => services.len(),
        "statistics" => list::<Value>([]),
        "tags" => if tags { tag_list(&[("project".into(), "orchard".into())]) } else { list::<Value>([]) },
        "settings" => list([map! { "name" => "containerInsights", "value" => "disabled" }]),
        "capacityProviders" => list([cluster.provider.as_str(), "FARGATE"]),
        "defaultCapacityProviderStrategy" => strategy(&cluster.provider),
    }
}

/// Only this provider.
fn strategy(provider: &str) -> Value {
    list([map! { "capacityProvider" => provider, "weight" => 1, "base" => 0 }])
}

pub fn service(world: &World, service: &Service, tags: bool) -> Value {
    let counts = service.counts();
    let definition = &world.ecs.definitions[service.definition];
    let balancer = service.target_group.as_ref().map(|arn| {
        map! {
            "targetGroupArn" => arn,
            "containerName" => &definition.family,
            "containerPort" => definition.port.map(i64::from),
        }
    });
    map! {
        "serviceArn" => world.ecs_arn("service", &service.name),
        "serviceName" => &service.name,
        "clusterArn" => world.cluster_arn(),
        "loadBalancers" => list(balancer),
        "serviceRegistries" => list::<Value>([]),
        "status" => "ACTIVE",
        "desiredCount" => service.desired,
        "runningCount" => counts.running,
        "pendingCount" => counts.pending,
        "launchType" => launch_type(service.launch),
        "capacityProviderStrategy" => provider_strategy(world, service.launch),
        "platformVersion" => (service.launch == Launch::Fargate).then_some("LATEST"),
        "taskDefinition" => world.definition_arn(definition),
        "deploymentConfiguration" => configuration(),
        "deployments" => list(service.deployments.iter().map(|d| deployment(world, service, d))),
        "roleArn" => service.target_group.as_ref().map(|_| role(world)),
        "events" => list(service.events.iter().map(event)),
        "createdAt" => service.created,
        "currentServiceDeployment" => super::rollout::current(world, service),
        "placementConstraints" => list::<Value>([]),
        "placementStrategy" => placement(service.launch),
        "networkConfiguration" => network(service.launch),
        "schedulingStrategy" => "REPLICA",
        "deploymentController" => map! { "type" => "ECS" },
        "createdBy" => world.arn("iam", "role/terraform"),
        "enableECSManagedTags" => true,
        "propagateTags" => "SERVICE",
        "enableExecuteCommand" => false,
        "healthCheckGracePeriodSeconds" => service.target_group.as_ref().map(|_| 60),
        "availabilityZoneRebalancing" => "DISABLED",
        "tags" => tags.then(|| tag_list(&service.tags)),
    }
}

fn role(world: &World) -> String {
    world.arn(
        "iam",
        "role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
    )
}

/// Absent where a capacity provider is in use.
pub fn launch_type(launch: Launch) -> Option<&'static str> {
    (launch == Launch::Fargate).then_some("FARGATE")
}

fn provider_strategy(world: &World, launch: Launch) -> Value {
    match &world.ecs.cluster {
        Some(cluster) if launch == Launch::Instances => strategy(&cluster.provider),
        _ => Value::Null,
    }
}

pub fn configuration() -> Value {
    map! {
        "deploymentCircuitBreaker" => map! { "enable" => true, "rollback" => true },
        "maximumPercent" => 200,
        "minimumHealthyPercent" => 100,
        "strategy" => "ROLLING",
        "bakeTimeInMinutes" => 0,
    }
}

fn placement(launch: Launch) -> Value {
    let binpack = map! { "type" => "binpack", "field" => "CPU" };
    list((launch == Launch::Instances).then_some(binpack))
}

fn network(launch: Launch) -> Value {
    if launch == Launch::Instances {
        return Value::Null;
    }
    let vpc = map! {
        "subnets" => list(["subnet-0a1b2c3d4e5f60718"]),
        "securityGroups" => list(["sg-0123456789abcdef0"]),
        "assignPublicIp" => "DISABLED",
    };
    map! { "awsvpcConfiguration" => vpc }
}

fn deployment(world: &World, service: &Service, deployment: &Deployment) -> Value {
    let counts = service.counts_of(deployment.number);
    let primary = deployment.number == service.primary();
    let id = deployment.id();
    let (state, reason) = if deployment.finished.is_some() {
        ("COMPLETED", "completed.")
    } else {
        ("IN_PROGRESS", "in progress.")
    };
    let desired = if primary {
        service.desired as usize
    } else {
        service.alive_of(deployment.number).count()
    };
    map! {
        "id" => &id,
        "status" => if primary { "PRIMARY" } else { "ACTIVE" },
        "taskDefinition" => world.definition_arn(&world.ecs.definitions[deployment.definition]),
        "desiredCount" => desired,
        "pendingCount" => counts.pending,
        "runningCount" => counts.running,
        "failedTasks" => deployment.failed,
        "createdAt" => deployment.created,
        "updatedAt" => deployment.updated,
        "launchType" => launch_type(service.launch),
        "capacityProviderStrategy" => provider_strategy(world, service.launch),
        "networkConfiguration" => network(service.launch),
        "rolloutState" => state,
        "rolloutStateReason" => format!("ECS deployment {id} {reason}"),
    }
}

fn event(event: &Event) -> Value {
    map! { "id" => &event.id, "createdAt" => event.at, "message" => &event.message }
}
