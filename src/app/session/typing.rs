//! One line typed for the open session: by how much it is extended, or a note.

use super::said::clock;
use crate::app::dialog::keys;
use crate::app::field::Field;
use crate::app::overlay::{Outcome, Places, Popup};
use crate::app::sheet::Sheet;
use crate::app::state::State;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::units::duration;
use crate::model::effect::Effect;
use crate::session::ask::Ask;
use crate::view::lines::Line;
use crate::view::paint::Paint;
use crate::view::theme::Role;
use crossterm::event::{KeyCode, KeyEvent};
use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

/// By how much a session is extended where nothing else is typed.
const USUAL: &str = "15m";

/// What the line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Extend { until: Timestamp },
    Note,
}

/// The line being typed.
#[derive(Debug)]
pub(in crate::app) struct Typing {
    purpose: Purpose,
    field: Field,
    wrong: Option<Fault>,
}

/// The seconds that `15m` stands for.
pub(super) fn seconds(text: &str) -> Result<u64, Fault> {
    let seconds = duration(text).map(|d| d.as_secs()).filter(|s| *s > 0);
    seconds.ok_or_else(|| {
        Fault::new(FaultKind::Usage, format!("“{text}” is not a time"))
            .next("Write it like 15m or 1h")
    })
}

impl Typing {
    /// Asks by how much the end is put off.
    pub(super) fn extend(until: Timestamp) -> Self {
        Self {
            purpose: Purpose::Extend { until },
            field: Field::prefilled(USUAL.to_owned()),
            wrong: None,
        }
    }

    /// Asks for words on the timeline.
    pub(super) fn note() -> Self {
        Self {
            purpose: Purpose::Note,
            field: Field::empty(),
            wrong: None,
        }
    }

    fn asked(&self) -> Result<Ask, Fault> {
        let text = self.field.text().trim();
        match self.purpose {
            Purpose::Extend { .. } => Ok(Ask::Extend {
                seconds: seconds(text)?,
            }),
            Purpose::Note if text.is_empty() => {
                Err(Fault::new(FaultKind::Usage, "The note is empty").next("write a word"))
            }
            Purpose::Note => Ok(Ask::Note {
                text: text.to_owned(),
            }),
        }
    }

    fn lines(&self) -> Vec<Line> {
        let Purpose::Extend { until } = self.purpose else {
            let said = "Stands on the session's timeline, with the time and your name.";
            return vec![Line::new(said, Role::Dialog), Line::default()];
        };
        let by = seconds(self.field.text()).ok();
        let by = by.and_then(|s| i64::try_from(s).ok());
        let later = by.and_then(|s| until.checked_add(SignedDuration::from_secs(s)).ok());
        let later = later.map_or_else(|| "?".to_owned(), clock);
        vec![
            Line::new("It ends at ", Role::Dialog)
                .and(clock(until), Role::Old)
                .with(" → ", Role::Dialog)
                .and(later, Role::New),
            Line::new("The timers in AWS are put off with it.", Role::Dialog),
            Line::default(),
        ]
    }

    fn sheet(&self) -> Sheet<'_> {
        let (title, label, does) = match self.purpose {
            Purpose::Extend { .. } => ("Extend the session", "by: ", "extend"),
            Purpose::Note => ("Note", "note: ", "write it down"),
        };
        let wrong = self.wrong.as_ref().map(|f| Line::new(f.line(), Role::Bad));
        let mut below = vec![Line::default()];
        below.extend(wrong);
        below.push(keys(&[("enter", does), ("esc", "cancel")]));
        Sheet {
            title: title.into(),
            lines: self.lines(),
            field: Some((label, &self.field)),
            below,
        }
    }
}

impl Popup for Typing {
    fn key(&mut self, key: KeyEvent, _state: &mut State) -> Outcome {
        match key.code {
            KeyCode::Esc => return Outcome::closes(),
            KeyCode::Enter => match self.asked() {
                Ok(ask) => return Outcome::closes_with(vec![Effect::Guard(ask)]),
                Err(fault) => self.wrong = Some(fault),
            },
            _ if self.field.key(key) => self.wrong = None,
            _ => {}
        }
        Outcome::stays()
    }

    fn paste(&mut self, text: &str, _state: &mut State) {
        self.field.paste(text);
        self.wrong = None;
    }

    fn hints(&self, _state: &State) -> Vec<(&'static str, &'static str)> {
        vec![("enter", "ask the guard"), ("esc", "cancel")]
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
