//! Runs the machine's commands on the model, with trouble where the choices say so.

use super::world::{Elsewhere, World, backup, service};
use std::collections::VecDeque;
use std::time::Duration;
use tidegate::domain::backstop::{Bounds, RecordRef, Shelf, Timer};
use tidegate::domain::change::{Change, Target};
use tidegate::domain::fault::{Fault, FaultKind};
use tidegate::domain::identity::Scope;
use tidegate::domain::subject::Subject;
use tidegate::domain::text::Text;
use tidegate::domain::write::{Outcome, Write};
use tidegate::session::machine::{Command, Input, Intent, Machine, Pace};
use tidegate::session::moment::Moment;
use tidegate::session::order::{PastState, Proposal, Proposed, Report};
use tidegate::session::record::{Actor, Event, Place, Record, VERSION};
use tidegate::session::revert::Decisions;
use tidegate::session::state::fold;

/// Where the trouble comes from: a stream of choices.
pub struct Chance {
    choices: Vec<u8>,
    at: usize,
    trouble: Trouble,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// Refusals, lost answers, failed looks, crashes.
    Rough,
    None,
    LostAnswer {
        applied: bool,
    },
}

/// What happens to one request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Fine,
    Refused,
    NotSent,
    LostApplied,
    Lost,
    DiesBefore,
    DiesAfter,
}

impl Chance {
    pub fn rough(choices: Vec<u8>) -> Self {
        Self {
            choices,
            at: 0,
            trouble: Trouble::Rough,
        }
    }

    pub fn gentle(choices: Vec<u8>) -> Self {
        Self {
            trouble: Trouble::None,
            ..Self::rough(choices)
        }
    }

    pub fn lost_answer(applied: bool) -> Self {
        Self {
            trouble: Trouble::LostAnswer { applied },
            ..Self::rough(vec![0])
        }
    }

    pub fn calm(&mut self) {
        self.trouble = Trouble::None;
    }

    pub fn pick(&mut self, below: u8) -> u8 {
        self.at = (self.at + 1) % self.choices.len();
        self.choices[self.at] % below
    }

    fn fate(&mut self) -> Fate {
        match self.trouble {
            Trouble::None => Fate::Fine,
            Trouble::LostAnswer { applied: true } => Fate::LostApplied,
            Trouble::LostAnswer { applied: false } => Fate::Lost,
            Trouble::Rough => match self.pick(12) {
                0 => Fate::Refused,
                1 => Fate::NotSent,
                2 => Fate::LostApplied,
                3 => Fate::Lost,
                4 => Fate::DiesBefore,
                5 => Fate::DiesAfter,
                _ => Fate::Fine,
            },
        }
    }

    fn strikes(&mut self, one_in: u8) -> bool {
        self.trouble == Trouble::Rough && self.pick(one_in) == 0
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Idle,
    Crashed,
    Endless,
}

pub struct Drive {
    pub world: World,
    pub chance: Chance,
    /// What is on the disk.
    pub records: Vec<Record>,
    /// Requests that had an effect without a durable intent.
    pub unannounced: Vec<Write>,
    pub returned: bool,
    pub said: Vec<String>,
    pub earliest_read_back: Option<Duration>,
    stale: Option<Elsewhere>,
    now: Moment,
    sent_at: Duration,
}

pub fn fault(kind: FaultKind, code: &str) -> Fault {
    Fault {
        code: Some(Text::clean(code)),
        ..Fault::new(kind, "injected")
    }
}

pub fn place() -> Place {
    Place {
        scope: Scope {
            account: "1".into(),
            region: "eu".into(),
        },
        caller: "arn".into(),
    }
}

/// The lock, and a timer behind a target.
fn nets() -> Vec<Proposed> {
    let timer = Timer {
        of: Bounds::Target(service("growing")),
        name: "tidegate-s-restore".into(),
        at: jiff::Timestamp::UNIX_EPOCH,
        min: 1,
        max: 4,
    };
    let record = RecordRef {
        shelf: Shelf::Region,
        name: "/tidegate/eu/session/1".into(),
        body: r#"{"session":"s"}"#.into(),
    };
    [Target::Record(record), Target::Timer(timer)]
        .map(|target| Proposed::Set(Change::put(target)))
        .into()
}

impl Drive {
    pub fn new(world: World, chance: Chance) -> Self {
        Self {
            world,
            chance,
            records: Vec::new(),
            unannounced: Vec::new(),
            returned: false,
            said: Vec::new(),
            earliest_read_back: None,
            stale: None,
            now: Moment::START,
            sent_at: Duration::ZERO,
        }
    }

    /// A random plan over the model's resources.
    pub fn apply(&mut self) {
        let n = 1 + u64::from(self.chance.pick(8));
        let plans: [Vec<Proposed>; 6] = [
            self.world.scale("by-hand", n),
            self.world.scale("shrinking", n),
            self.world.scale("growing", n),
            vec![self.world.count()],
            vec![self.world.limit_to(1000 + n)],
            vec![Proposed::Create(backup())],
        ];
        let nets = match self.chance.pick(2) {
            0 => Vec::new(),
            _ => nets(),
        };
        let first = usize::from(self.chance.pick(6));
        let many = usize::from(self.chance.pick(4));
        let steps = plans
            .iter()
            .cycle()
            .skip(first)
            .take(1 + many)
            .flatten()
            .cloned();
        let steps = nets.into_iter().chain(steps).collect();
        self.begin(steps);
    }

    pub fn apply_limit(&mut self) {
        self.begin(vec![self.world.limit_to(5000)]);
    }

    pub fn apply_backup(&mut self) {
        self.begin(vec![Proposed::Create(backup())]);
    }

    pub fn stale_token(&mut self, elsewhere: Elsewhere) {
        self.stale = Some(elsewhere);
    }

    fn begin(&mut self, steps: Vec<Proposed>) {
        let seen = steps.iter().filter_map(|s| match s {
            Proposed::Set(change) => Some((change.target.clone(), change.before())),
            Proposed::Create(_) => None,
        });
        let proposal = Proposal {
            subject: Subject::Service(service("by-hand")),
            seen: seen.collect(),
            steps: steps
                .into_iter()
                .filter(|s| !matches!(s, Proposed::Set(c) if c.is_empty()))
                .collect(),
            summary: Text::fixed("a plan"),
        };
        let machine = Machine::open(
            "s".into(),
            proposal,
            place(),
            &Actor::default(),
            Pace::default(),
            self.now,
        );
        self.run(machine, Input::Begin);
    }

    /// One undo, from what the disk tells.
    pub fn undo(&mut self, decisions: &Decisions) -> Ended {
        self.resume(Input::Undo(decisions.clone()))
    }

    pub fn keep(&mut self) {
        self.resume(Input::Keep);
    }

    fn resume(&mut self, input: Input) -> Ended {
        if self.records.is_empty() {
            return Ended::Idle;
        }
        let state = fold(&self.records).expect("a journal that can be folded");
        self.now = self.now.later(Duration::from_secs(1));
        self.run(Machine::resume(state, Pace::default(), self.now), input)
    }

    /// As an operator would: again while bounds drain, until nothing more can be put back.
    pub fn undo_until_closed(&mut self) -> Ended {
        for _ in 0..4 {
            if self.undo(&Decisions::default()) == Ended::Endless {
                return Ended::Endless;
            }
            self.world.autoscale_down();
        }
        Ended::Idle
    }

    pub fn outcome(&self) -> Option<PastState> {
        (!self.records.is_empty()).then(|| fold(&self.records).expect("a journal").outcome())
    }

    pub fn sent(&self) -> usize {
        self.records
            .iter()
            .filter(|r| matches!(r.event, Event::Sent { .. }))
            .count()
    }

    /// Somebody else sets one field that we have set.
    pub fn foreign_edit(&mut self) -> Option<(String, String)> {
        let steps = fold(&self.records).ok()?.steps;
        let changes: Vec<_> = steps
            .iter()
            .filter(|s| s.apply.may_have_landed())
            .filter_map(|s| s.step.change())
            .collect();
        let change = changes.get(usize::from(self.chance.pick(8)))?;
        let edited = match &change.target {
            Target::Rule(_) if change.fields[0].field.to_string() == "limit" => {
                self.world.limit = 77_777;
                ("limit".to_owned(), "77777".to_owned())
            }
            Target::Rule(_) => {
                r#"{"Captcha":{}}"#.clone_into(&mut self.world.action);
                ("action".to_owned(), self.world.action.clone())
            }
            Target::Scalable(at) if change.fields.iter().any(|f| f.field.to_string() == "max") => {
                let name = at.service.as_str().to_owned();
                self.world.services.get_mut(&name)?.max = 99;
                (format!("{name} max"), "99".to_owned())
            }
            _ => return None,
        };
        self.world.token += 1;
        Some(edited)
    }

    fn run(&mut self, mut machine: Machine, first: Input) -> Ended {
        let mut commands: VecDeque<Command> = machine.handle(self.now, first).into();
        for _ in 0..5_000 {
            let Some(command) = commands.pop_front() else {
                return Ended::Idle;
            };
            if self.chance.strikes(60) {
                return Ended::Crashed;
            }
            match self.execute(command) {
                Err(()) => return Ended::Crashed,
                Ok(Some(input)) => commands = machine.handle(self.now, input).into(),
                Ok(None) => {}
            }
        }
        Ended::Endless
    }

    /// `Err` = the program died here.
    fn execute(&mut self, command: Command) -> Result<Option<Input>, ()> {
        Ok(match command {
            Command::Record(event) => {
                self.note(event);
                None
            }
            Command::Report(report) => {
                self.hear(report);
                None
            }
            Command::Return(_) => {
                self.returned = true;
                None
            }
            Command::Observe(sight) => Some(self.look(&sight)),
            Command::ReadBack { sight, at } => {
                self.wait_until(at);
                self.earliest_read_back
                    .get_or_insert(self.now.mono.saturating_sub(self.sent_at));
                Some(self.look(&sight))
            }
            Command::Verify { sight, at, .. } => {
                self.wait_until(at);
                Some(self.look(&sight))
            }
            Command::Pause { until } => {
                self.wait_until(until);
                Some(Input::Woken)
            }
            Command::Write(intent) => Some(self.write(*intent)?),
        })
    }

    fn note(&mut self, event: Event) {
        let (at, session) = (self.now.wall, "s".into());
        self.records.push(Record {
            v: VERSION,
            at,
            session,
            actor: Actor::default(),
            place: place(),
            event,
        });
    }

    fn hear(&mut self, report: Report) {
        match report {
            Report::Undone { what, .. } => self.said.push(what.to_string()),
            Report::Failed { fault, .. } => self.said.push(fault.to_string()),
            _ => {}
        }
    }

    fn wait_until(&mut self, at: Duration) {
        let by = at.saturating_sub(self.now.mono);
        self.now = self.now.later(by);
    }

    fn look(&mut self, sight: &tidegate::session::machine::Sight) -> Input {
        self.now = self.now.later(Duration::from_millis(50));
        if self.chance.strikes(25) {
            return Input::Looked(Err(fault(FaultKind::Unreachable, "")));
        }
        Input::Looked(Ok(self.world.look(sight)))
    }

    fn write(&mut self, intent: Intent) -> Result<Input, ()> {
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
        self.sent_at = self.now.mono;
        self.someone_else_was_faster();
        let fate = self.chance.fate();
        if fate == Fate::DiesBefore {
            return Err(());
        }
        let applied = matches!(fate, Fate::Fine | Fate::LostApplied | Fate::DiesAfter);
        let carried_out = if applied {
            self.carry_out(step, way, &write)
        } else {
            Ok(())
        };
        self.now = self.now.later(Duration::from_millis(100));
        let outcome = match (fate, carried_out) {
            (Fate::DiesAfter, _) => return Err(()),
            (Fate::Fine, Err(code)) => Outcome::Refused(fault(FaultKind::Refused, code)),
            (Fate::Fine, Ok(())) => Outcome::Done {
                request: Some("r".into()),
            },
            (Fate::Refused, _) => {
                Outcome::Refused(fault(FaultKind::Denied, "AccessDeniedException"))
            }
            (Fate::NotSent, _) => Outcome::NotSent(fault(FaultKind::Unreachable, "")),
            _ => Outcome::Unknown(fault(FaultKind::TimedOut, "")),
        };
        Ok(Input::Answered {
            outcome,
            took: Duration::from_millis(100),
        })
    }

    fn someone_else_was_faster(&mut self) {
        if let Some(elsewhere) = self.stale.take() {
            self.world.token += 1;
            self.world.rest += u64::from(elsewhere == Elsewhere::Edited);
        }
    }

    fn carry_out(
        &mut self,
        step: usize,
        way: tidegate::session::record::Way,
        write: &Write,
    ) -> Result<(), &'static str> {
        let of = |e: &Event| match e {
            Event::Prepared { step, way, .. } => Some((*step, *way, "prepared")),
            Event::Sent { step, way, .. } => Some((*step, *way, "sent")),
            _ => None,
        };
        let last: Vec<_> = self
            .records
            .iter()
            .rev()
            .filter_map(|r| of(&r.event))
            .take(2)
            .collect();
        if last != [(step, way, "sent"), (step, way, "prepared")] {
            self.unannounced.push(write.clone());
        }
        self.world.carry_out(write, way)
    }
}
