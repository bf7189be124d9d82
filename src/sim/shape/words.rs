//! How each service says that a member is wrong.

use super::check::{Dialect, Step};
use super::table::Kind;
use crate::sim::call::{Refusal, Service};
use crate::sim::value::Value;
use crate::sim::wire::error;

/// A bound that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// It must be there.
    Null,
    Value {
        least: Option<i64>,
        most: Option<i64>,
    },
    Length {
        least: Option<i64>,
        most: Option<i64>,
    },
    OneOf(&'static [&'static str]),
}

/// A member out of its bounds.
#[derive(Debug)]
pub struct Broken {
    /// `MetricData.1.MetricName`.
    path: String,
    /// `metricData.1.metricName`.
    lowered: String,
    value: Option<String>,
    constraint: Constraint,
}

/// A member of another type.
#[derive(Debug)]
pub struct Mistyped {
    path: String,
    found: &'static str,
    wanted: &'static str,
    value: Option<String>,
}

/// So much of a value is repeated to whoever sent it.
const REPEATED: usize = 100;

fn shortened(text: &str) -> String {
    text.chars().take(REPEATED).collect()
}

fn path(steps: &[Step<'_>], name: impl Fn(&str) -> String) -> String {
    let part = |step: &Step<'_>| match step {
        Step::Name(text) => name(text),
        Step::Key(key) => shortened(key),
        Step::Place(place) => place.to_string(),
    };
    steps.iter().map(part).collect::<Vec<_>>().join(".")
}

/// The common front tells members with a small letter, whatever their model says.
fn lowered(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

impl Broken {
    pub fn new(steps: &[Step<'_>], value: Option<&str>, constraint: Constraint) -> Self {
        Self {
            path: path(steps, str::to_owned),
            lowered: path(steps, lowered),
            value: value.map(shortened),
            constraint,
        }
    }

    /// As the common front of AWS's services says it.
    fn told(&self) -> String {
        let value = match (&self.value, self.constraint) {
            (Some(value), _) => format!(" '{value}'"),
            (None, Constraint::Null) => " null".to_owned(),
            (None, _) => String::new(),
        };
        format!(
            "Value{value} at '{}' failed to satisfy constraint: {}",
            self.lowered,
            self.constraint.told(self.value.as_deref())
        )
    }
}

impl Constraint {
    fn told(self, value: Option<&str>) -> String {
        let bounds = |what: &str, least: Option<i64>, most: Option<i64>, is: Option<i64>| match (
            least, most,
        ) {
            (Some(least), _) if is.is_none_or(|is| is < least) => {
                format!("Member must have {what} greater than or equal to {least}")
            }
            (_, Some(most)) => format!("Member must have {what} less than or equal to {most}"),
            _ => "Member must be within its bounds".to_owned(),
        };
        match self {
            Self::Null => "Member must not be null".to_owned(),
            Self::OneOf(values) => {
                format!(
                    "Member must satisfy enum value set: [{}]",
                    values.join(", ")
                )
            }
            Self::Value { least, most } => {
                bounds("value", least, most, value.and_then(|v| v.parse().ok()))
            }
            Self::Length {
                least: Some(least),
                most: Some(most),
            } => format!("Member must have length between {least} and {most}"),
            Self::Length { least, most } => bounds("length", least, most, None),
        }
    }
}

/// Bounds that do not hold, in the service's words.
pub fn broken(service: Service, all: &[Broken]) -> Refusal {
    let errors = if all.len() == 1 { "error" } else { "errors" };
    let told: Vec<String> = all.iter().map(Broken::told).collect();
    let told = format!(
        "{} validation {errors} detected: {}",
        all.len(),
        told.join("; ")
    );
    match (service, all) {
        (Service::Rds, [first, ..]) => rds(first),
        (Service::CloudWatch, [first, ..]) if first.constraint == Constraint::Null => {
            let text = format!("The parameter {} is required.", first.path);
            Refusal::client("MissingRequiredParameterException", text)
        }
        (Service::Ecs | Service::Logs, _) => Refusal::client("InvalidParameterException", told),
        (Service::AutoScaling | Service::Elb | Service::Sts, _) => {
            Refusal::client("ValidationError", told)
        }
        (Service::CloudFront, _) => Refusal::client("InvalidArgument", told),
        _ => Refusal::client("ValidationException", told),
    }
}

fn rds(first: &Broken) -> Refusal {
    let Broken {
        path,
        value,
        constraint,
        ..
    } = first;
    if *constraint == Constraint::Null {
        let text = format!("The request must contain the parameter {path}.");
        return Refusal::client("MissingParameter", text);
    }
    let value = value.as_deref().unwrap_or_default();
    let must = match constraint {
        Constraint::Value {
            least: Some(least),
            most: Some(most),
        } => format!("Must be between {least} and {most}"),
        other => other.told(Some(value)),
    };
    Refusal::client(
        "InvalidParameterValue",
        format!("Invalid value {value} for {path}. {must}"),
    )
}

impl Mistyped {
    pub fn new(steps: &[Step<'_>], kind: &Kind, value: &Value) -> Self {
        Self {
            path: path(steps, str::to_owned),
            found: token(value),
            wanted: wanted(kind),
            value: value.as_text().map(shortened),
        }
    }
}

/// What a reader of JSON calls it.
fn token(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Int(_) => "NUMBER_VALUE",
        Value::Float(_) => "DECIMAL_VALUE",
        Value::Text(_) | Value::Time(_) | Value::Blob(_) => "STRING_VALUE",
        Value::List(_) => "START_ARRAY",
        Value::Map(_) => "START_OBJECT",
    }
}

fn wanted(kind: &Kind) -> &'static str {
    match kind {
        Kind::Bool => "Boolean",
        Kind::Int => "Integer",
        Kind::Long => "Long",
        Kind::Float => "Double",
        Kind::Text(_) => "String",
        Kind::Time => "milliseconds since epoch",
        Kind::Blob => "ByteBuffer",
        Kind::List(_) => "List",
        Kind::Map(_) => "Map",
        Kind::Struct(_) => "Structure",
    }
}

/// A wrong type. `STRING_VALUE cannot be converted to Integer` is what ECS answers to
/// a text for a number; the query services have a word for any value that is wrong.
pub fn mistyped(service: Service, dialect: Dialect, what: &Mistyped) -> Refusal {
    let Mistyped {
        path,
        found,
        wanted,
        value,
    } = what;
    if dialect != Dialect::Text {
        let text = match *found {
            "START_ARRAY" => "Start of list found where not expected".to_owned(),
            "START_OBJECT" => "Start of structure or map found where not expected.".to_owned(),
            found => format!("{found} cannot be converted to {wanted}"),
        };
        return Refusal::client(error::UNREADABLE, text);
    }
    let value = value.as_deref().unwrap_or_default();
    let text = format!("Invalid value {value} for {path}. Must be of type {wanted}");
    let code = match service {
        Service::Rds => "InvalidParameterValue",
        Service::CloudWatch => "MalformedInput",
        Service::CloudFront => "InvalidArgument",
        _ => "ValidationError",
    };
    Refusal::client(code, text)
}
