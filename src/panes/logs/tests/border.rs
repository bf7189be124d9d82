//! The present has no holes: what was left out is of the past, where it is read whole.

use super::*;

fn gap(from: i64, to: i64) -> TailState {
    TailState::Skipped(Gap { from, to })
}

#[test]
fn up_from_the_first_line_after_a_gap_reads_the_gap() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["before 1", "before 2"]);
    let border = NOON - 999 + 500;
    bench.state("/ecs/a", gap(NOON - 999, border));
    bench.lines("/ecs/a", &["of before, and late"]);
    assert_eq!(bench.pane.view().ring.shown().len(), 0);
    bench.state("/ecs/a", gap(border, border + 500));
    assert_eq!(bench.status(), "starting · 0.3/s · 1 s skipped");
    let acts = bench.act(Verb::Up);
    let [Act::Do(Effect::ReadPast(window))] = &acts[..] else {
        panic!("{acts:?}")
    };
    assert!(
        window.to > border && window.from < NOON - 1_000,
        "{window:?}"
    );
}

#[test]
fn lines_of_live_tail_that_were_ahead_of_what_is_left_out_stay_and_those_that_follow_are_shown() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    let polled = NOON - 3_600_000;
    tail(&mut bench, &sealed(&[at(polled)]));
    // A Live Tail that began five seconds ago has been ahead.
    let live: Vec<RawEvent> = (0..3).map(|n| at(NOON - 5_000 + n)).collect();
    tail(&mut bench, &sealed(&live));
    bench.state("/ecs/a", gap(polled, NOON - 10_000));
    tail(&mut bench, &sealed(&[at(NOON)]));
    let shown = bench.pane.view().ring.shown();
    let times: Vec<i64> = shown.iter().map(|entry| entry.at).collect();
    assert_eq!(times, [NOON - 5_000, NOON - 4_999, NOON - 4_998, NOON]);
    assert!(
        bench.status().ends_with("59 min skipped"),
        "{}",
        bench.status()
    );
}

fn sealed(events: &[RawEvent]) -> Tail {
    let source = Arc::new(source("/ecs/a"));
    let chunk = Chunk::seal(&source, events).into_iter().next();
    Tail::Chunk(Arc::new(chunk.unwrap()))
}
