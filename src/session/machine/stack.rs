//! Steps over one another on the same setting, as a console's change in the middle of a test: the first
//! original wins, and what any of them set is ours.

use super::Machine;
use crate::domain::change::{Change, Field, FieldChange, Hold, Target, Value};
use crate::session::look::Look;

impl Machine {
    /// What of a step is put back now: what does not wait for a newer one. In a revert of everything
    /// each field goes straight to the first original, or, where somebody else set it in between, to
    /// theirs; and bounds that older steps set go with it, so that they fit together in one request.
    pub(super) fn to_put_back(&self, step: usize, look: &Look) -> Option<Change> {
        let change = self.state.steps[step].step.change()?;
        let whole = self.undoing.as_ref().is_some_and(|u| u.whole);
        let target = &change.target;
        let all = self.together(step, change, whole);
        let free = all
            .into_iter()
            .filter(|(_, f)| !self.is_blocked(target, f.field));
        let fields: Vec<FieldChange> = free
            .map(|(n, f)| {
                let now = look.reading.as_ref().and_then(|r| r.get(&f.field));
                let whole = whole.then(|| self.stacked(n, target, f, now));
                whole.unwrap_or_else(|| f.clone())
            })
            .collect();
        let target = target.clone();
        (!fields.is_empty()).then_some(Change { target, fields })
    }

    /// The step's fields, and those that only older ones have set; each with the newest that did.
    fn together<'a>(
        &'a self,
        step: usize,
        change: &'a Change,
        whole: bool,
    ) -> Vec<(usize, &'a FieldChange)> {
        let mut all: Vec<(usize, &FieldChange)> = change.fields.iter().map(|f| (step, f)).collect();
        if !whole || !is_bounded(&change.target) {
            return all;
        }
        let older = self.state.steps[..step].iter().enumerate().rev();
        for (n, state) in older.filter(|(_, s)| s.is_undoable()) {
            let same = state.step.change().filter(|c| c.target == change.target);
            for field in same.into_iter().flat_map(|c| &c.fields) {
                if all.iter().all(|(_, f)| f.field != field.field) {
                    all.push((n, field));
                }
            }
        }
        all
    }

    /// The newest step's change of a field, as all of those under it together have made it.
    fn stacked(
        &self,
        step: usize,
        target: &Target,
        field: &FieldChange,
        now: Option<&Value>,
    ) -> FieldChange {
        let mut one = field.clone();
        for older in self.older(step, target, field.field) {
            let is_back = older.before == one.before;
            if field.hold == Hold::Held && older.after != one.before && !is_back {
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

/// A minimum and a maximum, which hold each other.
pub(super) fn is_bounded(target: &Target) -> bool {
    matches!(target, Target::Group(_) | Target::Scalable(_))
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
