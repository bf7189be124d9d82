//! Lines as they leave: for a terminal clean and masked, for a pipe as they came.

use super::super::args::Output;
use super::super::{Streams, say};
use super::json::Objects;
use super::last::Last;
use super::stamp::Stamp;
use crate::domain::fault::Fault;
use crate::domain::log::TailSource;
use crate::domain::units;
use crate::logs::chunk::{Chunk, Line};
use crate::runtime::clock;
use crate::runtime::logs::{Page, Progress};
use jiff::{SignedDuration, Timestamp};
use std::io;
use std::sync::Arc;

/// Written at once.
const BLOCK: usize = 64 * 1024;
/// Between two lines of progress.
const PROGRESS: SignedDuration = SignedDuration::from_millis(500);
/// Among the lines on a terminal there is none before so long nothing was printed.
const SILENT: SignedDuration = SignedDuration::from_secs(1);

/// How lines look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) output: Output,
    /// Whether a terminal shows them.
    pub(super) terminal: bool,
    /// Whether lines of several groups have to be told apart.
    pub(super) named: bool,
    /// Whether progress is told on standard error.
    pub(super) progress: bool,
}

pub(super) struct Lines<'a, 's> {
    look: Look,
    io: &'a mut Streams<'s>,
    block: Vec<u8>,
    objects: Objects,
    stamp: Stamp,
    /// The source of the last line, and what it is called.
    name: Option<(Arc<TailSource>, String)>,
    /// When progress was told, and whether it still stands there.
    told: Option<Timestamp>,
    /// What was read first, while only the last lines of it are wanted.
    last: Option<Last>,
    /// When lines were printed; at first, when it began.
    printed: Timestamp,
}

impl<'a, 's> Lines<'a, 's> {
    pub(super) fn new(look: Look, tail: Option<usize>, io: &'a mut Streams<'s>) -> Self {
        Self {
            objects: Objects::for_terminal(look.terminal),
            look,
            io,
            block: Vec::with_capacity(BLOCK + 4096),
            stamp: Stamp::default(),
            name: None,
            told: None,
            last: tail.map(Last::of),
            printed: clock::wall(),
        }
    }

    /// For people: whether it is late, the time, the group where there are several, and the text, clean.
    fn shown(&mut self, chunk: &Chunk, line: &Line, late: bool) {
        if late {
            self.block.extend_from_slice(b"late ");
        }
        self.stamp.write(line.at, &mut self.block);
        self.block.push(b' ');
        if self.look.named {
            self.group(chunk);
        }
        let text: &str = &chunk.text(line);
        self.block.extend_from_slice(text.as_bytes());
        self.block.push(b'\n');
    }

    /// For the programs after a pipe: the message as it came; of several groups with the time and the group before it, as
    /// `grep` names its files.
    fn piped(&mut self, chunk: &Chunk, line: &Line) {
        if self.look.named {
            self.stamp.write(line.at, &mut self.block);
            self.block.push(b' ');
            self.group(chunk);
        }
        let original: &str = &chunk.original(line);
        self.block.extend_from_slice(original.as_bytes());
        self.block.push(b'\n');
    }

    /// The group as it can be named, and a space.
    fn group(&mut self, chunk: &Chunk) {
        let source = &chunk.source;
        let same = |(of, _): &(Arc<TailSource>, String)| Arc::ptr_eq(of, source);
        let known = self.name.take().filter(same);
        let (_, name) = self
            .name
            .insert(known.unwrap_or_else(|| (source.clone(), name(source))));
        self.block.extend_from_slice(name.as_bytes());
    }

    fn write_out(&mut self) -> io::Result<()> {
        // The lines go on, though nobody sees how far they are.
        let _ = self.clear();
        let written = self.io.out.write_all(&self.block);
        self.block.clear();
        written
    }

    /// Whether progress may be told now. Whoever waits at a terminal has seen all lines before.
    fn is_silent(&mut self, now: Timestamp) -> io::Result<bool> {
        if !self.look.terminal {
            return Ok(true);
        }
        if !self.block.is_empty() {
            self.flush()?;
            self.printed = now;
        }
        Ok(now.duration_since(self.printed).abs() >= SILENT)
    }

    /// Takes the line of progress away.
    fn clear(&mut self) -> io::Result<()> {
        if self.told.take().is_some() {
            write!(self.io.err, "\r\x1b[K")?;
        }
        Ok(())
    }
}

fn name(source: &TailSource) -> String {
    let group = source.group.text();
    match &source.region {
        None => format!("{group} "),
        Some(region) => format!("{}:{group} ", region.text()),
    }
}

/// How far reading is, in words.
fn said(so_far: Progress) -> String {
    let plural = if so_far.pages == 1 { "" } else { "s" };
    let pages = units::count(so_far.pages);
    let (read, shown) = (units::lines(so_far.read), units::count(so_far.shown));
    let mut said = format!("{pages} page{plural}, {read} read, {shown} shown");
    if let Some(at) = so_far.at {
        let mut time = Vec::new();
        Stamp::default().write(at, &mut time);
        said += ", up to ";
        said += &String::from_utf8_lossy(&time);
    }
    said
}

impl Page for Lines<'_, '_> {
    fn line(&mut self, chunk: &Chunk, line: &Line, late: bool) -> io::Result<()> {
        match (self.look.output, self.look.terminal) {
            (Output::Json, _) => self.objects.write(chunk, line, late, &mut self.block),
            (Output::Text, true) => self.shown(chunk, line, late),
            (Output::Text, false) => self.piped(chunk, line),
        }
        if let Some(last) = &mut self.last {
            last.push(&self.block);
            self.block.clear();
        }
        if self.block.len() >= BLOCK {
            self.write_out()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(last) = self.last.take() {
            last.write(&mut self.block);
        }
        self.write_out()?;
        self.io.out.flush()
    }

    fn note(&mut self, fault: &Fault) {
        // Standard error is the last resort; when it fails there is nobody left to tell.
        let _ = self.clear();
        let _ = say::faults(std::slice::from_ref(fault), self.io.err);
    }

    fn progress(&mut self, so_far: Progress) -> io::Result<()> {
        let now = clock::wall();
        let due = |told| now.duration_since(told).abs() >= PROGRESS;
        if !self.look.progress || !self.told.is_none_or(due) || !self.is_silent(now)? {
            return Ok(());
        }
        let said = said(so_far);
        // Nobody is helped by a failure to say how far it is. A narrow terminal cuts it off: one line is wiped out.
        let _ = write!(self.io.err, "\r\x1b[K\x1b[?7l{said}\x1b[?7h");
        let _ = self.io.err.flush();
        self.told = Some(now);
        Ok(())
    }
}
