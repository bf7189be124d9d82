//! Which lines are folded under which: a stack trace that came as many events is
//! one line on the screen.

use super::chunk::{Chunk, Line};
use super::fold;
use super::order::Entry;
use crate::domain::ids::LogStream;
use crate::domain::log::TailSource;
use std::collections::HashMap;
use std::sync::Arc;

/// Milliseconds between two lines that can still be one.
pub(super) const APART: i64 = 2_000;
/// Lines folded under one: the JVM prints the first 1,024 frames (`-XX:MaxJavaStackTraceDepth`), and what goes on for
/// longer is no trace.
const MOST: usize = 1_100;
/// Streams remembered; beyond, those that are over are forgotten.
const STREAMS: usize = 4_096;

/// The folded lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Folds {
    under: HashMap<Entry, Vec<Entry>>,
    head: HashMap<Entry, Entry>,
}

impl Folds {
    pub fn add(&mut self, head: Entry, line: Entry) {
        self.under.entry(head).or_default().push(line);
        self.head.insert(line, head);
    }

    pub fn is_empty(&self) -> bool {
        self.head.is_empty()
    }

    /// The lines under a head, in the order they came.
    pub fn under(&self, head: &Entry) -> &[Entry] {
        self.under.get(head).map_or(&[], Vec::as_slice)
    }

    /// The head a line is folded under; itself where it is not.
    pub fn head_of(&self, line: &Entry) -> Entry {
        self.head.get(line).copied().unwrap_or(*line)
    }

    /// Every head with its lines.
    pub fn groups(&self) -> impl Iterator<Item = (&Entry, &[Entry])> {
        self.under
            .iter()
            .map(|(head, lines)| (head, lines.as_slice()))
    }

    /// Forgets the lines of the oldest chunk. Lines of others that were folded under one of them are left: of each
    /// such group the first is the head now; those are told.
    pub fn forget(&mut self, chunk: u32) -> Vec<Entry> {
        self.head.retain(|line, _| line.chunk != chunk);
        let gone: Vec<Entry> = self
            .under
            .keys()
            .filter(|head| head.chunk == chunk)
            .copied()
            .collect();
        let orphans = gone.into_iter().filter_map(|head| self.under.remove(&head));
        let mut heads = Vec::new();
        for mut left in orphans.collect::<Vec<_>>() {
            left.retain(|line| line.chunk != chunk);
            heads.extend(self.succeed(left));
        }
        heads
    }

    /// Forgets what a chunk has under heads of others, which are told.
    pub fn unfold(&mut self, chunk: u32) -> Vec<Entry> {
        let mut left = Vec::new();
        self.under.retain(|head, lines| {
            let before = lines.len();
            lines.retain(|line| head.chunk == chunk || line.chunk != chunk);
            left.extend((lines.len() < before).then_some(*head));
            !lines.is_empty()
        });
        left
    }

    fn succeed(&mut self, mut group: Vec<Entry>) -> Option<Entry> {
        if group.is_empty() {
            return None;
        }
        let head = group.remove(0);
        self.head.remove(&head);
        for line in &group {
            self.head.insert(*line, head);
        }
        if !group.is_empty() {
            self.under.insert(head, group);
        }
        Some(head)
    }

    /// Forgets a head with all that is under it.
    pub fn drop_group(&mut self, head: &Entry) {
        for line in self.under.remove(head).into_iter().flatten() {
            self.head.remove(&line);
        }
    }

    /// Folded lines.
    pub fn len(&self) -> usize {
        self.head.len()
    }

    /// What it costs in memory.
    pub fn bytes(&self) -> usize {
        let each = size_of::<(Entry, Entry)>() + size_of::<Entry>() + 2;
        self.head.capacity() * each + self.under.capacity() * (size_of::<(Entry, Vec<Entry>)>() + 1)
    }
}

/// The last head of a stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    head: Entry,
    /// When the last line of it was written.
    last: i64,
    /// Something is folded under it already, or it is the head of a traceback: what may go on does.
    folding: bool,
    /// It tells of an error.
    bad: bool,
    /// The last line announced another traceback.
    chained: bool,
    /// Folded under it.
    lines: usize,
}

/// Decides line by line what goes on the line before it in its stream.
#[derive(Clone, Debug, Default)]
pub(super) struct Folder {
    open: HashMap<(Arc<TailSource>, LogStream), Open>,
}

impl Folder {
    /// Sorts the lines of a chunk into heads, which are told, and folded ones. `first` is the oldest chunk still
    /// there.
    pub fn fold(
        &mut self,
        number: u32,
        chunk: &Chunk,
        first: u32,
        folds: &mut Arc<Folds>,
    ) -> Vec<Entry> {
        let key = |stream: &LogStream| (chunk.source.clone(), stream.clone());
        let known = |stream| self.open.get(&key(stream)).copied();
        let mut open: Vec<Option<Open>> = chunk.streams.iter().map(known).collect();
        let mut heads = Vec::with_capacity(chunk.lines().len());
        for (line, place) in chunk.lines().iter().zip(0..) {
            let entry = Entry {
                at: line.stands_at(),
                chunk: number,
                line: place,
            };
            let before = &mut open[line.stream()];
            if let Some(before) = before
                && before.goes_on(chunk, line, first)
            {
                Arc::make_mut(folds).add(before.head, entry);
            } else {
                *before = Some(Open::at(entry, line));
                heads.push(entry);
            }
        }
        self.remember(chunk, open, first);
        heads
    }

    /// Nothing goes on under a line of these chunks.
    pub fn forget(&mut self, chunks: &[u32]) {
        self.open
            .retain(|_, open| !chunks.contains(&open.head.chunk));
    }

    fn remember(&mut self, chunk: &Chunk, open: Vec<Option<Open>>, first: u32) {
        for (stream, open) in chunk.streams.iter().zip(open) {
            let key = (chunk.source.clone(), stream.clone());
            self.open.extend(open.map(|open| (key, open)));
        }
        if self.open.len() > STREAMS {
            self.open.retain(|_, open| open.head.chunk >= first);
        }
    }
}

impl Open {
    fn at(head: Entry, line: &Line) -> Self {
        Self {
            head,
            last: head.at,
            folding: line.flags & Line::AFTER_ERROR == Line::AFTER_ERROR,
            bad: line.is_bad(),
            chained: false,
            lines: 0,
        }
    }

    /// Of a line that is in no ring.
    pub(super) fn alone(line: &Line) -> Self {
        let head = Entry {
            at: line.stands_at(),
            chunk: 0,
            line: 0,
        };
        Self::at(head, line)
    }

    /// Takes the next line of the stream under the head, where it goes on. `first`: the oldest chunk still there.
    #[inline]
    pub(super) fn goes_on(&mut self, chunk: &Chunk, line: &Line, first: u32) -> bool {
        let at = line.stands_at();
        if !self.takes(line, at, first) {
            return false;
        }
        self.last = at;
        self.lines += 1;
        self.folding = true;
        self.chained = fold::chains(chunk.clean(line)) || self.chained && line.length == 0;
        true
    }

    #[inline]
    fn takes(&self, line: &Line, at: i64, first: u32) -> bool {
        let goes_on = match line.flags & Line::AFTER_ERROR {
            Line::AFTER_ERROR => self.chained || self.bad && !self.folding,
            Line::CONTINUES => true,
            Line::MAY_CONTINUE => self.folding,
            _ => false,
        };
        goes_on
            && self.lines < MOST
            && self.head.chunk >= first
            && at >= self.head.at
            && at.saturating_sub(self.last) <= APART
    }
}
