//! What is held stays on the screen, and what the past takes of the memory.

use super::*;

/// A pane with room for a few hundred lines.
fn small() -> Bench {
    let mut bench = Bench::tailing(&["/ecs/a", "/ecs/b"]);
    bench.settings.log_bytes = 60_000;
    bench.decided();
    bench
}

const FIRST: i64 = NOON - 3_600_000;

/// Lines a second apart, by turns of both groups, so many chunks of ten.
fn flood(bench: &mut Bench, chunks: std::ops::Range<i64>) {
    for n in chunks {
        let group = ["/ecs/a", "/ecs/b"][usize::try_from(n % 2).unwrap()];
        let events: Vec<RawEvent> = (0..10).map(|m| at(FIRST + (n * 10 + m) * 1_000)).collect();
        for chunk in Chunk::seal(&Arc::new(source(group)), &events) {
            tail(bench, &Tail::Chunk(Arc::new(chunk)));
        }
    }
}

fn oldest(bench: &Bench) -> i64 {
    bench.pane.present.span().unwrap().0
}

#[test]
fn what_is_held_stays_on_the_screen_though_it_falls_out_of_memory() {
    for filter in ["", "line"] {
        let mut bench = small();
        flood(&mut bench, 0..3);
        bench.pane.set_filter(filter).unwrap();
        bench.act(Verb::Pause);
        bench.act(Verb::Up);
        let before = bench.screen();
        flood(&mut bench, 3..200);
        assert!(oldest(&bench) > FIRST + 30_000);
        assert_eq!(bench.screen(), before);
        assert!(name(&mut bench).ends_with("› past"), "{}", name(&mut bench));
        let acts = bench.decided();
        let said = |act: &Act| matches!(act, Act::Say(n) if n.text.as_str().contains("kept here"));
        assert!(acts.iter().any(said), "{acts:?}");
        // It goes on at both ends without a hole.
        bench.act(Verb::Top);
        let window = read(&bench.act(Verb::Up)).unwrap();
        assert_eq!(window.to, FIRST + 25_000);
        bench.act(Verb::Back);
        assert!(!name(&mut bench).contains("past") && !bench.pane.is_held());
    }
}

#[test]
fn what_was_held_under_an_open_page_is_there_when_it_is_closed() {
    let mut bench = small();
    flood(&mut bench, 0..3);
    bench.act(Verb::Pause);
    let before = bench.screen();
    bench.act(Verb::Describe);
    flood(&mut bench, 3..200);
    assert!(!name(&mut bench).contains("past"));
    bench.act(Verb::Back);
    assert_eq!(bench.screen(), before);
    let read = read(&bench.act(Verb::PageDown)).unwrap();
    assert_eq!(read.from, FIRST + 29_001);
}

#[test]
fn a_backlog_that_is_left_out_takes_nothing_off_a_held_screen() {
    let mut bench = small();
    flood(&mut bench, 0..3);
    bench.act(Verb::Pause);
    let before = bench.screen();
    let newest = bench.pane.present.span().unwrap().1;
    let gap = Gap {
        from: newest,
        to: newest + 300_000,
    };
    bench.state("/ecs/a", TailState::Skipped(gap));
    assert_eq!(bench.screen(), before);
}

#[test]
fn the_past_takes_of_the_memory_what_it_needs_and_gives_it_back() {
    let mut bench = small();
    flood(&mut bench, 0..200);
    let (begin, bytes) = (oldest(&bench), bench.pane.present.ring.bytes());
    bench.act(Verb::Top);
    let window = read(&bench.act(Verb::Up)).unwrap();
    let border = bench.pane.present.ring.border().unwrap();
    assert_eq!(
        window.to,
        begin.max(border + 1),
        "the past begins where memory ends"
    );
    assert_eq!(
        oldest(&bench),
        begin,
        "nothing is lent before anything is read"
    );
    let events: Vec<RawEvent> = (1..=100).rev().map(|n| at(begin - n * 1_000)).collect();
    for chunk in Chunk::seal(&Arc::new(source("/ecs/a")), &events) {
        let news = PastNews::Chunk {
            window: Arc::new(window.clone()),
            chunk: Arc::new(chunk),
        };
        tail(&mut bench, &Tail::Past(news));
    }
    assert!(oldest(&bench) > begin);
    bench.act(Verb::Back);
    flood(&mut bench, 200..400);
    let now = bench.pane.present.ring.bytes();
    assert!(now + 5_000 > bytes, "{now} of {bytes}");
}
