//! Tasks as they are listed and described.

use super::super::World;
use super::super::group::node::Node;
use super::super::page::Page;
use super::input::tag_list;
use super::input::{bad, bad_token, cluster, missing, named, with_tags};
use super::service::{Launch, Service, deployment_id};
use super::task::{State, StopCode, Target, Task, Wanted};
use super::view::launch_type;
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, map};
use crate::sim::world::id;

/// `ListTasks`: those that shall run, where nothing else is said.
pub fn list(world: &World, input: &Value) -> Answer {
    cluster(world, input)?;
    let page = Page::read(input, "maxResults", "nextToken", 100, 100).map_err(bad_token)?;
    let text = |name| input.get(name).and_then(Value::as_text);
    let wanted = match text("desiredStatus") {
        None | Some("RUNNING") => Some(Wanted::Running),
        Some("STOPPED") => Some(Wanted::Stopped),
        // ECS never sets this one.
        Some("PENDING") => None,
        Some(_) => {
            return Err(bad(
                "desiredStatus must be one of RUNNING, PENDING, STOPPED.",
            ));
        }
    };
    let node = match text("containerInstance") {
        Some(asked) => Some(by_container(world, asked)?.number),
        None => None,
    };
    let fits = |task: &&Task| {
        Some(task.wanted) == wanted && node.is_none_or(|n| task.place.is_some_and(|p| p.node == n))
    };
    let all = services(world, text("serviceName"))?;
    let all = all.iter().flat_map(|s| &s.tasks).filter(fits);
    let (arns, next) = page.of(all.map(|t| world.ecs_arn("task", &t.id)));
    Ok(map! { "taskArns" => crate::sim::value::list(arns), "nextToken" => next })
}

fn services<'a>(world: &'a World, name: Option<&str>) -> Result<&'a [Service], Refusal> {
    let Some(name) = name else {
        return Ok(&world.ecs.services);
    };
    let place = world.ecs.place_of(id::last(name));
    let place =
        place.ok_or_else(|| Refusal::client("ServiceNotFoundException", "Service not found."))?;
    Ok(&world.ecs.services[place..=place])
}

fn by_container<'a>(world: &'a World, asked: &str) -> Result<&'a Node, Refusal> {
    let known = world.group.nodes().iter();
    let mut known = known.filter(|n| n.registered.is_some());
    known
        .find(|n| n.container == id::last(asked))
        .ok_or_else(|| bad("Container instance not found."))
}

/// `DescribeTasks`: a hundred at most.
pub fn describe(world: &World, input: &Value) -> Answer {
    cluster(world, input)?;
    let asked = named(input, "tasks", 100)?;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for name in asked {
        match find(world, name) {
            Some((service, task)) => found.push(view(world, service, task, with_tags(input))),
            None => failures.push(missing(world.ecs_arn("task", id::last(name)))),
        }
    }
    Ok(map! {
        "tasks" => crate::sim::value::list(found),
        "failures" => crate::sim::value::list(failures),
    })
}

/// A task by its id or ARN.
pub fn find<'a>(world: &'a World, name: &str) -> Option<(&'a Service, &'a Task)> {
    let name = id::last(name);
    let service = world.ecs.services.get(*world.ecs.tasks.get(name)?)?;
    let task = service.tasks.iter().find(|t| t.id == name)?;
    Some((service, task))
}

/// One task as ECS shows it.
pub fn view(world: &World, service: &Service, task: &Task, tags: bool) -> Value {
    let definition = &world.ecs.definitions[task.definition];
    let node = task
        .place
        .and_then(|p| world.group.nodes().iter().find(|n| n.number == p.node));
    let provider = world.ecs.cluster.as_ref().map(|c| c.provider.as_str());
    let state: &'static str = task.state.into();
    let wanted: &'static str = task.wanted.into();
    let connected = (task.state > State::Pending).then_some("CONNECTED");
    map! {
        "attachments" => list_of([]),
        "attributes" => list_of([]),
        "availabilityZone" => node.map(|n| n.zone.as_str()),
        "capacityProviderName" => provider.filter(|_| service.launch == Launch::Instances),
        "clusterArn" => world.cluster_arn(),
        "connectivity" => connected,
        "connectivityAt" => connected.map(|_| task.created),
        "containerInstanceArn" => node.map(|n| world.ecs_arn("container-instance", &n.container)),
        "containers" => list_of([container(world, task)]),
        "cpu" => definition.cpu.to_string(),
        "createdAt" => task.created,
        "desiredStatus" => wanted,
        "enableExecuteCommand" => false,
        "group" => format!("service:{}", service.name),
        "healthStatus" => "UNKNOWN",
        "lastStatus" => state,
        "launchType" => launch_type(service.launch).unwrap_or("EC2"),
        "memory" => definition.memory.to_string(),
        "overrides" => map! { "containerOverrides" => list_of([]) },
        "startedAt" => task.started,
        "startedBy" => deployment_id(task.deployment),
        "stopCode" => task.stop.as_ref().map(|(code, _)| <&str>::from(code)),
        "stoppedAt" => task.stopped,
        "stoppedReason" => task.stop.as_ref().map(|(_, reason)| reason.as_str()),
        "stoppingAt" => task.stopping,
        "tags" => if tags { tag_list(&service.tags) } else { list_of([]) },
        "taskArn" => world.ecs_arn("task", &task.id),
        "taskDefinitionArn" => world.definition_arn(definition),
        "version" => task.version,
    }
}

fn list_of<const N: usize>(items: [Value; N]) -> Value {
    crate::sim::value::list(items)
}

fn container(world: &World, task: &Task) -> Value {
    let definition = &world.ecs.definitions[task.definition];
    let port = task
        .place
        .and_then(|p| p.port)
        .filter(|_| task.state >= State::Activating);
    let binding = port.zip(definition.port).map(|(host, inside)| {
        map! {
            "bindIP" => "0.0.0.0",
            "containerPort" => i64::from(inside),
            "hostPort" => i64::from(host),
            "protocol" => "tcp",
        }
    });
    let status = match task.state {
        State::Running | State::Deactivating => "RUNNING",
        State::Stopping | State::Deprovisioning | State::Stopped => "STOPPED",
        _ => "PENDING",
    };
    let digits = &task.id;
    map! {
        "containerArn" => world.ecs_arn("container", &format!("{digits}/{}", definition.family)),
        "taskArn" => world.ecs_arn("task", digits),
        "name" => &definition.family,
        "image" => definition.image(&world.region),
        "runtimeId" => task.started.map(|_| format!("{digits}-{:010}", task.deployment % 10_000_000_000)),
        "lastStatus" => status,
        "exitCode" => (status == "STOPPED" && task.started.is_some()).then_some(143),
        "networkBindings" => crate::sim::value::list(binding),
        "networkInterfaces" => list_of([]),
        "healthStatus" => "UNKNOWN",
        "cpu" => definition.cpu.to_string(),
        "memory" => definition.memory.to_string(),
    }
}

/// What the load balancer says of a task; none where it is not its target.
pub fn health(task: &Task) -> Option<(&'static str, Option<&'static str>, Option<&'static str>)> {
    match task.target {
        Target::None => None,
        Target::Healthy => Some(("healthy", None, None)),
        Target::Initial => Some((
            "initial",
            Some("Elb.RegistrationInProgress"),
            Some("Target registration is in progress"),
        )),
        Target::Draining => Some((
            "draining",
            Some("Target.DeregistrationInProgress"),
            Some("Target deregistration is in progress"),
        )),
    }
}

/// Asks a task to stop, as a person does.
pub fn stop(task: &mut Task, reason: &str, now: jiff::Timestamp) {
    task.end(StopCode::UserInitiated, reason, now);
}
