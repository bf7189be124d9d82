//! What became of a load test, from its records alone: what was changed when and by whom, and the proof,
//! field by field, that it was put back. Everything foreign in it is masked and sanitized.

mod activity;
mod drift;
mod evidence;
mod field;
mod head;
mod left;
mod markdown;
mod setting;
mod step;
mod timeline;
mod vital;
mod who;

pub use activity::ActivitySeen;
pub use drift::Drift;
pub use field::{FieldEnd, Proof};
pub use head::{Agreed, Head, Reason};
pub use setting::Setting;
pub use step::{StepEnd, StepField};
pub use timeline::Entry;
pub use vital::Vital;

use super::record::Record;
use super::state::fold;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::domain::text::Text;
use evidence::Evidence;

/// The number of the JSON form.
pub const FORMAT: u32 = 1;

/// A load test as it is told afterwards, or as far as it is.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Report {
    pub format: u32,
    #[serde(flatten)]
    pub head: Head,
    /// Every setting that was touched: before, during, after.
    pub fields: Vec<FieldEnd>,
    /// One sentence for each field that somebody else has changed.
    pub conflicts: Vec<Text>,
    /// What a person has to do by hand.
    pub left_to_do: Vec<Text>,
    pub steps: Vec<StepEnd>,
    /// By name and resource.
    pub vitals: Vec<Vital>,
    pub drift: Vec<Drift>,
    /// What autoscaling did meanwhile, the oldest first.
    pub activities: Vec<ActivitySeen>,
    /// Whose activities could not be read, and why.
    pub activities_unread: Vec<Text>,
    pub timeline: Vec<Entry>,
}

impl Report {
    /// Reads the records of one session, in order. One that is no load test has no report.
    pub fn of(records: &[Record]) -> Result<Self, Fault> {
        let state = fold(records)?;
        let Some(test) = &state.test else {
            return Err(no_test(&state.id));
        };
        let evidence = Evidence::of(records, &state, test);
        let (activities, activities_unread) = activity::all(records);
        let mut fields = field::all(&state, &evidence);
        field::blame(&mut fields, &state);
        Ok(Self {
            format: FORMAT,
            head: head::head(records, &state, test),
            conflicts: left::conflicts(&fields),
            left_to_do: left::to_do(&state, test, &fields),
            steps: step::all(&state, test, &evidence, &fields),
            vitals: vital::all(records),
            drift: drift::all(records, &activities),
            activities,
            activities_unread,
            timeline: timeline::all(records),
            fields,
        })
    }

    /// For people, as Markdown.
    pub fn to_markdown(&self) -> String {
        markdown::report(self)
    }

    /// For programs.
    pub fn to_json(&self) -> String {
        // Texts, numbers and lists: nothing of it can fail to be JSON.
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }
}

fn no_test(id: &SessionId) -> Fault {
    Fault::new(
        FaultKind::Usage,
        format!("{} is a single change, not a load test", id.text()),
    )
    .means("it has no report")
    .next(format!("run `tidegate journal show {}`", id.text()))
}

#[cfg(test)]
pub(crate) mod tape;
#[cfg(test)]
mod tests;
