//! ECS: services, tasks on the group's instances, placement, deployments.

use super::World;
use super::flow::{Batch, Served};
use crate::sim::call::{Answer, Refusal, Service};
use crate::sim::value::Value;

/// The state of it; empty in a region that is not furnished.
#[derive(Debug, Default)]
pub struct Ecs {}

/// Answers one operation.
pub fn handle(_world: &mut World, operation: &str, _input: &Value) -> Answer {
    Err(Refusal::no_operation(Service::Ecs, operation))
}

/// The services answer what came through.
pub fn serve(_world: &mut World, _passed: &[Batch]) -> Vec<Served> {
    Vec::new()
}

/// One second of it.
pub fn tick(_world: &mut World) {}
