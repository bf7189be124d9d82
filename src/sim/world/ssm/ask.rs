//! What can be read of parameters.

use super::parameter::{Parameter, Version};
use super::{invalid, missing, put, required};
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, list, map};
use crate::sim::world::World;

fn decrypted(input: &Value) -> bool {
    input.get("WithDecryption").and_then(Value::as_bool) == Some(true)
}

/// A parameter and its version, named `name`, `name:3`, or by ARN.
fn find<'a>(world: &'a World, selector: &str) -> Result<(&'a Parameter, &'a Version), Refusal> {
    let parameters = &world.ssm.parameters;
    let by_arn = || {
        parameters
            .values()
            .find(|parameter| parameter.arn == selector)
    };
    if let Some(parameter) = parameters.get(selector).or_else(by_arn) {
        return parameter
            .newest()
            .map(|version| (parameter, version))
            .ok_or_else(missing);
    }
    let (name, number) = selector.rsplit_once(':').ok_or_else(missing)?;
    let parameter = parameters.get(name).ok_or_else(missing)?;
    let version = parameter
        .versions
        .iter()
        .find(|version| number.parse() == Ok(version.number));
    let version = version.ok_or_else(|| {
        Refusal::client(
            "ParameterVersionNotFound",
            format!("Systems Manager could not find version {number} of {name}."),
        )
    })?;
    Ok((parameter, version))
}

pub fn get_parameter(world: &mut World, input: &Value) -> Answer {
    let (parameter, version) = find(world, required(input, "Name")?)?;
    Ok(map! { "Parameter" => parameter.value(version, decrypted(input)) })
}

/// One to ten names.
pub fn names(input: &Value) -> Result<Vec<&str>, Refusal> {
    let names = input.get("Names").map_or(&[][..], Value::items);
    if !(1..=10).contains(&names.len()) {
        return Err(invalid("Value at 'names' failed to satisfy constraint: Member must have length between 1 and 10".to_owned()));
    }
    Ok(names.iter().filter_map(Value::as_text).collect())
}

pub fn get_parameters(world: &mut World, input: &Value) -> Answer {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for name in names(input)? {
        match find(world, name) {
            Ok((parameter, version)) => found.push(parameter.value(version, decrypted(input))),
            Err(_) => unknown.push(name),
        }
    }
    Ok(map! { "Parameters" => list(found), "InvalidParameters" => list(unknown) })
}

/// A page of rows; the token is the number of its first row.
fn page(input: &Value, most: usize, rows: Vec<Value>) -> Answer {
    let limit = input
        .get("MaxResults")
        .and_then(Value::as_int)
        .unwrap_or(most as i64);
    if !(1..=most as i64).contains(&limit) {
        return Err(invalid(format!(
            "Value '{limit}' at 'maxResults' failed to satisfy constraint: Member must have value between 1 and {most}"
        )));
    }
    let from = match input.get("NextToken").and_then(Value::as_text) {
        None => 0,
        Some(token) => token.parse::<usize>().map_err(|_| {
            Refusal::client("InvalidNextToken", "The specified token is not valid.")
        })?,
    };
    let end = from.saturating_add(limit as usize);
    let next = (end < rows.len()).then(|| end.to_string());
    let rows = rows.into_iter().skip(from).take(limit as usize);
    Ok(map! { "Parameters" => list(rows), "NextToken" => next })
}

pub fn get_parameters_by_path(world: &mut World, input: &Value) -> Answer {
    let path = required(input, "Path")?;
    if !path.starts_with('/') {
        return Err(Refusal::client(
            "ValidationException",
            "The parameter path must begin with /.",
        ));
    }
    let recursive = input.get("Recursive").and_then(Value::as_bool) == Some(true);
    let prefix = format!("{}/", path.trim_end_matches('/'));
    let below = |parameter: &&Parameter| {
        let rest = parameter.name.strip_prefix(&prefix);
        rest.is_some_and(|rest| recursive || !rest.contains('/'))
    };
    let found = world.ssm.parameters.values().filter(below);
    let rows = found.filter_map(|p| Some(p.value(p.newest()?, decrypted(input))));
    page(input, 10, rows.collect())
}

pub fn get_parameter_history(world: &mut World, input: &Value) -> Answer {
    let name = required(input, "Name")?;
    let parameter = world.ssm.parameters.get(name).ok_or_else(missing)?;
    let row = |version: &Version| {
        let mut facts = parameter.facts(version);
        facts.set("Value", version.shown(decrypted(input)));
        Value::Map(facts)
    };
    page(input, 50, parameter.versions.iter().map(row).collect())
}

pub fn describe_parameters(world: &mut World, input: &Value) -> Answer {
    let filters = input.get("ParameterFilters").map_or(&[][..], Value::items);
    let filters: Vec<Filter<'_>> = filters.iter().map(Filter::of).collect::<Result<_, _>>()?;
    let rows = world.ssm.parameters.values().filter_map(|parameter| {
        let version = parameter.newest()?;
        let wanted = filters
            .iter()
            .all(|filter| filter.takes(parameter, version));
        let mut facts = parameter.facts(version);
        facts.set("ARN", &parameter.arn);
        wanted.then_some(Value::Map(facts))
    });
    page(input, 50, rows.collect())
}

/// One filter of `DescribeParameters`.
struct Filter<'a> {
    key: &'a str,
    option: &'a str,
    values: Vec<&'a str>,
}

impl<'a> Filter<'a> {
    fn of(value: &'a Value) -> Result<Self, Refusal> {
        let text = |name: &str| value.get(name).and_then(Value::as_text);
        let key = text("Key").unwrap_or_default();
        if !["Name", "Type", "Path", "Tier"].contains(&key) {
            return Err(Refusal::client(
                "InvalidFilterKey",
                "The specified key is not valid.",
            ));
        }
        let values = value.get("Values").map_or(&[][..], Value::items);
        Ok(Self {
            key,
            option: text("Option").unwrap_or("Equals"),
            values: values.iter().filter_map(Value::as_text).collect(),
        })
    }

    fn takes(&self, parameter: &Parameter, version: &Version) -> bool {
        let value = match self.key {
            "Type" => version.kind.as_str(),
            "Tier" => &version.tier,
            _ => &parameter.name,
        };
        self.values
            .iter()
            .any(|wanted| match (self.key, self.option) {
                ("Path", _) => value.starts_with(&format!("{}/", wanted.trim_end_matches('/'))),
                (_, "BeginsWith") => value.starts_with(wanted),
                (_, "Contains") => value.contains(wanted),
                _ => value == *wanted,
            })
    }
}

pub fn list_tags(world: &mut World, input: &Value) -> Answer {
    let tags = &put::tagged(world, input)?.tags;
    let tags = tags
        .iter()
        .map(|(key, value)| map! { "Key" => key, "Value" => value });
    Ok(map! { "TagList" => list(tags) })
}
