//! The members of a request, with the refusals that AWS gives.

use crate::sim::call::Refusal;
use crate::sim::value::Value;

/// A refusal of what the caller sent.
pub fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::client("InvalidParameterException", message)
}

/// A text that must be there.
pub fn required<'a>(input: &'a Value, member: &str) -> Result<&'a str, Refusal> {
    text(input, member).ok_or_else(|| {
        invalid(format!(
            "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
        ))
    })
}

/// A text that may be there.
pub fn text<'a>(input: &'a Value, member: &str) -> Option<&'a str> {
    input.get(member).and_then(Value::as_text)
}

/// A number of items: `most` where none is named, refused outside of 1 to `most`.
pub fn limit(input: &Value, most: usize) -> Result<usize, Refusal> {
    let Some(limit) = input.get("limit").and_then(Value::as_int) else {
        return Ok(most);
    };
    let bound = match limit {
        ..1 => "greater than or equal to 1".to_owned(),
        _ if limit > most as i64 => format!("less than or equal to {most}"),
        _ => return Ok(limit as usize),
    };
    Err(invalid(format!(
        "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must have value {bound}"
    )))
}

/// Milliseconds since the epoch; refused where negative.
pub fn millis(input: &Value, member: &str) -> Result<Option<i64>, Refusal> {
    match input.get(member).and_then(Value::as_int) {
        Some(at @ ..=-1) => Err(invalid(format!(
            "1 validation error detected: Value '{at}' at '{member}' failed to satisfy constraint: Member must have value greater than or equal to 0"
        ))),
        at => Ok(at),
    }
}

/// The group that a request names, by name or by ARN.
pub fn group_name(input: &Value) -> Result<&str, Refusal> {
    match (
        text(input, "logGroupName"),
        text(input, "logGroupIdentifier"),
    ) {
        (Some(_), Some(_)) => Err(invalid(
            "Only one of logGroupName and logGroupIdentifier can be specified.",
        )),
        (Some(name), None) => Ok(name),
        (None, Some(identifier)) => name_of(identifier),
        (None, None) => Err(invalid(
            "Either logGroupName or logGroupIdentifier must be specified.",
        )),
    }
}

/// The name in an ARN, which must not end in `:*`; a name is itself.
pub fn name_of(identifier: &str) -> Result<&str, Refusal> {
    match identifier.split_once(":log-group:") {
        None if identifier.starts_with("arn:") => Err(bad_arn(identifier)),
        None => Ok(identifier),
        Some((_, name)) if name.contains([':', '*']) => Err(bad_arn(identifier)),
        Some((_, name)) => Ok(name),
    }
}

fn bad_arn(identifier: &str) -> Refusal {
    invalid(format!(
        "The log group identifier {identifier} is not valid: give the ARN without a trailing :*"
    ))
}

/// A page of rows from where the token says; the token is the number of the first row.
pub fn page<T>(
    input: &Value,
    most: usize,
    rows: Vec<T>,
) -> Result<(Vec<T>, Option<String>), Refusal> {
    let limit = limit(input, most)?;
    let from: usize = match text(input, "nextToken") {
        None => 0,
        Some(token) => token.parse().map_err(|_| bad_token())?,
    };
    let end = from.saturating_add(limit);
    let next = (end < rows.len()).then(|| end.to_string());
    Ok((rows.into_iter().skip(from).take(limit).collect(), next))
}

/// For a token that nobody here gave.
pub fn bad_token() -> Refusal {
    invalid("The specified nextToken is invalid.")
}
