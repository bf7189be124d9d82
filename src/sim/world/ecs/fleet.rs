//! Container instances and the capacity provider.

use super::super::World;
use super::super::group::node::{Lifecycle, Node};
use super::super::page::Page;
use super::input::{bad, bad_token, cluster, missing, named};
use super::task::State;
use crate::sim::call::Answer;
use crate::sim::value::{Value, list as values, map};
use crate::sim::world::id;

fn registered(world: &World) -> impl Iterator<Item = &Node> {
    let nodes = world.group.nodes().iter();
    nodes.filter(|node| node.registered.is_some())
}

fn status(node: &Node) -> &'static str {
    if node.lifecycle == Lifecycle::Terminating {
        "DRAINING"
    } else {
        "ACTIVE"
    }
}

/// `ListContainerInstances`.
pub fn list(world: &World, input: &Value) -> Answer {
    cluster(world, input)?;
    let page = Page::read(input, "maxResults", "nextToken", 100, 100).map_err(bad_token)?;
    let asked = input.get("status").and_then(Value::as_text);
    let known = registered(world).filter(|node| asked.is_none_or(|asked| asked == status(node)));
    let (arns, next) = page.of(known.map(|n| world.ecs_arn("container-instance", &n.container)));
    Ok(map! { "containerInstanceArns" => values(arns), "nextToken" => next })
}

/// `DescribeContainerInstances`: a hundred at most.
pub fn describe(world: &World, input: &Value) -> Answer {
    cluster(world, input)?;
    let asked = named(input, "containerInstances", 100)?;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for name in asked {
        match registered(world).find(|n| n.container == id::last(name)) {
            Some(node) => found.push(view(world, node)),
            None => failures.push(missing(world.ecs_arn("container-instance", id::last(name)))),
        }
    }
    Ok(map! { "containerInstances" => values(found), "failures" => values(failures) })
}

fn view(world: &World, node: &Node) -> Value {
    let on = |running: bool| {
        let tasks = world.ecs.services.iter().flat_map(|s| &s.tasks);
        let here = tasks.filter(|t| t.place.is_some_and(|p| p.node == node.number));
        let of = here.filter(|t| match t.state {
            State::Running => running,
            State::Provisioning | State::Pending | State::Activating => !running,
            _ => false,
        });
        of.count()
    };
    let provider = world.ecs.cluster.as_ref().map(|c| c.provider.as_str());
    let attribute = |(name, value): (&'static str, &str)| map! { "name" => name, "value" => value };
    map! {
        "containerInstanceArn" => world.ecs_arn("container-instance", &node.container),
        "ec2InstanceId" => &node.id,
        "capacityProviderName" => provider,
        "version" => node.version(),
        "versionInfo" => map! {
            "agentVersion" => "1.89.2",
            "agentHash" => "*7a1bf8f6",
            "dockerVersion" => "DockerVersion: 25.0.6",
        },
        "remainingResources" => resources(node.cpu_left(), node.memory_left(), &ports(node)),
        "registeredResources" => resources(node.kind.cpu, node.kind.memory, &[]),
        "status" => status(node),
        "agentConnected" => true,
        "runningTasksCount" => on(true),
        "pendingTasksCount" => on(false),
        "attributes" => values(known(node).map(attribute)),
        "registeredAt" => node.registered,
        "attachments" => values::<Value>([]),
        "tags" => values::<Value>([]),
    }
}

/// What the agent tells of its instance.
fn known(node: &Node) -> [(&'static str, &str); 3] {
    [
        ("ecs.availability-zone", &node.zone),
        ("ecs.instance-type", node.kind.name),
        ("ecs.os-type", "linux"),
    ]
}

/// `ListAttributes`: of all instances, those of a name and a value where such are given.
pub fn attributes(world: &World, input: &Value) -> Answer {
    cluster(world, input)?;
    let page = Page::read(input, "maxResults", "nextToken", 100, 100).map_err(bad_token)?;
    let text = |member| input.get(member).and_then(Value::as_text);
    let (name, value) = (text("attributeName"), text("attributeValue"));
    let fits = |(n, v): &(&str, &str)| {
        name.is_none_or(|name| name == *n) && value.is_none_or(|value| value == *v)
    };
    let found = registered(world).flat_map(|node| {
        let target = world.ecs_arn("container-instance", &node.container);
        known(node).into_iter().filter(fits).map(move |(name, value)| {
            map! { "name" => name, "value" => value, "targetType" => "container-instance", "targetId" => &target }
        })
    });
    let (found, next) = page.of(found);
    Ok(map! { "attributes" => values(found), "nextToken" => next })
}

fn ports(node: &Node) -> Vec<String> {
    let taken = node.held.values().filter_map(|held| held.port);
    taken.map(|port| port.to_string()).collect()
}

/// The agent itself takes ports that no task can have.
const AGENT_PORTS: [&str; 5] = ["22", "2375", "2376", "51678", "51679"];

fn resources(cpu: u32, memory: u32, taken: &[String]) -> Value {
    let whole = |name: &'static str, n: u32| {
        map! {
            "name" => name,
            "type" => "INTEGER",
            "doubleValue" => 0.0,
            "longValue" => 0,
            "integerValue" => n,
        }
    };
    let set = |name: &'static str, items: Value| {
        map! {
            "name" => name,
            "type" => "STRINGSET",
            "doubleValue" => 0.0,
            "longValue" => 0,
            "integerValue" => 0,
            "stringSetValue" => items,
        }
    };
    let tcp = AGENT_PORTS
        .into_iter()
        .chain(taken.iter().map(String::as_str));
    values([
        whole("CPU", cpu),
        whole("MEMORY", memory),
        set("PORTS", values(tcp)),
        set("PORTS_UDP", values::<Value>([])),
    ])
}

/// `DescribeCapacityProviders`.
pub fn providers(world: &World, input: &Value) -> Answer {
    let asked = input.get("capacityProviders").map_or(&[][..], Value::items);
    if asked.len() > 100 {
        return Err(bad("capacityProviders can have at most 100 items."));
    }
    let asked: Vec<&str> = asked.iter().filter_map(Value::as_text).collect();
    let all = world.ecs.cluster.as_ref().map(|c| c.provider.as_str());
    let all: Vec<&str> = all.into_iter().chain(["FARGATE", "FARGATE_SPOT"]).collect();
    let is = |asked: &str, name: &str| id::last(asked) == name;
    let found = all
        .iter()
        .filter(|name| asked.is_empty() || asked.iter().any(|a| is(a, name)));
    let lost = asked.iter().filter(|a| !all.iter().any(|name| is(a, name)));
    let failed =
        |name: &&str| missing(world.arn("ecs", &format!("capacity-provider/{}", id::last(name))));
    Ok(map! {
        "capacityProviders" => values(found.map(|name| provider(world, name))),
        "failures" => values(lost.map(failed)),
    })
}

fn provider(world: &World, name: &str) -> Value {
    let own = world
        .ecs
        .cluster
        .as_ref()
        .is_some_and(|c| c.provider == name);
    let group = world.group.managed().filter(|_| own);
    let scaling = group.map(|group| {
        map! {
            "autoScalingGroupArn" => group.arn(&world.region),
            "managedScaling" => map! {
                "status" => "ENABLED",
                "targetCapacity" => group.target_capacity,
                "minimumScalingStepSize" => 1,
                "maximumScalingStepSize" => 10_000,
                "instanceWarmupPeriod" => 60,
            },
            "managedTerminationProtection" => "ENABLED",
            "managedDraining" => "ENABLED",
        }
    });
    map! {
        "capacityProviderArn" => world.arn("ecs", &format!("capacity-provider/{name}")),
        "name" => name,
        "status" => "ACTIVE",
        "autoScalingGroupProvider" => scaling,
        "updateStatus" => own.then_some("UPDATE_COMPLETE"),
        "tags" => values::<Value>([]),
    }
}
