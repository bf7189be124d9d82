//! EC2 Auto Scaling: groups, their instances, ECS managed scaling.

use super::World;
use crate::sim::call::{Answer, Refusal, Service};
use crate::sim::value::Value;

/// The state of it; empty in a region that is not furnished.
#[derive(Debug, Default)]
pub struct Groups {}

/// Answers one operation.
pub fn handle(_world: &mut World, operation: &str, _input: &Value) -> Answer {
    Err(Refusal::no_operation(Service::AutoScaling, operation))
}

/// One second of it.
pub fn tick(_world: &mut World) {}
