//! Following the session that is open: every snapshot to the screen, every wish to the guard. A guard
//! that died is restarted; one that hangs is ended first.

use super::order::Pending;
use super::{Core, Wish, begin, find};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::journal::is_held;
use crate::model::message::TestNews;
use crate::runtime::guard::Task;
use crate::runtime::guard::client::{Client, SILENCE, socket_path};
use crate::session::ask::{Answer, Ask, Line, Told};
use crate::session::conductor::Resume;
use crate::session::load_test::Stage;
use jiff::Timestamp;
use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;

/// How often a session is looked for, and a dead guard's lock.
const LOOK: Duration = Duration::from_millis(500);
/// Who we are is asked again so often where nobody answers.
const AGAIN: Duration = Duration::from_secs(5);

/// How following ended.
enum End {
    /// The session is closed.
    Closed,
    /// The guard is gone, or hangs.
    Lost { hangs: bool, pid: Option<u32> },
}

/// Follows what is open in this account and region, one after the other.
pub(super) async fn follow(core: Arc<Core>, mut wishes: UnboundedReceiver<Wish>) {
    let scope = loop {
        match core.scope().await {
            Ok(scope) => break scope,
            Err(_) => tokio::time::sleep(AGAIN).await,
        }
    };
    let mut over = BTreeSet::new();
    // Those whose guard was dead when we came: the operator is asked once.
    let mut asked = BTreeSet::new();
    let mut ours = BTreeSet::new();
    loop {
        match find::open(&core, &scope, &mut over) {
            None => {
                core.set_open(None);
                refuse_wishes(&core, &mut wishes).await;
            }
            Some(found) if found.held => {
                ours.insert(found.id.clone());
                attend(&core, &found.id, &mut wishes).await;
            }
            Some(found) => {
                let id = found.id;
                // Changes past it would be conflicts when it goes on.
                core.set_open(Some(id.clone()));
                if ours.contains(&id) {
                    restart(&core, &id).await;
                } else if asked.insert(id.clone()) {
                    let restarts = false;
                    core.tell(TestNews::Died {
                        session: id,
                        restarts,
                    });
                }
                refuse_wishes(&core, &mut wishes).await;
            }
        }
    }
}

/// With no guard to hand them to, wishes are refused; then it is looked again.
async fn refuse_wishes(core: &Core, wishes: &mut UnboundedReceiver<Wish>) {
    let wait = tokio::time::sleep(LOOK);
    tokio::pin!(wait);
    loop {
        tokio::select! {
            () = &mut wait => return,
            wish = wishes.recv() => match wish {
                Some(Wish::Ask(_)) => core.tell(TestNews::Answered(refused(&nobody()))),
                Some(Wish::Change(proposal)) => Pending::refused(core, &proposal, &nobody()),
                None => std::future::pending().await,
            }
        }
    }
}

fn nobody() -> Fault {
    Fault::new(FaultKind::Missing, "No guard carries a session here")
        .means("nothing was done")
        .next("wait a moment, or begin one with T")
}

fn refused(fault: &Fault) -> Answer {
    Answer::Refused {
        trouble: Told::from(fault),
    }
}

/// Until the session is closed or its guard is gone.
async fn attend(core: &Core, id: &SessionId, wishes: &mut UnboundedReceiver<Wish>) {
    let path = socket_path(&core.dir, id);
    let Ok(mut client) = Client::connect(&path, Core::by()).await else {
        // It is just coming up, or going: looked at again.
        tokio::time::sleep(LOOK).await;
        return;
    };
    let attached = client.send(Ask::Attach).await;
    if attached.is_err() {
        return;
    }
    core.set_open(Some(id.clone()));
    match listen(core, id, &mut client, wishes).await {
        End::Closed => {}
        End::Lost { hangs, pid } => {
            drop(client);
            lost(core, id, hangs, pid).await;
        }
    }
}

async fn listen(
    core: &Core,
    id: &SessionId,
    client: &mut Client,
    wishes: &mut UnboundedReceiver<Wish>,
) -> End {
    let mut pending: Vec<Pending> = core.take_begun(id).into_iter().collect();
    let (mut pid, mut steps, mut silent) = (None, 0, false);
    loop {
        tokio::select! {
            biased;
            line = client.next() => match line {
                Ok(Line::Snapshot(seen)) => {
                    silent = false;
                    (pid, steps) = (Some(seen.pid), seen.steps.len());
                    pending.retain_mut(|one| one.goes_on(core, &seen));
                    let closed = seen.stage == Stage::Closed;
                    core.tell(TestNews::Snapshot(seen));
                    if closed {
                        return End::Closed;
                    }
                }
                Ok(Line::Answer { id, answer }) => {
                    let waits = pending.iter().position(|one| one.ask == id);
                    match (waits, &answer) {
                        (Some(n), Answer::Refused { trouble }) => {
                            pending.remove(n).failed(core, &Fault::from(trouble));
                        }
                        (Some(_), Answer::Done { .. }) => {}
                        // Attaching is not worth a word.
                        (None, Answer::Done { said }) if said.is_empty() => {}
                        (None, _) => core.tell(TestNews::Answered(answer)),
                    }
                }
                Err(fault) if fault.kind == FaultKind::TimedOut && !silent => {
                    silent = true;
                    let session = id.clone();
                    core.tell(TestNews::Silent { session, by: SILENCE });
                }
                Err(fault) => {
                    let hangs = fault.kind == FaultKind::TimedOut;
                    for one in &pending {
                        one.failed(core, &fault);
                    }
                    return End::Lost { hangs, pid };
                }
            },
            Some(wish) = wishes.recv() => {
                let sent = match wish {
                    Wish::Ask(ask) => client.send(ask).await.map(drop),
                    Wish::Change(proposal) => {
                        let ask = Ask::Change { proposal: proposal.clone() };
                        client.send(ask).await.map(|ask| {
                            pending.push(Pending::new(core, id, ask, &proposal, steps));
                        })
                    }
                };
                if let Err(fault) = sent {
                    core.tell(TestNews::Answered(refused(&fault)));
                }
            }
        }
    }
}

/// The guard is gone: who holds the lock says so, and nobody else.
async fn lost(core: &Core, id: &SessionId, hangs: bool, pid: Option<u32>) {
    if hangs && core.may_write().is_ok() {
        let pid = pid.and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
        let own = std::process::id();
        if let Some(pid) = pid.filter(|pid| pid.as_raw_nonzero().get().unsigned_abs() != own) {
            kill_process(pid, Signal::KILL).ok();
        }
    }
    for _ in 0..10 {
        if !is_held(&core.dir, id) {
            break;
        }
        tokio::time::sleep(LOOK / 5).await;
    }
}

/// A guard that died while we were attached is restarted, and goes on where it was.
async fn restart(core: &Core, id: &SessionId) {
    if find::is_closed(core, id) {
        return;
    }
    let session = id.clone();
    let restarts = core.may_write().is_ok() && find::may_restart(core, id, Timestamp::now());
    core.tell(TestNews::Died {
        session: session.clone(),
        restarts,
    });
    if !restarts {
        tokio::time::sleep(AGAIN).await;
        return;
    }
    let resume = Resume::On;
    if let Err(fault) = begin::guard(core, Task::TakeUp { session, resume }).await {
        core.tell(TestNews::Started(Err(fault)));
        tokio::time::sleep(AGAIN).await;
    }
}
