//! The ways to read, and who looks.

use super::*;

#[test]
fn v_switches_to_live_tail_and_the_title_says_method_sampling_and_cost() {
    let mut bench = Bench::tailing(&["/ecs/a", "/ecs/b"]);
    for group in ["/ecs/a", "/ecs/b"] {
        bench.state(group, TailState::Following { lag: None });
    }
    assert!(status(&mut bench).starts_with("polling"));
    let acts = bench.act(Verb::Live);
    assert!(acts.contains(&Act::Do(Effect::TailBy(TailMethod::Live))));
    let notice = acts.iter().find_map(|act| match act {
        Act::Say(notice) => Some(notice.text.as_str().chars().count()),
        _ => None,
    });
    assert!(notice.is_some_and(|wide| wide < 80), "{notice:?}");
    let method = |group: &str, method| Tail::Method {
        source: source(group),
        method,
    };
    tail(
        &mut bench,
        &method("/ecs/a", Method::Live { sampled: true }),
    );
    let mut why = Fault::new(FaultKind::Denied, "not allowed");
    why.action = Some(Text::fixed("logs:StartLiveTail"));
    tail(
        &mut bench,
        &method("/ecs/b", Method::Polling { instead: Some(why) }),
    );
    let sessions = LiveSessions {
        open: 1,
        minutes: 3,
        usd_per_hour: 0.6,
    };
    tail(&mut bench, &Tail::Live(Some(sessions)));
    let title = status(&mut bench);
    for part in ["Live Tail 1 of 2", "sampled", "0.60 USD/h"] {
        assert!(title.contains(part), "{part} in {title}");
    }
    bench.lines("/ecs/a", &["x"]);
    assert!(
        said(&mut bench).contains("/ecs/b is polled, not by Live Tail: needs logs:StartLiveTail")
    );
    let acts = bench.act(Verb::Live);
    assert!(acts.contains(&Act::Do(Effect::TailBy(TailMethod::Polling))));
}

/// What is decided so many seconds later, seen or not.
fn later(bench: &mut Bench, (secs, visible): (u64, bool)) -> Vec<Act> {
    bench.with(|pane, cx| {
        let mono = cx.now.mono + Duration::from_secs(secs);
        let cx = Context {
            now: Now { mono, ..cx.now },
            ..*cx
        };
        let mut acts = pane.seen(visible, &cx);
        acts.extend(pane.decided(&cx));
        acts
    })
}

fn by(method: TailMethod) -> Vec<Act> {
    vec![Act::Do(Effect::TailBy(method))]
}

#[test]
fn live_tail_is_closed_while_nobody_looks_and_opened_again() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.act(Verb::Live);
    assert_eq!(later(&mut bench, (0, false)), []);
    assert_eq!(later(&mut bench, (9, false)), [], "a glance elsewhere");
    assert_eq!(later(&mut bench, (10, false)), by(TailMethod::Polling));
    assert_eq!(later(&mut bench, (20, true)), by(TailMethod::Live));
    assert_eq!(later(&mut bench, (21, true)), []);
}

#[test]
fn live_tail_is_closed_while_no_key_is_pressed_and_the_next_key_opens_it() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.state("/ecs/a", TailState::Following { lag: None });
    bench.act(Verb::Live);
    bench.with(Pane::pressed);
    assert_eq!(later(&mut bench, (899, true)), []);
    assert_eq!(later(&mut bench, (900, true)), by(TailMethod::Polling));
    let title = status(&mut bench);
    assert!(
        title.starts_with("Live Tail closed, no key for 15 min"),
        "{title}"
    );
    assert_eq!(later(&mut bench, (901, true)), []);
    bench.with(|pane, cx| {
        let mono = cx.now.mono + Duration::from_secs(950);
        let now = Now { mono, ..cx.now };
        pane.pressed(&Context { now, ..*cx });
    });
    assert_eq!(later(&mut bench, (950, true)), by(TailMethod::Live));
    assert!(
        status(&mut bench).starts_with("polling"),
        "until it is open"
    );
}

#[test]
fn other_groups_chosen_off_the_screen_are_polled_until_somebody_looks() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.act(Verb::Live);
    assert_eq!(later(&mut bench, (0, false)), []);
    bench.with(|pane, cx| pane.show_logs(&asked(&["/ecs/b"]), cx));
    let acts = later(&mut bench, (1, false));
    let [Act::Do(Effect::Tail(tailing))] = &acts[..] else {
        panic!("{acts:?}")
    };
    assert_eq!(tailing.method, TailMethod::Polling);
    assert_eq!(later(&mut bench, (60, false)), []);
    assert_eq!(later(&mut bench, (61, true)), by(TailMethod::Live));
}

#[test]
fn far_behind_the_gap_can_be_left_out() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    let by = Duration::from_secs(95);
    let blink = Some(Duration::from_millis(999));
    bench.state("/ecs/a", TailState::Throttled { by: blink });
    assert!(status(&mut bench).starts_with("throttled · "));
    bench.state("/ecs/a", TailState::Throttled { by: Some(by) });
    assert!(status(&mut bench).starts_with("throttled, 1 min behind"));
    bench.state("/ecs/a", TailState::Behind { by });
    assert!(status(&mut bench).starts_with("catching up 1 min"));
    assert_eq!(bench.pane.urgent(), Some(Verb::LeaveOut));
    assert_eq!(bench.act(Verb::LeaveOut), [Act::Do(Effect::TailNow)]);
}

#[test]
fn where_the_title_has_no_room_for_all_the_truth_stays() {
    let mut bench = Bench::tailing(&["/ecs/a-group-with-a-long-name/orchard-api"]);
    bench.with(|pane, _| pane.resize(78, 5));
    let group = "/ecs/a-group-with-a-long-name/orchard-api";
    bench.state(
        group,
        TailState::Following {
            lag: Some(Duration::from_millis(1_240)),
        },
    );
    bench.lines(group, &["one", "two"]);
    assert_eq!(status(&mut bench), "polling · lag 1.2 s");
    assert_eq!(
        name(&mut bench),
        "Logs ─ /ecs/a-group-with-a-long-name/orchard-api"
    );
    let live = Tail::Method {
        source: source(group),
        method: Method::Live { sampled: true },
    };
    tail(&mut bench, &live);
    let sessions = LiveSessions {
        open: 1,
        minutes: 3,
        usd_per_hour: 0.6,
    };
    tail(&mut bench, &Tail::Live(Some(sessions)));
    bench.pane.present.ring.set_cap(1);
    bench.lines(group, &["three"]);
    assert_eq!(name(&mut bench), "Logs ─ orchard-api");
    assert_eq!(
        status(&mut bench),
        "lag 1.2 s · sampled · 0.60 USD/h · 3 dropped"
    );
    // A page that lies open is of the same lines.
    bench.act(Verb::Describe);
    assert_eq!(status(&mut bench), "sampled · 0.60 USD/h · 3 dropped");
}

#[test]
fn the_rate_of_a_tail_that_catches_up_is_that_of_the_lines_it_has_come_to() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    let events: Vec<RawEvent> = (120..220).rev().map(|n| at(NOON - n * 1_000)).collect();
    for chunk in Chunk::seal(&Arc::new(source("/ecs/a")), &events) {
        tail(&mut bench, &Tail::Chunk(Arc::new(chunk)));
    }
    let by = Duration::from_mins(2);
    bench.state("/ecs/a", TailState::Behind { by });
    assert_eq!(status(&mut bench), "catching up 2 min · 1.0/s");
}

#[test]
fn a_screen_that_is_held_hides_no_trouble() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.with(|pane, _| pane.resize(80, 5));
    bench.lines("/ecs/a", &["x"]);
    bench.act(Verb::Pause);
    bench.lines("/ecs/a", &["y"]);
    let by = Some(Duration::from_mins(3));
    bench.state("/ecs/a", TailState::Throttled { by });
    let title = status(&mut bench);
    assert!(
        title.starts_with("held · 1 new · throttled, 3 min behind · "),
        "{title}"
    );
    bench.state("/ecs/a", TailState::Following { lag: None });
    assert_eq!(status(&mut bench), "held · 1 new · polling · 0.2/s");
    // Where there is no room for all, the method goes first, what is true stays.
    bench.with(|pane, _| pane.resize(40, 5));
    assert_eq!(status(&mut bench), "held · 1 new");
    bench.state("/ecs/a", TailState::Throttled { by });
    assert_eq!(status(&mut bench), "held · 1 new · throttled, 3 min behind");
}

#[test]
fn what_was_a_sample_is_called_one_for_as_long_as_its_lines_are_here() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.state("/ecs/a", TailState::Following { lag: None });
    seconds(&mut bench, 30);
    for second in 5..17 {
        let at = NOON - second * 1_000;
        bench.state("/ecs/a", TailState::Sampled { at });
    }
    // It is polled again, and nothing is sampled now.
    let polling = Tail::Method {
        source: source("/ecs/a"),
        method: Method::Polling { instead: None },
    };
    tail(&mut bench, &polling);
    assert_eq!(status(&mut bench), "polling · 1.0/s · 12 s sampled");
    bench.act(Verb::Describe);
    assert!(status(&mut bench).contains("12 s sampled"));
    let screen = said(&mut bench);
    assert!(screen.contains("12 s of it a sample; "), "{screen}");
    bench.act(Verb::Back);
    // Some of it was polled since.
    let (from, to) = (NOON - 10_000, NOON);
    bench.state("/ecs/a", TailState::Whole { from, to });
    assert_eq!(status(&mut bench), "polling · 1.0/s · 7 s sampled");
    // The others' lines fall out of memory.
    bench.pane.present.ring.begin_at(NOON - 9_000);
    assert_eq!(status(&mut bench), "polling · 1.0/s");
}
