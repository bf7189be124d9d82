//! What lines say of the request that they belong to, line after line: only the
//! members that have a meaning are decoded.

use super::field::Known;
use super::logfmt::Pairs;
use super::names::Names;
use super::parse::decoded;
use super::scan::{Raw, Walk};
use std::borrow::Cow;

/// The members of one line that name its request, decoded; of several of a kind the last, but a trace goes before a
/// request's id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning<'t> {
    pub method: Option<Cow<'t, str>>,
    pub path: Option<Cow<'t, str>>,
    pub trace: Option<Cow<'t, str>>,
    pub layer: Option<Cow<'t, str>>,
}

/// Reads lines of one kind: it remembers what their names mean.
#[derive(Clone, Debug, Default)]
pub struct Meanings(Names);

impl Meanings {
    /// Of a line that is a JSON object or logfmt; of others there is nothing.
    pub fn of<'t>(&mut self, line: &'t str) -> Meaning<'t> {
        let mut meaning = Meaning::default();
        if let Some(walk) = Walk::new(line) {
            self.gather(line, walk, &mut meaning);
        } else if let Some(pairs) = Pairs::new(line) {
            self.gather(line, pairs, &mut meaning);
        }
        meaning
    }

    fn gather<'t>(
        &mut self,
        line: &'t str,
        members: impl Iterator<Item = Raw>,
        meaning: &mut Meaning<'t>,
    ) {
        for raw in members {
            if let Some(known) = self.0.known(&line.as_bytes()[raw.name.clone()]) {
                meaning.take(known, line, &raw);
            }
        }
    }
}

impl<'t> Meaning<'t> {
    fn take(&mut self, known: Known, line: &'t str, raw: &Raw) {
        let place = match known {
            Known::Method => &mut self.method,
            Known::Path => &mut self.path,
            Known::Layer => &mut self.layer,
            Known::Trace if self.trace.is_none() => &mut self.trace,
            Known::Trace if line[raw.name.clone()].starts_with(['t', 'T']) => &mut self.trace,
            _ => return,
        };
        let value = &line[raw.value.clone()];
        let says_nothing = value.is_empty() || value == "null";
        if known == Known::Trace && says_nothing {
            return;
        }
        *place = (!says_nothing).then(|| decoded(line, raw).value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> [Option<String>; 4] {
        let found = Meanings::default().of(line);
        [found.method, found.path, found.trace, found.layer].map(|m| m.map(Cow::into_owned))
    }

    fn some(texts: [&str; 4]) -> [Option<String>; 4] {
        texts.map(|text| (!text.is_empty()).then(|| text.to_owned()))
    }

    #[test]
    fn what_names_the_request_is_read_of_json_and_of_logfmt() {
        let json = r#"{"method":"GET","path":"\/a\"b","traceId":"1","layer":null,"x":"y"}"#;
        assert_eq!(of(json), some(["GET", "/a\"b", "1", ""]));
        let pairs = "method=GET path=/a trace_id=1 logger=web";
        assert_eq!(of(pairs), some(["GET", "/a", "1", "web"]));
        assert_eq!(of("GET /a took 3 ms"), some(["", "", "", ""]));
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
}
