//! A session as its records tell it: `fold` is the only way from paper to state.

use super::load_test::{Stage, TestState};
use super::order::{Past, PastState, Proposed};
use super::record::{Event, Place, Prepared, Record, Trouble, Way};
use super::step::Step;
use crate::domain::change::{Change, Field};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// How far one way of a step is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leg {
    #[default]
    Idle,
    /// Durable, not sent: known not to have left.
    Prepared,
    /// Nothing was changed.
    Failed,
    /// The request left; no word since.
    Sent,
    /// The request left; the answer was lost.
    InDoubt,
    /// AWS took it.
    Done,
    /// Taken and set, its effect not seen in time.
    Stalled,
    Verified,
}

impl Leg {
    /// Whether AWS may hold something of it.
    pub fn may_have_landed(self) -> bool {
        self >= Self::Sent
    }

    /// Whether it must be looked at before anything is said about it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Sent | Self::InDoubt | Self::Done)
    }
}

/// How a step ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    #[default]
    Open,
    /// Put back but for a bound.
    Draining,
    Reverted,
    /// Left as it is, on the operator's word.
    Kept,
}

/// One step and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepState {
    pub step: Step,
    pub apply: Leg,
    pub revert: Leg,
    pub end: End,
    /// What the last revert sent.
    pub reverting: Option<Change>,
    /// Fields whose present value the operator chose to keep.
    pub kept: BTreeSet<Field>,
    pub attempts: u32,
    /// Something of it was sent, whatever was prepared since.
    pub landed: bool,
    pub sent_at: Option<Timestamp>,
    pub trouble: Option<Trouble>,
}

impl StepState {
    /// A step before anything happened.
    pub fn new(step: Step) -> Self {
        Self {
            step,
            apply: Leg::Idle,
            revert: Leg::Idle,
            end: End::Open,
            reverting: None,
            kept: BTreeSet::new(),
            attempts: 0,
            landed: false,
            sent_at: None,
            trouble: None,
        }
    }

    /// Whether something of it may still stand that undo would put back.
    pub fn is_undoable(&self) -> bool {
        let open = matches!(self.end, End::Open | End::Draining);
        open && self.has_landed() && matches!(self.step, Step::Set(_))
    }

    /// Whether AWS may hold something of it, of this attempt or of one before.
    pub fn has_landed(&self) -> bool {
        self.landed || self.apply.may_have_landed()
    }

    fn leg(&mut self, way: Way) -> &mut Leg {
        match way {
            Way::Apply => &mut self.apply,
            Way::Revert => &mut self.revert,
        }
    }

    fn take(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::Prepared { way, what, .. } => self.prepared(*way, what),
            Event::Sent { way, attempt, .. } => {
                *self.leg(*way) = Leg::Sent;
                self.attempts = *attempt;
                self.sent_at = Some(at);
            }
            Event::Done { way, .. } => {
                *self.leg(*way) = Leg::Done;
                self.landed |= *way == Way::Apply;
            }
            Event::Failed { way, trouble, .. } => self.trouble(*way, Leg::Failed, trouble),
            Event::InDoubt { way, trouble, .. } => self.trouble(*way, Leg::InDoubt, trouble),
            Event::Verified { way, .. } => *self.leg(*way) = Leg::Verified,
            Event::Stalled { way, .. } => *self.leg(*way) = Leg::Stalled,
            Event::Draining { .. } => self.end = End::Draining,
            Event::Reverted { .. } => self.end = End::Reverted,
            Event::Kept { fields, .. } => self.keep(fields),
            // The rest is about the session as a whole.
            _ => {}
        }
    }

    fn prepared(&mut self, way: Way, what: &Prepared) {
        // Nobody knows what became of the attempt before.
        self.landed |= way == Way::Apply && matches!(self.apply, Leg::Sent | Leg::InDoubt);
        *self.leg(way) = Leg::Prepared;
        match (way, what) {
            (Way::Revert, Prepared::Set { change, .. }) => self.reverting = Some(change.clone()),
            (Way::Apply, Prepared::Set { change, .. }) => self.step = Step::Set(change.clone()),
            (_, Prepared::Create(_)) => {}
        }
    }

    fn trouble(&mut self, way: Way, leg: Leg, trouble: &Trouble) {
        *self.leg(way) = leg;
        self.trouble = Some(trouble.clone());
    }

    fn keep(&mut self, fields: &BTreeSet<Field>) {
        self.kept.extend(fields);
        let all = self
            .step
            .change()
            .is_none_or(|c| c.fields.iter().all(|f| self.kept.contains(&f.field)));
        if all {
            self.end = End::Kept;
        }
    }
}

/// A session as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionState {
    pub id: SessionId,
    pub at: Timestamp,
    pub summary: String,
    pub subject: Subject,
    pub place: Place,
    /// Who opened it.
    pub user: String,
    pub steps: Vec<StepState>,
    /// Where it is a load test.
    pub test: Option<TestState>,
}

impl SessionState {
    /// Takes in one more record.
    pub fn take(&mut self, record: &Record) {
        match &record.event {
            Event::Planned { terms } => self.test = Some(TestState::new(terms.clone())),
            Event::Appended { steps, .. } => {
                self.steps.extend(steps.iter().cloned().map(StepState::new));
            }
            _ => {}
        }
        if let Some(test) = &mut self.test {
            test.take(record.at, &record.event);
        }
        let step = record.event.step().and_then(|n| self.steps.get_mut(n));
        if let Some(step) = step {
            step.take(record.at, &record.event);
        }
    }

    /// What became of the session as a whole.
    pub fn outcome(&self) -> PastState {
        let sets = || self.steps.iter().filter(|s| s.is_change_that_landed());
        let any = |f: fn(&StepState) -> bool| self.steps.iter().any(f);
        if self.is_open_test() {
            return PastState::Unfinished;
        }
        if any(StepState::needs_a_look) {
            PastState::Unfinished
        } else if sets().any(|s| s.end == End::Draining) {
            PastState::Draining
        } else if sets().any(|s| s.end == End::Open) {
            PastState::Applied
        } else if sets().any(|s| s.end == End::Kept) {
            PastState::Kept
        } else if sets().next().is_some() {
            PastState::Reverted
        } else if any(|s| s.end == End::Kept) {
            PastState::Kept
        } else if any(|s| s.apply.may_have_landed()) {
            PastState::Backup
        } else {
            PastState::Refused
        }
    }

    /// A load test that is not known to have ended.
    pub fn is_open_test(&self) -> bool {
        self.test.as_ref().is_some_and(|t| t.stage != Stage::Closed)
    }

    /// The session as lists show it.
    pub fn past(&self) -> Past {
        Past {
            session: self.id.clone(),
            summary: Text::clean(&self.summary),
            subject: self.subject.clone(),
            steps: self.steps.iter().map(|s| Proposed::from(&s.step)).collect(),
            at: self.at,
            who: Text::clean(&self.user),
            state: self.outcome(),
        }
    }
}

impl StepState {
    fn is_change_that_landed(&self) -> bool {
        matches!(self.step, Step::Set(_)) && self.has_landed()
    }

    fn needs_a_look(&self) -> bool {
        let over = matches!(self.end, End::Reverted | End::Kept);
        // Once a revert has left, what the apply did is its business.
        let newest = if self.revert.may_have_landed() {
            self.revert
        } else {
            self.apply
        };
        !over && newest.is_open()
    }
}

/// Rebuilds a session from its records, in order.
pub fn fold(records: &[Record]) -> Result<SessionState, Fault> {
    let Some((first, rest)) = records.split_first() else {
        return Err(headless());
    };
    let Event::Opened {
        summary,
        subject,
        steps,
    } = &first.event
    else {
        return Err(headless());
    };
    let mut state = SessionState {
        id: first.session.clone(),
        at: first.at,
        summary: summary.clone(),
        subject: subject.clone(),
        place: first.place.clone(),
        user: first.actor.user.clone(),
        steps: steps.iter().cloned().map(StepState::new).collect(),
        test: None,
    };
    for record in rest {
        state.take(record);
    }
    Ok(state)
}

fn headless() -> Fault {
    Fault::new(
        FaultKind::Garbled,
        "A session's journal does not begin with its opening record",
    )
    .means("it cannot be told what the session was to do")
    .next("run `tidegate journal verify`")
}
