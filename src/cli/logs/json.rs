//! A line as a JSON object: what came, and what was understood of it.

use super::stamp::Stamp;
use crate::domain::text::json::quote;
use crate::domain::text::{Text, mask};
use crate::logs::chunk::{Chunk, Line};
use std::io::Write;
use std::time::Duration;

/// Writes objects; keeps what neighbours share.
#[derive(Debug, Default)]
pub(super) struct Objects {
    at: Stamp,
    ingested: Stamp,
    /// Whether a terminal shows them: then nothing leaves that could command it, and no secret.
    terminal: bool,
}

impl Objects {
    pub(super) fn for_terminal(terminal: bool) -> Self {
        Self {
            terminal,
            ..Self::default()
        }
    }

    /// One object and a line feed.
    pub(super) fn write(&mut self, chunk: &Chunk, line: &Line, late: bool, into: &mut Vec<u8>) {
        into.extend_from_slice(b"{\"timestamp\":\"");
        self.at.write(line.at, into);
        into.extend_from_slice(b"\",\"group\":");
        self.text(chunk.source.group.as_str(), into);
        if let Some(region) = &chunk.source.region {
            self.member("region", region.as_str(), into);
        }
        let stream = chunk.stream_of(line).map_or("", |stream| stream.as_str());
        self.member("stream", stream, into);
        into.extend_from_slice(b",\"message\":");
        let message = if self.terminal {
            chunk.text(line)
        } else {
            chunk.original(line)
        };
        quote(&message, into);
        into.extend_from_slice(b",\"ingested\":\"");
        self.ingested.write(line.ingested, into);
        into.push(b'"');
        if late {
            into.extend_from_slice(b",\"late\":true");
        }
        self.understood(chunk, line, into);
        into.extend_from_slice(b"}\n");
    }

    /// What the line says about itself.
    fn understood(&self, chunk: &Chunk, line: &Line, into: &mut Vec<u8>) {
        if let Some(severity) = line.severity() {
            self.member("level", severity.name(), into);
        }
        if let Some(status) = line.status() {
            into.extend_from_slice(b",\"status\":");
            whole(status, into);
        }
        if let Some(duration) = line.duration() {
            into.extend_from_slice(b",\"durationMs\":");
            millis(duration, into);
        }
        let request = chunk.request(line);
        for (name, value) in [
            ("method", request.method),
            ("path", request.path),
            ("traceId", request.trace),
            ("layer", request.layer),
        ] {
            if let Some(value) = value {
                self.member(name, &value, into);
            }
        }
    }

    fn member(&self, name: &str, value: &str, into: &mut Vec<u8>) {
        into.extend_from_slice(b",\"");
        into.extend_from_slice(name.as_bytes());
        into.extend_from_slice(b"\":");
        self.text(value, into);
    }

    fn text(&self, text: &str, into: &mut Vec<u8>) {
        if !self.terminal {
            return quote(text, into);
        }
        let clean = Text::clean(text);
        quote(&mask::mask(clean.as_str()), into);
    }
}

fn whole(number: impl itoa::Integer, into: &mut Vec<u8>) {
    into.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// In milliseconds, exact to the microsecond, as JSON writes numbers.
fn millis(duration: Duration, into: &mut Vec<u8>) {
    let micros = duration.as_micros();
    let (full, part) = (micros / 1_000, micros % 1_000);
    whole(full, into);
    if part > 0 {
        // A Vec takes everything.
        let _ = write!(into, ".{part:03}");
        while into.pop_if(|digit| *digit == b'0').is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::is_clean;

    #[test]
    fn durations_are_exact_numbers() {
        let said = |micros| {
            let mut out = Vec::new();
            millis(Duration::from_micros(micros), &mut out);
            String::from_utf8(out).unwrap()
        };
        let expected = [
            (0, "0"),
            (12_000, "12"),
            (1, "0.001"),
            (12_340, "12.34"),
            (500, "0.5"),
        ];
        for (micros, text) in expected {
            assert_eq!(said(micros), text);
        }
    }

    #[test]
    fn a_terminal_gets_neither_commands_nor_secrets_and_a_pipe_gets_the_same_text() {
        let said = |terminal, text: &str| {
            let mut out = Vec::new();
            Objects::for_terminal(terminal).text(text, &mut out);
            let said = String::from_utf8(out).unwrap();
            assert!(!terminal || is_clean(&said), "{said}");
            serde_json::from_str::<String>(&said).unwrap()
        };
        for text in [
            "plain \"q\" \\ 한글",
            "a\u{1b}[2Jb\u{202e}\u{9b}\u{7f}😀\n",
            "",
        ] {
            assert_eq!(said(false, text), text);
        }
        assert_eq!(said(true, "plain \"q\" \\ 한글"), "plain \"q\" \\ 한글");
        assert_eq!(said(true, "/x?password=hunter2"), "/x?password=***");
        assert!(!said(true, "a\u{1b}[2J\u{202e}").contains(['\u{1b}', '\u{202e}']));
    }
}
