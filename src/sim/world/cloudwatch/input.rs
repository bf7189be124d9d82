//! What calls to CloudWatch have in common.

use super::super::metrics::Key;
use super::super::page::BadToken;
use crate::sim::call::Refusal;
use crate::sim::value::{Value, list, map};
use jiff::Timestamp;

pub fn bad(message: impl Into<String>) -> Refusal {
    Refusal::client("InvalidParameterValueException", message)
}

pub fn missing(member: &str) -> Refusal {
    Refusal::client(
        "MissingRequiredParameterException",
        format!("The parameter {member} is required."),
    )
}

pub fn bad_token(_: BadToken) -> Refusal {
    Refusal::client("InvalidNextToken", "The next token specified is invalid.")
}

pub fn text<'a>(input: &'a Value, member: &str) -> Result<&'a str, Refusal> {
    let text = input.get(member).and_then(Value::as_text);
    text.ok_or_else(|| missing(member))
}

pub fn time(input: &Value, member: &str) -> Result<Timestamp, Refusal> {
    let time = input.get(member).and_then(Value::as_time);
    time.ok_or_else(|| missing(member))
}

/// The series that a `Metric`, or the same members elsewhere, names.
pub fn key(input: &Value) -> Result<Key, Refusal> {
    let (namespace, name) = (text(input, "Namespace")?, text(input, "MetricName")?);
    let dimensions = input.get("Dimensions").map_or(&[][..], Value::items);
    if dimensions.len() > 30 {
        return Err(bad("No more than 30 dimensions can be given."));
    }
    let pair = |d: &'_ Value| -> Option<(String, String)> {
        let text = |member| d.get(member).and_then(Value::as_text).map(str::to_owned);
        Some((text("Name")?, text("Value")?))
    };
    let pairs: Option<Vec<_>> = dimensions.iter().map(pair).collect();
    let pairs = pairs.ok_or_else(|| bad("Each dimension needs Name and Value."))?;
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    Ok(Key::new(namespace, name, &pairs))
}

/// A series' dimensions as they are shown.
pub fn dimensions(key: &Key) -> Value {
    let pair = |(name, value): &(String, String)| map! { "Name" => name, "Value" => value };
    list(key.dimensions.iter().map(pair))
}

/// The length of a bucket: whole minutes; below a minute nothing is kept.
pub fn period(input: &Value) -> Result<i64, Refusal> {
    let period = input.get("Period").and_then(Value::as_int);
    let period = period.ok_or_else(|| missing("Period"))?;
    let short = [1, 5, 10, 20, 30].contains(&period);
    let whole = period > 0 && period % 60 == 0 && period <= 86_400 * 30;
    if short {
        Ok(60)
    } else if whole {
        Ok(period)
    } else {
        Err(bad(
            "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.",
        ))
    }
}
