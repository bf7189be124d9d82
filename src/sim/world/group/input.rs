//! What calls to EC2 Auto Scaling have in common.

use super::super::World;
use super::super::page::BadToken;
use super::Group;
use crate::sim::call::Refusal;
use crate::sim::value::Value;

pub fn bad(message: impl Into<String>) -> Refusal {
    Refusal::client("ValidationError", message)
}

pub fn bad_token(_: BadToken) -> Refusal {
    Refusal::client("InvalidNextToken", "The NextToken value is not valid.")
}

/// What is said of a group that nobody made.
pub fn no_group(_: &str) -> Refusal {
    bad("AutoScalingGroup name not found - null")
}

/// The group that a call names.
pub fn named<'a>(world: &'a mut World, input: &Value) -> Result<&'a mut Group, Refusal> {
    let name = name(input)?;
    let group = world.group.group.as_mut().filter(|g| g.name == name);
    group.ok_or_else(|| no_group(name))
}

/// The same, only to look at.
pub fn seen<'a>(world: &'a World, input: &Value) -> Result<&'a Group, Refusal> {
    let name = name(input)?;
    let group = world.group.group.as_ref().filter(|g| g.name == name);
    group.ok_or_else(|| no_group(name))
}

pub fn name(input: &Value) -> Result<&str, Refusal> {
    let name = input.get("AutoScalingGroupName").and_then(Value::as_text);
    name.ok_or_else(|| {
        bad("1 validation error detected: Value null at 'autoScalingGroupName' failed to satisfy constraint: Member must not be null")
    })
}

/// A size that may be left out; not below zero.
pub fn size(input: &Value, member: &str) -> Result<Option<u32>, Refusal> {
    let Some(value) = input.get(member) else {
        return Ok(None);
    };
    let size = value.as_int().and_then(|n| u32::try_from(n).ok());
    let size = size.filter(|n| *n <= 10_000);
    size.map(Some)
        .ok_or_else(|| bad(format!("{member} must be a number from 0 to 10000")))
}

/// The texts of a list member.
pub fn texts<'a>(input: &'a Value, member: &str) -> Vec<&'a str> {
    let items = input.get(member).map_or(&[][..], Value::items);
    items.iter().filter_map(Value::as_text).collect()
}
