//! A sealed block of clean, parsed lines, shared by pointer.
//!
//! What leaves here for people has gone through the sanitizer and the mask; lines
//! are never changed again, and their order on the screen is a matter of
//! [`super::order`].

use super::field::Known;
use super::line::Part;
pub use super::line::{Line, Shape};
use super::parse::{self, Kind};
use super::paths::Paths;
use super::seal::Sealer;
use super::traceid;
use crate::domain::ids::LogStream;
use crate::domain::log::{RawEvent, TailSource};
use crate::domain::text::mask::{mask, mask_field};
use crate::domain::text::{Sanitizer, is_clean};
use std::borrow::Cow;
use std::sync::Arc;

/// Text and originals of one chunk at most; one line alone may be longer.
pub const MAX_BYTES: usize = 1 << 20;
/// Read beyond what is asked for, so that a secret at the cut is masked as well.
const MARGIN: usize = 4 * 1024;

/// Sealed lines of one source, in the order they came.
#[derive(Debug, PartialEq, Eq)]
pub struct Chunk {
    pub source: Arc<TailSource>,
    /// Clean, not masked; a line feed after each line, so that nothing is found across two.
    pub(super) text: String,
    pub(super) lines: Vec<Line>,
    pub(super) streams: Vec<LogStream>,
    /// The messages that sanitizing changed, by the start of their text.
    pub(super) originals: Vec<(u32, Box<str>)>,
    pub(super) paths: Paths,
}

impl Chunk {
    /// Cleans, parses and seals events; several chunks where one would grow too large, none where there is no event.
    pub fn seal(source: &Arc<TailSource>, events: &[RawEvent]) -> Vec<Self> {
        Sealer::new(source).seal(events)
    }

    /// The lines, in the order they came.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The whole text of a line, clean and masked; line feeds inside an event stay.
    pub fn text(&self, line: &Line) -> Cow<'_, str> {
        mask(self.clean(line))
    }

    /// The first `most` bytes of a line's text, clean and masked; of a huge line no more is read.
    pub fn head(&self, line: &Line, most: usize) -> Cow<'_, str> {
        let text = self.clean(line);
        let read = &text[..text.floor_char_boundary(most.saturating_add(MARGIN))];
        match mask(read) {
            Cow::Borrowed(text) => Cow::Borrowed(&text[..text.floor_char_boundary(most)]),
            Cow::Owned(mut text) => {
                text.truncate(text.floor_char_boundary(most));
                Cow::Owned(text)
            }
        }
    }

    /// The text of a line as the engine works on it: clean, but not masked; never for people.
    #[inline]
    pub(in crate::logs) fn clean(&self, line: &Line) -> &str {
        let start = line.start as usize;
        self.text
            .get(start..start + line.length as usize)
            .unwrap_or_default()
    }

    /// The event that a line was; of its id nothing is known any more.
    pub fn event(&self, line: &Line) -> RawEvent {
        let stream = self.stream_of(line).cloned();
        RawEvent {
            id: "".into(),
            stream: stream.unwrap_or_else(|| "".into()),
            timestamp: line.at,
            ingested: line.ingested,
            late: line.is_late(),
            message: self.original(line).into_owned(),
        }
    }

    /// One line as a chunk of its own: whoever keeps it does not keep all others.
    pub fn alone(&self, line: &Line) -> Option<Self> {
        Self::seal(&self.source, &[self.event(line)]).pop()
    }

    /// The message byte for byte as it came: not clean, not masked; never for a terminal.
    pub fn original(&self, line: &Line) -> Cow<'_, str> {
        if let Some(came) = self.changed(line) {
            return Cow::Borrowed(came);
        }
        let text = self.clean(line);
        if line.has(Line::FED) {
            Cow::Owned(format!("{text}\n"))
        } else {
            Cow::Borrowed(text)
        }
    }

    /// The stream a line came from.
    pub fn stream_of(&self, line: &Line) -> Option<&LogStream> {
        self.streams.get(line.stream())
    }

    /// The members of a JSON or logfmt line, decoded, clean and masked.
    pub fn fields(&self, line: &Line) -> impl Iterator<Item = Member<'_>> {
        let found: Vec<Member<'_>> = match self.text(line) {
            Cow::Borrowed(text) => members(text).collect(),
            Cow::Owned(text) => members(&text).map(Member::into_owned).collect(),
        };
        found.into_iter()
    }

    /// The path, decoded; not masked.
    #[inline]
    pub(super) fn path(&self, line: &Line) -> Option<Cow<'_, str>> {
        self.part(line, line.facts.path, Known::Path)
    }

    /// The layer, decoded; not masked.
    pub(super) fn layer(&self, line: &Line) -> Option<Cow<'_, str>> {
        self.part(line, line.facts.layer, Known::Layer)
    }

    /// The id that joins the lines of one request.
    pub fn trace(&self, line: &Line) -> Option<Cow<'_, str>> {
        self.part(line, line.facts.trace, Known::Trace)
    }

    /// The same id for people: clean and masked.
    pub fn shown_trace(&self, line: &Line) -> Option<String> {
        let trace = self.trace(line)?;
        Some(mask(&clean_decoded(trace)).into_owned())
    }

    #[inline]
    fn part(&self, line: &Line, part: Part, known: Known) -> Option<Cow<'_, str>> {
        if part == Part::default() {
            return None;
        }
        cut(self.clean(line), part, known, line.has(Line::ESCAPED))
    }

    /// What came of a line, where sanitizing changed it.
    pub(super) fn changed(&self, line: &Line) -> Option<&str> {
        line.has(Line::CHANGED).then(|| {
            let found = self.originals.binary_search_by_key(&line.start, |o| o.0);
            found.map_or("", |place| &*self.originals[place].1)
        })
    }

    /// The place of the line whose text holds this byte of the chunk's text; it is `from` or later, and soon after it
    /// as a rule.
    pub(super) fn line_at(&self, from: usize, byte: usize) -> usize {
        let begins = |line: &Line| line.start as usize <= byte;
        let (mut near, mut step) = (from, 1);
        while self.lines.get(near + step).is_some_and(begins) {
            near += step;
            step *= 2;
        }
        let far = self.lines.len().min(near + step);
        near + self.lines[near..far]
            .partition_point(begins)
            .saturating_sub(1)
    }

    /// Where the text of a line ends within the chunk's.
    pub(super) fn end_of(&self, line: usize) -> usize {
        self.lines
            .get(line)
            .map_or(self.text.len(), |line| (line.start + line.length) as usize)
    }

    /// What it costs in memory: text, metadata, originals, streams.
    pub fn bytes(&self) -> usize {
        let streams = self.streams.iter().map(|s| s.as_str().len() + ARC);
        let originals = self.originals.iter().map(|(_, original)| original.len());
        size_of::<Self>()
            + self.text.capacity()
            + self.lines.capacity() * size_of::<Line>()
            + self.streams.capacity() * size_of::<LogStream>()
            + self.originals.capacity() * size_of::<(u32, Box<str>)>()
            + self.paths.bytes()
            + streams.sum::<usize>()
            + originals.sum::<usize>()
    }
}

/// A part of a line, decoded where it is `escaped`.
#[inline]
pub(super) fn cut(text: &str, part: Part, known: Known, escaped: bool) -> Option<Cow<'_, str>> {
    if part == Part::default() {
        return None;
    }
    if part == Part::FAR {
        return far(text, known);
    }
    let start = usize::from(part.start);
    let value = text.get(start..start + usize::from(part.length))?;
    Some(if escaped {
        parse::unescape(value)
    } else {
        Cow::Borrowed(value)
    })
}

/// A value that stands too far out, by the rules of [`super::facts`]: the last of its kind, but a trace goes before a
/// request's id.
#[cold]
fn far(text: &str, known: Known) -> Option<Cow<'_, str>> {
    let mut found = None;
    for field in parse::fields(text) {
        if Known::of(&field.name) != Some(known) {
            continue;
        }
        let says = !matches!(&*field.value, "" | "null");
        let better = found.is_none() || field.name.starts_with(['t', 'T']);
        if known != Known::Trace {
            found = says.then_some(field.value);
        } else if says && better {
            found = Some(field.value);
        }
    }
    found.map(|value| match known {
        Known::Trace => Cow::Owned(value[traceid::within(value.as_bytes())].to_owned()),
        _ => value,
    })
}

/// The two counts before the text of an `Arc<str>`.
const ARC: usize = 2 * size_of::<usize>();

/// One member of a line, fit to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<'t> {
    pub name: Cow<'t, str>,
    /// Line feeds in it stay.
    pub value: Cow<'t, str>,
    pub kind: Kind,
    pub known: Option<Known>,
}

impl Member<'_> {
    /// The same, whatever it was read from.
    pub fn into_owned(self) -> Member<'static> {
        Member {
            name: Cow::Owned(self.name.into_owned()),
            value: Cow::Owned(self.value.into_owned()),
            ..self
        }
    }
}

/// The members of a clean, masked line; none where it is neither JSON nor logfmt.
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
pub(crate) mod tests;
