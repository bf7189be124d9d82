//! From a plan to a guard that has it.

use super::order::Pending;
use super::{Core, store};
use crate::aws::Gate;
use crate::domain::backstop::Shelf;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::domain::text::Text;
use crate::journal::Store;
use crate::runtime::clock::{self, Clock};
use crate::runtime::guard::process::Brief;
use crate::runtime::guard::{Guard, Parts, Task, client, server, spawn, talk};
use crate::session::draft::{self, Reason};
use crate::session::machine::Pace;
use crate::session::opening::{Drafted, Expiring};
use crate::session::plan::Plan;
use crate::session::record::Place;
use crate::session::report::Report;
use crate::session::shared::SharedRecord;
use crate::session::snapshot::Protection;
use crate::session::survey::Record;
use jiff::Timestamp;
use std::path::Path;

/// What the plan comes down to in this account.
pub(super) async fn draft(core: &Core, plan: Plan) -> Result<Drafted, Fault> {
    let now = clock::wall();
    let mut survey = Box::pin(core.aws.survey(&plan, now)).await?;
    if !core.settings.venue.is_simulated() {
        let date = core.aws.meter().date();
        survey.skew = date.map(|d| d.duration_since(Timestamp::now()));
    }
    let ceilings = core.settings.ceilings();
    let id = Store::new_id(survey.at);
    let draft = draft::draft(&plan, &survey, &ceilings, &id);
    Ok(Drafted {
        plan,
        survey,
        draft,
    })
}

/// The report, line by line.
pub(super) fn report(dir: &Path, id: &SessionId) -> Result<Vec<Text>, Fault> {
    let records = crate::journal::read_session(dir, id).records();
    Ok(Text::lines(&Report::of(&records)?.to_markdown()))
}

/// Begins the session that was agreed on.
pub(super) async fn begin(
    core: &Core,
    drafted: &Drafted,
    accepted: &[Reason],
) -> Result<SessionId, Fault> {
    core.may_write()?;
    if let Some(refusal) = drafted.standing(accepted).next() {
        return Err(refusal.fault.clone());
    }
    talk::none_open(&core.dir, &drafted.survey.place.scope)?;
    let id = Store::new_id(clock::wall());
    let actor = crate::journal::actor();
    let opening = drafted.opening(id, &actor, accepted);
    let task = Task::Start {
        opening: Box::new(opening),
        scope: drafted.survey.place.scope.clone(),
    };
    guard(core, task).await
}

/// A change that goes back by itself.
pub(super) async fn expiring(core: &Core, change: &Expiring) -> Result<SessionId, Fault> {
    core.may_write()?;
    let who = core.aws.identity().await?;
    let scope = core.scope().await?;
    let now = clock::wall();
    let path = Shelf::Region.path(&scope);
    talk::none_open(&core.dir, &scope)?;
    let free = match core.aws.record(Shelf::Region, &path).await {
        Record::Free { next } => Some(next),
        Record::Unreadable(fault) if fault.kind == FaultKind::Denied => None,
        Record::Unreadable(fault) => return Err(fault),
        Record::Taken(open) => return Err(taken(&open)),
    };
    let place = Place {
        scope: scope.clone(),
        caller: who.caller,
    };
    let id = Store::new_id(now);
    let actor = crate::journal::actor();
    let opening = Box::new(change.opening(id.clone(), &place, free, &actor, now));
    let pending = Pending::new(core, &id, 0, &change.proposal, 0);
    core.set_begun(Some(pending));
    let begun = guard(core, Task::Start { opening, scope }).await;
    if begun.is_err() {
        core.set_begun(None);
    }
    begun
}

fn taken(open: &SharedRecord) -> Fault {
    Fault::new(
        FaultKind::Refused,
        format!("A session is open here: {} of {}", open.plan, open.who),
    )
    .means("one session at a time in an account and region, and a change with an end is one")
    .next("make the change without an end, or wait")
}

/// Starts a guard: a process of its own; for the simulated account in this one.
pub(super) async fn guard(core: &Core, task: Task) -> Result<SessionId, Fault> {
    if core.settings.venue.is_simulated() {
        return in_process(core, task).await;
    }
    let brief = Brief {
        profile: core.settings.profile.clone(),
        region: Some(core.aws.region().clone()),
        endpoint: core
            .settings
            .endpoint
            .as_ref()
            .map(|e| e.as_str().to_owned()),
        keys: core.aws.held_keys().await.map(Into::into),
        journal: core.dir.clone(),
        protection: Protection::Detached,
        pace: None,
        task,
    };
    let spawned = tokio::task::spawn_blocking(move || spawn::spawn(brief)).await;
    spawned.unwrap_or_else(|_| {
        Err(Fault::new(
            FaultKind::Internal,
            "The guard could not be started",
        ))
    })
}

async fn in_process(core: &Core, task: Task) -> Result<SessionId, Fault> {
    let id = task.session().clone();
    let socket = client::socket_path(&core.dir, &id);
    let parts = Parts {
        aws: core.aws.through(Gate::open()),
        store: store(&core.dir)?,
        protection: Protection::None,
        pace: Pace::default(),
        clock: Clock::start(),
    };
    let (guard, handle) = Box::pin(Guard::begin(parts, task)).await?;
    let listener = server::listen(&socket)?;
    let server = tokio::spawn(server::serve(listener, handle));
    tokio::spawn(async move {
        Box::pin(guard.run()).await;
        // Whoever is attached hears of the end first.
        tokio::time::sleep(crate::runtime::guard::HEARTBEAT).await;
        server.abort();
        std::fs::remove_file(&socket).ok();
    });
    Ok(id)
}
