//! Malformed members, service by service, in each dialect.

use super::*;
use crate::sim::value::map;
use crate::sim::wire::{json, query};
use strum::IntoEnumIterator;

const MALFORMED: &str = include_str!("malformed.txt");

/// The code of a refusal, or `fine`, and its message.
fn told(checked: Result<(), Refusal>) -> (String, String) {
    match checked {
        Ok(()) => ("fine".to_owned(), String::new()),
        Err(refusal) => (refusal.code.into_owned(), refusal.message),
    }
}

fn sent(dialect: &str, service: &str, operation: &str, what: &str) -> (String, String) {
    let (dialect, input) = match dialect {
        "json" => (Dialect::Json, json::decode(what.as_bytes())),
        _ => (Dialect::Text, query::decode(what.as_bytes())),
    };
    let service = Service::iter().find(|known| format!("{known:?}") == service);
    let service = service.expect("a service");
    told(check(
        service,
        operation,
        dialect,
        &input.expect("readable"),
    ))
}

#[test]
fn malformed_members_are_refused_in_the_services_own_words() {
    let rows = MALFORMED.lines().filter(|line| !line.starts_with('#'));
    for row in rows {
        let parts: Vec<&str> = row.split(" | ").collect();
        let [dialect, service, operation, what, code, says @ ..] = parts.as_slice() else {
            panic!("no row: {row}");
        };
        let (is, message) = sent(dialect, service, operation, what);
        assert_eq!(is, *code, "{row}: {message}");
        assert!(
            says.iter().all(|says| message.contains(says)),
            "{row}: {message}"
        );
    }
}

#[test]
fn cbor_has_times_of_its_own() {
    let checked = |start: Value| {
        let input = map! {
            "Namespace" => "a", "MetricName" => "b", "Period" => 60,
            "StartTime" => start, "EndTime" => jiff::Timestamp::UNIX_EPOCH,
        };
        told(check(
            Service::CloudWatch,
            "GetMetricStatistics",
            Dialect::Cbor,
            &input,
        ))
        .0
    };
    assert_eq!(checked(jiff::Timestamp::UNIX_EPOCH.into()), "fine");
    assert_eq!(checked(Value::Int(0)), "SerializationException");
}

#[test]
fn what_no_model_has_passes() {
    let body = r#"{"Scope":"REGIONAL","Novelty":{"a":[1]}}"#;
    assert_eq!(sent("json", "Waf", "ListWebACLs", body).0, "fine");
    assert_eq!(sent("json", "Waf", "NoSuchThing", body).0, "fine");
}
