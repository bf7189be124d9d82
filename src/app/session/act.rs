//! What the verbs of a session do: each asks its guard, behind the question that belongs to it.

use super::news::open_page;
use super::plans::Plans;
use super::sure::Sure;
use super::typing::{self, Typing};
use super::{Guard, review, unfinished};
use crate::app::state::State;
use crate::app::three_way::ThreeWays;
use crate::app::work::{Carried, Open};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::domain::text::Text;
use crate::model::effect::Effect;
use crate::model::verb::Verb;
use crate::session::ask::Ask;
use crate::session::load_test::{Moved, Stage};
use crate::session::order::ThreeWay;
use crate::session::revert::{Decisions, Surplus};
use crate::session::shared::{SILENCE, SharedRecord};
use crate::session::snapshot::{Kind, Snapshot, Standing};

/// `T`: the session's page while one is open, else the plans there are.
pub(in crate::app) fn look(state: &mut State) -> Vec<Effect> {
    if state.sessions.abandoned().is_some() {
        unfinished::show(state);
    } else if state.sessions.open().is_some() {
        open_page(state);
    } else {
        let plans = Plans::of(state);
        state.open(plans);
    }
    Vec::new()
}

/// `:session`: the page, of a closed session as well.
pub(in crate::app) fn show(state: &mut State) -> Vec<Effect> {
    if state.sessions.last().is_none() {
        return look(state);
    }
    open_page(state);
    Vec::new()
}

/// `R`: puts everything back, or asks a colleague's guard to.
pub(in crate::app) fn revert(state: &mut State) -> Vec<Effect> {
    if !state.may_write() {
        state.news.tell(&state.settings.read_only());
        return Vec::new();
    }
    if state.sessions.abandoned().is_some() {
        unfinished::show(state);
        return Vec::new();
    }
    let asked = match (state.sessions.open(), state.sessions.foreign()) {
        (Some(ours), _) => Ok(review::of_ours(ours, state.size.1)),
        (None, Some(record)) => state.of_a_colleagues(record),
        (None, None) => Err(state.not_open()),
    };
    ask(state, asked);
    Vec::new()
}

/// A verb of the session's page.
pub(in crate::app) fn act(state: &mut State, verb: Verb) -> Vec<Effect> {
    if let Err(why) = state.session_takes(verb) {
        state.news.tell(&why);
        return Vec::new();
    }
    let Some(snapshot) = state.sessions.open() else {
        return Vec::new();
    };
    let production = state.settings.production;
    let sure = match verb {
        Verb::Retry => review::retry(snapshot),
        Verb::Skip => review::skip(snapshot).by_name(production, &snapshot.plan),
        Verb::Keep => review::keep(snapshot).by_name(production, &snapshot.plan),
        Verb::StopSurplus => review::stop_surplus(snapshot).by_name(production, &snapshot.plan),
        _ => {
            typed(state, verb);
            return Vec::new();
        }
    };
    state.open(sure);
    Vec::new()
}

/// The verbs that open something else than a question.
fn typed(state: &mut State, verb: Verb) {
    let until = state.sessions.open().and_then(|s| s.until);
    match (verb, until) {
        (Verb::Extend, Some(until)) => state.open(Typing::extend(until)),
        (Verb::Note, _) => state.open(Typing::note()),
        (Verb::Decide, _) => decide(state),
        _ => {}
    }
}

/// `:extend 15m`.
pub(in crate::app) fn extend(state: &mut State, by: &str) -> Result<Vec<Effect>, Fault> {
    if by.is_empty() {
        return Ok(act(state, Verb::Extend));
    }
    state.session_takes(Verb::Extend)?;
    let seconds = typing::seconds(by)?;
    Ok(vec![Effect::Guard(Ask::Extend { seconds })])
}

/// `:note TEXT`.
pub(in crate::app) fn note(state: &mut State, text: &str) -> Result<Vec<Effect>, Fault> {
    if text.is_empty() {
        return Ok(act(state, Verb::Note));
    }
    state.session_takes(Verb::Note)?;
    let text = text.to_owned();
    Ok(vec![Effect::Guard(Ask::Note { text })])
}

/// `:report [ID]`: of the last session, where none is named.
pub(in crate::app) fn report(state: &State, id: &str) -> Result<Vec<Effect>, Fault> {
    let named = Some(id).filter(|id| !id.is_empty()).map(SessionId::from);
    let last = || state.sessions.last().map(|s| s.session.clone());
    match named.or_else(last) {
        Some(id) => Ok(vec![Effect::ReportTest(id)]),
        None => Err(Fault::new(FaultKind::Usage, "Of which session?")
            .next("Type :report ID; `tidegate journal list` names them")),
    }
}

fn ask(state: &mut State, asked: Result<Sure, Fault>) {
    match asked {
        Ok(sure) => state.open(sure),
        Err(fault) => state.news.tell(&fault),
    }
}

fn none_open() -> Fault {
    Fault::new(FaultKind::Usage, "No session of this console is open").next("T begins one")
}

/// It was open here, and is over.
fn closed(session: &Snapshot) -> Fault {
    let plan = Text::clean(&session.plan);
    Fault::new(FaultKind::Refused, format!("The session {plan} is closed"))
        .means("there is nothing left to change in it")
        .next(":report shows how it ended; T begins another")
}

impl State {
    /// A colleague's guard is asked; a session that nobody carries is taken over, within our ceilings.
    fn of_a_colleagues(&self, record: &SharedRecord) -> Result<Sure, Fault> {
        let now = self.news.now;
        if now.wall.duration_since(record.heartbeat) <= SILENCE {
            return Ok(review::of_a_colleagues(record));
        }
        match record.above(&self.settings.ceilings()) {
            Some(fault) => Err(fault),
            None => Ok(review::of_an_orphan(record, now, self.size.1)),
        }
    }

    /// Why there is no session to act on: a colleague's, a closed one, or none.
    fn not_open(&self) -> Fault {
        let now = self.news.now.wall;
        match (self.sessions.foreign(), self.sessions.last()) {
            (Some(record), _) => record.not_ours(now.duration_since(record.heartbeat)),
            (None, Some(last)) => closed(last),
            (None, None) => none_open(),
        }
    }

    /// Whether the open session takes this verb now, or why not.
    pub(super) fn session_takes(&self, verb: Verb) -> Result<(), Fault> {
        let session = self.sessions.open().ok_or_else(|| self.not_open())?;
        if verb != Verb::Note && !self.may_write() {
            return Err(self.settings.read_only());
        }
        if self.sessions.guard() == Guard::Gone {
            return Err(
                Fault::new(FaultKind::Refused, "The session's guard is gone")
                    .means("nobody is there to be asked")
                    .next("T takes the session up again"),
            );
        }
        refusal(verb, session).map_or(Ok(()), |why| {
            Err(Fault::new(FaultKind::Usage, why).next("T shows how it stands"))
        })
    }
}

/// Why a session does not take this verb as it stands.
fn refusal(verb: Verb, session: &Snapshot) -> Option<&'static str> {
    let goes_back = session.why.is_some() || session.stage == Stage::Reverting;
    let at_lock = || halted_at(session).is_some_and(|kind| kind == Kind::Lock);
    match verb {
        Verb::Retry | Verb::Skip if session.stage != Stage::Halted || goes_back => {
            Some("The session is not halted")
        }
        Verb::Skip if at_lock() => Some("The lock cannot be left out in passing"),
        Verb::Decide if session.conflicts.is_empty() => Some("Nothing is in conflict"),
        Verb::StopSurplus if !drains(session) => Some("Nothing is draining"),
        Verb::Extend if goes_back => Some("The session is being put back"),
        Verb::Extend if session.until.is_none() => Some("The session's time does not run yet"),
        _ => None,
    }
}

/// The kind of the step that halted it.
fn halted_at(session: &Snapshot) -> Option<Kind> {
    let stuck = |s: &Standing| matches!(s, Standing::Failed | Standing::Stalled);
    let step = session.steps.iter().find(|s| stuck(&s.standing))?;
    Some(step.kind)
}

fn drains(session: &Snapshot) -> bool {
    let mut steps = session.steps.iter();
    steps.any(|s| s.standing == Standing::Draining)
}

/// What somebody else has changed, field by field: keep theirs, or restore ours.
fn decide(state: &mut State) {
    let Some(session) = state.sessions.open() else {
        return;
    };
    let room = usize::from(state.size.1).saturating_sub(9) / 4;
    let fields = session.conflicts.iter().take(room.max(1));
    let open = Open {
        session: session.session.clone(),
        summary: Text::clean(&session.plan),
        past: None,
        fields: fields.map(three_way).collect(),
        gap: None,
        carried: Carried::ByGuard,
    };
    let production = state.settings.production;
    state.open(ThreeWays::of(open, production));
}

fn three_way(moved: &Moved) -> ThreeWay {
    ThreeWay {
        target: moved.target.clone(),
        field: moved.field,
        before: moved.before.clone(),
        ours: moved.ours.clone(),
        now: moved.now.clone(),
        standing: moved.standing,
    }
}

/// What a revert is asked with, on nobody's further word.
pub(super) fn plain_revert(surplus: Surplus) -> Effect {
    let decisions = Decisions {
        surplus,
        ..Decisions::default()
    };
    Effect::Guard(Ask::Revert { decisions })
}
