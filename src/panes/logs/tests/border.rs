//! The present has no holes: what was left out is of the past, where it is read whole.

use super::*;

#[test]
fn up_from_the_first_line_after_a_gap_reads_the_gap() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["before 1", "before 2"]);
    let span = Duration::from_millis(500);
    bench.state("/ecs/a", TailState::Skipped { span });
    let border = NOON - 999 + 500;
    bench.lines("/ecs/a", &["of before, and late"]);
    assert_eq!(bench.pane.view().ring.shown().len(), 0);
    bench.state("/ecs/a", TailState::Skipped { span });
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
