use super::super::chunk::tests::{event, source};
use super::super::filter::Filter;
use super::super::ring::Ring;
use super::*;
use proptest::prelude::*;

fn ring(lines: &[&str], each: usize) -> Ring {
    let mut ring = Ring::new(1 << 24);
    let events: Vec<_> = lines
        .iter()
        .zip(0..)
        .map(|(line, at)| event(at, line))
        .collect();
    for part in events.chunks(each) {
        for chunk in Chunk::seal(&source("g"), part) {
            ring.push(Arc::new(chunk));
        }
    }
    ring
}

fn hits(mut search: Search) -> Hits {
    let mut hits = Hits::default();
    while !hits.is_complete() {
        hits.add(search.next_slice());
    }
    hits
}

fn times(hits: &Hits) -> Vec<i64> {
    hits.order.iter().map(|hit| hit.at).collect()
}

#[test]
fn the_nearest_slice_comes_first() {
    let long = format!("\n{}", "x".repeat(60_000)).repeat(20);
    let lines: Vec<String> = (0..5).map(|n| format!("{n} hit{long}")).collect();
    let ring = ring(&lines.iter().map(String::as_str).collect::<Vec<_>>(), 1);
    let from = ring.shown().get(3).copied();
    let mut search = Search::new(Needle::new("HIT"), ring.snapshot(), from);
    let mut order = Vec::new();
    while let Some(slice) = search.next_slice() {
        order.extend(slice.iter().map(|hit| hit.at));
    }
    assert_eq!(order[0], 3);
    assert!(order[1..3].contains(&2) && order[1..3].contains(&4));
    assert_eq!(order[3..], [1, 0]);
}

#[test]
fn hits_are_walked_around_and_around() {
    let ring = ring(&["a", "x", "b", "x", "c"], 2);
    let found = hits(Search::new(Needle::new("x"), ring.snapshot(), None));
    let at = |n: usize| *ring.shown().get(n).unwrap();
    assert_eq!((found.count(), times(&found)), (2, vec![1, 3]));
    let next = |from, towards| found.next(&at(from), towards).map(|hit| hit.at);
    assert_eq!(
        [
            next(4, Towards::Older),
            next(3, Towards::Older),
            next(1, Towards::Older)
        ],
        [Some(3), Some(1), Some(3)]
    );
    assert_eq!(
        [
            next(0, Towards::Newer),
            next(1, Towards::Newer),
            next(3, Towards::Newer)
        ],
        [Some(1), Some(3), Some(1)]
    );
    assert_eq!(Hits::default().next(&at(0), Towards::Newer), None);
    assert_eq!(
        [found.rank(&at(0)), found.rank(&at(1)), found.rank(&at(4))],
        [0, 1, 2]
    );
}

#[test]
fn only_shown_lines_are_hits_and_a_folded_one_is_its_heads() {
    let mut ring = ring(
        &[
            "ERROR x",
            "\tat x.Y(needle.java:1)",
            "INFO needle",
            "WARN needle",
        ],
        4,
    );
    ring.set_filter(Filter::parse("level>=warn").unwrap());
    let found = hits(Search::new(Needle::new("needle"), ring.snapshot(), None));
    assert_eq!(times(&found), [0, 3]);
}

#[test]
fn what_comes_later_is_searched_later_and_another_generation_is_another_search() {
    let mut ring = ring(&["x"], 1);
    let mut search = Search::new(Needle::new("x"), ring.snapshot(), None);
    let mut found = hits(search.clone());
    while search.next_slice().is_some() {}
    ring.push(Arc::new(
        Chunk::seal(&source("g"), &[event(9, "x too")]).remove(0),
    ));
    assert!(search.renew(ring.snapshot()));
    found.add(search.next_slice());
    assert_eq!(times(&found), [0, 9]);
    found.keep(|hit| hit.at > 0);
    assert_eq!(times(&found), [9]);
    ring.set_filter(Filter::parse("x").unwrap());
    assert!(!search.renew(ring.snapshot()));
}

#[test]
fn nothing_is_found_across_two_lines() {
    let ring = ring(&["ab", "cd"], 2);
    assert_eq!(
        hits(Search::new(Needle::new("bc"), ring.snapshot(), None)).count(),
        0
    );
    assert_eq!(
        hits(Search::new(
            Needle::pattern("b[^x]c").unwrap(),
            ring.snapshot(),
            None
        ))
        .count(),
        0
    );
}

proptest! {
    #[test]
    fn it_finds_the_lines_that_hold_it(lines in prop::collection::vec("[abAB한é ]{0,9}", 1..30), word in "[abAé한]{1,2}", each in 1_usize..9) {
        let ring = ring(&lines.iter().map(String::as_str).collect::<Vec<_>>(), each);
        for needle in [Needle::new(&word), Needle::exact(&word), Needle::pattern(&word).unwrap()] {
            let expected: Vec<i64> = ring.shown().iter()
                .filter(|entry| std::iter::once(*entry).chain(ring.lines_under(entry))
                    .any(|e| ring.line(e).is_some_and(|(chunk, line)| needle.is_in(chunk.clean(line)))))
                .map(|entry| entry.at).collect();
            prop_assert_eq!(times(&hits(Search::new(needle, ring.snapshot(), None))), expected);
        }
    }
}
