//! Where what a Live Tail brings joins what is polled.

use super::{Feed, Line, ROUNDS, Reading};
use crate::domain::fault::Fault;
use crate::domain::log::RawEvent;
use crate::logs::chunk::Chunk;
use crate::model::tail::{Method, TailState};
use std::time::Duration;

/// Lines of a session that wait for what is polled before them, at most: ten seconds of as many as AWS sends.
const HELD: usize = 5_000;
/// A Live Tail is called sampled for so long after an update that was.
const SAMPLED: Duration = Duration::from_secs(10);

impl Line {
    /// Answers whether it is to be polled at once.
    pub(super) fn fed(&mut self, feed: Feed) -> bool {
        match feed {
            Feed::Up => {
                self.up();
                true
            }
            Feed::Events(events, sampled) => {
                self.sampling(sampled);
                self.brought(events);
                if self.is_joined() {
                    self.read_to_the_end(self.desk.clock.now().mono);
                }
                false
            }
            Feed::Down(why) => {
                self.down(why);
                true
            }
        }
    }

    /// Where it is polled, the round is read to its end first; where a session was renewed, there is none.
    fn up(&mut self) {
        self.told.method(Method::Live { sampled: false });
        self.follow.expect_live(self.now());
        if self.reading == Reading::Rests {
            self.follow.begin_live();
            self.reading = Reading::Joins(ROUNDS);
        } else {
            self.began = true;
        }
    }

    fn brought(&mut self, events: Vec<RawEvent>) {
        if self.ahead || self.is_joined() {
            return self.live(events);
        }
        self.held.extend(events);
        if self.held.len() > HELD {
            self.go_ahead();
        }
    }

    /// Shows what a session brings though what was polled does not reach it yet: that comes late, and is marked so.
    pub(super) fn go_ahead(&mut self) {
        let waits = self.began || self.reading == Reading::Joins(ROUNDS);
        if waits && !self.ahead {
            self.ahead = true;
            self.follow.go_ahead();
            let held = std::mem::take(&mut self.held);
            self.live(held);
        }
    }

    /// Whether what it brings joins what was polled already.
    pub(super) fn is_joined(&self) -> bool {
        let joined = match self.reading {
            Reading::Polls => false,
            Reading::Joins(rounds) => rounds < ROUNDS,
            Reading::Rests => true,
        };
        joined && !self.began
    }

    fn down(&mut self, why: Option<Fault>) {
        let held = std::mem::take(&mut self.held);
        if self.reading != Reading::Polls {
            self.live(held);
        }
        // Also of a session that ended before it joined what is polled.
        if self.began || self.reading != Reading::Polls {
            self.follow.end_live();
        }
        self.began = false;
        self.ahead = false;
        self.reading = Reading::Polls;
        self.told.method(Method::Polling { instead: why });
    }

    pub(super) fn live(&mut self, events: Vec<RawEvent>) {
        let now = self.now();
        let fresh = self.follow.live(events, now);
        let ingested = self.newest.add(&fresh);
        let mut sealed = Chunk::seal(&self.source, &fresh);
        let last = sealed.pop();
        self.show(sealed);
        let tells = self.is_joined() || !fresh.is_empty();
        if tells && !self.follow.is_mid_round() {
            self.lags(ingested, now);
            self.stands(now);
        }
        self.show(last);
    }

    fn sampling(&mut self, sampled: bool) {
        let now = self.desk.clock.now().mono;
        if sampled {
            self.sampled = Some(now);
            self.lossy = true;
            self.told.once(TailState::Sampled { at: self.now() });
        }
        let sampled = self.sampled.is_some_and(|at| now < at + SAMPLED);
        self.told.method(Method::Live { sampled });
    }
}
