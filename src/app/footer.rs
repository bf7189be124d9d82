//! The footer: the keys that would do something now, made from verbs and keymap.

use super::state::State;
use crate::model::verb::{Place, Verb};
use crate::view::lines::Line;
use crate::view::paint::Paint;
use crate::view::put::{blank, width};
use crate::view::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use strum::IntoEnumIterator;

/// What is offered everywhere, in this order, after the pane's own.
const COMMON: &[Verb] = &[
    Verb::Enter,
    Verb::Back,
    Verb::Undo,
    Verb::Filter,
    Verb::Command,
    Verb::Help,
    Verb::Quit,
];

/// Draws the footer line.
pub(super) fn draw(state: &State, paint: &Paint<'_>, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    blank(buf, area, paint.style(Role::KeyText));
    let mut x = area.x + 1;
    for (key, text) in hints(state) {
        let wide = (width(&key) + width(text) + 3) as u16;
        if x + wide > area.right() + 2 {
            break; // whole hints only
        }
        let line = Line::of(key, Role::Key).and(format!(" {text}"), Role::KeyText);
        x += line.draw(paint, (x, area.y), area.right().saturating_sub(x), buf) + 2;
    }
}

fn hints(state: &State) -> Vec<(String, &'static str)> {
    if let Some(top) = state.overlays.last() {
        return top
            .popup()
            .hints(state)
            .into_iter()
            .map(|(key, text)| (key.to_owned(), text))
            .collect();
    }
    let place = state.place();
    let own =
        Verb::iter().filter(|verb| place != Place::Anywhere && verb.places().contains(&place));
    let offered = own
        .chain(COMMON.iter().copied())
        .filter(|verb| is_offered(state, *verb));
    offered
        .filter_map(|verb| {
            Some((
                state.keymap.keys_of(place, verb).into_iter().next()?,
                verb.help(),
            ))
        })
        .collect()
}

fn is_offered(state: &State, verb: Verb) -> bool {
    match verb {
        Verb::Command | Verb::Help | Verb::Quit => true,
        Verb::Undo => {
            state.refuses_write().is_none()
                && (!state.work.open.is_empty() || state.work.newest_undoable().0.is_some())
        }
        Verb::Back => state
            .focused()
            .is_some_and(|p| p.drilled() || !p.filter().is_empty()),
        Verb::Scale | Verb::Toggle | Verb::Limit | Verb::Backup
            if state.refuses_write().is_some() =>
        {
            false
        }
        _ => state.with_context(|cx| state.focused().is_some_and(|pane| pane.can(verb, cx))),
    }
}
