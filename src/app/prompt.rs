//! `/` and `f`: one line at the bottom that filters or finds while it is typed.

use super::field::Field;
use super::overlay::{Outcome, Places, Popup};
use super::sheet::draw_field;
use super::state::State;
use crate::domain::fault::Fault;
use crate::panes::Pane;
use crate::view::paint::Paint;
use crate::view::put::{blank, put_role, width};
use crate::view::theme::Role;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

/// What the text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Filter,
    Find,
}

/// The prompt of the focused pane.
#[derive(Debug)]
pub(super) struct Prompt {
    purpose: Purpose,
    field: Field,
    /// In force before; `esc` puts it back.
    before: String,
    fault: Option<Fault>,
}

impl Prompt {
    /// Opens on what is in force now; the first character typed replaces it.
    pub fn open(purpose: Purpose, pane: &dyn Pane) -> Self {
        let before = match purpose {
            Purpose::Filter => pane.filter().to_owned(),
            Purpose::Find => pane.find().to_owned(),
        };
        Self {
            purpose,
            field: Field::prefilled(before.clone()),
            before,
            fault: None,
        }
    }

    fn put(&self, text: &str, state: &mut State) -> Result<(), Fault> {
        let set = |pane: &mut dyn Pane| match self.purpose {
            Purpose::Filter => pane.set_filter(text),
            Purpose::Find => pane.set_find(text),
        };
        state.with_focused(|pane, _| set(pane)).unwrap_or(Ok(()))
    }

    fn live(&mut self, state: &mut State) {
        self.fault = self.put(self.field.text(), state).err();
    }
}

impl Popup for Prompt {
    fn key(&mut self, key: KeyEvent, state: &mut State) -> Outcome {
        match key.code {
            KeyCode::Enter if self.fault.is_none() => return Outcome::closes(),
            KeyCode::Esc => {
                if let Err(fault) = self.put(&self.before, state) {
                    state.news.tell(&fault);
                }
                return Outcome::closes();
            }
            KeyCode::Backspace if self.field.text().is_empty() => return Outcome::closes(),
            _ => {}
        }
        if self.field.key(key) {
            self.live(state);
        }
        Outcome::stays()
    }

    fn paste(&mut self, text: &str, state: &mut State) {
        self.field.paste(text);
        self.live(state);
    }

    fn hints(&self, _state: &State) -> Vec<(&'static str, &'static str)> {
        Vec::new()
    }

    fn draw(
        &self,
        _state: &State,
        paint: &Paint<'_>,
        places: Places,
        buf: &mut Buffer,
    ) -> Option<Position> {
        let line = places.line;
        blank(buf, line, paint.style(Role::Input));
        let label = if self.purpose == Purpose::Filter {
            "/"
        } else {
            "find: "
        };
        let cursor = draw_field(paint, (label, &self.field), line, buf);
        let used = (width(label) + width(self.field.text()) + 2) as u16;
        if let Some(fault) = &self.fault
            && used < line.width
        {
            put_role(
                buf,
                (line.x + used, line.y),
                line.width - used,
                fault.line().as_str(),
                Role::Bad,
                paint,
            );
        }
        cursor
    }
}
