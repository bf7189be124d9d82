//! The demo's first minute: one line that leads through what an operator can do. A
//! function of what has been done so far; whoever goes another way is not held up.

use super::State;
use crate::domain::subject::Subject;
use crate::model::settings::{Load, Venue};
use crate::model::verb::{Place, Verb};
use crate::session::order::{Past, PastState};
use crate::view::lines::Line;
use crate::view::theme::Role;
use std::time::Duration;

/// So long there is something to watch before something to do is proposed.
const WATCH: Duration = Duration::from_secs(20);

fn to_watch(load: Load) -> &'static str {
    match load {
        Load::Test => "a load test runs and the rate rule stops it: BLOCKED/min in pane 3",
        Load::Calm => "an ordinary day; :demo load 5x begins a load test",
    }
}

/// Whether something of a change is still to be put back.
fn is_open(state: PastState) -> bool {
    matches!(
        state,
        PastState::Applied | PastState::Draining | PastState::Unfinished
    )
}

impl State {
    /// The next thing to try in the simulated account.
    pub(super) fn tour(&self) -> Option<Line> {
        let Venue::Simulated(load) = self.settings.venue else {
            return None;
        };
        let (step, text) = self.next_of_tour(load);
        let head = format!(" demo {step}  ");
        Some(Line::of(head, Role::Progress).and(text, Role::Banner))
    }

    fn next_of_tour(&self, load: Load) -> (&'static str, String) {
        let key = |place, verb| self.key_of(place, verb);
        if !self.has_done(|past| matches!(past.subject, Subject::Service(_))) {
            if self.news.now.mono < WATCH {
                return ("1/5", to_watch(load).to_owned());
            }
            let scale = key(Place::Services, Verb::Scale);
            return (
                "2/5",
                format!(
                    "{scale} on api makes room before the test gets through: a number, enter, y"
                ),
            );
        }
        if !self.has_done(|past| matches!(past.subject, Subject::Rule(_))) {
            let (pane, toggle) = (
                key(Place::Anywhere, Verb::Pane3),
                key(Place::Rules, Verb::Toggle),
            );
            return (
                "3/5",
                format!(
                    "{pane}, then {toggle} on per-ip-1000: it only counts, the test gets through"
                ),
            );
        }
        if !self.has_done(|past| matches!(past.subject, Subject::Database(_))) {
            let (pane, back_up) = (
                key(Place::Anywhere, Verb::Pane4),
                key(Place::Snapshots, Verb::Backup),
            );
            return (
                "4/5",
                format!("{pane}, then {back_up}: back up the database"),
            );
        }
        if self.has_done(|past| is_open(past.state)) {
            let undo = key(Place::Anywhere, Verb::Undo);
            let text = if self.has_done(|past| past.state == PastState::Reverted) {
                "undoes the one before as well"
            } else {
                "undoes the newest change, then the one before"
            };
            return ("5/5", format!("{undo} {text}"));
        }
        (
            "done",
            ":demo load 5x, :demo calm, :demo fault …; quitting leaves nothing behind".to_owned(),
        )
    }

    fn key_of(&self, place: Place, verb: Verb) -> String {
        let bound = self.keymap.keys_of(place, verb).into_iter().next();
        bound.unwrap_or_else(|| format!(":{}", verb.name()))
    }

    fn has_done(&self, what: impl Fn(&Past) -> bool) -> bool {
        self.work.history.iter().any(what)
    }
}
