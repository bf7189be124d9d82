//! The demo's first minute: one line that leads through what an operator can do. A
//! function of what has been done so far; whoever goes another way is not held up.

use super::State;
use crate::domain::subject::Subject;
use crate::model::settings::Venue;
use crate::model::verb::{Place, Verb};
use crate::session::order::{Past, PastState};
use crate::view::lines::Line;
use crate::view::theme::Role;
use std::time::Duration;

/// So long there is something to watch before something to do is proposed.
const WATCH: Duration = Duration::from_secs(20);

impl State {
    /// The next thing to try in the simulated account.
    pub(super) fn tour(&self) -> Option<Line> {
        if self.settings.venue == Venue::Aws {
            return None;
        }
        let (step, text) = self.next_of_tour();
        let head = format!(" demo {step}  ");
        Some(Line::of(head, Role::Progress).and(text, Role::Banner))
    }

    fn next_of_tour(&self) -> (&'static str, String) {
        let key = |place, verb| self.key_of(place, verb);
        if !self.has_done(|past| matches!(past.subject, Subject::Service(_))) {
            if self.news.now.mono < WATCH {
                let text = "a load test has begun, and the rate rule stops it: watch BLOCKED/min";
                return ("1/5", text.to_owned());
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
        if !self.has_done(|past| past.state == PastState::Reverted) {
            let undo = key(Place::Anywhere, Verb::Undo);
            return (
                "5/5",
                format!("{undo} undoes the newest change, then the one before"),
            );
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
