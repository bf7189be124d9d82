//! News of a load test, taken in.

use super::{Guard, SessionPage, said};
use crate::app::overlay::Overlay;
use crate::app::page::Page;
use crate::app::state::State;
use crate::domain::fault::Fault;
use crate::domain::health::Level;
use crate::domain::text::Text;
use crate::model::message::TestNews;
use crate::session::ask::Answer;
use crate::session::load_test::Closing;
use crate::session::snapshot::Snapshot;

/// Takes in one piece of news.
pub(in crate::app) fn take(state: &mut State, news: TestNews) {
    match news {
        TestNews::Snapshot(snapshot) => told(state, snapshot),
        TestNews::Silent { session, by } => state.sessions.guard_is(session, Guard::Silent { by }),
        TestNews::Died { session, restarts } => {
            let guard = if restarts {
                Guard::Restarts
            } else {
                Guard::Gone
            };
            state.sessions.guard_is(session, guard);
        }
        TestNews::Foreign(record) => state.sessions.foreign = record,
        TestNews::Answered(answer) => answered(state, &answer),
        TestNews::Drafted(_) => {}
        TestNews::Started(Ok(_)) => state.news.say(Level::Good, "The session begins"),
        TestNews::Started(Err(fault)) => state.news.tell(&fault),
        TestNews::Report(result) => reported(state, result),
    }
}

fn told(state: &mut State, snapshot: Box<Snapshot>) {
    let (plan, closing) = (Text::clean(&snapshot.plan), snapshot.closing);
    if !state.sessions.told(snapshot) {
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
