//! What changes services and tasks.

use super::super::World;
use super::definition;
use super::input::{bad, cluster, named};
use super::service::{Deployment, Service};
use super::{tasks, view};
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, map};
use crate::sim::world::id;

/// Tasks that one service may have.
const MOST: i64 = 5000;

/// `UpdateService`: what is left out stays as it is.
pub fn update_service(world: &mut World, input: &Value) -> Answer {
    cluster(world, input)?;
    let asked = input.get("service").and_then(Value::as_text);
    let asked = asked.ok_or_else(|| bad("service is required."))?;
    let place = world.ecs.place_of(id::last(asked));
    let place =
        place.ok_or_else(|| Refusal::client("ServiceNotFoundException", "Service not found."))?;
    let desired = desired(input)?;
    let changed = new_definition(world, input)?;
    let forced = input.get("forceNewDeployment").and_then(Value::as_bool) == Some(true);
    if let Some(desired) = desired {
        world.ecs.want(place, desired);
    }
    let present = world.ecs.services[place].definition;
    let changed = changed.filter(|new| *new != present);
    if forced || changed.is_some() {
        deploy(world, place, changed.unwrap_or(present));
    }
    let service = view::service(world, &world.ecs.services[place], true);
    Ok(map! { "service" => service })
}

fn desired(input: &Value) -> Result<Option<u32>, Refusal> {
    match input
        .get("desiredCount")
        .map(|value| value.as_int().unwrap_or(-1))
    {
        None => Ok(None),
        Some(count @ 0..=MOST) => Ok(Some(count as u32)),
        Some(count) if count < 0 => Err(bad("desiredCount cannot be negative.")),
        Some(_) => Err(bad("The desired count of a service can be at most 5000.")),
    }
}

fn new_definition(world: &World, input: &Value) -> Result<Option<usize>, Refusal> {
    let Some(asked) = input.get("taskDefinition").and_then(Value::as_text) else {
        return Ok(None);
    };
    let found = definition::find(world, asked);
    found
        .map(Some)
        .ok_or_else(|| Refusal::client("ClientException", "TaskDefinition not found."))
}

/// A new deployment; the tasks of the old ones give way as it comes up.
fn deploy(world: &mut World, place: usize, definition: usize) {
    let number = id::long(&mut world.rng);
    let service: &mut Service = &mut world.ecs.services[place];
    let now = world.now;
    for old in &mut service.deployments {
        old.updated = now;
    }
    service.definition = definition;
    service.steady = false;
    service.deployments.insert(
        0,
        Deployment {
            number,
            definition,
            created: now,
            updated: now,
            finished: None,
            failed: 0,
        },
    );
    world.ecs.wake(place);
}

/// `StopTask`: its service starts another.
pub fn stop_task(world: &mut World, input: &Value) -> Answer {
    cluster(world, input)?;
    let asked = input.get("task").cloned().unwrap_or_default();
    let one = map! { "task" => crate::sim::value::list([asked]) };
    let name = named(&one, "task", 1)?
        .first()
        .map(|name| id::last(name).to_owned());
    let name = name.unwrap_or_default();
    let lost = || bad("The referenced task was not found.");
    let place = world.ecs.tasks.get(&name).copied().ok_or_else(lost)?;
    let reason = input.get("reason").and_then(Value::as_text);
    let now = world.now;
    let service = &mut world.ecs.services[place];
    let task = service.tasks.iter_mut().find(|t| t.id == name);
    tasks::stop(
        task.ok_or_else(lost)?,
        reason.unwrap_or("Task stopped by user"),
        now,
    );
    service.steady = false;
    world.ecs.wake(place);
    let (service, task) = tasks::find(world, &name).ok_or_else(lost)?;
    Ok(map! { "task" => tasks::view(world, service, task, false) })
}
