//! What of a line stands in its columns, and what in the rest: nothing is said
//! twice, and nothing is lost.

use super::took;
use crate::logs::chunk::{Chunk, Line, Member, Shape, members};
use crate::logs::field::{self, Known, Severity};
use crate::logs::logfmt;
use crate::logs::parse::Kind;
use std::collections::BTreeMap;

/// A line split into its columns.
#[derive(Debug, Default)]
pub struct Cells {
    known: BTreeMap<Known, String>,
    /// What has no column: the message, and the members that are not known or that another of their kind displaces.
    pub rest: String,
}

impl Cells {
    /// Of a clean, masked text.
    pub fn of(text: &str, chunk: &Chunk, line: &Line) -> Self {
        let mut sorted = Sorted {
            trace: chunk.shown_trace(line).unwrap_or_default(),
            ..Sorted::default()
        };
        members(text).for_each(|member| sorted.add(member));
        sorted.open();
        let (words, further) = match line.shape() {
            Shape::Logfmt => (
                logfmt::between(text),
                &text[text.find('\n').unwrap_or(text.len())..],
            ),
            _ => Default::default(),
        };
        sorted.done((&words, further), line)
    }

    /// What stands in a column; empty where nothing does.
    pub fn get(&self, known: Known) -> &str {
        self.known.get(&known).map_or("", String::as_str)
    }

    /// What has a column that is not among these, as members after the rest.
    pub fn beside(&self, shown: &[Known]) -> String {
        let hidden =
            |(known, value): &(&Known, &String)| !shown.contains(known) && !value.is_empty();
        let said = |(known, value): (&Known, &String)| format!(" {}={value}", known.name());
        self.known.iter().filter(hidden).map(said).collect()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.known.values().all(String::is_empty) && self.rest.is_empty()
    }
}

/// The members of a line, sorted into columns and others.
#[derive(Default)]
struct Sorted<'t> {
    /// The id that the line is followed by.
    trace: String,
    known: BTreeMap<Known, Member<'t>>,
    others: String,
}

impl<'t> Sorted<'t> {
    /// The last of a kind counts, as it does for filters; the one before goes to the others.
    fn add(&mut self, member: Member<'t>) {
        let silent =
            member.value.is_empty() || (member.kind == Kind::Literal && member.value == "null");
        match member.known {
            _ if silent => {}
            Some(Known::Time) => {}
            Some(Known::Trace) if self.is_followed(&member.value) => {}
            Some(known) if says(known, &member.value) => {
                let same = |before: &Member<'_>| before.value == member.value;
                if !self.known.get(&known).is_some_and(same)
                    && let Some(before) = self.known.insert(known, member)
                {
                    self.other(&before);
                }
            }
            _ => self.other(&member),
        }
    }

    /// Whether it is the trace, or a header that names it: its ids have 32 digits and more.
    fn is_followed(&self, value: &str) -> bool {
        value == self.trace || self.trace.len() >= 32 && value.contains(&self.trace)
    }

    /// A line within the message tells of that on which the line itself is silent.
    fn open(&mut self) {
        let message = self.known.get(&Known::Message);
        let Some(object) = message.filter(|message| message.value.starts_with('{')) else {
            return;
        };
        let inner: Vec<_> = members(&object.value).map(Member::into_owned).collect();
        if !inner.is_empty() {
            self.known.remove(&Known::Message);
        }
        for member in inner {
            match member.known {
                Some(known) if self.known.contains_key(&known) => self.other(&member),
                _ => self.add(member),
            }
        }
    }

    fn other(&mut self, member: &Member<'_>) {
        self.others
            .extend([" ", &*member.name, "=", &*member.value]);
    }

    /// With the words beside the pairs, and the further lines.
    fn done(mut self, (words, further): (&str, &str), line: &Line) -> Cells {
        let message = self.known.remove(&Known::Message);
        let message = message.map(|member| member.value).unwrap_or_default();
        let gap = if words.is_empty() || message.is_empty() {
            ""
        } else {
            " "
        };
        let value = |(known, member): (Known, Member<'_>)| (known, member.value.into_owned());
        let mut known: BTreeMap<Known, String> = self.known.into_iter().map(value).collect();
        known.insert(Known::Trace, self.trace);
        if let Some(duration) = line.duration() {
            known.insert(Known::Duration, took(duration));
        }
        let level = line.severity().map_or("", Severity::name);
        known.insert(Known::Level, level.to_owned());
        Cells {
            known,
            rest: [words, gap, &message, &self.others, further].concat(),
        }
    }
}

/// Whether its column can say what it says: a level is one of ours, a status a number. No column shows the id of a
/// trace but that which is followed.
fn says(known: Known, value: &str) -> bool {
    match known {
        Known::Level => Severity::parse(value).is_some(),
        Known::Status => field::status(value).is_some(),
        Known::Trace => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::chunk::tests::{event, source};

    /// The columns that have something, and the rest.
    fn cells(text: &str) -> (Vec<(&'static str, String)>, String) {
        let chunk = Chunk::seal(&source("g"), &[event(1, text)]).remove(0);
        let line = chunk.lines()[0];
        let cells = Cells::of(&chunk.text(&line), &chunk, &line);
        let named = |(known, value): (Known, String)| (known.name(), value);
        let says = |(_, value): &(Known, String)| !value.is_empty();
        let known = cells.known.into_iter().filter(says).map(named);
        (known.collect(), cells.rest.trim().to_owned())
    }

    fn are(text: &str, known: &[(&'static str, &str)], rest: &str) {
        let known = known
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        assert_eq!(cells(text), (known.collect(), rest.to_owned()), "{text}");
    }

    #[test]
    fn words_beside_pairs_are_in_the_rest() {
        are(
            "connection to database refused, giving up host=db-1 port=5432",
            &[],
            "connection to database refused, giving up host=db-1 port=5432",
        );
        are(
            "retrying status=502 msg=\"no answer\" soon\n\tat x=1",
            &[("status", "502")],
            "retrying soon no answer\n        at x=1",
        );
    }

    #[test]
    fn a_line_within_the_message_has_its_columns() {
        are(
            r#"{"container_id":"c","log":"{\"level\":\"warn\",\"path\":\"/a\",\"msg\":\"slow\",\"user\":7}"}"#,
            &[("level", "WARN"), ("path", "/a")],
            "slow container_id=c user=7",
        );
        are(
            r#"{"path":"/a","message":"{\"path\":\"/b\"}"}"#,
            &[("path", "/a")],
            "path=/b",
        );
        are(r#"{"message":"{} is odd"}"#, &[], "{} is odd");
    }

    #[test]
    fn of_two_members_of_a_kind_one_goes_to_the_rest() {
        are(
            r#"{"path":"/a","url":"https://x/a?b=1","msg":"m","message":"n"}"#,
            &[("path", "https://x/a?b=1")],
            "n path=/a msg=m",
        );
        are(
            r#"{"logger":"a.b","layer":"ENTRANCE","status":200,"statusCode":200}"#,
            &[("status", "200"), ("layer", "ENTRANCE")],
            "logger=a.b",
        );
    }

    #[test]
    fn the_trace_is_the_one_that_is_followed() {
        for text in [
            r#"{"traceId":"t-1","requestId":"r-1"}"#,
            r#"{"requestId":"r-1","traceId":"t-1"}"#,
        ] {
            are(text, &[("trace", "t-1")], "requestId=r-1");
        }
        for text in [
            r#"{"traceId":null,"requestId":"r-1"}"#,
            r#"{"requestId":"r-1","traceId":null}"#,
        ] {
            are(text, &[("trace", "r-1")], "");
        }
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        let header = format!(r#"{{"traceparent":"00-{id}-00f067aa0ba902b7-01"}}"#);
        are(&header, &[("trace", id)], "");
    }

    #[test]
    fn what_a_column_cannot_say_is_in_the_rest() {
        are(
            r#"{"level":"banana","status":"OK","message":"m"}"#,
            &[],
            "m level=banana status=OK",
        );
        are(
            r#"{"level":30,"took":"fast"}"#,
            &[("level", "INFO"), ("duration", "fast")],
            "",
        );
    }
}
