//! Load tests at random: plans, faults, asks, other people, crashes and clocks.

use super::test_drive::{Fate, TestDrive, lock, timers};
use super::world::{World, backup};
use std::time::Duration;
use tidegate::session::ask::{Answer, Ask};
use tidegate::session::conductor::{About, Conductor, News, Resume};
use tidegate::session::load_test::Stage;
use tidegate::session::order::Proposed;
use tidegate::session::revert::{Decisions, Surplus};
use tidegate::session::snapshot::AlarmNow;
use tidegate::session::step::Step;

/// One kind of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Refusals, lost answers, failed looks, tasks that do not come up.
    Faults,
    Crashes,
    /// Other people change what the session has set.
    Edits,
    /// Consoles change, undo, extend, retry, skip.
    Asks,
    /// The wall clock is set.
    Clocks,
}

/// What may go wrong.
#[derive(Clone, Copy, Debug)]
pub struct Weather(pub &'static [Trouble]);

impl Weather {
    pub const ROUGH: Self = Self(&[
        Trouble::Faults,
        Trouble::Crashes,
        Trouble::Edits,
        Trouble::Asks,
        Trouble::Clocks,
    ]);

    fn has(self, trouble: Trouble) -> bool {
        self.0.contains(&trouble)
    }
}

/// The same for the same seed (splitmix64).
pub struct Luck(pub u64);

impl Luck {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }

    fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        let n = self.below(from.len() as u64);
        from[usize::try_from(n).unwrap()].clone()
    }
}

pub struct Roam {
    pub drive: TestDrive,
    pub luck: Luck,
    pub weather: Weather,
    /// The operator left everything as it was.
    pub kept: bool,
}

const SERVICES: [&str; 3] = ["by-hand", "shrinking", "growing"];

impl Roam {
    pub fn begin(seed: u64, weather: Weather) -> Self {
        let mut luck = Luck(seed);
        let world = World::new();
        let steps = plan(&world, &mut luck);
        let mut roam = Self {
            drive: TestDrive::new(world),
            luck,
            weather,
            kept: false,
        };
        roam.chance();
        roam.drive.begin(steps);
        roam.drive.attach(1);
        roam
    }

    /// Some way into the test, and perhaps beyond it.
    pub fn forth(&mut self) {
        for _ in 0..50 + self.luck.below(350) {
            if self.drive.is_over() {
                return;
            }
            self.anything();
        }
    }

    /// Everything is to be put back, and things still happen.
    pub fn back(&mut self) {
        for _ in 0..self.luck.below(120) {
            if self.drive.is_over() {
                return;
            }
            if self.drive.conductor.is_some() && !self.drive.watch.is_reverting() {
                self.ask_to_revert();
            }
            self.anything();
        }
    }

    fn anything(&mut self) {
        if self.drive.conductor.is_none() {
            return self.take_up();
        }
        self.chance();
        if self.drive.conductor.is_none() {
            return;
        }
        match self.luck.below(40) {
            0 => self.drive.world.load(true),
            1 => self.drive.world.load(false),
            2 => {
                let by = 1 + self.luck.below(90);
                self.drive.wait(Duration::from_secs(by));
            }
            3 => self.people(),
            4 => self.news(),
            5 | 6 if self.weather.has(Trouble::Asks) => self.ask(),
            7 if self.weather.has(Trouble::Edits) => self.edit(),
            8 if self.weather.has(Trouble::Clocks) && self.luck.once_in(8) => {
                let by = i64::try_from(self.luck.below(7200)).unwrap();
                self.drive.set_clock(by - 4500);
                self.drive.wait(Duration::ZERO);
            }
            9 if !self.drive.is_busy() => self.drive.wait(Duration::from_mins(3)),
            _ => self.drive.step(),
        }
    }

    /// What the next requests and looks come to.
    fn chance(&mut self) {
        if self.weather.has(Trouble::Faults) && self.luck.once_in(12) {
            let mut fates = vec![Fate::Denied, Fate::Throttled, Fate::NotSent];
            fates.extend([Fate::LostApplied, Fate::Lost, Fate::Fine, Fate::Fine]);
            self.drive.fates.push(self.luck.pick(&fates));
        }
        if self.weather.has(Trouble::Faults) && self.luck.once_in(40) {
            self.drive.blind = u32::try_from(self.luck.below(4)).unwrap();
        }
        if self.weather.has(Trouble::Faults) && self.luck.once_in(40) {
            let name = self.luck.pick(&SERVICES).to_owned();
            let missing = self.luck.below(2);
            self.drive.world.missing.insert(name, missing);
            self.drive.world.snapshot_status = self.luck.pick(&["creating", "available"]);
        }
        if self.weather.has(Trouble::Crashes) && self.luck.once_in(60) {
            self.drive.dies_in = Some(usize::try_from(self.luck.below(8)).unwrap());
        }
        if self.weather.has(Trouble::Crashes) && self.luck.once_in(60) {
            let fate = self.luck.pick(&[Fate::DiesBefore, Fate::DiesAfter]);
            self.drive.fates.push(fate);
        }
        if self.weather.has(Trouble::Crashes) && self.luck.once_in(200) {
            self.drive.die();
        }
    }

    fn take_up(&mut self) {
        let by = self.luck.pick(&[0, 1, 20, 300]);
        self.drive.now = self.drive.now.later(Duration::from_secs(by));
        let resume = self.luck.pick(&[Resume::On, Resume::On, Resume::Revert]);
        self.drive.take_up(resume);
        if self.drive.conductor.is_some() {
            self.drive.attach(1);
        }
    }

    fn people(&mut self) {
        let n = self.luck.pick(&[0, 1, 1, 2]);
        self.drive.attach(n);
        if n == 0 && self.luck.once_in(4) {
            self.drive.wait(Duration::from_mins(6));
        }
    }

    fn news(&mut self) {
        let alarm = |state: &str| AlarmNow {
            name: "5xx".to_owned(),
            state: state.to_owned(),
        };
        let by = "carol".to_owned();
        let news = match self.luck.below(20) {
            0 => News::Alarms(vec![alarm("ALARM")]),
            1 => News::Requested { by },
            2..=4 => News::Alarms(vec![alarm(self.luck.pick(&["OK", "INSUFFICIENT_DATA"]))]),
            5..=9 => News::Settled,
            10 => News::Trouble(About::Alarms, Some("the line is down".to_owned())),
            11..=14 => News::Drift {
                generation: self
                    .drive
                    .conductor
                    .as_ref()
                    .map_or(0, Conductor::generation),
                fields: Vec::new(),
                unread: Vec::new(),
            },
            _ => News::Vitals(Vec::new()),
        };
        self.drive.news(news);
    }

    fn ask(&mut self) {
        let halted = self.drive.stage() == Stage::Halted;
        match self.luck.below(24) {
            0 if !self.kept => self.ask_to_keep(),
            1 => self.ask_to_revert(),
            2..=4 => self.extend(),
            5 => drop(self.drive.ask(Ask::Note {
                text: "k6 started".to_owned(),
            })),
            6..=9 => drop(self.drive.ask(Ask::Undo)),
            10..=13 if halted => drop(self.drive.ask(Ask::Retry)),
            14 if halted => drop(self.drive.ask(Ask::Skip)),
            15..=20 => self.change(),
            _ => drop(self.drive.ask(Ask::Status)),
        }
    }

    fn ask_to_keep(&mut self) {
        let answer = self.luck.once_in(3).then(|| self.drive.ask(Ask::Keep));
        // A crash may have come before its answer.
        self.kept |= matches!(answer, Some(None | Some(Answer::Done { .. })));
    }

    fn ask_to_revert(&mut self) {
        let mut decisions = Decisions::default();
        for conflict in self.drive.snapshot().conflicts {
            let key = (conflict.target, conflict.field);
            match self.luck.below(3) {
                0 => drop(decisions.keep.insert(key)),
                1 => drop(decisions.restore.insert(key)),
                _ => {}
            }
        }
        if self.luck.once_in(6) {
            decisions.surplus = Surplus::Stops;
            self.drive.watch.consent = true;
        }
        self.drive.ask(Ask::Revert { decisions });
    }

    fn extend(&mut self) {
        let seconds = 60 * self.luck.below(40);
        self.drive.extend(seconds);
    }

    fn change(&mut self) {
        let steps = sets(&self.drive.world, &mut self.luck, 5);
        if !steps.is_empty() {
            self.drive.change(steps);
        }
    }

    /// Somebody sets one of the settings to a value that nobody else uses.
    fn edit(&mut self) {
        let world = &mut self.drive.world;
        let (name, value) = match self.luck.below(6) {
            0 => {
                world.limit = 77_777;
                ("limit", "77777".to_owned())
            }
            1 => {
                r#"{"Captcha":{}}"#.clone_into(&mut world.action);
                ("action", world.action.clone())
            }
            2 => {
                world.services.get_mut("shrinking").unwrap().max = 99;
                ("shrinking max", "99".to_owned())
            }
            3 => {
                world.services.get_mut("growing").unwrap().max = 99;
                ("growing max", "99".to_owned())
            }
            4 => {
                world.services.get_mut("by-hand").unwrap().desired = 19;
                ("by-hand desired", "19".to_owned())
            }
            _ => {
                world.groups.get_mut("nodes").unwrap().max = 99;
                ("nodes max", "99".to_owned())
            }
        };
        world.token += 1;
        self.drive.watch.theirs.insert(name.to_owned(), value);
    }

    /// Every setting is as it was found, or as somebody else has set it.
    pub fn is_as_found(&self) -> Result<(), String> {
        let now = self.drive.world.settings();
        for (name, found) in &self.drive.watch.found {
            let theirs = self.drive.watch.theirs.get(name);
            if now[name] != *found && Some(&now[name]) != theirs {
                return Err(format!("{name}: {found} → {}", now[name]));
            }
        }
        Ok(())
    }
}

/// A lock most of the time, perhaps a backup, timers, and settings.
fn plan(world: &World, luck: &mut Luck) -> Vec<Step> {
    let sets = sets(world, luck, 2);
    let mut steps = Vec::new();
    if !luck.once_in(5) {
        steps.push(lock());
    }
    if luck.once_in(2) {
        steps.push(Step::Create(backup()));
    }
    steps.extend(timers(world, &sets));
    steps.extend(sets.into_iter().map(Step::from));
    steps
}

/// In the order of a draft: groups, services, rules.
fn sets(world: &World, luck: &mut Luck, one_in: u64) -> Vec<Proposed> {
    let mut sets = Vec::new();
    for name in ["nodes", "fixed"] {
        if luck.once_in(one_in) {
            let min = 1 + luck.below(6);
            sets.push(world.resize(name, min, min + luck.below(5)));
        }
    }
    for name in SERVICES {
        if luck.once_in(one_in) {
            sets.extend(world.scale(name, 1 + luck.below(9)));
        }
    }
    if luck.once_in(one_in) {
        sets.push(world.count());
    }
    if luck.once_in(one_in) {
        sets.push(world.limit_to(2000 + luck.below(3) * 1000));
    }
    sets.retain(|s| !matches!(s, Proposed::Set(c) if c.is_empty()));
    sets
}
