use super::*;
use crate::domain::log::RawEvent;

fn source(group: &str) -> TailSource {
    TailSource {
        region: None,
        group: group.into(),
        stream_prefix: None,
    }
}

fn chunk(group: &str, lines: &[(i64, &str)]) -> Arc<Chunk> {
    let event = |(at, text): &(i64, &str)| RawEvent {
        id: format!("{at}{text}").into(),
        stream: "s".into(),
        timestamp: *at,
        ingested: *at,
        late: false,
        message: (*text).to_owned(),
    };
    let events: Vec<RawEvent> = lines.iter().map(event).collect();
    Arc::new(Chunk::seal(&Arc::new(source(group)), &events).remove(0))
}

fn asked() -> Asked {
    let groups = [source("/ecs/api")];
    Asked::new(("t-1", 1_000_000), &Services::default(), &groups, 1).expect("a question")
}

fn of(chunk: &Arc<Chunk>) -> Vec<Placed> {
    let lines = chunk.lines().iter();
    lines.map(|line| (chunk.clone(), *line)).collect()
}

fn refused(what: &str, action: Option<&'static str>) -> Refused {
    let mut fault = Fault::new(FaultKind::Missing, "gone");
    fault.action = action.map(Text::fixed);
    Refused {
        what: Text::clean(what),
        fault,
    }
}

#[test]
fn what_is_in_memory_already_comes_once_and_the_rest_in_its_place() {
    let memory = chunk(
        "/ecs/api",
        &[(10, "t-1 a"), (30, "t-1 twice"), (30, "t-1 twice")],
    );
    let mut asked = asked();
    let lines = vec![
        chunk(
            "/ecs/api",
            &[
                (10, "t-1 a"),
                (20, "t-1 b"),
                (30, "t-1 twice"),
                (30, "t-1 twice"),
            ],
        ),
        chunk("/ecs/edge", &[(10, "t-1 a")]),
    ];
    asked.reply(&Answer::Whole(Facts::Trace(Found {
        lines,
        ..Found::default()
    })));
    let merged = asked.merged(of(&memory));
    let said: Vec<(i64, &str)> = merged
        .iter()
        .map(|(chunk, line)| (line.at, chunk.source.group.as_str()))
        .collect();
    let api = "/ecs/api";
    assert_eq!(
        said,
        [
            (10, api),
            (10, "/ecs/edge"),
            (20, api),
            (30, api),
            (30, api)
        ]
    );
}

#[test]
fn progress_and_refusals_are_said_by_their_reason() {
    let mut asked = asked();
    assert!(
        asked
            .said()
            .starts_with("looking up the groups of 0 task definitions")
    );
    let found = Found {
        answered: 3,
        of: 14,
        ..Found::default()
    };
    asked.reply(&Answer::Part(Facts::Trace(found.clone())));
    assert_eq!(asked.said(), "asking: 3 of 14 groups");
    assert!(!asked.lacks() && asked.wanted().is_some());
    let action = Some("logs:FilterLogEvents");
    let found = Found {
        answered: 11,
        refused: vec![
            refused("/a", action),
            refused("/b", None),
            refused("/c", action),
        ],
        ..found
    };
    asked.reply(&Answer::Whole(Facts::Trace(found)));
    assert_eq!(
        asked.said(),
        "11 of 14 groups, 5 min before and after, 2 denied: logs:FilterLogEvents on /a, /c, 1 not there: /b"
    );
    assert!(asked.lacks() && asked.wanted().is_none());
}

#[test]
fn what_stops_everything_is_said_and_asked_again_from_the_start() {
    let mut asked = asked();
    let fault = Fault::new(FaultKind::Credentials, "The credentials have expired");
    asked.reply(&Answer::Failed {
        fault,
        next_try: None,
    });
    assert!(asked.said().contains("The credentials have expired") && asked.wanted().is_some());
    asked.reply(&Answer::Started);
    assert!(!asked.lacks());
}

#[test]
fn an_id_that_is_no_pattern_is_not_asked_for() {
    let id = "x".repeat(LONGEST + 1);
    assert!(Asked::new((&id, 0), &Services::default(), &[], 1).is_none());
}
