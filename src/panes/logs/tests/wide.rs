//! The trace, the numbers, the past, and the ways to read.

use super::*;
use crate::domain::ids::TaskDefinition;
use crate::domain::log::{Export, Window};
use crate::model::tail::{LiveSessions, Method, Past as PastNews, TailMethod, TailStart};
use crate::model::trace::{Found, Question, Refused};

fn request(layer: &str, n: usize, more: &str) -> String {
    format!(r#"{{"traceId":"trace-{n:08}","layer":"{layer}","path":"/api/orders/{n}"{more}}}"#)
}

fn said(bench: &mut Bench) -> String {
    bench.screen().join("\n")
}

fn status(bench: &mut Bench) -> String {
    bench
        .with(|pane, cx| pane.title(cx))
        .status
        .as_str()
        .to_owned()
}

fn name(bench: &mut Bench) -> String {
    bench
        .with(|pane, cx| pane.title(cx))
        .name
        .as_str()
        .to_owned()
}

fn tail(bench: &mut Bench, news: &Tail) {
    bench.with(|pane, cx| pane.tail(news, cx));
}

fn read(acts: &[Act]) -> Option<Window> {
    acts.iter().find_map(|act| match act {
        Act::Do(Effect::ReadPast(window)) => Some(window.clone()),
        _ => None,
    })
}

/// A line every second, the newest one second before noon.
fn seconds(bench: &mut Bench, lines: i64) {
    let events: Vec<RawEvent> = (1..=lines).rev().map(|n| at(NOON - n * 1_000)).collect();
    for chunk in Chunk::seal(&Arc::new(source("/ecs/a")), &events) {
        tail(bench, &Tail::Chunk(Arc::new(chunk)));
    }
}

fn at(at: i64) -> RawEvent {
    RawEvent {
        id: at.to_string().into(),
        stream: "s".into(),
        timestamp: at,
        ingested: at,
        late: false,
        message: format!("line of {at}"),
    }
}

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
fn a_trace_is_followed_across_groups_whatever_the_filter_hides() {
    let mut bench = Bench::tailing(&["/ecs/edge", "/ecs/api"]);
    bench.with(|pane, _| pane.resize(110, 20));
    bench.lines(
        "/ecs/edge",
        &[&request("ENTRANCE", 1, ""), &request("ENTRANCE", 2, "")],
    );
    bench.lines(
        "/ecs/api",
        &[&request("FACADE", 1, ""), &request("DATABASE", 1, "")],
    );
    bench.pane.set_filter("DATABASE").unwrap();
    bench.act(Verb::Trace);
    let screen = said(&mut bench);
    for part in [
        "trace-00000001",
        "ENTRANCE",
        "FACADE",
        "DATABASE",
        "3 lines · 2 groups",
        "█",
    ] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
    assert!(!screen.contains("orders/2"), "{screen}");
    assert!(
        name(&mut bench).ends_with("› trace trace-00"),
        "{}",
        name(&mut bench)
    );
    // What comes of it later is shown as well.
    bench.lines("/ecs/edge", &[&request("EXIT", 1, r#","status":502"#)]);
    assert!(said(&mut bench).contains("EXIT"));
    assert!(bench.pane.text().unwrap().contains("502"));
    bench.act(Verb::Back);
    assert!(!bench.pane.drilled());
}

#[test]
fn each_line_of_a_trace_is_one_row_with_readable_text_at_80_columns() {
    let mut bench = Bench::tailing(&["/ecs/orchard-api", "/ecs/orchard-batch-worker"]);
    bench.with(|pane, _| pane.resize(78, 30));
    let more = r#","status":200,"duration":"12ms","message":"taken from the shelf""#;
    bench.lines(
        "/ecs/orchard-api",
        &[&request("ENTRANCE", 1, more), &request("FACADE", 1, more)],
    );
    bench.lines(
        "/ecs/orchard-batch-worker",
        &[&request("DATABASE", 1, more)],
    );
    bench.act(Verb::Trace);
    let screen = bench.screen();
    let rows: Vec<&String> = screen
        .iter()
        .filter(|row| row.contains("/api/orders/1 taken"))
        .collect();
    assert_eq!(rows.len(), 3, "{screen:#?}");
    assert!(
        rows.iter().all(|row| row.trim_start().starts_with('+')),
        "{rows:#?}"
    );
}

/// The question that the open trace asks of other groups, if it does.
fn question(bench: &mut Bench) -> Option<Question> {
    let wants = bench.with(|pane, cx| pane.wants(cx));
    wants.into_iter().find_map(|want| match want.query {
        Query::Trace(question) => Some(*question),
        _ => None,
    })
}

fn answer(bench: &mut Bench, question: &Question, answer: Answer) {
    let reply = Reply {
        epoch: Epoch::default(),
        query: Query::Trace(Box::new(question.clone())),
        answer,
    };
    bench.with(|pane, cx| pane.reply(&reply, cx));
}

#[test]
fn enter_on_a_trace_asks_the_groups_of_all_services_and_merges_what_they_say() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.with(|pane, _| pane.resize(110, 20));
    let reply = Reply {
        epoch: Epoch::default(),
        query: Query::ServiceNames("orchard".into()),
        answer: Answer::Part(Facts::Services {
            found: vec![service("api"), service("admin")],
            missing: Vec::new(),
        }),
    };
    bench.with(|pane, cx| pane.reply(&reply, cx));
    bench.lines("/ecs/a", &[&request("ENTRANCE", 1, "")]);
    bench.act(Verb::Trace);
    assert!(bench.with(|pane, cx| pane.can(Verb::Enter, cx)));
    assert_eq!(bench.pane.says(Verb::Enter), "ask other groups");
    assert_eq!(question(&mut bench), None, "nothing is asked by itself");
    bench.act(Verb::Enter);
    let asked = question(&mut bench).unwrap();
    let definitions: Vec<&str> = asked
        .definitions
        .iter()
        .map(TaskDefinition::as_str)
        .collect();
    assert_eq!(definitions, ["admin:7", "api:7"]);
    assert_eq!(
        (asked.id.as_str(), asked.to - asked.from, asked.groups.len()),
        ("trace-00000001", 600_000, 1)
    );
    assert!(
        !bench.with(|pane, cx| pane.can(Verb::Enter, cx)),
        "one at a time"
    );
    let event = RawEvent {
        message: request("DATABASE", 1, r#","status":503"#),
        ..at(NOON - 500)
    };
    let lines = Chunk::seal(&Arc::new(source("/ecs/b")), &[event]);
    let found = Found {
        answered: 1,
        of: 2,
        lines: lines.into_iter().map(Arc::new).collect(),
        refused: Vec::new(),
    };
    answer(
        &mut bench,
        &asked,
        Answer::Part(Facts::Trace(found.clone())),
    );
    let screen = said(&mut bench);
    for part in [
        "asking: 1 of 2 groups",
        "DATABASE",
        "2 lines · 2 groups",
        "503",
    ] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
    let mut fault = Fault::new(FaultKind::Denied, "not allowed");
    fault.action = Some(Text::fixed("logs:FilterLogEvents"));
    let refused = vec![Refused {
        what: Text::fixed("/ecs/c"),
        fault,
    }];
    let last = Found {
        lines: Vec::new(),
        refused,
        ..found
    };
    answer(&mut bench, &asked, Answer::Whole(Facts::Trace(last)));
    let screen = said(&mut bench);
    let told = "1 of 2 groups, 5 min before and after, 1 denied: logs:FilterLogEvents on /ecs/c";
    assert!(screen.contains(told) && screen.contains("503"), "{screen}");
    assert_eq!(
        question(&mut bench),
        None,
        "it is not asked again by itself"
    );
    bench.act(Verb::Enter);
    let again = question(&mut bench).unwrap();
    assert_ne!(again, asked, "another time is another question");
    bench.act(Verb::Back);
    assert_eq!(question(&mut bench), None);
}

#[test]
fn t_on_an_open_line_follows_it_and_esc_comes_back_to_the_line() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &[&request("ENTRANCE", 7, "")]);
    bench.act(Verb::Enter);
    assert!(bench.with(|pane, cx| pane.can(Verb::Trace, cx)));
    bench.act(Verb::Trace);
    assert!(said(&mut bench).contains("Trace trace-00000007"));
    bench.act(Verb::Back);
    assert!(said(&mut bench).contains("LINE"));
}

#[test]
fn a_line_without_a_trace_says_so() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["plain"]);
    assert!(!bench.with(|pane, cx| pane.can(Verb::Trace, cx)));
    let acts = bench.act(Verb::Trace);
    assert!(matches!(&acts[..], [Act::Say(n)] if n.text.as_str().contains("no trace id")));
}

#[test]
fn numbers_count_what_passes_the_filter_and_the_time_can_be_changed() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.with(|pane, _| pane.resize(110, 30));
    let answered: Vec<String> = (0..20)
        .map(|n| request("EXIT", n, r#","status":502,"duration":"12ms""#))
        .collect();
    bench.lines(
        "/ecs/a",
        &answered.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    bench.lines(
        "/ecs/a",
        &["# Query_time: 2.5\nselect * from carts where id = 7;"],
    );
    bench.act(Verb::Describe);
    let screen = said(&mut bench);
    for part in [
        "Last 5 min",
        "/api/orders/*",
        "20",
        "12ms",
        "select * from carts where id = ?",
        "2.50s",
    ] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
    bench.act(Verb::Left);
    assert!(said(&mut bench).contains("Last 1 min"));
    bench.act(Verb::Left);
    bench.act(Verb::Right);
    bench.act(Verb::Right);
    assert!(name(&mut bench).ends_with("numbers of 15 min"));
    bench.act(Verb::Back);
    bench.pane.set_filter("carts").unwrap();
    bench.act(Verb::Describe);
    let screen = said(&mut bench);
    assert!(
        screen.contains("carts") && !screen.contains("/api/orders"),
        "{screen}"
    );
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
            Query::LogGroups(Text::default()),
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

#[test]
fn v_switches_to_live_tail_and_the_title_says_method_sampling_and_cost() {
    let mut bench = Bench::tailing(&["/ecs/a", "/ecs/b"]);
    for group in ["/ecs/a", "/ecs/b"] {
        bench.state(
            group,
            TailState::Following {
                lag: Duration::ZERO,
            },
        );
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
    bench.state(
        "/ecs/a",
        TailState::Following {
            lag: Duration::ZERO,
        },
    );
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
fn all_lines_are_saved_with_a_capital_w_and_the_shown_ones_with_a_small_one() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["apple", "pear"]);
    bench.pane.set_filter("pear").unwrap();
    let saved = |acts: Vec<Act>| match &acts[..] {
        [Act::Do(Effect::Save { lines, .. })] => lines.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(saved(bench.act(Verb::Save)), 1);
    assert_eq!(saved(bench.act(Verb::SaveAll)), 2);
}

#[test]
fn columns_are_those_of_the_settings_where_they_name_some() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.settings.log_columns = vec![Known::Status, Known::Path];
    bench.decided();
    bench.lines(
        "/ecs/a",
        &[&request("EXIT", 3, r#","status":201,"method":"POST""#)],
    );
    let screen = said(&mut bench);
    let (status, path) = (
        screen.find("201").unwrap(),
        screen.find("/api/orders/3").unwrap(),
    );
    assert!(status < path, "{screen}");
}

#[test]
fn a_line_that_came_late_is_marked_and_says_so_when_it_is_open() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    let event = RawEvent {
        late: true,
        ..at(NOON - 5_000)
    };
    for chunk in Chunk::seal(&Arc::new(source("/ecs/a")), &[event]) {
        tail(&mut bench, &Tail::Chunk(Arc::new(chunk)));
    }
    assert!(
        said(&mut bench).contains("‹line of"),
        "{}",
        said(&mut bench)
    );
    bench.act(Verb::Enter);
    assert!(said(&mut bench).contains("after newer lines had been shown"));
}

#[test]
fn logfmt_has_columns_as_json_has() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines(
        "/ecs/a",
        &["level=warn method=GET path=/api/pears status=404 duration=12ms"],
    );
    let screen = said(&mut bench);
    assert!(screen.contains("WARN  GET    /api/pears"), "{screen}");
}

#[test]
fn many_lines_are_chosen_beside_the_screen_and_what_comes_meanwhile_is_not_lost() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    let long = "x".repeat(60_000);
    let lines: Vec<String> = (0..120)
        .map(|n| format!("{n} {} {long}", ["apple", "pear"][n % 2]))
        .collect();
    bench.lines(
        "/ecs/a",
        &lines.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    bench.pane.set_filter("apple").unwrap();
    assert_eq!(bench.pane.filter(), "apple");
    assert!(
        status(&mut bench).contains("choosing"),
        "{}",
        status(&mut bench)
    );
    assert_eq!(bench.pane.view().ring.shown().len(), 120, "not yet");
    let acts = bench.decided();
    bench.lines("/ecs/a", &["a late apple", "a late pear"]);
    for act in acts {
        if let Act::Do(Effect::Sift(sift)) = act {
            worked(&mut bench.pane, sift);
        }
    }
    assert_eq!(bench.pane.view().ring.shown().len(), 61);
    assert!(!status(&mut bench).contains("choosing"));
}

#[test]
fn a_field_that_no_line_has_is_told_with_its_nearest_names() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &[&request("EXIT", 3, r#","status":201"#)]);
    bench.pane.set_filter("statsu=201").unwrap();
    let screen = said(&mut bench);
    assert!(
        screen.contains("No line has the field “statsu”; the nearest names: status"),
        "{screen}"
    );
    bench.pane.set_filter("!statsu=201").unwrap();
    let screen = said(&mut bench);
    assert!(
        screen.contains("No line has the field “statsu”") && screen.contains("orders/3"),
        "{screen}"
    );
    bench.pane.set_filter("status=201").unwrap();
    assert!(!said(&mut bench).contains("No line has"));
}

#[test]
fn a_stack_trace_is_folded_under_its_line_and_goes_with_it() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.with(|pane, _| pane.resize(100, 20));
    bench.lines(
        "/ecs/a",
        &[
            "ERROR no connection",
            "\tat c.d.Orders.find(Orders.java:3)",
            "Caused by: x",
            "next",
        ],
    );
    let screen = said(&mut bench);
    assert!(
        screen.contains("ERROR no connection") && screen.contains("+2"),
        "{screen}"
    );
    assert!(!screen.contains("Caused by"), "{screen}");
    bench.pane.set_filter("caused").unwrap();
    assert!(
        said(&mut bench).contains("ERROR no connection"),
        "a hit in a folded line shows its head"
    );
    bench.act(Verb::Enter);
    assert!(said(&mut bench).contains("Caused by: x"));
    assert!(bench.pane.text().unwrap().ends_with("Caused by: x"));
    bench.act(Verb::Back);
    let [Act::Do(Effect::Save { lines, .. })] = &bench.act(Verb::Save)[..] else {
        panic!("nothing saved")
    };
    assert_eq!(lines.len(), 3);
}
