//! There: recheck, open, and one step after the other.

use super::{Command, Doing, Intent, Machine, Sent, Sight};
use crate::domain::change::{Change, Field, Hold, Reading, Target};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::text::Text;
use crate::domain::write::Write;
use crate::session::look::Look;
use crate::session::order::{Progress, Report};
use crate::session::record::{Event, Prepared, Way};
use crate::session::request::request;
use crate::session::step::Step;
use std::collections::VecDeque;

impl Machine {
    /// Reads again what the dialog showed, before anything is written down.
    pub(super) fn begin(&mut self) -> Vec<Command> {
        let Some(proposal) = &self.proposal else {
            return Vec::new();
        };
        let left: VecDeque<Target> = proposal
            .seen
            .iter()
            .map(|(target, _)| target.clone())
            .collect();
        let mut commands = if self.state.steps.is_empty() {
            Vec::new()
        } else {
            vec![self.progress(0, Progress::Rechecking)]
        };
        commands.extend(self.recheck_next(left));
        commands
    }

    fn recheck_next(&mut self, left: VecDeque<Target>) -> Vec<Command> {
        match left.front() {
            Some(target) => {
                let sight = self.sight_at(target);
                self.doing = Doing::Rechecking { left };
                vec![Command::Observe(sight)]
            }
            None => self.opening(),
        }
    }

    /// Seen as its step sees it, so that the two looks can be compared.
    fn sight_at(&self, target: &Target) -> Sight {
        let step = self
            .state
            .steps
            .iter()
            .map(|s| &s.step)
            .find(|s| s.change().is_some_and(|c| c.target == *target));
        step.map_or_else(
            || Sight::Target(target.clone()),
            |step| Sight::Step(step.clone()),
        )
    }

    pub(super) fn rechecked(
        &mut self,
        mut left: VecDeque<Target>,
        look: Result<Look, Fault>,
    ) -> Vec<Command> {
        let Some(target) = left.pop_front() else {
            return Vec::new();
        };
        match look {
            Err(fault) => vec![self.failed(nothing_sent(fault))],
            Ok(look) if !self.is_as_shown(&target, &look) => self.back_to_the_dialog(),
            Ok(look) => {
                self.seen.push((target, look));
                self.recheck_next(left)
            }
        }
    }

    fn is_as_shown(&self, target: &Target, look: &Look) -> bool {
        let shown = self
            .proposal
            .iter()
            .flat_map(|p| &p.seen)
            .find(|(t, _)| t == target)
            .map(|(_, r)| r);
        let (Some(shown), Some(now)) = (shown, &look.reading) else {
            return false;
        };
        shown
            .iter()
            .filter(|(f, _)| !self.floats(target, **f))
            .all(|(f, v)| now.get(f) == Some(v))
    }

    fn floats(&self, target: &Target, field: Field) -> bool {
        let changes = self.state.steps.iter().filter_map(|s| s.step.change());
        changes
            .filter(|c| c.target == *target)
            .filter_map(|c| c.field(field))
            .any(|f| f.hold == Hold::Floating)
    }

    pub(super) fn back_to_the_dialog(&mut self) -> Vec<Command> {
        match self.proposal.take() {
            Some(proposal) => vec![Command::Return(proposal)],
            None => vec![self.failed(changed_meanwhile())],
        }
    }

    fn opening(&mut self) -> Vec<Command> {
        self.opened = true;
        let opened = Event::Opened {
            summary: self.state.summary.clone(),
            subject: self.state.subject.clone(),
            steps: self.state.steps.iter().map(|s| s.step.clone()).collect(),
        };
        let mut commands = vec![Command::Record(opened)];
        self.queue = (0..self.state.steps.len()).collect();
        commands.extend(self.apply_next());
        commands
    }

    /// Goes on with the next step, or ends when there is none left.
    pub(super) fn apply_next(&mut self) -> Vec<Command> {
        self.attempt = 0;
        self.first_rest = None;
        let next = self.queue.pop_front();
        let Some((step, state)) = next.and_then(|n| Some((n, self.state.steps.get(n)?))) else {
            return self.await_next();
        };
        let target = state.step.change().map(|c| c.target.clone());
        if let Some(commands) = self.left_in_doubt(step) {
            return commands;
        }
        let Some(target) = target else {
            return self.create(step);
        };
        // What the recheck has just seen is the look before the first write.
        match std::mem::take(&mut self.seen)
            .into_iter()
            .find(|(t, _)| *t == target)
        {
            Some((_, look)) => self.look_before_apply(step, Ok(look)),
            None => self.look_before(step, Way::Apply),
        }
    }

    pub(super) fn finish(&mut self) -> Vec<Command> {
        self.doing = Doing::Nothing;
        vec![Command::Report(Report::Finished {
            session: self.state.id.clone(),
            summary: self.summary(),
        })]
    }

    pub(super) fn look_before_apply(
        &mut self,
        step: usize,
        look: Result<Look, Fault>,
    ) -> Vec<Command> {
        let look = match look {
            Ok(look) => look,
            Err(fault) => return vec![self.failed(nothing_sent(fault))],
        };
        let Some(change) = self.wanted(step).change().cloned() else {
            return self.create(step);
        };
        let change = self.as_found(step, change, &look);
        if !before_holds(&change, &look) || self.surroundings_moved(&look) {
            return self.back_to_the_dialog();
        }
        let change = change.only(|f| f.before != f.after);
        if change.fields.is_empty() {
            return self.nothing_to_do(step);
        }
        self.send_change(step, Way::Apply, &change, &look, None)
    }

    /// After a lock conflict only the token may have moved.
    fn surroundings_moved(&mut self, look: &Look) -> bool {
        let rest = look.document.as_ref().map(|d| d.rest.clone());
        let moved = self.first_rest.is_some() && self.first_rest != rest;
        self.first_rest = self.first_rest.take().or(rest);
        moved
    }

    /// Prepares and sends a change one way.
    pub(super) fn send_change(
        &mut self,
        step: usize,
        way: Way,
        change: &Change,
        look: &Look,
        draining: Option<String>,
    ) -> Vec<Command> {
        let write = match request(change, look) {
            Ok(write) => write,
            Err(fault) => return self.cannot_send(way, fault),
        };
        let what = Prepared::Set {
            revert: change.invert(),
            change: change.clone(),
        };
        let rest = look.document.as_ref().map(|d| d.rest.clone());
        let change = change.only(|f| is_sent(&change.target, f.field));
        self.send(
            step,
            way,
            what,
            write,
            Sent {
                change: Some(change),
                rest,
                at: self.now.mono,
                draining,
            },
        )
    }

    fn create(&mut self, step: usize) -> Vec<Command> {
        let Step::Create(backup) = self.state.steps[step].step.clone() else {
            return Vec::new();
        };
        let write = Write::CreateSnapshot {
            tags: self.tags(),
            backup: backup.clone(),
        };
        let sent = Sent {
            change: None,
            rest: None,
            at: self.now.mono,
            draining: None,
        };
        self.send(step, Way::Apply, Prepared::Create(backup), write, sent)
    }

    fn tags(&self) -> Vec<(String, String)> {
        let tag = |k: &str, v: &str| (k.to_owned(), v.to_owned());
        vec![
            tag("tidegate:session", self.state.id.as_str()),
            tag("tidegate:operator", &tag_value(&self.state.user)),
        ]
    }

    fn send(
        &mut self,
        step: usize,
        way: Way,
        what: Prepared,
        write: Write,
        sent: Sent,
    ) -> Vec<Command> {
        self.touched = step;
        let prepared = self.record(Event::Prepared { step, way, what });
        self.due.remove(&step);
        self.attempt += 1;
        let attempt = self.attempt;
        let resource = self.state.steps[step].step.resource().as_str().to_owned();
        self.note(&Event::Sent {
            step,
            way,
            attempt,
            action: write.action().into(),
            resource: resource.clone(),
        });
        self.doing = Doing::Writing { step, way, sent };
        let intent = Intent {
            step,
            way,
            attempt,
            resource,
            write,
        };
        vec![
            prepared,
            self.progress(step, Progress::Sent),
            Command::Write(Box::new(intent)),
        ]
    }

    fn cannot_send(&mut self, way: Way, fault: Fault) -> Vec<Command> {
        match way {
            Way::Apply => vec![self.failed(fault)],
            Way::Revert => self.undo_failed(fault),
        }
    }

    /// Ends with a fault. The session stays as its records say.
    pub(super) fn failed(&mut self, fault: Fault) -> Command {
        self.doing = Doing::Nothing;
        let session = self.opened.then(|| self.state.id.clone());
        Command::Report(Report::Failed {
            session,
            summary: self.summary(),
            fault,
        })
    }
}

/// A target has no desired count of its own: it is recorded there for the undo.
pub(super) fn is_sent(target: &Target, field: Field) -> bool {
    !matches!((target, field), (Target::Scalable(_), Field::Desired))
}

/// Whether every held field still is what the change takes it for. A timer bears the session's
/// name: whatever is there under it is ours, and put anew.
fn before_holds(change: &Change, look: &Look) -> bool {
    if matches!(change.target, Target::Timer(_)) {
        return look.reading.is_some();
    }
    let empty = Reading::new();
    let now = look.reading.as_ref().unwrap_or(&empty);
    change
        .fields
        .iter()
        .filter(|f| f.hold == Hold::Held)
        .all(|f| now.get(&f.field) == Some(&f.before))
}

fn nothing_sent(fault: Fault) -> Fault {
    let means = if fault.means.as_str().is_empty() {
        Text::fixed("nothing was sent")
    } else {
        fault.means.clone()
    };
    Fault { means, ..fault }
}

fn changed_meanwhile() -> Fault {
    Fault::new(
        FaultKind::Conflict,
        "It was changed by somebody else in this moment",
    )
    .means("this step was not sent")
    .next("look at it again and decide anew")
}

/// RDS takes letters, digits, blanks and `_.:/=+-@` in tags.
fn tag_value(raw: &str) -> String {
    raw.chars()
        .map(|c| {
            if c.is_alphanumeric() || " _.:/=+-@".contains(c) {
                c
            } else {
                '_'
            }
        })
        .take(256)
        .collect()
}
