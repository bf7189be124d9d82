//! What is said by tasks that may still run when nobody is to hear them any more: an abort ends a task at its next await,
//! and until then it says what it was about to say.

use super::Sink;
use std::sync::{Arc, PoisonError, RwLock};

/// Open until it is closed, for good.
#[derive(Clone, Debug, Default)]
pub(super) struct Valve(Arc<RwLock<bool>>);

impl Valve {
    /// Says something while it is open.
    pub(super) fn pass(&self, say: impl FnOnce()) {
        let closed = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if !*closed {
            say();
        }
    }

    /// Once this is back, nothing is said any more. What is being said is waited for: nobody may block in it.
    pub(super) fn close(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = true;
    }

    /// The same sink, while it is open.
    pub(super) fn sink(&self, sink: Sink) -> Sink {
        let valve = self.clone();
        Arc::new(move |message| valve.pass(|| sink(message)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
    use std::thread;

    #[test]
    fn nothing_is_said_once_it_is_closed_though_somebody_is_about_to() {
        for _ in 0..200 {
            let (valve, over) = (Valve::default(), AtomicBool::new(false));
            let (said, late) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let say = || {
                thread::yield_now();
                said.fetch_add(1, SeqCst);
                late.fetch_add(usize::from(over.load(SeqCst)), SeqCst);
            };
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| (0..50).for_each(|_| valve.pass(say)));
                }
                while said.load(SeqCst) == 0 {
                    thread::yield_now();
                }
                valve.close();
                over.store(true, SeqCst);
            });
            assert_eq!(late.load(SeqCst), 0);
        }
    }
}
