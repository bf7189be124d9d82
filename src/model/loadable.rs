//! A thing that is loaded and reloaded: old rows stay on screen while the next
//! answer is awaited, and "stale", "partial" and "failed" can all be said at once.

use super::time::Now;
use crate::domain::fault::Fault;
use std::time::Duration;

/// Whether an answer was whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completeness {
    Whole,
    /// So many of so many.
    Partial {
        have: usize,
        of: Option<usize>,
    },
}

/// What the newest request is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fetch {
    #[default]
    Idle,
    InFlight {
        since: Duration,
    },
    Failed {
        fault: Fault,
        next_try: Option<Duration>,
    },
}

/// Rows that were loaded, and the state of the next load.
#[derive(Clone, Debug, PartialEq)]
pub struct Loadable<T> {
    rows: Option<(T, Now, Completeness)>,
    fetch: Fetch,
    generation: u64,
}

impl<T> Default for Loadable<T> {
    fn default() -> Self {
        Self {
            rows: None,
            fetch: Fetch::Idle,
            generation: 0,
        }
    }
}

impl<T> Loadable<T> {
    /// A request left.
    pub fn started(&mut self, now: Now) {
        self.fetch = Fetch::InFlight { since: now.mono };
    }

    /// A part or the whole arrived; `Whole` ends the request.
    pub fn arrived(&mut self, rows: T, now: Now, completeness: Completeness) {
        if completeness == Completeness::Whole {
            self.fetch = Fetch::Idle;
        }
        self.rows = Some((rows, now, completeness));
        self.generation += 1;
    }

    /// The request failed; the old rows stay.
    pub fn failed(&mut self, fault: Fault, next_try: Option<Duration>) {
        self.fetch = Fetch::Failed { fault, next_try };
    }

    /// The rows, old or new.
    pub fn rows(&self) -> Option<&T> {
        self.rows.as_ref().map(|r| &r.0)
    }

    /// Whether an answer, or a refusal, has come at all.
    pub fn has_told(&self) -> bool {
        self.rows().is_some() || self.fault().is_some()
    }

    /// The rows, to change in place (a detail that arrived later); counts as a new generation.
    pub fn rows_mut(&mut self) -> Option<&mut T> {
        self.generation += 1;
        self.rows.as_mut().map(|r| &mut r.0)
    }

    /// When the rows arrived.
    pub fn at(&self) -> Option<Now> {
        self.rows.as_ref().map(|r| r.1)
    }

    /// Whether the rows are all there is.
    pub fn completeness(&self) -> Option<&Completeness> {
        self.rows.as_ref().map(|r| &r.2)
    }

    /// What the newest request is doing.
    pub fn fetch(&self) -> &Fetch {
        &self.fetch
    }

    /// The fault, when the newest request failed.
    pub fn fault(&self) -> Option<&Fault> {
        match &self.fetch {
            Fetch::Failed { fault, .. } => Some(fault),
            _ => None,
        }
    }

    /// Counts arrivals: caches of sorted and filtered indices are keyed by it.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Forgets everything (another account, region or cluster).
    pub fn clear(&mut self) {
        *self = Self {
            generation: self.generation + 1,
            ..Self::default()
        };
    }
}
