//! News of a load test, taken in.

use super::{Guard, SessionPage, draft, said, unfinished};
use crate::app::overlay::Overlay;
use crate::app::page::Page;
use crate::app::state::State;
use crate::domain::fault::Fault;
use crate::domain::health::Level;
use crate::domain::ids::SessionId;
use crate::domain::text::Text;
use crate::model::effect::Effect;
use crate::model::message::TestNews;
use crate::model::query::Slot;
use crate::session::ask::Answer;
use crate::session::load_test::Closing;
use crate::session::snapshot::{Kind, Snapshot, Standing};
use std::collections::BTreeSet;

/// Takes in one piece of news. Rows that a step of the session changed are read again at once.
pub(in crate::app) fn take(state: &mut State, news: TestNews) -> Vec<Effect> {
    if let TestNews::Snapshot(snapshot) = news {
        let slots = moved(state.sessions.last(), &snapshot);
        told(state, snapshot);
        return if slots.is_empty() {
            Vec::new()
        } else {
            vec![Effect::Refresh(slots)]
        };
    }
    heard(state, news);
    Vec::new()
}

/// What shows steps whose standing is another now.
fn moved(before: Option<&Snapshot>, now: &Snapshot) -> Vec<Slot> {
    let steps = now.steps.iter().enumerate();
    let turned = steps.filter(|(n, step)| {
        let old = before
            .filter(|b| b.session == now.session)
            .and_then(|b| b.steps.get(*n));
        let over = matches!(step.standing, Standing::Applied | Standing::Reverted);
        over && old.is_none_or(|old| old.standing != step.standing)
    });
    let slots: BTreeSet<Slot> = turned
        .flat_map(|(_, step)| match step.kind {
            Kind::Lock | Kind::Timer => &[][..],
            Kind::Backup => &[Slot::Inventory],
            Kind::Group => &[Slot::Groups],
            Kind::Service => &[Slot::VisibleServices, Slot::ScalableTargets],
            Kind::Rule => &[Slot::RegionalAcls, Slot::CloudfrontAcls],
        })
        .copied()
        .collect();
    slots.into_iter().collect()
}

fn heard(state: &mut State, news: TestNews) {
    match news {
        // Taken in above.
        TestNews::Snapshot(_) => {}
        TestNews::Silent { session, by } => state.sessions.guard_is(session, Guard::Silent { by }),
        TestNews::Died { session, restarts } => died(state, session, restarts),
        TestNews::Foreign(record) => state.sessions.foreign = record,
        TestNews::Answered(answer) => answered(state, &answer),
        TestNews::Drafted(result) => draft::drafted(state, *result),
        TestNews::Started(result) => started(state, result),
        TestNews::Report(result) => reported(state, result),
    }
}

/// The question is put up once; later the banner reminds of it, and `T` asks again.
fn died(state: &mut State, session: SessionId, restarts: bool) {
    let known = state.sessions.abandoned().cloned();
    let guard = if restarts {
        Guard::Restarts
    } else {
        Guard::Gone
    };
    state.sessions.guard_is(session, guard);
    if state.sessions.abandoned() != known.as_ref() {
        unfinished::show(state);
    }
}

fn told(state: &mut State, snapshot: Box<Snapshot>) {
    let (plan, closing) = (Text::clean(&snapshot.plan), snapshot.closing);
    let awaited = state.sessions.awaited.as_ref() == Some(&snapshot.session);
    let closed = state.sessions.told(snapshot);
    if awaited {
        state.sessions.awaited = None;
        if state.overlays.is_empty() {
            open_page(state);
        }
    }
    if state.sessions.abandoned().is_none() {
        unfinished::show(state);
    }
    if !closed {
        return;
    }
    let level = match closing {
        Some(Closing::Restored) => Level::Good,
        _ => Level::Warn,
    };
    let how = closing.map_or("it is over", said::closing);
    let said = format!("Session {plan} is closed: {how} — :report shows it");
    state.news.say(level, said);
}

/// The guard has it; its page opens with its first word.
fn started(state: &mut State, result: Result<SessionId, Fault>) {
    match result {
        Ok(session) => {
            state.sessions.awaited = Some(session);
            state.news.say(Level::Good, "The guard has the session");
        }
        Err(fault) => {
            state.sessions.not_taken_up();
            state.news.tell(&fault);
        }
    }
}

fn answered(state: &mut State, answer: &Answer) {
    match answer {
        Answer::Done { said } => state.news.say(Level::Good, sentence(said)),
        Answer::Refused { trouble } => state.news.tell(&Fault::from(trouble)),
    }
}

/// As a notice begins: with a capital.
fn sentence(said: &str) -> String {
    let mut letters = said.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// A page that comes late would take the keys that are meant for what was opened since.
fn reported(state: &mut State, result: Result<Vec<Text>, Fault>) {
    let free = |o: &Overlay| matches!(o, Overlay::SessionPage(_));
    match result {
        Err(fault) => state.news.tell(&fault),
        Ok(lines) if state.overlays.last().is_none_or(free) => {
            state.open(Page::text(Text::fixed("Report"), lines));
        }
        Ok(_) => state.news.say(
            Level::Notice,
            "The report came after you had gone on — :report shows it",
        ),
    }
}

/// Opens the page of the session.
pub(super) fn open_page(state: &mut State) {
    let is_page = |o: &Overlay| matches!(o, Overlay::SessionPage(_));
    if !state.overlays.iter().any(is_page) {
        state.open(SessionPage::default());
    }
}
