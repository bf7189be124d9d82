//! How a line looks, and what is done with it.

use super::*;

#[test]
fn members_stand_in_columns_and_y_shows_the_line_as_it_came() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    let line = r#"{"time":"t","level":"WARN","method":"POST","path":"/api/apples","status":502,"duration":"31ms","message":"gone","ip":"127.0.0.1"}"#;
    bench.lines("/ecs/a", &[line, "plain"]);
    assert_eq!(
        bench.screen()[0],
        " 11:59:59.000 WARN  POST   /api/apples           502    31ms gone ip=127.0.0.1"
    );
    assert_eq!(bench.screen()[1], "▸11:59:59.001 plain");
    assert_eq!(bench.pane.says(Verb::Raw), "as it came");
    bench.act(Verb::Raw);
    assert!(bench.screen()[0].starts_with(r#" 11:59:59.000 {"time":"t","level""#));
    assert!(bench.status().ends_with(" · raw"), "{}", bench.status());
    assert_eq!(bench.pane.says(Verb::Raw), "columns");
}

#[test]
fn holding_counts_what_comes_and_shows_the_same_lines() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["1", "2", "3", "4", "5", "6"]);
    bench.act(Verb::Pause);
    let before = bench.screen();
    bench.lines("/ecs/a", &["7", "8"]);
    assert!(
        bench.status().starts_with("held · 2 new"),
        "{}",
        bench.status()
    );
    assert_eq!(bench.screen().last(), before.last());
    bench.act(Verb::Pause);
    assert_eq!(bench.pane.present.window.new_lines(), None);
}

#[test]
fn enter_opens_the_members_of_a_line_and_esc_closes_them() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.pane.resize(100, 30);
    bench.lines(
        "/ecs/a",
        &[r#"{"traceId":"tr-1","visitor":"{ "role":"GUEST" }","token":"s3cret"}"#],
    );
    bench.act(Verb::Enter);
    assert!(bench.pane.drilled());
    let said = bench.screen().join("\n");
    for part in [
        "0.250 s later",
        "/ecs/a",
        "api/app/1",
        "tr-1",
        r#"{ "role":"GUEST" }"#,
        "***",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert!(!said.contains("s3cret"));
    bench.act(Verb::Back);
    assert!(!bench.pane.drilled());
}

#[test]
fn copying_takes_the_clean_line() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["a\x1b[31mb password=x"]);
    assert_eq!(
        bench.act(Verb::Copy),
        [Act::Do(Effect::Copy("a\u{fffd}b password=***".into()))]
    );
}

#[test]
fn hostile_and_huge_lines_are_drawn_at_any_size() {
    let mut bench = Bench::tailing(&["/ecs/a", "/ecs/b"]);
    let huge = format!(r#"{{"message":"{}"}}"#, "한\\u001b[2J\\n".repeat(100_000));
    let deep = format!(r#"{{"a":{}"#, "[".repeat(200_000));
    bench.lines(
        "/ecs/a",
        &[
            &huge,
            &deep,
            "\u{301}\u{301}",
            "\n\n\n",
            "\x1b]0;title",
            "👨‍👩‍👧‍👦\tx",
            "{\"\":\"\"}",
        ],
    );
    for (width, height) in [(0, 0), (1, 1), (2, 3), (13, 2), (40, 10), (200, 60)] {
        bench.pane.resize(width, height);
        for verb in [
            Verb::Raw,
            Verb::Right,
            Verb::Up,
            Verb::Enter,
            Verb::Down,
            Verb::Back,
            Verb::Bottom,
        ] {
            bench.act(verb);
            assert!(
                bench
                    .screen()
                    .iter()
                    .all(|line| !line.contains(char::is_control))
            );
        }
    }
}

#[test]
fn a_held_tail_says_which_verb_resumes() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["one", "two", "three"]);
    assert_eq!(
        (bench.pane.urgent(), bench.pane.says(Verb::Pause)),
        (None, "pause")
    );
    bench.act(Verb::Up);
    assert_eq!(bench.pane.urgent(), Some(Verb::Bottom));
    assert_eq!(
        (bench.pane.says(Verb::Bottom), bench.pane.says(Verb::Pause)),
        ("resume", "resume")
    );
    bench.act(Verb::Bottom);
    assert_eq!(bench.pane.urgent(), None);
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
fn what_has_no_column_where_it_is_narrow_is_in_the_rest() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    let line = r#"{"level":"WARN","layer":"FACADE","status":502,"path":"/a","traceId":"t-1","message":"gone"}"#;
    bench.lines("/ecs/a", &[line]);
    let wide = bench.screen()[0].clone();
    assert!(wide.contains("WARN") && !wide.contains("layer="), "{wide}");
    bench.pane.resize(56, 5);
    let narrow = bench.screen()[0].clone();
    assert!(narrow.contains("502 gone layer=FACADE"), "{narrow}");
    bench.act(Verb::Right);
    bench.act(Verb::Right);
    let narrow = bench.screen()[0].clone();
    assert!(narrow.contains("trace=t-1"), "{narrow}");
}
