//! What calls to ECS have in common.

use super::super::World;
use super::super::page::BadToken;
use super::Cluster;
use crate::sim::call::Refusal;
use crate::sim::value::{Value, map};
use crate::sim::world::id;

pub fn bad(message: &str) -> Refusal {
    Refusal::client("InvalidParameterException", message)
}

pub fn bad_token(_: BadToken) -> Refusal {
    bad("Invalid token")
}

/// The cluster that is asked for; `default`, which nobody made, where none is named.
pub fn cluster<'a>(world: &'a World, input: &Value) -> Result<&'a Cluster, Refusal> {
    let asked = input.get("cluster").and_then(Value::as_text);
    let name = id::last(asked.unwrap_or("default"));
    let found = world.ecs.cluster.as_ref().filter(|c| c.name == name);
    found.ok_or_else(|| Refusal::client("ClusterNotFoundException", "Cluster not found."))
}

/// The texts of a list member, no more than `most`, and at least one.
pub fn named<'a>(input: &'a Value, member: &str, most: usize) -> Result<Vec<&'a str>, Refusal> {
    let items = input.get(member).map_or(&[][..], Value::items);
    let names: Vec<&str> = items.iter().filter_map(Value::as_text).collect();
    if names.is_empty() {
        return Err(bad(&format!("{member} cannot be empty.")));
    }
    if items.len() > most {
        return Err(bad(&format!("{member} can have at most {most} items.")));
    }
    Ok(names)
}

/// Whether `include` asks for the tags.
pub fn with_tags(input: &Value) -> bool {
    let include = input.get("include").map_or(&[][..], Value::items);
    include.iter().any(|what| what.as_text() == Some("TAGS"))
}

/// An entry of `failures[]`.
pub fn missing(arn: String) -> Value {
    map! { "arn" => arn, "reason" => "MISSING" }
}

pub fn tag_list(tags: &[(String, String)]) -> Value {
    let tag = |(key, value): &(String, String)| map! { "key" => key, "value" => value };
    crate::sim::value::list(tags.iter().map(tag))
}
