//! From a plan to a guard that has it.

use super::order::Pending;
use super::{Core, store};
use crate::aws::Gate;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::domain::text::Text;
use crate::journal::Store;
use crate::runtime::clock::{self, Clock};
use crate::runtime::guard::process::Brief;
use crate::runtime::guard::{Guard, Parts, Task, client, server, spawn, talk};
use crate::session::draft::{self, Reason};
use crate::session::expiring::Expiring;
use crate::session::machine::Pace;
use crate::session::opening::Drafted;
use crate::session::plan::Plan;
use crate::session::report::Report;
use crate::session::snapshot::Protection;
use crate::session::survey::Survey;
use jiff::Timestamp;
use std::path::Path;

/// What the plan comes down to in this account.
pub(super) async fn draft(core: &Core, plan: Plan) -> Result<Drafted, Fault> {
    let survey = surveyed(core, &plan).await?;
    let id = Store::new_id(survey.at);
    let draft = draft::draft(&plan, &survey, &core.settings.ceilings(), &id);
    Ok(Drafted {
        plan,
        survey,
        draft,
    })
}

async fn surveyed(core: &Core, plan: &Plan) -> Result<Survey, Fault> {
    let mut survey = Box::pin(core.aws.survey(plan, clock::wall())).await?;
    if !core.settings.venue.is_simulated() {
        let date = core.aws.meter().date();
        survey.skew = date.map(|d| d.duration_since(Timestamp::now()));
    }
    Ok(survey)
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
    let survey = surveyed(core, &change.plan()).await?;
    let scope = survey.place.scope.clone();
    talk::none_open(&core.dir, &scope)?;
    let id = Store::new_id(survey.at);
    let opening = change.opening(id.clone(), &survey, &crate::journal::actor())?;
    let opening = Box::new(opening);
    let pending = Pending::new(core, &id, 0, &change.proposal, 0);
    core.set_begun(Some(pending));
    let begun = guard(core, Task::Start { opening, scope }).await;
    if begun.is_err() {
        core.set_begun(None);
    }
    begun
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
