use super::super::chunk::tests::{event, source};
use super::*;
use crate::domain::fault::Fault;
use proptest::prelude::*;

fn shown(filter: &str, message: &str) -> bool {
    let chunk = &Chunk::seal(&source("/ecs/api"), &[event(1, message)])[0];
    Filter::parse(filter)
        .unwrap_or_else(|mistake| panic!("{filter}: {mistake}"))
        .passes(chunk, &chunk.lines()[0])
}

fn holds(message: &str, filters: &[&str]) {
    for filter in filters {
        assert!(shown(filter, message), "{filter}");
    }
}

fn fails(message: &str, filters: &[&str]) {
    for filter in filters {
        assert!(!shown(filter, message), "{filter}");
    }
}

const LINE: &str = r#"{"level":"warn","path":"/api/apples","status":502,"duration":"250ms","traceId":"tr-7","shop":"Seoul","weight":1.5,"visitor":"{ "role":"GUEST" }","message":"Upstream gone: at 12:30"}"#;

#[test]
fn words_are_and_and_an_exclamation_mark_turns_one_round() {
    holds(
        LINE,
        &[
            "",
            "  ",
            "upstream",
            "UPSTREAM gone",
            "upstream !timeout",
            "\"gone: at\"",
            "12:30",
            "!\"no such\"",
            "!!upstream",
            "/api/apples",
        ],
    );
    fails(
        LINE,
        &["timeout", "upstream !gone", "!upstream", "\"gone at\""],
    );
}

#[test]
fn a_bar_is_or_and_binds_less_than_a_space() {
    holds(
        LINE,
        &[
            "timeout | gone",
            "timeout|gone",
            "nope nope | gone upstream",
            "gone | nope nope",
            "(nope | gone) (upstream | nope)",
            "!(nope | none)",
            "!(gone nope)",
        ],
    );
    fails(
        LINE,
        &[
            "(gone | nope) nope",
            "nope gone | nope upstream",
            "!(gone | nope)",
        ],
    );
}

#[test]
fn a_member_is_asked_for_by_any_of_its_names() {
    holds(
        LINE,
        &[
            "level:warn",
            "status:50",
            "trace:tr-7",
            "trace_id:tr-7",
            "shop:seoul",
            "path:/api",
            "group:/ecs",
            "stream:s",
            "!shop:busan",
            "visitor.role:guest",
            "visitor.role=GUEST",
        ],
    );
    fails(
        LINE,
        &[
            "level:error",
            "status:200",
            "trace:7-tr",
            "shop:busan",
            "nothing:x",
            "message:seoul",
        ],
    );
}

#[test]
fn fields_are_compared() {
    holds(
        LINE,
        &[
            "status=502",
            "status>=500",
            "status<503",
            "status!=200",
            "nothing!=x",
            "level>=info",
            "level=WARNING",
            "level<error",
            "duration>200ms",
            "duration<=0.25",
            "duration=250",
            "weight>1",
            "weight=1.5",
            "shop=seoul",
            "shop=\"SEOUL\"",
            "path=/api/apples",
            "group=/ecs/api",
        ],
    );
    fails(
        LINE,
        &[
            "status=50",
            "status>502",
            "status!=502",
            "level>=error",
            "level=info",
            "duration>250ms",
            "duration<1ms",
            "weight<1.5",
            "shop>5",
            "shop=Seo",
            "nothing=x",
            "nothing>0",
            "weight=\"\"",
        ],
    );
}

#[test]
fn a_regular_expression_is_taken_as_it_is() {
    holds(
        LINE,
        &[
            r"/5\d\d/",
            "/Up[a-z]+ gone/ | x",
            r"/\/api\/apples/",
            "!/5[1-9]/",
        ],
    );
    fails(LINE, &["/upstream/"]);
    holds("see /api/x/y", &["/api/x/y", "/api/x"]);
}

#[test]
fn a_url_and_a_quoted_word_are_no_members() {
    assert!(shown("http://x", "GET http://x/y"));
    assert!(shown("\"shop:x\"", "in shop:x today"));
    assert!(shown("error:", "error: x"));
    assert!(shown("\"shop=x\"", "in shop=x today"));
    assert!(shown("main(", "in main()"));
    assert!(shown("main()", "in main()"));
}

#[test]
fn secrets_are_shown_to_nobody_but_can_be_looked_for() {
    assert!(shown("hunter2", "password=hunter2"));
}

#[test]
fn a_mistake_says_where_and_what_was_expected() {
    for (filter, at, expected) in [
        ("a \"b c", 3, "this quote is not closed"),
        ("한 |", 4, "a word is expected here"),
        ("| a", 1, "a word is expected here"),
        ("a | | b", 5, "a word is expected here"),
        ("a !", 4, "a word is expected after !"),
        ("(a | b", 7, "a ) is expected for the ( at character 1"),
        ("a) b", 2, "this parenthesis closes nothing"),
        ("status>=", 9, "a value is expected after >="),
        ("x=", 3, "a value is expected after ="),
        (
            "status>=high",
            9,
            "a number or a duration like 200ms is expected here",
        ),
        (
            "level>=loud",
            8,
            "trace, debug, info, warn, error or fatal is expected here",
        ),
        (
            "duration>fast",
            10,
            "a duration like 200ms or 1.5s is expected here",
        ),
        (
            "a /b(/",
            4,
            "this is no regular expression (unclosed group)",
        ),
        ("()", 2, "a word is expected here"),
    ] {
        let mistake = Filter::parse(filter).expect_err(filter);
        assert_eq!(
            (mistake.at, mistake.expected.as_str()),
            (at, expected),
            "{filter}"
        );
    }
}

#[test]
fn a_mistake_is_a_fault_with_a_next_step() {
    let fault = Fault::from(Filter::parse("status>=").unwrap_err());
    assert_eq!(
        fault.to_string(),
        "The filter goes wrong at character 9: a value is expected after >= — The filter is as it was — Say one, or \"\" for an empty one"
    );
}

#[test]
fn nesting_without_end_is_a_mistake_and_no_crash() {
    for opened in ["(", "!"] {
        let deep = opened.repeat(100_000);
        assert!(Filter::parse(&format!("{deep}a")).is_err());
    }
}

#[test]
fn a_word_may_stand_in_any_of_the_lines_that_are_one() {
    let chunk = &Chunk::seal(
        &source("g"),
        &[event(1, "ERROR boom"), event(1, "\tat x.Y(Z.java:3)")],
    )[0];
    let lines: Vec<(&Chunk, &Line)> = chunk.lines().iter().map(|line| (chunk, line)).collect();
    let passes = |filter: &str| Filter::parse(filter).is_ok_and(|f| f.passes_any(&lines));
    assert!(passes("boom z.java") && passes("level=error java"));
    assert!(!passes("!java") && !passes("boom nope"));
}

/// Filters as people and chance type them.
fn typed() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-zA-Z한é0-9_.-]{1,6}",
        prop::sample::select(vec![
            "!",
            "(",
            ")",
            "|",
            "\"",
            "\\",
            "/",
            "status>=500",
            "level>=warn",
            "duration>200ms",
            "shop:\"a b\"",
            "x=\"\"",
            "a!=b",
            "/x\\/y|z/",
            "\"q\\\"q\"",
            "@t<3",
            " ",
            "=",
            ":",
            "http://x",
            "!(a | b)",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec((word, prop::sample::select(vec!["", " ", " | "])), 0..8)
        .prop_map(|words| words.into_iter().map(|(word, gap)| word + gap).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_written_reads_back_as_itself(source in typed()) {
        match Filter::parse(&source) {
            Ok(filter) => {
                let said = filter.to_string();
                let again = Filter::parse(&said);
                prop_assert_eq!(again.as_ref().map(|again| &again.expr), Ok(&filter.expr), "{} became {}", source, said);
                prop_assert_eq!(again.map(|again| again.to_string()), Ok(said));
            }
            Err(mistake) => prop_assert!((1..=source.chars().count() + 1).contains(&mistake.at), "{mistake:?}"),
        }
    }

    #[test]
    fn the_opposite_shows_the_other_lines(source in typed(), line in "[ -~한]{0,20}") {
        if let (Ok(filter), Ok(opposite)) = (Filter::parse(&source), Filter::parse(&format!("!({source})"))) {
            let chunk = &Chunk::seal(&super::super::chunk::tests::source("g"), &[event(1, &line)])[0];
            let line = &chunk.lines()[0];
            prop_assert!(filter.is_empty() || filter.passes(chunk, line) != opposite.passes(chunk, line));
        }
    }

    #[test]
    fn a_whole_chunk_passes_line_by_line(source in typed(), lines in prop::collection::vec(line(), 1..40)) {
        if let Ok(filter) = Filter::parse(&source) {
            let events: Vec<_> = lines.iter().map(|line| event(1, line)).collect();
            for chunk in &Chunk::seal(&super::super::chunk::tests::source("g"), &events) {
                let selected = filter.select(chunk);
                for (place, line) in chunk.lines().iter().enumerate() {
                    prop_assert_eq!(selected.has(place), filter.passes(chunk, line), "{} on {}", source, chunk.clean(line));
                }
            }
        }
    }
}

/// Lines that the filters of [`typed`] are about.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z한é0-9 ]{0,12}",
        ("[a-c]{1}", "[a-bx]{0,2}", 100_u16..600).prop_map(|(shop, x, status)| {
            format!(r#"{{"shop":"{shop} b","x":"{x}","a":"\\u0062","status":{status},"level":"warn","duration":"{status}ms","t":2}}"#)
        }),
        "shop=a x= status=50[0-9] @t=2",
        ".{0,8}",
    ]
}
