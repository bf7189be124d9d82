//! The clocks: the only place that reads them for the console.

use crate::model::time::Now;
use jiff::Timestamp;
use std::time::Instant;

/// The program's clock; starts when it is made.
#[derive(Clone, Copy, Debug)]
pub struct Clock(Instant);

impl Clock {
    /// Starts at zero.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Both clocks, read now.
    pub fn now(&self) -> Now {
        Now {
            wall: Timestamp::now(),
            mono: self.0.elapsed(),
        }
    }
}
