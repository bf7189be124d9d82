//! `t` on a rate rule: its action, or its limit (aws-facts.md §3.4.5).

use super::{Planned, finding, number, refuse};
use crate::domain::change::{Change, Field, FieldChange, Hold, Target, Value};
use crate::domain::fault::Fault;
use crate::domain::health::{Finding, Level};
use crate::domain::ids::{Arn, RuleName};
use crate::domain::text::Text;
use crate::domain::waf::{
    Acl, LIMITS, RateStatement, RawJson, Rule, RuleAction, RuleKind, RuleRef,
};

const COUNT: &str = r#"{"Count":{}}"#;
const BLOCK: &str = r#"{"Block":{}}"#;

/// What is known of the rule.
pub struct Facts<'a> {
    pub acl: &'a Acl,
    pub resources: &'a [Arn],
    pub gaps: &'a [Fault],
    pub rule: &'a RuleName,
}

/// The rule, where it may be edited, with its parts.
struct Editable<'a> {
    rule: &'a Rule,
    rate: &'a RateStatement,
    action: &'a RawJson,
}

impl<'a> Facts<'a> {
    fn editable(&self) -> Result<Editable<'a>, Fault> {
        let rule = self.acl.editable_rule(self.rule)?;
        match (&rule.kind, &rule.raw_action) {
            (RuleKind::Rate(rate), Some(action)) => Ok(Editable { rule, rate, action }),
            _ => Err(refuse(format!(
                "{} is not a rate rule with an action of its own",
                rule.name.text()
            ))),
        }
    }

    fn planned(&self, field: Field, before: Value, after: Value, summary: &str) -> Planned {
        let target = Target::Rule(RuleRef {
            acl: self.acl.at.clone(),
            rule: self.rule.clone(),
        });
        let seen = vec![(target.clone(), [(field, before.clone())].into())];
        let change = Change {
            target,
            fields: vec![FieldChange {
                field,
                before,
                after,
                hold: Hold::Held,
            }],
        };
        let changes = if change.is_empty() {
            Vec::new()
        } else {
            vec![change]
        };
        Planned {
            changes,
            seen,
            summary: Text::clean(summary),
            ..Planned::default()
        }
    }

    fn warnings(&self) -> Vec<Finding> {
        let reset = finding(
            Level::Notice,
            "AWS resets the rule's counters: limiting may pause for up to a minute",
        );
        let gaps = self.gaps.iter().map(|g| {
            finding(
                Level::Warn,
                format!("Not known what else it protects: {}", g.what),
            )
        });
        self.shared()
            .into_iter()
            .chain(gaps)
            .chain([reset])
            .collect()
    }

    fn shared(&self) -> Option<Finding> {
        let n = self.resources.len();
        (n > 1).then(|| {
            finding(
                Level::Warn,
                format!("The web ACL is shared: {n} resources are behind it"),
            )
        })
    }
}

/// The other action: Count, or from Count the whole original.
pub fn toggle(facts: &Facts<'_>, original: Option<&RawJson>) -> Result<Planned, Fault> {
    let found = facts.editable()?;
    let (after, first) = next_action(&found, original);
    let summary = format!(
        "{} {} → {}",
        facts.rule.text(),
        name(found.action),
        name(&after)
    );
    let mut planned = facts.planned(
        Field::Action,
        Value::Json(found.action.clone()),
        Value::Json(after),
        &summary,
    );
    planned.warnings = facts.warnings();
    planned.warnings.extend(first);
    Ok(planned)
}

/// Count, whatever it does now; nothing to do where it counts already.
pub fn count(facts: &Facts<'_>) -> Result<Planned, Fault> {
    if facts.editable()?.rule.action == RuleAction::Count {
        return Ok(Planned {
            summary: Text::clean(&format!("{} counts already", facts.rule.text())),
            ..Planned::default()
        });
    }
    toggle(facts, None)
}

fn next_action(found: &Editable<'_>, original: Option<&RawJson>) -> (RawJson, Option<Finding>) {
    if found.rule.action != RuleAction::Count {
        let open =
            "Nothing is blocked by this rule while it counts; later rules now see these requests";
        return (RawJson(COUNT.into()), Some(finding(Level::Warn, open)));
    }
    match original.filter(|o| name(o).as_str() != "Count") {
        Some(original) => (original.clone(), None),
        None => (RawJson(BLOCK.into()), Some(will_block())),
    }
}

fn will_block() -> Finding {
    let said = format!(
        "No original action is on record: the rule will start blocking, with {BLOCK} (a plain 403)"
    );
    finding(Level::Bad, said)
}

/// The action's name: the only member of its object.
fn name(action: &RawJson) -> Text {
    let members =
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(action.as_str());
    members
        .ok()
        .and_then(|m| m.keys().next().map(|k| Text::clean(k)))
        .unwrap_or_default()
}

/// A new limit.
pub fn limit(facts: &Facts<'_>, input: &str) -> Result<Planned, Fault> {
    let found = facts.editable()?;
    let n = number::whole(input, "the limit", *LIMITS.end())?;
    if n < *LIMITS.start() {
        return Err(
            refuse(format!("{n} is below the smallest limit of a rate rule"))
                .means(format!("AWS takes {} to {}", LIMITS.start(), LIMITS.end()))
                .next("type a larger number"),
        );
    }
    let before = found.rate.limit;
    let summary = format!("{} limit {before} → {n}", facts.rule.text());
    let mut planned = facts.planned(
        Field::Limit,
        Value::Count(before),
        Value::Count(n),
        &summary,
    );
    if !planned.is_nothing() {
        planned.warnings = facts.warnings();
        planned.warnings.extend(direction(&found, n));
    }
    Ok(planned)
}

fn direction(found: &Editable<'_>, n: u64) -> Option<Finding> {
    let window = found.rate.window;
    if found.rule.action == RuleAction::Count {
        return Some(finding(
            Level::Notice,
            "The rule only counts now: the limit blocks nobody until it acts again",
        ));
    }
    (n < found.rate.limit).then(|| {
        finding(
            Level::Warn,
            format!("Clients above {n} requests in {window} s are acted on from now on"),
        )
    })
}

/// The live limit, for the dialog.
pub fn prefill(acl: &Acl, rule: &RuleName) -> String {
    let rate = acl
        .rules
        .iter()
        .find(|r| r.name == *rule)
        .and_then(Rule::rate);
    rate.map(|r| r.limit.to_string()).unwrap_or_default()
}

#[cfg(test)]
#[path = "rule_tests.rs"]
mod tests;
