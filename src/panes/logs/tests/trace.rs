//! Following a trace, and asking others for it.

use super::*;

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

/// A trace that is open in a cluster of two services.
fn followed() -> Bench {
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
    bench
}

fn can_ask(bench: &mut Bench) -> bool {
    bench.with(|pane, cx| pane.can(Verb::Enter, cx))
}

/// What one of two groups says.
fn found() -> Found {
    let event = RawEvent {
        message: request("DATABASE", 1, r#","status":503"#),
        ..at(NOON - 500)
    };
    let lines = Chunk::seal(&Arc::new(source("/ecs/b")), &[event]);
    Found {
        answered: 1,
        of: 2,
        lines: lines.into_iter().map(Arc::new).collect(),
        refused: Vec::new(),
    }
}

fn shows(bench: &mut Bench, parts: &[&str]) {
    let screen = said(bench);
    for part in parts {
        assert!(screen.contains(part), "{part} in {screen}");
    }
}

#[test]
fn enter_on_a_trace_asks_the_groups_of_all_services() {
    let mut bench = followed();
    assert!(can_ask(&mut bench));
    assert_eq!(bench.pane.says(Verb::Enter), "ask other groups");
    assert_eq!(question(&mut bench), None, "nothing is asked by itself");
    bench.act(Verb::Enter);
    let asked = question(&mut bench).unwrap();
    let definitions = asked.definitions.iter().map(TaskDefinition::as_str);
    assert_eq!(definitions.collect::<Vec<_>>(), ["admin:7", "api:7"]);
    assert_eq!(
        (asked.id.as_str(), asked.to - asked.from, asked.groups.len()),
        ("trace-00000001", 600_000, 1)
    );
    assert!(!can_ask(&mut bench), "one at a time");
}

#[test]
fn what_other_groups_say_of_a_trace_is_merged_and_refusals_are_named() {
    let mut bench = followed();
    bench.act(Verb::Enter);
    let asked = question(&mut bench).unwrap();
    let part = Answer::Part(Facts::Trace(found()));
    answer(&mut bench, &asked, part);
    let parts = ["DATABASE", "2 lines · 2 groups", "503"];
    shows(&mut bench, &parts);
    shows(&mut bench, &["asking: 1 of 2 groups"]);
    let mut fault = Fault::new(FaultKind::Denied, "not allowed");
    fault.action = Some(Text::fixed("logs:FilterLogEvents"));
    let last = Found {
        lines: Vec::new(),
        refused: vec![Refused {
            what: Text::fixed("/ecs/c"),
            fault,
        }],
        ..found()
    };
    answer(&mut bench, &asked, Answer::Whole(Facts::Trace(last)));
    let told = "1 of 2 groups, 5 min before and after, 1 denied: logs:FilterLogEvents on /ecs/c";
    shows(&mut bench, &[told, "503"]);
}

#[test]
fn a_trace_is_asked_for_once_more_by_enter_alone() {
    let mut bench = followed();
    bench.act(Verb::Enter);
    let asked = question(&mut bench).unwrap();
    let whole = Answer::Whole(Facts::Trace(found()));
    answer(&mut bench, &asked, whole);
    assert_eq!(question(&mut bench), None, "not by itself");
    bench.act(Verb::Enter);
    let again = question(&mut bench).unwrap();
    assert_ne!(again, asked, "another time is another question");
    bench.act(Verb::Back);
    assert_eq!(question(&mut bench), None);
}

#[test]
fn the_id_of_a_trace_is_foreign_text_in_title_and_heading_too() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.with(|pane, _| pane.resize(110, 20));
    bench.lines("/ecs/a", &[r#"{"traceId":"AKIAIOSFODNN7EXAMPLE"}"#]);
    bench.act(Verb::Trace);
    let shown = name(&mut bench) + &said(&mut bench);
    assert!(
        shown.contains("trace ***") && !shown.contains("AKIA"),
        "{shown}"
    );
    bench.act(Verb::Back);
    bench.lines("/ecs/a", &["x", r#"{"traceId":"a\u001b[31mb\u202ec"}"#]);
    bench.act(Verb::Bottom);
    bench.act(Verb::Trace);
    let shown = name(&mut bench) + &said(&mut bench);
    assert!(
        shown.contains("› trace a") && shown.contains("Trace a"),
        "{shown}"
    );
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown}");
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
fn the_stack_trace_of_an_error_belongs_to_its_trace_and_thousands_of_lines_are_cut() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.with(|pane, _| pane.resize(100, 20));
    let lines = [
        &request("EXIT", 3, r#","level":"ERROR""#),
        "\tat c.d.Orders.find(Orders.java:3)",
        "another line",
    ];
    bench.lines("/ecs/a", &lines);
    bench.act(Verb::Up);
    bench.act(Verb::Trace);
    let screen = bench.screen().join("\n");
    assert!(
        screen.contains("Orders.java:3") && !screen.contains("another"),
        "{screen}"
    );
    assert!(bench.pane.text().unwrap().ends_with("Orders.java:3)\n"));
    bench.act(Verb::Back);
    let one = request("EXIT", 4, "");
    bench.lines("/ecs/a", &vec![one.as_str(); 2_500]);
    bench.act(Verb::Bottom);
    bench.act(Verb::Trace);
    let screen = bench.screen().join("\n");
    assert!(screen.contains("2,000"), "{screen}");
}

#[test]
fn an_open_trace_stays_whole_though_its_lines_fall_out_of_memory() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    let exit = request("EXIT", 3, r#","status":201"#);
    bench.lines("/ecs/a", &[&exit, "of something else"]);
    bench.act(Verb::Up);
    bench.act(Verb::Trace);
    assert!(bench.screen().join("\n").contains("1 line"));
    let first = *bench.pane.present.ring.all().get(0).unwrap();
    let chunk = Arc::downgrade(bench.pane.present.ring.line(&first).unwrap().0);
    bench.pane.present.ring.set_cap(1);
    bench.lines("/ecs/a", &["x", &request("ENTRANCE", 3, "")]);
    assert_eq!(bench.pane.present.ring.all().len(), 1);
    let screen = bench.screen().join("\n");
    assert!(
        screen.contains("EXIT") && screen.contains("ENTRANCE"),
        "{screen}"
    );
    assert_eq!(chunk.strong_count(), 0, "its chunk is given back");
}
