//! The machine that carries a session: told what happened, it answers with what is to be done next.
//! No clock, no I/O. A list of commands ends with at most one that has an answer;
//! the carrier runs them in order and brings the answer back.

mod answer;
mod apply;
mod conducted;
mod stack;
mod undo;

use super::look::Look;
use super::moment::Moment;
use super::order::{PastState, Progress, Proposal, Report};
use super::record::{Actor, Place};
use super::record::{Event, Record, VERSION, Way};
use super::revert::Decisions;
use super::state::{Leg, SessionState, StepState};
use super::step::Step;
use crate::domain::change::{Change, Field, Target};
use crate::domain::fault::Fault;
use crate::domain::ids::SessionId;
use crate::domain::write::{Outcome, Write};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

/// One request to be made durable and sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    pub step: usize,
    pub way: Way,
    /// From 1.
    pub attempt: u32,
    pub resource: String,
    pub write: Write,
}

/// One thing for the carrier to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Make it durable. Answered only when that fails ([`Input::JournalFailed`]).
    Record(Event),
    /// Tell the console.
    Report(Report),
    /// Tell the console that there is something else now than the dialog showed.
    Return(Box<Proposal>),
    /// Look at a target; answered by [`Input::Looked`].
    Observe(Sight),
    /// Record `SENT`, send; answered by [`Input::Answered`].
    Write(Box<Intent>),
    /// Look again, not before `at`, to learn what became of a request without an answer.
    ReadBack { sight: Sight, at: Duration },
    /// Look again, not before `at`, until the effect is there.
    Verify {
        sight: Sight,
        at: Duration,
        deadline: Duration,
    },
    /// Answered by [`Input::Woken`] at that time.
    Pause { until: Duration },
}

/// What to look at.
#[derive(Clone, Debug, PartialEq)]
pub enum Sight {
    Target(Target),
    Step(Step),
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    Begin,
    Undo(Decisions),
    Keep,
    /// Wait on for a backup that was being made when its program ended.
    Follow,
    Looked(Result<Look, Fault>),
    Answered {
        outcome: Outcome,
        took: Duration,
    },
    Woken,
    JournalFailed(Fault),
}

/// How patient the machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Pace {
    /// An unknown outcome is not read back earlier than so long after SENT.
    pub read_back: Duration,
    /// Between two looks.
    pub poll: Duration,
    /// So long a setting may take to be read back.
    pub setting: Duration,
    /// So long tasks or instances may take.
    pub running: Duration,
    pub snapshot: Duration,
    /// So long a lost answer is looked after.
    pub doubt: Duration,
    /// First pause before a refused request is tried again.
    pub backoff: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            read_back: Duration::from_secs(15),
            poll: Duration::from_secs(3),
            setting: Duration::from_mins(1),
            running: Duration::from_mins(15),
            snapshot: Duration::from_hours(12),
            doubt: Duration::from_mins(2),
            backoff: Duration::from_secs(2),
        }
    }
}

/// What the machine is in the middle of.
#[derive(Clone, Debug, PartialEq)]
enum Doing {
    Nothing,
    /// Reading again what the dialog showed: targets still to come.
    Rechecking {
        left: VecDeque<Target>,
    },
    /// The look right before a write.
    Looking {
        step: usize,
        way: Way,
    },
    Writing {
        step: usize,
        way: Way,
        sent: Sent,
    },
    Pausing {
        step: usize,
        way: Way,
    },
    Doubting {
        step: usize,
        way: Way,
        sent: Sent,
        until: Duration,
    },
    Verifying {
        step: usize,
        way: Way,
        sent: Sent,
    },
}

/// What was sent, to compare with.
#[derive(Clone, Debug, PartialEq)]
struct Sent {
    /// `None` for a backup.
    change: Option<Change>,
    /// The web ACL around a rule, but for the one value.
    rest: Option<String>,
    at: Duration,
    /// A max that has to wait, in words.
    draining: Option<String>,
}

/// An undo under way.
#[derive(Clone, Debug, Default, PartialEq)]
struct Undoing {
    decisions: Decisions,
    left: VecDeque<usize>,
    conflicts: Vec<super::order::ThreeWay>,
    draining: Vec<String>,
    done: Vec<String>,
    /// Fields of newer steps that are not back: an older one would compare them with what is not there.
    blocked: BTreeSet<(Target, Field)>,
    /// Steps that are not wholly back.
    open: Vec<usize>,
    /// All steps go back, not the newest alone.
    whole: bool,
    /// The count of the step at hand was put back before its bounds.
    lowered: bool,
    failed: Option<Fault>,
}

/// One session being carried.
#[derive(Clone, Debug)]
pub struct Machine {
    pace: Pace,
    state: SessionState,
    proposal: Option<Box<Proposal>>,
    opened: bool,
    doing: Doing,
    undoing: Option<Undoing>,
    /// What the recheck saw of each target: the last look before the first write.
    seen: Vec<(Target, Look)>,
    /// The web ACL's surroundings at the first attempt: only the token may move after that.
    first_rest: Option<String>,
    /// Only one backup is followed; nothing more is begun.
    following: bool,
    /// Steps still to be applied, in this order.
    queue: VecDeque<usize>,
    /// Part of a load test: effects that take long are awaited together, after all was set.
    conducted: bool,
    /// Set, and their effects awaited.
    awaiting: VecDeque<(usize, Sent)>,
    /// The step that was last acted on.
    touched: usize,
    /// The operator took what is there now for the new original of this step.
    rebased: Option<usize>,
    /// Steps of which the last revert left a bound, because it drains.
    drains: BTreeSet<usize>,
    /// Timers that are to be put at another time than the state tells.
    due: BTreeMap<usize, Step>,
    /// Requests of the step at hand so far.
    attempt: u32,
    now: Moment,
    started: Duration,
}

impl Machine {
    /// A machine for a proposal that was just confirmed.
    pub fn open(
        id: SessionId,
        proposal: Proposal,
        here: Place,
        actor: &Actor,
        pace: Pace,
        now: Moment,
    ) -> Self {
        let steps = proposal
            .steps
            .iter()
            .cloned()
            .map(|p| StepState::new(p.into()))
            .collect();
        let state = SessionState {
            id,
            at: now.wall,
            summary: proposal.summary.as_str().to_owned(),
            subject: proposal.subject.clone(),
            place: here,
            user: actor.user.clone(),
            steps,
            test: None,
        };
        Self {
            proposal: Some(Box::new(proposal)),
            ..Self::resume(state, pace, now)
        }
    }

    /// A machine for a session that the journal tells of.
    pub fn resume(state: SessionState, pace: Pace, now: Moment) -> Self {
        Self {
            pace,
            state,
            proposal: None,
            opened: false,
            doing: Doing::Nothing,
            undoing: None,
            seen: Vec::new(),
            first_rest: None,
            following: false,
            queue: VecDeque::new(),
            conducted: false,
            awaiting: VecDeque::new(),
            rebased: None,
            drains: BTreeSet::new(),
            due: BTreeMap::new(),
            touched: 0,
            attempt: 0,
            now,
            started: now.mono,
        }
    }

    /// What is known of the session.
    pub fn state(&self) -> &SessionState {
        &self.state
    }

    /// Whether nothing is awaited.
    pub fn is_idle(&self) -> bool {
        self.doing == Doing::Nothing
    }

    /// Whether a request is being decided on, sent or in doubt: no other write may come between.
    pub fn is_writing(&self) -> bool {
        !matches!(self.doing, Doing::Nothing | Doing::Verifying { .. })
    }

    /// Whether an order to undo or keep may come in between.
    pub fn takes_orders(&self) -> bool {
        matches!(self.doing, Doing::Nothing | Doing::Verifying { .. })
    }

    /// How lists show it while it is carried: what AWS took can be undone, but for a backup.
    pub fn past_state(&self) -> PastState {
        let taken = matches!(
            self.doing,
            Doing::Verifying {
                way: Way::Apply,
                ..
            }
        );
        match self.state.outcome() {
            PastState::Unfinished if taken && self.is_backup() => PastState::Backup,
            PastState::Unfinished if taken => PastState::Applied,
            other => other,
        }
    }

    fn is_backup(&self) -> bool {
        let mut steps = self.state.steps.iter();
        steps.all(|s| matches!(s.step, Step::Create(_)))
    }

    /// Takes in what happened; answers with what is to be done.
    pub fn handle(&mut self, now: Moment, input: Input) -> Vec<Command> {
        self.now = now;
        match input {
            Input::Begin => self.begin(),
            Input::Undo(decisions) => self.undo(decisions),
            Input::Keep => self.keep(),
            Input::Follow => self.follow(),
            Input::Looked(look) => self.looked(look),
            Input::Answered { outcome, took } => self.answered(outcome, took),
            Input::Woken => self.woken(),
            Input::JournalFailed(fault) => self.journal_failed(fault),
        }
    }

    fn looked(&mut self, look: Result<Look, Fault>) -> Vec<Command> {
        match std::mem::replace(&mut self.doing, Doing::Nothing) {
            Doing::Rechecking { left } => self.rechecked(left, look),
            Doing::Looking {
                step,
                way: Way::Apply,
            } => self.look_before_apply(step, look),
            Doing::Looking {
                step,
                way: Way::Revert,
            } => self.look_before_revert(step, look),
            Doing::Doubting {
                step,
                way,
                sent,
                until,
            } => self.read_back(step, way, sent, until, look),
            Doing::Verifying { step, way, sent } => self.verify(step, way, sent, look),
            other => {
                self.doing = other;
                Vec::new()
            }
        }
    }

    fn woken(&mut self) -> Vec<Command> {
        match std::mem::replace(&mut self.doing, Doing::Nothing) {
            Doing::Pausing { step, way } => self.look_before(step, way),
            other => {
                self.doing = other;
                Vec::new()
            }
        }
    }

    fn journal_failed(&mut self, fault: Fault) -> Vec<Command> {
        self.doing = Doing::Nothing;
        self.undoing = None;
        let session = self.opened.then(|| self.state.id.clone());
        let failed = Report::Failed {
            session,
            summary: self.summary(),
            fault: fault.clone(),
        };
        vec![
            Command::Report(Report::JournalBroken(fault)),
            Command::Report(failed),
        ]
    }

    /// Takes the event in, and has it made durable.
    pub(super) fn record(&mut self, event: Event) -> Command {
        self.note(&event);
        Command::Record(event)
    }

    /// Takes in an event that the journal writes by itself.
    fn note(&mut self, event: &Event) {
        let record = Record {
            v: VERSION,
            at: self.now.wall,
            session: self.state.id.clone(),
            actor: Actor::default(),
            place: self.state.place.clone(),
            event: event.clone(),
        };
        self.state.take(&record);
    }

    fn look_before(&mut self, step: usize, way: Way) -> Vec<Command> {
        let sight = match way {
            Way::Apply => Sight::Step(self.wanted(step).clone()),
            Way::Revert => self.sight(step),
        };
        self.touched = step;
        self.doing = Doing::Looking { step, way };
        let look = match self.doubtful_until(step) {
            Some(at) => Command::ReadBack { sight, at },
            None => Command::Observe(sight),
        };
        vec![self.progress(step, Progress::Rechecking), look]
    }

    /// A request without an answer may still land: what is there is not believed before this time.
    fn doubtful_until(&self, step: usize) -> Option<Duration> {
        let state = &self.state.steps[step];
        let in_doubt = [state.apply, state.revert]
            .iter()
            .any(|leg| matches!(leg, Leg::Sent | Leg::InDoubt));
        let since = self
            .now
            .wall
            .duration_since(state.sent_at.filter(|_| in_doubt)?);
        let left = self
            .pace
            .read_back
            .saturating_sub(Duration::try_from(since).unwrap_or_default());
        Some(self.now.mono + left).filter(|at| *at > self.now.mono)
    }

    fn sight(&self, step: usize) -> Sight {
        Sight::Step(self.state.steps[step].step.clone())
    }

    /// What was sent is looked at, which may be the service of a scalable target.
    fn sight_of(&self, step: usize, sent: &Sent) -> Sight {
        match &sent.change {
            Some(change) => Sight::Step(Step::Set(change.clone())),
            None => self.sight(step),
        }
    }

    fn summary(&self) -> crate::domain::text::Text {
        crate::domain::text::Text::clean(&self.state.summary)
    }

    fn progress(&self, step: usize, progress: Progress) -> Command {
        Command::Report(Report::Progress {
            session: self.state.id.clone(),
            subject: self.state.subject.clone(),
            summary: self.summary(),
            step: self.state.steps[step].step.resource(),
            progress,
            took: self.now.mono.saturating_sub(self.started),
        })
    }
}
