//! What the records prove about each step's way back.

use crate::domain::change::{Field, Target, Value};
use crate::session::load_test::{Closing, Moved, Stage, TestState};
use crate::session::record::{Event, Prepared, Record, Way};
use crate::session::state::SessionState;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// The evidence on one step.
#[derive(Clone, Debug, Default)]
pub(super) struct Trail {
    /// The newest value that was read back of each field after it was put back.
    pub read_back: BTreeMap<Field, (Value, Timestamp)>,
    /// Fields that a revert was to set.
    pub restoring: BTreeSet<Field>,
    /// When all of the step was found to be as it was.
    pub reverted: Option<Timestamp>,
    pub kept: BTreeMap<Field, Timestamp>,
    /// What a bound waits for.
    pub draining: Option<String>,
    /// What was last said of the step: awaited, verified, in trouble.
    pub said: Option<String>,
}

/// The evidence on a session.
#[derive(Debug)]
pub(super) struct Evidence<'a> {
    pub trails: Vec<Trail>,
    /// What others changed, as it was last seen.
    pub drift: Option<(Timestamp, &'a [Moved])>,
    /// Fields that are not back are so because somebody else changed them.
    pub in_conflict: bool,
    /// Another tidegate carries it on.
    pub adopted: bool,
}

impl<'a> Evidence<'a> {
    pub fn of(records: &'a [Record], state: &SessionState, test: &TestState) -> Self {
        let mut evidence = Self {
            trails: vec![Trail::default(); state.steps.len()],
            drift: None,
            in_conflict: is_in_conflict(records, test),
            adopted: test.closing == Some(Closing::Adopted),
        };
        for record in records {
            if let Event::Drifted { fields } = &record.event {
                evidence.drift = Some((record.at, fields));
            }
            let step = record.event.step();
            if let Some(trail) = step.and_then(|n| evidence.trails.get_mut(n)) {
                trail.take(record.at, &record.event);
            }
        }
        evidence
    }

    /// How others left a field, as far as it was seen, and when that was.
    pub fn moved(&self, target: &Target, field: Field) -> Option<(Timestamp, &'a Moved)> {
        let (at, all) = self.drift?;
        let moved = all
            .iter()
            .find(|m| m.target == *target && m.field == field)?;
        Some((at, moved))
    }
}

/// A session that is closed over a conflict, or halted as a whole on its way back, waits for a word on it.
fn is_in_conflict(records: &[Record], test: &TestState) -> bool {
    let newest = records.iter().rev().find_map(|r| match &r.event {
        Event::Halted { step, .. } => Some(step.is_none()),
        _ => None,
    });
    let undecided = test.stage == Stage::Halted && test.why.is_some() && newest == Some(true);
    test.closing == Some(Closing::Conflict) || undecided
}

impl Trail {
    fn take(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::Prepared {
                way: Way::Revert,
                what: Prepared::Set { change, .. },
                ..
            } => self.restoring.extend(change.fields.iter().map(|f| f.field)),
            Event::Verified {
                way,
                observed,
                said,
                ..
            } => {
                self.said = Some(said.clone());
                if *way == Way::Revert {
                    let read = observed.iter().map(|(f, v)| (*f, (v.clone(), at)));
                    self.read_back.extend(read);
                }
            }
            Event::Stalled { said, .. } => self.said = Some(said.clone()),
            Event::Failed { trouble, .. } | Event::InDoubt { trouble, .. } => {
                self.said = Some(trouble.what.clone());
            }
            Event::Draining { said, .. } => {
                self.said = Some(said.clone());
                self.draining = Some(said.clone());
            }
            Event::Reverted { .. } => self.reverted = Some(at),
            Event::Kept { fields, .. } => self.kept.extend(fields.iter().map(|f| (*f, at))),
            _ => {}
        }
    }
}
