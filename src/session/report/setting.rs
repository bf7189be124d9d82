//! A setting's value as it may be shown.

use crate::domain::change::Value;
use crate::session::masked;

/// A number, or a rule's action with its header values hidden.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Setting {
    Count(u64),
    Action(serde_json::Value),
}

impl From<&Value> for Setting {
    fn from(value: &Value) -> Self {
        match value {
            Value::Count(n) => Self::Count(*n),
            Value::Json(raw) => Self::Action(masked::action_value(raw.as_str())),
        }
    }
}

impl std::fmt::Display for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(n) => n.fmt(f),
            Self::Action(action) => action.fmt(f),
        }
    }
}

impl Setting {
    /// In a word or two: an action by its name, where the whole of it would be too long for a line.
    pub fn short(&self) -> String {
        let Self::Action(action) = self else {
            return self.to_string();
        };
        let Some((name, rest)) = action.as_object().and_then(|a| a.iter().next()) else {
            return self.to_string();
        };
        if rest.as_object().is_none_or(serde_json::Map::is_empty) {
            name.clone()
        } else {
            format!("{name} with its custom handling")
        }
    }
}
