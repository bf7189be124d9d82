//! Commands talk to a guard: one question, or following it until something is reached.

use super::client::{Client, SILENCE, socket_path};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::identity::Scope;
use crate::domain::ids::SessionId;
use crate::journal::{self, is_held};
use crate::session::ask::{Answer, Ask, Line};
use crate::session::snapshot::Snapshot;
use crate::session::state::SessionState;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::net::UnixStream;

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

/// Refuses a second session in this account and region, be its guard alive or not.
pub fn none_open(dir: &Path, scope: &Scope) -> Result<(), Fault> {
    let open = open_sessions(dir)?;
    let Some(open) = open.iter().find(|o| o.state.place.scope == *scope) else {
        return Ok(());
    };
    let next = if open.held {
        "wait for its end, or revert it"
    } else {
        "`tidegate session recover` takes it up"
    };
    Err(Fault::new(
        FaultKind::Conflict,
        format!("A session is open here: {}", open.state.summary),
    )
    .means("one session at a time in an account and region")
    .next(next))
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
            let (answer, _) = client.ask(ask).await?;
            if let Answer::Refused { trouble } = answer {
                return Err(Fault::from(&trouble));
            }
            // What came before the answer is how it stood before it was asked.
            if let Ok((_, newest)) = client.ask(Ask::Status).await {
                seen = newest.or(seen);
            }
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

/// Ends a guard that hangs, and waits until its lock is free. Its process is the one that the
/// kernel knows at the other end of the socket. A guard that answers is left alone; one that is
/// just coming up, or dying, is awaited.
pub fn end_hung(dir: &Path, id: &SessionId, by: &str) -> Result<(), Fault> {
    let start = Instant::now();
    loop {
        match ask(dir, id, by, Ask::Status) {
            Err(fault) if fault.kind == FaultKind::TimedOut => return kill_guard(dir, id),
            Err(fault) if fault.kind == FaultKind::Missing && is_held(dir, id) => {}
            _ => return Ok(()),
        }
        if start.elapsed() > SILENCE {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn kill_guard(dir: &Path, id: &SessionId) -> Result<(), Fault> {
    block_on(async {
        let pid = guard_behind(&socket_path(dir, id)).await?;
        rustix::process::kill_process(pid, rustix::process::Signal::KILL)
            .map_err(|e| not_ended(&e.to_string()))?;
        let start = Instant::now();
        while is_held(dir, id) {
            if start.elapsed() > SILENCE {
                return Err(not_ended("its lock is still held"));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    })?
}

async fn guard_behind(socket: &Path) -> Result<rustix::process::Pid, Fault> {
    let stream = tokio::time::timeout(SILENCE, UnixStream::connect(socket)).await;
    let stream = stream
        .map_err(|_| not_ended("its socket takes nobody"))?
        .map_err(|e| not_ended(&e.to_string()))?;
    let peer = stream.peer_cred().map_err(|e| not_ended(&e.to_string()))?;
    peer.pid()
        .and_then(rustix::process::Pid::from_raw)
        .ok_or_else(|| not_ended("its process is not known"))
}

fn not_ended(why: &str) -> Fault {
    Fault::new(
        FaultKind::Local,
        format!("The guard that hangs could not be ended: {why}"),
    )
    .means("nobody else can carry the session while it lives")
    .next("end its process by hand (tidegate guard), then try again")
}

pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Fault> {
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
