//! A plan for programs.

use super::Looked;
use crate::cli::journal::masked;
use crate::domain::change::{FieldChange, Value as Setting};
use crate::domain::health::{Finding, Level};
use crate::domain::text::Text;
use crate::session::draft::{DraftStep, Refusal, Work};
use crate::session::permission::Answer;
use crate::session::step;
use serde_json::{Value, json};

/// A session's snapshot, with what may be a secret hidden.
pub(super) fn masked(now: &crate::session::snapshot::Snapshot) -> Value {
    let mut value = serde_json::to_value(now).unwrap_or(Value::Null);
    masked::walk(&mut value);
    value
}

/// The whole answer.
pub(super) fn plan(looked: &Looked<'_>) -> Value {
    let (plan, place) = (&looked.written.plan, &looked.found.survey.place);
    let steps: Vec<Value> = looked
        .found
        .draft
        .steps
        .iter()
        .map(|s| one(looked, s))
        .collect();
    let refusals = &looked.found.draft.refusals;
    let refusals: Vec<Value> = refusals.iter().map(|r| refusal(looked, r)).collect();
    let missing = looked.missing();
    let nothing: Vec<&str> = looked
        .found
        .draft
        .nothing
        .iter()
        .map(Text::as_str)
        .collect();
    json!({
        "plan": plan.name.as_str(),
        "account": place.scope.account,
        "region": place.scope.region,
        "caller": place.caller,
        "ttl_seconds": plan.ttl.as_secs(),
        "unattended_seconds": plan.unattended.as_secs(),
        "settle_seconds": plan.settle.as_secs(),
        "steps": steps,
        "unchanged": nothing,
        "refusals": refusals,
        "missing_permissions": missing,
        "permissions": permissions(looked),
    })
}

/// Everything that it needs to be allowed, and how far that could be looked at.
fn permissions(looked: &Looked<'_>) -> Value {
    let (unsure, why) = match &looked.permissions.answer {
        Answer::Unasked => (Vec::new(), None),
        Answer::Looked { unsure, .. } => (unsure.iter().collect(), None),
        Answer::Unseen(fault) => (Vec::new(), Some(fault.line().to_string())),
    };
    json!({
        "looked_at": matches!(looked.permissions.answer, Answer::Looked { .. }),
        "not_looked_at_because": why,
        "unsure": unsure,
        "needed": looked.permissions.needs,
    })
}

fn one(looked: &Looked<'_>, step: &DraftStep) -> Value {
    let risks: Vec<Value> = step.risks.iter().map(finding).collect();
    let mut value = work(looked, &step.work);
    value["awaits"] = json!(step.awaits.as_str());
    value["action"] = json!(step.work.action());
    value["risks"] = json!(risks);
    value
}

fn work(looked: &Looked<'_>, work: &Work) -> Value {
    match work {
        Work::Lock(shelf) => json!({
            "do": "lock",
            "path": shelf.path(&looked.found.survey.place.scope),
        }),
        Work::Create(backup) => json!({
            "do": "create",
            "resource": backup.database.id,
            "snapshot": backup.snapshot,
        }),
        Work::Arm(timer) => json!({
            "do": "arm",
            "resource": step::resource(&timer.target).as_str(),
            "after_seconds": timer.after.as_secs(),
            "min": timer.min,
            "max": timer.max,
        }),
        Work::Set(change) => json!({
            "do": "set",
            "resource": step::resource(&change.target).as_str(),
            "fields": change.fields.iter().map(field).collect::<Vec<_>>(),
        }),
    }
}

fn field(change: &FieldChange) -> Value {
    json!({
        "field": change.field.to_string(),
        "before": setting(&change.before),
        "during": setting(&change.after),
        "after": setting(&change.before),
    })
}

/// A rule's action as JSON, its header values hidden.
fn setting(value: &Setting) -> Value {
    match value {
        Setting::Count(n) => json!(n),
        Setting::Json(raw) => {
            let shown = masked::action(raw.as_str());
            serde_json::from_str(&shown).unwrap_or(Value::String(shown))
        }
    }
}

fn refusal(looked: &Looked<'_>, refusal: &Refusal) -> Value {
    let fault = looked.fault(refusal);
    json!({
        "reason": refusal.reason.to_string(),
        "acceptable": refusal.reason.is_acceptable(),
        "accepted": looked.is_accepted(refusal),
        "what": fault.what.as_str(),
        "means": fault.means.as_str(),
        "next": fault.next.as_str(),
    })
}

fn finding(finding: &Finding) -> Value {
    let level = match finding.level {
        Level::Good => "good",
        Level::Notice => "notice",
        Level::Warn => "warn",
        Level::Bad => "bad",
    };
    json!({ "level": level, "what": finding.sentence.as_str() })
}
