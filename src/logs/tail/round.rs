//! One pass over the pages of a span.

use super::{Ask, Errand, LATEST};

#[derive(Clone, Debug)]
pub(super) struct Round {
    pub(super) start: i64,
    pub(super) end: Option<i64>,
    pub(super) token: Option<String>,
    /// When it began, by the clock; of a long one, when it came to where lines may still come late.
    pub(super) began: i64,
    /// Of all rounds.
    pub(super) newest: i64,
    /// How far this one came.
    pub(super) reached: i64,
    /// The latest time of a line of this one.
    pub(super) latest: i64,
    /// It began again without its token, and none was taken since.
    pub(super) renewed: bool,
    pub(super) fresh: usize,
    pub(super) known: usize,
}

impl Round {
    pub(super) fn from(start: i64) -> Self {
        Self {
            start,
            end: None,
            token: None,
            began: i64::MAX,
            newest: i64::MIN,
            reached: i64::MIN,
            latest: i64::MIN,
            renewed: false,
            fresh: 0,
            known: 0,
        }
    }

    pub(super) fn between(start: i64, end: i64) -> Self {
        Self {
            end: Some(end),
            ..Self::from(start)
        }
    }

    pub(super) fn ask(&mut self, errand: Errand, now: i64) -> Ask {
        self.began = self.began.min(now);
        Ask {
            errand,
            start: self.start,
            end: self.end,
            token: self.token.clone(),
        }
    }

    /// Turns to the next page; answers whether there is none. A service that repeats an empty page ends the round.
    pub(super) fn turn(&mut self, came: usize, next: Option<String>) -> bool {
        self.renewed &= self.token.is_none();
        let stuck = came == 0 && next == self.token;
        self.token = next.filter(|_| !stuck);
        self.token.is_none()
    }

    /// Where to begin again when the token is not taken any more: pages are in the order of time.
    pub(super) fn resumes(&self) -> i64 {
        self.start.max(self.reached.saturating_sub(LATEST))
    }

    /// Pages are in the order of time: where the last one lies so far back that nothing more can come late before it, the
    /// round as good as begins with the next one.
    pub(super) fn settle(&mut self) {
        if self.latest > i64::MIN && self.latest < self.began.saturating_sub(LATEST) {
            self.began = i64::MAX;
        }
    }

    /// Begins again without the token. Answers whether there was one, and any was taken since the last time.
    pub(super) fn restart(&mut self) -> bool {
        let had = self.token.is_some();
        let again = self.renewed;
        *self = Self {
            renewed: again || had,
            end: self.end,
            began: self.began,
            newest: self.newest,
            reached: self.reached,
            latest: self.latest,
            ..Self::from(self.resumes())
        };
        had && !again
    }
}
