//! Searching and choosing by workers: what each may and may not do to the other.

use super::*;

fn many(bench: &mut Bench) {
    let long = "x".repeat(60_000);
    let line = |n: usize| format!("{n} {} {long}", ["apple", "pear"][n % 2]);
    let lines: Vec<String> = (0..120).map(line).collect();
    bench.lines(
        "/ecs/a",
        &lines.iter().map(String::as_str).collect::<Vec<_>>(),
    );
}

fn sifts(bench: &mut Bench) -> Vec<Sift> {
    let sift = |act| match act {
        Act::Do(Effect::Sift(sift)) => Some(sift),
        _ => None,
    };
    bench.decided().into_iter().filter_map(sift).collect()
}

fn said(bench: &mut Bench) -> Vec<String> {
    let text = |act| match act {
        Act::Say(notice) => Some(notice.text.as_str().to_owned()),
        _ => None,
    };
    bench.decided().into_iter().filter_map(text).collect()
}

#[test]
fn a_search_begun_while_lines_are_chosen_does_not_end_the_choosing() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    many(&mut bench);
    bench.pane.set_filter("apple").unwrap();
    bench.pane.set_find("xx").unwrap();
    let work = sifts(&mut bench);
    assert_eq!(work.len(), 2, "both are handed over");
    for sift in work {
        worked(&mut bench.pane, sift);
    }
    bench.sift();
    assert!(!bench.pane.is_choosing());
    assert_eq!(bench.pane.view().ring.shown().len(), 60);
    assert_eq!(bench.pane.hits().as_deref(), Some("hit 60 of 60"));
}

#[test]
fn a_newer_filter_takes_the_place_of_one_that_was_not_handed_over() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    many(&mut bench);
    bench.pane.set_filter("apple").unwrap();
    bench.pane.set_filter("\"7 pear\"").unwrap();
    let work = sifts(&mut bench);
    assert_eq!(work.len(), 1);
    for sift in work {
        worked(&mut bench.pane, sift);
    }
    assert_eq!(bench.pane.view().ring.shown().len(), 12);
}

#[test]
fn the_next_hit_is_looked_for_among_new_lines_before_it_goes_around_and_says_so() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["apple 1", "pear"]);
    bench.lines("/ecs/a", &["pear", "pear", "apple 2"]);
    bench.pane.set_find("apple").unwrap();
    bench.sift();
    let at = |bench: &Bench| bench.pane.text().unwrap_or_default();
    assert_eq!(at(&bench), "apple 2");
    bench.lines("/ecs/a", &["pear", "pear", "pear", "pear", "apple 3"]);
    bench.act(Verb::PreviousHit);
    bench.sift();
    assert_eq!(at(&bench), "apple 3", "not around to the oldest");
    assert_eq!(bench.pane.hits().as_deref(), Some("hit 3 of 3"));
    bench.act(Verb::PreviousHit);
    assert_eq!(said(&mut bench), ["No newer hit: on from the oldest"]);
    assert_eq!(at(&bench), "apple 1");
    bench.act(Verb::NextHit);
    assert_eq!(said(&mut bench), ["No older hit: on from the newest"]);
    assert_eq!(at(&bench), "apple 3");
}
