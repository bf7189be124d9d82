//! A backlog that is left out: where the lines that are shown break off, and from when on they are whole again.

use super::{Follow, WINDOW};
use std::time::Duration;

/// A span whose lines are not shown, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// To here everything was read.
    pub from: i64,
    /// From here on everything comes; later than `from`.
    pub to: i64,
}

impl Gap {
    /// How long it is.
    pub fn span(&self) -> Duration {
        Duration::from_millis(self.to.saturating_sub(self.from).max(0).unsigned_abs())
    }
}

impl Follow {
    /// Leaves out what lies between the lines read so far and `now`; answers with the gap, where there is one.
    pub fn go_to(&mut self, now: i64) -> Option<Gap> {
        self.leave_out(now - WINDOW, now)
    }

    /// Leaves out what lies between the lines read so far and `target`. What a Live Tail has brought since it began has
    /// no holes, so that it stays.
    pub(super) fn leave_out(&mut self, target: i64, now: i64) -> Option<Gap> {
        let from = now - self.behind(now);
        if from >= target {
            return None;
        }
        let to = self.live_since.map_or(target, |since| since.min(target));
        self.watermark = target;
        self.mark = target;
        self.complete = target;
        self.floor = to.max(self.floor);
        self.sweep = None;
        self.begin(target);
        self.forget();
        (from < to).then_some(Gap { from, to })
    }
}
