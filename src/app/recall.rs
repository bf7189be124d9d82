//! `u`: undo the newest change of one's own: its age, and what goes back.

use super::confirm::{Confirm, Verdict};
use super::dialog::{TOO_SMALL, name_of, place_lines, put_back_lines, session_line};
use super::overlay::{Outcome, Places, Popup};
use super::sheet::Sheet;
use super::state::State;
use super::work::{Job, Way};
use crate::domain::health::Level;
use crate::domain::text::Text;
use crate::domain::units::age;
use crate::model::effect::Effect;
use crate::model::time::Now;
use crate::session::order::{Order, Past, PastState, Proposed};
use crate::session::revert::{Decisions, Surplus};
use crate::view::lines::Line;
use crate::view::paint::Paint;
use crate::view::theme::Role;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use std::time::Duration;

/// The dialog of an undo.
#[derive(Debug)]
pub(super) struct Recall {
    past: Past,
    /// Newer backups, which are not deleted.
    skipped: Vec<Text>,
    surplus: Surplus,
    production: bool,
    confirm: Confirm,
}

impl Recall {
    /// Asks whether this change is to be put back.
    pub fn of(past: Past, skipped: Vec<Text>, production: bool) -> Self {
        let confirm = Confirm::new(production, name_of(&past.subject));
        Self {
            past,
            skipped,
            surplus: Surplus::Waits,
            production,
            confirm,
        }
    }

    /// Another question is a new review, which has to be seen first.
    fn turn_round(&mut self) {
        self.surplus = match self.surplus {
            Surplus::Waits => Surplus::Stops,
            Surplus::Stops => Surplus::Waits,
        };
        self.confirm = Confirm::new(self.production, name_of(&self.past.subject));
    }

    fn is_draining(&self) -> bool {
        self.past.state == PastState::Draining
    }

    fn risk(&self) -> Line {
        let said = match self.surplus {
            Surplus::Stops => "Risk: tasks above the old maximum are STOPPED AT ONCE",
            Surplus::Waits => {
                "Risk: what somebody else has changed since is not overwritten; you are asked"
            }
        };
        Line::new(said, Role::Risk)
    }

    /// A maximum that still waits, and the way not to wait.
    fn draining_lines(&self) -> Vec<Line> {
        if !self.is_draining() {
            return Vec::new();
        }
        let below = match self.surplus {
            Surplus::Waits => "Tab: do not wait, stop what runs above it",
            Surplus::Stops => "Tab: wait after all",
        };
        vec![
            Line::new(
                "The maximum waits until no more run than it allows.",
                Role::Warn,
            ),
            Line::new(below, Role::Key),
            Line::default(),
        ]
    }

    fn sheet(&self, state: &State) -> Sheet<'_> {
        let backup = |summary: &Text| {
            Line::new("Skipped: ", Role::Warn)
                .with(summary.clone(), Role::Warn)
                .with(" (an undo does not delete a backup)", Role::Dim)
        };
        let mut lines: Vec<Line> = self.skipped.iter().map(backup).collect();
        lines.extend(place_lines(state, &self.past.subject));
        let old = age(state.news.now.since(self.past.at));
        lines.push(
            Line::new("made      ", Role::Dim)
                .and(format!("{old} ago by {}", self.past.who), Role::Dialog),
        );
        lines
            .push(Line::new("change    ", Role::Dim).with(self.past.summary.clone(), Role::Dialog));
        lines.push(Line::default());
        lines.push(Line::new("Goes back:", Role::Dialog));
        for step in &self.past.steps {
            if let Proposed::Set(change) = step {
                lines.extend(put_back_lines(change));
            }
        }
        lines.push(Line::default());
        lines.extend(self.draining_lines());
        let guard = |plan| format!("the guard of {plan} puts back its newest change");
        lines.extend(session_line(state, guard));
        lines.push(self.risk());
        lines.push(Line::default());
        Sheet {
            title: "Undo".into(),
            lines,
            field: self.confirm.field(),
            below: vec![self.confirm.line("undo")],
        }
    }

    fn carried(&self, state: &mut State) -> Vec<Effect> {
        undo(state, &self.past, self.surplus)
    }
}

/// Orders the undo of a change.
pub(super) fn undo(state: &mut State, past: &Past, surplus: Surplus) -> Vec<Effect> {
    let session = &past.session;
    state.work.begin(Job {
        way: Way::PutBack,
        session: Some(session.clone()),
        subject: Some(past.subject.clone()),
        summary: Text::clean(&format!("undo {}", past.summary)),
        wish: None,
        progress: None,
    });
    vec![Effect::Carry(Order::Undo {
        session: session.clone(),
        decisions: Decisions {
            surplus,
            ..Decisions::default()
        },
    })]
}

impl Popup for Recall {
    fn key(&mut self, key: KeyEvent, state: &mut State) -> Outcome {
        if key.code == KeyCode::Tab && self.is_draining() {
            self.turn_round();
            return Outcome::stays();
        }
        match self.confirm.key(key, state.news.now.mono) {
            Verdict::Nothing => Outcome::stays(),
            Verdict::No => Outcome::closes(),
            Verdict::Yes if !self.sheet(state).fits(state.size) => {
                state.news.say(Level::Warn, TOO_SMALL);
                Outcome::stays()
            }
            Verdict::Yes => Outcome::closes_with(self.carried(state)),
        }
    }

    fn tick(&mut self, now: Now) {
        self.confirm.tick(now.mono);
    }

    fn deadline(&self, now: Now) -> Option<Duration> {
        self.confirm.deadline(now.mono)
    }

    fn hints(&self, _state: &State) -> Vec<(&'static str, &'static str)> {
        let mut hints = self.confirm.hints("undo");
        if self.is_draining() {
            hints.push(("tab", "wait or stop"));
        }
        hints
    }

    fn draw(
        &self,
        state: &State,
        paint: &Paint<'_>,
        places: Places,
        buf: &mut Buffer,
    ) -> Option<Position> {
        self.sheet(state).draw(paint, places, buf)
    }
}
