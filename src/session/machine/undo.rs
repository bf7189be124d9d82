//! Back: the newest step first, each field three ways; what is in conflict stops its step only.

use super::apply::is_sent;
use super::stack::is_bounded;
use super::{Command, Doing, Machine, Undoing};
use crate::domain::change::{Change, Field, FieldChange, Hold, Target};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::text::Text;
use crate::session::look::Look;
use crate::session::order::{Progress, Report};
use crate::session::record::{Event, Way};
use crate::session::revert::{Decisions, Draining, Plan, plan};
use crate::session::state::{End, StepState};
use crate::session::step::Step;
use std::collections::{BTreeSet, VecDeque};

impl Machine {
    /// Begins to put everything back.
    pub(super) fn undo(&mut self, decisions: Decisions) -> Vec<Command> {
        self.opened = true;
        self.started = self.now.mono;
        self.first_rest = None;
        let steps = self.state.steps.iter().enumerate().rev();
        let left: VecDeque<usize> = steps
            .filter(|(_, s)| s.is_undoable())
            .map(|(n, _)| n)
            .collect();
        if left.is_empty() {
            return self.nothing_to_undo();
        }
        self.undoing = Some(Undoing {
            decisions,
            left,
            ..Undoing::default()
        });
        self.undo_next()
    }

    /// A backup under way goes on being followed.
    fn nothing_to_undo(&mut self) -> Vec<Command> {
        let backup = self
            .state
            .steps
            .iter()
            .any(|s| matches!(s.step, Step::Create(_)) && s.apply.may_have_landed());
        let what = if backup {
            "a backup is kept: undo does not delete it"
        } else {
            "there is nothing left to put back"
        };
        let mut commands = vec![self.undone(what)];
        match std::mem::replace(&mut self.doing, Doing::Nothing) {
            Doing::Verifying { step, way, sent } => {
                commands.push(self.look_again(
                    step,
                    way,
                    sent,
                    self.now.mono + self.pace.poll,
                    self.pace.snapshot,
                ));
            }
            _ => commands.extend(self.follow()),
        }
        commands
    }

    fn undone(&self, what: &str) -> Command {
        let (session, summary) = (self.state.id.clone(), self.summary());
        Command::Report(Report::Undone {
            session,
            summary,
            what: Text::clean(what),
        })
    }

    pub(super) fn undo_next(&mut self) -> Vec<Command> {
        self.attempt = 0;
        let next = self.undoing.as_mut().and_then(|u| {
            u.lowered = false;
            u.left.pop_front()
        });
        match next {
            Some(step) if self.must_stay(step) => self.undo_next(),
            Some(step) if self.waits(step) => {
                self.with_undoing(|u| u.open.push(step));
                self.undo_next()
            }
            Some(step) => self.look_before(step, Way::Revert),
            None => self.undo_finished(),
        }
    }

    pub(super) fn is_blocked(&self, target: &Target, field: Field) -> bool {
        let mut blocked = self.undoing.iter().flat_map(|u| &u.blocked);
        blocked.any(|(t, f)| t == target && *f == field)
    }

    /// Whether all of a step waits for newer ones.
    fn waits(&self, step: usize) -> bool {
        let change = self.state.steps[step].step.change();
        change.is_none_or(|c| c.fields.iter().all(|f| self.is_blocked(&c.target, f.field)))
    }

    fn block(&mut self, step: usize, target: &Target, fields: &[Field]) {
        if fields.is_empty() {
            return;
        }
        let blocked = fields.iter().map(|f| (target.clone(), *f));
        self.with_undoing(|u| {
            u.blocked.extend(blocked);
            u.open.push(step);
        });
    }

    fn block_max(&mut self, step: usize) {
        let target = self.state.steps[step]
            .step
            .change()
            .map(|c| c.target.clone());
        if let Some(target) = target {
            self.block(step, &target, &[Field::Max]);
        }
    }

    /// Nothing of it is known to be back, nor of what went with it.
    fn block_all(&mut self, step: usize) {
        let Some(change) = self.state.steps[step].step.change().cloned() else {
            return;
        };
        let bounds = [Field::Min, Field::Max, Field::Desired];
        let own: Vec<Field> = change.fields.iter().map(|f| f.field).collect();
        let fields = if is_bounded(&change.target) {
            &bounds[..]
        } else {
            &own
        };
        self.block(step, &change.target, fields);
    }

    /// Timers and the lock stand behind the rest: while something is not back they stay. A conflict
    /// is for a person to decide, and a timer would decide it blindly: that one goes. In a load test
    /// it is the conductor who says when their turn comes.
    fn must_stay(&self, step: usize) -> bool {
        if self.conducted {
            return false;
        }
        let target = self.state.steps[step].step.change().map(|c| &c.target);
        let Some(undoing) = &self.undoing else {
            return false;
        };
        let waits = !undoing.draining.is_empty() || undoing.failed.is_some();
        match target {
            Some(Target::Timer(_)) => waits,
            Some(Target::Record(_)) => waits || !undoing.conflicts.is_empty(),
            _ => false,
        }
    }

    pub(super) fn look_before_revert(
        &mut self,
        step: usize,
        look: Result<Look, Fault>,
    ) -> Vec<Command> {
        let look = match look {
            Ok(look) => look,
            Err(fault) => return self.undo_failed(fault),
        };
        let whole = self.to_put_back(step, &look);
        let state = &self.state.steps[step];
        let (Some(change), Some(undoing)) = (whole, self.undoing.as_mut()) else {
            return self.undo_next();
        };
        let plan = plan(&change, &state.kept, &look, &undoing.decisions);
        self.drains.remove(&step);
        undoing.conflicts.extend(plan.conflicts.iter().cloned());
        let asked: Vec<Field> = plan.conflicts.iter().map(|c| c.field).collect();
        self.block(step, &change.target, &asked);
        self.carry_out(step, &plan, &look)
    }

    fn carry_out(&mut self, step: usize, plan: &Plan, look: &Look) -> Vec<Command> {
        let mut commands = self.keep_fields(step, &plan.kept);
        let draining = plan.draining.map(drains);
        let lowered = self.undoing.as_ref().is_some_and(|u| u.lowered);
        let nothing = plan
            .change
            .fields
            .iter()
            .all(|f| lowered && !is_sent(&plan.change.target, f.field));
        if nothing {
            commands.extend(self.reverted(step, draining));
        } else if let Some(desired) = self.desired_first(&plan.change) {
            commands.extend(self.send_change(step, Way::Revert, &desired, look, None));
        } else {
            let change = plan.change.only(|f| is_sent(&plan.change.target, f.field));
            commands.extend(self.send_change(step, Way::Revert, &change, look, draining));
        }
        commands
    }

    /// What a raised minimum lifted and nothing else lowers is put back on the service itself,
    /// before the bounds: then the old maximum stops nothing. Once; after that the bounds' turn comes.
    fn desired_first(&self, change: &Change) -> Option<Change> {
        let Target::Scalable(at) = &change.target else {
            return None;
        };
        let field = change.field(Field::Desired)?;
        self.undoing.as_ref().filter(|u| !u.lowered)?;
        Some(Change {
            target: Target::Service(at.clone()),
            fields: vec![FieldChange {
                hold: Hold::Held,
                ..field.clone()
            }],
        })
    }

    fn keep_fields(&mut self, step: usize, kept: &BTreeSet<Field>) -> Vec<Command> {
        let new: BTreeSet<Field> = kept
            .difference(&self.state.steps[step].kept)
            .copied()
            .collect();
        if new.is_empty() {
            Vec::new()
        } else {
            vec![self.record(Event::Kept { step, fields: new })]
        }
    }

    /// A revert was read back; a target whose count was lowered first still has its bounds to go.
    pub(super) fn revert_verified(&mut self, step: usize, sent: &super::Sent) -> Vec<Command> {
        let own = self.state.steps[step].step.change().map(|c| &c.target);
        if sent.change.as_ref().map(|c| &c.target) == own {
            return self.reverted(step, sent.draining.clone());
        }
        self.with_undoing(|u| u.lowered = true);
        self.attempt = 0;
        self.look_before(step, Way::Revert)
    }

    /// What could be put back of this step is back.
    fn reverted(&mut self, step: usize, draining: Option<String>) -> Vec<Command> {
        let mut commands = Vec::new();
        let resource = self.state.steps[step].step.resource();
        match draining {
            Some(said) => {
                if self.state.steps[step].end != End::Draining {
                    let said = said.clone();
                    commands.push(self.record(Event::Draining { step, said }));
                }
                commands.push(self.progress(
                    step,
                    Progress::Draining {
                        what: Text::clean(&said),
                    },
                ));
                self.with_undoing(|u| u.draining.push(said));
                self.drains.insert(step);
                self.block_max(step);
            }
            None if self.is_held_back(step) => self.with_undoing(|u| u.open.push(step)),
            None => {
                if self.state.steps[step].end != End::Kept {
                    commands.push(self.record(Event::Reverted { step }));
                }
                self.with_undoing(|u| u.done.push(resource.as_str().to_owned()));
            }
        }
        commands.extend(self.undo_next());
        commands
    }

    /// In conflict itself, or under a newer step that is not wholly back: that one still needs the
    /// original that this one knows.
    fn is_held_back(&self, step: usize) -> bool {
        let change = self.state.steps[step].step.change();
        let mut fields = change.into_iter().flat_map(|c| &c.fields);
        let mut open = self.undoing.iter().flat_map(|u| &u.open);
        open.any(|newer| self.lies_over(*newer, step))
            || change.is_some_and(|c| fields.any(|f| self.is_blocked(&c.target, f.field)))
    }

    fn with_undoing(&mut self, act: impl FnOnce(&mut Undoing)) {
        if let Some(undoing) = &mut self.undoing {
            act(undoing);
        }
    }

    /// This step could not be put back; the others still are.
    pub(super) fn undo_failed(&mut self, fault: Fault) -> Vec<Command> {
        self.with_undoing(|u| u.failed = u.failed.take().or(Some(fault)));
        if self.undoing.is_some() {
            self.block_all(self.touched);
        }
        self.undo_next()
    }

    fn undo_finished(&mut self) -> Vec<Command> {
        self.doing = Doing::Nothing;
        let Some(undoing) = self.undoing.take() else {
            return Vec::new();
        };
        let session = self.state.id.clone();
        if let Some(fault) = undoing.failed {
            let failed = Report::Failed {
                session: Some(session),
                summary: self.summary(),
                fault: not_put_back(&fault),
            };
            return vec![Command::Report(failed)];
        }
        if !undoing.conflicts.is_empty() {
            return vec![Command::Report(Report::Conflict {
                session,
                fields: undoing.conflicts,
            })];
        }
        let mut commands = self.let_backups_be();
        commands.push(self.undone(&said(&undoing.done, &undoing.draining)));
        commands
    }

    /// A backup that was not seen to its end is kept as it is: the session must not stay open for it.
    pub fn let_backups_be(&mut self) -> Vec<Command> {
        let open = |s: &StepState| {
            matches!(s.step, Step::Create(_)) && s.apply.is_open() && s.end == End::Open
        };
        let steps = self
            .state
            .steps
            .iter()
            .enumerate()
            .filter(|(_, s)| open(s))
            .map(|(step, _)| step);
        let kept: Vec<Event> = steps
            .map(|step| Event::Kept {
                step,
                fields: BTreeSet::new(),
            })
            .collect();
        kept.into_iter().map(|event| self.record(event)).collect()
    }

    /// Leaves everything as it is, for good.
    pub(super) fn keep(&mut self) -> Vec<Command> {
        self.doing = Doing::Nothing;
        self.opened = true;
        let open = |s: &StepState| matches!(s.end, End::Open | End::Draining);
        let steps = self.state.steps.iter().enumerate().filter(|(_, s)| open(s));
        let kept: Vec<Event> = steps
            .map(|(step, s)| Event::Kept {
                step,
                fields: fields_of(&s.step),
            })
            .collect();
        let mut commands: Vec<Command> = kept.into_iter().map(|event| self.record(event)).collect();
        commands.push(Command::Report(Report::Finished {
            session: self.state.id.clone(),
            summary: self.summary(),
        }));
        commands
    }
}

pub(super) fn fields_of(step: &Step) -> BTreeSet<Field> {
    step.change()
        .into_iter()
        .flat_map(|c| &c.fields)
        .map(|f| f.field)
        .collect()
}

fn drains(draining: Draining) -> String {
    let Draining { bound, running } = draining;
    format!(
        "max stays until no more than {bound} run (now {running}): lowering it would stop tasks at once"
    )
}

fn said(done: &[String], draining: &[String]) -> String {
    let mut parts = Vec::new();
    if !done.is_empty() {
        parts.push(format!("{} as before, read back", done.join(", ")));
    }
    parts.extend(draining.iter().cloned());
    if parts.is_empty() {
        "everything already was as before".to_owned()
    } else {
        parts.join("; ")
    }
}

fn not_put_back(fault: &Fault) -> Fault {
    let next = if fault.next.as_str().is_empty() {
        Text::fixed("press u to try again")
    } else {
        fault.next.clone()
    };
    let what = Text::clean(&format!("Not everything could be put back: {}", fault.what));
    Fault {
        what,
        means: Text::fixed("the change still stands"),
        next,
        kind: safe_kind(fault.kind),
        ..fault.clone()
    }
}

/// A conflict of the lock is no conflict of fields.
fn safe_kind(kind: FaultKind) -> FaultKind {
    if kind == FaultKind::Conflict {
        FaultKind::Refused
    } else {
        kind
    }
}
