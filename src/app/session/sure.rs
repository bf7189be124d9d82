//! The last word before something is asked of a session: what it comes to, and `y`. Where it cannot be
//! put right again, the plan's name is typed in production instead.

use crate::app::confirm::{Confirm, Verdict};
use crate::app::dialog::TOO_SMALL;
use crate::app::overlay::{Outcome, Places, Popup};
use crate::app::sheet::Sheet;
use crate::app::state::State;
use crate::domain::health::Level;
use crate::domain::text::Text;
use crate::model::effect::Effect;
use crate::model::time::Now;
use crate::view::lines::Line;
use crate::view::paint::Paint;
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use std::time::Duration;

/// What has to be seen before it is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    All,
    /// Putting back never waits for a larger terminal.
    AsMuchAsFits,
}

/// A question with one answer that acts.
#[derive(Debug)]
pub(in crate::app) struct Sure {
    title: String,
    lines: Vec<Line>,
    yes: &'static str,
    effect: Effect,
    seen: Seen,
    confirm: Confirm,
}

impl Sure {
    /// Asks with `y`.
    pub(super) fn new(
        title: impl Into<String>,
        lines: Vec<Line>,
        yes: &'static str,
        effect: Effect,
    ) -> Self {
        Self {
            title: title.into(),
            lines,
            yes,
            effect,
            seen: Seen::All,
            confirm: Confirm::new(false, "".into()),
        }
    }

    /// The same, on a terminal of any size.
    #[must_use]
    pub(super) fn at_any_size(self) -> Self {
        Self {
            seen: Seen::AsMuchAsFits,
            ..self
        }
    }

    /// Asks for this name in production.
    #[must_use]
    pub(super) fn by_name(self, production: bool, name: &str) -> Self {
        Self {
            confirm: Confirm::new(production, Text::clean(name)),
            ..self
        }
    }

    fn sheet(&self) -> Sheet<'_> {
        let mut lines = self.lines.clone();
        lines.push(Line::default());
        Sheet {
            title: self.title.clone(),
            lines,
            field: self.confirm.field(),
            below: vec![self.confirm.line(self.yes)],
        }
    }

    fn said_yes(&self, state: &mut State) -> Outcome {
        if self.effect.changes() && !state.may_write() {
            state.news.tell(&state.settings.read_only());
            return Outcome::stays();
        }
        if self.seen == Seen::All && !self.sheet().fits(state.size) {
            state.news.say(Level::Warn, TOO_SMALL);
            return Outcome::stays();
        }
        if matches!(self.effect, Effect::TakeUpTest { .. }) {
            state.sessions.taken_up();
        }
        Outcome::closes_with(vec![self.effect.clone()])
    }
}

impl Popup for Sure {
    fn key(&mut self, key: KeyEvent, state: &mut State) -> Outcome {
        match self.confirm.key(key, state.news.now.mono) {
            Verdict::Nothing => Outcome::stays(),
            Verdict::No => Outcome::closes(),
            Verdict::Yes => self.said_yes(state),
        }
    }

    fn tick(&mut self, now: Now) {
        self.confirm.tick(now.mono);
    }

    fn deadline(&self, now: Now) -> Option<Duration> {
        self.confirm.deadline(now.mono)
    }

    fn hints(&self, _state: &State) -> Vec<(&'static str, &'static str)> {
        self.confirm.hints(self.yes)
    }

    fn draw(
        &self,
        _state: &State,
        paint: &Paint<'_>,
        places: Places,
        buf: &mut Buffer,
    ) -> Option<Position> {
        self.sheet().draw(paint, places, buf)
    }
}
