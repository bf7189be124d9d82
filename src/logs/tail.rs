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

mod gap;
pub mod hold;
pub mod lag;
mod live;
pub mod merge;
pub mod newest;
pub mod past;
pub mod quota;
pub mod rhythm;
mod round;
mod seen;
#[cfg(test)]
mod tests;
mod twin;

use crate::domain::log::{LogPage, RawEvent};
pub use gap::Gap;
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
    /// The backlog was too long, and so much of it is left out.
    pub skipped: Option<Gap>,
    /// The span of which all lines were read, late ones aside, where the page was the last of it (milliseconds since
    /// 1970).
    pub whole: Option<(i64, i64)>,
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
    /// When the last round began that was read to its end, by the clock: then all until that time was there.
    complete: i64,
    /// What was shown before this round.
    shown: i64,
    backlog: usize,
    seen: Seen,
    twins: Option<Twins>,
    /// A Live Tail is ahead of what is polled: what lies between them is still to be asked for.
    ahead: bool,
    /// Since when a Live Tail has brought everything that comes, by the clock.
    live_since: Option<i64>,
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
            complete: i64::MIN,
            shown: i64::MAX,
            backlog: BACKLOG,
            seen: Seen::default(),
            twins: None,
            ahead: false,
            live_since: None,
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
            // Where little is written any more, the next round does without it.
            if self.calm || now < self.swept.saturating_add(SWEEP_EVERY) {
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

    /// Whether pages of the search for late lines are to be read soon: it has not ended, and began when lines could still
    /// come late.
    pub fn is_sweeping(&self) -> bool {
        self.sweep.is_some() && self.swept <= self.watermark.saturating_add(LATEST)
    }

    /// Whether pages of this round are still to be read.
    pub fn is_mid_round(&self) -> bool {
        self.round.token.is_some()
    }

    /// To when everything was read, late lines aside, in milliseconds since 1970 and never after `now`; `None` before the
    /// first page. Of a quiet group that is no time of a line: it is when it was asked.
    pub fn read_to(&self, now: i64) -> Option<i64> {
        let reached = self.complete.max(self.round.reached).min(now);
        (reached > i64::MIN).then_some(reached)
    }

    /// How far behind `now` the reading is, in milliseconds.
    pub fn behind(&self, now: i64) -> i64 {
        (now - self.read_to(now).unwrap_or(self.round.start)).max(0)
    }

    /// Takes in the answer to the last [`Follow::ask`] or [`Follow::sweep`].
    pub fn take(&mut self, errand: Errand, page: LogPage, now: i64) -> Taken {
        match errand {
            Errand::Fresh => self.take_newest(page, now),
            Errand::Sweep => Taken {
                fresh: self.take_late(page, now),
                ..Taken::default()
            },
        }
    }

    /// The token is not taken any more: the span is asked for again, from a little before where it was read to. Answers
    /// whether that is another question, which may be asked at once.
    pub fn restart(&mut self, errand: Errand) -> bool {
        match errand {
            Errand::Fresh => {
                let other = self.round.restart();
                self.round.start = self.round.start.max(self.floor);
                other
            }
            Errand::Sweep => self.sweep.as_mut().is_some_and(Round::restart),
        }
    }

    fn take_newest(&mut self, page: LogPage, now: i64) -> Taken {
        let (fresh, ended) = self.taken(Errand::Fresh, page, now);
        if ended {
            let whole = Some((self.round.start, self.round.began));
            self.end_round();
            return Taken {
                fresh,
                whole,
                ..Taken::default()
            };
        }
        self.round.settle();
        self.forget_behind();
        let too_much = self.round.fresh >= self.backlog;
        let skipped = too_much
            .then(|| self.leave_out(now - LANDING, now))
            .flatten();
        Taken {
            fresh,
            skipped,
            whole: None,
        }
    }

    fn take_late(&mut self, page: LogPage, now: i64) -> Vec<RawEvent> {
        let (fresh, ended) = self.taken(Errand::Sweep, page, now);
        if ended && let Some(sweep) = self.sweep.take() {
            self.calm = sweep.known + sweep.fresh < REREAD / 4;
            self.forget();
        }
        fresh
    }

    /// What is new of a page, and whether it was the last one.
    fn taken(&mut self, errand: Errand, page: LogPage, now: i64) -> (Vec<RawEvent>, bool) {
        let came = page.events.len();
        let newest = page.events.last().map_or(i64::MIN, |event| event.timestamp);
        let times = page.events.iter().map(|event| event.timestamp);
        let latest = times.max().unwrap_or(i64::MIN);
        let fresh = self.unseen(page.events);
        let fresh = self.dated(fresh);
        let round = match errand {
            Errand::Fresh => &mut self.round,
            Errand::Sweep => self.sweep.get_or_insert_with(|| Round::from(self.floor)),
        };
        round.fresh += fresh.len();
        round.known += came - fresh.len();
        round.reached = newest.min(now).max(round.reached);
        round.latest = latest.max(round.latest);
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
        self.complete = self.complete.max(clock);
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
}
