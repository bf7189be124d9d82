//! The way in: events are cleaned, parsed and packed into chunks, each line in
//! one pass. Lines that need no cleaning, nearly all, are copied once and never
//! touched again.

use super::chunk::{Chunk, MAX_BYTES};
use super::facts::{Memory, Told, facts};
use super::fold;
use super::line::Line;
use super::paths::{Gathering, Paths};
use crate::domain::ids::LogStream;
use crate::domain::log::{RawEvent, TailSource};
use crate::domain::text::{Sanitizer, is_clean};
use std::collections::HashMap;
use std::sync::Arc;

/// Streams compared one by one before a hash is worth it.
const FEW: usize = 8;

/// Packs the events of one source.
pub(super) struct Sealer {
    open: Chunk,
    /// The open chunk's text and originals.
    size: usize,
    memory: Memory,
    paths: Box<Gathering>,
    streams: HashMap<LogStream, u16>,
    /// The stream of the line before, which is that of the next as a rule.
    stream: u16,
}

impl Sealer {
    /// For one source.
    pub fn new(source: &Arc<TailSource>) -> Self {
        Self {
            open: empty(source),
            size: 0,
            memory: Memory::default(),
            paths: Box::default(),
            streams: HashMap::new(),
            stream: 0,
        }
    }

    /// All events, in their order.
    pub fn seal(mut self, events: &[RawEvent]) -> Vec<Chunk> {
        let mut sealed = Vec::new();
        for (place, event) in events.iter().enumerate() {
            if self.open.lines.is_empty() {
                self.reserve(&events[place..]);
            }
            self.add(event);
            if self.is_full() {
                sealed.push(self.close());
            }
        }
        if !self.open.lines.is_empty() {
            sealed.push(self.close());
        }
        sealed
    }

    /// Room for what the chunk will take, so that it is never copied as it grows.
    fn reserve(&mut self, events: &[RawEvent]) {
        let (mut bytes, mut lines) = (0, 0);
        for event in events {
            bytes += event.message.len() + 1;
            lines += 1;
            if bytes >= MAX_BYTES {
                break;
            }
        }
        self.open.text.reserve_exact(bytes.min(2 * MAX_BYTES));
        self.open.lines.reserve_exact(lines);
    }

    #[inline]
    fn is_full(&self) -> bool {
        self.size >= MAX_BYTES || self.open.streams.len() == Line::STREAMS
    }

    fn close(&mut self) -> Chunk {
        self.size = 0;
        self.stream = 0;
        self.streams.clear();
        let next = empty(&self.open.source);
        let mut full = std::mem::replace(&mut self.open, next);
        full.paths = self.paths.take();
        full.text.shrink_to_fit();
        full.lines.shrink_to_fit();
        full.streams.shrink_to_fit();
        full.originals.shrink_to_fit();
        full
    }

    #[inline]
    fn add(&mut self, event: &RawEvent) {
        let stream = self.stream(&event.stream);
        let start = self.open.text.len();
        let told = self.text(&event.message);
        let length = self.open.text.len() - start;
        let mut flags = told.flags | fold::flags(&self.open.text[start..]);
        if event.late {
            flags |= Line::LATE;
        }
        if flags & Line::ESCAPED == 0 {
            let facts = &told.facts;
            self.paths
                .add(&self.open.text, start, facts.path, facts.path_hash);
        }
        self.open.text.push('\n');
        self.size += length + 1;
        self.open.lines.push(Line {
            at: event.timestamp,
            ingested: event.ingested,
            start: start as u32,
            length: length as u32,
            stream_and_method: stream + told.method.bits() * Line::STREAMS as u16,
            facts: told.facts,
            flags,
            trace_hash: told.trace_hash,
        });
    }

    /// Appends the clean text; its facts and what became of it.
    #[inline]
    fn text(&mut self, message: &str) -> Told {
        if is_clean(message) {
            self.open.text.push_str(message);
            return facts(message, &mut self.memory);
        }
        self.odd_text(message)
    }

    fn odd_text(&mut self, message: &str) -> Told {
        let raw = message.trim_end_matches(['\n', '\r']);
        let start = self.open.text.len();
        clean_into(raw, &mut self.open.text);
        let clean = &self.open.text[start..];
        let said = facts(clean, &mut self.memory);
        let with = |flag| Told {
            flags: said.flags | flag,
            ..said
        };
        if clean == raw && raw.len() == message.len() {
            return said;
        }
        if clean == raw && &message[raw.len()..] == "\n" {
            return with(Line::FED);
        }
        // Cleaning may cut away what the line says of itself: that is read from what came.
        let came = facts(raw, &mut self.memory).facts;
        let mut told = with(Line::CHANGED);
        told.facts.severity = came.severity;
        told.facts.status = came.status;
        told.facts.micros = came.micros;
        self.size += message.len();
        self.open.originals.push((start as u32, message.into()));
        told
    }

    #[inline]
    fn stream(&mut self, stream: &LogStream) -> u16 {
        let before = self.open.streams.get(usize::from(self.stream));
        if before.is_some_and(|before| is_same(before, stream)) {
            return self.stream;
        }
        let next = self.open.streams.len() as u16;
        let few = self.open.streams.iter().take(FEW);
        let near = few
            .zip(0..)
            .find_map(|(known, place)| is_same(known, stream).then_some(place));
        let known = near.or_else(|| self.streams.get(stream).copied());
        self.stream = known.unwrap_or_else(|| {
            self.streams.insert(stream.clone(), next);
            self.open.streams.push(stream.clone());
            next
        });
        self.stream
    }
}

/// The ends first: streams of one group begin alike.
#[inline]
fn is_same(one: &LogStream, other: &LogStream) -> bool {
    let end = |of: &LogStream| of.as_str().as_bytes().last().copied();
    end(one) == end(other) && one == other
}

fn empty(source: &Arc<TailSource>) -> Chunk {
    Chunk {
        source: source.clone(),
        text: String::new(),
        lines: Vec::new(),
        streams: Vec::new(),
        originals: Vec::new(),
        paths: Paths::default(),
    }
}

/// Sanitizes line by line; `\r\n` ends a line as `\n` does.
fn clean_into(raw: &str, out: &mut String) {
    for (place, line) in raw.split('\n').enumerate() {
        if place > 0 {
            out.push('\n');
        }
        let line = line.strip_suffix('\r').unwrap_or(line);
        if is_clean(line) {
            out.push_str(line);
        } else {
            Sanitizer::stream().push_into(line, out);
        }
    }
}
