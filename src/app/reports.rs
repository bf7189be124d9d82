//! What the carrier reports, taken in.

use super::dialog::Dialog;
use super::overlay::Overlay;
use super::state::State;
use super::three_way::ThreeWays;
use super::work::Open;
use crate::domain::fault::Fault;
use crate::domain::health::Level;
use crate::domain::subject::{Observation, Subject};
use crate::session::order::{PastState, Proposal, Report};

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
        } => {
            state.work.progress(&session, &subject, &summary, progress);
        }
        Report::Finished { session, summary } => {
            let carried = state.work.end(Some(&session), &summary).is_some();
            state.work.settle(&session);
            // What was only kept was said to be so, and nothing of it was verified.
            if carried {
                state
                    .news
                    .say(Level::Good, format!("Done and verified: {summary}"));
            }
        }
        Report::Failed {
            session,
            summary,
            fault,
        } => {
            state.work.end(session.as_ref(), &summary);
            state.news.tell(&Fault {
                what: crate::domain::text::Text::clean(&format!("{summary}: {}", fault.what)),
                ..fault
            });
        }
        Report::Conflict { session, fields } => {
            let job = state.work.end(Some(&session), &"".into());
            let summary = job.map_or_else(|| "a change".into(), |j| j.summary);
            show_open(
                state,
                Open {
                    session,
                    summary,
                    past: None,
                    fields,
                    gap: None,
                },
            );
        }
        Report::Undone {
            session,
            summary,
            what,
        } => {
            state.work.end(Some(&session), &summary);
            state.work.settle(&session);
            state
                .news
                .say(Level::Good, format!("Undone: {summary} — {what}"));
        }
        Report::History(history) => {
            for past in history.iter().filter(|p| ended(p.state)) {
                state.work.settle(&past.session);
            }
            state.work.history = history;
        }
        Report::Unfinished {
            session,
            past,
            fields,
            gap,
        } => {
            let shown = state.work.open.iter().any(|open| open.session == session);
            let open = Open {
                summary: past.summary.clone(),
                session,
                past: Some(past),
                fields,
                gap,
            };
            // Renewed credentials make the carrier look again; what was put off is not put up again.
            if shown {
                state.work.leave_open(open);
            } else {
                show_open(state, open);
            }
        }
        Report::Looking => state.work.looking = Some(state.news.now.mono),
        Report::Looked => state.work.looking = None,
        Report::JournalBroken(fault) => {
            state.news.tell(&fault);
            state.work.broken = Some(fault);
        }
    }
}

/// Whether nothing of a change is left to decide.
fn ended(state: PastState) -> bool {
    matches!(
        state,
        PastState::Reverted | PastState::Kept | PastState::Refused
    )
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
