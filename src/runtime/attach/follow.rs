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
use crate::session::snapshot::Snapshot;
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
    Lost { hangs: bool },
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
    let peer = client.peer();
    let mut followed = Followed {
        core,
        id,
        pending: core.take_begun(id).into_iter().collect(),
        steps: 0,
        silent: false,
    };
    if let End::Lost { hangs } = followed.listen(&mut client, wishes).await {
        drop(client);
        lost(core, id, peer.filter(|_| hangs)).await;
    }
}

/// One session, as long as one connection lasts.
struct Followed<'a> {
    core: &'a Core,
    id: &'a SessionId,
    /// Changes of this console that became steps of it.
    pending: Vec<Pending>,
    steps: usize,
    silent: bool,
}

impl Followed<'_> {
    async fn listen(&mut self, client: &mut Client, wishes: &mut UnboundedReceiver<Wish>) -> End {
        loop {
            tokio::select! {
                biased;
                line = client.next() => {
                    let end = match line {
                        Ok(Line::Snapshot(seen)) => self.seen(seen),
                        Ok(Line::Answer { id, answer }) => self.answered(id, answer),
                        Err(fault) => self.failed(&fault),
                    };
                    if let Some(end) = end {
                        return end;
                    }
                }
                Some(wish) = wishes.recv() => self.wished(wish, client).await,
            }
        }
    }

    fn seen(&mut self, seen: Box<Snapshot>) -> Option<End> {
        self.silent = false;
        self.steps = seen.steps.len();
        let core = self.core;
        self.pending.retain_mut(|one| one.goes_on(core, &seen));
        let closed = seen.stage == Stage::Closed;
        core.tell(TestNews::Snapshot(seen));
        closed.then_some(End::Closed)
    }

    fn answered(&mut self, id: u64, answer: Answer) -> Option<End> {
        let waits = self.pending.iter().position(|one| one.ask == id);
        match (waits, &answer) {
            (Some(n), Answer::Refused { trouble }) => {
                let one = self.pending.remove(n);
                one.failed(self.core, &Fault::from(trouble));
            }
            (Some(_), Answer::Done { .. }) => {}
            // Attaching is not worth a word.
            (None, Answer::Done { said }) if said.is_empty() => {}
            (None, _) => self.core.tell(TestNews::Answered(answer)),
        }
        None
    }

    /// Silent once, it is only said; silent again, it hangs.
    fn failed(&mut self, fault: &Fault) -> Option<End> {
        let hangs = fault.kind == FaultKind::TimedOut;
        if hangs && !self.silent {
            self.silent = true;
            let session = self.id.clone();
            self.core.tell(TestNews::Silent {
                session,
                by: SILENCE,
            });
            return None;
        }
        for one in &self.pending {
            one.failed(self.core, fault);
        }
        Some(End::Lost { hangs })
    }

    async fn wished(&mut self, wish: Wish, client: &mut Client) {
        let sent = match wish {
            Wish::Ask(ask) => client.send(ask).await.map(drop),
            Wish::Change(proposal) => {
                let ask = Ask::Change {
                    proposal: proposal.clone(),
                };
                let sent = client.send(ask).await;
                sent.map(|ask| {
                    let one = Pending::new(self.core, self.id, ask, &proposal, self.steps);
                    self.pending.push(one);
                })
            }
        };
        if let Err(fault) = sent {
            self.core.tell(TestNews::Answered(refused(&fault)));
        }
    }
}

/// The guard is gone: who holds the lock says so, and nobody else. One that hangs is ended: the process
/// that the kernel knows at the other end of the socket, whatever a snapshot told of it.
async fn lost(core: &Core, id: &SessionId, hangs: Option<Pid>) {
    let own = |pid: &Pid| pid.as_raw_nonzero().get().unsigned_abs() == std::process::id();
    if let Some(pid) = hangs.filter(|pid| !own(pid) && core.may_write().is_ok()) {
        kill_process(pid, Signal::KILL).ok();
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
