//! CloudFront: distributions by web ACL.

use super::{Config, World};
use crate::sim::call::{Answer, Refusal, Service};
use crate::sim::value::Value;

/// The state of it; empty in a region that is not furnished.
#[derive(Debug, Default)]
pub struct CloudFront {}

/// Answers one operation.
pub fn handle(_world: &mut World, operation: &str, _input: &Value) -> Answer {
    Err(Refusal::no_operation(Service::CloudFront, operation))
}

/// The distributions, in us-east-1.
pub fn furnish_global(_world: &mut World, _config: &Config) {}
