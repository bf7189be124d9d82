//! Older lines, and where they end.

use super::*;

fn older(bench: &mut Bench, window: &Window, times: impl IntoIterator<Item = i64>) {
    let events: Vec<RawEvent> = times.into_iter().map(at).collect();
    for chunk in Chunk::seal(&Arc::new(source("/ecs/a")), &events) {
        let news = PastNews::Chunk {
            window: Arc::new(window.clone()),
            chunk: Arc::new(chunk),
        };
        tail(bench, &Tail::Past(news));
    }
}

fn done(bench: &mut Bench, window: &Window, (reached, lines): (i64, usize), expired: Option<i64>) {
    let news = PastNews::Done {
        window: Arc::new(window.clone()),
        reached,
        lines,
        expired,
    };
    tail(bench, &Tail::Past(news));
}

#[test]
fn up_from_the_oldest_line_reads_older_ones_and_down_comes_back() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    seconds(&mut bench, 3);
    let oldest = NOON - 3_000;
    bench.act(Verb::Top);
    let window = read(&bench.act(Verb::Up)).unwrap();
    assert_eq!((window.to, window.sources.len()), (oldest, 1));
    assert!(name(&mut bench).ends_with("› past") && status(&mut bench).contains("reading"));
    assert!(bench.act(Verb::Up).is_empty(), "one reading at a time");
    older(
        &mut bench,
        &window,
        (1..=8).rev().map(|n| oldest - n * 1_000),
    );
    done(&mut bench, &window, (oldest - 8_000, 8), None);
    assert!(said(&mut bench).contains(&format!("line of {}", oldest - 1_000)));
    // Up to its oldest, and on.
    bench.act(Verb::Top);
    let more = read(&bench.act(Verb::Up)).unwrap();
    assert_eq!(more.to, oldest - 8_000);
    done(&mut bench, &more, (more.from, 0), None);
    assert!(said(&mut bench).contains("up again reads a day more"));
    // Down past its newest: the present, at its oldest line.
    while bench.pane.past.is_some() {
        bench.act(Verb::PageDown);
    }
    assert!(!name(&mut bench).contains("past"));
    assert!(said(&mut bench).contains(&format!("line of {oldest}")));
    assert_eq!(bench.pane.present.window.new_lines(), Some(0));
}

#[test]
fn esc_and_the_last_line_leave_the_past() {
    for verb in [Verb::Back, Verb::Bottom] {
        let mut bench = Bench::tailing(&["/ecs/a"]);
        seconds(&mut bench, 3);
        bench.act(Verb::Top);
        bench.act(Verb::Up);
        assert!(bench.pane.steps_back());
        bench.act(verb);
        assert!(!bench.pane.steps_back());
        assert_eq!(bench.pane.is_held(), verb == Verb::Back);
    }
}

fn export(day: i64, status: &str) -> Export {
    Export {
        task: Text::clean(&format!("cda4541{day}")),
        group: "/ecs/a".into(),
        from: NOON - (day + 1) * 86_400_000,
        to: NOON - day * 86_400_000,
        bucket: Text::clean("shop-archive"),
        prefix: Text::clean("ecs/a"),
        status: Text::clean(status),
    }
}

fn expiry(group: &str, days: u32, exports: Vec<Export>) -> Expiry {
    Expiry {
        source: source(group),
        days,
        before: NOON - i64::from(days) * DAY,
        exports: Ok(exports),
    }
}

/// Whether the pane wants to know what is not kept of all its groups.
fn asks_for_expiry(bench: &mut Bench) -> bool {
    let sources: Vec<_> = bench.pane.sources.list();
    let query = Query::LogExpiry(sources.into());
    let wants = bench.with(|pane, cx| pane.wants(cx));
    wants.iter().any(|want| want.query == query)
}

fn expires(bench: &mut Bench, expiries: Vec<Expiry>) {
    let reply = Reply {
        epoch: Epoch::default(),
        query: Query::LogExpiry(bench.pane.sources.list().into()),
        answer: Answer::Whole(Facts::LogExpiry(expiries)),
    };
    bench.with(|pane, cx| pane.reply(&reply, cx));
}

const DAY: i64 = 86_400_000;

/// A pane that has gone up to where nothing is kept any more: a day ago.
fn at_the_end(exports: Vec<Export>) -> Bench {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.with(|pane, _| pane.resize(160, 10));
    seconds(&mut bench, 3);
    bench.act(Verb::Top);
    let window = read(&bench.act(Verb::Up)).unwrap();
    assert!(!asks_for_expiry(&mut bench));
    done(&mut bench, &window, (window.from, 0), Some(NOON - DAY));
    assert!(asks_for_expiry(&mut bench));
    expires(&mut bench, vec![expiry("/ecs/a", 1, exports)]);
    bench
}

#[test]
fn of_several_groups_the_end_is_that_of_the_longest_kept() {
    let mut bench = Bench::tailing(&["/ecs/a", "/ecs/b"]);
    bench.with(|pane, _| pane.resize(160, 10));
    seconds(&mut bench, 3);
    bench.act(Verb::Top);
    let window = read(&bench.act(Verb::Up)).unwrap();
    older(&mut bench, &window, [window.from]);
    done(&mut bench, &window, (window.from, 1), None);
    let both = vec![
        expiry("/ecs/b", 1, Vec::new()),
        expiry("/ecs/a", 30, Vec::new()),
    ];
    expires(&mut bench, both);
    let screen = said(&mut bench);
    assert!(
        screen.contains("Nothing of /ecs/b before 19 Sep 12:00 (one day is kept)"),
        "{screen}"
    );
    let window = read(&bench.act(Verb::Up)).expect("the other group is read on");
    done(&mut bench, &window, (window.from, 0), Some(NOON - 30 * DAY));
    let screen = said(&mut bench);
    assert!(
        screen.contains("Nothing of /ecs/a before") && screen.contains("30 days are kept"),
        "{screen}"
    );
}

#[test]
fn a_group_that_cannot_be_read_is_named_and_the_others_are_read() {
    let mut bench = Bench::tailing(&["/ecs/a", "/ecs/b"]);
    seconds(&mut bench, 3);
    bench.act(Verb::Top);
    let window = read(&bench.act(Verb::Up)).unwrap();
    let fault = Fault {
        action: Some("logs:FilterLogEvents".into()),
        ..Fault::new(FaultKind::Denied, "not allowed")
    };
    let news = PastNews::LeftOut {
        window: Arc::new(window.clone()),
        source: source("/ecs/b"),
        fault,
    };
    tail(&mut bench, &Tail::Past(news));
    older(&mut bench, &window, [window.to - 1_000]);
    done(&mut bench, &window, (window.to - 1_000, 1), None);
    let screen = said(&mut bench);
    assert!(
        screen.contains("/ecs/b is left out: needs logs:FilterLogEvents"),
        "{screen}"
    );
    assert!(
        screen.contains(&format!("line of {}", window.to - 1_000)),
        "{screen}"
    );
    let more = read(&bench.act(Verb::Up)).unwrap();
    assert_eq!(more.sources, [source("/ecs/a")]);
}

#[test]
fn what_was_asked_for_before_brings_nothing_twice() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    seconds(&mut bench, 3);
    bench.act(Verb::Top);
    let stale = read(&bench.act(Verb::Up)).unwrap();
    bench.act(Verb::Back);
    let window = read(&bench.act(Verb::Up)).unwrap();
    assert_eq!((stale.from, stale.to), (window.from, window.to));
    older(&mut bench, &stale, [stale.to - 1_000]);
    older(&mut bench, &window, [window.to - 1_000]);
    done(&mut bench, &stale, (stale.from, 1), None);
    assert!(status(&mut bench).contains("reading"));
    done(&mut bench, &window, (window.from, 1), None);
    assert_eq!(bench.pane.view().ring.held(), 1);
}

#[test]
fn what_is_asked_for_and_not_kept_is_said_at_once_with_the_place_of_its_export() {
    let mut bench = Bench::new();
    bench.with(|pane, _| pane.resize(160, 10));
    let request = LogRequest {
        since: jiff::Timestamp::from_millisecond(NOON - 3 * DAY).ok(),
        ..asked(&["/ecs/a"])
    };
    bench.with(|pane, cx| pane.show_logs(&request, cx));
    bench.decided();
    bench.state("/ecs/a", TailState::Starting);
    assert!(asks_for_expiry(&mut bench));
    expires(
        &mut bench,
        vec![expiry("/ecs/a", 1, vec![export(1, "COMPLETED")])],
    );
    let expected = "Nothing before 19 Sep 12:00 (one day is kept); older days are in s3://shop-archive/ecs/a/cda45411";
    for lines in [0, 30] {
        seconds(&mut bench, lines);
        let screen = said(&mut bench);
        assert!(screen.contains(expected), "{screen}");
    }
    assert!(said(&mut bench).contains(&format!("line of {}", NOON - 1_000)));
    // What is kept of it is all that was asked for.
    expires(&mut bench, vec![expiry("/ecs/a", 7, Vec::new())]);
    assert!(!said(&mut bench).contains("Nothing before"));
}

#[test]
fn where_nothing_is_kept_retention_and_export_are_named() {
    let mut bench = at_the_end(vec![export(1, "COMPLETED")]);
    let screen = said(&mut bench);
    for part in [
        "Nothing before",
        "one day is kept",
        "older days are in s3://shop-archive/ecs/a/cda45411 (to 19 Sep 12:00)",
    ] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
    assert!(bench.act(Verb::Up).is_empty(), "there is nothing to read");
    bench.with(|pane, _| pane.resize(78, 10));
    let screen = said(&mut bench);
    assert!(
        screen.contains(": s3://shop-archive/ecs/a/cda45411"),
        "{screen}"
    );
}

#[test]
fn a_daily_export_is_named_by_its_folder_and_one_that_failed_is_no_place_to_look() {
    let days = [
        (0, "COMPLETED"),
        (1, "FAILED"),
        (2, "COMPLETED"),
        (3, "COMPLETED"),
    ];
    let mut bench = at_the_end(days.map(|(day, status)| export(day, status)).to_vec());
    let screen = said(&mut bench);
    assert!(
        screen.contains("older days are in s3://shop-archive/ecs/a (to 18 Sep 12:00)"),
        "{screen}"
    );
    let mut bench = at_the_end(vec![export(1, "RUNNING")]);
    assert!(said(&mut bench).contains("their export is RUNNING"));
    let mut bench = at_the_end(Vec::new());
    assert!(said(&mut bench).contains("no export to S3 is known"));
}

#[test]
fn a_time_in_memory_is_gone_to_and_one_before_it_is_read() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    seconds(&mut bench, 30);
    let goes = |bench: &mut Bench, ms: i64| {
        let at = jiff::Timestamp::from_millisecond(ms).unwrap();
        bench.with(|pane, cx| pane.look_at(at, cx))
    };
    assert!(goes(&mut bench, NOON - 20_500).is_empty());
    let line = bench.pane.text().unwrap();
    assert_eq!(line, format!("line of {}", NOON - 20_000));
    let wish = NOON - 7_200_000;
    let window = read(&goes(&mut bench, wish)).unwrap();
    assert_eq!((window.from, window.direction), (wish, Direction::Forward));
    let first = wish + 7;
    older(&mut bench, &window, (0..9).map(|n| first + n));
    done(&mut bench, &window, (wish + 60_000, 9), None);
    assert_eq!(bench.pane.text().unwrap(), format!("line of {first}"));
    // What was before it is read by itself, and stands above it.
    let before = read(&bench.decided()).unwrap();
    assert_eq!((before.to, before.direction), (wish, Direction::Backward));
    older(&mut bench, &before, [wish - 3, wish - 2]);
    done(&mut bench, &before, (before.from, 2), None);
    assert!(said(&mut bench).contains(&format!("line of {}", wish - 2)));
    assert_eq!(bench.pane.text().unwrap(), format!("line of {first}"));
    assert!(bench.decided().is_empty());
    // Further down newer ones are read, not left out.
    let more = (0..9)
        .find_map(|_| read(&bench.act(Verb::PageDown)))
        .unwrap();
    assert_eq!(
        (more.from, more.direction),
        (wish + 60_000, Direction::Forward)
    );
}

#[test]
fn since_and_pattern_reach_the_tail_and_the_past() {
    let mut bench = Bench::new();
    let request = LogRequest {
        since: jiff::Timestamp::from_millisecond(NOON - 7_200_000).ok(),
        pattern: Some("{ $.status >= 500 }".into()),
        ..asked(&["/ecs/a"])
    };
    bench.with(|pane, cx| pane.show_logs(&request, cx));
    let acts = bench.decided();
    let [Act::Do(Effect::Tail(tailing))] = &acts[..] else {
        panic!("{acts:?}")
    };
    assert_eq!(tailing.start, TailStart::At(NOON - 7_200_000));
    assert_eq!(tailing.pattern.as_deref(), Some("{ $.status >= 500 }"));
    bench.state("/ecs/a", TailState::Starting);
    assert!(status(&mut bench).contains("pattern { $.status >= 500 }"));
    seconds(&mut bench, 2);
    bench.act(Verb::Top);
    let window = read(&bench.act(Verb::Up)).unwrap();
    assert_eq!(window.pattern, tailing.pattern);
}

#[test]
fn a_prefix_of_streams_reaches_the_tail_as_it_was_typed_and_stands_in_the_title() {
    let mut bench = Bench::new();
    let request = LogRequest {
        stream_prefix: Some("api/app".into()),
        ..asked(&["/ecs/a", "/ecs/b"])
    };
    bench.with(|pane, cx| pane.show_logs(&request, cx));
    let acts = bench.decided();
    let [Act::Do(Effect::Tail(tailing))] = &acts[..] else {
        panic!("{acts:?}")
    };
    let prefixes = tailing.sources.iter().map(|s| s.stream_prefix.clone());
    let expected = vec![Some("api/app".into()); 2];
    assert_eq!(prefixes.collect::<Vec<_>>(), expected);
    assert!(status(&mut bench).contains("streams api/app…"));
    // Those of a service have a prefix of their own.
    let mut request = asked(&["/ecs/a"]);
    request.targets[0].stream_prefix = Some("api".into());
    bench.with(|pane, cx| pane.show_logs(&request, cx));
    let acts = bench.decided();
    let [Act::Do(Effect::Tail(tailing))] = &acts[..] else {
        panic!("{acts:?}")
    };
    assert_eq!(tailing.sources[0].stream_prefix, Some("api/".into()));
    assert!(!status(&mut bench).contains("streams"));
}
