//! A sealed block of clean, parsed lines, shared by pointer.
//!
//! Everything that leaves here has gone through the sanitizer and the mask;
//! lines are never changed again, and their order on the screen is a matter of
//! [`super::order`].

use super::field::{self, Known, Severity};
use super::parse::{self, Kind};
use crate::domain::ids::LogStream;
use crate::domain::log::{RawEvent, TailSource};
use crate::domain::text::mask::{mask, mask_field};
use crate::domain::text::{Sanitizer, is_clean};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// Text of one chunk at most; one line alone may be longer.
pub const MAX_BYTES: usize = 1 << 20;

/// What is known of a line without reading it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Milliseconds since 1970, the producer's clock.
    pub at: i64,
    /// Milliseconds since 1970, the service's clock.
    pub ingested: i64,
    start: u32,
    length: u32,
    stream: u16,
    pub severity: Option<Severity>,
    pub status: Option<u16>,
    micros: Option<u32>,
}

impl Line {
    /// The response time.
    pub fn duration(&self) -> Option<Duration> {
        self.micros
            .map(|micros| Duration::from_micros(micros.into()))
    }

    /// Whether it tells of a failure: by severity or by status.
    pub fn is_bad(&self) -> bool {
        self.severity >= Some(Severity::Error) || self.status >= Some(500)
    }
}

/// Sealed lines of one source, in the order they came.
#[derive(Debug, PartialEq, Eq)]
pub struct Chunk {
    pub source: Arc<TailSource>,
    text: String,
    lines: Vec<Line>,
    streams: Vec<LogStream>,
}

impl Chunk {
    /// Cleans, parses and seals events; several chunks where one would grow too large, none where there is no event.
    pub fn seal(source: &Arc<TailSource>, events: &[RawEvent]) -> Vec<Self> {
        let mut sealed = Vec::new();
        let mut open = Self::empty(source);
        for event in events {
            if open.is_full() {
                sealed.push(std::mem::replace(&mut open, Self::empty(source)));
            }
            open.add(event);
        }
        if !open.lines.is_empty() {
            sealed.push(open);
        }
        sealed.iter_mut().for_each(Self::shrink);
        sealed
    }

    fn empty(source: &Arc<TailSource>) -> Self {
        Self {
            source: source.clone(),
            text: String::new(),
            lines: Vec::new(),
            streams: Vec::new(),
        }
    }

    fn is_full(&self) -> bool {
        self.text.len() >= MAX_BYTES || self.streams.len() == usize::from(u16::MAX)
    }

    fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.lines.shrink_to_fit();
    }

    fn add(&mut self, event: &RawEvent) {
        let raw = event.message.trim_end_matches(['\n', '\r']);
        let clean = clean(raw);
        let start = self.text.len();
        self.text.push_str(&clean);
        let mut line = Line {
            at: event.timestamp,
            ingested: event.ingested,
            start: start as u32,
            length: clean.len() as u32,
            stream: self.stream(&event.stream),
            severity: None,
            status: None,
            micros: None,
        };
        describe(&mut line, raw);
        self.lines.push(line);
    }

    fn stream(&mut self, stream: &LogStream) -> u16 {
        let known = self.streams.iter().rposition(|s| s == stream);
        let place = known.unwrap_or_else(|| {
            self.streams.push(stream.clone());
            self.streams.len() - 1
        });
        place as u16
    }

    /// The lines, in the order they came.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The whole text of a line, clean; line feeds inside an event stay.
    pub fn text(&self, line: &Line) -> &str {
        let start = line.start as usize;
        self.text
            .get(start..start + line.length as usize)
            .unwrap_or_default()
    }

    /// The stream a line came from.
    pub fn stream_of(&self, line: &Line) -> Option<&LogStream> {
        self.streams.get(usize::from(line.stream))
    }

    /// The members of a JSON line, decoded, clean and masked.
    pub fn fields(&self, line: &Line) -> impl Iterator<Item = Member<'_>> {
        members(self.text(line))
    }

    /// What it costs in memory: text, metadata, streams.
    pub fn bytes(&self) -> usize {
        let streams: usize = self
            .streams
            .iter()
            .map(|s| s.as_str().len() + size_of::<LogStream>())
            .sum();
        self.text.len() + self.lines.len() * size_of::<Line>() + streams + size_of::<Self>()
    }
}

/// One member of a JSON line, fit to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<'t> {
    pub name: Cow<'t, str>,
    /// Line feeds in it stay.
    pub value: Cow<'t, str>,
    pub kind: Kind,
    pub known: Option<Known>,
}

/// The members of a clean line; none where it is no JSON object.
pub fn members(text: &str) -> impl Iterator<Item = Member<'_>> {
    parse::fields(text).map(|field| {
        let known = Known::of(&field.name);
        let value = masked(&field.name, clean_decoded(field.value));
        Member {
            name: clean_decoded(field.name),
            value,
            kind: field.kind,
            known,
        }
    })
}

fn describe(line: &mut Line, raw: &str) {
    let mut members = parse::fields(raw).peekable();
    if members.peek().is_none() {
        line.severity = Severity::in_plain(raw);
    }
    for member in members {
        match Known::of(&member.name) {
            Some(Known::Level) => line.severity = Severity::parse(&member.value),
            Some(Known::Status) => line.status = field::status(&member.value),
            Some(Known::Duration) => {
                line.micros =
                    field::duration(&member).map(|d| d.as_micros().min(u32::MAX.into()) as u32);
            }
            _ => {}
        }
    }
}

/// Sanitized line by line and masked.
fn clean(raw: &str) -> Cow<'_, str> {
    if is_clean(raw) {
        return mask(raw);
    }
    let lines = if raw.contains("\r\n") {
        Cow::Owned(raw.replace("\r\n", "\n"))
    } else {
        Cow::Borrowed(raw)
    };
    Cow::Owned(mask(&Sanitizer::stream().push(&lines)).into_owned())
}

/// What decoding brought back (`\u001b`) is cleaned again.
fn clean_decoded(decoded: Cow<'_, str>) -> Cow<'_, str> {
    if is_clean(&decoded) {
        decoded
    } else {
        Cow::Owned(Sanitizer::stream().push(&decoded))
    }
}

fn masked<'t>(name: &str, value: Cow<'t, str>) -> Cow<'t, str> {
    match mask_field(name, &value) {
        Cow::Borrowed(same) if same == value => value,
        masked => Cow::Owned(masked.into_owned()),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

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
            (line.status, line.duration()),
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
        assert_eq!(line.severity, Some(Severity::Warn));
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
}
