//! What calls to Application Auto Scaling have in common.

use super::super::World;
use super::super::page::BadToken;
use crate::sim::call::Refusal;
use crate::sim::value::Value;

/// The one dimension that is scaled here.
pub const TASKS: &str = "ecs:service:DesiredCount";

pub fn bad(message: impl Into<String>) -> Refusal {
    Refusal::client("ValidationException", message)
}

pub fn bad_token(_: BadToken) -> Refusal {
    Refusal::client(
        "InvalidNextTokenException",
        "The next token supplied is invalid.",
    )
}

pub fn text<'a>(input: &'a Value, member: &str) -> Result<&'a str, Refusal> {
    let text = input.get(member).and_then(Value::as_text);
    text.filter(|t| !t.is_empty()).ok_or_else(|| {
        bad(format!(
            "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
        ))
    })
}

/// Namespace and dimension, which a call must have right; then its resource.
pub fn resource(input: &Value) -> Result<&str, Refusal> {
    namespace(input)?;
    let resource = text(input, "ResourceId")?;
    let dimension = text(input, "ScalableDimension")?;
    if dimension != TASKS {
        return Err(bad(format!("Unsupported scalable dimension: {dimension}")));
    }
    Ok(resource)
}

/// The namespace that every call must name. True for ours.
pub fn namespace(input: &Value) -> Result<bool, Refusal> {
    const KNOWN: [&str; 15] = [
        "ecs",
        "elasticmapreduce",
        "ec2",
        "appstream",
        "dynamodb",
        "rds",
        "sagemaker",
        "custom-resource",
        "comprehend",
        "lambda",
        "cassandra",
        "kafka",
        "elasticache",
        "neptune",
        "workspaces",
    ];
    let name = text(input, "ServiceNamespace")?;
    if KNOWN.contains(&name) {
        return Ok(name == "ecs");
    }
    Err(bad(format!(
        "1 validation error detected: Value '{name}' at 'serviceNamespace' failed to satisfy constraint: Member must satisfy enum value set"
    )))
}

/// The place of the target that a call names.
pub fn target(world: &World, input: &Value) -> Result<usize, Refusal> {
    let resource = resource(input)?;
    let place = world
        .scaling
        .targets
        .iter()
        .position(|t| t.resource == resource);
    place.ok_or_else(|| {
        Refusal::client(
            "ObjectNotFoundException",
            format!(
                "No scalable target registered for service namespace: ecs, resource ID: {resource}, scalable dimension: {TASKS}"
            ),
        )
    })
}

/// A capacity that may be left out; not below zero.
pub fn capacity(input: &Value, member: &str) -> Result<Option<u32>, Refusal> {
    let Some(value) = input.get(member) else {
        return Ok(None);
    };
    let number = value.as_int().and_then(|n| u32::try_from(n).ok());
    number
        .filter(|n| *n <= 100_000)
        .map(Some)
        .ok_or_else(|| bad(format!("{member} must be zero or more.")))
}
