//! What a line says of the request that it belongs to.

use super::chunk::{Chunk, cut};
use super::facts::{Memory, Told, facts};
use super::field::Known;
use super::line::{Line, Part};
use super::parse;
use std::borrow::Cow;

/// The method of a request, as a number; one that is written in no usual way is read in its line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Method(u16);

impl Method {
    /// Takes so many bits.
    pub const BITS: u32 = 4;
    /// Another than these, or these in another writing.
    const OTHER: Self = Self(15);
    /// Source: RFC 9110, §9.1, and RFC 5789.
    const NAMES: [&str; 9] = [
        "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
    ];

    /// Of a member's value, as it stands.
    pub fn of(value: &str) -> Self {
        if matches!(value, "" | "null") {
            return Self::default();
        }
        let known = (1..).zip(Self::NAMES).find(|(_, name)| *name == value);
        known.map_or(Self::OTHER, |(number, _)| Self(number))
    }

    /// Kept as these bits.
    #[inline]
    pub fn bits(self) -> u16 {
        self.0
    }

    /// What was kept.
    #[inline]
    pub fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    fn name(self) -> Option<&'static str> {
        Self::NAMES
            .get(usize::from(self.0).checked_sub(1)?)
            .copied()
    }

    /// As the line has it, decoded.
    fn read(self, line: &str) -> Option<Cow<'_, str>> {
        if self != Self::OTHER {
            return self.name().map(Cow::Borrowed);
        }
        let of = parse::fields(line).filter(|field| Known::of(&field.name) == Some(Known::Method));
        of.last().map(|field| field.value)
    }
}

/// The members of one line that name its request, decoded, neither clean nor masked; of several of a kind the last, but
/// a trace goes before a request's id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request<'t> {
    pub method: Option<Cow<'t, str>>,
    pub path: Option<Cow<'t, str>>,
    pub trace: Option<Cow<'t, str>>,
    pub layer: Option<Cow<'t, str>>,
}

impl Chunk {
    /// Of a line as it came.
    pub fn request(&self, line: &Line) -> Request<'_> {
        if let Some(came) = self.changed(line) {
            return Request::of(came, &facts(came, &mut Memory::default()));
        }
        Request {
            method: line.method().read(self.clean(line)),
            path: self.path(line),
            trace: self.trace(line),
            layer: self.layer(line),
        }
    }
}

impl<'t> Request<'t> {
    fn of(line: &'t str, told: &Told) -> Self {
        let escaped = told.flags & Line::ESCAPED != 0;
        let value = |part: Part, known| cut(line, part, known, escaped);
        Self {
            method: told.method.read(line),
            path: value(told.facts.path, Known::Path),
            trace: value(told.facts.trace, Known::Trace),
            layer: value(told.facts.layer, Known::Layer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::chunk::tests::{event, source};
    use super::*;

    fn of(message: &str) -> [Option<String>; 4] {
        let chunks = Chunk::seal(&source("g"), &[event(1, message)]);
        let found = chunks[0].request(&chunks[0].lines()[0]);
        [found.method, found.path, found.trace, found.layer].map(|m| m.map(Cow::into_owned))
    }

    fn some(texts: [&str; 4]) -> [Option<String>; 4] {
        texts.map(|text| (!text.is_empty()).then(|| text.to_owned()))
    }

    #[test]
    fn what_names_the_request_is_read_of_json_logfmt_and_plain_text() {
        let json = r#"{"method":"GET","path":"\/a\"b","traceId":"1","layer":null,"x":"y"}"#;
        assert_eq!(of(json), some(["GET", "/a\"b", "1", ""]));
        let pairs = "method=GET path=/a trace_id=1 logger=web";
        assert_eq!(of(pairs), some(["GET", "/a", "1", "web"]));
        assert_eq!(of("GET /a took 3 ms"), some(["", "", "", ""]));
        let plain = "order failed, trace_id=0af7651916cd43dd";
        assert_eq!(of(plain), some(["", "", "0af7651916cd43dd", ""]));
    }

    #[test]
    fn every_method_is_as_it_was_written() {
        for method in Method::NAMES
            .into_iter()
            .chain(["get", "PURGE", "G\u{1b}[31mET"])
        {
            let quoted = serde_json::to_string(method).unwrap();
            let json = format!(r#"{{"verb":"x","method":{quoted},"path":"/a"}}"#);
            assert_eq!(of(&json), some([method, "/a", "", ""]));
        }
        assert_eq!(of(r#"{"method":"GET","verb":null}"#), some([""; 4]));
        assert_eq!(of(r#"{"method":""}"#), some([""; 4]));
    }

    #[test]
    fn of_a_line_that_was_cleaned_it_is_what_came() {
        let line = "\u{1b}[32mlevel=info\u{1b}[0m path=/\u{1b}[1ma method=POST";
        assert_eq!(of(line), some(["POST", "/\u{1b}[1ma", "", ""]));
    }

    #[test]
    fn a_trace_goes_before_a_request_wherever_it_stands() {
        for line in [
            r#"{"requestId":"r","traceId":"t"}"#,
            r#"{"traceId":"t","requestId":"r"}"#,
        ] {
            assert_eq!(of(line)[2].as_deref(), Some("t"), "{line}");
        }
        assert_eq!(of(r#"{"requestId":"r"}"#)[2].as_deref(), Some("r"));
    }

    #[test]
    fn what_stands_far_out_in_a_long_line_is_read_by_the_same_rules() {
        let long = "x".repeat(70_000);
        let trace = "0af7651916cd43dd8448eb211c80319c";
        let line = format!(
            r#"{{"requestId":"r","path":"/near","note":"{long}","path":null,"traceparent":"00-{trace}-b7ad6b7169203331-01","path":"/far","requestId":"s"}}"#
        );
        assert_eq!(of(&line), some(["", "/far", trace, ""]));
    }
}
