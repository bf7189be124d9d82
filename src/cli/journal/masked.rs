//! Records for display: exact on the disk, masked here.

use crate::domain::text::mask::{HIDDEN, mask};
use crate::session::record::Record;
use serde_json::Value;

/// The record as JSON, header values of rule actions and everything that looks like a secret hidden.
pub fn record(record: &Record) -> Value {
    let mut value = serde_json::to_value(record).unwrap_or(Value::Null);
    walk(&mut value);
    value
}

/// Hides the same in any value made of our own types.
pub fn walk(value: &mut Value) {
    match value {
        Value::Object(members) => members.iter_mut().for_each(|(name, value)| match value {
            Value::String(text) if name == "json" => *text = action(text),
            other => walk(other),
        }),
        Value::Array(items) => items.iter_mut().for_each(walk),
        Value::String(text) => *text = mask(text).into_owned(),
        _ => {}
    }
}

/// A rule's action: headers are `{ "Name": …, "Value": … }`, and any of them may hold a key.
pub fn action(json: &str) -> String {
    let Ok(mut action) = serde_json::from_str::<Value>(json) else {
        return HIDDEN.to_owned();
    };
    hide_headers(&mut action);
    action.to_string()
}

fn hide_headers(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let is_header = members.contains_key("Name");
            for (name, value) in members.iter_mut() {
                match value {
                    Value::String(text) if is_header && name == "Value" => {
                        HIDDEN.clone_into(text);
                    }
                    other => hide_headers(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide_headers),
        _ => {}
    }
}
