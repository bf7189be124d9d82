//! What the carrier reports, taken in.

use super::dialog::Dialog;
use super::overlay::Overlay;
use super::state::State;
use super::three_way::ThreeWays;
use super::work::{Carried, Open};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::health::Level;
use crate::domain::ids::SessionId;
use crate::domain::subject::{Observation, Subject};
use crate::domain::text::Text;
use crate::session::order::{Past, PastState, Proposal, Report, ThreeWay};

/// Takes in a report; the panes have had it already.
pub(super) fn take(state: &mut State, report: Report) {
    match report {
        Report::Observed { subject, result } => observed(state, &subject, *result),
        Report::Changed { proposal, now } => changed(state, &proposal, *now),
        Report::Progress {
            session,
            subject,
            summary,
            progress,
            ..
        } => state.work.progress(&session, &subject, &summary, progress),
        Report::Finished { session, summary } => finished(state, &session, &summary),
        Report::Failed {
            session,
            summary,
            fault,
        } => failed(state, session.as_ref(), &summary, fault),
        Report::Conflict { session, fields } => conflict(state, session, fields),
        Report::Undone {
            session,
            summary,
            what,
        } => undone(state, &session, &summary, &what),
        Report::History(history) => remember(state, history),
        Report::Unfinished {
            session,
            past,
            fields,
            gap,
        } => {
            let open = Open {
                summary: past.summary.clone(),
                session,
                past: Some(past),
                fields,
                carried: carried(gap.as_ref()),
                gap,
            };
            unfinished(state, open);
        }
        Report::Looking => state.work.looking = Some(state.news.now.mono),
        Report::Looked => state.work.looking = None,
        Report::JournalBroken(fault) => {
            state.news.tell(&fault);
            state.work.broken = Some(fault);
        }
    }
}

fn finished(state: &mut State, session: &SessionId, summary: &Text) {
    let carried = state.work.end(Some(session), summary).is_some();
    state.work.settle(session);
    // What was only kept was said to be so, and nothing of it was verified.
    if carried {
        let said = format!("Done and verified: {summary}");
        state.news.say(Level::Good, said);
    }
}

fn failed(state: &mut State, session: Option<&SessionId>, summary: &Text, fault: Fault) {
    state.work.end(session, summary);
    state.news.tell(&Fault {
        what: Text::clean(&format!("{summary}: {}", fault.what)),
        ..fault
    });
}

fn conflict(state: &mut State, session: SessionId, fields: Vec<ThreeWay>) {
    let job = state.work.end(Some(&session), &"".into());
    let open = Open {
        session,
        summary: job.map_or_else(|| "a change".into(), |j| j.summary),
        past: None,
        fields,
        gap: None,
        carried: Carried::ByNobody,
    };
    show_open(state, open);
}

fn undone(state: &mut State, session: &SessionId, summary: &Text, what: &Text) {
    state.work.end(Some(session), summary);
    state.work.settle(session);
    let said = format!("Undone: {summary} — {what}");
    state.news.say(Level::Good, said);
}

fn remember(state: &mut State, history: Vec<Past>) {
    let open = &mut state.work.open;
    open.retain(|open| {
        let now = history.iter().find(|past| past.session == open.session);
        now.is_none_or(|past| is_open(past.state, open.carried))
    });
    state.work.history = history;
}

/// Where the record is held, whoever holds it is at work: there is nothing to decide.
fn carried(gap: Option<&Fault>) -> Carried {
    match gap {
        Some(fault) if fault.kind == FaultKind::Conflict => Carried::Elsewhere,
        _ => Carried::ByNobody,
    }
}

/// Renewed credentials make the carrier look again; what was put off is not put up again.
fn unfinished(state: &mut State, open: Open) {
    let known = |o: &Open| o.session == open.session && o.carried == open.carried;
    let shown = state.work.open.iter().any(known);
    if shown || open.carried == Carried::Elsewhere {
        state.work.leave_open(open);
    } else {
        show_open(state, open);
    }
}

/// Whether something of a change is left to decide, or to wait for.
fn is_open(state: PastState, carried: Carried) -> bool {
    match (state, carried) {
        (PastState::Reverted | PastState::Kept | PastState::Refused, _) => false,
        (_, Carried::ByNobody | Carried::ByGuard) => true,
        (state, Carried::Elsewhere) => state == PastState::Unfinished,
    }
}

fn observed(state: &mut State, subject: &Subject, result: Result<Observation, Fault>) {
    let waits = |o: &Overlay| matches!(o, Overlay::Dialog(dialog) if dialog.awaits(subject));
    let Some(at) = state.overlays.iter().position(waits) else {
        return;
    };
    let mut overlay = state.overlays.remove(at);
    if let Overlay::Dialog(dialog) = &mut overlay {
        dialog.observed(result, state);
    }
    state.overlays.insert(at, overlay);
}

/// Back to the dialog, with what is there now.
fn changed(state: &mut State, proposal: &Proposal, now: Observation) {
    let job = state.work.returned(&proposal.subject);
    match job.and_then(|j| j.wish) {
        Some(wish) => {
            let dialog = Dialog::reopened(wish, proposal, now, state);
            state.open(dialog);
        }
        None => state.news.say(
            Level::Warn,
            format!(
                "{}: something changed meanwhile — nothing was sent — look again and repeat it",
                proposal.summary
            ),
        ),
    }
}

fn show_open(state: &mut State, open: Open) {
    state.work.leave_open(open.clone());
    let production = state.settings.production;
    state.open(ThreeWays::of(open, production));
}
