//! Each step and how it ended.

use super::Setting;
use super::evidence::Evidence;
use super::field::{FieldEnd, Proof};
use crate::domain::change::{Field, Target};
use crate::domain::text::Text;
use crate::session::conductor;
use crate::session::load_test::TestState;
use crate::session::masked::text;
use crate::session::snapshot::{Kind, Standing};
use crate::session::state::{SessionState, StepState};
use crate::session::step::Step;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct StepEnd {
    /// From one.
    pub number: usize,
    pub kind: Kind,
    pub resource: Text,
    pub standing: Standing,
    /// What it makes, or what was last said of it.
    pub said: Text,
    pub fields: Vec<StepField>,
}

/// One field of a step.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct StepField {
    pub field: Field,
    pub before: Setting,
    pub ours: Setting,
}

pub(super) fn all(
    state: &SessionState,
    test: &TestState,
    evidence: &Evidence<'_>,
    ends: &[FieldEnd],
) -> Vec<StepEnd> {
    let steps = state.steps.iter().zip(&evidence.trails).enumerate();
    steps
        .map(|(n, (step, trail))| StepEnd {
            number: n + 1,
            kind: conductor::kind(&step.step),
            resource: text(step.step.resource().as_str()),
            standing: conductor::standing(
                step,
                is_in_conflict(step, ends),
                test.skipped.contains(&n),
            ),
            said: text(&said(&step.step, trail.said.as_deref())),
            fields: fields(&step.step),
        })
        .collect()
}

fn is_in_conflict(step: &StepState, ends: &[FieldEnd]) -> bool {
    let target = step.step.change().map(|c| &c.target);
    let of_it = |e: &&FieldEnd| Some(&e.target) == target && step.has_landed();
    ends.iter()
        .filter(of_it)
        .any(|e| e.proof == Proof::Conflict)
}

/// A backup and a timer are told by what they are, a setting by what was seen of it.
fn said(step: &Step, last: Option<&str>) -> String {
    let target = step.change().map(|c| &c.target);
    match (step, target) {
        (Step::Create(backup), _) => format!("snapshot {}", backup.snapshot.text()),
        (_, Some(Target::Timer(t))) => {
            format!("{}: min {}, max {} at {:.0}", t.name, t.min, t.max, t.at)
        }
        _ => last.unwrap_or_default().to_owned(),
    }
}

fn fields(step: &Step) -> Vec<StepField> {
    let change = step.change().filter(|c| !c.target.is_net());
    let fields = change.into_iter().flat_map(|c| &c.fields);
    fields
        .map(|f| StepField {
            field: f.field,
            before: (&f.before).into(),
            ours: (&f.after).into(),
        })
        .collect()
}
