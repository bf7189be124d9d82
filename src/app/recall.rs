//! `u`: undo the newest change of one's own: its age, and what goes back.

use super::confirm::{Confirm, Verdict};
use super::dialog::{TOO_SMALL, name_of, place_lines, put_back_lines};
use super::overlay::{Outcome, Places, Popup};
use super::sheet::Sheet;
use super::state::State;
use super::work::Job;
use crate::domain::health::Level;
use crate::domain::text::Text;
use crate::domain::units::age;
use crate::model::effect::Effect;
use crate::model::time::Now;
use crate::session::order::{Order, Past, Proposed};
use crate::view::lines::Line;
use crate::view::paint::Paint;
use crate::view::theme::Role;
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use std::time::Duration;

/// The dialog of an undo.
#[derive(Debug)]
pub(super) struct Recall {
    past: Past,
    /// Newer backups, which are not deleted.
    skipped: Vec<Text>,
    confirm: Confirm,
}

impl Recall {
    /// Asks whether this change is to be put back.
    pub fn of(past: Past, skipped: Vec<Text>, production: bool) -> Self {
        let confirm = Confirm::new(production, name_of(&past.subject));
        Self {
            past,
            skipped,
            confirm,
        }
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
        lines.push(Line::new(
            "Risk: what somebody else has changed since is not overwritten; you are asked",
            Role::Risk,
        ));
        lines.push(Line::default());
        Sheet {
            title: "Undo".into(),
            lines,
            field: self.confirm.field(),
            below: vec![self.confirm.line("undo")],
        }
    }

    fn carried(&self, state: &mut State) -> Vec<Effect> {
        undo(state, &self.past.session, &self.past)
    }
}

/// Orders the undo of a change.
pub(super) fn undo(
    state: &mut State,
    session: &crate::domain::ids::SessionId,
    past: &Past,
) -> Vec<Effect> {
    state.work.begin(Job {
        session: Some(session.clone()),
        subject: Some(past.subject.clone()),
        summary: Text::clean(&format!("undo {}", past.summary)),
        wish: None,
        progress: None,
    });
    vec![Effect::Carry(Order::Undo {
        session: session.clone(),
        restore: Vec::new(),
        keep: Vec::new(),
    })]
}

impl Popup for Recall {
    fn key(&mut self, key: KeyEvent, state: &mut State) -> Outcome {
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
        self.confirm.hints("undo")
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
