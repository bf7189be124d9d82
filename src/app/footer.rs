//! The footer: the keys that would do something now, made from verbs and keymap.

use super::overlay::Popup;
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
    Verb::Revert,
    Verb::Test,
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
    for hint in fitting(hints(state), usize::from(area.width)) {
        let line = Line::of(hint.key, Role::Key).and(format!(" {}", hint.text), Role::KeyText);
        x += line.draw(paint, (x, area.y), area.right().saturating_sub(x), buf) + 2;
    }
}

/// A key and what it does.
struct Hint {
    key: String,
    text: &'static str,
    worth: Worth,
}

/// What goes first where there is no room for all; of equals the last one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    /// It changes nothing by itself.
    Mark,
    /// One finds it without being told.
    Plain,
    Panes,
    Own,
    /// It leads to all others, or out.
    Last,
}

impl Hint {
    fn of(key: String, text: &'static str, worth: Worth) -> Self {
        Self { key, text, worth }
    }

    fn width(&self) -> usize {
        width(&self.key) + 1 + width(self.text)
    }
}

/// Whole hints only: the least worth are given up until the rest fits.
fn fitting(mut hints: Vec<Hint>, room: usize) -> Vec<Hint> {
    let wide = |hints: &[Hint]| hints.iter().map(|hint| hint.width() + 2).sum::<usize>();
    while wide(&hints) > room + 1 {
        let least = hints
            .iter()
            .enumerate()
            .rev()
            .min_by_key(|(_, hint)| hint.worth);
        let Some((at, _)) = least else { break };
        hints.remove(at);
    }
    hints
}

fn hints(state: &State) -> Vec<Hint> {
    if let Some(top) = state.overlays.last() {
        if let Some(place) = top.popup().place() {
            return placed(state, top.popup(), place);
        }
        return top
            .popup()
            .hints(state)
            .into_iter()
            .map(|(key, text)| Hint::of(key.to_owned(), text, Worth::Own))
            .collect();
    }
    let place = state.place();
    let own = |verb: &Verb| verb.places().contains(&place) || state.renames(place, *verb);
    let of_pane = Verb::iter().filter(|verb| place != Place::Anywhere && own(verb));
    let common = COMMON.iter().copied().filter(|verb| !own(verb));
    let offered = of_pane
        .chain(common)
        .filter(|verb| is_offered(state, *verb));
    let mut hints: Vec<Hint> = offered
        .filter_map(|verb| {
            let key = state.keymap.keys_of(place, verb).into_iter().next()?;
            let worth = match worth(verb) {
                Worth::Plain if state.renames(place, verb) => Worth::Own,
                worth => worth,
            };
            Some(Hint::of(key, says(state, verb), worth))
        })
        .collect();
    if let Some(urgent) = urgent(state, place) {
        hints.retain(|hint| hint.key != urgent.key);
        hints.insert(0, urgent);
    }
    if let Some(panes) = panes(state, place) {
        let last = |hint: &Hint| hint.worth == Worth::Last;
        let at = hints.iter().position(last).unwrap_or(hints.len());
        hints.insert(at, panes);
    }
    hints
}

/// What a verb is called now.
fn says(state: &State, verb: Verb) -> &'static str {
    let pane = state.focused().map(|pane| pane.says(verb));
    match verb {
        Verb::Test if state.sessions.open().is_some() => "session",
        _ => pane.unwrap_or_else(|| verb.help()),
    }
}

/// The keys of an overlay that stand in the keymap.
fn placed(state: &State, top: &dyn Popup, place: Place) -> Vec<Hint> {
    let own = Verb::iter().filter(|verb| verb.places().contains(&place));
    let own = own.chain([Verb::Revert]).filter(|v| top.can(*v, state));
    let common = [Verb::Back, Verb::Command, Verb::Help];
    own.chain(common)
        .filter_map(|verb| {
            let key = state.keymap.keys_of(place, verb).into_iter().next()?;
            let worth = match verb {
                Verb::Revert => Worth::Last, // the way out of a session
                verb => worth(verb),
            };
            Some(Hint::of(key, verb.help(), worth))
        })
        .collect()
}

/// What the pane waits for.
fn urgent(state: &State, place: Place) -> Option<Hint> {
    let verb = state.focused()?.urgent()?;
    let key = state.keymap.keys_of(place, verb).into_iter().next()?;
    Some(Hint::of(key, state.focused()?.says(verb), Worth::Own))
}

/// That there are others, where only one pane is on the screen.
fn panes(state: &State, place: Place) -> Option<Hint> {
    let hidden = state.geometry().panes.len() < state.panes.len();
    let key = |verb| state.keymap.keys_of(place, verb).into_iter().next();
    let (first, last) = (key(Verb::Pane1)?, key(Verb::Pane5)?);
    hidden.then(|| Hint::of(format!("{first}-{last}"), "panes", Worth::Panes))
}

fn worth(verb: Verb) -> Worth {
    match verb {
        Verb::Mark | Verb::Raw => Worth::Mark,
        Verb::Enter | Verb::Test | Verb::Save | Verb::SaveAll => Worth::Plain,
        Verb::Command | Verb::Help | Verb::Quit => Worth::Last,
        _ => Worth::Own,
    }
}

fn is_offered(state: &State, verb: Verb) -> bool {
    match verb {
        Verb::Command | Verb::Help | Verb::Quit | Verb::Test => true,
        Verb::Undo => {
            state.refuses_write().is_none()
                && (!state.work.open.is_empty() || state.work.newest_undoable().0.is_some())
        }
        Verb::Revert => {
            let session = state.sessions.open().is_some() || state.sessions.foreign().is_some();
            session && state.may_write()
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
