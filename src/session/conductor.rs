//! The load-test session, pure: which steps are carried out when, there and back, and what makes it
//! turn. The machine below it carries the steps themselves. No clock, no I/O.
//!
//! ```text
//! lock → backup → (the time runs) → timers → groups → services → rules → Running
//! rules → settle → services → groups → timers → lock → Closed
//! ```

mod adopt;
mod asked;
mod back;
mod forth;
mod machine;
mod news;
mod seen;
mod words;

pub use adopt::{adoption, record_at};
pub use asked::timer_name;
pub use seen::{name, standing};
pub use words::{About, Heard, Moves, News, Opening, Patience, Resume};

use super::load_test::{Moved, Stage, Terms, TestState, Why};
use super::machine::{Command, Input, Machine, Pace};
use super::moment::Moment;
use super::record::{Actor, Event, Place, Sign};
use super::revert::Decisions;
use super::snapshot::{AlarmNow, Kind};
use super::state::{End, SessionState, StepState};
use super::step::Step;
use crate::domain::change::{Field, Target};
use crate::domain::fault::Fault;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What the conductor is in the middle of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing yet.
    Start,
    Applying,
    /// A single change is being put back.
    Undoing,
    Running,
    Halted,
    /// Halted; the timers of an end that was moved are put anew.
    Rearming,
    Rules,
    /// A restored rule's effect is awaited.
    Settling {
        until: Duration,
    },
    Sizes,
    /// Something drains, or failed: again at that time.
    Waiting {
        until: Duration,
    },
    Timers,
    /// Conflicts are to be decided.
    Deciding,
    Unlocking,
    Closed,
}

/// One load test being carried.
#[derive(Clone, Debug)]
pub struct Conductor {
    machine: Machine,
    patience: Patience,
    phase: Phase,
    now: Moment,
    /// It is to be put back as soon as the machine can turn.
    turning: bool,
    /// The end was moved: the timers are to be put anew.
    moved: bool,
    attached: u32,
    alone: Option<Moment>,
    /// The end by the clock that never goes back.
    until: Option<Duration>,
    decisions: Decisions,
    conflicts: Vec<Moved>,
    /// Reverts in a row that failed.
    failures: u32,
    /// Denials in a row of the record's removal.
    denials: u32,
    settled: bool,
    /// What the machine last said of each step.
    live: BTreeMap<usize, (String, Option<u8>)>,
    /// Steps from this number on came later, on a console's word.
    plan: usize,
    /// The fault that halted it, and at which step.
    fault: Option<Fault>,
    halted_at: usize,
    alarms: Vec<AlarmNow>,
    vitals: Vec<Sign>,
    troubles: BTreeMap<About, String>,
    generation: u64,
}

impl Conductor {
    /// A session that was just confirmed.
    pub fn open(opening: Opening, here: Place, actor: &Actor, pace: Pace, now: Moment) -> Self {
        let state = SessionState {
            id: opening.id,
            at: now.wall,
            summary: opening.summary,
            subject: opening.subject,
            place: here,
            user: actor.user.clone(),
            steps: opening.steps.into_iter().map(StepState::new).collect(),
            test: Some(TestState::new(opening.terms)),
        };
        Self::resume(state, pace, now)
    }

    /// A session that the journal tells of.
    pub fn resume(state: SessionState, pace: Pace, now: Moment) -> Self {
        let plan = state.steps.len();
        let mut machine = Machine::resume(state, pace, now);
        machine.conduct();
        let mut conductor = Self {
            machine,
            patience: Patience::default(),
            phase: Phase::Start,
            now,
            turning: false,
            moved: false,
            attached: 0,
            alone: Some(now),
            until: None,
            decisions: Decisions::default(),
            conflicts: Vec::new(),
            failures: 0,
            denials: 0,
            settled: false,
            live: BTreeMap::new(),
            plan,
            fault: None,
            halted_at: 0,
            alarms: Vec::new(),
            vitals: Vec::new(),
            troubles: BTreeMap::new(),
            generation: 0,
        };
        conductor.until = conductor.test().until.map(|until| conductor.mono_of(until));
        conductor
    }

    /// With another patience, for tests.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// What is known of the session.
    pub fn state(&self) -> &SessionState {
        self.machine.state()
    }

    /// Whether it is over.
    pub fn is_closed(&self) -> bool {
        self.phase == Phase::Closed
    }

    /// Counts what the session did: a look at the account that began before is not compared with it.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The steps to be watched while nothing is done: what stands in the account because of them.
    pub fn watched(&self) -> Vec<Step> {
        if self.phase != Phase::Running {
            return Vec::new();
        }
        let mut seen: BTreeSet<(&Target, Field)> = BTreeSet::new();
        let newest = self.state().steps.iter().rev();
        let ours = newest.filter(|s| s.is_undoable() && s.end == End::Open);
        let newest = ours.filter_map(|s| {
            let change = s.step.change()?;
            let mine = change.only(|f| !seen.contains(&(&change.target, f.field)));
            seen.extend(change.fields.iter().map(|f| (&change.target, f.field)));
            (!mine.fields.is_empty()).then_some(Step::Set(mine))
        });
        newest.collect()
    }

    /// When it was last told something.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// Rules that were just put back, while their effect is awaited.
    pub fn settling(&self) -> bool {
        matches!(self.phase, Phase::Settling { .. })
    }

    /// Whether a request is being decided on, sent or in doubt.
    pub fn is_writing(&self) -> bool {
        self.machine.is_writing()
    }

    /// Takes in what happened; answers with what is to be done. At most one command has an answer
    /// of its own; where there is one, it replaces the one before.
    ///
    /// The clock is asked first: what an answer would begin after the end is not begun.
    pub fn handle(&mut self, now: Moment, heard: Heard) -> Moves {
        self.now = now;
        if self.is_closed() {
            return self.after_the_end(heard);
        }
        let mut commands = self.by_the_clock();
        let heard = match heard {
            Heard::Begin => self.begin().into(),
            Heard::Resume(resume) => self.taken_up(resume).into(),
            Heard::Inner(input) => self.inner(input).into(),
            Heard::Asked { ask, by } => self.asked(ask, by),
            Heard::Attached(n) => self.attach(n).into(),
            Heard::Tick => Moves::default(),
            Heard::News(news) => self.news(news).into(),
        };
        commands.extend(heard.commands);
        if self.turning && self.machine.can_turn() {
            let more = self.turn();
            commands.extend(more);
        }
        let more = self.put_anew();
        commands.extend(more);
        let more = self.again();
        commands.extend(more);
        Moves {
            commands: last_look_only(commands),
            answer: heard.answer,
        }
    }

    /// Nothing more is done, and nothing more is written down.
    fn after_the_end(&mut self, heard: Heard) -> Moves {
        match heard {
            Heard::Asked { ask, by } => self.asked(ask, by),
            Heard::Attached(n) => self.attach(n).into(),
            Heard::Inner(Input::JournalFailed(fault)) => {
                self.in_trouble(About::Journal, Some(fault.line().as_str().to_owned()));
                Moves::default()
            }
            _ => Moves::default(),
        }
    }

    fn test(&self) -> &TestState {
        // Every session that is conducted was opened with terms.
        static NONE: std::sync::OnceLock<TestState> = std::sync::OnceLock::new();
        self.state().test.as_ref().unwrap_or_else(|| {
            NONE.get_or_init(|| {
                TestState::new(Terms {
                    plan: String::new(),
                    ttl_seconds: 0,
                    unattended_seconds: 0,
                    settle_seconds: 0,
                    alarms: Vec::new(),
                    accepted: Vec::new(),
                    adopts: None,
                })
            })
        })
    }

    fn stage(&self) -> Stage {
        self.test().stage
    }

    fn say(&mut self, event: Event) -> Command {
        self.machine.say(self.now, event)
    }

    /// The same moment on the other clock.
    fn mono_of(&self, wall: Timestamp) -> Duration {
        let left = wall.duration_since(self.now.wall);
        self.now.mono + Duration::try_from(left).unwrap_or_default()
    }

    fn attach(&mut self, n: u32) -> Vec<Command> {
        self.attached = n;
        self.alone = match (n, self.alone) {
            (0, None) => Some(self.now),
            (0, alone) => alone,
            _ => None,
        };
        Vec::new()
    }

    /// What time brings: the end, or nobody there.
    fn by_the_clock(&mut self) -> Vec<Command> {
        if self.is_being_put_back() {
            return Vec::new();
        }
        let why = self.over();
        why.map(|why| self.revert(why)).unwrap_or_default()
    }

    fn over(&self) -> Option<Why> {
        let up = self.time_is_up().then_some(Why::TimeUp);
        up.or_else(|| self.is_deserted().then_some(Why::Unattended))
    }

    fn is_being_put_back(&self) -> bool {
        self.turning
            || matches!(self.stage(), Stage::Reverting | Stage::Closed)
            || self.phase == Phase::Start
            || self.test().why.is_some()
    }

    /// On whichever clock says it first.
    fn time_is_up(&self) -> bool {
        let wall = self
            .test()
            .until
            .is_some_and(|until| until <= self.now.wall);
        wall || self.until.is_some_and(|until| until <= self.now.mono)
    }

    fn is_deserted(&self) -> bool {
        let patience = Duration::from_secs(self.test().terms.unattended_seconds);
        self.alone
            .is_some_and(|since| self.now.mono.saturating_sub(since.mono) >= patience)
    }
}

/// What kind of step it is, in the order of applying.
pub fn kind(step: &Step) -> Kind {
    match step {
        Step::Create(_) => Kind::Backup,
        Step::Set(change) => match change.target {
            Target::Record(_) => Kind::Lock,
            Target::Timer(_) => Kind::Timer,
            Target::Group(_) => Kind::Group,
            Target::Scalable(_) | Target::Service(_) => Kind::Service,
            Target::Rule(_) => Kind::Rule,
        },
    }
}

/// Whether the carrier brings an answer.
pub fn has_answer(command: &Command) -> bool {
    !matches!(
        command,
        Command::Record(_) | Command::Report(_) | Command::Return(_)
    )
}

/// One thing is done at a time: what was asked for first is over where something else is asked for.
/// It comes last, after all that is to be written down.
fn last_look_only(commands: Vec<Command>) -> Vec<Command> {
    let (mut asking, mut kept): (Vec<_>, Vec<_>) = commands.into_iter().partition(has_answer);
    kept.extend(asking.pop());
    kept
}

fn signed(by: Duration) -> SignedDuration {
    SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX)
}

fn key(moved: &Moved) -> (Target, Field) {
    (moved.target.clone(), moved.field)
}
