//! The journal's own thread: an fsync may block it, and nobody else.

use crate::crash;
use crate::domain::fault::{Fault, FaultKind};
use std::sync::mpsc;
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// A handle on the thread. It ends with its last handle.
#[derive(Clone, Debug)]
pub struct Scribe {
    jobs: mpsc::Sender<Job>,
}

impl Scribe {
    /// Starts the thread.
    pub fn start() -> Self {
        let (jobs, taken) = mpsc::channel::<Job>();
        let work = move || {
            let alive = |_: &Job| crash::fail("journal-thread").is_ok();
            for job in taken.into_iter().take_while(alive) {
                job();
            }
        };
        // Without a thread every job is answered with a fault, and so nothing is sent.
        std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(work)
            .ok();
        Self { jobs }
    }

    /// Runs `job` on the thread, in order with all others.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let (answer, answered) = oneshot::channel();
        self.jobs
            .send(Box::new(move || drop(answer.send(job()))))
            .map_err(|_| gone())?;
        answered.await.map_err(|_| gone())
    }
}

fn gone() -> Fault {
    Fault::new(FaultKind::Internal, "The journal's thread has ended")
        .means("nothing more can be made durable, so nothing more is sent")
        .next("start tidegate again")
}
