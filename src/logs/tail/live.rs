//! Where a Live Tail joins what is polled, and leaves it.

use super::{Follow, LATEST};
use crate::domain::log::RawEvent;

impl Follow {
    /// A session of Live Tail has begun at `now` (milliseconds since 1970), perhaps in the middle of a round: what is
    /// polled from now on is known when it comes both ways.
    pub fn expect_live(&mut self, now: i64) {
        self.twins.get_or_insert_default();
        self.live_since = Some(now);
    }

    /// A Live Tail has begun: from now on lines may come both ways. The next round reads the seam again.
    pub fn begin_live(&mut self) {
        self.twins.get_or_insert_default();
        self.reach_back();
    }

    /// What of a Live Tail's lines is new; `now` in milliseconds since 1970.
    pub fn live(&mut self, events: Vec<RawEvent>, now: i64) -> Vec<RawEvent> {
        let twins = self.twins.get_or_insert_default();
        // As a round, it knows nothing of what is older than all that is asked for.
        let floor = self.floor;
        let asked = |event: &RawEvent| event.timestamp >= floor && twins.live(event);
        let newer = events.into_iter().filter(asked);
        let fresh: Vec<RawEvent> = newer.collect();
        let fresh = self.dated(fresh);
        self.shown = self.shown_by(now);
        if !self.ahead {
            self.watermark = self.watermark.max(self.round.newest.min(now));
            self.mark = self.watermark;
            if self.live_since.is_some() && !self.is_mid_round() {
                self.complete = self.complete.max(now);
            }
            self.keep_pace();
            self.forget();
        }
        fresh
    }

    /// The lines of a Live Tail do not wait for what is polled: that comes late, when a round is read to its end.
    pub fn go_ahead(&mut self) {
        self.ahead = true;
    }

    /// The Live Tail has ended: polling goes on where it was, with what came late.
    pub fn end_live(&mut self) {
        self.live_since = None;
        self.reach_back();
    }

    /// No round is read while a session brings everything: the next one need not reach back to where it began.
    fn keep_pace(&mut self) {
        if !self.is_mid_round() {
            let reach = (self.mark - LATEST).max(self.floor);
            self.round.start = self.round.start.max(reach);
        }
    }

    /// The next round reaches back over everything that may have come late since lines of all ages were asked for.
    fn reach_back(&mut self) {
        if !self.is_mid_round() {
            let swept = self.sweep.take().map_or(i64::MAX, |sweep| sweep.start);
            let late = self.mark.min(self.watermark) - LATEST;
            self.begin(late.min(swept).max(self.floor));
        }
    }
}
