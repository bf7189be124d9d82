//! A line that stands within another: `FireLens` and Fluentd wrap what a container writes as
//! `{"log":"{\"level\":\"error\"}", …}`, and some loggers put an object in their message.

use super::facts::Told;
use super::line::{Facts, Line, Part};
use super::names::Names;
use super::parse::{Kind, escaped_at, unescape};
use super::request::Method;
use super::scan::{Raw, Walk};
use std::borrow::Cow;
use std::ops::Range;

/// Where the object stands that is, or is written in, the value of a message.
#[inline]
pub(super) fn object(text: &str, raw: &Raw) -> Option<Range<usize>> {
    let begins = text.as_bytes().get(raw.value.start) == Some(&b'{');
    let within = raw.escaped || raw.kind == Kind::Nested;
    (begins && within).then(|| raw.value.clone())
}

/// What a line says, with what the one within it says of that on which it is silent itself.
#[cold]
pub(super) fn filled(told: Told, text: &str, place: &Range<usize>, names: &mut Names) -> Told {
    let outer = &text[place.clone()];
    let in_a_string = text[..place.start].ends_with('"');
    let inner = if in_a_string {
        unescape(outer)
    } else {
        Cow::Borrowed(outer)
    };
    let Some(walk) = Walk::new(&inner) else {
        return told;
    };
    let said = super::facts::of_members(&inner, walk, names);
    let is_same = said.flags & Line::ESCAPED == 0 && told.flags & Line::ESCAPED == 0;
    let found = |part: Part| match &inner {
        _ if !is_same => None,
        Cow::Borrowed(_) => moved(part, place.start),
        Cow::Owned(_) => moved(as_it_stands(outer, part)?, place.start),
    };
    with(told, said, found)
}

fn with(mut told: Told, said: Told, found: impl Fn(Part) -> Option<Part>) -> Told {
    let (facts, inner) = (&mut told.facts, &said.facts);
    facts.severity = facts.severity.or(inner.severity);
    if facts.status == 0 {
        facts.status = inner.status;
    }
    if facts.micros == Facts::NO_TIME {
        facts.micros = inner.micros;
    }
    if told.method == Method::default() {
        told.method = said.method;
    }
    let missing = |part: Part, inner: Part| {
        let lacks = part == Part::default() && inner != Part::default();
        lacks.then(|| found(inner)).flatten()
    };
    if let Some(path) = missing(facts.path, inner.path) {
        (facts.path, facts.path_hash) = (path, inner.path_hash);
    }
    if let Some(layer) = missing(facts.layer, inner.layer) {
        facts.layer = layer;
    }
    if let Some(trace) = missing(facts.trace, inner.trace) {
        (facts.trace, told.trace_hash) = (trace, said.trace_hash);
    }
    told
}

/// A part of the decoded text within the one that is escaped, if it is written there as it is.
fn as_it_stands(outer: &str, part: Part) -> Option<Part> {
    let (start, length) = (usize::from(part.start), usize::from(part.length));
    let (from, to) = (escaped_at(outer, start), escaped_at(outer, start + length));
    (part != Part::FAR && to - from == length).then(|| Part::of(&(from..to)))
}

fn moved(part: Part, by: usize) -> Option<Part> {
    let start = by + usize::from(part.start);
    let part = Part::of(&(start..start + usize::from(part.length)));
    (part != Part::FAR).then_some(part)
}

#[cfg(test)]
mod tests {
    use super::super::chunk::Chunk;
    use super::super::chunk::tests::{event, source};
    use super::super::field::Severity;
    use super::super::filter::Filter;

    fn sealed(lines: &[&str]) -> Chunk {
        let events: Vec<_> = lines.iter().map(|line| event(1, line)).collect();
        Chunk::seal(&source("g"), &events).remove(0)
    }

    const WRAPPED: &str = r#"{"container_id":"c","log":"{\"level\":\"error\",\"method\":\"GET\",\"path\":\"/api/orders\",\"status\":502,\"duration\":\"12ms\",\"layer\":\"EXIT\",\"traceId\":\"t-1\"}","source":"stdout"}"#;

    #[test]
    fn what_a_container_writes_is_known_though_it_is_wrapped() {
        // The second is read by habit.
        let chunk = sealed(&[WRAPPED, WRAPPED]);
        for line in chunk.lines() {
            assert_eq!(line.severity(), Some(Severity::Error));
            assert_eq!(line.status(), Some(502));
            assert_eq!(line.duration().map(|took| took.as_millis()), Some(12));
            assert_eq!(chunk.path(line).as_deref(), Some("/api/orders"));
            assert_eq!(chunk.layer(line).as_deref(), Some("EXIT"));
            assert_eq!(chunk.trace(line).as_deref(), Some("t-1"));
            for filter in [
                "path=/api/orders",
                "trace=t-1",
                "status>=500",
                "level=error",
            ] {
                assert!(
                    Filter::parse(filter).unwrap().passes(&chunk, line),
                    "{filter}"
                );
            }
        }
    }

    #[test]
    fn an_object_is_as_good_as_a_text_of_one_and_the_line_itself_goes_before() {
        let chunk = sealed(&[
            r#"{"log":{"level":"warn","path":"/a"},"stream":"stdout"}"#,
            r#"{"level":"info","message":"{\"level\":\"error\",\"status\":500}","status":200}"#,
            r#"{"message":"{\"path\":\"\/a\",\"level\":\"warn\"}"}"#,
            r#"{"message":"{not an object"}"#,
            r#"{"log":{"msg":"x \",\"level\":\"error\"","level":"info"}}"#,
        ]);
        let said: Vec<_> = chunk
            .lines()
            .iter()
            .map(|line| (line.severity(), line.status(), chunk.path(line)))
            .collect();
        assert_eq!(said[0], (Some(Severity::Warn), None, Some("/a".into())));
        assert_eq!(said[1], (Some(Severity::Info), Some(200), None));
        assert_eq!(said[2], (Some(Severity::Warn), None, None));
        assert_eq!(said[3], (None, None, None));
        assert_eq!(said[4], (Some(Severity::Info), None, None));
    }
}
