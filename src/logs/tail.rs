//! What to ask for next, and what of the answer is new: the tail of one group as
//! a state machine (aws-facts.md §4.1).
//!
//! Each round asks from a little before the newest line seen, because lines come
//! late; pages are followed to the end before the next round moves on; what was
//! seen before is known by its event id. Where so much is written that reading
//! the last minutes again and again cannot keep up, rounds reach back only a
//! moment, and a *sweep* beside them looks for what came late, page by page. A
//! line that comes no later than [`LATEST`] is shown exactly once.
//!
//! Lines of Live Tail come without an id: [`twin`] finds those that were read
//! both ways.

pub mod merge;
pub mod past;
pub mod quota;
pub mod rhythm;
mod round;
mod seen;
#[cfg(test)]
mod tests;
mod twin;

use crate::domain::log::{LogPage, RawEvent};
use round::Round;
use seen::Seen;
use twin::Twins;

/// How late a line may come and still be found, in milliseconds: agents keep lines for up to two minutes.
pub const LATEST: i64 = 150_000;
/// A line so much older than what was shown before it is marked as late: agents send every five seconds, so that
/// streams of one group are apart by as much in every hour of the day.
pub const WINDOW: i64 = 10_000;
/// How far back a round reaches while a sweep runs beside it, at most and at least.
const SHALLOW: (i64, i64) = (5_000, 500);
/// Known lines read again in one round: above, it becomes shallow, and shallower; below a quarter, deeper again.
const REREAD: usize = 5_000;
/// Between the beginnings of two sweeps.
const SWEEP_EVERY: i64 = 10_000;
/// Lines of one round that is far behind; then it jumps to the newest. More would not stay in memory anyway.
pub const BACKLOG: usize = 100_000;
/// A jump lands so far before now.
const LANDING: i64 = 60_000;
/// How far back a quiet group is asked: a longer silence need not be searched again and again. The clock of this
/// machine may be ahead of AWS's by as much, and nothing is missed.
const QUIET: i64 = 600_000;

/// Which pages an answer belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// The newest lines.
    Fresh,
    /// Lines that came late.
    Sweep,
}

/// The next request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    pub errand: Errand,
    /// Milliseconds since 1970, inclusive.
    pub start: i64,
    /// Exclusive; a round of the newest lines has no end, or those of this moment would be missed.
    pub end: Option<i64>,
    pub token: Option<String>,
}

/// What a page brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Lines never seen before, in the order they came.
    pub fresh: Vec<RawEvent>,
    /// The backlog was too long: lines of so many milliseconds are left out.
    pub skipped: Option<i64>,
}

/// The state of one source.
#[derive(Debug)]
pub struct Follow {
    /// No round asks for anything older.
    floor: i64,
    /// The newest time seen, but never ahead of the clock: a producer with a fast one must not hide the others.
    watermark: i64,
    /// The watermark when lines of all ages were last asked for: what came late since then is still to be found.
    mark: i64,
    /// How far rounds reach back; `None` while each reaches back over everything that may come late.
    shallow: Option<i64>,
    /// Little is written any more: the next round reaches back to everything that no sweep has seen.
    calm: bool,
    round: Round,
    sweep: Option<Round>,
    /// When the last sweep began, by the clock.
    swept: i64,
    /// What was shown before this round.
    shown: i64,
    backlog: usize,
    seen: Seen,
    twins: Option<Twins>,
    /// A Live Tail is ahead of what is polled: what lies between them is still to be asked for.
    ahead: bool,
}

impl Follow {
    /// Follows a group from `start` on, in milliseconds since 1970.
    pub fn new(start: i64) -> Self {
        Self {
            floor: start,
            watermark: start,
            mark: start,
            shallow: None,
            calm: false,
            round: Round::from(start),
            sweep: None,
            swept: i64::MIN,
            shown: i64::MAX,
            backlog: BACKLOG,
            seen: Seen::default(),
            twins: None,
            ahead: false,
        }
    }

    /// Never jumps over a backlog, however long it is.
    #[must_use]
    pub fn whole(mut self) -> Self {
        self.backlog = usize::MAX;
        self
    }

    /// What to ask for at `now` (milliseconds since 1970), for the newest lines.
    pub fn ask(&mut self, now: i64) -> Ask {
        self.round.ask(Errand::Fresh, now)
    }

    /// The next page of the search for late lines, where one is due. To be asked between rounds.
    pub fn sweep(&mut self, now: i64) -> Option<Ask> {
        let shallow = self.shallow?;
        if self.sweep.is_none() {
            if now < self.swept.saturating_add(SWEEP_EVERY) {
                return None;
            }
            let end = self.watermark - shallow;
            let start = (self.mark - LATEST).max(self.floor);
            self.sweep = (start < end).then(|| Round::between(start, end));
            self.mark = self.watermark;
            self.swept = now;
        }
        Some(self.sweep.as_mut()?.ask(Errand::Sweep, now))
    }

    /// Whether pages of this round are still to be read.
    pub fn is_mid_round(&self) -> bool {
        self.round.token.is_some()
    }

    /// The newest time seen, for "how far behind"; while a Live Tail is ahead, that to which the group was polled.
    pub fn newest(&self) -> Option<i64> {
        let newest = if self.ahead {
            self.round.reached
        } else {
            self.round.newest
        };
        (newest > i64::MIN).then_some(newest)
    }

    /// Takes in the answer to the last [`Follow::ask`] or [`Follow::sweep`].
    pub fn take(&mut self, errand: Errand, page: LogPage, now: i64) -> Taken {
        match errand {
            Errand::Fresh => self.take_newest(page, now),
            Errand::Sweep => Taken {
                fresh: self.take_late(page),
                skipped: None,
            },
        }
    }

    /// The token is not taken any more: the same span is asked for again from its first page.
    pub fn restart(&mut self, errand: Errand) {
        match errand {
            Errand::Fresh => {
                self.round.restart();
                self.round.start = self.round.start.max(self.floor);
            }
            Errand::Sweep => {
                if let Some(sweep) = &mut self.sweep {
                    sweep.restart();
                }
            }
        }
    }

    /// Leaves out what lies between the newest line and `now`; answers with how much that is, where it is anything.
    pub fn go_to(&mut self, now: i64) -> Option<i64> {
        self.leave_out(now - WINDOW)
    }

    /// A Live Tail has begun in the middle of a round: what is polled from now on is known when it comes both ways.
    pub fn expect_live(&mut self) {
        self.twins.get_or_insert_default();
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
        self.reach_back();
    }

    /// The next round reaches back over everything that may have come late since lines of all ages were asked for.
    fn reach_back(&mut self) {
        if !self.is_mid_round() {
            self.begin((self.mark.min(self.watermark) - LATEST).max(self.floor));
        }
    }

    fn take_newest(&mut self, page: LogPage, now: i64) -> Taken {
        let (fresh, ended) = self.taken(Errand::Fresh, page);
        if ended {
            self.end_round();
            return Taken {
                fresh,
                skipped: None,
            };
        }
        self.forget_behind();
        let too_much = self.round.fresh >= self.backlog;
        let skipped = too_much.then(|| self.leave_out(now - LANDING)).flatten();
        Taken { fresh, skipped }
    }

    fn take_late(&mut self, page: LogPage) -> Vec<RawEvent> {
        let (fresh, ended) = self.taken(Errand::Sweep, page);
        if ended && let Some(sweep) = self.sweep.take() {
            self.calm = sweep.known + sweep.fresh < REREAD / 4;
            self.forget();
        }
        fresh
    }

    /// What is new of a page, and whether it was the last one.
    fn taken(&mut self, errand: Errand, page: LogPage) -> (Vec<RawEvent>, bool) {
        let came = page.events.len();
        let newest = page.events.last().map_or(i64::MIN, |event| event.timestamp);
        let fresh = self.unseen(page.events);
        let fresh = self.dated(fresh);
        let round = match errand {
            Errand::Fresh => &mut self.round,
            Errand::Sweep => self.sweep.get_or_insert_with(|| Round::from(self.floor)),
        };
        round.fresh += fresh.len();
        round.known += came - fresh.len();
        round.reached = newest.max(round.reached);
        let ended = round.turn(came, page.next);
        (fresh, ended)
    }

    fn unseen(&mut self, events: Vec<RawEvent>) -> Vec<RawEvent> {
        let (seen, twins) = (&mut self.seen, &mut self.twins);
        let new = |event: &RawEvent| {
            let id = event.id.digest();
            let new = seen.add(event.timestamp, id);
            // Whoever was shown by a Live Tail is not new, though its id is.
            twins
                .as_mut()
                .map_or(new, |twins| twins.polled(event, id) && new)
        };
        events.into_iter().filter(new).collect()
    }

    /// Marks what comes late, and notes the newest.
    fn dated(&mut self, mut fresh: Vec<RawEvent>) -> Vec<RawEvent> {
        for event in &mut fresh {
            event.late = self.shown != i64::MAX && event.timestamp < self.shown - WINDOW;
            self.round.newest = self.round.newest.max(event.timestamp);
        }
        fresh
    }

    /// What was shown, by a clock that producers may be ahead of.
    fn shown_by(&self, clock: i64) -> i64 {
        match self.round.newest {
            i64::MIN => i64::MAX,
            newest => newest.min(clock),
        }
    }

    fn end_round(&mut self) {
        self.ahead = false;
        let clock = self.round.began;
        let quiet = clock.saturating_sub(QUIET);
        self.watermark = self.watermark.max(self.round.newest.min(clock)).max(quiet);
        self.shown = self.shown_by(clock);
        self.adapt();
        self.begin_after();
        self.forget();
    }

    /// Where the next round begins.
    fn begin_after(&mut self) {
        if std::mem::take(&mut self.calm) && self.sweep.is_none() {
            self.shallow = None;
            self.begin((self.mark - LATEST).max(self.floor));
            self.mark = self.watermark;
            return;
        }
        let overlap = self.shallow.unwrap_or(LATEST);
        if self.shallow.is_none() {
            self.mark = self.watermark;
        }
        self.begin((self.watermark - overlap).max(self.floor));
    }

    fn begin(&mut self, start: i64) {
        self.round = Round {
            newest: self.round.newest,
            ..Round::from(start)
        };
    }

    fn adapt(&mut self) {
        let (most, least) = SHALLOW;
        let known = self.round.known;
        self.shallow = match self.shallow {
            None if known > REREAD => Some(most),
            Some(reach) if known > REREAD => Some((reach / 2).max(least)),
            Some(reach) if known < REREAD / 4 => Some((reach * 2).min(most)),
            same => same,
        };
    }

    /// Forgets in the middle of a round, which may go over days: pages are in the order of time, so that what lies far
    /// behind was read long after it was written. Where no sweep looks for it, no late line is to be found there.
    fn forget_behind(&mut self) {
        if self.shallow.is_none() && self.sweep.is_none() {
            self.mark = self.mark.max(self.round.reached.min(self.round.began));
        }
        self.forget();
    }

    /// Forgets ids that nothing will ask for again.
    fn forget(&mut self) {
        let swept = self.sweep.as_ref().map_or(i64::MAX, |sweep| sweep.start);
        let next = (self.mark - LATEST).min(swept);
        let floor = next.min(self.round.resumes()).max(self.floor);
        self.seen.forget_before(floor);
        if let Some(twins) = &mut self.twins {
            twins.forget_before(floor);
        }
    }

    /// Leaves out what lies between the lines read so far and `target`.
    fn leave_out(&mut self, target: i64) -> Option<i64> {
        let newest = self.newest().unwrap_or(self.round.start);
        if newest >= target || !self.is_mid_round() {
            return None;
        }
        self.watermark = target;
        self.mark = target;
        self.floor = target;
        self.sweep = None;
        self.begin(target);
        self.forget();
        Some(target - newest)
    }
}
