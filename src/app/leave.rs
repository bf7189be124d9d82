//! Leaving while an order is with the carrier or a session is open: leave all the same?

use super::confirm::{Confirm, Verdict};
use super::overlay::{Outcome, Places, Popup};
use super::sheet::Sheet;
use super::state::State;
use crate::model::effect::Effect;
use crate::model::time::Now;
use crate::view::lines::Line;
use crate::view::paint::Paint;
use crate::view::theme::Role;
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use std::time::Duration;

/// The question.
#[derive(Debug)]
pub(super) struct Leave {
    confirm: Confirm,
}

impl Leave {
    pub fn new() -> Self {
        Self {
            confirm: Confirm::new(false, "".into()),
        }
    }

    fn sheet(&self, state: &State) -> Sheet<'_> {
        let mut lines = underway(state);
        lines.extend(super::session::left_open(state));
        Sheet {
            title: "Leave now?".into(),
            lines,
            below: vec![self.confirm.line("leave")],
            ..Sheet::default()
        }
    }
}

/// Orders that are with the carrier.
fn underway(state: &State) -> Vec<Line> {
    let jobs = state.work.jobs.iter();
    let mut lines: Vec<Line> = jobs
        .map(|job| Line::new(job.summary.clone(), Role::Strong))
        .collect();
    if !lines.is_empty() {
        lines.push(Line::new("is under way. Nothing is lost by leaving: the journal has it, and the next start shows where it stands.", Role::Dialog));
        lines.push(Line::default());
    }
    lines
}

impl Popup for Leave {
    fn key(&mut self, key: KeyEvent, state: &mut State) -> Outcome {
        match self.confirm.key(key, state.news.now.mono) {
            Verdict::Yes => Outcome::closes_with(vec![Effect::Quit]),
            Verdict::No => Outcome::closes(),
            Verdict::Nothing => Outcome::stays(),
        }
    }

    fn tick(&mut self, now: Now) {
        self.confirm.tick(now.mono);
    }

    fn deadline(&self, now: Now) -> Option<Duration> {
        self.confirm.deadline(now.mono)
    }

    fn hints(&self, _state: &State) -> Vec<(&'static str, &'static str)> {
        self.confirm.hints("leave")
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
