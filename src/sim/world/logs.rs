//! CloudWatch Logs: groups, streams, events.

use super::flow::Served;
use super::{Config, World};
use crate::sim::call::{Answer, Refusal, Service};
use crate::sim::value::Value;

/// The state of it; empty in a region that is not furnished.
#[derive(Debug, Default)]
pub struct Logs {}

/// Answers one operation.
pub fn handle(_world: &mut World, operation: &str, _input: &Value) -> Answer {
    Err(Refusal::no_operation(Service::Logs, operation))
}

/// Writes the lines of what was served.
pub fn write(_world: &mut World, _served: &[Served]) {}

/// One second of it.
pub fn tick(_world: &mut World) {}

/// The log groups of the home region.
pub fn furnish(_world: &mut World, _config: &Config) {}
