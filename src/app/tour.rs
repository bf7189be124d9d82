//! The demo's first minute: one line that leads through what an operator can do. A
//! function of what has been done so far, and of what the panes show; whoever goes
//! another way is not held up.

use super::State;
use crate::domain::subject::Subject;
use crate::domain::units;
use crate::model::settings::{Load, Venue};
use crate::model::verb::{Place, Verb};
use crate::panes::sight::Sight;
use crate::session::order::{Past, PastState};
use crate::view::lines::Line;
use crate::view::theme::Role;
use std::time::Duration;

/// So long there is something to watch before something to do is proposed, where nothing is seen to call for it.
const WATCH: Duration = Duration::from_secs(20);

/// Whether something of a change is still to be put back.
fn is_open(state: PastState) -> bool {
    matches!(
        state,
        PastState::Applied | PastState::Draining | PastState::Unfinished
    )
}

/// The keys that the hints name.
#[derive(Clone, Debug)]
struct Keys {
    scale: String,
    rules: String,
    toggle: String,
    snapshots: String,
    back_up: String,
    undo: String,
    test: String,
}

/// What has been done, changes that were put back included.
#[derive(Clone, Copy, Debug, Default)]
struct Done {
    scaled: bool,
    toggled: bool,
    backed_up: bool,
    undo: Undo,
}

/// How far the putting back is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Undo {
    /// Nothing is to be put back.
    #[default]
    Nothing,
    /// Something is, and nothing was yet.
    First,
    Next,
}

/// All that a hint goes by.
#[derive(Clone, Debug)]
struct Scene {
    load: Load,
    watched: Duration,
    done: Done,
    sights: Vec<Sight>,
    keys: Keys,
}

impl State {
    /// The next thing to try in the simulated account.
    pub(super) fn tour(&self) -> Option<Line> {
        let Venue::Simulated(load) = self.settings.venue else {
            return None;
        };
        let scene = Scene {
            load,
            watched: self.news.now.mono,
            done: self.done(),
            sights: self.panes.iter().flat_map(|pane| pane.sights()).collect(),
            keys: self.keys(),
        };
        let (step, text) = scene.hint();
        let head = format!(" demo {step}  ");
        Some(Line::of(head, Role::Progress).and(text, Role::Banner))
    }

    fn done(&self) -> Done {
        let any = |what: fn(&Past) -> bool| self.work.history.iter().any(what);
        Done {
            scaled: any(|past| matches!(past.subject, Subject::Service(_))),
            toggled: any(|past| matches!(past.subject, Subject::Rule(_))),
            backed_up: any(|past| matches!(past.subject, Subject::Database(_))),
            undo: match (
                any(|past| is_open(past.state)),
                any(|past| past.state == PastState::Reverted),
            ) {
                (false, _) => Undo::Nothing,
                (true, false) => Undo::First,
                (true, true) => Undo::Next,
            },
        }
    }

    fn keys(&self) -> Keys {
        let key = |place, verb: Verb| {
            let bound = self.keymap.keys_of(place, verb).into_iter().next();
            bound.unwrap_or_else(|| format!(":{}", verb.name()))
        };
        Keys {
            scale: key(Place::Services, Verb::Scale),
            rules: key(Place::Anywhere, Verb::Pane3),
            toggle: key(Place::Rules, Verb::Toggle),
            snapshots: key(Place::Anywhere, Verb::Pane4),
            back_up: key(Place::Snapshots, Verb::Backup),
            undo: key(Place::Anywhere, Verb::Undo),
            test: key(Place::Anywhere, Verb::Test),
        }
    }
}

impl Scene {
    fn hint(&self) -> (&'static str, String) {
        let Done {
            scaled,
            toggled,
            backed_up,
            undo,
        } = self.done;
        match (scaled, toggled, backed_up, undo) {
            (false, ..) if self.watches() => ("1/5", self.to_watch()),
            (false, ..) => ("2/5", self.to_scale()),
            (_, false, ..) => ("3/5", self.to_toggle()),
            (_, _, false, _) => ("4/5", self.to_back_up()),
            (_, _, _, Undo::Nothing) => ("done", self.to_play()),
            _ => ("5/5", self.to_undo()),
        }
    }

    /// The service that is short of CPU, or whose tasks wait.
    fn strained(&self) -> Option<String> {
        let strained = self.sights.iter().find(|sight| sight.is_strained())?;
        let Sight::Service { name, cpu, pending } = strained else {
            return None;
        };
        Some(match (pending, cpu) {
            (0, Some(cpu)) => format!("{name} is at {cpu:.0} % CPU"),
            (1, _) => format!("a task of {name} is PEND"),
            (pending, _) => format!("{pending} tasks of {name} are PEND"),
        })
    }

    fn blocks(&self) -> Option<(String, String)> {
        self.sights.iter().find_map(|sight| match sight {
            Sight::Blocks { rule, per_minute } => {
                let count = units::count(per_minute.round() as u64);
                Some((rule.as_str().to_owned(), count))
            }
            _ => None,
        })
    }

    fn watches(&self) -> bool {
        self.watched < WATCH && self.strained().is_none()
    }

    fn to_watch(&self) -> String {
        match (self.load, self.blocks()) {
            (Load::Test, Some((_, count))) => {
                format!("a load test runs, the rate rule stops it: {count} BLOCKED/min, pane 3")
            }
            (Load::Test, None) => {
                "a load test runs, the rate rule stops it: see BLOCKED/min in pane 3".to_owned()
            }
            (Load::Calm, _) => "an ordinary day; :demo load 5x begins a load test".to_owned(),
        }
    }

    fn to_scale(&self) -> String {
        let scale = &self.keys.scale;
        match self.strained() {
            Some(strained) => format!("{strained}: {scale} on api makes room: a number, enter, y"),
            None => format!(
                "{scale} on api makes room before the test gets through: a number, enter, y"
            ),
        }
    }

    fn to_toggle(&self) -> String {
        let Keys { rules, toggle, .. } = &self.keys;
        match (self.strained(), self.blocks()) {
            (Some(strained), _) => format!(
                "{strained}; once they run: {rules}, {toggle} on per-ip-1000, tab (no end), y"
            ),
            (None, Some((rule, count))) => format!(
                "{rules}, {toggle} on {rule}, which blocks {count}/min: tab (no end), y; it only counts then"
            ),
            (None, None) => format!(
                "{rules}, then {toggle} on per-ip-1000: tab (no end), y; it only counts then"
            ),
        }
    }

    fn to_back_up(&self) -> String {
        let Keys {
            snapshots, back_up, ..
        } = &self.keys;
        let next = format!("{snapshots}, then {back_up}: back up the database");
        match self.strained() {
            Some(strained) => format!("the test is through: {strained}; {next}"),
            None => next,
        }
    }

    fn to_undo(&self) -> String {
        let undo = &self.keys.undo;
        let percent = self.sights.iter().find_map(|sight| match sight {
            Sight::BackingUp(percent) => Some(*percent),
            _ => None,
        });
        let making = match percent {
            Some(Some(percent)) => format!("the backup is at {percent} %; "),
            Some(None) => "the backup is being made; ".to_owned(),
            None => String::new(),
        };
        let what = if self.done.undo == Undo::Next {
            "undoes the one before as well"
        } else {
            "undoes the newest change, then the one before"
        };
        format!("{making}{undo} {what}")
    }

    fn to_play(&self) -> String {
        let test = &self.keys.test;
        match self.strained() {
            Some(strained) => format!("{strained}; {test} does all of this as one load test"),
            None => format!(
                "{test} does all of this as one load test; :demo load 5x, :demo calm, :demo fault …"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Text;

    fn scene(done: Done, sights: &[Sight]) -> Scene {
        let keys = ["s", "3", "t", "4", "b", "u", "T"].map(str::to_owned);
        let [scale, rules, toggle, snapshots, back_up, undo, test] = keys;
        Scene {
            load: Load::Test,
            watched: Duration::ZERO,
            done,
            sights: sights.to_vec(),
            keys: Keys {
                scale,
                rules,
                toggle,
                snapshots,
                back_up,
                undo,
                test,
            },
        }
    }

    fn api(cpu: f32, pending: u32) -> Sight {
        Sight::Service {
            name: Text::clean("api"),
            cpu: Some(cpu),
            pending,
        }
    }

    fn blocks() -> Sight {
        Sight::Blocks {
            rule: Text::clean("per-ip-1000"),
            per_minute: 18_000.0,
        }
    }

    const NOTHING: Done = Done {
        scaled: false,
        toggled: false,
        backed_up: false,
        undo: Undo::Nothing,
    };

    #[test]
    fn it_watches_until_a_strain_is_seen_or_nobody_would_wait_longer() {
        let (step, text) = scene(NOTHING, &[api(64.0, 0), blocks()]).hint();
        assert_eq!(step, "1/5");
        assert!(text.contains("18,000 BLOCKED/min"), "{text}");
        for strained in [api(81.0, 0), api(64.0, 2)] {
            assert_eq!(scene(NOTHING, &[strained]).hint().0, "2/5");
        }
        let mut calm = scene(NOTHING, &[api(64.0, 0)]);
        calm.watched = WATCH;
        assert_eq!(calm.hint().0, "2/5");
    }

    #[test]
    fn each_step_tells_what_the_panes_show() {
        let scaled = Done {
            scaled: true,
            undo: Undo::First,
            ..NOTHING
        };
        let toggled = Done {
            toggled: true,
            ..scaled
        };
        let backed_up = Done {
            backed_up: true,
            ..toggled
        };
        for (done, sights, step, says) in [
            (
                NOTHING,
                vec![api(81.0, 0)],
                "2/5",
                "api is at 81 % CPU: s on api",
            ),
            (NOTHING, vec![api(64.0, 1)], "2/5", "a task of api is PEND"),
            (
                scaled,
                vec![api(64.0, 4)],
                "3/5",
                "4 tasks of api are PEND; once they run: 3, t",
            ),
            (
                scaled,
                vec![blocks()],
                "3/5",
                "t on per-ip-1000, which blocks 18,000/min",
            ),
            (
                toggled,
                vec![api(93.0, 0)],
                "4/5",
                "the test is through: api is at 93 % CPU; 4, then b",
            ),
            (
                backed_up,
                vec![Sight::BackingUp(Some(40))],
                "5/5",
                "the backup is at 40 %; u undoes the newest",
            ),
        ] {
            let (at, text) = scene(done, &sights).hint();
            assert_eq!(at, step, "{text}");
            assert!(text.contains(says), "{text}");
            assert!(
                text.chars().count() <= 88,
                "too long for a small screen: {text}"
            );
        }
    }
}
