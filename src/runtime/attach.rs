//! The console as a client of guards: finds the session that is open here, follows it, hands it what
//! the operator asks, restarts a guard that died, and looks for sessions of colleagues.

mod begin;
mod find;
mod follow;
mod foreign;
mod order;

use super::guard::Task;
use super::inbox::Post;
use super::reads::News;
use crate::aws::{Aws, Gate};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::identity::Scope;
use crate::domain::ids::SessionId;
use crate::journal::{self, Store};
use crate::model::message::{Message, TestNews};
use crate::model::settings::{Mode, Settings};
use crate::session::ask::Ask;
use crate::session::conductor::{self, Resume};
use crate::session::draft::Reason;
use crate::session::expiring::Expiring;
use crate::session::opening::Drafted;
use crate::session::order::Proposal;
use crate::session::plan::Plan;
use crate::session::shared::SharedRecord;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

/// What the operator wants of the session that is open here.
#[derive(Debug)]
pub enum Wish {
    Ask(Ask),
    /// A change of the console: it becomes a step of the session.
    Change(Box<Proposal>),
}

/// The console's side of load tests.
#[derive(Debug)]
pub struct Attach {
    runtime: Handle,
    post: Post<News>,
    dir: PathBuf,
    settings: Settings,
    /// Of the clients there are now.
    core: Option<Arc<Core>>,
    tasks: Vec<AbortHandle>,
}

/// What all tasks of one connection share.
#[derive(Debug)]
pub(super) struct Core {
    aws: Aws,
    settings: Settings,
    dir: PathBuf,
    post: Post<News>,
    wishes: mpsc::UnboundedSender<Wish>,
    /// The session that is followed now.
    open: Mutex<Option<SessionId>>,
    /// A change that became a session of its own: told on its row once that is followed.
    begun: Mutex<Option<order::Pending>>,
}

impl Core {
    fn tell(&self, news: TestNews) {
        self.post.news(News::Message(Message::Test(news)));
    }

    fn by() -> String {
        conductor::name(&journal::actor())
    }

    fn opened(&self) -> Option<SessionId> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.clone()
    }

    fn set_open(&self, id: Option<SessionId>) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = id;
    }

    fn set_begun(&self, pending: Option<order::Pending>) {
        *self.begun.lock().unwrap_or_else(PoisonError::into_inner) = pending;
    }

    fn take_begun(&self, id: &SessionId) -> Option<order::Pending> {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.take_if(|pending| pending.session == *id)
    }

    fn may_write(&self) -> Result<(), Fault> {
        if self.settings.mode == Mode::ReadOnly {
            return Err(self.settings.read_only());
        }
        Ok(())
    }

    async fn scope(&self) -> Result<Scope, Fault> {
        let who = self.aws.identity().await?;
        Ok(Scope {
            account: who.account,
            region: self.aws.region().clone(),
        })
    }
}

impl Attach {
    /// Sessions lie in the journal below `state_dir`.
    pub fn new(runtime: Handle, post: Post<News>, state_dir: &Path, settings: Settings) -> Self {
        Self {
            runtime,
            post,
            dir: state_dir.join("journal"),
            settings,
            core: None,
            tasks: Vec::new(),
        }
    }

    /// Other clients are being built: what belongs to the old ones is let go. Guards go on.
    pub fn detach(&mut self, settings: &Settings) {
        self.settings = settings.clone();
        self.core = None;
        self.tasks.drain(..).for_each(|task| task.abort());
    }

    /// Looks for what is open in the account of these clients.
    pub fn start(&mut self, aws: &Aws) {
        let settings = self.settings.clone();
        self.detach(&settings);
        let (wishes, taken) = mpsc::unbounded_channel();
        let core = Arc::new(Core {
            aws: aws.through(Gate::open()),
            settings,
            dir: self.dir.clone(),
            post: self.post.clone(),
            wishes,
            open: Mutex::default(),
            begun: Mutex::default(),
        });
        let follow = self.runtime.spawn(follow::follow(core.clone(), taken));
        let foreign = self.runtime.spawn(foreign::watch(core.clone()));
        self.tasks = vec![follow.abort_handle(), foreign.abort_handle()];
        self.core = Some(core);
    }

    /// A change while a session is open goes to its guard; else it is given back.
    pub fn take(&self, proposal: Box<Proposal>) -> Option<Box<Proposal>> {
        match &self.core {
            Some(core) if core.opened().is_some() => {
                core.wishes.send(Wish::Change(proposal)).ok();
                None
            }
            _ => Some(proposal),
        }
    }

    /// Asks the guard of the open session.
    pub fn ask(&self, ask: Ask) {
        if let Some(core) = &self.core {
            core.wishes.send(Wish::Ask(ask)).ok();
        }
    }

    /// Looks at a plan in the account.
    pub fn draft(&self, plan: Plan) {
        self.with(|core| async move {
            let drafted = begin::draft(&core, plan).await;
            core.tell(TestNews::Drafted(Box::new(drafted)));
        });
    }

    /// Begins what was agreed on.
    pub fn begin(&self, drafted: Box<Drafted>, accepted: Vec<Reason>) {
        self.with(|core| async move {
            let begun = begin::begin(&core, &drafted, &accepted).await;
            core.tell(TestNews::Started(begun));
        });
    }

    /// Makes a change that goes back by itself. In an open session it goes back with it.
    pub fn expire(&self, change: Box<Expiring>) {
        self.with(|core| async move {
            if core.opened().is_some() {
                core.wishes
                    .send(Wish::Change(Box::new(change.proposal)))
                    .ok();
            } else if let Err(fault) = begin::expiring(&core, &change).await {
                order::Pending::refused(&core, &change.proposal, &fault);
            }
        });
    }

    /// Takes a session up whose guard is gone.
    pub fn take_up(&self, session: SessionId, resume: Resume) {
        self.with(move |core| async move {
            let begun = match core.may_write() {
                Ok(()) => begin::guard(&core, Task::TakeUp { session, resume }).await,
                Err(fault) => Err(fault),
            };
            core.tell(TestNews::Started(begun));
        });
    }

    /// Leaves a request for a colleague's guard.
    pub fn request(&self, record: Box<SharedRecord>) {
        self.with(|core| async move {
            let message = match foreign::request(&core, &record).await {
                Ok(said) => Message::Told(said),
                Err(fault) => Message::Trouble(fault),
            };
            core.post.news(News::Message(message));
        });
    }

    /// Makes a session's report from the journal.
    pub fn report(&self, id: SessionId) {
        let (dir, post) = (self.dir.clone(), self.post.clone());
        self.runtime.spawn_blocking(move || {
            let report = begin::report(&dir, &id);
            post.news(News::Message(Message::Test(TestNews::Report(report))));
        });
    }

    fn with<F>(&self, work: impl FnOnce(Arc<Core>) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        if let Some(core) = &self.core {
            self.runtime.spawn(work(core.clone()));
            return;
        }
        let fault = Fault::new(FaultKind::Unreachable, "There is no connection to AWS yet")
            .next("try again in a moment");
        self.post.news(News::Message(Message::Trouble(fault)));
    }
}

impl Drop for Attach {
    fn drop(&mut self) {
        self.tasks.drain(..).for_each(|task| task.abort());
    }
}

/// The journal of this process's own small writes.
fn store(dir: &Path) -> Result<Store, Fault> {
    Store::open(dir)
}
