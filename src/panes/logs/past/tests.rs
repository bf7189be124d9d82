//! Whatever is read in whichever direction, between the two ends of the past nothing is missing and nothing stands twice.

use super::*;
use crate::domain::fault::FaultKind;
use crate::domain::log::RawEvent;
use crate::logs::tail::past::Slices;
use crate::model::tail::Past as News;
use crate::model::verb::Verb;
use proptest::prelude::*;

/// Where the present begins.
const PRESENT: i64 = 40_000_000;

fn source(group: &str) -> TailSource {
    TailSource {
        region: None,
        group: group.into(),
        stream_prefix: None,
    }
}

fn event(at: i64, n: usize) -> RawEvent {
    // Every third goes on the one before it.
    let indent = if n % 3 == 2 { "    at " } else { "ERROR " };
    RawEvent {
        id: format!("{at} {n}").into(),
        stream: "s".into(),
        timestamp: at,
        ingested: at,
        late: false,
        message: format!("{indent}{at} {}", "x".repeat(100)),
    }
}

/// What the account has: of each group the times of its lines.
type Account = [Vec<i64>; 2];

fn slice(account: &Account, (from, to): (i64, i64)) -> Vec<Arc<Chunk>> {
    let mut chunks = Vec::new();
    for (group, times) in ["a", "b"].iter().zip(account) {
        let place = |edge: i64| times.partition_point(|at| *at < edge);
        let events: Vec<RawEvent> = (place(from)..place(to))
            .map(|n| event(times[n], n))
            .collect();
        chunks.extend(
            Chunk::seal(&Arc::new(source(group)), &events)
                .into_iter()
                .map(Arc::new),
        );
    }
    chunks
}

/// Answers as the runtime does; `fails`: after so many slices.
fn answer(past: &mut Past, window: &Window, account: &Account, fails: Option<usize>) {
    let window = Arc::new(window.clone());
    let mut slices = Slices::of((window.from, window.to), window.direction, window.most);
    let mut read = 0;
    while let Some(span) = slices.next() {
        if fails == Some(read) {
            let fault = Fault::new(FaultKind::Unreachable, "cut");
            return past.take(&News::Failed { window, fault });
        }
        let mut lines = 0;
        for chunk in slice(account, span) {
            lines += chunk.lines().len();
            past.take(&News::Chunk {
                window: window.clone(),
                chunk,
            });
        }
        slices.read(lines);
        read += 1;
        past.take(&News::Reached {
            window: window.clone(),
            at: slices.reached(),
        });
    }
    past.take(&News::Done {
        window,
        reached: slices.reached(),
        lines: slices.lines(),
        expired: None,
    });
}

fn held(past: &Past) -> Vec<i64> {
    let ring = &past.view.ring;
    let heads = ring.all().iter();
    let all = heads.flat_map(|head| std::iter::once(head).chain(ring.lines_under(head)));
    let mut times: Vec<i64> = all
        .filter_map(|entry| Some(ring.line(entry)?.1.at))
        .collect();
    times.sort_unstable();
    times
}

fn expected(account: &Account, (from, to): (i64, i64)) -> Vec<i64> {
    let all = account.iter().flatten().copied();
    let mut times: Vec<i64> = all.filter(|at| (from..to).contains(at)).collect();
    times.sort_unstable();
    times
}

fn past(at: i64, cap: usize, filter: &str) -> Past {
    let asked = (vec![source("a"), source("b")], None);
    Past::before(at, asked, (cap, Filter::parse(filter).unwrap()))
}

/// Up from the first line, or down from the last: the cursor is there.
fn older(past: &mut Past) -> Step {
    past.view.window.act(Verb::Top, past.view.ring.shown());
    past.older()
}

fn newer(past: &mut Past) -> Step {
    past.view.window.follow();
    past.view.hold();
    past.newer(PRESENT)
}

/// Takes a step as the pane does.
fn step(past: &mut Past, step: Step, number: u64) -> Option<Window> {
    let Step::Read(mut window) = step else {
        return None;
    };
    window.number = number;
    past.asks(&window);
    Some(window)
}

fn account() -> impl Strategy<Value = Account> {
    let times = || {
        prop::collection::vec((0..PRESENT, 1_i64..400), 0..20).prop_map(|bursts| {
            let burst = |(at, step): (i64, i64)| (0..12).map(move |n| at + n * step);
            let mut times: Vec<i64> = bursts.into_iter().flat_map(burst).collect();
            times.retain(|at| *at < PRESENT);
            times.sort_unstable();
            times
        })
    };
    [times(), times()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_is_here_has_no_hole(
        account in account(),
        begin in 1_i64..PRESENT,
        cap in 1_000_usize..60_000,
        filtered in any::<bool>(),
        steps in prop::collection::vec((0_u8..3, prop::option::of(0_usize..3)), 1..24),
    ) {
        let fresh = |at| past(at, cap, if filtered { "1" } else { "" });
        let mut past = fresh(begin);
        for ((what, fails), number) in steps.into_iter().zip(1..) {
            let next = match what {
                0 => older(&mut past),
                1 => newer(&mut past),
                _ => {
                    past = fresh(begin / 2);
                    past.around(begin / 2, PRESENT)
                }
            };
            for (mut next, number) in [(Some(next), number * 2), (None, number * 2 + 1)] {
                let next = next.take().unwrap_or_else(|| past.context());
                if let Some(mut window) = step(&mut past, next, number) {
                    window.most = window.most.min(60);
                    let stale = Window { number: number + 1_000, ..window.clone() };
                    answer(&mut past, &Window { most: 1, ..stale }, &account, None);
                    answer(&mut past, &window, &account, fails);
                }
                prop_assert!(!past.is_reading());
                prop_assert_eq!(held(&past), expected(&account, past.span()));
            }
        }
    }
}

/// Forty thousand lines: one in two seconds of each group.
fn busy() -> Account {
    let times = |phase: i64| (0..PRESENT / 2_000).map(|n| n * 2_000 + phase).collect();
    [times(0), times(1_000)]
}

#[test]
fn far_up_and_down_again_every_line_passes() {
    let (account, mut past) = (busy(), past(PRESENT, 1 << 20, ""));
    let mut number = 0;
    while past.span().0 > 0 {
        number += 1;
        let next = older(&mut past);
        let window = step(&mut past, next, number).unwrap();
        answer(&mut past, &window, &account, None);
        assert_eq!(held(&past), expected(&account, past.span()));
    }
    let most = (1 << 20) + 5_000 * 300;
    assert!(past.span().1 < PRESENT && past.view.ring.bytes() < most);
    let mut seen = past.span().1;
    while let next @ Step::Read(_) = newer(&mut past) {
        number += 1;
        let window = step(&mut past, next, number).unwrap();
        assert_eq!(window.from, seen);
        answer(&mut past, &window, &account, None);
        assert!(window.most < 10_000 && past.span().1 > seen && past.span().0 < seen);
        assert!(past.view.ring.bytes() < most);
        seen = past.span().1;
        assert_eq!(held(&past), expected(&account, past.span()));
    }
    assert_eq!((seen, past.newer(PRESENT)), (PRESENT, Step::Leave));
}

#[test]
fn what_failed_on_one_side_is_said_of_it_and_read_again() {
    let (account, mut past) = (busy(), past(PRESENT / 2, 2 << 20, ""));
    let next = past.newer(PRESENT);
    let window = step(&mut past, next, 1).unwrap();
    answer(&mut past, &window, &account, Some(0));
    let said = edge::line(&past, &[], 100).unwrap().plain();
    assert!(said.starts_with("Newer lines could not be read"), "{said}");
    assert_eq!(past.span(), (PRESENT / 2, PRESENT / 2));
    let next = past.newer(PRESENT);
    let window = step(&mut past, next, 2).unwrap();
    assert_eq!(
        (window.from, window.direction),
        (PRESENT / 2, Direction::Forward)
    );
    answer(&mut past, &window, &account, Some(0));
    let next = past.older();
    let window = step(&mut past, next, 3).unwrap();
    answer(&mut past, &window, &account, Some(1));
    let said = edge::line(&past, &[], 100).unwrap().plain();
    assert!(said.starts_with("Older lines could not be read"), "{said}");
}

#[test]
fn a_group_that_was_only_cut_off_is_named_with_the_way_to_ask_it_again() {
    let (account, mut past) = (busy(), past(PRESENT, 1 << 20, ""));
    let next = past.older();
    let window = step(&mut past, next, 1).unwrap();
    past.take(&News::LeftOut {
        window: Arc::new(window.clone()),
        source: source("b"),
        fault: Fault::new(FaultKind::Unreachable, "cut"),
    });
    answer(&mut past, &window, &account, None);
    let said = edge::line(&past, &[], 100).unwrap().plain();
    assert_eq!(said, "b is left out: cut · esc, then up, tries it again");
    let next = past.older();
    assert_eq!(step(&mut past, next, 2).unwrap().sources, [source("a")]);
}
