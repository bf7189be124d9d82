//! What is chosen of the lines: filter, search, numbers, files.

use super::*;

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
fn hits_are_found_from_the_newest_back_and_around() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["apple 1", "pear", "APPLE 2", "plum"]);
    bench.pane.set_find("apple").unwrap();
    bench.sift();
    let at = |bench: &Bench| bench.pane.text().unwrap_or_default();
    assert_eq!(at(&bench), "APPLE 2");
    bench.act(Verb::NextHit);
    assert_eq!(at(&bench), "apple 1");
    bench.act(Verb::NextHit);
    assert_eq!(at(&bench), "APPLE 2");
    bench.act(Verb::PreviousHit);
    assert_eq!(at(&bench), "apple 1");
    assert!(bench.status().ends_with("hit 1 of 2"), "{}", bench.status());
    // What comes later is searched as well.
    bench.lines("/ecs/b", &["not ours"]);
    bench.lines("/ecs/a", &["an apple at last"]);
    bench.act(Verb::NextHit);
    bench.sift();
    assert!(bench.status().ends_with("of 3"), "{}", bench.status());
    bench.pane.set_find("/^p/").unwrap();
    bench.sift();
    assert!(bench.status().ends_with("of 2"), "{}", bench.status());
    let wrong = bench.pane.set_find("/(/").unwrap_err();
    assert!(wrong.line().as_str().contains("is no regular expression"));
    bench.pane.set_find("cherry").unwrap();
    bench.sift();
    assert!(bench.status().ends_with("no hit"), "{}", bench.status());
    bench.act(Verb::NextHit);
    let acts = bench.decided();
    let [Act::Say(notice)] = &acts[..] else {
        panic!("{acts:?}")
    };
    assert!(
        notice
            .text
            .as_str()
            .starts_with("No line has “cherry” — 5 lines were searched")
    );
}

#[test]
fn all_lines_are_saved_with_a_capital_w_and_the_shown_ones_with_a_small_one() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.lines("/ecs/a", &["apple", "pear"]);
    bench.pane.set_filter("pear").unwrap();
    let saved = |acts: Vec<Act>| match &acts[..] {
        [Act::Do(Effect::Save(saving))] => (saving.lines().count(), saving.what.clone()),
        other => panic!("{other:?}"),
    };
    let shown = saved(bench.act(Verb::Save));
    assert_eq!(shown, (1, "1 line (2 in memory)".into()));
    assert_eq!(saved(bench.act(Verb::SaveAll)), (2, "2 lines".into()));
    bench.pane.present.ring.set_cap(1);
    bench.lines("/ecs/a", &["apple", "pear"]);
    let shown = saved(bench.act(Verb::Save));
    assert_eq!(
        shown,
        (1, "1 line (1 in memory, 3 dropped by the cap)".into())
    );
}

#[test]
fn saving_writes_what_the_filter_shows() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    let acts = bench.act(Verb::Save);
    assert!(
        matches!(&acts[..], [Act::Say(_)]),
        "no file of no line: {acts:?}"
    );
    bench.lines("/ecs/a", &["apple\nof gold", "pear"]);
    bench.pane.set_filter("apple").unwrap();
    let [Act::Do(Effect::Save(saving))] = &bench.act(Verb::Save)[..] else {
        panic!("nothing saved")
    };
    assert_eq!(saving.name, "logs-a-20250920T120000Z.txt");
    assert_eq!(saving.what, "1 line (2 in memory)");
    assert_eq!(
        saving.lines().collect::<Vec<_>>(),
        ["2025-09-20T11:59:59.000Z /ecs/a api/app/1 apple", "of gold"]
    );
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
    let [Act::Do(Effect::Save(saving))] = &bench.act(Verb::Save)[..] else {
        panic!("nothing saved")
    };
    assert_eq!(saving.lines().count(), 3);
}

#[test]
fn a_rate_is_over_the_time_that_is_in_memory_and_the_page_says_since_when() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.with(|pane, _| pane.resize(110, 30));
    // A line a second since the tail began, ten minutes ago.
    seconds(&mut bench, 600);
    bench.act(Verb::Describe);
    let screen = said(&mut bench);
    assert!(
        screen.contains("1.0/s") && !screen.contains("in memory since"),
        "{screen}"
    );
    bench.act(Verb::Right);
    let screen = said(&mut bench);
    for part in ["Last 15 min  in memory since 11:50; all lines", "1.0/s"] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
}

#[test]
fn a_rate_begins_behind_what_was_left_out() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.with(|pane, _| pane.resize(110, 30));
    seconds(&mut bench, 600);
    bench.pane.present.ring.begin_at(NOON - 240_000);
    bench.act(Verb::Describe);
    let screen = said(&mut bench);
    for part in ["Last 5 min  in memory since 11:56; all lines", "1.0/s"] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
}

#[test]
fn the_lines_of_a_folded_trace_are_lines_of_the_rate() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.with(|pane, _| pane.resize(110, 30));
    bench.lines(
        "/ecs/a",
        &[
            "ERROR gone",
            "\tat x.Y(Z.java:3)",
            "\tat x.Z(Z.java:4)",
            "next",
        ],
    );
    bench.act(Verb::Describe);
    let row = |bench: &mut Bench| {
        let screen = bench.screen();
        let row = screen.iter().find(|row| row.starts_with("a  "));
        row.expect("a group")
            .split_whitespace()
            .nth(1)
            .map(str::to_owned)
    };
    assert_eq!(row(&mut bench).as_deref(), Some("4"));
    bench.act(Verb::Back);
    bench.pane.set_filter("next").unwrap();
    bench.act(Verb::Describe);
    assert_eq!(
        row(&mut bench).as_deref(),
        Some("1"),
        "those of shown lines alone"
    );
}

#[test]
fn a_rate_ends_where_the_reading_has_come_to() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    bench.with(|pane, _| pane.resize(110, 30));
    bench.pane.from = NOON - 3_600_000;
    let events: Vec<RawEvent> = (600..1_200).rev().map(|n| at(NOON - n * 1_000)).collect();
    for chunk in Chunk::seal(&Arc::new(source("/ecs/a")), &events) {
        tail(&mut bench, &Tail::Chunk(Arc::new(chunk)));
    }
    let by = Duration::from_mins(10);
    bench.state("/ecs/a", TailState::Behind { by });
    bench.act(Verb::Describe);
    let screen = said(&mut bench);
    for part in ["Last 5 min  read to 11:50; all lines", "1.0/s"] {
        assert!(screen.contains(part), "{part} in {screen}");
    }
}

#[test]
fn the_bars_of_the_numbers_fit_beside_their_values_at_any_width() {
    let mut bench = Bench::tailing(&["/ecs/a"]);
    let line = request("EXIT", 1, r#","status":200,"duration":"11140ms""#);
    bench.lines("/ecs/a", &vec![line.as_str(); 2_000]);
    for width in [60, 78, 118] {
        bench.with(|pane, _| pane.resize(width, 30));
        bench.act(Verb::Describe);
        let screen = bench.screen();
        let rows = screen.iter().filter(|row| row.contains('▁'));
        assert_eq!(rows.count(), 2, "{screen:#?}");
        bench.act(Verb::Back);
    }
}
