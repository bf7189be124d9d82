//! One line opened: where it came from, its members, and its whole text.

use super::super::document::{Document, Head, Page};
use super::row::clock;
use crate::domain::text::Text;
use crate::logs::chunk::{Chunk, Line};
use crate::view::lines::{Line as Said, Span};
use crate::view::theme::Role;
use std::sync::Arc;

/// An open line; keeps its chunk, so that it stays when it falls out of the ring.
#[derive(Debug)]
pub struct Opened {
    chunk: Arc<Chunk>,
    line: Line,
    /// The lines folded under it when it was opened.
    under: Vec<(Arc<Chunk>, Line)>,
    pub page: Page,
}

impl Opened {
    /// Opens a line, with those folded under it, for a page of this size; none where there is no line.
    pub fn new(lines: &[(&Arc<Chunk>, &Line)], size: (u16, u16)) -> Option<Self> {
        let mut lines = lines
            .iter()
            .map(|(chunk, line)| (Arc::clone(chunk), **line));
        let (chunk, line) = lines.next()?;
        let mut opened = Self {
            chunk,
            line,
            under: lines.collect(),
            page: Page::default(),
        };
        opened.resize(size);
        Some(opened)
    }

    /// Breaks its text anew.
    pub fn resize(&mut self, (width, height): (u16, u16)) {
        self.page.set_height(height);
        self.page.set(document(self, width));
    }

    /// Its time, for the title.
    pub fn clock(&self) -> String {
        clock(self.line.at)
    }

    /// The whole text.
    pub fn text(&self) -> String {
        let under = self.under.iter().map(|(chunk, line)| chunk.text(line));
        let all: Vec<_> = std::iter::once(self.chunk.text(&self.line))
            .chain(under)
            .collect();
        all.join("\n")
    }

    /// Its time in milliseconds since 1970.
    pub fn at(&self) -> i64 {
        self.line.at
    }

    /// The trace that it belongs to.
    pub fn trace(&self) -> Option<String> {
        self.chunk
            .trace(&self.line)
            .map(std::borrow::Cow::into_owned)
    }

    /// The whole text, line by line.
    pub fn raw(&self) -> Vec<Text> {
        Text::lines(&self.text())
    }
}

fn document(opened: &Opened, width: u16) -> Vec<Said> {
    let (chunk, line) = (&*opened.chunk, &opened.line);
    let mut document = Document::new(width);
    document.table(&[Head::Left("LINE"), Head::Left("")], &origin(chunk, line));
    let members = members(chunk, line);
    if !members.is_empty() {
        document.heading("Fields", "");
        document.table(&[Head::Left("NAME"), Head::Left("VALUE")], &members);
    }
    document.heading("Text", "cleaned, secrets masked");
    for text in opened.raw() {
        document.line(&Said::body(text));
    }
    document.done()
}

fn origin(chunk: &Chunk, line: &Line) -> Vec<Vec<Span>> {
    let row = |name: &'static str, value: Text| vec![Span::dim(name), Span::body(value)];
    let late = line.ingested.abs_diff(line.at);
    let came = match () {
        () if line.ingested < line.at => "earlier — the clock that wrote it is ahead of AWS's",
        () if line.is_late() => "later — after newer lines had been shown",
        () => "later",
    };
    let mut rows = vec![
        row("time", Text::clean(&format!("{} UTC", moment(line.at)))),
        row(
            "ingested",
            Text::clean(&format!("{}.{:03} s {came}", late / 1_000, late % 1_000)),
        ),
        row("group", chunk.source.group.text()),
    ];
    rows.extend(
        chunk
            .stream_of(line)
            .map(|stream| row("stream", stream.text())),
    );
    rows
}

fn moment(at: i64) -> String {
    let day = jiff::Timestamp::from_millisecond(at).map(|at| at.strftime("%Y-%m-%d ").to_string());
    day.unwrap_or_default() + &clock(at)
}

/// Members with a line for each line of their values.
fn members(chunk: &Chunk, line: &Line) -> Vec<Vec<Span>> {
    let mut rows = Vec::new();
    for member in chunk.fields(line) {
        let role = if member.known.is_some() {
            Role::Strong
        } else {
            Role::Dim
        };
        let mut name = Span::of(&member.name, role);
        for value in Text::lines(&member.value) {
            rows.push(vec![
                std::mem::replace(&mut name, Span::dim("")),
                Span::body(value),
            ]);
        }
    }
    rows
}
