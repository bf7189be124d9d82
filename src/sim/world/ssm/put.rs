//! Parameters are written and deleted.

use super::parameter::{Parameter, Version};
use super::{invalid, missing, required};
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, list, map};
use crate::sim::world::World;

/// Bytes of a value, by tier.
const STANDARD: usize = 4096;
const ADVANCED: usize = 8192;
/// Versions that are kept, and levels of a name.
const VERSIONS: usize = 100;
const LEVELS: usize = 15;

pub fn put_parameter(world: &mut World, input: &Value) -> Answer {
    let name = name(required(input, "Name")?)?;
    let value = required(input, "Value")?;
    let overwrites = input.get("Overwrite").and_then(Value::as_bool) == Some(true);
    let before = world.ssm.parameters.get(name);
    if before.is_some() && !overwrites {
        return Err(Refusal::client(
            "ParameterAlreadyExists",
            "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
        ));
    }
    let tags = input.get("Tags").map_or(&[][..], Value::items);
    if overwrites && before.is_some() && !tags.is_empty() {
        return Err(Refusal::client(
            "ValidationException",
            "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag.",
        ));
    }
    let version = version(world, before, input, value)?;
    let answer = map! { "Version" => version.number, "Tier" => &version.tier };
    let region = world.region.clone();
    let parameters = &mut world.ssm.parameters;
    let parameter = parameters
        .entry(name.to_owned())
        .or_insert_with(|| Parameter::new(name, &region));
    parameter.versions.push(version);
    if parameter.versions.len() > VERSIONS {
        parameter.versions.remove(0);
    }
    tag(parameter, tags);
    Ok(answer)
}

/// The version that a request writes; what it leaves out stays as it was.
fn version(
    world: &World,
    before: Option<&Parameter>,
    input: &Value,
    value: &str,
) -> Result<Version, Refusal> {
    let text = |name: &str| input.get(name).and_then(Value::as_text).map(str::to_owned);
    let old = before.and_then(Parameter::newest);
    let kind = text("Type").or_else(|| old.map(|old| old.kind.clone()));
    let Some(kind) =
        kind.filter(|kind| ["String", "StringList", "SecureString"].contains(&kind.as_str()))
    else {
        return Err(Refusal::client(
            "ValidationException",
            "A parameter type is required when you create a parameter.",
        ));
    };
    let tier = text("Tier").unwrap_or_else(|| "Standard".to_owned());
    let most = if tier == "Standard" {
        STANDARD
    } else {
        ADVANCED
    };
    if value.len() > most {
        return Err(Refusal::client(
            "ValidationException",
            format!(
                "{tier} tier parameters support a maximum parameter value of {most} characters."
            ),
        ));
    }
    if value.contains("{{") {
        return Err(Refusal::client(
            "ValidationException",
            "Parameter value must not contain {{ }}: it would refer to another parameter.",
        ));
    }
    Ok(Version {
        number: old.map_or(0, |old| old.number) + 1,
        kind,
        value: value.to_owned(),
        description: text("Description"),
        tier: if tier == "Advanced" || value.len() > STANDARD {
            "Advanced"
        } else {
            "Standard"
        }
        .to_owned(),
        data_type: text("DataType").unwrap_or_else(|| "text".to_owned()),
        at: world.now,
    })
}

/// A name, or a path of at most fifteen levels; AWS's own are not to be written.
fn name(name: &str) -> Result<&str, Refusal> {
    let good = |c: char| c.is_ascii_alphanumeric() || "/_.-".contains(c);
    let first = name.trim_start_matches('/').to_ascii_lowercase();
    if first.starts_with("aws") || first.starts_with("ssm") {
        return Err(Refusal::client(
            "AccessDeniedException",
            format!("No access to reserved parameter name: {name}."),
        ));
    }
    if name.matches('/').count() > LEVELS {
        return Err(Refusal::client(
            "HierarchyLevelLimitExceededException",
            format!("A parameter name can have at most {LEVELS} levels."),
        ));
    }
    let path = !name.contains('/') || name.starts_with('/');
    if name.len() > 1011
        || !name.chars().all(good)
        || !path
        || name.ends_with('/')
        || name.contains("//")
    {
        return Err(invalid(format!(
            "Value '{name}' at 'name' failed to satisfy constraint: letters, digits, and . _ - /, a path from its root"
        )));
    }
    Ok(name)
}

fn tag(parameter: &mut Parameter, tags: &[Value]) {
    for tag in tags {
        let text = |name: &str| tag.get(name).and_then(Value::as_text).unwrap_or_default();
        parameter
            .tags
            .insert(text("Key").to_owned(), text("Value").to_owned());
    }
}

pub fn add_tags(world: &mut World, input: &Value) -> Answer {
    let parameter = tagged(world, input)?;
    tag(parameter, input.get("Tags").map_or(&[][..], Value::items));
    Ok(map! {})
}

/// The parameter whose tags are meant.
pub fn tagged<'a>(world: &'a mut World, input: &Value) -> Result<&'a mut Parameter, Refusal> {
    if required(input, "ResourceType")? != "Parameter" {
        return Err(Refusal::client(
            "InvalidResourceType",
            "The resource type is not valid.",
        ));
    }
    let id = required(input, "ResourceId")?;
    let found = world.ssm.parameters.get_mut(id);
    found.ok_or_else(|| {
        Refusal::client(
            "InvalidResourceId",
            "The resource ID is not valid. Verify that you entered the correct ID and try again.",
        )
    })
}

pub fn delete_parameter(world: &mut World, input: &Value) -> Answer {
    let name = required(input, "Name")?;
    world.ssm.parameters.remove(name).ok_or_else(missing)?;
    Ok(map! {})
}

pub fn delete_parameters(world: &mut World, input: &Value) -> Answer {
    let names = super::ask::names(input)?;
    let (gone, unknown): (Vec<&str>, Vec<&str>) = names
        .into_iter()
        .partition(|name| world.ssm.parameters.remove(*name).is_some());
    Ok(map! { "DeletedParameters" => list(gone), "InvalidParameters" => list(unknown) })
}
