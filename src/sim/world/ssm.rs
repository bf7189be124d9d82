//! SSM Parameter Store.

use super::{Config, World};
use crate::sim::call::{Answer, Refusal, Service};
use crate::sim::value::Value;

/// The state of it; empty in a region that is not furnished.
#[derive(Debug, Default)]
pub struct Ssm {}

/// Answers one operation.
pub fn handle(_world: &mut World, operation: &str, _input: &Value) -> Answer {
    Err(Refusal::no_operation(Service::Ssm, operation))
}

/// The parameters of the home region.
pub fn furnish(_world: &mut World, _config: &Config) {}
