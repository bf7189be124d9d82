//! The workers that go through the lines in memory: one for each kind of work, and
//! newer work ends older work of its kind at its next slice.

use crate::domain::fault::{Fault, FaultKind};
use crate::model::message::Message;
use crate::model::sift::{Kind, Sift, Sifted, Task};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::runtime::Handle;

/// Takes what was found; must not block.
pub type Sink = Arc<dyn Fn(Message) + Send + Sync>;

/// Begins work and remembers the newest of each kind.
#[derive(Clone, Debug, Default)]
pub struct Sifter {
    search: Arc<AtomicU64>,
    filter: Arc<AtomicU64>,
}

impl Sifter {
    fn newest(&self, kind: Kind) -> &Arc<AtomicU64> {
        match kind {
            Kind::Search => &self.search,
            Kind::Filter => &self.filter,
        }
    }

    /// Begins; what is under way of its kind ends without an answer.
    pub fn begin(&self, sift: Sift, runtime: &Handle, send: Sink) {
        let newest = self.newest(sift.task.kind()).clone();
        newest.store(sift.id, Ordering::Release);
        runtime.spawn_blocking(move || {
            let id = sift.id;
            let still = || newest.load(Ordering::Acquire) == id;
            let run = || run(sift, &still, &|found| send(Message::Sifted(found)));
            if catch_unwind(AssertUnwindSafe(run)).is_err() {
                let fault = broken();
                send(Message::Sifted(Sifted::Broken { id, fault }));
            }
        });
    }
}

fn run(sift: Sift, still: &dyn Fn() -> bool, send: &dyn Fn(Sifted)) {
    let id = sift.id;
    match sift.task {
        Task::Search(mut search) => {
            while still() {
                let slice = search.next_slice();
                let ended = slice.is_none();
                // Slices without hits are no news.
                if slice.as_ref().is_none_or(|hits| !hits.is_empty()) {
                    send(Sifted::Hits { id, slice });
                }
                if ended {
                    return;
                }
            }
        }
        Task::Filter(filter, snapshot) => {
            let order = snapshot.filter(&filter);
            if still() {
                send(Sifted::Passing {
                    id,
                    filter,
                    snapshot,
                    order,
                });
            }
        }
    }
}

fn broken() -> Fault {
    Fault::new(
        FaultKind::Internal,
        "Going through the lines in memory stopped on a bug of ours",
    )
    .means("what is shown is as it was")
    .next("try another text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::log::{RawEvent, TailSource};
    use crate::logs::chunk::Chunk;
    use crate::logs::filter::Filter;
    use crate::logs::needle::Needle;
    use crate::logs::ring::Ring;
    use crate::logs::search::Search;
    use std::cell::RefCell;

    fn ring(lines: usize) -> Ring {
        let source = Arc::new(TailSource {
            region: None,
            group: "g".into(),
            stream_prefix: None,
        });
        let events: Vec<RawEvent> = (0..lines)
            .map(|n| RawEvent {
                id: n.to_string().into(),
                stream: "s".into(),
                timestamp: n as i64,
                ingested: n as i64,
                late: false,
                message: format!("{n} {}", "x".repeat(2_000)),
            })
            .collect();
        let mut ring = Ring::new(1 << 30);
        for chunk in Chunk::seal(&source, &events) {
            ring.push(Arc::new(chunk));
        }
        ring
    }

    fn found(sift: Sift, slices: usize) -> Vec<Sifted> {
        let all = RefCell::new(Vec::new());
        let still = || all.borrow().len() < slices;
        run(sift, &still, &|found| all.borrow_mut().push(found));
        all.into_inner()
    }

    #[test]
    fn hits_come_slice_by_slice_and_newer_work_ends_older_work() {
        let ring = ring(2_000);
        let sift = |id| Sift {
            id,
            task: Task::Search(Box::new(Search::new(
                Needle::new("xx"),
                ring.snapshot(),
                None,
            ))),
        };
        let all = found(sift(1), usize::MAX);
        assert!(all.len() > 3, "{}", all.len());
        assert!(matches!(
            all.last(),
            Some(Sifted::Hits { id: 1, slice: None })
        ));
        let hits = |found: &Sifted| match found {
            Sifted::Hits { slice, .. } => slice.as_ref().map_or(0, Vec::len),
            _ => 0,
        };
        assert_eq!(all.iter().map(hits).sum::<usize>(), 2_000);
        assert_eq!(found(sift(2), 2).len(), 2);
    }

    #[test]
    fn a_filter_is_answered_once_with_what_passes() {
        let mut ring = ring(300);
        let filter = Filter::parse("\"29\"").unwrap();
        let task = Task::Filter(Box::new(filter), Box::new(ring.snapshot()));
        let mut all = found(Sift { id: 7, task }, usize::MAX);
        let Some(Sifted::Passing {
            id: 7,
            filter,
            snapshot,
            order,
        }) = all.pop()
        else {
            panic!("{all:?}")
        };
        assert!(ring.adopt(&snapshot, *filter, order));
        assert_eq!(ring.shown().len(), 13); // 29, 129, 229, 290 to 299
    }
}
