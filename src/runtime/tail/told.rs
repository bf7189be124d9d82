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
}

impl Told {
    pub(super) fn new(source: Arc<TailSource>, send: Sink) -> Self {
        Self {
            source,
            send,
            state: None,
            method: None,
        }
    }

    pub(super) fn state(&mut self, state: TailState) {
        if self.state.as_ref() != Some(&state) {
            self.state = Some(state.clone());
            self.once(state);
        }
    }

    /// Nothing is known of what was written for so long; a trouble that was told stays what it is.
    pub(super) fn drags(&mut self, by: Duration) {
        match self.state {
            Some(TailState::Following { .. }) => self.state(TailState::Following { lag: Some(by) }),
            Some(TailState::Behind { .. }) => self.state(TailState::Behind { by }),
            Some(TailState::Throttled { .. }) => self.state(TailState::Throttled { by: Some(by) }),
            _ => {}
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
            told.state(TailState::Following { lag: None });
            told.method(Method::Live { sampled: false });
        }
        told.state(TailState::Starting);
        told.method(Method::Live { sampled: true });
        assert_eq!(times.load(Relaxed), 4);
        let by = Duration::from_secs(9);
        told.drags(by);
        assert_eq!(told.state, Some(TailState::Starting));
        told.state(TailState::Behind { by });
        told.drags(by * 2);
        assert_eq!(told.state, Some(TailState::Behind { by: by * 2 }));
        told.state(TailState::Following { lag: None });
        told.drags(by);
        assert_eq!(told.state, Some(TailState::Following { lag: Some(by) }));
    }
}
