//! Records for display: exact on the disk, masked here.

use super::record::Record;
use crate::domain::text::Text;
use crate::domain::text::mask::{HIDDEN, mask};
use serde_json::Value;

/// Words from outside, for people: masked and sanitized.
pub fn text(foreign: &str) -> Text {
    Text::clean(&mask(foreign))
}

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

/// As [`action`], and every name and string in it masked and sanitized as well.
pub fn action_value(json: &str) -> Value {
    let mut action = serde_json::from_str(&action(json)).unwrap_or_else(|_| HIDDEN.into());
    clean(&mut action);
    action
}

fn clean(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let names = std::mem::take(members).into_iter();
            members.extend(names.map(|(name, mut value)| {
                clean(&mut value);
                (text(&name).to_string(), value)
            }));
        }
        Value::Array(items) => items.iter_mut().for_each(clean),
        Value::String(foreign) => *foreign = text(foreign).to_string(),
        _ => {}
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_values_are_hidden_and_no_string_of_an_action_can_reach_a_terminal_raw() {
        let action = r#"{"Block":{"CustomResponse":{"ResponseHeaders":[{"Name":"x\u001b[2J","Value":"open sesame"}],"ke\u009by":429}}}"#;
        let shown = action_value(action);
        assert_eq!(
            shown["Block"]["CustomResponse"]["ResponseHeaders"][0]["Value"],
            HIDDEN
        );
        let said = shown.to_string();
        assert!(
            said.contains("429") && crate::domain::text::is_clean(&said),
            "{said}"
        );
    }

    #[test]
    fn what_is_no_json_is_hidden_whole() {
        assert_eq!(action_value("open sesame"), HIDDEN);
    }
}
