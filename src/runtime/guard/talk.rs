//! Commands talk to a guard: one question, or following it until something is reached.

use super::client::{Client, socket_path};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::journal::{self, is_held};
use crate::session::ask::{Answer, Ask, Line};
use crate::session::snapshot::Snapshot;
use crate::session::state::SessionState;
use std::path::Path;

/// Whether to go on following.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    On,
    /// What was waited for is there.
    Done,
}

/// A load test that is not closed.
#[derive(Clone, Debug)]
pub struct Open {
    pub state: SessionState,
    /// Whether somebody carries it right now.
    pub held: bool,
}

/// All load tests of the journal that are not closed, newest first.
pub fn open_sessions(dir: &Path) -> Result<Vec<Open>, Fault> {
    let states = journal::history(dir, None)?.into_iter().flatten();
    let open = states.filter(SessionState::is_open_test);
    Ok(open
        .map(|state| Open {
            held: is_held(dir, &state.id),
            state,
        })
        .collect())
}

/// Asks one thing of a session's guard; the newest snapshot comes with the answer.
pub fn ask(dir: &Path, id: &SessionId, by: &str, ask: Ask) -> Result<(Answer, Snapshot), Fault> {
    let path = socket_path(dir, id);
    block_on(async {
        let mut client = Client::connect(&path, by.to_owned()).await?;
        let (answer, seen) = client.ask(ask).await?;
        let seen = match seen {
            Some(seen) => Some(seen),
            None => client.ask(Ask::Status).await?.1,
        };
        let seen = seen.ok_or_else(|| {
            Fault::new(FaultKind::Garbled, "The guard told nothing of its session")
        })?;
        Ok((answer, seen))
    })?
}

/// Attaches to a session, asks what is to be asked, and is told of each snapshot until `each` has
/// seen enough or the session is closed. A refusal of what was asked is the fault it came with.
pub fn follow(
    dir: &Path,
    id: &SessionId,
    by: &str,
    first: Option<Ask>,
    mut each: impl FnMut(&Snapshot) -> Follow,
) -> Result<Snapshot, Fault> {
    let path = socket_path(dir, id);
    block_on(async {
        let mut client = Client::connect(&path, by.to_owned()).await?;
        let (_, mut seen) = client.ask(Ask::Attach).await?;
        if let Some(ask) = first {
            let (answer, newer) = client.ask(ask).await?;
            if let Answer::Refused { trouble } = answer {
                return Err(Fault::from(&trouble));
            }
            seen = newer
                .or(match client.ask(Ask::Status).await {
                    Ok((_, newest)) => newest,
                    Err(_) => None,
                })
                .or(seen);
        }
        loop {
            if let Some(seen) = seen.take()
                && each(&seen) == Follow::Done
            {
                return Ok(seen);
            }
            if let Line::Snapshot(snapshot) = client.next().await? {
                seen = Some(*snapshot);
            }
        }
    })?
}

pub(super) fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Fault> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().map_err(|e| {
        Fault::new(
            FaultKind::Local,
            format!("No runtime could be started: {e}"),
        )
        .next("look at the limits of this process (ulimit -a)")
    })?;
    Ok(runtime.block_on(work))
}
