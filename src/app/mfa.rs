//! The six digits of an MFA device, asked for when a profile needs them; shown as stars.

use super::field::Field;
use super::overlay::{Outcome, Places, Popup};
use super::sheet::Sheet;
use super::state::State;
use crate::domain::fault::{Fault, MFA_CODE_NEEDED};
use crate::model::effect::Effect;
use crate::model::message::Link;
use crate::view::lines::{Line, fault_lines};
use crate::view::paint::Paint;
use crate::view::theme::Role;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

/// How many digits a code has.
const DIGITS: usize = 6;

/// The prompt.
#[derive(Debug)]
pub(super) struct Mfa {
    why: Fault,
    code: Code,
    /// What is drawn in the code's place.
    stars: Field,
}

/// Digits that are never printed.
#[derive(Default)]
struct Code(String);

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code")
    }
}

impl Mfa {
    pub fn new(why: Fault) -> Self {
        Self {
            why,
            code: Code::default(),
            stars: Field::empty(),
        }
    }

    fn edited(&mut self) {
        self.stars.set("*".repeat(self.code.0.len()));
    }

    fn digits(&mut self, typed: impl Iterator<Item = char>) {
        let room = DIGITS - self.code.0.len();
        self.code
            .0
            .extend(typed.filter(char::is_ascii_digit).take(room));
        self.edited();
    }
}

/// Why a code is needed, if one is.
pub(super) fn needed(link: &Link) -> Option<&Fault> {
    match link {
        Link::NoCredentials { fault, .. } => Some(fault).filter(|f| {
            f.code
                .as_ref()
                .is_some_and(|c| c.as_str() == MFA_CODE_NEEDED)
        }),
        Link::Fine | Link::Down(_) | Link::Throttled { .. } => None,
    }
}

impl Popup for Mfa {
    fn key(&mut self, key: KeyEvent, _state: &mut State) -> Outcome {
        match key.code {
            KeyCode::Esc => return Outcome::closes(),
            KeyCode::Enter if self.code.0.len() == DIGITS => {
                return Outcome::closes_with(vec![Effect::GiveCode(std::mem::take(
                    &mut self.code.0,
                ))]);
            }
            KeyCode::Backspace => {
                self.code.0.pop();
                self.edited();
            }
            KeyCode::Char(c) => self.digits(std::iter::once(c)),
            _ => {}
        }
        Outcome::stays()
    }

    fn paste(&mut self, text: &str, _state: &mut State) {
        self.digits(text.chars());
    }

    fn hints(&self, _state: &State) -> Vec<(&'static str, &'static str)> {
        vec![("enter", "give the code"), ("esc", "later (r asks again)")]
    }

    fn draw(
        &self,
        state: &State,
        paint: &Paint<'_>,
        places: Places,
        buf: &mut Buffer,
    ) -> Option<Position> {
        let mut lines =
            vec![Line::new("profile   ", Role::Dim).with(state.profile(), Role::Strong)];
        lines.extend(fault_lines(&self.why, Role::Dialog));
        lines.push(Line::default());
        let below = vec![
            Line::default(),
            super::dialog::keys(&[("enter", "give the code"), ("esc", "later")]),
        ];
        Sheet {
            title: "MFA".into(),
            lines,
            field: Some(("six digits: ", &self.stars)),
            below,
        }
        .draw(paint, places, buf)
    }
}
