//! IAM: what the account is called.

use super::World;
use crate::sim::call::{Answer, Refusal, Service};
use crate::sim::value::{Value, list, map};

/// Stands beside the account's number.
const ALIAS: &str = "orchard-sim";

/// Answers one operation.
pub fn handle(_world: &mut World, operation: &str, _input: &Value) -> Answer {
    match operation {
        "ListAccountAliases" => Ok(map! {
            "AccountAliases" => list([ALIAS]),
            "IsTruncated" => false,
        }),
        _ => Err(Refusal::no_operation(Service::Iam, operation)),
    }
}
