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
fn an_open_trace_stays_whole_though_its_lines_fall_out_of_memory() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &[&request("EXIT", 3, r#","status":201"#)]);
    bench.act(Verb::Trace);
    assert!(bench.screen().join("\n").contains("1 line"));
    bench.lines("/ecs/a", &["of something else"]);
    bench.pane.present.ring.set_cap(1);
    bench.lines("/ecs/a", &[&request("ENTRANCE", 3, "")]);
    assert_eq!(bench.pane.present.ring.all().len(), 1);
    let screen = bench.screen().join("\n");
    assert!(
        screen.contains("EXIT") && screen.contains("ENTRANCE"),
        "{screen}"
    );
}
