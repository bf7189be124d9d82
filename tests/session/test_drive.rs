//! Runs a load test's conductor on the model: its commands, one at a time, and everything that may
//! come in between. Each rule of the session is checked where it could be broken.

use super::drive::{fault, place};
use super::watch::Watch;
use super::world::{World, backup, rule, service};
use std::time::Duration;
use tidegate::domain::backstop::{RecordRef, Shelf};
use tidegate::domain::change::{Change, FieldChange, Target, Value};
use tidegate::domain::fault::FaultKind;
use tidegate::domain::subject::Subject;
use tidegate::domain::write::Outcome;
use tidegate::session::ask::{Answer, Ask};
use tidegate::session::conductor::{
    Conductor, Heard, Moves, News, Opening, Resume, has_answer, kind,
};
use tidegate::session::load_test::{Closing, Stage, Terms};
use tidegate::session::machine::{Command, Input, Intent, Pace, Sight};
use tidegate::session::moment::Moment;
use tidegate::session::order::{Proposal, Proposed};
use tidegate::session::record::{Actor, Event, Prepared, Record, VERSION};
use tidegate::session::snapshot::{Kind, Protection, Snapshot};
use tidegate::session::state::{SessionState, fold};
use tidegate::session::step::Step;

pub const TTL: Duration = Duration::from_mins(45);
pub const UNATTENDED: Duration = Duration::from_mins(10);
pub const SETTLE: Duration = Duration::from_mins(3);
/// A session that takes more handling than this makes no progress.
const ENDLESS: usize = 20_000;

/// What becomes of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Fine,
    Denied,
    Throttled,
    NotSent,
    LostApplied,
    Lost,
    DiesBefore,
    DiesAfter,
}

/// What the command that has an answer waits for.
#[derive(Clone, Debug)]
enum Pending {
    Look { sight: Sight, at: Duration },
    Wake { at: Duration },
    Answer { outcome: Outcome, at: Duration },
}

impl Pending {
    fn at(&self) -> Duration {
        match self {
            Self::Look { at, .. } | Self::Wake { at } | Self::Answer { at, .. } => *at,
        }
    }
}

pub struct TestDrive {
    pub world: World,
    /// What is on the disk.
    pub records: Vec<Record>,
    /// `None`: its program died, or was not begun.
    pub conductor: Option<Conductor>,
    pub watch: Watch,
    pub now: Moment,
    /// The next requests' fates; then all is fine.
    pub fates: Vec<Fate>,
    /// So many of the next looks fail.
    pub blind: u32,
    /// The program dies at this command from now.
    pub dies_in: Option<usize>,
    /// Every command that has an answer, for tests that count.
    pub intents: Vec<Intent>,
    /// There is no load: what scales in by itself does.
    pub is_quiet: bool,
    happens: Option<Box<dyn FnOnce(&mut World)>>,
    pending: Option<Pending>,
    handled: usize,
}

pub fn actor() -> Actor {
    Actor {
        user: "alice".to_owned(),
        ..Actor::default()
    }
}

pub fn lock() -> Step {
    let record = RecordRef {
        shelf: Shelf::Region,
        name: "/tidegate/eu/session/1".into(),
        body: r#"{"session":"s"}"#.into(),
    };
    Step::Set(Change::put(Target::Record(record)))
}

/// Lock, backup, the timers behind these settings, the settings.
pub fn plan(world: &World, sets: Vec<Proposed>) -> Vec<Step> {
    let mut steps = vec![lock(), Step::Create(backup())];
    steps.extend(timers(world, &sets));
    steps.extend(sets.into_iter().map(Step::from));
    steps
}

pub fn timers(world: &World, sets: &[Proposed]) -> Vec<Step> {
    let targets = sets.iter().filter_map(|s| match s {
        Proposed::Set(change) => world.timer(&change.target),
        Proposed::Create(_) => None,
    });
    targets
        .map(|timer| Step::Set(Change::put(Target::Timer(timer))))
        .collect()
}

impl TestDrive {
    pub fn new(world: World) -> Self {
        Self {
            watch: Watch::new(&world),
            world,
            records: Vec::new(),
            conductor: None,
            now: Moment::START,
            fates: Vec::new(),
            blind: 0,
            dies_in: None,
            intents: Vec::new(),
            is_quiet: false,
            happens: None,
            pending: None,
            handled: 0,
        }
    }

    /// A session over all kinds of targets, with somebody attached, as far as it goes by itself.
    pub fn running() -> Self {
        let mut drive = Self::begun(Self::everything);
        drive.until_idle();
        assert_eq!(drive.stage(), Stage::Running, "{:#?}", drive.records);
        drive
    }

    /// Begun with these settings, and somebody attached.
    pub fn begun(sets: impl FnOnce(&World) -> Vec<Proposed>) -> Self {
        let world = World::new();
        let steps = plan(&world, sets(&world));
        let mut drive = Self::new(world);
        drive.begin(steps);
        drive.attach(1);
        drive
    }

    pub fn everything(world: &World) -> Vec<Proposed> {
        let mut sets = vec![world.resize("nodes", 6, 9), world.resize("fixed", 4, 5)];
        for name in ["by-hand", "shrinking", "growing"] {
            sets.extend(world.scale(name, 8));
        }
        sets.extend([world.count(), world.limit_to(5000)]);
        sets
    }

    pub fn begin(&mut self, steps: Vec<Step>) {
        let terms = Terms {
            adopts: None,
            plan: "sale".to_owned(),
            ttl_seconds: TTL.as_secs(),
            unattended_seconds: UNATTENDED.as_secs(),
            settle_seconds: SETTLE.as_secs(),
            alarms: vec!["5xx".to_owned()],
            accepted: Vec::new(),
        };
        let opening = Opening {
            id: "s".into(),
            summary: "load test sale".to_owned(),
            subject: Subject::Service(service("by-hand")),
            steps,
            terms,
        };
        let opened = Conductor::open(opening, place(), &actor(), Pace::default(), self.now);
        self.conductor = Some(opened);
        self.hear(Heard::Begin);
    }

    /// The program died; what it held in its hands is lost.
    pub fn die(&mut self) {
        self.conductor = None;
        self.pending = None;
        self.dies_in = None;
        self.watch.died();
    }

    /// Taken up again from what is on the disk. A session that died before it was a load test is
    /// none: nothing of it was sent.
    pub fn take_up(&mut self, resume: Resume) {
        let Some(state) = self.on_disk().filter(|s| s.test.is_some()) else {
            return;
        };
        self.conductor = Some(Conductor::resume(state, Pace::default(), self.now));
        self.watch.taken_up(self.now);
        self.hear(Heard::Resume(resume));
    }

    pub fn on_disk(&self) -> Option<SessionState> {
        (!self.records.is_empty()).then(|| fold(&self.records).expect("a journal"))
    }

    pub fn state(&self) -> SessionState {
        self.conductor
            .as_ref()
            .map_or_else(|| self.on_disk().expect("a session"), |c| c.state().clone())
    }

    pub fn stage(&self) -> Stage {
        self.state().test.expect("a load test").stage
    }

    pub fn closing(&self) -> Option<Closing> {
        if self.is_unborn() {
            return None;
        }
        self.state().test.and_then(|t| t.closing)
    }

    /// It died before its first record.
    fn is_unborn(&self) -> bool {
        self.conductor.is_none() && self.records.is_empty()
    }

    pub fn is_over(&self) -> bool {
        match (&self.conductor, self.on_disk()) {
            (Some(conductor), _) => conductor.is_closed(),
            (None, None) => true,
            (None, Some(state)) => !state.is_open_test(),
        }
    }

    pub fn snapshot(&self) -> Snapshot {
        let conductor = self.conductor.as_ref().expect("a conductor");
        conductor.snapshot(&actor(), Protection::Detached)
    }

    pub fn attach(&mut self, n: u32) {
        self.watch.attached(n, self.now);
        self.hear(Heard::Attached(n));
    }

    pub fn news(&mut self, news: News) {
        self.hear(Heard::News(news));
    }

    pub fn ask(&mut self, ask: Ask) -> Option<Answer> {
        let by = "bob on bastion-2".to_owned();
        self.hear(Heard::Asked { ask, by })
    }

    /// It is done, or the test fails.
    pub fn does(&mut self, ask: Ask) {
        let answer = self.ask(ask.clone());
        assert!(
            matches!(answer, Some(Answer::Done { .. })),
            "{ask:?}: {answer:?}"
        );
    }

    pub fn revert(&mut self) {
        self.does(Ask::Revert {
            decisions: tidegate::session::revert::Decisions::default(),
        });
    }

    /// The end is so much later, where that is taken.
    pub fn extend(&mut self, seconds: u64) -> Option<Answer> {
        let answer = self.ask(Ask::Extend { seconds });
        if let Some(Answer::Done { .. }) = answer {
            self.watch.moved(Duration::from_secs(seconds));
        }
        answer
    }

    /// A console's change, as its dialog proposes it now.
    pub fn change(&mut self, steps: Vec<Proposed>) -> Option<Answer> {
        let seen = steps.iter().filter_map(|s| match s {
            Proposed::Set(c) => Some((c.target.clone(), self.world.reading(&c.target))),
            Proposed::Create(_) => None,
        });
        let proposal = Proposal {
            subject: Subject::Rule(rule()),
            seen: seen.collect(),
            steps,
            summary: tidegate::domain::text::Text::fixed("a change"),
        };
        self.ask(Ask::Change {
            proposal: Box::new(proposal),
        })
    }

    pub fn hear(&mut self, heard: Heard) -> Option<Answer> {
        self.handled += 1;
        assert!(self.handled < ENDLESS, "no end: {:#?}", self.last_records());
        let now = self.now;
        self.conductor.as_ref()?;
        let conductor = self.conductor.as_mut()?;
        let Moves { commands, answer } = conductor.handle(now, heard);
        self.watch.order(&commands);
        for command in commands {
            if self.is_last_breath() {
                self.die();
                return None;
            }
            if has_answer(&command) && matches!(self.pending, Some(Pending::Answer { .. })) {
                self.watch.wrong("an answer on its way is not waited for");
            }
            if self.execute(command).is_err() {
                self.die();
                return None;
            }
        }
        self.check();
        answer
    }

    fn is_last_breath(&mut self) -> bool {
        match &mut self.dies_in {
            None => false,
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
        }
    }

    /// What happened, a line each.
    pub fn story(&self) -> String {
        let first = self.records.first().map(|r| r.at);
        let line = |r: &Record| {
            let at = r.at.duration_since(first.unwrap_or(r.at)).as_secs();
            format!("{at:6} s  {}\n", told(&r.event))
        };
        self.records.iter().map(line).collect()
    }

    fn last_records(&self) -> Vec<String> {
        let story = self.story();
        let last = story.lines().rev().take(40);
        last.map(str::to_owned).collect()
    }

    fn check(&mut self) {
        let Some(conductor) = &self.conductor else {
            return;
        };
        self.watch.check(conductor, &self.world, self.now);
    }

    /// `Err` = the program died here.
    fn execute(&mut self, command: Command) -> Result<(), ()> {
        let at = self.now.mono;
        match command {
            Command::Record(event) => self.note(event),
            Command::Report(_) | Command::Return(_) => {}
            Command::Observe(sight) => self.pending = Some(Pending::Look { sight, at }),
            Command::ReadBack { sight, at } | Command::Verify { sight, at, .. } => {
                self.pending = Some(Pending::Look { sight, at });
            }
            Command::Pause { until } => self.pending = Some(Pending::Wake { at: until }),
            Command::Write(intent) => self.write(*intent)?,
        }
        Ok(())
    }

    fn note(&mut self, event: Event) {
        let record = Record {
            v: VERSION,
            at: self.now.wall,
            session: "s".into(),
            actor: actor(),
            place: place(),
            event,
        };
        self.watch.recorded(&record);
        self.records.push(record);
    }

    fn write(&mut self, intent: Intent) -> Result<(), ()> {
        let conductor = self.conductor.as_ref().expect("a conductor");
        self.watch.leaves(&intent, conductor.state(), &self.world);
        self.intents.push(intent.clone());
        let Intent {
            step,
            way,
            attempt,
            resource,
            write,
        } = intent;
        self.note(Event::Sent {
            step,
            way,
            attempt,
            action: write.action().into(),
            resource,
        });
        if let Some(happens) = self.happens.take() {
            happens(&mut self.world);
        }
        let fate = if self.fates.is_empty() {
            Fate::Fine
        } else {
            self.fates.remove(0)
        };
        if fate == Fate::DiesBefore {
            return Err(());
        }
        let applied = matches!(fate, Fate::Fine | Fate::LostApplied | Fate::DiesAfter);
        let carried_out = if applied {
            self.world.carry_out(&write, way)
        } else {
            Ok(())
        };
        let refused = |kind, code| Outcome::Refused(fault(kind, code));
        let outcome = match (fate, carried_out) {
            (Fate::DiesAfter, _) => return Err(()),
            (Fate::Fine, Err(code)) => refused(FaultKind::Refused, code),
            (Fate::Fine, Ok(())) => Outcome::Done {
                request: Some("r".into()),
            },
            (Fate::Denied, _) => refused(FaultKind::Denied, "AccessDeniedException"),
            (Fate::Throttled, _) => refused(FaultKind::Throttled, "ThrottlingException"),
            (Fate::NotSent, _) => Outcome::NotSent(fault(FaultKind::Unreachable, "")),
            _ => Outcome::Unknown(fault(FaultKind::TimedOut, "")),
        };
        let at = self.now.mono + Duration::from_millis(100);
        self.pending = Some(Pending::Answer { outcome, at });
        Ok(())
    }

    /// Whether something is awaited that comes by itself.
    pub fn is_busy(&self) -> bool {
        self.pending.is_some()
    }

    /// Whether a request is on its way.
    pub fn is_sending(&self) -> bool {
        matches!(self.pending, Some(Pending::Answer { .. }))
    }

    /// The awaited answer, when its time has come; else a second passes, or what is left until then.
    pub fn step(&mut self) {
        if self.is_quiet {
            self.world.load(false);
        }
        match &self.pending {
            Some(pending) if pending.at() <= self.now.mono => self.deliver(),
            Some(pending) => {
                let left = pending.at().saturating_sub(self.now.mono);
                self.wait(left.min(Duration::from_secs(1)));
            }
            None => self.wait(Duration::from_secs(1)),
        }
    }

    pub fn deliver(&mut self) {
        let Some(pending) = self.pending.take() else {
            return;
        };
        self.pass(Duration::from_millis(50));
        let input = match pending {
            Pending::Wake { .. } => Input::Woken,
            Pending::Look { .. } if self.blind > 0 => {
                self.blind -= 1;
                Input::Looked(Err(fault(FaultKind::Unreachable, "")))
            }
            Pending::Look { sight, .. } => Input::Looked(Ok(self.world.look(&sight))),
            Pending::Answer { outcome, .. } => Input::Answered {
                outcome,
                took: Duration::from_millis(100),
            },
        };
        self.hear(Heard::Inner(input));
    }

    fn pass(&mut self, by: Duration) {
        self.now = self.now.later(by);
        let ran = self.world.run_timers(self.now.wall);
        self.watch.timers_ran |= ran;
    }

    /// Time passes, and the guard looks at its clock.
    pub fn wait(&mut self, by: Duration) {
        self.pass(by);
        self.hear(Heard::Tick);
    }

    /// The wall clock is set, forward or back.
    pub fn set_clock(&mut self, by_seconds: i64) {
        let by = jiff::SignedDuration::from_secs(by_seconds);
        self.now.wall = self.now.wall.checked_add(by).expect("a time");
    }

    /// Until nothing is awaited any more.
    pub fn until_idle(&mut self) {
        while self.is_busy() {
            self.step();
        }
    }

    /// Until this holds; the test fails where it never does.
    pub fn until(&mut self, holds: impl Fn(&Self) -> bool) {
        for _ in 0..ENDLESS {
            if holds(self) {
                return;
            }
            self.step();
        }
        panic!("it never comes: {:#?}", self.last_records());
    }

    /// The load is gone, nothing fails any more, and nobody is there: it has to come to its end.
    pub fn until_closed(&mut self) {
        self.fates.clear();
        self.blind = 0;
        self.dies_in = None;
        self.world.missing.clear();
        self.world.snapshot_status = "available";
        if self.conductor.is_none() {
            self.take_up(Resume::Revert);
        }
        self.attach(0);
        self.is_quiet = true;
        for _ in 0..8_000 {
            if self.is_over() {
                return;
            }
            self.step();
        }
        self.watch
            .wrong(&format!("no end: {:#?}", self.last_records()));
    }

    /// Something happens in the world between the next look and its request.
    pub fn before_the_request(&mut self, happens: impl FnOnce(&mut World) + 'static) {
        self.happens = Some(Box::new(happens));
    }

    pub fn stage_on_disk(&self) -> Option<Stage> {
        self.on_disk()?.test.map(|t| t.stage)
    }

    /// The next request that may leave is a rule's.
    pub fn is_next_a_rule(&self) -> bool {
        let Some(Pending::Look {
            sight: Sight::Step(step),
            ..
        }) = &self.pending
        else {
            return false;
        };
        kind(step) == Kind::Rule
    }
}

fn told(event: &Event) -> String {
    let set = |step: &Step| match step {
        Step::Set(change) => said(change),
        Step::Create(_) => "backup".to_owned(),
    };
    let all = |steps: &[Step]| steps.iter().map(set).collect::<Vec<_>>().join("; ");
    match event {
        Event::Opened { steps, .. } => format!("opened {}", all(steps)),
        Event::Appended { steps, .. } => format!("appended {}", all(steps)),
        Event::Prepared { step, way, what } => match what {
            Prepared::Set { change, .. } => format!("{step} {way:?} {}", said(change)),
            Prepared::Create(_) => format!("{step} {way:?} backup"),
        },
        Event::Sent { step, way, .. } => format!("{step} {way:?} sent"),
        Event::Done { step, way, .. } => format!("{step} {way:?} done"),
        Event::Failed {
            step, way, trouble, ..
        } => {
            format!("{step} {way:?} failed: {}", trouble.what)
        }
        Event::Verified {
            step, way, said, ..
        } => format!("{step} {way:?} verified: {said}"),
        other => format!("{other:?}"),
    }
}

fn said(change: &Change) -> String {
    let value = |v: &Value| v.count().map_or("…".to_owned(), |n| n.to_string());
    let one = |f: &FieldChange| format!("{} {}→{}", f.field, value(&f.before), value(&f.after));
    let fields: Vec<String> = change.fields.iter().map(one).collect();
    let of = tidegate::session::step::resource(&change.target);
    format!("{of}: {}", fields.join(", "))
}
