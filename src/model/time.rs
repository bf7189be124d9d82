//! Time as a message: the only clock `update` and `draw` know.

use jiff::Timestamp;
use std::time::Duration;

/// One reading of both clocks. A deadline fires on whichever says first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// What the wall clock says; may jump.
    pub wall: Timestamp,
    /// Since the program started; never goes back.
    pub mono: Duration,
}

impl Now {
    /// The program's first moment, for initial states and tests.
    pub const START: Self = Self {
        wall: Timestamp::UNIX_EPOCH,
        mono: Duration::ZERO,
    };

    /// How long ago `at` was by the wall clock; zero when it lies ahead.
    pub fn since(&self, at: Timestamp) -> Duration {
        self.wall
            .duration_since(at)
            .try_into()
            .unwrap_or(Duration::ZERO)
    }
}
