//! One log group that is tailed.

use crate::domain::fault::Fault;
use crate::domain::log::TailSource;
use crate::model::message::TailState;
use crate::model::tail::Method;
use std::collections::BTreeSet;
use std::time::Duration;

/// Seconds that are remembered at most: a day.
const SECONDS: usize = 86_400;

/// One group, with its state; `None` until its tail has begun: what comes before that belongs to an older one.
#[derive(Clone, Debug)]
pub struct Feed {
    pub source: TailSource,
    pub state: Option<TailState>,
    /// The backlogs left out since it began.
    pub skipped: Option<Duration>,
    /// The seconds since 1970 of which Live Tail sent only some lines.
    pub sampled: BTreeSet<i64>,
    /// How it is read, once it says so.
    pub method: Option<Method>,
}

impl Feed {
    pub(super) fn new(source: TailSource) -> Self {
        Self {
            source,
            state: None,
            skipped: None,
            sampled: BTreeSet::new(),
            method: None,
        }
    }

    pub(super) fn note(&mut self, state: &TailState) {
        match state {
            TailState::Skipped(gap) if self.state.is_some() => {
                self.skipped = Some(self.skipped.unwrap_or_default() + gap.span());
            }
            TailState::Sampled { at } if self.state.is_some() => {
                self.sample((*at - 1).div_euclid(1_000));
            }
            TailState::Whole { from, to } => {
                self.sampled
                    .retain(|second| !(*from..*to).contains(&(second * 1_000)));
            }
            TailState::Skipped(_) | TailState::Sampled { .. } => {}
            state if self.state.is_some() || *state == TailState::Starting => {
                self.state = Some(state.clone());
            }
            _ => {}
        }
    }

    fn sample(&mut self, second: i64) {
        self.sampled.insert(second);
        if self.sampled.len() > SECONDS {
            self.sampled.pop_first();
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
