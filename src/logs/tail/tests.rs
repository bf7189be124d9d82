use super::super::chunk::tests::event;
use super::*;
use crate::domain::log::EventId;
use Errand::{Fresh, Sweep};
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
        errand: Fresh,
        start,
        end: None,
        token: token.map(str::to_owned),
    }
}

/// Many lines of a few milliseconds from `at` on.
fn flood(at: i64, count: i64) -> LogPage {
    let events = (0..count).map(|n| event(at + n % 10, &n.to_string()));
    LogPage {
        events: events.collect(),
        next: None,
    }
}

#[test]
fn pages_are_followed_to_the_end_before_the_watermark_moves() {
    let mut tail = Follow::new(0);
    assert_eq!(tail.ask(500_000), ask(0, None));
    tail.take(Fresh, page(&[400_000], Some("a")), 500_000);
    assert_eq!(tail.ask(500_100), ask(0, Some("a")));
    tail.take(Fresh, page(&[], Some("b")), 500_100);
    let next = tail.ask(500_200);
    assert_eq!(next, ask(0, Some("b")), "an empty page is not the end");
    tail.take(Fresh, page(&[450_000], None), 500_200);
    assert_eq!(tail.ask(500_300), ask(450_000 - LATEST, None));
}

#[test]
fn a_fast_clock_of_one_producer_hides_nobody() {
    let mut tail = Follow::new(0);
    tail.ask(200_000);
    tail.take(Fresh, page(&[7_200_000], None), 200_100);
    assert_eq!(tail.ask(202_000), ask(200_000 - LATEST, None));
    let taken = tail.take(Fresh, page(&[201_000, 7_200_000], None), 202_000);
    assert_eq!(taken.fresh.len(), 1);
}

#[test]
fn a_quiet_group_is_not_searched_from_its_last_line_for_ever() {
    let mut tail = Follow::new(0);
    tail.ask(10_000_000);
    tail.take(Fresh, page(&[], None), 10_000_000);
    let start = 10_000_000 - QUIET - LATEST;
    assert_eq!(tail.ask(10_002_000), ask(start, None));
}

#[test]
fn a_service_that_repeats_itself_ends_the_round() {
    let mut tail = Follow::new(0);
    tail.ask(1);
    tail.take(Fresh, page(&[], Some("a")), 1);
    tail.take(Fresh, page(&[], Some("a")), 1);
    assert!(!tail.is_mid_round());
}

#[test]
fn a_token_that_ran_out_doubles_nothing() {
    let mut tail = Follow::new(0);
    tail.ask(1_000);
    tail.take(Fresh, page(&[10, 20], Some("a")), 1_000);
    assert!(tail.restart(Fresh), "it is asked again at once");
    assert_eq!(tail.ask(1_001), ask(0, None));
    assert!(!tail.restart(Fresh), "the same was refused");
    let taken = tail.take(Fresh, page(&[10, 20, 30], Some("b")), 1_001);
    assert_eq!(taken.fresh.len(), 1);
    assert!(
        !tail.restart(Fresh),
        "a service that takes none of its tokens"
    );
    tail.take(Fresh, page(&[40], Some("c")), 1_001);
    tail.take(Fresh, page(&[50], Some("d")), 1_001);
    assert!(tail.restart(Fresh), "one was taken");
    assert_eq!(tail.read_to(1_001), Some(50), "it is known how far it was");
}

#[test]
fn a_line_that_comes_after_much_newer_ones_is_marked_as_late() {
    let mut tail = Follow::new(0);
    tail.ask(100_000);
    tail.take(Fresh, page(&[50_000, 99_000], None), 100_000);
    tail.ask(102_000);
    let late = 99_000 - WINDOW - 1;
    let taken = tail.take(Fresh, page(&[late, late + 1, 101_000], None), 102_000);
    let marks: Vec<bool> = taken.fresh.iter().map(|event| event.late).collect();
    assert_eq!(marks, [true, false, false]);
}

#[test]
fn a_long_backlog_is_left_out_and_said_and_read_where_all_is_wanted() {
    let now = 600_000;
    let events: Vec<RawEvent> = (0..BACKLOG as i64).map(|n| event(n, "x")).collect();
    let answer = LogPage {
        events,
        next: Some("more".into()),
    };
    let mut tail = Follow::new(0);
    tail.ask(now);
    let taken = tail.take(Fresh, answer.clone(), now);
    assert_eq!(taken.fresh.len(), BACKLOG);
    let gap = Gap {
        from: BACKLOG as i64 - 1,
        to: now - LANDING,
    };
    assert_eq!(taken.skipped, Some(gap));
    assert_eq!(tail.ask(now), ask(now - LANDING, None));
    let mut whole = Follow::new(0).whole();
    whole.ask(now);
    assert_eq!(whole.take(Fresh, answer, now).skipped, None);
    assert!(whole.is_mid_round());
}

#[test]
fn the_operator_can_go_to_now_in_the_middle_of_a_backlog() {
    let mut tail = Follow::new(490_000);
    assert_eq!(tail.go_to(500_000), None, "nothing is behind");
    let mut tail = Follow::new(0);
    tail.ask(500_000);
    tail.take(Fresh, page(&[1_000], Some("a")), 500_000);
    let gap = Gap {
        from: 1_000,
        to: 500_000 - WINDOW,
    };
    assert_eq!(tail.go_to(500_000), Some(gap));
    assert_eq!(tail.ask(500_100), ask(500_000 - WINDOW, None));
}

/// One whose Live Tail began at this time, and is ahead of a backlog that was read to 1,000.
fn ahead(since: i64) -> Follow {
    let mut tail = Follow::new(0);
    tail.ask(since);
    tail.take(Fresh, page(&[1_000], Some("a")), since);
    tail.expect_live(since);
    tail.go_ahead();
    let came = tail.live(vec![event(since + 1_000, "now")], since + 1_000);
    assert_eq!(came.len(), 1);
    tail
}

#[test]
fn a_live_tail_that_is_ahead_hides_no_backlog_and_its_lines_are_not_of_what_is_left_out() {
    let mut tail = ahead(498_000);
    assert_eq!(tail.read_to(500_000), Some(1_000), "polled so far");
    let to = 500_000 - WINDOW;
    assert_eq!(tail.go_to(500_000), Some(Gap { from: 1_000, to }));
    // It has brought everything for five minutes.
    let mut tail = ahead(200_000);
    let gap = Gap {
        from: 1_000,
        to: 200_000,
    };
    assert_eq!(tail.go_to(500_000), Some(gap));
    assert_eq!(tail.ask(500_000), ask(500_000 - WINDOW, None));
    let late = tail.live(vec![event(201_500, "late")], 500_100);
    assert_eq!(late.len(), 1, "it is of what stays");
    // Where it broke, its lines have holes.
    let mut tail = ahead(200_000);
    tail.end_live();
    assert_eq!(tail.go_to(500_000), Some(Gap { from: 1_000, to }));
}

#[test]
fn a_session_that_ends_is_read_again_and_it_is_said_how_much_of_it() {
    let mut tail = Follow::new(0);
    tail.ask(500_000);
    tail.take(Fresh, page(&[499_000], None), 500_000);
    tail.expect_live(500_000);
    tail.begin_live();
    tail.ask(500_100);
    tail.take(Fresh, page(&[500_000], None), 500_100);
    tail.live(vec![event(900_000, "now")], 900_000);
    tail.end_live();
    tail.ask(901_000);
    let taken = tail.take(Fresh, page(&[899_000], Some("a")), 901_000);
    assert_eq!((taken.fresh.len(), taken.whole), (1, None));
    tail.ask(901_100);
    let taken = tail.take(Fresh, page(&[901_000], None), 901_100);
    assert_eq!(taken.whole, Some((900_000 - LATEST, 901_000)));
}

#[test]
fn a_quiet_group_is_not_behind_though_its_last_line_is_old() {
    let mut tail = Follow::new(0);
    assert_eq!(tail.read_to(10_000_000), None);
    tail.ask(10_000_000);
    tail.take(Fresh, page(&[10_000], None), 10_000_500);
    assert_eq!(tail.read_to(10_000_500), Some(10_000_000));
    // It is read again, and its first page is an empty one.
    tail.ask(10_002_000);
    tail.take(Fresh, page(&[], Some("a")), 10_003_000);
    assert_eq!(tail.behind(10_003_000), 3_000);
    assert_eq!(tail.go_to(10_003_000), None);
    // What hangs is behind, and can be left out.
    assert_eq!(tail.behind(10_060_000), 60_000);
    let gap = Gap {
        from: 10_000_000,
        to: 10_060_000 - WINDOW,
    };
    assert_eq!(tail.go_to(10_060_000), Some(gap));
    assert_eq!(tail.behind(10_060_000), WINDOW);
}

#[test]
fn a_clock_that_is_ahead_hides_no_backlog() {
    let mut tail = Follow::new(0);
    tail.ask(500_000);
    tail.take(Fresh, page(&[1_000], Some("a")), 500_000);
    // The Live Tail brings a line of a producer whose clock is two hours ahead.
    tail.expect_live(499_999);
    tail.live(vec![event(7_700_000, "ahead")], 500_000);
    assert_eq!(tail.behind(500_000), 499_000);
    assert!(tail.go_to(500_000).is_some());
    // So does a page.
    tail.ask(500_000);
    tail.take(Fresh, page(&[7_700_000], Some("b")), 500_000);
    assert_eq!(tail.behind(510_000), 10_000, "to when it was asked");
}

#[test]
fn what_was_read_for_long_is_not_read_again_but_for_what_may_come_late() {
    let mut tail = Follow::new(0).whole();
    // Two hours are read, a page a second; lines that are asked for within their 150 seconds may not be all.
    let (first, last) = (7_200_000, 7_200_000 + 720_000);
    for n in 0..720 {
        tail.ask(first + n * 1_000);
        let token = (n < 719).then(|| n.to_string());
        tail.take(Fresh, page(&[n * 11_000], token.as_deref()), last);
    }
    let start = tail.ask(last).start;
    let settled = |n: i64| n * 11_000 < first + n * 1_000 - LATEST;
    let open = (0..720).find(|n| !settled(*n)).unwrap();
    assert_eq!(start, (first + open * 1_000).min(719 * 11_000) - LATEST);
    assert!(start > first, "{start}");
}

#[test]
fn a_flood_makes_rounds_shallow_and_what_comes_late_is_looked_for_beside_them() {
    let (mut tail, now) = (Follow::new(0), 1_000_010);
    assert_eq!(tail.sweep(now), None);
    for _ in 0..3 {
        tail.ask(now);
        tail.take(Fresh, flood(1_000_000, 30_000), now);
    }
    assert_eq!(tail.shallow, Some(2_500));
    assert_eq!(tail.ask(now), ask(1_000_009 - 2_500, None));
    let sweep = tail.sweep(now).expect("a sweep is due");
    let expected = Ask {
        errand: Sweep,
        start: 1_000_009 - LATEST,
        end: Some(1_000_009 - 2_500),
        token: None,
    };
    assert_eq!(sweep, expected);
    assert!(tail.is_sweeping());
    // Its pages come one by one, and what they bring is late.
    let taken = tail.take(Sweep, page(&[900_000], Some("a")), now);
    assert!(taken.fresh[0].late);
    assert_eq!(tail.sweep(now).and_then(|ask| ask.token), Some("a".into()));
    tail.take(Sweep, page(&[], None), now);
    assert_eq!(tail.sweep(now + SWEEP_EVERY), None);
    // Little was found in it: the next round reaches back over everything again.
    tail.ask(now);
    tail.take(Fresh, LogPage::default(), now);
    assert_eq!(tail.ask(now), ask(1_000_009 - LATEST, None));
    assert_eq!(tail.shallow, None);
}

#[test]
fn what_comes_late_after_a_flood_is_looked_for_with_haste_only_while_it_can_come() {
    let flooded = |now| {
        let mut tail = Follow::new(0);
        for _ in 0..3 {
            tail.ask(1_000_010);
            tail.take(Fresh, flood(1_000_000, 30_000), 1_000_010);
        }
        assert!(!tail.is_sweeping());
        assert!(tail.sweep(now).is_some());
        tail.is_sweeping()
    };
    assert!(flooded(1_000_009 + LATEST));
    assert!(!flooded(1_000_010 + LATEST));
}

#[test]
fn what_may_still_come_late_is_remembered_however_much_it_is_and_nothing_else() {
    const MANY: u64 = 3 << 20;
    let mut tail = Follow::new(0);
    for n in 0..MANY {
        tail.seen.add(1_000_000 + n as i64 % 140_000, n);
    }
    tail.seen.add(800_000, MANY);
    tail.ask(1_140_000);
    tail.take(Fresh, page(&[1_140_000], None), 1_140_000);
    assert_eq!(tail.seen.len(), MANY as usize + 1, "the oldest went");
    assert_eq!(tail.ask(1_140_001).start, 1_140_000 - LATEST);
    // One that comes two minutes late is found among them.
    let late = page(&[1_010_000], None);
    assert_eq!(tail.take(Fresh, late, 1_140_001).fresh.len(), 1);
}

#[test]
fn a_long_read_remembers_little_and_goes_on_near_where_its_token_ran_out() {
    let mut tail = Follow::new(0).whole();
    for n in 0..20 {
        tail.ask(9_000_000);
        tail.take(
            Fresh,
            page(&[n * 100_000, n * 100_000 + 1], Some(&n.to_string())),
            9_000_000,
        );
    }
    assert!(tail.seen.len() <= 6, "{}", tail.seen.len());
    tail.restart(Fresh);
    assert_eq!(tail.ask(9_000_000), ask(1_900_001 - LATEST, None));
    let taken = tail.take(
        Fresh,
        page(&[1_800_000, 1_900_000, 1_900_002], None),
        9_000_000,
    );
    assert_eq!(taken.fresh.len(), 1);
}

fn live_of(event: &RawEvent, n: usize) -> RawEvent {
    RawEvent {
        id: format!("live-{n}").into(),
        ..event.clone()
    }
}

#[test]
fn two_lines_that_say_the_same_are_two_whichever_way_they_come() {
    let same: Vec<RawEvent> = (0..2)
        .map(|n| RawEvent {
            id: n.to_string().into(),
            ..event(1_000, "x")
        })
        .collect();
    let mut tail = Follow::new(0);
    tail.begin_live();
    let live: Vec<RawEvent> = same
        .iter()
        .enumerate()
        .map(|(n, e)| live_of(e, n))
        .collect();
    assert_eq!(tail.live(live.clone(), 2_000).len(), 2);
    tail.ask(2_000);
    let answer = LogPage {
        events: same,
        next: None,
    };
    assert_eq!(tail.take(Fresh, answer.clone(), 2_000).fresh, []);
    // And the other way round.
    let mut tail = Follow::new(0);
    tail.begin_live();
    tail.ask(2_000);
    assert_eq!(tail.take(Fresh, answer, 2_000).fresh.len(), 2);
    assert_eq!(tail.live(live, 2_000), []);
}

/// A group whose lines come late by up to the latest, read in pages of any size.
#[derive(Debug)]
struct Group {
    lines: Vec<RawEvent>,
}

impl Group {
    /// The page after the token (the position in time it has reached), as of `now`.
    fn page(&self, ask: &Ask, now: i64, size: usize) -> LogPage {
        let position: (i64, usize) = ask.token.as_ref().map_or((ask.start, 0), |t| {
            let (at, n) = t.split_once('/').unwrap_or_default();
            (
                at.parse().unwrap_or_default(),
                n.parse().unwrap_or_default(),
            )
        });
        let end = ask.end.unwrap_or(i64::MAX);
        let there = self.lines.iter().enumerate().filter(|(n, e)| {
            e.ingested <= now && (e.timestamp, *n) >= position && e.timestamp < end
        });
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
    prop::collection::vec((0_i64..400_000, 0_i64..LATEST, 0_i64..3), 0..120).prop_map(|lines| {
        let line = |(n, (ingested, late, coarse)): (usize, (i64, i64, i64))| {
            let late = if coarse == 0 { 0 } else { late };
            RawEvent {
                id: n.to_string().into(),
                ingested,
                ..event((ingested - late).max(0) / 100 * 100 + 99, "x")
            }
        };
        Group {
            lines: lines.into_iter().enumerate().map(line).collect(),
        }
    })
}

/// One step of the world: time passes, a page of some size is read.
type Poll = (i64, usize, bool);

const LAST: [Poll; 4] = [
    (500_000, 1_000, false),
    (12_000, 1_000, false),
    (12_000, 1_000, false),
    (12_000, 1_000, false),
];

fn polls() -> impl Strategy<Value = Vec<Poll>> {
    prop::collection::vec((1_i64..9_000, 0_usize..9, any::<bool>()), 1..200)
}

/// Reads one page, and the same line twice in it.
fn read(tail: &mut Follow, group: &Group, ask: &Ask, now: i64, size: usize) -> Vec<RawEvent> {
    let mut answer = group.page(ask, now, size);
    if let Some(first) = answer.events.first().cloned() {
        answer.events.push(first);
    }
    if size == 0 && answer.next.is_some() && answer.next == ask.token {
        return Vec::new();
    }
    tail.take(ask.errand, answer, now).fresh
}

fn ids(mut shown: Vec<EventId>) -> Vec<EventId> {
    shown.sort_unstable();
    shown
}

proptest! {
    #[test]
    fn no_line_is_lost_and_none_doubled(group in group(), polls in polls(), busy in any::<bool>(), whole in any::<bool>()) {
        let mut tail = Follow::new(0);
        if whole {
            tail = tail.whole();
        }
        let (mut now, mut shown) = (0, Vec::new());
        for (pause, size, expired) in polls.into_iter().chain(LAST) {
            now += pause;
            if expired && tail.is_mid_round() {
                tail.restart(Fresh);
            }
            if busy {
                // As if so much were written that rounds are shallow.
                tail.shallow = Some(SHALLOW.1);
                tail.calm = false;
            }
            let ask = tail.ask(now);
            shown.extend(read(&mut tail, &group, &ask, now, size).into_iter().map(|e| e.id));
            if !tail.is_mid_round() {
                while let Some(ask) = tail.sweep(now) {
                    shown.extend(read(&mut tail, &group, &ask, now, size.max(1)).into_iter().map(|e| e.id));
                }
            }
        }
        prop_assert_eq!(ids(shown), ids(group.lines.iter().map(|e| e.id).collect()));
    }

    #[test]
    fn a_live_tail_that_comes_and_goes_loses_and_doubles_nothing(group in group(), sessions in prop::collection::vec((1_i64..60_000, any::<bool>()), 1..30)) {
        let mut tail = Follow::new(0);
        let (mut now, mut live_since, mut shown) = (0, None, Vec::new());
        let key = |e: &RawEvent| (e.timestamp, e.ingested);
        for (pause, opens) in sessions.into_iter().chain([(500_000, false), (12_000, false)]) {
            let before = now;
            now += pause;
            if let Some(since) = live_since {
                let came = group.lines.iter().enumerate().filter(|(_, e)| e.ingested > before.max(since) && e.ingested <= now);
                let came = came.map(|(n, e)| live_of(e, n)).collect();
                shown.extend(tail.live(came, now).iter().map(key));
            }
            if opens != live_since.is_some() {
                if opens { tail.begin_live(); } else { tail.end_live(); }
            }
            live_since = opens.then_some(live_since.unwrap_or(now));
            // At a change of the method, and while there is no Live Tail, it is polled.
            if live_since.is_none_or(|since| since == now) {
                let ask = tail.ask(now);
                shown.extend(read(&mut tail, &group, &ask, now, 1_000).iter().map(key));
            }
        }
        shown.sort_unstable();
        let mut all: Vec<(i64, i64)> = group.lines.iter().map(key).collect();
        all.sort_unstable();
        prop_assert_eq!(shown, all);
    }
}
