//! The carrier from the event loop's side: built when there are clients, built
//! anew when they are. What is ordered before waits.

use super::carrier::{Access, Carrier, Live, Options};
use super::inbox::Post;
use super::reads::News;
use crate::aws::Aws;
use crate::domain::fault::{Fault, FaultKind};
use crate::journal::{self, Store};
use crate::model::message::Message;
use crate::model::settings::Mode;
use crate::session::machine::Pace;
use crate::session::order::{Order, Report};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::runtime::Handle;
use tokio::sync::{OnceCell, mpsc};

/// Reports on their way to the event loop; a carrier that is faster waits.
const REPORTS: usize = 64;

/// Where orders go.
#[derive(Debug)]
pub struct Carriage {
    runtime: Handle,
    post: Post<News>,
    journal: Arc<Journal>,
    orders: mpsc::UnboundedSender<Order>,
    /// Of the carrier that is to be built.
    taken: Option<mpsc::UnboundedReceiver<Order>>,
    /// Counts the channels: only the newest's carrier tells of the past.
    newest: Arc<AtomicU64>,
}

/// One journal for the life of the process, opened when it is first needed.
#[derive(Debug)]
struct Journal {
    dir: PathBuf,
    store: OnceCell<Store>,
    live: Live,
}

impl Carriage {
    /// The journal is `journal` below `state_dir`.
    pub fn new(runtime: Handle, post: Post<News>, state_dir: &std::path::Path) -> Self {
        let (orders, taken) = mpsc::unbounded_channel();
        let journal = Arc::new(Journal {
            dir: state_dir.join("journal"),
            store: OnceCell::new(),
            live: Live::default(),
        });
        Self {
            runtime,
            post,
            journal,
            orders,
            taken: Some(taken),
            newest: Arc::default(),
        }
    }

    /// Whether there is a record at all: something may have been left unfinished.
    pub fn has_record(&self) -> bool {
        self.journal.dir.is_dir()
    }

    /// Reads the record itself, which needs no account: where nothing is unfinished, nothing has to wait.
    pub fn look(&self) {
        let (journal, post) = (self.journal.clone(), self.post.clone());
        self.runtime.spawn_blocking(move || {
            if !journal::has_unfinished(&journal.dir) {
                post.news(News::Message(Message::Carrier(Report::Looked)));
            }
        });
    }

    /// Hands an order over.
    pub fn order(&self, order: Order) {
        // Fails only when the carrier died of a bug; its panic is in the log and in its report.
        let _ = self.orders.send(order);
    }

    /// Other clients are being built: from now on orders wait for theirs, none
    /// reaches the account before, and what was done there is no history here.
    pub fn detach(&mut self) {
        let (orders, taken) = mpsc::unbounded_channel();
        (self.orders, self.taken) = (orders, Some(taken));
        self.newest.fetch_add(1, Ordering::Relaxed);
    }

    /// Builds the carrier of these clients, which looks at once for what was left
    /// unfinished. One before it carries what it has begun to the end.
    pub fn start(&mut self, aws: Aws, mode: Mode) {
        if self.taken.is_none() {
            self.detach();
        }
        let Some(orders) = self.taken.take() else {
            return;
        };
        let number = self.newest.load(Ordering::Relaxed);
        let sink = Sink {
            post: self.post.clone(),
            newest: self.newest.clone(),
            number,
        };
        self.runtime
            .spawn(carry(aws, mode, self.journal.clone(), orders, sink));
    }
}

/// Where one carrier's reports go.
struct Sink {
    post: Post<News>,
    newest: Arc<AtomicU64>,
    number: u64,
}

impl Sink {
    /// An old carrier tells only of what it still carries.
    fn take(&self, message: Message) {
        let of_the_past = matches!(
            message,
            Message::Carrier(Report::History(_) | Report::Unfinished { .. })
        );
        if !of_the_past || self.newest.load(Ordering::Relaxed) == self.number {
            self.post.news(News::Message(message));
        }
    }
}

async fn carry(
    aws: Aws,
    mode: Mode,
    journal: Arc<Journal>,
    mut orders: mpsc::UnboundedReceiver<Order>,
    sink: Sink,
) {
    let options = Options {
        access: journal.access(mode).await,
        pace: Pace::default(),
        live: journal.live.clone(),
    };
    let (told, mut reports) = mpsc::channel(REPORTS);
    let carrier = Carrier::spawn(aws, options, told);
    tokio::spawn(async move {
        while let Some(message) = reports.recv().await {
            sink.take(message);
        }
    });
    carrier.order(Order::Inspect);
    while let Some(order) = orders.recv().await {
        carrier.order(order);
    }
}

impl Journal {
    async fn access(&self, mode: Mode) -> Access {
        if mode == Mode::ReadOnly {
            return Access::ReadOnly {
                dir: self.dir.clone(),
            };
        }
        match self.store.get_or_try_init(|| self.open()).await {
            Ok(store) => Access::Journal(store.clone()),
            Err(fault) => Access::Broken(fault),
        }
    }

    async fn open(&self) -> Result<Store, Fault> {
        let dir = self.dir.clone();
        let opened = tokio::task::spawn_blocking(move || Store::open(&dir)).await;
        opened.unwrap_or_else(|_| {
            Err(Fault::new(
                FaultKind::Internal,
                "Opening the journal ran into a bug of ours",
            ))
        })
    }
}
