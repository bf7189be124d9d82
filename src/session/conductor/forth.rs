//! There: kind after kind, until all is applied and verified; or halted.

use super::{Conductor, Phase, Resume, kind, signed};
use crate::domain::backstop::{Bounds, Timer};
use crate::domain::change::{Change, Field, Target};
use crate::domain::fault::{Fault, FaultKind};
use crate::session::draft::{GROUP_TIMER, TARGET_TIMER};
use crate::session::load_test::{Stage, Why};
use crate::session::machine::Command;
use crate::session::record::Event;
use crate::session::snapshot::Kind;
use crate::session::state::{End, Leg, StepState};
use crate::session::step::Step;
use jiff::Timestamp;
use std::collections::HashMap;
use std::time::Duration;
use strum::IntoEnumIterator;

impl Conductor {
    pub(super) fn begin(&mut self) -> Vec<Command> {
        let opened = Event::Opened {
            summary: self.state().summary.clone(),
            subject: self.state().subject.clone(),
            steps: self.state().steps.iter().map(|s| s.step.clone()).collect(),
        };
        let terms = self.test().terms.clone();
        let mut commands = vec![self.say(opened), self.say(Event::Planned { terms })];
        commands.extend(self.advance());
        commands
    }

    /// Goes on where its program died, or puts everything back.
    pub(super) fn taken_up(&mut self, resume: Resume) -> Vec<Command> {
        let over = self.test().why.clone().or_else(|| self.over());
        let resume = match resume {
            Resume::On if over.is_some() => Resume::Revert,
            other => other,
        };
        match (resume, self.stage()) {
            (_, Stage::Closed) => {
                self.phase = Phase::Closed;
                Vec::new()
            }
            (Resume::Keep, _) => self.keep_all(),
            (Resume::Revert, _) => {
                let by = self.state().user.clone();
                self.phase = Phase::Halted;
                self.revert(over.unwrap_or(Why::Asked { by }))
            }
            (Resume::On, _) => {
                let by = self.state().user.clone();
                self.phase = Phase::Applying;
                let resumed = self.say(Event::Resumed { by });
                let mut commands = vec![resumed];
                commands.extend(self.advance());
                commands
            }
        }
    }

    /// The next kind of steps that is not done yet; none: it runs.
    pub(super) fn advance(&mut self) -> Vec<Command> {
        self.phase = Phase::Applying;
        self.moved = false;
        if let Some(commands) = self.adopt() {
            return commands;
        }
        let late = self.late_timers();
        if !late.is_empty() {
            return self.carry_on(late);
        }
        let Some(next) = Kind::iter().find(|k| !self.to_do(*k).is_empty()) else {
            return self.all_applied();
        };
        let mut commands = Vec::new();
        if next > Kind::Backup {
            commands.extend(self.time_begins());
        }
        commands.extend(self.carry_on(self.to_do(next)));
        commands
    }

    pub(super) fn carry_on(&mut self, steps: Vec<usize>) -> Vec<Command> {
        self.generation += 1;
        let commands = self.machine.carry_on(self.now, steps);
        self.taken(commands)
    }

    fn to_do(&self, of: Kind) -> Vec<usize> {
        let skipped = &self.test().skipped;
        let open = |n: usize, s: &StepState| {
            s.end == End::Open && s.apply != Leg::Verified && !skipped.contains(&n)
        };
        let steps = self.state().steps.iter().enumerate();
        steps
            .filter(|(n, s)| kind(&s.step) == of && open(*n, s))
            .map(|(n, _)| n)
            .collect()
    }

    fn all_applied(&mut self) -> Vec<Command> {
        let mut commands = self.time_begins();
        self.phase = Phase::Running;
        if self.stage() != Stage::Running {
            commands.push(self.say(Event::Running));
        }
        commands
    }

    /// From here on the time runs; the timers behind the steps are set to their own.
    fn time_begins(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        if self.test().until.is_none() {
            let ttl = Duration::from_secs(self.test().terms.ttl_seconds);
            let until = self.now.wall.checked_add(signed(ttl));
            let until = whole(until.unwrap_or(Timestamp::MAX));
            self.until = Some(self.now.mono + ttl);
            commands.push(self.say(Event::Began { until }));
        }
        self.set_timers();
        commands
    }

    /// Gives every timer that was not put yet its time.
    fn set_timers(&mut self) {
        let times = self.times();
        for (n, timer) in times {
            if !self.state().steps[n].landed {
                self.machine
                    .set_step(n, Step::Set(Change::put(Target::Timer(timer))));
            }
        }
    }

    /// Timers that stand otherwise than the session's end and the originals ask for.
    fn late_timers(&mut self) -> Vec<usize> {
        let mut late = Vec::new();
        for (n, timer) in self.times() {
            let state = &self.state().steps[n];
            let standing = state.end == End::Open && state.landed;
            if standing && timer_of(state) != Some(&timer) && !self.test().skipped.contains(&n) {
                let step = Step::Set(Change::put(Target::Timer(timer)));
                self.machine.set_step(n, step);
                late.push(n);
            }
        }
        late
    }

    /// The end was moved: the timers are put anew, whatever is awaited meanwhile. A session that is
    /// halted stays halted.
    pub(super) fn put_anew(&mut self) -> Vec<Command> {
        if !self.moved || !self.machine.can_turn() {
            return Vec::new();
        }
        match self.phase {
            Phase::Running | Phase::Applying => {
                self.machine.stop();
                self.advance()
            }
            Phase::Halted => {
                self.moved = false;
                let late = self.late_timers();
                if late.is_empty() {
                    return Vec::new();
                }
                self.phase = Phase::Rearming;
                self.carry_on(late)
            }
            _ => Vec::new(),
        }
    }

    /// The timers of a halted session were put anew, or could not be: that is tried again with the rest.
    pub(super) fn rearmed(&mut self, fault: Option<&Fault>) -> Vec<Command> {
        if let Some(fault) = fault {
            let said = fault.what.as_str().to_owned();
            self.live.insert(self.machine.touched(), (said, None));
        }
        self.phase = Phase::Halted;
        Vec::new()
    }

    /// Each timer as it should be: targets a quarter of an hour after the end, groups half an hour
    /// after them, with the bounds that were found. A group takes one action a moment
    /// (aws-facts.md §3.3), so each has a second of its own.
    fn times(&self) -> Vec<(usize, Timer)> {
        let Some(until) = self.test().until else {
            return Vec::new();
        };
        let mut of_group: HashMap<&str, i64> = HashMap::new();
        let mut due = Vec::new();
        for (n, state) in self.state().steps.iter().enumerate() {
            let Some(timer) = timer_of(state) else {
                continue;
            };
            let (after, odd) = match &timer.of {
                Bounds::Target(_) => (TARGET_TIMER, 0),
                Bounds::Group(name) => {
                    let used = of_group.entry(name.as_str()).or_default();
                    *used += 1;
                    (
                        GROUP_TIMER,
                        odd_second(self.state().id.as_str()) + *used - 1,
                    )
                }
            };
            let at = until.checked_add(signed(after) + jiff::SignedDuration::from_secs(odd));
            let at = at.unwrap_or(Timestamp::MAX);
            due.push((
                n,
                Timer {
                    at,
                    min: self.original(&timer.of, Field::Min).unwrap_or(timer.min),
                    max: self.original(&timer.of, Field::Max).unwrap_or(timer.max),
                    ..timer.clone()
                },
            ));
        }
        due
    }

    /// A bound as it was right before the session first changed it.
    fn original(&self, of: &Bounds, bound: Field) -> Option<u32> {
        let target = match of {
            Bounds::Target(at) => Target::Scalable(at.clone()),
            Bounds::Group(name) => Target::Group(name.clone()),
        };
        let ours = self.state().steps.iter().filter(|s| s.has_landed());
        let mut changes = ours.filter_map(|s| s.step.change());
        let first = changes.find(|c| c.target == target && c.field(bound).is_some())?;
        let before = first.field(bound)?.before.count()?;
        u32::try_from(before).ok()
    }

    /// A step could not be carried out. What came later from a console does not stop the test.
    pub(super) fn failed(&mut self, fault: Fault) -> Vec<Command> {
        let step = self.machine.touched();
        self.live
            .insert(step, (fault.what.as_str().to_owned(), None));
        if self.lost_the_lock(step, &fault) {
            self.phase = Phase::Halted;
            return self.revert(Why::Locked);
        }
        if step >= self.plan && kind(&self.state().steps[step].step) != Kind::Timer {
            let skipped = self.say(Event::Skipped {
                step,
                by: fault.what.as_str().to_owned(),
            });
            let mut commands = vec![skipped];
            commands.extend(self.advance());
            return commands;
        }
        self.phase = Phase::Halted;
        self.halted_at = step;
        let said = fault.line().as_str().to_owned();
        self.fault = Some(fault);
        vec![self.say(Event::Halted {
            step: Some(step),
            said,
        })]
    }

    fn lost_the_lock(&self, step: usize, fault: &Fault) -> bool {
        let state = &self.state().steps[step];
        let held = fault.kind == FaultKind::Conflict
            || fault
                .code
                .as_ref()
                .is_some_and(|c| c.as_str() == "ParameterAlreadyExists");
        kind(&state.step) == Kind::Lock && held
    }

    /// Tries again what halted it. Where somebody changed a setting between plan and write, what
    /// is there now is the original from here on. A timer or a lock has no original but its absence.
    pub(super) fn retry(&mut self, by: String) -> Vec<Command> {
        let step = self.halted_at;
        let fault = self.fault.take();
        let changed = fault.is_some_and(|f| f.kind == FaultKind::Conflict);
        let state = &self.state().steps[step];
        let net = matches!(kind(&state.step), Kind::Timer | Kind::Lock);
        if changed && !net && !state.landed {
            self.machine.rebase(step);
        }
        let mut commands = vec![self.say(Event::Resumed { by })];
        commands.extend(self.advance());
        commands
    }

    /// Goes on without the step that halted it. What was sent of it is put back with the rest.
    pub(super) fn skip(&mut self, by: String) -> Vec<Command> {
        let step = self.halted_at;
        self.fault = None;
        let mut commands = vec![
            self.say(Event::Skipped {
                step,
                by: by.clone(),
            }),
            self.say(Event::Resumed { by }),
        ];
        commands.extend(self.advance());
        commands
    }
}

fn timer_of(state: &StepState) -> Option<&Timer> {
    match &state.step.change()?.target {
        Target::Timer(timer) => Some(timer),
        _ => None,
    }
}

/// A second that belongs to this session.
fn odd_second(id: &str) -> i64 {
    id.bytes()
        .fold(0_i64, |sum, b| (sum * 31 + i64::from(b)) % 45)
        + 7
}

/// AWS's timers know seconds.
fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
