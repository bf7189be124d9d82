//! How late lines are that have come: what "lag" says of them, and for how long it is true.
//!
//! A line of nine minutes ago that is found when a tail begins is not late: nobody asked for it before. And a group that
//! falls silent lags no more.

/// So long a figure stands for a group that brings nothing; and what is found at first lags by as much at most.
const STANDS: i64 = 10_000;

/// What the last lines of a source told. Times are milliseconds since 1970.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lag {
    /// When they came, and how late they were.
    last: Option<(i64, i64)>,
    /// All that was there was read once: what comes from now on is late by what it took.
    caught_up: bool,
}

impl Lag {
    /// Lines came at `now`, the newest of which were ingested then.
    pub fn came(&mut self, ingested: i64, now: i64) {
        let lag = (now - ingested).max(0);
        if self.caught_up || lag <= STANDS {
            self.last = Some((now, lag));
        }
    }

    /// All that is there is read.
    pub fn catch_up(&mut self) {
        self.caught_up = true;
    }

    /// Something was left out: what comes next was there before.
    pub fn jump(&mut self) {
        *self = Self::default();
    }

    /// How late lines are, in milliseconds; `None` where none have come lately.
    pub fn at(&self, now: i64) -> Option<i64> {
        let stands = |(came, _): &(i64, i64)| now - came < STANDS;
        self.last.filter(stands).map(|(_, lag)| lag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_before_anybody_asked_is_not_late_and_what_comes_then_is() {
        let mut lag = Lag::default();
        lag.came(460_000, 1_000_000);
        assert_eq!(lag.at(1_000_000), None, "nine minutes old, at the start");
        lag.came(999_700, 1_000_100);
        assert_eq!(lag.at(1_000_100), Some(400), "a busy one is known at once");
        lag.catch_up();
        lag.came(1_000_500, 1_060_500);
        assert_eq!(lag.at(1_060_500), Some(60_000));
        lag.jump();
        lag.came(1_000_500, 1_060_600);
        assert_eq!(lag.at(1_060_600), None);
    }

    #[test]
    fn who_falls_silent_lags_no_more() {
        let mut lag = Lag::default();
        lag.catch_up();
        lag.came(5_000, 5_300);
        assert_eq!(lag.at(15_299), Some(300));
        assert_eq!(lag.at(15_300), None);
    }
}
