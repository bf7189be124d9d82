//! What the journal tells of the past: history, and what was left unfinished.

use super::Core;
use super::session::unnamed;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::journal;
use crate::runtime::look::look;
use crate::session::machine::Sight;
use crate::session::order::{Past, PastState, Report, ThreeWay};
use crate::session::record::Place;
use crate::session::revert;
use crate::session::state::{SessionState, StepState};
use crate::session::step::Step;
use std::sync::Arc;

/// Sessions that ended so long ago with nothing left to undo are forgotten.
const FORGOTTEN_AFTER: jiff::SignedDuration = jiff::SignedDuration::from_hours(24 * 90);

/// Shows what was left unfinished, with where it stands, then the history.
/// Answers with backups that were being made when their program ended: they are followed, not asked about.
pub async fn inspect(core: Arc<Core>) -> Vec<SessionId> {
    let Some(follow) = unfinished(&core).await else {
        return Vec::new();
    };
    core.tell(Report::Looked).await;
    follow
}

/// Nothing where nobody may look yet.
async fn unfinished(core: &Arc<Core>) -> Option<Vec<SessionId>> {
    if let super::Access::Broken(fault) = &core.access {
        core.tell(Report::JournalBroken(fault.clone())).await;
    }
    forget_the_old(core).await;
    let states = match states(core).await {
        Ok(states) => states,
        // The banner says so; renewed credentials make a carrier that looks anew.
        Err(fault) if fault.kind == FaultKind::Credentials => return None,
        Err(fault) => {
            core.fail(None, unnamed(), fault).await;
            return Some(Vec::new());
        }
    };
    let (follow, rest): (Vec<_>, Vec<_>) = states.into_iter().partition(|s| is_to_follow(core, s));
    // Told last, the newest is shown on top.
    for state in rest.into_iter().rev() {
        show(core, state).await;
    }
    Some(follow.into_iter().flatten().map(|s| s.id).collect())
}

fn is_to_follow(core: &Core, state: &Result<SessionState, Fault>) -> bool {
    let Ok(state) = state else { return false };
    let backups = state
        .steps
        .iter()
        .all(|s| matches!(s.step, Step::Create(_)));
    let free = !core.live().contains_key(&state.id) && !is_held(core, &state.id);
    backups && free && core.store().is_ok() && state.outcome() == PastState::Unfinished
}

async fn forget_the_old(core: &Core) {
    let (Ok(store), Ok(before)) = (core.store(), core.now().wall.checked_sub(FORGOTTEN_AFTER))
    else {
        return;
    };
    // Nothing depends on it: what could not be removed is tried again at the next start.
    core.scribe.run(move || store.prune(before)).await.ok();
}

async fn states(core: &Core) -> Result<Vec<Result<SessionState, Fault>>, Fault> {
    let Some(dir) = core.dir() else {
        return Ok(Vec::new());
    };
    let scope = place(core).await?.scope;
    core.scribe
        .run(move || journal::history(&dir, Some(&scope)))
        .await?
}

/// Who we are, asked until somebody answers: a line that is down at start does not hide what was left unfinished.
async fn place(core: &Core) -> Result<Place, Fault> {
    loop {
        match core.place().await {
            Err(fault) if fault.passes() => tokio::time::sleep(core.pace.poll).await,
            answer => return answer,
        }
    }
}

async fn show(core: &Core, state: Result<SessionState, Fault>) {
    match state {
        Err(fault) => core.fail(None, unnamed(), fault).await,
        // A load test has a dialog of its own.
        Ok(state) if state.is_open_test() => {}
        Ok(state) if state.outcome() != PastState::Unfinished || is_ours(core, &state.id) => {}
        Ok(state) if is_held(core, &state.id) => {
            tell(core, &state, Vec::new(), Some(carried_elsewhere())).await;
        }
        Ok(state) => {
            let (fields, gap) = three_ways(core, &state).await;
            tell(core, &state, fields, gap).await;
        }
    }
}

/// Carried right now by this process, be it by the carrier before this one.
fn is_ours(core: &Core, id: &SessionId) -> bool {
    core.live().contains_key(id) || core.store().is_ok_and(|store| store.is_ours(id))
}

fn is_held(core: &Core, id: &SessionId) -> bool {
    core.dir().is_some_and(|dir| journal::is_held(&dir, id))
}

async fn tell(core: &Core, state: &SessionState, fields: Vec<ThreeWay>, gap: Option<Fault>) {
    core.tell(Report::Unfinished {
        session: state.id.clone(),
        past: state.past(),
        fields,
        gap,
    })
    .await;
}

async fn three_ways(core: &Core, state: &SessionState) -> (Vec<ThreeWay>, Option<Fault>) {
    let (mut fields, mut gap) = (Vec::new(), None);
    for step in state.steps.iter().filter(|s| s.apply.may_have_landed()) {
        match compared(core, step).await {
            Ok(compared) => fields.extend(compared),
            Err(fault) => gap = gap.or(Some(fault)),
        }
    }
    (fields, gap)
}

async fn compared(core: &Core, step: &StepState) -> Result<Vec<ThreeWay>, Fault> {
    let look = look(&core.aws, &Sight::Step(step.step.clone())).await?;
    match &step.step {
        Step::Set(change) => Ok(revert::compare(change, &look)),
        Step::Create(_) => Ok(Vec::new()),
    }
}

fn carried_elsewhere() -> Fault {
    Fault::new(
        FaultKind::Conflict,
        "Another tidegate is carrying this change out right now",
    )
    .means("it is shown here and not touched")
    .next("wait until it has ended")
}

/// Tells all past changes of this account and region, newest first.
pub async fn tell_history(core: &Core) {
    // A fault here is told by the inspection, once.
    let states = states(core).await.unwrap_or_default();
    let pasts: Vec<Past> = states
        .into_iter()
        .flatten()
        .map(|s| core.shown(s.past()))
        .collect();
    core.tell(Report::History(pasts)).await;
}
