//! Time as the machine knows it: handed in, never asked for.

use jiff::Timestamp;
use std::time::Duration;

/// One reading of both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// For people and records; may jump.
    pub wall: Timestamp,
    /// For deadlines; never goes back.
    pub mono: Duration,
}

impl Moment {
    /// The first moment, for tests.
    pub const START: Self = Self {
        wall: Timestamp::UNIX_EPOCH,
        mono: Duration::ZERO,
    };

    /// The same moment, so much later.
    #[must_use]
    pub fn later(self, by: Duration) -> Self {
        let wall = jiff::SignedDuration::try_from(by)
            .ok()
            .and_then(|d| self.wall.checked_add(d).ok());
        Self {
            wall: wall.unwrap_or(self.wall),
            mono: self.mono.saturating_add(by),
        }
    }
}
