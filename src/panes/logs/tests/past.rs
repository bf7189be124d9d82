//! Older lines, and where they end.

use super::*;

fn older(bench: &mut Bench, times: impl IntoIterator<Item = i64>) {
    let events: Vec<RawEvent> = times.into_iter().map(at).collect();
    for chunk in Chunk::seal(&Arc::new(source("/ecs/a")), &events) {
        tail(bench, &Tail::Past(PastNews::Chunk(Arc::new(chunk))));
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
    older(&mut bench, (1..=8).rev().map(|n| oldest - n * 1_000));
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

/// A pane that has gone up to where nothing is kept any more: a day ago.
fn at_the_end(exports: Vec<Export>) -> Bench {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.with(|pane, _| pane.resize(160, 10));
    seconds(&mut bench, 3);
    bench.act(Verb::Top);
    let window = read(&bench.act(Verb::Up)).unwrap();
    let kept = window.from + 3_600_000;
    done(&mut bench, &window, (kept, 0), Some(kept));
    let wants = bench.with(|pane, cx| pane.wants(cx));
    let asked = |query: Query| wants.iter().any(|want| want.query == query);
    assert!(asked(Query::LogExports("/ecs/a".into())));
    let group = GroupFacts {
        name: "/ecs/a".into(),
        retention: Some(1),
        bytes: 0,
        infrequent: false,
        arn: None,
        created: None,
    };
    for (query, facts) in [
        (
            Query::LogGroups(None, Text::default()),
            Facts::LogGroups(vec![group]),
        ),
        (
            Query::LogExports("/ecs/a".into()),
            Facts::LogExports(exports),
        ),
    ] {
        let reply = Reply {
            epoch: Epoch::default(),
            query,
            answer: Answer::Whole(facts),
        };
        bench.with(|pane, cx| pane.reply(&reply, cx));
    }
    bench
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
        screen.contains("older days are in s3://shop-archive/ecs/a (to 20 Sep 12:00)"),
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
    assert!(window.from < wish && window.to > wish && window.to < NOON);
    older(&mut bench, [-2, -1, 0, 1, 2].map(|n| wish + n * 10_000));
    done(&mut bench, &window, (window.from, 5), None);
    assert_eq!(bench.pane.text().unwrap(), format!("line of {wish}"));
    // Further down newer ones are read, not left out.
    bench.act(Verb::PageDown);
    let more = read(&bench.act(Verb::PageDown)).unwrap();
    assert_eq!(more.from, window.to);
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
