use super::super::chunk::tests::{event, source};
use super::*;
use proptest::prelude::*;

pub(super) fn chunk(lines: &[(i64, &str)]) -> Arc<Chunk> {
    let events: Vec<_> = lines.iter().map(|(at, text)| event(*at, text)).collect();
    Arc::new(Chunk::seal(&source("g"), &events).remove(0))
}

pub(super) fn texts(ring: &Ring) -> Vec<String> {
    ring.shown()
        .iter()
        .filter_map(|e| ring.line(e))
        .map(|(chunk, line)| chunk.text(line).into_owned())
        .collect()
}

#[test]
fn late_lines_of_another_source_stand_where_their_time_puts_them() {
    let mut ring = Ring::new(1 << 20);
    ring.push(chunk(&[(1, "a"), (4, "d")]));
    ring.push(chunk(&[(2, "b"), (3, "c")]));
    assert_eq!(texts(&ring), ["a", "b", "c", "d"]);
}

#[test]
fn a_producer_with_a_fast_clock_stands_where_its_lines_arrived() {
    let ahead = crate::domain::log::RawEvent {
        ingested: 100_000,
        ..event(7_300_000, "ahead")
    };
    let near = crate::domain::log::RawEvent {
        ingested: 100_000,
        ..event(104_000, "clocks differ")
    };
    let events = [event(99_000, "before"), near, ahead];
    let mut ring = Ring::new(1 << 20);
    ring.push(Arc::new(Chunk::seal(&source("g"), &events).remove(0)));
    ring.push(chunk(&[(101_000, "after")]));
    assert_eq!(texts(&ring), ["before", "ahead", "after", "clocks differ"]);
    let marked = |e: &&Entry| ring.line(e).is_some_and(|(_, line)| line.is_ahead());
    assert_eq!(ring.shown().iter().filter(marked).count(), 1);
    let needle = crate::logs::needle::Needle::new("ahead");
    let mut search = crate::logs::search::Search::new(needle, ring.snapshot(), None);
    let hit = search.next_slice().unwrap()[0];
    assert_eq!(ring.shown().place(&hit), Ok(1));
}

#[test]
fn what_goes_on_for_longer_than_any_trace_is_none() {
    let mut lines = vec![(0, "java.lang.StackOverflowError")];
    lines.resize(3_000, (0, "\tat com.shop.Orders.find(Orders.java:12)"));
    let mut ring = Ring::new(1 << 20);
    ring.push(chunk(&lines));
    let under: Vec<usize> = ring
        .shown()
        .iter()
        .map(|e| ring.lines_under(e).len())
        .collect();
    assert_eq!(under, [1_100, 1_100, 797]);
}

#[test]
fn the_filter_holds_for_what_is_there_and_for_what_comes() {
    let mut ring = Ring::new(1 << 20);
    ring.push(chunk(&[(1, "apple"), (2, "pear")]));
    ring.set_filter(Filter::parse("apple").unwrap());
    ring.push(chunk(&[(0, "an apple"), (3, "plum")]));
    assert_eq!(texts(&ring), ["an apple", "apple"]);
    ring.set_filter(Filter::default());
    assert_eq!(texts(&ring), ["an apple", "apple", "pear", "plum"]);
}

#[test]
fn the_newest_chunk_stays_even_when_it_alone_is_too_large() {
    let mut ring = Ring::new(10);
    ring.push(chunk(&[(1, "a")]));
    ring.push(chunk(&[(2, "b"), (3, "c")]));
    assert_eq!(
        (texts(&ring), ring.aged()),
        (vec!["b".to_owned(), "c".to_owned()], 1)
    );
}

#[test]
fn an_entry_of_a_line_that_fell_out_finds_nothing() {
    let mut ring = Ring::new(10);
    ring.push(chunk(&[(1, "a")]));
    let first = *ring.shown().get(0).unwrap();
    ring.push(chunk(&[(2, "b")]));
    assert!(ring.line(&first).is_none());
}

fn of(stream: &str, lines: &[(i64, &str)]) -> Arc<Chunk> {
    let events: Vec<_> = lines
        .iter()
        .map(|(at, text)| crate::domain::log::RawEvent {
            stream: stream.into(),
            ..event(*at, text)
        })
        .collect();
    Arc::new(Chunk::seal(&source("g"), &events).remove(0))
}

fn under(ring: &Ring, place: usize) -> Vec<String> {
    let head = ring.shown().get(place).unwrap();
    let lines = ring.lines_under(head).iter().filter_map(|e| ring.line(e));
    lines
        .map(|(chunk, line)| chunk.text(line).trim().to_owned())
        .collect()
}

#[test]
fn a_stack_trace_of_many_events_is_one_line() {
    let mut ring = Ring::new(1 << 20);
    ring.push(of("a", &[(1, "ERROR boom"), (1, "\tat x.Y(Z.java:3)")]));
    ring.push(of("b", &[(1, "INFO calm")]));
    ring.push(of(
        "a",
        &[(2, "Caused by: no"), (2, "\t... 12 more"), (3, "INFO next")],
    ));
    assert_eq!(texts(&ring), ["ERROR boom", "INFO calm", "INFO next"]);
    assert_eq!(
        under(&ring, 0),
        ["at x.Y(Z.java:3)", "Caused by: no", "... 12 more"]
    );
    assert_eq!(ring.held(), 6);
}

#[test]
fn a_traceback_ends_with_the_line_that_names_the_error() {
    let mut ring = Ring::new(1 << 20);
    let lines = [
        (1, "ERROR failed"),
        (1, "Traceback (most recent call last):"),
        (1, "  File \"x.py\", line 3"),
        (1, "ValueError: bad"),
        (2, "ValueError: alone"),
    ];
    ring.push(of("a", &lines[..4]));
    ring.push(of("b", &lines[4..]));
    assert_eq!(texts(&ring), ["ERROR failed", "ValueError: alone"]);
}

#[test]
fn a_traceback_that_goes_on_no_error_stands_for_itself() {
    let mut ring = Ring::new(1 << 20);
    ring.push(of(
        "a",
        &[
            (1, r#"{"path":"/health","status":200}"#),
            (2, "Traceback (most recent call last):"),
            (2, "  File \"x.py\", line 3"),
            (2, "KeyError: 'a'"),
            (2, ""),
            (
                2,
                "During handling of the above exception, another exception occurred:",
            ),
            (2, ""),
            (2, "Traceback (most recent call last):"),
            (2, "ValueError: bad"),
            (3, "Traceback (most recent call last):"),
            (3, "OSError: other"),
        ],
    ));
    assert_eq!(
        texts(&ring),
        [
            r#"{"path":"/health","status":200}"#,
            "Traceback (most recent call last):",
            "Traceback (most recent call last):"
        ]
    );
    assert_eq!([0, 1, 2].map(|place| under(&ring, place).len()), [0, 7, 1]);
}

#[test]
fn what_goes_on_nothing_or_comes_much_later_stands_for_itself() {
    let mut ring = Ring::new(1 << 20);
    ring.push(of("a", &[(1, "\tat x.Y(Z.java:3)")]));
    ring.push(of("a", &[(9_000, "  indented")]));
    assert_eq!(ring.shown().len(), 2);
}

#[test]
fn a_filter_that_hits_a_folded_line_shows_its_head() {
    let mut ring = Ring::new(1 << 20);
    ring.push(of(
        "a",
        &[
            (1, "ERROR boom"),
            (1, "\tat x.Y(Z.java:3)"),
            (2, "INFO calm"),
        ],
    ));
    ring.set_filter(Filter::parse("z.java").unwrap());
    assert_eq!(texts(&ring), ["ERROR boom"]);
    ring.set_filter(Filter::parse("deep").unwrap());
    assert!(ring.shown().is_empty());
    ring.push(of("b", &[(3, "ERROR other")]));
    assert_eq!(ring.push(of("b", &[(3, "\tat deep.Y(Z.java:3)")])), 1);
    assert_eq!(texts(&ring), ["ERROR other"]);
    ring.set_filter(Filter::parse("!deep").unwrap());
    assert_eq!(texts(&ring), ["ERROR boom", "INFO calm"]);
}

#[test]
fn what_is_left_of_a_trace_stands_for_itself_when_its_head_fell_out() {
    let mut ring = Ring::new(10);
    ring.push(of("a", &[(1, "ERROR boom")]));
    ring.push(of(
        "a",
        &[(1, "\tat x.Y(Z.java:3)"), (1, "\tat x.A(Z.java:4)")],
    ));
    assert_eq!(ring.shown().len(), 1);
    assert_eq!(texts(&ring), ["        at x.Y(Z.java:3)"]);
    assert_eq!(under(&ring, 0), ["at x.A(Z.java:4)"]);
}

#[test]
fn a_worker_filters_while_lines_come() {
    let mut ring = Ring::new(1 << 20);
    ring.push(of("a", &[(1, "apple"), (3, "pear")]));
    let (snapshot, filter) = (ring.snapshot(), Filter::parse("apple").unwrap());
    ring.push(of("a", &[(2, "apple two"), (4, "plum")]));
    let order = snapshot.filter(&filter);
    assert!(ring.adopt(&snapshot, filter.clone(), order.clone()));
    assert_eq!(texts(&ring), ["apple", "apple two"]);
    assert!(
        !ring.adopt(&snapshot, filter, order),
        "the generation is over"
    );
}

#[test]
fn what_a_worker_found_is_taken_though_lines_fell_out_meanwhile() {
    let mut ring = Ring::new(1 << 20);
    ring.push(of("a", &[(1, "ERROR boom")]));
    ring.push(of(
        "a",
        &[
            (1, "\tat apple.Y(Z.java:3)"),
            (2, "pear"),
            (3, "apple three"),
        ],
    ));
    let (snapshot, filter) = (ring.snapshot(), Filter::parse("apple").unwrap());
    let order = snapshot.filter(&filter);
    ring.push(of("b", &[(4, "apple four")]));
    ring.cap = ring.bytes() - 1;
    ring.shed();
    assert_eq!(ring.chunks.len(), 2);
    assert!(ring.adopt(&snapshot, filter, order));
    assert_eq!(
        texts(&ring),
        ["        at apple.Y(Z.java:3)", "apple three", "apple four"]
    );
}

#[test]
fn nothing_of_before_is_found_after_a_clear() {
    let mut ring = Ring::new(1 << 20);
    ring.push(chunk(&[(1, "a")]));
    let (old, snapshot) = (*ring.shown().get(0).unwrap(), ring.snapshot());
    ring.clear();
    ring.push(chunk(&[(1, "b")]));
    assert!(ring.line(&old).is_none());
    assert!(!ring.adopt(&snapshot, Filter::default(), Order::default()));
}

#[test]
fn a_thousand_streams_and_clocks_that_jump_are_no_trouble() {
    let mut ring = Ring::new(1 << 22);
    for n in 0..1_000_i64 {
        let at = [n, i64::MAX, i64::MIN, 0][n as usize % 4];
        ring.push(of(
            &format!("s{n}"),
            &[(at, "x"), (at, "\tat x.Y(Z.java:3)")],
        ));
    }
    assert_eq!((ring.shown().len(), ring.held()), (1_000, 2_000));
    assert!(ring.shown().iter().is_sorted());
}

proptest! {
    #[test]
    fn accounts_are_exact(sizes in prop::collection::vec((1_usize..20, 0_i64..100), 1..60), cap in 200_usize..9_000, filtered in any::<bool>()) {
        let mut ring = Ring::new(cap);
        ring.set_filter(Filter::parse(if filtered { "x1" } else { "" }).unwrap());
        let mut sent = 0;
        for (count, at) in sizes {
            let lines: Vec<(i64, String)> = (0..count).map(|n| (at + n as i64, format!("{}x{n}", if (n + count) % 3 == 0 { "  " } else { "" }))).collect();
            ring.push(chunk(&lines.iter().map(|(at, text)| (*at, text.as_str())).collect::<Vec<_>>()));
            sent += count as u64;
            prop_assert_eq!(ring.arrived(), sent);
            prop_assert_eq!(ring.held() as u64 + ring.aged(), sent);
            prop_assert_eq!(ring.held(), ring.chunks.iter().map(|c| c.lines().len()).sum::<usize>());
            let folded: usize = ring.all.iter().map(|head| ring.lines_under(head).len()).sum();
            prop_assert_eq!(ring.all.len() + folded, ring.held());
            prop_assert_eq!(ring.bytes - ring.chunks.iter().map(|c| c.bytes()).sum::<usize>(), 0);
            prop_assert!(ring.bytes() <= cap || ring.chunks.len() == 1);
            let held: Vec<Entry> = ring.all.iter().copied().collect();
            prop_assert!(held.is_sorted());
            let expected: Vec<Entry> = held.into_iter().filter(|e| passes(&ring.filter, e, ring.lines_under(e), |e| ring.line(e))).collect();
            prop_assert!(ring.shown().iter().eq(expected.iter()));
        }
    }
}
