use super::super::field::Severity;
use super::*;
use std::time::Duration;

pub(crate) fn source(group: &str) -> Arc<TailSource> {
    Arc::new(TailSource {
        region: None,
        group: group.into(),
        stream_prefix: None,
    })
}

pub(crate) fn event(at: i64, message: &str) -> RawEvent {
    RawEvent {
        id: format!("{at}-{message}").into(),
        stream: "s".into(),
        timestamp: at,
        ingested: at,
        late: false,
        message: message.into(),
    }
}

fn sealed(message: &str) -> Chunk {
    let mut chunks = Chunk::seal(&source("g"), &[event(1, message)]);
    assert_eq!(chunks.len(), 1);
    chunks.remove(0)
}

fn members(message: &str) -> Vec<(String, String)> {
    let chunk = sealed(message);
    chunk
        .fields(&chunk.lines()[0])
        .map(|m| (m.name.into_owned(), m.value.into_owned()))
        .collect()
}

const SEED: &str = r#"{"server":"dailyge-api","path":"/api/monthly-tasks","method":"POST","traceId":"40cfde91","ip":"127.0.0.1","layer":"ENTRANCE","visitor":"{ "userId":null, "role":"GUEST" }","time":"2024-08-06T07:29:48.745","duration":"12ms","status":201,"context":{"args":null,"result":null}}"#;

#[test]
fn a_line_with_a_broken_visitor_is_kept_whole_and_known() {
    let chunk = sealed(SEED);
    let line = chunk.lines()[0];
    assert_eq!(chunk.text(&line), SEED);
    assert_eq!(
        (line.status(), line.duration()),
        (Some(201), Some(Duration::from_millis(12)))
    );
    let known: Vec<Known> = chunk.fields(&line).filter_map(|m| m.known).collect();
    assert_eq!(
        known,
        [
            Known::Path,
            Known::Method,
            Known::Trace,
            Known::Layer,
            Known::Time,
            Known::Duration,
            Known::Status
        ]
    );
}

#[test]
fn what_decoding_brings_back_is_cleaned_and_masked_again() {
    let found = members(
        r#"{"message":"a\u001b[2Jb\tc","x":"\u0070assword=hunter2","token":"t","n\u202e":"v"}"#,
    );
    let said: Vec<(&str, &str)> = found
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            ("message", "a\u{fffd}b     c"),
            ("x", "password=***"),
            ("token", "***"),
            ("n\u{fffd}", "v")
        ]
    );
}

#[test]
fn a_plain_line_is_kept_as_it_is_but_for_what_is_hostile_or_secret() {
    let chunk = sealed("WARN \x1b[31mred\x1b[0m password=x\r\n\tat Main.java:3\n");
    let line = chunk.lines()[0];
    assert_eq!(
        chunk.text(&line),
        "WARN \u{fffd}red\u{fffd} password=***\n        at Main.java:3"
    );
    assert_eq!(line.severity(), Some(Severity::Warn));
}

#[test]
fn large_batches_are_sealed_in_pieces_and_nothing_is_lost() {
    let events: Vec<RawEvent> = (0..50).map(|n| event(n, &"x".repeat(60_000))).collect();
    let chunks = Chunk::seal(&source("g"), &events);
    assert!(chunks.len() > 1);
    assert!(chunks.iter().all(|c| c.text.len() < MAX_BYTES + 70_000));
    let times: Vec<i64> = chunks
        .iter()
        .flat_map(|c| c.lines().iter().map(|l| l.at))
        .collect();
    assert_eq!(times, (0..50).collect::<Vec<i64>>());
    assert_eq!(Chunk::seal(&source("g"), &[]), []);
}

#[test]
fn odd_lines_are_no_trouble() {
    for odd in [
        "",
        "\n",
        "{",
        &"x".repeat(1 << 20),
        &"[{\"a\":".repeat(100_000),
        "\0\0",
        &"\u{301}".repeat(10_000),
    ] {
        let chunk = sealed(odd);
        assert!(
            chunk.text(&chunk.lines()[0]).len()
                <= odd.len().max(crate::domain::text::MAX_SHOWN * 4)
        );
    }
}

#[test]
fn streams_are_kept_once() {
    let of = |stream: &str| RawEvent {
        stream: stream.into(),
        ..event(1, "x")
    };
    let chunk = &Chunk::seal(&source("g"), &[of("a"), of("b"), of("a")])[0];
    let streams: Vec<Option<&str>> = chunk
        .lines()
        .iter()
        .map(|l| chunk.stream_of(l).map(LogStream::as_str))
        .collect();
    assert_eq!(streams, [Some("a"), Some("b"), Some("a")]);
    assert_eq!(chunk.streams.len(), 2);
}
