//! SSM Parameter Store (aws-facts.md §1.11).

mod ask;
mod parameter;
mod put;

use super::{Config, World};
use crate::sim::call::{Answer, Refusal, Service};
use crate::sim::value::Value;
use parameter::{Parameter, Version};
use std::collections::BTreeMap;

/// The state of it; empty in a region that is not furnished.
#[derive(Debug, Default)]
pub struct Ssm {
    parameters: BTreeMap<String, Parameter>,
}

/// Answers one operation.
pub fn handle(world: &mut World, operation: &str, input: &Value) -> Answer {
    match operation {
        "PutParameter" => put::put_parameter(world, input),
        "DeleteParameter" => put::delete_parameter(world, input),
        "DeleteParameters" => put::delete_parameters(world, input),
        "AddTagsToResource" => put::add_tags(world, input),
        "ListTagsForResource" => ask::list_tags(world, input),
        "GetParameter" => ask::get_parameter(world, input),
        "GetParameters" => ask::get_parameters(world, input),
        "GetParametersByPath" => ask::get_parameters_by_path(world, input),
        "GetParameterHistory" => ask::get_parameter_history(world, input),
        "DescribeParameters" => ask::describe_parameters(world, input),
        _ => Err(Refusal::no_operation(Service::Ssm, operation)),
    }
}

/// The parameters of the home region.
pub fn furnish(world: &mut World, _config: &Config) {
    let now = world.now;
    let values = [
        ("/orchard/api/feature/calendar", "String", "on"),
        (
            "/orchard/api/db-password",
            "SecureString",
            "not-a-real-password",
        ),
    ];
    for (name, kind, value) in values {
        let mut parameter = Parameter::new(name, &world.region);
        parameter.versions.push(Version::plain(kind, value, now));
        world.ssm.parameters.insert(name.to_owned(), parameter);
    }
}

fn missing() -> Refusal {
    Refusal::client("ParameterNotFound", "")
}

/// A text that must be there.
fn required<'a>(input: &'a Value, member: &str) -> Result<&'a str, Refusal> {
    let text = input
        .get(member)
        .and_then(Value::as_text)
        .filter(|text| !text.is_empty());
    text.ok_or_else(|| {
        invalid(format!(
            "Value at '{member}' failed to satisfy constraint: Member must not be null"
        ))
    })
}

fn invalid(what: impl std::fmt::Display) -> Refusal {
    Refusal::client(
        "ValidationException",
        format!("1 validation error detected: {what}"),
    )
}

#[cfg(test)]
mod tests;
