//! The proof of the restore, field by field: what it was, what the session set, what it is now.

use super::Setting;
use super::evidence::{Evidence, Trail};
use crate::domain::change::{Field, FieldChange, Hold, Standing, Target, Value};
use crate::domain::text::Text;
use crate::session::load_test::Moved;
use crate::session::masked::text;
use crate::session::state::{End, SessionState, StepState};
use crate::session::step::resource;
use jiff::Timestamp;

/// How a field ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Proof {
    /// Read back equal to what it was.
    Restored,
    /// Left as it is, on the operator's word.
    Kept,
    /// Somebody else changed it, and it was left to them.
    Conflict,
    /// Autoscaling owns it.
    Floating,
    /// Not known to be back.
    Open,
}

/// One field of one resource, from before the session to after it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FieldEnd {
    pub resource: Text,
    pub field: Field,
    pub before: Setting,
    pub during: Setting,
    /// What was last read; `None`: nobody has looked.
    pub after: Option<Setting>,
    pub proof: Proof,
    /// When that was seen.
    pub at: Option<Timestamp>,
    /// How it is known, in words.
    pub said: Text,
    /// Who else changed it.
    pub who: Option<Text>,
    /// Where it can be looked for, if it is a conflict and that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub look: Option<Text>,
    #[serde(skip)]
    pub(super) target: Target,
    /// Its bound waits until less runs.
    #[serde(skip)]
    pub(super) draining: bool,
}

/// Conflicts of which nobody's name is known say where it can be found. What was found at the end was
/// changed after the session began.
pub(super) fn blame(fields: &mut [FieldEnd], state: &SessionState) {
    let conflicts = fields.iter_mut().filter(|f| f.proof == Proof::Conflict);
    for end in conflicts.filter(|f| f.who.is_none()) {
        end.look = Some(super::who::not_said(&end.target, state.at));
    }
}

/// What one step's records come to for one field.
struct Verdict {
    after: Option<Value>,
    proof: Proof,
    at: Option<Timestamp>,
    said: String,
    who: Option<String>,
}

/// All fields that a request may have touched, in the order of the first one.
pub(super) fn all(state: &SessionState, evidence: &Evidence<'_>) -> Vec<FieldEnd> {
    let mut all: Vec<FieldEnd> = Vec::new();
    let steps = state.steps.iter().zip(&evidence.trails);
    for (step, trail) in steps.filter(|(s, _)| s.has_landed()) {
        let Some(change) = step.step.change().filter(|c| !c.target.is_net()) else {
            continue;
        };
        for field in &change.fields {
            let end = one(step, trail, &change.target, field, evidence);
            let known = all
                .iter_mut()
                .find(|f| f.target == change.target && f.field == field.field);
            match known {
                Some(known) => known.followed_by(end),
                None => all.push(end),
            }
        }
    }
    all
}

impl FieldEnd {
    /// A later step set the same field again: it is back when the first step is, and what the newest one
    /// left stands where that one is not back.
    fn followed_by(&mut self, later: Self) {
        self.during = later.during.clone();
        if self.proof != Proof::Restored && later.proof != Proof::Restored {
            let (resource, before) = (self.resource.clone(), self.before.clone());
            *self = Self {
                resource,
                before,
                ..later
            };
        }
    }
}

fn one(
    step: &StepState,
    trail: &Trail,
    target: &Target,
    field: &FieldChange,
    evidence: &Evidence<'_>,
) -> FieldEnd {
    let moved = evidence.moved(target, field.field);
    let verdict = kept(step, trail, field, moved)
        .or_else(|| restored(trail, field))
        .or_else(|| floating(step, trail, field, evidence))
        .or_else(|| found_as_before(step, trail, field, moved))
        .or_else(|| conflict(step, trail, field, moved, evidence))
        .unwrap_or_else(|| open(step, trail, field, evidence));
    FieldEnd {
        resource: text(resource(target).as_str()),
        field: field.field,
        before: (&field.before).into(),
        during: (&field.after).into(),
        after: verdict.after.as_ref().map(Setting::from),
        proof: verdict.proof,
        at: verdict.at,
        said: text(&verdict.said),
        who: verdict.who.as_deref().map(text),
        look: None,
        target: target.clone(),
        draining: verdict.proof == Proof::Open && drains(step, field),
    }
}

fn kept(
    step: &StepState,
    trail: &Trail,
    field: &FieldChange,
    moved: Option<(Timestamp, &Moved)>,
) -> Option<Verdict> {
    let is_kept = step.end == End::Kept || step.kept.contains(&field.field);
    is_kept.then(|| Verdict {
        after: last_seen(trail, field, moved).map(|(value, _)| value),
        proof: Proof::Kept,
        at: trail.kept.get(&field.field).copied(),
        said: "left as it was then, on the operator's word".to_owned(),
        who: moved.and_then(|(_, m)| m.who.clone()),
    })
}

fn restored(trail: &Trail, field: &FieldChange) -> Option<Verdict> {
    let (value, at) = trail.read_back.get(&field.field)?;
    let ours = field.hold == Hold::Held || trail.restoring.contains(&field.field);
    (ours && *value == field.before).then(|| Verdict {
        after: Some(value.clone()),
        proof: Proof::Restored,
        at: Some(*at),
        said: "put back, and read back equal".to_owned(),
        who: None,
    })
}

/// A count that moves by itself is not compared once its step was put back as far as it goes.
fn floating(
    step: &StepState,
    trail: &Trail,
    field: &FieldChange,
    evidence: &Evidence<'_>,
) -> Option<Verdict> {
    let passed = step.end != End::Open || evidence.in_conflict;
    (field.hold == Hold::Floating && passed).then(|| {
        let seen = trail.read_back.get(&field.field);
        Verdict {
            after: seen.map(|(value, _)| value.clone()),
            proof: Proof::Floating,
            at: seen.map(|(_, at)| *at),
            said: "autoscaling moves it, so it is not compared".to_owned(),
            who: None,
        }
    })
}

/// Somebody had put it back already: nothing was sent.
fn found_as_before(
    step: &StepState,
    trail: &Trail,
    field: &FieldChange,
    moved: Option<(Timestamp, &Moved)>,
) -> Option<Verdict> {
    let reverted = trail.reverted.filter(|_| step.end == End::Reverted);
    let seen = moved.filter(|(_, m)| m.standing == Standing::AsBefore);
    let at = reverted.or_else(|| seen.map(|(at, _)| at))?;
    Some(Verdict {
        after: Some(field.before.clone()),
        proof: Proof::Restored,
        at: Some(at),
        said: "read, and found as it was already".to_owned(),
        who: None,
    })
}

/// A field that was seen to be ours still is in no conflict, whatever else of its resource is.
fn conflict(
    step: &StepState,
    trail: &Trail,
    field: &FieldChange,
    moved: Option<(Timestamp, &Moved)>,
    evidence: &Evidence<'_>,
) -> Option<Verdict> {
    let (after, at) = last_seen(trail, field, moved).unzip();
    let gone = moved.is_some_and(|(_, m)| m.standing == Standing::Gone);
    let said = match &after {
        _ if gone => "it was not there any more",
        Some(_) => "changed by somebody else, and therefore left",
        None => "left, because somebody else changed this or another field of it",
    };
    let is_ours = after.as_ref() == Some(&field.after);
    (step.end == End::Open && evidence.in_conflict && !is_ours).then(|| Verdict {
        after,
        proof: Proof::Conflict,
        at,
        said: said.to_owned(),
        who: moved.and_then(|(_, m)| m.who.clone()),
    })
}

fn open(step: &StepState, trail: &Trail, field: &FieldChange, evidence: &Evidence<'_>) -> Verdict {
    let draining = trail.draining.as_ref().filter(|_| drains(step, field));
    let said = match draining {
        Some(said) => said,
        None if evidence.adopted => "another tidegate carries it on",
        None if !step.landed && step.apply.is_open() => "it is not known whether it was set",
        None => "not put back so far",
    };
    let (after, at) = trail.read_back.get(&field.field).cloned().unzip();
    Verdict {
        after,
        proof: Proof::Open,
        at,
        said: said.to_owned(),
        who: None,
    }
}

/// Only an upper bound waits: lowering it would stop what runs.
fn drains(step: &StepState, field: &FieldChange) -> bool {
    step.end == End::Draining && field.field == Field::Max
}

/// The newest look at it: while it was put back, or at what others changed.
fn last_seen(
    trail: &Trail,
    field: &FieldChange,
    moved: Option<(Timestamp, &Moved)>,
) -> Option<(Value, Timestamp)> {
    let read = trail.read_back.get(&field.field).cloned();
    let seen = moved.and_then(|(at, m)| Some((m.now.clone()?, at)));
    read.into_iter().chain(seen).max_by_key(|(_, at)| *at)
}
