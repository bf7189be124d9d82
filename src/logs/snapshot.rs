//! The ring at one moment, for a worker: cheap to take, never in the way of what
//! comes meanwhile.

use super::chunk::{Chunk, Line};
use super::filter::Filter;
use super::folds::Folds;
use super::order::{Entry, Order};
use std::collections::HashMap;
use std::sync::Arc;

/// Chunks, order and folds, shared.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(super) chunks: Vec<Arc<Chunk>>,
    /// The number of the first chunk.
    pub(super) first: u32,
    pub(super) all: Arc<Order>,
    pub(super) shown: Arc<Order>,
    pub(super) folds: Arc<Folds>,
    /// Which lines and which filter this is of; see [`super::ring::Ring::generation`].
    pub generation: u64,
}

impl Snapshot {
    /// The number that the next chunk to come has.
    pub(super) fn next(&self) -> u32 {
        self.first + self.chunks.len() as u32
    }

    /// A chunk by its number.
    pub(super) fn chunk(&self, number: u32) -> Option<&Arc<Chunk>> {
        self.chunks.get(number.checked_sub(self.first)? as usize)
    }

    /// A line of it.
    pub fn line(&self, entry: &Entry) -> Option<(&Arc<Chunk>, &Line)> {
        let chunk = self.chunk(entry.chunk)?;
        Some((chunk, chunk.lines().get(entry.line as usize)?))
    }

    /// The lines that a filter shows, in the order of time; [`super::ring::Ring::adopt`] takes it.
    pub fn filter(&self, filter: &Filter) -> Order {
        if filter.is_empty() {
            return (*self.all).clone();
        }
        let selected: Vec<_> = self
            .chunks
            .iter()
            .map(|chunk| filter.select(chunk))
            .collect();
        let alone =
            |entry: &Entry| selected[(entry.chunk - self.first) as usize].has(entry.line as usize);
        if self.folds.is_empty() {
            return self.all.filtered(alone);
        }
        let groups = self.groups(filter);
        let passes = |entry: &Entry| groups.get(entry).copied().unwrap_or_else(|| alone(entry));
        self.all.filtered(passes)
    }

    /// What a filter says of the heads with lines under them.
    fn groups(&self, filter: &Filter) -> HashMap<Entry, bool> {
        let groups = self.folds.groups();
        groups
            .map(|(head, under)| (*head, passes(filter, head, under, |entry| self.line(entry))))
            .collect()
    }
}

/// What a filter says of a head and the lines under it.
pub(super) fn passes<'c>(
    filter: &Filter,
    head: &Entry,
    under: &[Entry],
    line: impl Fn(&Entry) -> Option<(&'c Arc<Chunk>, &'c Line)>,
) -> bool {
    let lines = std::iter::once(head).chain(under).filter_map(line);
    let lines: Vec<(&Chunk, &Line)> = lines.map(|(chunk, line)| (&**chunk, line)).collect();
    filter.passes_any(&lines)
}
