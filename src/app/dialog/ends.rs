//! When a change goes back by itself, chosen with Tab in its review.

use crate::app::state::State;
use crate::domain::change::{Field, Target, Value};
use crate::domain::plan::Planned;
use crate::domain::waf::RawJson;
use crate::view::lines::Line;
use crate::view::theme::Role;
use std::time::Duration;

/// One of the ends that are offered, in turn; a protection that only counts ends after half an hour
/// where nothing else is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    offered: &'static [Option<Duration>; 4],
    chosen: usize,
}

const HALF: Option<Duration> = Some(Duration::from_mins(30));
const HOUR: Option<Duration> = Some(Duration::from_hours(1));
const TWO: Option<Duration> = Some(Duration::from_hours(2));

static OPEN: [Option<Duration>; 4] = [None, HALF, HOUR, TWO];
static SOON: [Option<Duration>; 4] = [HALF, None, HOUR, TWO];

impl Ends {
    /// What is chosen first. Beside a session of somebody else no other can be open.
    pub(super) fn of(planned: &Planned, state: &State) -> Self {
        let soon = counts(planned) && state.sessions.foreign().is_none();
        Self {
            offered: if soon { &SOON } else { &OPEN },
            chosen: 0,
        }
    }

    #[must_use]
    pub(super) fn next(self) -> Self {
        let chosen = (self.chosen + 1) % self.offered.len();
        Self { chosen, ..self }
    }

    /// `None`: when it is undone.
    pub(super) fn after(self) -> Option<Duration> {
        self.offered[self.chosen]
    }

    /// What is chosen, and what Tab brings.
    pub(super) fn line(self) -> Line {
        let next = match self.next().after() {
            Some(end) if self.after().is_some() => minutes(end),
            other => said(other),
        };
        Line::new("ends      ", Role::Dim)
            .and(said(self.after()), Role::Strong)
            .with("   Tab", Role::Key)
            .and(format!(" {next}"), Role::KeyText)
    }
}

fn said(end: Option<Duration>) -> String {
    end.map_or_else(
        || "when you undo it".to_owned(),
        |end| format!("by itself after {}", minutes(end)),
    )
}

fn minutes(end: Duration) -> String {
    format!("{} min", end.as_secs() / 60)
}

/// Whether a rule only counts after it.
fn counts(planned: &Planned) -> bool {
    planned.changes.iter().any(|change| {
        let action = change.field(Field::Action).map(|f| &f.after);
        let rule = matches!(change.target, Target::Rule(_));
        rule && matches!(action, Some(Value::Json(raw)) if is_count(raw))
    })
}

fn is_count(action: &RawJson) -> bool {
    let parsed: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(action.as_str()).unwrap_or_default();
    parsed.contains_key("Count")
}
