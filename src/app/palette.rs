//! The `:` palette: a line at the bottom, ghost text of the best completion, `tab` takes it.

use super::command::{self, Candidate};
use super::field::Field;
use super::overlay::{Outcome, Places, Popup};
use super::sheet::draw_field;
use super::state::State;
use crate::view::paint::Paint;
use crate::view::put::{blank, put_role, width};
use crate::view::theme::Role;
use crossterm::event::{KeyCode, KeyEvent};
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// So many candidates are listed.
const LISTED: usize = 8;

/// The palette.
#[derive(Debug)]
pub(super) struct Palette {
    field: Field,
    /// The best first; made anew with each key, never while drawing.
    found: Vec<Candidate>,
}

impl Palette {
    pub fn open(state: &State) -> Self {
        let mut palette = Self {
            field: Field::empty(),
            found: Vec::new(),
        };
        palette.search(state);
        palette
    }

    /// What is typed.
    pub fn text(&self) -> &str {
        self.field.text()
    }

    fn search(&mut self, state: &State) {
        self.found = ranked(
            command::candidates(state, self.field.text()),
            self.field.text(),
        );
    }

    /// What the best completion adds to the typed text.
    fn ghost(&self) -> &str {
        let typed = self.field.text();
        let best = self.found.first().filter(|_| !typed.is_empty());
        best.and_then(|c| c.line.strip_prefix(typed))
            .unwrap_or_default()
    }

    fn complete(&mut self, state: &State) {
        if let Some(best) = self.found.first() {
            self.field.set(best.line.clone());
            self.search(state);
        }
    }
}

/// The candidates that match, the best first; with nothing typed all of them, in their order.
fn ranked(candidates: Vec<Candidate>, typed: &str) -> Vec<Candidate> {
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::new(
        typed,
        CaseMatching::Ignore,
        Normalization::Smart,
        AtomKind::Fuzzy,
    );
    let mut buf = Vec::new();
    let mut scored: Vec<(bool, u32, Candidate)> = candidates
        .into_iter()
        .filter_map(|c| {
            let score = pattern.score(Utf32Str::new(&c.line, &mut buf), &mut matcher)?;
            Some((!c.line.starts_with(typed), score, c))
        })
        .collect();
    scored.sort_by_key(|(elsewhere, score, _)| (*elsewhere, std::cmp::Reverse(*score)));
    scored.into_iter().map(|(_, _, c)| c).collect()
}

impl Popup for Palette {
    fn key(&mut self, key: KeyEvent, state: &mut State) -> Outcome {
        match key.code {
            KeyCode::Esc => return Outcome::closes(),
            KeyCode::Backspace if self.field.text().is_empty() => return Outcome::closes(),
            KeyCode::Tab => self.complete(state),
            KeyCode::Enter => {
                return match command::run(state, self.field.text()) {
                    Ok(effects) => Outcome::closes_with(effects),
                    Err(fault) => {
                        state.news.tell(&fault);
                        Outcome::closes()
                    }
                };
            }
            KeyCode::Right
                if self.field.cursor() == width(self.field.text()) && !self.ghost().is_empty() =>
            {
                self.complete(state);
            }
            _ => {
                if self.field.key(key) {
                    self.search(state);
                }
            }
        }
        Outcome::stays()
    }

    fn paste(&mut self, text: &str, state: &mut State) {
        self.field.paste(text);
        self.search(state);
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
        self.draw_list(paint, places, buf);
        let line = places.line;
        blank(buf, line, paint.style(Role::Input));
        let cursor = draw_field(paint, (":", &self.field), line, buf);
        let used = (1 + width(self.field.text())) as u16;
        if used < line.width {
            put_role(
                buf,
                (line.x + used, line.y),
                line.width - used,
                self.ghost(),
                Role::Dim,
                paint,
            );
        }
        cursor
    }
}

impl Palette {
    fn draw_list(&self, paint: &Paint<'_>, places: Places, buf: &mut Buffer) {
        let rows = self
            .found
            .len()
            .min(LISTED)
            .min(usize::from(places.body.height)) as u16;
        let wide = places.screen.width.min(64);
        let top = places.line.y.saturating_sub(rows);
        blank(
            buf,
            Rect {
                x: places.line.x,
                y: top,
                width: wide,
                height: rows,
            },
            paint.style(Role::Dialog),
        );
        for (row, candidate) in (0..rows).zip(&self.found) {
            let (x, y) = (places.line.x, top + row);
            let role = if row == 0 { Role::Match } else { Role::Dialog };
            let used = put_role(
                buf,
                (x + 1, y),
                wide.saturating_sub(1),
                &candidate.line,
                role,
                paint,
            );
            let at = x + 1 + used.max(20) + 1;
            put_role(
                buf,
                (at, y),
                wide.saturating_sub(at - x),
                candidate.help,
                Role::Dim,
                paint,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(typed: &str, known: &[&str]) -> Vec<String> {
        let candidates = known
            .iter()
            .map(|l| Candidate {
                line: (*l).to_owned(),
                help: "",
            })
            .collect();
        ranked(candidates, typed)
            .into_iter()
            .map(|c| c.line)
            .collect()
    }

    #[test]
    fn what_begins_as_typed_comes_first() {
        assert_eq!(
            lines("re", &["save-refresh", "refresh", "region", "zoom"])[..2],
            ["refresh", "region"]
        );
        assert_eq!(lines("zm", &["refresh", "zoom"]), ["zoom"]);
        assert_eq!(lines("", &["b", "a"]), ["b", "a"]);
    }
}
