//! The rules of a load test, checked at every record, every request and every turn.

use super::world::World;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tidegate::domain::backstop::Bounds;
use tidegate::domain::change::{FieldChange, Hold, Target};
use tidegate::session::conductor::{Conductor, has_answer, kind};
use tidegate::session::load_test::Stage;
use tidegate::session::machine::{Command, Intent};
use tidegate::session::moment::Moment;
use tidegate::session::record::{Event, Record, Way};
use tidegate::session::snapshot::Kind;
use tidegate::session::state::{End, SessionState, StepState, fold};

pub struct Watch {
    /// What broke a rule, in words.
    pub broken: Vec<String>,
    /// The world as the session found it.
    pub found: BTreeMap<String, String>,
    /// What others set meanwhile.
    pub theirs: BTreeMap<String, String>,
    /// A timer of AWS ran: what it restored it restored blindly.
    pub timers_ran: bool,
    /// The operator's word that tasks may be stopped.
    pub consent: bool,
    /// As the records tell it.
    state: Option<SessionState>,
    /// Steps of the plan; later ones came from a console.
    planned: usize,
    reverting: bool,
    /// A revert was called halted: its rules failed often enough.
    gave_up: bool,
    over: bool,
    prepared: Option<(usize, Way)>,
    attached: u32,
    alone: Duration,
    /// The end on the clock that never goes back.
    ends: Option<Duration>,
    until: Option<jiff::Timestamp>,
}

impl Watch {
    pub fn new(world: &World) -> Self {
        Self {
            broken: Vec::new(),
            found: world.settings(),
            theirs: BTreeMap::new(),
            timers_ran: false,
            consent: false,
            state: None,
            planned: 0,
            reverting: false,
            gave_up: false,
            over: false,
            prepared: None,
            attached: 0,
            alone: Duration::ZERO,
            ends: None,
            until: None,
        }
    }

    pub fn wrong(&mut self, what: &str) {
        self.broken.push(what.to_owned());
    }

    fn must(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.broken.push(what());
        }
    }

    pub fn died(&mut self) {
        self.prepared = None;
    }

    pub fn taken_up(&mut self, now: Moment) {
        self.attached = 0;
        self.alone = now.mono;
        // Its clock that never goes back began anew: the other one told how much is left.
        self.ends = self.until.map(|until| {
            let left = until.duration_since(now.wall);
            now.mono + Duration::try_from(left).unwrap_or_default()
        });
    }

    pub fn attached(&mut self, n: u32, now: Moment) {
        if n == 0 && self.attached > 0 {
            self.alone = now.mono;
        }
        self.attached = n;
    }

    /// The one command that has an answer comes last.
    pub fn order(&mut self, commands: &[Command]) {
        let first = commands.iter().position(has_answer);
        let last = first.is_none_or(|n| n + 1 == commands.len());
        self.must(last, || format!("something after a request: {commands:?}"));
        let over = self.over && !commands.is_empty();
        self.must(!over, || format!("done after the end: {commands:?}"));
    }

    pub fn recorded(&mut self, record: &Record) {
        if self.state.is_none() {
            self.state = fold(std::slice::from_ref(record)).ok();
            self.planned = self.state.as_ref().map_or(0, |s| s.steps.len());
        } else if let Some(state) = &mut self.state {
            state.take(record);
        }
        match &record.event {
            Event::Prepared { step, way, .. } => self.prepared = Some((*step, *way)),
            Event::Reverting { .. } => self.reverting = true,
            Event::Halted { .. } if self.reverting => self.gave_up = true,
            Event::Closed { .. } => self.over = true,
            Event::Began { until } | Event::Extended { until, .. } => self.until = Some(*until),
            _ => {}
        }
    }

    /// A request leaves now.
    pub fn leaves(&mut self, intent: &Intent, state: &SessionState, world: &World) {
        let Intent { step, way, .. } = intent;
        let announced = self.prepared.take() == Some((*step, *way));
        self.must(announced, || {
            format!("without a durable intent: {intent:?}")
        });
        let over = self.over;
        self.must(!over, || format!("sent after the end: {intent:?}"));
        match way {
            Way::Apply => self.goes_forth(intent, state, world),
            Way::Revert => self.goes_back(intent, state, world),
        }
    }

    fn goes_forth(&mut self, intent: &Intent, state: &SessionState, world: &World) {
        let reverting = self.reverting;
        self.must(!reverting, || format!("applied in a revert: {intent:?}"));
        let of = kind(&state.steps[intent.step].step);
        for (n, net) in state.steps.iter().enumerate() {
            let before = kind(&net.step) < of && n < self.planned.max(intent.step);
            let net_kind = matches!(kind(&net.step), Kind::Lock | Kind::Timer);
            if before && net_kind && !is_skipped(state, n) {
                let there = is_there(net, world) || self.timers_ran;
                self.must(there, || format!("{:?} before {:?}", intent, net.step));
            }
        }
    }

    fn goes_back(&mut self, intent: &Intent, state: &SessionState, world: &World) {
        let of = kind(&state.steps[intent.step].step);
        if !self.reverting {
            return;
        }
        let sizes = matches!(of, Kind::Service | Kind::Group);
        let nets = matches!(of, Kind::Timer | Kind::Lock);
        let gave_up = self.gave_up;
        for (n, step) in state.steps.iter().enumerate() {
            if !stands(state, n, world) {
                continue;
            }
            let open_gate = sizes && kind(&step.step) == Kind::Rule && !gave_up;
            let unguarded = nets && kind(&step.step) > Kind::Timer;
            self.must(!open_gate && !unguarded, || {
                format!("{intent:?} while this stands: {step:?}")
            });
        }
        if of == Kind::Lock {
            let timers = world.timers().count();
            self.must(timers == 0, || "the lock goes before a timer".to_owned());
        }
    }

    /// After every turn.
    pub fn check(&mut self, conductor: &Conductor, world: &World, now: Moment) {
        let state = conductor.state();
        if self.state.as_ref().is_some_and(|s| s.test.is_some())
            && self.state.as_ref() != Some(state)
        {
            self.wrong(&format!("told: {:#?}\nheld: {state:#?}", self.state));
        }
        let Some(test) = &state.test else { return };
        if let (Some(until), None) = (test.until, self.ends) {
            let left = until.duration_since(now.wall);
            self.ends = Some(now.mono + Duration::try_from(left).unwrap_or_default());
        }
        let goes_back = test.why.is_some() || test.stage == Stage::Closed;
        // A second is lost to whole seconds.
        let late = |ends: Duration| now.mono > ends + Duration::from_secs(1);
        let up = test.until.is_some_and(|until| until <= now.wall) || self.ends.is_some_and(late);
        self.must(goes_back || !up, || {
            format!("goes on after {:?}", test.until)
        });
        let alone = now.mono.saturating_sub(self.alone).as_secs();
        let deserted = self.attached == 0 && alone > test.terms.unattended_seconds;
        self.must(goes_back || !deserted, || "goes on deserted".to_owned());
        let weakened = self.consent || world.weakened.is_empty();
        self.must(weakened, || format!("stopped: {:?}", world.weakened));
        if test.stage == Stage::Running && !conductor.watched().is_empty() && !self.timers_ran {
            self.timers_stand(state, world);
        }
    }

    /// While it runs each timer stands at its own time after the end.
    fn timers_stand(&mut self, state: &SessionState, world: &World) {
        let test = state.test.as_ref().expect("a load test");
        let until = test.until.expect("an end");
        let mut moments = BTreeSet::new();
        for (n, step) in state.steps.iter().enumerate() {
            let Some(Target::Timer(timer)) = step.step.change().map(|c| &c.target) else {
                continue;
            };
            if test.skipped.contains(&n) {
                continue;
            }
            let after = timer.at.duration_since(until).as_secs();
            let right = match timer.of {
                Bounds::Target(_) => after == 15 * 60,
                Bounds::Group(_) => (45 * 60 + 1..46 * 60).contains(&after),
            };
            let there = world.timers().any(|t| t == timer);
            self.must(right && there, || format!("{timer:?}, the end is {until}"));
            let alone = moments.insert((timer.of.clone(), timer.at));
            self.must(alone, || format!("two at one moment: {timer:?}"));
        }
    }

    pub fn is_reverting(&self) -> bool {
        self.reverting
    }

    pub fn moved(&mut self, by: Duration) {
        self.ends = self.ends.map(|ends| ends + by);
    }
}

fn is_skipped(state: &SessionState, step: usize) -> bool {
    let test = state.test.as_ref();
    test.is_some_and(|t| t.skipped.contains(&step))
}

/// A net is there, whatever its time.
fn is_there(net: &StepState, world: &World) -> bool {
    match net.step.change().map(|c| &c.target) {
        Some(Target::Timer(timer)) => world.timers().any(|t| t.of == timer.of),
        Some(target) => world.nets.contains(target),
        None => true,
    }
}

/// What the session set is still there, and was not there before; unless somebody else changed what a
/// newer step had set there, or it is what an older one had found.
fn stands(state: &SessionState, n: usize, world: &World) -> bool {
    let step = &state.steps[n];
    let open = matches!(step.end, End::Open | End::Draining) && step.has_landed();
    let Some(change) = step.step.change().filter(|_| open) else {
        return false;
    };
    let now = world.reading(&change.target);
    let ours = |f: &&FieldChange| {
        let moved = f.hold == Hold::Held && f.before != f.after;
        moved && !step.kept.contains(&f.field) && now.get(&f.field) == Some(&f.after)
    };
    let newer = || state.steps[n + 1..].iter().filter_map(|s| s.step.change());
    let theirs = |f: &FieldChange| {
        let mut over = newer().filter(|c| c.target == change.target);
        over.any(|c| c.field(f.field).is_some_and(|o| o.before != f.after))
    };
    let older = || state.steps[..n].iter().filter_map(|s| s.step.change());
    let found = |f: &FieldChange| {
        let mut under = older().filter(|c| c.target == change.target);
        under.any(|c| c.field(f.field).is_some_and(|o| o.before == f.after))
    };
    let mut ours = change.fields.iter().filter(ours);
    ours.any(|f| !theirs(f) && !found(f))
}
