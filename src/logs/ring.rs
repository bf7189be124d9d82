//! What is kept of the logs: chunks up to a number of bytes, and exact counts of
//! what came and what fell out.

mod border;
mod part;
mod reach;

use super::chunk::{Chunk, Line};
use super::filter::Filter;
use super::folds::{Folder, Folds};
use super::order::{Entry, Order};
use super::snapshot::{Snapshot, passes};
use std::collections::VecDeque;
use std::sync::Arc;

/// Lines in memory, those shown, and what is gone.
#[derive(Debug)]
pub struct Ring {
    cap: usize,
    chunks: VecDeque<Arc<Chunk>>,
    /// The number of the first chunk that is still here; numbers are never used again.
    first: u32,
    /// The lines that stand for themselves; what is folded under one of them stands in `folds`.
    all: Arc<Order>,
    folds: Arc<Folds>,
    folder: Folder,
    filter: Filter,
    /// The lines that pass the filter; unused while there is none.
    passing: Arc<Order>,
    /// Of the chunks.
    bytes: usize,
    arrived: u64,
    aged: u64,
    generation: u64,
    /// Lines that became heads in this generation, because the one they were under fell out.
    risen: Vec<Entry>,
    /// Of a ring of live lines: nothing older stands in the order, because not everything older is here.
    border: Option<i64>,
    /// Lines that were taken out of the order because a span was left out behind them.
    left: u64,
    /// The border stands at such a span, not at what fell out.
    gap: bool,
}

impl Ring {
    /// An empty ring that holds at most `cap` bytes; the newest chunk always stays.
    pub fn new(cap: usize) -> Self {
        Self {
            cap,
            chunks: VecDeque::new(),
            first: 0,
            all: Arc::default(),
            folds: Arc::default(),
            folder: Folder::default(),
            filter: Filter::default(),
            passing: Arc::default(),
            bytes: 0,
            arrived: 0,
            aged: 0,
            generation: 0,
            risen: Vec::new(),
            border: None,
            left: 0,
            gap: false,
        }
    }

    /// Takes in a chunk; what no longer fits falls out, oldest arrival first. Answers how many lines are shown more.
    pub fn push(&mut self, chunk: Arc<Chunk>) -> usize {
        let number = self.next();
        self.bytes += chunk.bytes();
        self.arrived += chunk.lines().len() as u64;
        let heads = self
            .folder
            .fold(number, &chunk, self.first, &mut self.folds);
        let heads = self.within(heads);
        self.chunks.push_back(chunk);
        let shown = self.choose(number, &heads);
        Arc::make_mut(&mut self.all).merge(heads);
        self.shed();
        shown
    }

    /// Shows the new lines that pass; a head whose folded lines grew is asked again.
    fn choose(&mut self, number: u32, heads: &[Entry]) -> usize {
        if self.filter.is_empty() {
            return heads.len();
        }
        let chunk = &self.chunks[(number - self.first) as usize];
        let selected = self.filter.select(chunk);
        let alone = |e: &&Entry| selected.has(e.line as usize);
        let passing: Vec<Entry> = heads.iter().filter(alone).copied().collect();
        let before = self.passing.len();
        Arc::make_mut(&mut self.passing).merge(passing);
        self.ask_again(number);
        self.passing.len().saturating_sub(before)
    }

    fn ask_again(&mut self, number: u32) {
        let grew = |under: &[Entry]| under.last().is_some_and(|last| last.chunk >= number);
        let groups = self.folds.groups().filter(|(_, under)| grew(under));
        let heads: Vec<Entry> = groups.map(|(head, _)| *head).collect();
        for head in heads {
            self.ask(head);
        }
    }

    /// Whether a head is shown, with what is folded under it.
    fn ask(&mut self, head: Entry) {
        let passing = self.is_within(&head)
            && passes(&self.filter, &head, self.folds.under(&head), |e| {
                self.line(e)
            });
        let order = Arc::make_mut(&mut self.passing);
        if passing {
            order.insert(head);
        } else {
            order.remove(&head);
        }
    }

    fn shed(&mut self) {
        while self.bytes() > self.cap && self.chunks.len() > 1 {
            let Some(oldest) = self.chunks.pop_front() else {
                return;
            };
            self.bytes -= oldest.bytes();
            self.aged += oldest.lines().len() as u64;
            self.forget(self.first, &oldest);
            self.first += 1;
            self.raise_past(&oldest);
        }
    }

    fn forget(&mut self, number: u32, chunk: &Chunk) {
        let times = chunk.lines().iter().map(Line::stands_at);
        let newest = times.max().unwrap_or_default();
        Arc::make_mut(&mut self.all).forget(number, newest);
        if !self.passing.is_empty() {
            Arc::make_mut(&mut self.passing).forget(number, newest);
        }
        if self.folds.is_empty() {
            return;
        }
        let heads = Arc::make_mut(&mut self.folds).forget(number);
        let heads = self.within(heads);
        for head in &heads {
            Arc::make_mut(&mut self.all).insert(*head);
            if !self.filter.is_empty() {
                self.ask(*head);
            }
        }
        self.risen.retain(|head| head.chunk > number);
        self.risen.extend(heads);
    }

    /// Chooses what is shown, at once; for a filter that takes long see [`Snapshot::filter`].
    pub fn set_filter(&mut self, filter: Filter) {
        let order = if filter.is_empty() {
            Order::default()
        } else {
            self.snapshot().filter(&filter)
        };
        self.choose_filter(filter, order);
    }

    fn choose_filter(&mut self, filter: Filter, order: Order) {
        self.filter = filter;
        self.passing = Arc::new(order);
        self.risen.clear();
        self.generation += 1;
    }

    /// Takes what a worker found for a filter, and mends it by what came and went meanwhile. Not taken, and `false`,
    /// where another filter was chosen since, or everything was forgotten: then it is to be done again.
    pub fn adopt(&mut self, snapshot: &Snapshot, filter: Filter, mut order: Order) -> bool {
        if snapshot.generation != self.generation {
            return false;
        }
        if filter.is_empty() {
            order = Order::default();
        }
        order.keep_from(self.first);
        if let Some(border) = self.border {
            order.take_before(border);
        }
        let risen = std::mem::take(&mut self.risen);
        self.choose_filter(filter, order);
        if !self.filter.is_empty() {
            self.choose_since(snapshot.next());
            for head in risen {
                self.ask(head);
            }
        }
        true
    }

    fn choose_since(&mut self, first: u32) {
        let fresh = |e: &&Entry| e.chunk >= first;
        let fresh: Vec<Entry> = self.all.iter().filter(fresh).copied().collect();
        let next = self.first + self.chunks.len() as u32;
        for number in first.max(self.first)..next {
            let of_it = |e: &&Entry| e.chunk == number;
            let heads: Vec<Entry> = fresh.iter().filter(of_it).copied().collect();
            self.choose(number, &heads);
        }
    }

    /// The ring as it is now, for a worker.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            chunks: self.chunks.iter().cloned().collect(),
            first: self.first,
            all: self.all.clone(),
            shown: self.shown_shared().clone(),
            folds: self.folds.clone(),
            generation: self.generation,
        }
    }

    /// Changes whenever other lines are chosen: by a filter, or because everything was forgotten. What a worker found
    /// in another generation is stale.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The filter in force.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// The lines that are shown, in the order of time.
    pub fn shown(&self) -> &Order {
        self.shown_shared()
    }

    fn shown_shared(&self) -> &Arc<Order> {
        if self.filter.is_empty() {
            &self.all
        } else {
            &self.passing
        }
    }

    /// A line, unless it fell out.
    pub fn line(&self, entry: &Entry) -> Option<(&Arc<Chunk>, &Line)> {
        let place = entry.chunk.checked_sub(self.first)? as usize;
        let chunk = self.chunks.get(place)?;
        Some((chunk, chunk.lines().get(entry.line as usize)?))
    }

    /// The lines folded under a shown one, in the order they came: its stack trace.
    pub fn lines_under(&self, head: &Entry) -> &[Entry] {
        self.folds.under(head)
    }

    /// Lines in memory, shown or not, folded or not.
    pub fn held(&self) -> usize {
        (self.arrived - self.aged) as usize
    }

    /// Lines that ever came.
    pub fn arrived(&self) -> u64 {
        self.arrived
    }

    /// Lines that were read and have made room for newer ones.
    pub fn aged(&self) -> u64 {
        self.aged
    }

    /// Bytes in use: text, originals, metadata, order and folds.
    pub fn bytes(&self) -> usize {
        self.bytes + self.all.bytes() + self.passing.bytes() + self.folds.bytes()
    }

    /// Forgets everything but cap and filter.
    pub fn clear(&mut self) {
        *self = Self {
            filter: std::mem::take(&mut self.filter),
            first: self.first + self.chunks.len() as u32,
            generation: self.generation + 1,
            border: self.border.map(|_| i64::MIN),
            ..Self::new(self.cap)
        };
    }
}

#[cfg(test)]
pub(super) mod tests;
