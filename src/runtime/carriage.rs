//! The carrier from the event loop's side: built when there are clients, built
//! anew when they are. What is ordered before waits.

use super::carrier::{Access, Carrier, Options};
use super::inbox::Post;
use super::reads::News;
use crate::aws::Aws;
use crate::domain::fault::{Fault, FaultKind};
use crate::journal::Store;
use crate::model::settings::Mode;
use crate::session::machine::Pace;
use crate::session::order::Order;
use std::path::PathBuf;
use std::sync::Arc;
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
}

/// One journal for the life of the process, opened when it is first needed.
#[derive(Debug)]
struct Journal {
    dir: PathBuf,
    store: OnceCell<Store>,
}

impl Carriage {
    /// The journal is `journal` below `state_dir`.
    pub fn new(runtime: Handle, post: Post<News>, state_dir: &std::path::Path) -> Self {
        let (orders, taken) = mpsc::unbounded_channel();
        let journal = Arc::new(Journal {
            dir: state_dir.join("journal"),
            store: OnceCell::new(),
        });
        Self {
            runtime,
            post,
            journal,
            orders,
            taken: Some(taken),
        }
    }

    /// Hands an order over.
    pub fn order(&self, order: Order) {
        // Fails only when the carrier died of a bug; its panic is in the log and in its report.
        let _ = self.orders.send(order);
    }

    /// Other clients are being built: from now on orders wait for theirs, and
    /// none reaches the account before.
    pub fn detach(&mut self) {
        let (orders, taken) = mpsc::unbounded_channel();
        (self.orders, self.taken) = (orders, Some(taken));
    }

    /// Builds the carrier of these clients. One before it carries what it has begun to the end.
    pub fn start(&mut self, aws: Aws, mode: Mode) {
        if self.taken.is_none() {
            self.detach();
        }
        let Some(orders) = self.taken.take() else {
            return;
        };
        self.runtime.spawn(carry(
            aws,
            mode,
            self.journal.clone(),
            orders,
            self.post.clone(),
        ));
    }
}

async fn carry(
    aws: Aws,
    mode: Mode,
    journal: Arc<Journal>,
    mut orders: mpsc::UnboundedReceiver<Order>,
    post: Post<News>,
) {
    let options = Options {
        access: journal.access(mode).await,
        pace: Pace::default(),
    };
    let (told, mut reports) = mpsc::channel(REPORTS);
    let carrier = Carrier::spawn(aws, options, told);
    tokio::spawn(async move {
        while let Some(message) = reports.recv().await {
            post.news(News::Message(message));
        }
    });
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
