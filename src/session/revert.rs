//! What putting back means, field by field: restore, leave, wait, or ask.

use super::look::{Look, Running, Shrinks};
use super::order::ThreeWay;
use crate::domain::change::{Change, Field, FieldChange, Hold, Standing, Target, Value, standing};
use std::collections::BTreeSet;

/// What the operator decided about fields in conflict.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Decisions {
    /// Overwritten although somebody else changed them.
    pub restore: BTreeSet<(Target, Field)>,
    /// Left as they are.
    pub keep: BTreeSet<(Target, Field)>,
    pub surplus: Surplus,
}

/// What becomes of tasks above a maximum that goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Surplus {
    /// The maximum waits until they have gone.
    #[default]
    Waits,
    /// They are stopped at once, on the operator's word.
    Stops,
}

impl Decisions {
    fn restores(&self, target: &Target, field: Field) -> bool {
        self.restore.contains(&(target.clone(), field))
    }

    fn keeps(&self, target: &Target, field: Field) -> bool {
        self.keep.contains(&(target.clone(), field))
    }
}

/// What undoing one step comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What is sent now; empty = nothing.
    pub change: Change,
    /// To be decided by the operator.
    pub conflicts: Vec<ThreeWay>,
    /// An upper bound that would stop what runs, and how much runs.
    pub draining: Option<Draining>,
    /// Fields the operator keeps.
    pub kept: BTreeSet<Field>,
}

/// A bound that has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draining {
    pub bound: u64,
    pub running: u64,
}

/// What one field comes to.
enum Verdict {
    Leave,
    Restore,
    Ask(Standing),
    Keep,
}

/// Plans the undo of `change` from what is there now.
pub fn plan(change: &Change, kept: &BTreeSet<Field>, look: &Look, decisions: &Decisions) -> Plan {
    let mut plan = Plan {
        change: Change {
            target: change.target.clone(),
            fields: Vec::new(),
        },
        conflicts: Vec::new(),
        draining: None,
        kept: kept.clone(),
    };
    for field in &change.fields {
        let now = look.reading.as_ref().and_then(|r| r.get(&field.field));
        match verdict(change, field, kept, look, decisions) {
            Verdict::Leave => {}
            Verdict::Restore => plan.change.fields.push(back(field, now)),
            Verdict::Ask(standing) => {
                plan.conflicts
                    .push(three_way(&change.target, field, now, standing));
            }
            Verdict::Keep => drop(plan.kept.insert(field.field)),
        }
    }
    hold_back_what_stops_tasks(&mut plan, look, decisions);
    plan
}

fn verdict(
    change: &Change,
    field: &FieldChange,
    kept: &BTreeSet<Field>,
    look: &Look,
    decisions: &Decisions,
) -> Verdict {
    let now = look.reading.as_ref().and_then(|r| r.get(&field.field));
    if kept.contains(&field.field) || decisions.keeps(&change.target, field.field) {
        return Verdict::Keep;
    }
    match (field.hold, standing(field, now)) {
        (_, Standing::AsBefore) => Verdict::Leave,
        (_, Standing::Gone) => Verdict::Ask(Standing::Gone),
        (Hold::Floating, _) if look.shrinks == Shrinks::ByItself => Verdict::Leave,
        (Hold::Floating, _) | (Hold::Held, Standing::Ours) => Verdict::Restore,
        // A timer bears the session's name: nobody else's can be there under it.
        (Hold::Held, Standing::Theirs) if matches!(change.target, Target::Timer(_)) => {
            Verdict::Restore
        }
        (Hold::Held, Standing::Theirs) if decisions.restores(&change.target, field.field) => {
            Verdict::Restore
        }
        (Hold::Held, Standing::Theirs) => Verdict::Ask(Standing::Theirs),
    }
}

/// The field's way back, from what is there now.
fn back(field: &FieldChange, now: Option<&Value>) -> FieldChange {
    let before = now.unwrap_or(&field.after).clone();
    FieldChange {
        field: field.field,
        before,
        after: field.before.clone(),
        hold: field.hold,
    }
}

/// Before, ours, now: one field for people.
pub fn three_way(
    target: &Target,
    field: &FieldChange,
    now: Option<&Value>,
    standing: Standing,
) -> ThreeWay {
    ThreeWay {
        target: target.clone(),
        field: field.field,
        before: field.before.clone(),
        ours: field.after.clone(),
        now: now.cloned(),
        standing,
    }
}

/// All fields of a change three ways.
pub fn compare(change: &Change, look: &Look) -> Vec<ThreeWay> {
    let now = |f: Field| look.reading.as_ref().and_then(|r| r.get(&f));
    change
        .fields
        .iter()
        .map(|f| three_way(&change.target, f, now(f.field), standing(f, now(f.field))))
        .collect()
}

/// A max below what runs stops tasks at once: it waits, unless the operator gave the word.
fn hold_back_what_stops_tasks(plan: &mut Plan, look: &Look, decisions: &Decisions) {
    let Some(running) = what_will_run(&plan.change, look) else {
        return;
    };
    if decisions.surplus == Surplus::Stops {
        return;
    }
    let stops =
        |f: &FieldChange| f.field == Field::Max && f.after.count().is_some_and(|max| max < running);
    let bound = plan
        .change
        .fields
        .iter()
        .find(|f| stops(f))
        .and_then(|f| f.after.count());
    plan.draining = bound.map(|bound| Draining { bound, running });
    plan.change.fields.retain(|f| !stops(f));
}

/// How many will be wanted once the change is in. A target's own write does not move the count.
fn what_will_run(change: &Change, look: &Look) -> Option<u64> {
    let now = look
        .running
        .map(|Running { desired, .. }| u64::from(desired))?;
    let set = || change.field(Field::Desired).and_then(|f| f.after.count());
    Some(if matches!(change.target, Target::Scalable(_)) {
        now
    } else {
        set().unwrap_or(now)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::change::Reading;
    use crate::domain::ecs::ServiceRef;

    fn target() -> Target {
        Target::Scalable(ServiceRef {
            cluster: "c".into(),
            service: "s".into(),
        })
    }

    fn field(field: Field, before: u64, after: u64) -> FieldChange {
        FieldChange {
            field,
            before: Value::Count(before),
            after: Value::Count(after),
            hold: Hold::Held,
        }
    }

    fn change() -> Change {
        Change {
            target: target(),
            fields: vec![field(Field::Min, 2, 8), field(Field::Max, 4, 8)],
        }
    }

    fn look(min: u64, max: u64, desired: u32) -> Look {
        let reading = Reading::from([
            (Field::Min, Value::Count(min)),
            (Field::Max, Value::Count(max)),
        ]);
        Look {
            reading: Some(reading),
            running: Some(Running {
                desired,
                running: desired,
            }),
            ..Look::default()
        }
    }

    fn sent(plan: &Plan) -> Vec<(Field, u64)> {
        plan.change
            .fields
            .iter()
            .map(|f| (f.field, f.after.count().unwrap()))
            .collect()
    }

    fn undo(change: &Change, look: &Look, decisions: &Decisions) -> Plan {
        plan(change, &BTreeSet::new(), look, decisions)
    }

    #[test]
    fn what_is_still_ours_goes_back() {
        let plan = undo(&change(), &look(8, 8, 3), &Decisions::default());
        assert_eq!(sent(&plan), [(Field::Min, 2), (Field::Max, 4)]);
        assert!(plan.conflicts.is_empty() && plan.draining.is_none());
    }

    #[test]
    fn a_max_below_what_runs_waits_while_min_goes_back() {
        let plan = undo(&change(), &look(8, 8, 7), &Decisions::default());
        assert_eq!(sent(&plan), [(Field::Min, 2)]);
        assert_eq!(
            plan.draining,
            Some(Draining {
                bound: 4,
                running: 7
            })
        );
    }

    #[test]
    fn a_max_below_what_runs_goes_back_on_the_operators_word() {
        let decisions = Decisions {
            surplus: Surplus::Stops,
            ..Decisions::default()
        };
        let plan = undo(&change(), &look(8, 8, 7), &decisions);
        assert_eq!(sent(&plan), [(Field::Min, 2), (Field::Max, 4)]);
    }

    #[test]
    fn a_decision_to_overwrite_a_max_does_not_stop_tasks() {
        let decisions = Decisions {
            restore: [(target(), Field::Max)].into(),
            ..Decisions::default()
        };
        let plan = undo(&change(), &look(8, 9, 7), &decisions);
        assert_eq!(sent(&plan), [(Field::Min, 2)]);
        assert!(plan.draining.is_some() && plan.conflicts.is_empty());
    }

    #[test]
    fn the_word_to_stop_tasks_does_not_overwrite_what_somebody_else_changed() {
        let decisions = Decisions {
            surplus: Surplus::Stops,
            ..Decisions::default()
        };
        let plan = undo(&change(), &look(8, 9, 7), &decisions);
        assert_eq!(sent(&plan), [(Field::Min, 2)]);
        assert_eq!(plan.conflicts.len(), 1);
    }

    #[test]
    fn what_somebody_else_changed_is_asked_about_and_the_rest_goes_back() {
        let plan = undo(&change(), &look(8, 12, 3), &Decisions::default());
        assert_eq!(sent(&plan), [(Field::Min, 2)]);
        assert_eq!(plan.conflicts.len(), 1);
        assert_eq!(plan.conflicts[0].standing, Standing::Theirs);
    }

    #[test]
    fn a_floating_count_is_restored_only_where_nothing_else_lowers_it() {
        let desired = FieldChange {
            hold: Hold::Floating,
            ..field(Field::Desired, 2, 8)
        };
        let change = Change {
            target: target(),
            fields: vec![desired],
        };
        let mut look = look(2, 8, 6);
        look.reading
            .as_mut()
            .unwrap()
            .insert(Field::Desired, Value::Count(6));
        assert_eq!(
            sent(&undo(&change, &look, &Decisions::default())),
            [(Field::Desired, 2)]
        );
        look.shrinks = Shrinks::ByItself;
        assert!(
            undo(&change, &look, &Decisions::default())
                .change
                .fields
                .is_empty()
        );
    }

    #[test]
    fn a_target_that_is_gone_is_asked_about() {
        let plan = undo(&change(), &Look::default(), &Decisions::default());
        assert!(plan.change.fields.is_empty());
        assert!(
            plan.conflicts.iter().all(|c| c.standing == Standing::Gone)
                && plan.conflicts.len() == 2
        );
    }
}
