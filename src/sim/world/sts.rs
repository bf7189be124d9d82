//! STS: who asks.

use super::World;
use crate::sim::call::{Answer, Refusal, Service};
use crate::sim::value::Value;

/// Answers one operation.
pub fn handle(_world: &mut World, operation: &str, _input: &Value) -> Answer {
    Err(Refusal::no_operation(Service::Sts, operation))
}
