//! One value as the operator gave it, before anything was checked.

use serde::de::Error;
use std::ops::Range;
use toml::{Spanned, Value};

/// A raw value, and where it stands if a file gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    pub text: String,
    pub at: At,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// A flag or an environment variable; clap knows which.
    Outside,
    /// These bytes of the config file.
    File(Range<usize>),
}

impl From<String> for Given {
    fn from(text: String) -> Self {
        Self {
            text,
            at: At::Outside,
        }
    }
}

impl<'de> serde::Deserialize<'de> for Given {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Spanned::<Value>::deserialize(deserializer)?;
        let at = At::File(value.span());
        let text = match value.into_inner() {
            Value::String(text) => text,
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Boolean(yes) => yes.to_string(),
            other => {
                return Err(D::Error::custom(format!(
                    "one value is wanted here, not {}",
                    kind(&other)
                )));
            }
        };
        Ok(Self { text, at })
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Array(_) => "a list",
        Value::Table(_) => "a section",
        _ => "a date",
    }
}
