//! The carrier: machine, journal and AWS put together. Every write of the console is carried here.
//!
//! Each session is a task of its own, so that a backup that takes an hour holds
//! nothing up; from the last look to the outcome only one of them has the turn.

mod inspect;
mod session;

use super::scribe::Scribe;
use crate::aws::Aws;
use crate::domain::fault::{Fault, FaultKind, LIFTS_READ_ONLY};
use crate::domain::identity::Identity;
use crate::domain::ids::SessionId;
use crate::domain::text::Text;
use crate::journal::Store;
use crate::model::message::Message;
use crate::session::machine::{Input, Pace};
use crate::session::moment::Moment;
use crate::session::order::{Order, Past, PastState, Report};
use crate::session::record::Place;
use jiff::Timestamp;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::{OnceCell, mpsc};
use tokio::task::JoinSet;

/// Whether, and with what, the carrier can write.
#[derive(Clone, Debug)]
pub enum Access {
    /// No journal is held, so there can be no permit; what lies in `dir` is only read.
    ReadOnly { dir: PathBuf },
    /// One for the life of the process, whatever profile is switched to.
    Journal(Store),
    /// The journal could not be opened: nothing can be changed.
    Broken(Fault),
}

/// What a carrier is built from.
#[derive(Clone, Debug)]
pub struct Options {
    pub access: Access,
    /// `Pace::default()`; shortened by tests only.
    pub pace: Pace,
    /// One for all carriers of a process: one built anew shows what the one before still carries.
    pub live: Live,
}

/// How lists show what is being carried now.
#[derive(Clone, Debug, Default)]
pub struct Live(Arc<Mutex<HashMap<SessionId, PastState>>>);

/// Takes orders. When it is dropped, what has begun is still carried to its end.
#[derive(Clone, Debug)]
pub struct CarrierHandle {
    orders: mpsc::UnboundedSender<Order>,
}

impl CarrierHandle {
    /// Hands an order over; its reports come as messages.
    pub fn order(&self, order: Order) {
        // Fails only when the runtime is gone, and the program with it.
        self.orders.send(order).ok();
    }
}

/// The carrier of one profile and region.
#[derive(Debug)]
pub struct Carrier;

impl Carrier {
    /// Starts a carrier on the current tokio runtime.
    #[allow(clippy::needless_pass_by_value)] // it keeps the clients for its life
    pub fn spawn(aws: Aws, options: Options, reports: mpsc::Sender<Message>) -> CarrierHandle {
        let (orders, taken) = mpsc::unbounded_channel();
        let core = Arc::new(Core {
            aws: aws.through(crate::aws::Gate::open()),
            access: options.access,
            pace: options.pace,
            reports,
            scribe: Scribe::start(),
            identity: OnceCell::new(),
            turn: Arc::default(),
            live: options.live,
            started: Instant::now(),
        });
        tokio::spawn(
            Desk {
                core,
                sessions: HashMap::new(),
                tasks: JoinSet::new(),
                deferred: Vec::new(),
            }
            .run(taken),
        );
        CarrierHandle { orders }
    }
}

/// What all sessions share.
#[derive(Debug)]
struct Core {
    aws: Aws,
    access: Access,
    pace: Pace,
    reports: mpsc::Sender<Message>,
    scribe: Scribe,
    identity: OnceCell<Identity>,
    /// Held from the last look before a write until its outcome is known.
    turn: Arc<tokio::sync::Mutex<()>>,
    live: Live,
    started: Instant,
}

impl Core {
    fn now(&self) -> Moment {
        Moment {
            wall: Timestamp::now(),
            mono: self.started.elapsed(),
        }
    }

    async fn tell(&self, report: Report) {
        // A console that is gone needs no report.
        self.reports.send(Message::Carrier(report)).await.ok();
    }

    async fn fail(&self, session: Option<SessionId>, summary: Text, fault: Fault) {
        self.tell(Report::Failed {
            session,
            summary,
            fault,
        })
        .await;
    }

    /// Account and region are pinned by asking STS once.
    async fn place(&self) -> Result<Place, Fault> {
        let who = self
            .identity
            .get_or_try_init(|| self.aws.identity())
            .await?;
        let scope = crate::domain::identity::Scope {
            account: who.account.clone(),
            region: self.aws.region().clone(),
        };
        Ok(Place {
            scope,
            caller: who.caller.clone(),
        })
    }

    /// The journal, if anything may be written at all.
    fn store(&self) -> Result<Store, Fault> {
        match &self.access {
            Access::Journal(store) => Ok(store.clone()),
            Access::Broken(fault) => Err(fault.clone()),
            Access::ReadOnly { .. } => Err(read_only()),
        }
    }

    fn dir(&self) -> Option<PathBuf> {
        match &self.access {
            Access::Journal(store) => Some(store.dir().to_owned()),
            Access::ReadOnly { dir } => Some(dir.clone()),
            Access::Broken(_) => None,
        }
    }

    fn live(&self) -> std::sync::MutexGuard<'_, HashMap<SessionId, PastState>> {
        self.live.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What lists show of a session: what is carried right now is not unfinished.
    fn shown(&self, past: Past) -> Past {
        let state = self
            .live()
            .get(&past.session)
            .copied()
            .unwrap_or(past.state);
        Past { state, ..past }
    }
}

/// Where orders come in and sessions are handed out.
struct Desk {
    core: Arc<Core>,
    sessions: HashMap<SessionId, mpsc::UnboundedSender<Input>>,
    tasks: JoinSet<Ended>,
    /// Orders for a session that was just ending.
    deferred: Vec<Order>,
}

/// A task that came to its end.
struct Ended {
    id: SessionId,
    /// Sessions that it found to be followed.
    follow: Vec<SessionId>,
}

impl Desk {
    async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        let mut open = true;
        while open || !self.tasks.is_empty() {
            tokio::select! {
                order = orders.recv(), if open => match order {
                    Some(order) => self.take(order),
                    None => open = false,
                },
                Some(ended) = self.tasks.join_next(), if !self.tasks.is_empty() => self.ended(ended).await,
            }
        }
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Apply(proposal) => {
                let id = Store::new_id(self.core.now().wall);
                let core = self.core.clone();
                self.start(id, |id, inputs| session::apply(core, id, *proposal, inputs));
            }
            Order::Undo { session, decisions } => {
                let input = Input::Undo(decisions.clone());
                self.hand(session.clone(), input, Order::Undo { session, decisions });
            }
            Order::Keep { session } => {
                self.hand(session.clone(), Input::Keep, Order::Keep { session });
            }
            Order::Inspect => self.inspect(),
        }
    }

    /// To the task that carries the session, or to a new one.
    fn hand(&mut self, id: SessionId, input: Input, order: Order) {
        let Some(task) = self.sessions.get(&id) else {
            let core = self.core.clone();
            return self.start(id, |id, inputs| session::resume(core, id, input, inputs));
        };
        if task.send(input).is_err() {
            self.deferred.push(order);
        }
    }

    fn start<F>(
        &mut self,
        id: SessionId,
        task: impl FnOnce(SessionId, mpsc::UnboundedReceiver<Input>) -> F,
    ) where
        F: Future<Output = Vec<SessionId>> + Send + 'static,
    {
        let (inputs, taken) = mpsc::unbounded_channel();
        self.sessions.insert(id.clone(), inputs);
        let (core, work) = (self.core.clone(), tokio::spawn(task(id.clone(), taken)));
        self.tasks.spawn(async move {
            let follow = work.await;
            if follow.is_err() {
                core.fail(Some(id.clone()), Text::fixed("a change"), broke_off())
                    .await;
            }
            Ended {
                id,
                follow: follow.unwrap_or_default(),
            }
        });
    }

    fn inspect(&mut self) {
        let core = self.core.clone();
        let id = SessionId::from("inspect");
        self.start(id, |_, _| inspect::inspect(core));
    }

    async fn ended(&mut self, ended: Result<Ended, tokio::task::JoinError>) {
        if let Ok(Ended { id, follow }) = ended {
            self.sessions.remove(&id);
            self.core.live().remove(&id);
            inspect::tell_history(&self.core).await;
            for id in follow {
                self.hand(id, Input::Follow, Order::Inspect);
            }
        }
        for order in std::mem::take(&mut self.deferred) {
            self.take(order);
        }
    }
}

fn read_only() -> Fault {
    Fault::new(FaultKind::Refused, "This is read-only mode")
        .means("nothing was sent")
        .next(LIFTS_READ_ONLY)
}

fn broke_off() -> Fault {
    Fault::new(
        FaultKind::Internal,
        "The change broke off by a mistake in tidegate",
    )
    .means("what was sent is in the journal")
    .next("press u to undo it, or start tidegate again to see where it stands")
}
