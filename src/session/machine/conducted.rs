//! What a load test asks of the machine: some steps and not all, there and back, with the effects
//! that take long awaited together.

use super::{Command, Doing, Machine, Sent, Undoing};
use crate::domain::change::{Change, FieldChange, Hold, Target, Value};
use crate::session::look::Look;
use crate::session::moment::Moment;
use crate::session::record::{Event, Way};
use crate::session::revert::Decisions;
use crate::session::state::{End, Leg, SessionState};
use crate::session::step::Step;
use std::time::Duration;

impl Machine {
    /// From now on a load test says what is done next.
    pub fn conduct(&mut self) {
        self.opened = true;
        self.conducted = true;
    }

    /// No request is on its way or in doubt: another order may come in between.
    pub fn can_turn(&self) -> bool {
        !matches!(self.doing, Doing::Writing { .. } | Doing::Doubting { .. })
    }

    /// Makes an event of the session as a whole durable.
    pub fn say(&mut self, now: Moment, event: Event) -> Command {
        self.now = now;
        self.record(event)
    }

    /// Applies these steps, in this order, and awaits their effects; then `Report::Finished`.
    pub fn carry_on(
        &mut self,
        now: Moment,
        steps: impl IntoIterator<Item = usize>,
    ) -> Vec<Command> {
        self.now = now;
        self.started = now.mono;
        self.awaiting.clear();
        let is_taken = |n: &usize| {
            let state = &self.state.steps[*n];
            matches!(state.apply, Leg::Done | Leg::Stalled) && !is_timer(&state.step)
        };
        let (taken, open): (Vec<usize>, Vec<usize>) = steps.into_iter().partition(is_taken);
        self.queue = open.into();
        self.awaiting.extend(
            taken
                .into_iter()
                .map(|n| (n, as_sent(&self.state, n, now.mono))),
        );
        self.apply_next()
    }

    /// Puts these steps back, in this order; then `Report::Undone`, `Conflict` or `Failed`.
    pub fn put_back(
        &mut self,
        now: Moment,
        steps: impl IntoIterator<Item = usize>,
        decisions: Decisions,
    ) -> Vec<Command> {
        self.now = now;
        let left = steps.into_iter().collect();
        self.begin_undo(Undoing {
            decisions,
            left,
            whole: true,
            ..Undoing::default()
        })
    }

    /// Puts the newest step back alone: to what was there before it.
    pub fn put_back_one(&mut self, now: Moment, step: usize) -> Vec<Command> {
        self.now = now;
        self.begin_undo(Undoing {
            left: [step].into(),
            ..Undoing::default()
        })
    }

    fn begin_undo(&mut self, undoing: Undoing) -> Vec<Command> {
        self.started = self.now.mono;
        self.first_rest = None;
        self.queue.clear();
        self.awaiting.clear();
        self.undoing = Some(undoing);
        self.undo_next()
    }

    /// Nothing more is begun. A request that is on its way keeps its answer; a look or a pause
    /// before one is given up, so that it is not sent after all.
    pub fn stop(&mut self) {
        self.queue.clear();
        self.awaiting.clear();
        if self.can_turn() {
            self.doing = Doing::Nothing;
            self.undoing = None;
        }
    }

    /// Nothing more is done at all, whatever is answered yet.
    pub fn abandon(&mut self) {
        self.stop();
        self.doing = Doing::Nothing;
        self.undoing = None;
    }

    /// The next look takes what it finds for the step's original.
    pub fn rebase(&mut self, step: usize) {
        self.rebased = Some(step);
    }

    /// The step is sent as another one, as a timer is when its time is known. The state tells of it
    /// once it is durable.
    pub fn set_step(&mut self, step: usize, to: Step) {
        self.due.insert(step, to);
    }

    /// The step as it is to be sent.
    pub(super) fn wanted(&self, step: usize) -> &Step {
        let due = self.due.get(&step);
        due.unwrap_or(&self.state.steps[step].step)
    }

    /// Whether the last revert left a bound of this target, because it drains.
    pub fn drains(&self, target: &Target) -> bool {
        let mut draining = self.drains.iter().filter_map(|n| self.state.steps.get(*n));
        draining.any(|s| s.step.change().is_some_and(|c| c.target == *target))
    }

    /// Leaves these steps as they are, for good.
    pub fn keep_steps(&mut self, now: Moment, steps: &[usize]) -> Vec<Command> {
        self.now = now;
        let kept: Vec<Event> = steps
            .iter()
            .filter(|n| {
                let end = self.state.steps[**n].end;
                matches!(end, End::Open | End::Draining)
            })
            .map(|n| Event::Kept {
                step: *n,
                fields: super::undo::fields_of(&self.state.steps[*n].step),
            })
            .collect();
        kept.into_iter().map(|event| self.record(event)).collect()
    }

    /// A request of a program that died: read back before anything else is done with its step.
    /// A timer is put anew, whatever became of the one before: it has the same name.
    pub(super) fn left_in_doubt(&mut self, step: usize) -> Option<Vec<Command>> {
        let state = &self.state.steps[step];
        let open = matches!(state.apply, Leg::Sent | Leg::InDoubt) && !is_timer(&state.step);
        if !self.conducted || !open {
            return None;
        }
        let sent = as_sent(&self.state, step, self.now.mono);
        let at = self.doubtful_until(step).unwrap_or(self.now.mono);
        let until = at + self.pace.doubt;
        Some(vec![self.read_back_at(step, Way::Apply, sent, at, until)])
    }

    /// The change with what is there now for its original: of a count that moves by itself always,
    /// of a setting on the operator's word only.
    pub(super) fn as_found(&mut self, step: usize, mut change: Change, look: &Look) -> Change {
        if !self.conducted || self.state.steps[step].landed {
            return change;
        }
        let all = self.rebased == Some(step);
        let Some(reading) = &look.reading else {
            return change;
        };
        let moves = |f: &&mut FieldChange| all || f.hold == Hold::Floating;
        for field in change.fields.iter_mut().filter(moves) {
            let Some(now) = reading.get(&field.field) else {
                continue;
            };
            if field.hold == Hold::Floating && is_raised_above(field, now) {
                field.after = now.clone();
            }
            field.before = now.clone();
        }
        if all {
            self.rebased = None;
        }
        change
    }

    /// It is as wished already: nothing is sent, and nothing is put back later.
    pub(super) fn nothing_to_do(&mut self, step: usize) -> Vec<Command> {
        let mut commands = Vec::new();
        if self.conducted {
            let by = String::new();
            commands.push(self.record(Event::Skipped { step, by }));
        }
        commands.extend(self.apply_next());
        commands
    }

    /// The step that was last acted on.
    pub fn touched(&self) -> usize {
        self.touched
    }

    /// Steps that a load test goes on with.
    pub fn append(&mut self, now: Moment, steps: Vec<Step>, by: String) -> Command {
        self.say(now, Event::Appended { steps, by })
    }

    /// Set, and its effect takes long: the next step meanwhile.
    pub(super) fn defer(
        &mut self,
        told: Command,
        step: usize,
        sent: Sent,
        said: String,
        patience: Duration,
    ) -> Vec<Command> {
        if self.now.mono >= sent.at + patience {
            return self.stalled(step, Way::Apply, said);
        }
        self.awaiting.push_back((step, sent));
        let mut commands = vec![told];
        commands.extend(self.apply_next());
        commands
    }

    /// All is set: the effects are looked at in turn, each once in a while.
    pub(super) fn await_next(&mut self) -> Vec<Command> {
        let Some((step, sent)) = self.awaiting.pop_front() else {
            return self.finish();
        };
        let others = u32::try_from(self.awaiting.len()).unwrap_or(u32::MAX);
        let at = self.now.mono + self.pace.poll / others.saturating_add(1);
        let at = if self.now.mono == sent.at {
            sent.at
        } else {
            at
        };
        vec![self.look_again(step, Way::Apply, sent, at, self.pace.snapshot)]
    }
}

impl SessionState {
    /// Whether two steps set the same field of the same target.
    pub fn shares(&self, one: usize, other: usize) -> bool {
        let change = |n: usize| self.steps.get(n).and_then(|s| s.step.change());
        let (Some(one), Some(other)) = (change(one), change(other)) else {
            return false;
        };
        let shared = |f: &FieldChange| other.field(f.field).is_some();
        one.target == other.target && one.fields.iter().any(shared)
    }
}

/// The load has raised the count above what the plan wished for: it is not lowered under it.
fn is_raised_above(field: &FieldChange, now: &Value) -> bool {
    let raises = field.after.count() >= field.before.count();
    raises && now.count() > field.after.count()
}

pub(super) fn is_timer(step: &Step) -> bool {
    matches!(step.change().map(|c| &c.target), Some(Target::Timer(_)))
}

/// What was sent of a step that AWS took, when its program ended meanwhile.
fn as_sent(state: &SessionState, step: usize, at: Duration) -> Sent {
    Sent {
        change: state.steps[step].step.change().cloned(),
        rest: None,
        at,
        draining: None,
    }
}
