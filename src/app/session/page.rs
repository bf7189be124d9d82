//! The page of the open session, whole: steps, alarms, vital signs, what keeps it safe, and its keys.
//!
//! ```text
//! ┌LOAD TEST spring-sale ───────────────────── running · 31 min left ┐
//! │ who        alice on bastion-1                                     │
//! │ guard      systemd scope with linger                              │
//! │                                                                   │
//! │  1 rule     rule per-ip-1000 of orchard-edge            applied   │
//! │             action Block → Count                                  │
//! │                                                                   │
//! │ vitals     cpu of service orchard/api  81 %                       │
//! └───────────────────────────────────────────────────────────────────┘
//! ```

mod lines;

use super::said;
use crate::app::overlay::{Outcome, Places, Popup};
use crate::app::page::Page;
use crate::app::state::State;
use crate::app::verbs;
use crate::domain::text::Text;
use crate::model::effect::Effect;
use crate::model::keymap::Match;
use crate::model::verb::{Place, Verb};
use crate::session::load_test::Stage;
use crate::session::snapshot::Snapshot;
use crate::view::frame::Frame;
use crate::view::layout::Joint;
use crate::view::lines::Line;
use crate::view::paint::Paint;
use crate::view::put::blank;
use crate::view::scroll::Scroll;
use crate::view::theme::Role;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

/// The page: what it shows is made anew from the newest snapshot with each look.
#[derive(Debug, Default)]
pub(in crate::app) struct SessionPage {
    scroll: Scroll,
}

impl SessionPage {
    fn lines(state: &State) -> Vec<Line> {
        let wide = state.size.0.saturating_sub(2);
        match state.sessions.last() {
            Some(snapshot) => lines::of(snapshot, state, wide),
            None => vec![Line::new("No load test is open here", Role::Dim)],
        }
    }

    fn copied(state: &State) -> Effect {
        let lines: Vec<String> = Self::lines(state).iter().map(Line::plain).collect();
        Effect::Copy(lines.join("\n"))
    }

    fn does(&mut self, verb: Verb, state: &mut State) -> Outcome {
        let effects = match verb {
            Verb::Back | Verb::Quit | Verb::Test => return Outcome::closes(),
            Verb::Help => {
                state.open(Page::help(Place::Session));
                Vec::new()
            }
            Verb::Copy => vec![Self::copied(state)],
            Verb::Revert | Verb::Command | Verb::Notices | Verb::Details => verbs::act(state, verb),
            verb if verb.places().contains(&Place::Session) => verbs::act(state, verb),
            verb => {
                let height = usize::from(state.geometry().body.height.saturating_sub(2));
                self.scroll.act(verb, Self::lines(state).len(), height);
                Vec::new()
            }
        };
        Outcome {
            effects,
            ..Outcome::stays()
        }
    }
}

impl Popup for SessionPage {
    fn key(&mut self, key: KeyEvent, state: &mut State) -> Outcome {
        let pressed = std::mem::take(&mut state.desk.pressed);
        let sequence: Vec<KeyEvent> = pressed.into_iter().chain([key]).collect();
        if key.code == KeyCode::Char('q') {
            return Outcome::closes();
        }
        match state.keymap.lookup(Place::Session, &sequence) {
            Match::Pending => {
                state.desk.pressed = sequence;
                Outcome::stays()
            }
            Match::Verb(verb) => self.does(verb, state),
            Match::None => Outcome::stays(),
        }
    }

    fn place(&self) -> Option<Place> {
        Some(Place::Session)
    }

    fn can(&self, verb: Verb, state: &State) -> bool {
        match verb {
            Verb::Keep => state
                .sessions
                .open()
                .is_some_and(|s| s.stage == Stage::Halted || !s.conflicts.is_empty()),
            Verb::Revert => state.may_write() && state.sessions.open().is_some(),
            verb => state.session_takes(verb).is_ok(),
        }
    }

    fn hints(&self, _state: &State) -> Vec<(&'static str, &'static str)> {
        Vec::new()
    }

    fn draw(
        &self,
        state: &State,
        paint: &Paint<'_>,
        places: Places,
        buf: &mut Buffer,
    ) -> Option<Position> {
        // The guard's answers stand in the line below.
        let body = state.geometry().body.intersection(places.screen);
        blank(buf, body, paint.style(Role::Body));
        let lines = Self::lines(state);
        let height = usize::from(body.height.saturating_sub(2));
        let (title, status) = state.sessions.last().map_or_else(Default::default, |s| {
            let status = status(s, state, lines.len(), height);
            (format!("LOAD TEST {}", Text::clean(&s.plan)), status)
        });
        let frame = Frame {
            number: None,
            name: &title,
            status: &status,
            joint: Joint::default(),
        };
        let focused = Paint {
            focused: true,
            ..*paint
        };
        let inside = frame.draw(&focused, body, buf);
        self.scroll.draw(paint, &lines, inside, buf);
        None
    }
}

/// Stage and time left; that there is more than fits.
fn status(session: &Snapshot, state: &State, lines: usize, height: usize) -> String {
    let mut parts = vec![session.stage.to_string()];
    if session.stage != Stage::Closed {
        parts.push(said::time_left(session, state.news.now.wall));
    }
    if lines > height {
        parts.push(format!("{lines} lines"));
    }
    parts.join(" · ")
}
