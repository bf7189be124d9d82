//! Steps over one another on the same setting, as a console's change in the middle of a test: the first
//! original wins, and what any of them set is ours.

use super::Machine;
use crate::domain::change::{Change, Field, FieldChange, Hold, Target, Value};
use crate::session::look::Look;

impl Machine {
    /// The step's change for a revert of everything: each field goes straight to the first original.
    /// Where somebody else set it in between, it goes back to theirs.
    pub(super) fn down_to_the_original(&self, step: usize, change: Change, look: &Look) -> Change {
        if !self.undoing.as_ref().is_some_and(|u| u.whole) {
            return change;
        }
        let fields = change.fields.iter().map(|f| {
            let now = look.reading.as_ref().and_then(|r| r.get(&f.field));
            self.stacked(step, &change.target, f, now)
        });
        Change {
            fields: fields.collect(),
            target: change.target.clone(),
        }
    }

    fn stacked(
        &self,
        step: usize,
        target: &Target,
        field: &FieldChange,
        now: Option<&Value>,
    ) -> FieldChange {
        let mut one = field.clone();
        for older in self.older(step, target, field.field) {
            if field.hold == Hold::Held && older.after != one.before {
                break;
            }
            // Put back half way, as by an undo that still drains.
            if Some(&one.before) == now {
                one.after = one.before;
            }
            one.before = older.before.clone();
        }
        one
    }

    /// Whether a newer step has set a field that this one had set.
    pub(super) fn lies_over(&self, newer: usize, step: usize) -> bool {
        let change = |n: usize| self.state.steps[n].step.change();
        let (Some(newer), Some(older)) = (change(newer).filter(|_| newer > step), change(step))
        else {
            return false;
        };
        let same = |f: &FieldChange| is_same(&newer.target, &older.target, f.field);
        let mut fields = newer.fields.iter();
        fields.any(|f| same(f) && older.field(f.field).is_some())
    }

    /// What older steps set of the same field and have not put back, the newest first.
    fn older(&self, step: usize, target: &Target, field: Field) -> Vec<&FieldChange> {
        let older = self.state.steps[..step].iter().rev();
        let changes = older
            .filter(|s| s.is_undoable())
            .filter_map(|s| s.step.change());
        let same = changes.filter(|c| is_same(&c.target, target, field));
        same.filter_map(|c| c.field(field)).collect()
    }
}

/// A target's count is its service's.
fn is_same(one: &Target, other: &Target, field: Field) -> bool {
    use Target::{Scalable, Service};
    match (one, other) {
        (Scalable(one), Service(other)) | (Service(one), Scalable(other)) => {
            field == Field::Desired && one == other
        }
        _ => one == other,
    }
}
