//! Back: rules first and their effect, then services, then groups; the timers behind them when all of
//! it is back, and the lock last. What fails or drains is tried again; what is in conflict stops alone.

use super::{About, Conductor, Phase, key, kind};
use crate::domain::change::Standing;
use crate::domain::fault::{Fault, FaultKind};
use crate::session::load_test::{Closing, Moved, Stage, Why};
use crate::session::machine::Command;
use crate::session::order::ThreeWay;
use crate::session::record::Event;
use crate::session::snapshot::Kind;
use crate::session::state::{End, StepState};
use std::time::Duration;

/// Reverts that failed so often in a row are called halted; they are tried again all the same.
const HALTS: u32 = 5;
/// The record may not be removed: after so many denials in a row the session ends without it.
const DENIALS: u32 = 10;
/// The longest pause between two of them.
const SLOWEST: Duration = Duration::from_mins(1);

impl Conductor {
    /// Everything is put back, as soon as no request is under way.
    pub(super) fn revert(&mut self, why: Why) -> Vec<Command> {
        if matches!(self.stage(), Stage::Closed) || self.turning {
            return Vec::new();
        }
        if self.test().why.is_some() && !matches!(self.phase, Phase::Halted | Phase::Start) {
            return Vec::new();
        }
        self.turning = true;
        self.machine.stop();
        vec![self.say(Event::Reverting { why })]
    }

    pub(super) fn turn(&mut self) -> Vec<Command> {
        self.turning = false;
        self.machine.stop();
        self.failures = 0;
        self.fault = None;
        self.round()
    }

    /// One time through, from the rules on.
    pub(super) fn round(&mut self) -> Vec<Command> {
        self.phase = Phase::Rules;
        self.next(Kind::Rule)
    }

    /// Puts the steps of this kind back; where there are none, what comes after them.
    fn next(&mut self, of: Kind) -> Vec<Command> {
        let steps = self.to_put_back(of);
        if steps.is_empty() {
            return self.after(of);
        }
        self.phase = match of {
            Kind::Rule => Phase::Rules,
            Kind::Timer => Phase::Timers,
            Kind::Lock => Phase::Unlocking,
            _ => Phase::Sizes,
        };
        self.generation += 1;
        let decisions = self.decisions.clone();
        let commands = self.machine.put_back(self.now, steps, decisions);
        self.taken(commands)
    }

    /// Newest first. Sizes go together: services, then the groups under them.
    fn to_put_back(&self, of: Kind) -> Vec<usize> {
        let of_kind = |wanted: Kind| {
            let steps = self.state().steps.iter().enumerate().rev();
            steps
                .filter(move |(_, s)| kind(&s.step) == wanted && s.is_undoable())
                .map(|(n, _)| n)
        };
        let steps: Vec<usize> = match of {
            Kind::Service => of_kind(Kind::Service).chain(of_kind(Kind::Group)).collect(),
            other => of_kind(other).collect(),
        };
        let waits = |n: &usize| !self.waits_for_a_decision(*n);
        steps.into_iter().filter(waits).collect()
    }

    /// In conflict, and nobody has decided; or under a newer step that is. A bound of it that drains
    /// does not wait for that.
    fn waits_for_a_decision(&self, step: usize) -> bool {
        let target = self.state().steps[step].step.change().map(|c| &c.target);
        if target.is_some_and(|t| self.machine.drains(t)) {
            return false;
        }
        let newest = self.state().steps.len();
        let mut over = (step..newest).filter(|n| *n == step || self.state().shares(*n, step));
        over.any(|n| self.is_undecided(n))
    }

    fn is_undecided(&self, step: usize) -> bool {
        let state = &self.state().steps[step];
        let Some(change) = state.step.change().filter(|_| state.is_undoable()) else {
            return false;
        };
        let own = |c: &&Moved| c.target == change.target && change.field(c.field).is_some();
        let mut own = self.conflicts.iter().filter(own);
        own.any(|c| !self.is_decided(c))
    }

    fn is_decided(&self, conflict: &Moved) -> bool {
        let key = key(conflict);
        self.decisions.restore.contains(&key) || self.decisions.keep.contains(&key)
    }

    /// A part of it came to its end; `fault`: not all of it could be put back.
    pub(super) fn put_back(&mut self, fault: Option<Fault>) -> Vec<Command> {
        let of = match self.phase {
            Phase::Undoing => return self.undone(fault),
            Phase::Rules => Kind::Rule,
            Phase::Sizes => Kind::Service,
            Phase::Timers => Kind::Timer,
            Phase::Unlocking => Kind::Lock,
            _ => return Vec::new(),
        };
        match fault {
            None => self.after(of),
            // The protection comes first, but not for ever before everything else.
            Some(fault) if of == Kind::Rule && self.failures >= HALTS => {
                self.fault = Some(fault);
                self.next(Kind::Service)
            }
            // All is back; a record that we may not remove would keep the session open for ever.
            Some(fault) if of == Kind::Lock && self.is_denied_for_good(&fault) => {
                self.in_trouble(About::Record, Some(fault.line().as_str().to_owned()));
                self.close()
            }
            Some(fault) => self.try_again(&fault),
        }
    }

    /// So often in a row that no policy is just being changed.
    fn is_denied_for_good(&mut self, fault: &Fault) -> bool {
        if fault.kind != FaultKind::Denied {
            self.denials = 0;
            return false;
        }
        self.denials += 1;
        self.denials >= DENIALS
    }

    fn after(&mut self, of: Kind) -> Vec<Command> {
        match of {
            Kind::Rule if self.awaits_effect() => self.settle_begins(),
            Kind::Rule => self.next(Kind::Service),
            Kind::Service | Kind::Group if self.is_left() => self.wait(self.patience.drain),
            Kind::Service | Kind::Group => self.next(Kind::Timer),
            // Decided while the timers went.
            Kind::Timer | Kind::Backup if self.is_left() => self.round(),
            Kind::Timer | Kind::Backup if !self.conflicts.is_empty() => self.decide(),
            Kind::Timer | Kind::Backup => self.next(Kind::Lock),
            Kind::Lock => self.close(),
        }
    }

    /// A rule was put back in this revert, and something is to follow it.
    fn awaits_effect(&self) -> bool {
        let back =
            |s: &StepState| kind(&s.step) == Kind::Rule && s.has_landed() && s.end == End::Reverted;
        let sizes = !self.to_put_back(Kind::Service).is_empty();
        !self.settled && sizes && self.state().steps.iter().any(back)
    }

    fn settle_begins(&mut self) -> Vec<Command> {
        let patience = Duration::from_secs(self.test().terms.settle_seconds);
        self.phase = Phase::Settling {
            until: self.now.mono + patience,
        };
        Vec::new()
    }

    /// The effect shows, or was awaited long enough.
    pub(super) fn settle(&mut self) -> Vec<Command> {
        if !self.settling() {
            return Vec::new();
        }
        self.settled = true;
        self.next(Kind::Service)
    }

    /// Something drains, or a rule still fails.
    fn is_left(&self) -> bool {
        let kinds = [Kind::Rule, Kind::Service];
        kinds.iter().any(|k| !self.to_put_back(*k).is_empty())
    }

    fn wait(&mut self, by: Duration) -> Vec<Command> {
        if let Some(fault) = self.fault.take() {
            return self.try_again(&fault);
        }
        self.failures = 0;
        self.phase = Phase::Waiting {
            until: self.now.mono + by,
        };
        self.goes_back()
    }

    /// It is put back again, where that was called halted.
    fn goes_back(&mut self) -> Vec<Command> {
        match self.test().why.clone() {
            Some(why) if self.stage() == Stage::Halted => vec![self.say(Event::Reverting { why })],
            _ => Vec::new(),
        }
    }

    fn try_again(&mut self, fault: &Fault) -> Vec<Command> {
        self.failures += 1;
        let pause = self.patience.again * 2u32.pow(self.failures.min(5) - 1);
        self.phase = Phase::Waiting {
            until: self.now.mono + pause.min(SLOWEST),
        };
        let said = fault.line().as_str().to_owned();
        let step = Some(self.machine.touched());
        if self.failures == HALTS {
            vec![self.say(Event::Halted { step, said })]
        } else {
            Vec::new()
        }
    }

    /// What waits for its time, when it has come.
    pub(super) fn again(&mut self) -> Vec<Command> {
        match self.phase {
            Phase::Settling { until } if until <= self.now.mono => self.settle(),
            Phase::Waiting { until } if until <= self.now.mono => self.round(),
            // Nobody is there to decide: what others changed stays theirs.
            Phase::Deciding if self.is_deserted() => self.next(Kind::Lock),
            _ => Vec::new(),
        }
    }

    pub(super) fn in_conflict(&mut self, moved: Vec<Moved>) {
        for one in moved {
            // What is gone cannot be restored, whatever was decided.
            if one.standing == Standing::Gone {
                self.decisions.restore.remove(&key(&one));
            }
            self.conflicts.retain(|c| key(c) != key(&one));
            self.conflicts.push(one);
        }
    }

    fn decide(&mut self) -> Vec<Command> {
        self.phase = Phase::Deciding;
        let fields: Vec<String> = self
            .conflicts
            .iter()
            .map(|c| {
                let of = crate::session::step::resource(&c.target);
                format!("{} of {of}", c.field)
            })
            .collect();
        let said = format!(
            "Changed by somebody else meanwhile, and therefore not put back: {}",
            fields.join(", ")
        );
        vec![self.say(Event::Halted { step: None, said })]
    }

    /// The operator's word on conflicts and on tasks above a maximum.
    pub(super) fn decided(&mut self) -> Vec<Command> {
        let open: Vec<Moved> = std::mem::take(&mut self.conflicts);
        let (decided, open) = open.into_iter().partition(|c| self.is_decided(c));
        self.conflicts = open;
        if decided.is_empty() && !matches!(self.phase, Phase::Waiting { .. }) {
            return Vec::new();
        }
        match self.phase {
            Phase::Deciding | Phase::Waiting { .. } => {
                let mut commands = self.goes_back();
                commands.extend(self.round());
                commands
            }
            _ => Vec::new(),
        }
    }

    /// One change was put back, or could not be; the test goes on.
    fn undone(&mut self, fault: Option<Fault>) -> Vec<Command> {
        if let Some(fault) = fault {
            let said = fault.what.as_str().to_owned();
            self.live.insert(self.machine.touched(), (said, None));
        }
        // What is in conflict now is asked about at the end.
        self.conflicts.clear();
        self.advance()
    }

    /// Leaves everything as it is: the timers and the lock go, the rest stays.
    pub(super) fn keep_all(&mut self) -> Vec<Command> {
        self.machine.stop();
        let steps = self.state().steps.iter().enumerate();
        let kept: Vec<usize> = steps
            .filter(|(_, s)| !matches!(kind(&s.step), Kind::Timer | Kind::Lock))
            .map(|(n, _)| n)
            .collect();
        let by = self.state().user.clone();
        let mut commands = vec![self.say(Event::Reverting {
            why: Why::Asked { by },
        })];
        commands.extend(self.machine.keep_steps(self.now, &kept));
        self.conflicts.clear();
        commands.extend(self.next(Kind::Timer));
        commands
    }

    /// Another tidegate carries it now: nothing more is written.
    pub(super) fn adopted(&mut self, by: &str) -> Vec<Command> {
        self.machine.abandon();
        self.turning = false;
        self.phase = Phase::Closed;
        let closing = Closing::Adopted;
        let said = format!("{by} took it over");
        vec![
            self.say(Event::Halted { step: None, said }),
            self.say(Event::Closed { closing }),
        ]
    }

    fn close(&mut self) -> Vec<Command> {
        self.phase = Phase::Closed;
        // A lock that is another's is left alone, and a backup under way is finished by AWS.
        let locks = self.to_leave();
        let mut commands = self.machine.let_backups_be();
        commands.extend(self.machine.keep_steps(self.now, &locks));
        let nets = [Kind::Backup, Kind::Timer, Kind::Lock];
        let kept = |s: &StepState| {
            let some = s.end == End::Kept || !s.kept.is_empty();
            some && s.has_landed() && !nets.contains(&kind(&s.step))
        };
        let closing = if self.test().why == Some(Why::Locked) {
            Closing::Locked
        } else if !self.conflicts.is_empty() {
            Closing::Conflict
        } else if self.state().steps.iter().any(kept) {
            Closing::Kept
        } else {
            Closing::Restored
        };
        commands.push(self.say(Event::Closed { closing }));
        commands
    }

    fn to_leave(&self) -> Vec<usize> {
        let steps = self.state().steps.iter().enumerate();
        let locks = steps.filter(|(_, s)| kind(&s.step) == Kind::Lock && s.is_undoable());
        locks.map(|(n, _)| n).collect()
    }
}

/// One field of a three-way comparison, to be kept and told.
pub(super) fn moved(one: ThreeWay) -> Moved {
    Moved {
        target: one.target,
        field: one.field,
        before: one.before,
        ours: one.ours,
        now: one.now,
        standing: one.standing,
        who: None,
    }
}
