//! What each verb does. Verbs of a pane go to the focused one; the rest is done here.

use super::command;
use super::dialog::{Dialog, Wish};
use super::leave::Leave;
use super::mfa::{self, Mfa};
use super::page::Page;
use super::palette::Palette;
use super::prompt::{Prompt, Purpose};
use super::recall::Recall;
use super::session;
use super::state::State;
use super::three_way::ThreeWays;
use super::work::{Carried, Open};
use crate::domain::fault::Fault;
use crate::domain::health::Level;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::model::effect::Effect;
use crate::model::log_request::LogRequest;
use crate::model::message::Link;
use crate::model::query::Slot;
use crate::model::verb::{Place, Verb};
use crate::panes::{Act, Pane};
use crate::session::order::Order;
use crate::view::layout::Spread;

/// Does a verb.
pub(super) fn act(state: &mut State, verb: Verb) -> Vec<Effect> {
    match verb {
        Verb::NextPane => step_focus(state, 1),
        Verb::PreviousPane => step_focus(state, -1),
        Verb::Pane1 => focus(state, 0),
        Verb::Pane2 => focus(state, 1),
        Verb::Pane3 => focus(state, 2),
        Verb::Pane4 => focus(state, 3),
        Verb::Pane5 => focus(state, 4),
        Verb::Zoom => zoom(state),
        Verb::Filter => prompt(state, Purpose::Filter),
        Verb::Find if state.place() == Place::Logs => prompt(state, Purpose::Find),
        Verb::Command => state.open(Palette::open(state)),
        Verb::Help => state.open(Page::help(state.place())),
        Verb::Details => state.open(Page::details()),
        Verb::Notices => state.open(Page::notices()),
        Verb::Back => return back(state),
        Verb::Refresh => return refresh(state),
        Verb::Undo => return undo(state),
        Verb::Test => return session::look(state),
        Verb::Revert => return session::revert(state),
        Verb::Decide
        | Verb::Retry
        | Verb::Skip
        | Verb::StopSurplus
        | Verb::Extend
        | Verb::Note
        | Verb::Keep => return session::act(state, verb),
        Verb::Quit => return quit(state),
        Verb::QuitNow => return leave(state),
        Verb::Suspend => return suspend(state),
        Verb::Scale | Verb::Toggle | Verb::Limit | Verb::Backup => return change(state, verb),
        _ => return pane_act(state, verb),
    }
    Vec::new()
}

fn pane_act(state: &mut State, verb: Verb) -> Vec<Effect> {
    let acts = state
        .with_focused(|pane, cx| pane.act(verb, cx))
        .unwrap_or_default();
    perform(state, acts)
}

/// Does what panes ask for.
pub(super) fn perform(state: &mut State, acts: Vec<Act>) -> Vec<Effect> {
    acts.into_iter()
        .flat_map(|act| perform_one(state, act))
        .collect()
}

fn perform_one(state: &mut State, act: Act) -> Vec<Effect> {
    match act {
        Act::Do(effect) if effect.changes() => {} // only a dialog hands orders to the carrier
        Act::Do(effect) => return vec![effect],
        Act::Ask(verb, subject) => return ask(state, verb, subject),
        Act::Say(notice) => state.news.push(notice),
        Act::Cluster(cluster) => command::look_at(state, cluster),
        Act::ShowLogs(targets) => {
            let request = LogRequest {
                targets,
                ..LogRequest::default()
            };
            return show_logs(state, request);
        }
        Act::Page { title, lines } => state.open(Page::text(title, lines)),
        Act::Focus(place) => {
            if let Some(at) = state.index_of(place) {
                focus(state, at);
            }
        }
    }
    Vec::new()
}

/// Opens the dialog of a verb on a subject; the fresh read is asked for at once.
pub(super) fn ask(state: &mut State, verb: Verb, subject: Subject) -> Vec<Effect> {
    if let Some(fault) = state.refuses_write() {
        state.news.tell(&fault);
        return Vec::new();
    }
    let Some(wish) = Wish::of(verb) else {
        return Vec::new();
    };
    if let Some(job) = state.work.changing(&subject) {
        let said = format!(
            "{} is not verified yet — a second change would not know what it rests on — wait, or undo it with u",
            job.summary
        );
        state.news.say(Level::Warn, said);
        return Vec::new();
    }
    let given = state.desk.wish.take();
    state.open(Dialog::open(wish, subject.clone(), given));
    vec![Effect::Observe(subject)]
}

/// Shows logs in the logs pane and goes there.
pub(super) fn show_logs(state: &mut State, request: LogRequest) -> Vec<Effect> {
    let Some(at) = state.index_of(Place::Logs) else {
        return Vec::new();
    };
    let request = match state.home() {
        Some(home) => request.at_home(home),
        None => request,
    };
    let acts = state.with_pane(at, |pane, cx| pane.show_logs(&request, cx));
    focus(state, at);
    perform(state, acts.unwrap_or_default())
}

impl State {
    /// Why no change can begin now, if so.
    pub(super) fn refuses_write(&self) -> Option<Fault> {
        if !self.may_write() {
            return Some(self.settings.read_only());
        }
        self.work.broken.clone()
    }
}

fn change(state: &mut State, verb: Verb) -> Vec<Effect> {
    if let Some(fault) = state.refuses_write() {
        state.news.tell(&fault);
        return Vec::new();
    }
    let acts = state
        .with_focused(|pane, cx| pane.act(verb, cx))
        .unwrap_or_default();
    if acts.is_empty() {
        state
            .news
            .say(Level::Notice, format!("Nothing to {} here", verb.help()));
    }
    perform(state, acts)
}

pub(super) fn focus(state: &mut State, at: usize) {
    if at < state.panes.len() {
        state.desk.focus = at;
        state.desk.pressed.clear();
    }
}

fn step_focus(state: &mut State, by: isize) {
    let count = state.panes.len().max(1).cast_signed();
    let next = (state.desk.focus.cast_signed() + by).rem_euclid(count);
    focus(state, next.cast_unsigned());
}

fn zoom(state: &mut State) {
    state.desk.zoom = if state.desk.zoom == Spread::Whole {
        Spread::Shared
    } else {
        Spread::Whole
    };
}

fn prompt(state: &mut State, purpose: Purpose) {
    let opened = state.focused().map(|pane| Prompt::open(purpose, pane));
    if let Some(prompt) = opened {
        state.open(prompt);
    }
}

/// One step back: the drill-in, then the filter, then the zoom; never out.
fn back(state: &mut State) -> Vec<Effect> {
    state.news.hush();
    let Some(pane) = state.focused() else {
        return Vec::new();
    };
    if pane.steps_back() {
        return pane_act(state, Verb::Back);
    }
    if pane.filter().is_empty() {
        state.desk.zoom = Spread::Shared;
    } else if let Some(Err(fault)) = state.with_focused(|pane, _| pane.set_filter("")) {
        state.news.tell(&fault);
    }
    Vec::new()
}

fn refresh(state: &mut State) -> Vec<Effect> {
    let mut slots: Vec<Slot> = super::wants::wants(state)
        .iter()
        .map(|w| w.query.slot())
        .collect();
    slots.sort_unstable();
    slots.dedup();
    if let Some(why) = mfa::needed(&state.news.link).cloned() {
        state.open(Mfa::new(why));
        return Vec::new();
    }
    let mut effects = vec![Effect::Refresh(slots)];
    if matches!(state.news.link, Link::NoCredentials { .. }) {
        effects.push(Effect::RetryCredentials);
    }
    effects
}

/// Asks whether the newest change is to be put back; what is left open comes first.
fn undo(state: &mut State) -> Vec<Effect> {
    if let Some(fault) = state.refuses_write() {
        state.news.tell(&fault);
        return Vec::new();
    }
    if let Some(open) = state.sessions.open() {
        let sure = session::undo(open);
        state.open(sure);
        return Vec::new();
    }
    match state.work.open.first().cloned() {
        Some(open) if open.carried == Carried::Elsewhere => look_again(state, &open),
        Some(open) => {
            let production = state.settings.production;
            state.open(ThreeWays::of(open, production));
            Vec::new()
        }
        None => {
            undo_the_newest(state);
            Vec::new()
        }
    }
}

/// It may have ended since, or its tidegate died.
fn look_again(state: &mut State, open: &Open) -> Vec<Effect> {
    let said = format!(
        "{} was being carried out by another tidegate — looking again where it stands",
        open.summary
    );
    state.news.say(Level::Notice, said);
    vec![Effect::Carry(Order::Inspect)]
}

fn undo_the_newest(state: &mut State) {
    let production = state.settings.production;
    if let Some(job) = state.work.writing() {
        let said = format!(
            "{} is being sent — it can be undone once AWS has taken it — press u again in a moment",
            job.summary
        );
        state.news.say(Level::Warn, said);
        return;
    }
    let (past, skipped) = state.work.newest_undoable();
    let skipped: Vec<Text> = skipped.iter().map(|p| p.summary.clone()).collect();
    match past.cloned() {
        Some(past) => state.open(Recall::of(past, skipped, production)),
        None if skipped.is_empty() => state
            .news
            .say(Level::Notice, "Nothing to undo in this account and region"),
        None => state.news.say(
            Level::Notice,
            "Only backups were made, and an undo does not delete a backup",
        ),
    }
}

/// `q` leaves at the top level; in a drill-in it goes back.
fn quit(state: &mut State) -> Vec<Effect> {
    if state.focused().is_some_and(Pane::drilled) {
        back(state)
    } else {
        leave(state)
    }
}

/// Leaves; asks first while an order is with the carrier, or a session of this console is open.
pub(super) fn leave(state: &mut State) -> Vec<Effect> {
    if !state.is_busy() && state.sessions.open().is_none() {
        return vec![Effect::Quit];
    }
    if !state
        .overlays
        .iter()
        .any(|o| matches!(o, super::overlay::Overlay::Leave(_)))
    {
        state.open(Leave::new());
    }
    Vec::new()
}

fn suspend(state: &mut State) -> Vec<Effect> {
    if !state.work.is_writing() {
        return vec![Effect::Suspend];
    }
    state.news.say(
        Level::Warn,
        "A request is under way — stopping now would leave it unwatched — try again in a moment",
    );
    Vec::new()
}
