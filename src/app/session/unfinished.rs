//! A session that is open and whose guard is gone: shown before anything else, and taken up again
//! as it was, put back, or left as it is.

use super::sure::Sure;
use crate::app::confirm::Confirm;
use crate::app::dialog::keys;
use crate::app::overlay::{Outcome, Overlay, Places, Popup};
use crate::app::sheet::Sheet;
use crate::app::state::State;
use crate::domain::ids::SessionId;
use crate::domain::text::Text;
use crate::model::effect::Effect;
use crate::model::time::Now;
use crate::session::conductor::Resume;
use crate::view::lines::Line;
use crate::view::paint::Paint;
use crate::view::theme::Role;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use std::time::Duration;

const KEYS: &[(&str, &str)] = &[
    ("g", "go on with it"),
    ("R", "put it back"),
    ("K", "keep it as it is"),
    ("esc", "later"),
];

/// The question.
#[derive(Debug)]
pub(in crate::app) struct Unfinished {
    session: SessionId,
    /// Only its clock: keys count once the question has been seen.
    seen: Confirm,
}

impl Unfinished {
    fn of(session: SessionId) -> Self {
        Self {
            session,
            seen: Confirm::new(false, Text::default()),
        }
    }

    /// What the operator knows it by: its plan, where its guard ever told.
    fn name(&self, state: &State) -> Text {
        let told = state.sessions.open();
        let told = told.filter(|s| s.session == self.session);
        told.map_or_else(|| self.session.text(), |s| Text::clean(&s.plan))
    }

    fn sheet(&self, state: &State) -> Sheet<'_> {
        let row = |label: &'static str, value: Text| {
            Line::new(label, Role::Dim).with(value, Role::Strong)
        };
        let (name, id) = (self.name(state), self.session.text());
        let plan = (name != id).then(|| row("plan      ", name));
        let mut lines: Vec<Line> = plan.into_iter().collect();
        lines.extend([
            row("session   ", id),
            Line::default(),
            Line::new(
                "It is open, and the guard that was to put it back is gone.",
                Role::Bad,
            ),
            Line::new(
                "Until it is taken up nobody puts it back, not even when its time is up.",
                Role::Dialog,
            ),
            Line::default(),
        ]);
        let below = if state.may_write() {
            keys(KEYS)
        } else {
            let why = state.settings.read_only().next;
            keys(&[("esc", "later")]).and(format!("read-only: to act on it, {why}"), Role::Dim)
        };
        Sheet {
            title: "An unfinished load test".into(),
            lines,
            below: vec![below],
            ..Sheet::default()
        }
    }

    fn takes(&self, resume: Resume) -> Effect {
        Effect::TakeUpTest {
            session: self.session.clone(),
            resume,
        }
    }

    /// What is answered by a second question, as it opens the gate again or leaves it open for good.
    fn sure(&self, resume: Resume, state: &State) -> Sure {
        let name = self.name(state);
        let (title, said, yes) = match resume {
            Resume::On => (
                "Go on with the session",
                "A new guard takes it up where it was. Its time has run on meanwhile.",
                "go on",
            ),
            _ => (
                "Keep it as it is",
                "Everything stays as the session has set it, and the session is closed.",
                "keep it for good",
            ),
        };
        let risk = match resume {
            Resume::On => "Risk: steps that were not reached yet are carried out now",
            _ => "Risk: NOTHING IS PUT BACK, now or later: an open rate rule stays open",
        };
        let lines = vec![
            Line::new("session   ", Role::Dim).with(name.clone(), Role::Strong),
            Line::default(),
            Line::new(said, Role::Dialog),
            Line::default(),
            Line::new(risk, Role::Risk),
        ];
        let production = state.settings.production;
        Sure::new(title, lines, yes, self.takes(resume)).by_name(production, name.as_str())
    }
}

impl Popup for Unfinished {
    fn key(&mut self, key: KeyEvent, state: &mut State) -> Outcome {
        if !self.seen.is_armed(state.news.now.mono) {
            return Outcome::stays();
        }
        let resume = match key.code {
            KeyCode::Esc => return Outcome::closes(),
            KeyCode::Char('g') => Resume::On,
            KeyCode::Char('R') => Resume::Revert,
            KeyCode::Char('K') => Resume::Keep,
            _ => return Outcome::stays(),
        };
        if !state.may_write() {
            state.news.tell(&state.settings.read_only());
            return Outcome::stays();
        }
        if resume == Resume::Revert {
            state.sessions.take_up(self.session.clone());
            return Outcome::closes_with(vec![self.takes(resume)]);
        }
        let sure = self.sure(resume, state);
        state.open(sure);
        Outcome::closes()
    }

    fn tick(&mut self, now: Now) {
        self.seen.tick(now.mono);
    }

    fn deadline(&self, now: Now) -> Option<Duration> {
        self.seen.deadline(now.mono)
    }

    fn hints(&self, state: &State) -> Vec<(&'static str, &'static str)> {
        let later = &KEYS[KEYS.len() - 1..];
        if state.may_write() { KEYS } else { later }.to_vec()
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

/// Puts the question up where a session was found without a guard, and takes it down when one speaks.
pub(super) fn show(state: &mut State) {
    let is_question = |o: &Overlay| matches!(o, Overlay::Unfinished(_));
    match state.sessions.abandoned().cloned() {
        None => state.overlays.retain(|o| !is_question(o)),
        Some(_) if state.overlays.iter().any(is_question) => {}
        Some(session) => state.open(Unfinished::of(session)),
    }
}
