//! What was said of a source last, so that a quiet group is quiet.

use super::Sink;
use crate::domain::log::TailSource;
use crate::model::message::Message;
use crate::model::tail::{Method, Tail, TailState};
use std::sync::Arc;
use std::time::Duration;

pub(super) struct Told {
    source: Arc<TailSource>,
    send: Sink,
    state: Option<TailState>,
    method: Option<Method>,
    /// Of the newest lines; where none come it stays.
    pub(super) lag: Duration,
}

impl Told {
    pub(super) fn new(source: Arc<TailSource>, send: Sink) -> Self {
        Self {
            source,
            send,
            state: None,
            method: None,
            lag: Duration::ZERO,
        }
    }

    pub(super) fn state(&mut self, state: TailState) {
        if let TailState::Following { lag } = state {
            self.lag = lag;
        }
        if self.state.as_ref() != Some(&state) {
            self.state = Some(state.clone());
            self.once(state);
        }
    }

    /// Something that happened, not how it stands.
    pub(super) fn once(&self, state: TailState) {
        let source = (*self.source).clone();
        (self.send)(Message::Tail(Tail::State { source, state }));
    }

    pub(super) fn method(&mut self, method: Method) {
        if self.method.as_ref() != Some(&method) {
            self.method = Some(method.clone());
            let source = (*self.source).clone();
            (self.send)(Message::Tail(Tail::Method { source, method }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    #[test]
    fn a_state_and_a_method_are_said_once() {
        let times = Arc::new(AtomicUsize::new(0));
        let count = times.clone();
        let source = TailSource {
            region: None,
            group: "g".into(),
            stream_prefix: None,
        };
        let send: Sink = Arc::new(move |_| _ = count.fetch_add(1, Relaxed));
        let mut told = Told::new(Arc::new(source), send);
        for _ in 0..3 {
            told.state(TailState::Following {
                lag: Duration::ZERO,
            });
            told.method(Method::Live { sampled: false });
        }
        told.state(TailState::Starting);
        told.method(Method::Live { sampled: true });
        assert_eq!(times.load(Relaxed), 4);
    }
}
