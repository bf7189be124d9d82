//! One log group that is tailed.

use crate::domain::fault::Fault;
use crate::domain::log::TailSource;
use crate::model::message::TailState;
use crate::model::tail::Method;
use std::time::Duration;

/// One group, with its state; `None` until its tail has begun: what comes before that belongs to an older one.
#[derive(Clone, Debug)]
pub struct Feed {
    pub source: TailSource,
    pub state: Option<TailState>,
    /// The backlogs left out since it began.
    pub skipped: Option<Duration>,
    /// How it is read, once it says so.
    pub method: Option<Method>,
}

impl Feed {
    pub(super) fn new(source: TailSource) -> Self {
        Self {
            source,
            state: None,
            skipped: None,
            method: None,
        }
    }

    pub(super) fn note(&mut self, state: &TailState) {
        match state {
            TailState::Skipped { span } if self.state.is_some() => {
                self.skipped = Some(self.skipped.unwrap_or_default() + *span);
            }
            TailState::Skipped { .. } => {}
            state if self.state.is_some() || *state == TailState::Starting => {
                self.state = Some(state.clone());
            }
            _ => {}
        }
    }

    /// Why it stands still, and when it is tried again.
    pub fn failure(&self) -> Option<(&Fault, Option<Duration>)> {
        match &self.state {
            Some(TailState::Failed { fault, next_try }) => Some((fault, *next_try)),
            _ => None,
        }
    }
}
