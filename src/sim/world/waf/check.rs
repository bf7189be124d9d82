//! What of a web ACL AWS refuses (aws-facts.md §3.4.5).

use super::invalid;
use crate::sim::call::Refusal;
use crate::sim::value::{Map, Value};
use std::collections::BTreeSet;

/// Bounds of a rate rule's limit, and its windows in seconds.
const LIMITS: std::ops::RangeInclusive<i64> = 10..=2_000_000_000;
const WINDOWS: [i64; 4] = [60, 120, 300, 600];
/// Rate rules of one web ACL.
const RATE_RULES: usize = 10;

/// Whether the response bodies are part of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bodies {
    Known,
    Unknown,
}

/// Checks all that an update brings.
pub fn settings(input: &Value) -> Result<(), Refusal> {
    let none = Map::default();
    let default = input
        .get("DefaultAction")
        .and_then(Value::as_map)
        .unwrap_or(&none);
    let name = default.0.first().map_or("", |(name, _)| &**name);
    if default.0.len() != 1 || !["Allow", "Block"].contains(&name) {
        return Err(invalid(
            "DEFAULT_ACTION",
            name,
            "You must specify exactly one of Allow and Block.",
        ));
    }
    visibility(input)?;
    let bodies = input
        .get("CustomResponseBodies")
        .and_then(Value::as_map)
        .unwrap_or(&none);
    rules(input, bodies, Bodies::Known)
}

/// Checks the rules of a request, against each other and one by one.
pub fn rules(input: &Value, bodies: &Map, known: Bodies) -> Result<(), Refusal> {
    let rules = input.get("Rules").map_or(&[][..], Value::items);
    let (mut names, mut priorities) = (BTreeSet::new(), BTreeSet::new());
    for rule in rules {
        let name = rule
            .get("Name")
            .and_then(Value::as_text)
            .unwrap_or_default();
        let good = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        if name.is_empty() || name.len() > 128 || !name.chars().all(good) {
            return Err(invalid("RULE", name, "The rule has no valid name."));
        }
        if !names.insert(name) {
            return Err(invalid(
                "RULE",
                name,
                "You have used the name of a rule twice.",
            ));
        }
        let priority = rule.get("Priority").and_then(Value::as_int);
        let priority = priority.filter(|priority| *priority >= 0);
        let priority =
            priority.ok_or_else(|| invalid("RULE", name, "The rule has no valid priority."))?;
        if !priorities.insert(priority) {
            return Err(invalid(
                "RULE",
                &priority.to_string(),
                "You have used a priority twice.",
            ));
        }
        visibility(rule)?;
        statement(rule, name)?;
        action(rule, name, bodies, known)?;
    }
    let rates = rules.iter().filter(|rule| rate(rule).is_some()).count();
    if rates > RATE_RULES {
        return Err(Refusal::client(
            "WAFLimitsExceededException",
            format!(
                "AWS WAF couldn\u{2019}t perform the operation because you exceeded your resource limit: {rates} rate-based rules of {RATE_RULES}."
            ),
        ));
    }
    Ok(())
}

fn visibility(of: &Value) -> Result<(), Refusal> {
    let config = of.get("VisibilityConfig");
    let name = config
        .and_then(|config| config.get("MetricName")?.as_text())
        .unwrap_or_default();
    let good = |c: char| c.is_alphanumeric() || "_#:.-/".contains(c);
    if name.is_empty() || name.len() > 255 || !name.chars().all(good) {
        return Err(invalid(
            "METRIC_NAME",
            name,
            "The metric name is missing or has characters that are not allowed.",
        ));
    }
    Ok(())
}

fn rate(rule: &Value) -> Option<&Value> {
    rule.get("Statement")?.get("RateBasedStatement")
}

fn statement(rule: &Value, name: &str) -> Result<(), Refusal> {
    let statement = rule.get("Statement").and_then(Value::as_map);
    if statement.is_none_or(|statement| statement.0.len() != 1) {
        return Err(invalid(
            "STATEMENT",
            name,
            "A rule has exactly one statement.",
        ));
    }
    let Some(rate) = rate(rule) else {
        return Ok(());
    };
    let limit = rate.get("Limit").and_then(Value::as_int).unwrap_or(0);
    if !LIMITS.contains(&limit) {
        return Err(invalid(
            "RATE_BASED_STATEMENT",
            &limit.to_string(),
            "The limit must be between 10 and 2000000000.",
        ));
    }
    let window = rate.get("EvaluationWindowSec").and_then(Value::as_int);
    if let Some(window) = window.filter(|window| !WINDOWS.contains(window)) {
        return Err(invalid(
            "RATE_BASED_STATEMENT",
            &window.to_string(),
            "The evaluation window must be 60, 120, 300 or 600.",
        ));
    }
    let aggregate = rate
        .get("AggregateKeyType")
        .and_then(Value::as_text)
        .unwrap_or_default();
    if !["IP", "FORWARDED_IP", "CUSTOM_KEYS", "CONSTANT"].contains(&aggregate) {
        return Err(invalid(
            "RATE_BASED_STATEMENT",
            aggregate,
            "The aggregate key type is not valid.",
        ));
    }
    if aggregate == "CONSTANT" && rate.get("ScopeDownStatement").is_none() {
        return Err(invalid(
            "SCOPE_DOWN",
            aggregate,
            "The aggregate key type CONSTANT needs a scope-down statement.",
        ));
    }
    Ok(())
}

/// Groups have an `OverrideAction`, other rules an `Action`; both or neither is a mistake.
fn action(rule: &Value, name: &str, bodies: &Map, known: Bodies) -> Result<(), Refusal> {
    let statement = rule.get("Statement");
    let has = |kind: &str| statement.is_some_and(|statement| statement.get(kind).is_some());
    let group = has("ManagedRuleGroupStatement") || has("RuleGroupReferenceStatement");
    let (wanted, other) = if group {
        ("OverrideAction", "Action")
    } else {
        ("Action", "OverrideAction")
    };
    let field = if group {
        "OVERRIDE_ACTION"
    } else {
        "RULE_ACTION"
    };
    let action = rule.get(wanted).and_then(Value::as_map);
    let Some(action) = action.filter(|action| action.0.len() == 1 && rule.get(other).is_none())
    else {
        return Err(invalid(
            field,
            name,
            &format!("A rule of this kind has exactly one {wanted} and no {other}."),
        ));
    };
    if rate(rule).is_some() && action.get("Allow").is_some() {
        return Err(invalid(field, "ALLOW", "A rate-based rule cannot allow."));
    }
    let response = action
        .get("Block")
        .and_then(|block| block.get("CustomResponse"));
    response.map_or(Ok(()), |response| custom(response, bodies, known))
}

fn custom(response: &Value, bodies: &Map, known: Bodies) -> Result<(), Refusal> {
    let code = response
        .get("ResponseCode")
        .and_then(Value::as_int)
        .unwrap_or(0);
    if !(200..=599).contains(&code) {
        return Err(invalid(
            "CUSTOM_RESPONSE",
            &code.to_string(),
            "The response code must be between 200 and 599.",
        ));
    }
    let key = response
        .get("CustomResponseBodyKey")
        .and_then(Value::as_text);
    match key {
        Some(key) if known == Bodies::Known && bodies.get(key).is_none() => Err(invalid(
            "CUSTOM_RESPONSE_BODY",
            key,
            "The custom response body key is not in CustomResponseBodies.",
        )),
        _ => Ok(()),
    }
}
