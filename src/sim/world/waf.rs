//! WAFv2: web ACLs, the rate rule, samples.

use super::flow::Batch;
use super::{Config, World};
use crate::sim::call::{Answer, Refusal, Service};
use crate::sim::value::Value;

/// The state of it; empty in a region that is not furnished.
#[derive(Debug, Default)]
pub struct Waf {}

/// Answers one operation.
pub fn handle(_world: &mut World, operation: &str, _input: &Value) -> Answer {
    Err(Refusal::no_operation(Service::Waf, operation))
}

/// What passes of the requests that were sent; what does not is counted here.
pub fn filter(_world: &mut World, offered: Vec<Batch>) -> Vec<Batch> {
    offered
}

/// One second of it.
pub fn tick(_world: &mut World) {}

/// The web ACLs of the home region.
pub fn furnish(_world: &mut World, _config: &Config) {}

/// The web ACLs of scope CLOUDFRONT, in us-east-1.
pub fn furnish_global(_world: &mut World, _config: &Config) {}
