//! What to ask for next, and what of the answer is new: the polling tail of one
//! group as a state machine (aws-facts.md §4.1).
//!
//! Each round asks from a little before the newest line seen, because lines come
//! late; pages are followed to the end before the next round moves on; what was
//! seen before is known by its event id. A line that comes no later than the
//! overlap is shown exactly once.

use crate::domain::log::{LogPage, RawEvent};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// How late a line may come and still be found, in milliseconds.
pub const OVERLAP: i64 = 60_000;
/// The least overlap, where so much arrives that reading the last minute again cannot keep up.
const LEAST_OVERLAP: i64 = 5_000;
/// Known lines read again in one round: above, the overlap is halved; below a quarter of it, doubled.
const REREAD: usize = 20_000;
/// Lines of one round that is far behind; then it jumps to the newest. More would not stay in memory anyway.
const BACKLOG: usize = 50_000;
/// How far back a quiet group is asked: a longer silence need not be searched again and again.
const QUIET: i64 = 600_000;
/// Ids remembered at most.
const MEMORY: usize = 1 << 20;

/// The next request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Milliseconds since 1970, inclusive.
    pub start: i64,
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
#[derive(Clone, Debug)]
pub struct Follow {
    overlap: i64,
    /// No round asks for anything older.
    floor: i64,
    /// The newest time seen, but never ahead of the clock: a producer with a fast one must not hide the others.
    watermark: i64,
    round: Round,
    seen: HashSet<(i64, u64)>,
}

/// One pass over the pages.
#[derive(Clone, Debug)]
struct Round {
    start: i64,
    token: Option<String>,
    /// When it began.
    began: i64,
    newest: i64,
    fresh: usize,
    known: usize,
}

impl Round {
    fn from(start: i64) -> Self {
        Self {
            start,
            token: None,
            began: i64::MAX,
            newest: i64::MIN,
            fresh: 0,
            known: 0,
        }
    }
}

impl Follow {
    /// Follows a group from `start` on.
    pub fn new(start: i64) -> Self {
        Self {
            overlap: OVERLAP,
            floor: start,
            watermark: start,
            round: Round::from(start),
            seen: HashSet::new(),
        }
    }

    /// What to ask for at `now` (milliseconds since 1970).
    pub fn ask(&mut self, now: i64) -> Ask {
        self.round.began = self.round.began.min(now);
        Ask {
            start: self.round.start,
            token: self.round.token.clone(),
        }
    }

    /// Whether pages of this round are still to be read.
    pub fn is_mid_round(&self) -> bool {
        self.round.token.is_some()
    }

    /// The newest time seen, for "how far behind".
    pub fn newest(&self) -> Option<i64> {
        (self.round.newest > i64::MIN).then_some(self.round.newest)
    }

    /// Takes in the answer to the last [`Follow::ask`].
    pub fn take(&mut self, page: LogPage, now: i64) -> Taken {
        let asked = self.round.token.take();
        let stuck = page.events.is_empty() && page.next == asked;
        let fresh = self.unseen(page.events);
        self.round.token = page.next.filter(|_| !stuck);
        if self.round.token.is_none() {
            self.end_round();
            return Taken {
                fresh,
                skipped: None,
            };
        }
        Taken {
            fresh,
            skipped: self.jump(now),
        }
    }

    /// The token is not taken any more: the same span is asked for again from its first page.
    pub fn restart(&mut self) {
        self.round = Round {
            began: self.round.began,
            newest: self.round.newest,
            ..Round::from(self.round.start)
        };
    }

    fn unseen(&mut self, events: Vec<RawEvent>) -> Vec<RawEvent> {
        let before = events.len();
        let fresh: Vec<RawEvent> = events
            .into_iter()
            .filter(|event| self.seen.insert(identity(event)))
            .collect();
        self.round.newest = fresh
            .iter()
            .map(|event| event.timestamp)
            .fold(self.round.newest, i64::max);
        self.round.fresh += fresh.len();
        self.round.known += before - fresh.len();
        fresh
    }

    fn end_round(&mut self) {
        let clock = self.round.began;
        let quiet = clock.saturating_sub(QUIET);
        self.watermark = self.watermark.max(self.round.newest.min(clock)).max(quiet);
        self.adapt();
        self.forget();
        self.begin((self.watermark - self.overlap).max(self.floor));
    }

    fn begin(&mut self, start: i64) {
        self.round = Round {
            newest: self.round.newest,
            ..Round::from(start)
        };
    }

    fn adapt(&mut self) {
        if self.round.known > REREAD {
            self.overlap = (self.overlap / 2).max(LEAST_OVERLAP);
        } else if self.round.known < REREAD / 4 {
            self.overlap = (self.overlap * 2).min(OVERLAP);
        }
    }

    /// Ids that no round will ask for again; and where memory runs out, the older half: then nothing that old is
    /// asked for again either, so that still none is doubled.
    fn forget(&mut self) {
        if self.seen.len() > MEMORY {
            let mut times: Vec<i64> = self.seen.iter().map(|id| id.0).collect();
            let middle = times.len() / 2;
            self.floor = self.floor.max(*times.select_nth_unstable(middle).1);
        }
        let floor = (self.watermark - OVERLAP).max(self.floor);
        self.seen.retain(|id| id.0 >= floor);
    }

    /// Leaves out what lies between the lines read so far and the last minute, once a round is too long.
    fn jump(&mut self, now: i64) -> Option<i64> {
        let target = now - OVERLAP;
        let newest = self.newest().unwrap_or(self.round.start);
        if self.round.fresh < BACKLOG || newest >= target {
            return None;
        }
        self.watermark = target;
        self.floor = target;
        self.seen.retain(|id| id.0 >= target);
        self.begin(target);
        Some(target - newest)
    }
}

/// Time and a 64-bit digest of the event id: two ids of one millisecond collide once in centuries.
fn identity(event: &RawEvent) -> (i64, u64) {
    let mut hasher = DefaultHasher::new();
    event.id.hash(&mut hasher);
    (event.timestamp, hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::super::chunk::tests::event;
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn page(times: &[i64], next: Option<&str>) -> LogPage {
        LogPage {
            events: times.iter().map(|at| event(*at, "x")).collect(),
            next: next.map(str::to_owned),
        }
    }

    fn ask(start: i64, token: Option<&str>) -> Ask {
        Ask {
            start,
            token: token.map(str::to_owned),
        }
    }

    #[test]
    fn pages_are_followed_to_the_end_before_the_watermark_moves() {
        let mut tail = Follow::new(0);
        assert_eq!(tail.ask(500_000), ask(0, None));
        tail.take(page(&[400_000], Some("a")), 500_000);
        assert_eq!(tail.ask(500_100), ask(0, Some("a")));
        tail.take(page(&[], Some("b")), 500_100);
        assert_eq!(
            tail.ask(500_200),
            ask(0, Some("b")),
            "an empty page is not the end"
        );
        tail.take(page(&[450_000], None), 500_200);
        assert_eq!(tail.ask(500_300), ask(450_000 - OVERLAP, None));
    }

    #[test]
    fn a_fast_clock_of_one_producer_hides_nobody() {
        let mut tail = Follow::new(0);
        tail.ask(100_000);
        tail.take(page(&[7_200_000], None), 100_100);
        assert_eq!(tail.ask(102_000), ask(100_000 - OVERLAP, None));
        assert_eq!(
            tail.take(page(&[101_000, 7_200_000], None), 102_000)
                .fresh
                .len(),
            1
        );
    }

    #[test]
    fn a_quiet_group_is_not_searched_from_its_last_line_for_ever() {
        let mut tail = Follow::new(0);
        tail.ask(10_000_000);
        tail.take(page(&[], None), 10_000_000);
        assert_eq!(
            tail.ask(10_002_000),
            ask(10_000_000 - QUIET - OVERLAP, None)
        );
    }

    #[test]
    fn a_service_that_repeats_itself_ends_the_round() {
        let mut tail = Follow::new(0);
        tail.ask(1);
        tail.take(page(&[], Some("a")), 1);
        tail.take(page(&[], Some("a")), 1);
        assert!(!tail.is_mid_round());
    }

    #[test]
    fn a_token_that_ran_out_doubles_nothing() {
        let mut tail = Follow::new(0);
        tail.ask(1_000);
        tail.take(page(&[10, 20], Some("a")), 1_000);
        tail.restart();
        assert_eq!(tail.ask(1_001), ask(0, None));
        assert_eq!(tail.take(page(&[10, 20, 30], None), 1_001).fresh.len(), 1);
    }

    #[test]
    fn a_long_backlog_is_left_out_and_said() {
        let now = 600_000;
        let mut tail = Follow::new(0);
        tail.ask(now);
        let events = (0..BACKLOG as i64).map(|n| event(n, "x")).collect();
        let taken = tail.take(
            LogPage {
                events,
                next: Some("more".into()),
            },
            now,
        );
        assert_eq!(taken.fresh.len(), BACKLOG);
        assert_eq!(taken.skipped, Some(now - OVERLAP - (BACKLOG as i64 - 1)));
        assert_eq!(tail.ask(now), ask(now - OVERLAP, None));
    }

    #[test]
    fn a_flood_shortens_what_is_read_again_and_a_calm_lengthens_it() {
        let mut tail = Follow::new(0);
        let flood: Vec<RawEvent> = (0..30_000)
            .map(|n| event(100_000 + n % 10, &n.to_string()))
            .collect();
        for _ in 0..3 {
            tail.ask(100_010);
            tail.take(
                LogPage {
                    events: flood.clone(),
                    next: None,
                },
                100_010,
            );
        }
        assert_eq!(tail.overlap, OVERLAP / 4);
        for _ in 0..3 {
            tail.ask(200_000);
            tail.take(LogPage::default(), 200_000);
        }
        assert_eq!(tail.overlap, OVERLAP);
    }

    #[test]
    fn memory_is_bounded_by_asking_for_less() {
        let mut tail = Follow::new(0);
        tail.seen = (0..=MEMORY as i64).map(|n| (n / 32, n as u64)).collect();
        tail.ask(40_000);
        tail.take(page(&[39_000], None), 40_000);
        assert!(tail.seen.len() <= MEMORY / 2 + 64);
        assert!(tail.ask(40_001).start >= MEMORY as i64 / 64);
    }

    /// A group whose lines come late by up to the overlap, read in pages of any size.
    #[derive(Debug)]
    struct Group {
        /// (ingested, event)
        lines: Vec<RawEvent>,
    }

    impl Group {
        /// The page after `token` (the position in time it has reached), as of `now`.
        fn page(&self, ask: &Ask, now: i64, size: usize) -> LogPage {
            let position: (i64, usize) = ask.token.as_ref().map_or((ask.start, 0), |t| {
                let (at, n) = t.split_once('/').unwrap_or_default();
                (
                    at.parse().unwrap_or_default(),
                    n.parse().unwrap_or_default(),
                )
            });
            let there = self
                .lines
                .iter()
                .enumerate()
                .filter(|(n, e)| e.ingested <= now && (e.timestamp, *n) >= position);
            let by_place: BTreeMap<(i64, usize), &RawEvent> =
                there.map(|(n, e)| ((e.timestamp, n), e)).collect();
            let next = by_place.keys().nth(size).map(|(at, n)| format!("{at}/{n}"));
            LogPage {
                events: by_place.values().take(size).map(|e| (*e).clone()).collect(),
                next,
            }
        }
    }

    fn group() -> impl Strategy<Value = Group> {
        // Ingested at, and so much after its own time.
        prop::collection::vec((0_i64..400_000, 0_i64..OVERLAP, 0_i64..3), 0..120).prop_map(
            |lines| Group {
                lines: lines
                    .iter()
                    .enumerate()
                    .map(|(n, (ingested, late, coarse))| {
                        let late = if *coarse == 0 { 0 } else { *late };
                        RawEvent {
                            id: n.to_string().into(),
                            ingested: *ingested,
                            ..event((ingested - late).max(0) / 100 * 100 + 99, "x")
                        }
                    })
                    .collect(),
            },
        )
    }

    proptest! {
        #[test]
        fn no_line_is_lost_and_none_doubled(
            group in group(),
            polls in prop::collection::vec((1_i64..9_000, 0_usize..9, any::<bool>()), 1..200),
        ) {
            let mut tail = Follow::new(0);
            let (mut now, mut shown) = (0, Vec::new());
            let last = [(500_000, 1_000, false), (2_000, 1_000, false), (2_000, 1_000, false)];
            for (pause, size, expired) in polls.into_iter().chain(last) {
                now += pause;
                if expired && tail.is_mid_round() {
                    tail.restart();
                }
                let ask = tail.ask(now);
                let mut answer = group.page(&ask, now, size);
                // The same line twice in one answer.
                if let Some(first) = answer.events.first().cloned() {
                    answer.events.push(first);
                }
                if size == 0 && answer.next.is_some() && answer.next == ask.token {
                    continue;
                }
                shown.extend(tail.take(answer, now).fresh.into_iter().map(|e| e.id));
            }
            shown.sort_unstable();
            let mut expected: Vec<_> = group.lines.iter().map(|e| e.id.clone()).collect();
            expected.sort_unstable();
            prop_assert_eq!(shown, expected);
        }
    }
}
