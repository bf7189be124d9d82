//! What is kept of the logs: chunks up to a number of bytes, and exact counts of
//! what came and what fell out.

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
        }
    }

    /// Takes in a chunk; what no longer fits falls out, oldest arrival first. Answers how many lines are shown more.
    pub fn push(&mut self, chunk: Arc<Chunk>) -> usize {
        let number = self.first + self.chunks.len() as u32;
        self.bytes += chunk.bytes();
        self.arrived += chunk.lines().len() as u64;
        let heads = self
            .folder
            .fold(number, &chunk, self.first, &mut self.folds);
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
        let passing = passes(&self.filter, &head, self.folds.under(&head), |e| {
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
        }
    }

    fn forget(&mut self, number: u32, chunk: &Chunk) {
        let times = chunk.lines().iter().map(|line| line.at);
        let newest = times.max().unwrap_or_default();
        Arc::make_mut(&mut self.all).forget(number, newest);
        if !self.passing.is_empty() {
            Arc::make_mut(&mut self.passing).forget(number, newest);
        }
        if self.folds.is_empty() {
            return;
        }
        let heads = Arc::make_mut(&mut self.folds).forget(number);
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
            ..Self::new(self.cap)
        };
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::chunk::tests::{event, source};
    use super::*;
    use proptest::prelude::*;

    pub(super) fn chunk(lines: &[(i64, &str)]) -> Arc<Chunk> {
        let events: Vec<_> = lines.iter().map(|(at, text)| event(*at, text)).collect();
        Arc::new(Chunk::seal(&source("g"), &events).remove(0))
    }

    fn texts(ring: &Ring) -> Vec<String> {
        ring.shown()
            .iter()
            .filter_map(|e| ring.line(e))
            .map(|(chunk, line)| chunk.text(line).into_owned())
            .collect()
    }

    #[test]
    fn late_lines_of_another_source_stand_where_their_time_puts_them() {
        let mut ring = Ring::new(1 << 20);
        ring.push(chunk(&[(1, "a"), (4, "d")]));
        ring.push(chunk(&[(2, "b"), (3, "c")]));
        assert_eq!(texts(&ring), ["a", "b", "c", "d"]);
    }

    #[test]
    fn the_filter_holds_for_what_is_there_and_for_what_comes() {
        let mut ring = Ring::new(1 << 20);
        ring.push(chunk(&[(1, "apple"), (2, "pear")]));
        ring.set_filter(Filter::parse("apple").unwrap());
        ring.push(chunk(&[(0, "an apple"), (3, "plum")]));
        assert_eq!(texts(&ring), ["an apple", "apple"]);
        ring.set_filter(Filter::default());
        assert_eq!(texts(&ring), ["an apple", "apple", "pear", "plum"]);
    }

    #[test]
    fn the_newest_chunk_stays_even_when_it_alone_is_too_large() {
        let mut ring = Ring::new(10);
        ring.push(chunk(&[(1, "a")]));
        ring.push(chunk(&[(2, "b"), (3, "c")]));
        assert_eq!(
            (texts(&ring), ring.aged()),
            (vec!["b".to_owned(), "c".to_owned()], 1)
        );
    }

    #[test]
    fn an_entry_of_a_line_that_fell_out_finds_nothing() {
        let mut ring = Ring::new(10);
        ring.push(chunk(&[(1, "a")]));
        let first = *ring.shown().get(0).unwrap();
        ring.push(chunk(&[(2, "b")]));
        assert!(ring.line(&first).is_none());
    }

    fn of(stream: &str, lines: &[(i64, &str)]) -> Arc<Chunk> {
        let events: Vec<_> = lines
            .iter()
            .map(|(at, text)| crate::domain::log::RawEvent {
                stream: stream.into(),
                ..event(*at, text)
            })
            .collect();
        Arc::new(Chunk::seal(&source("g"), &events).remove(0))
    }

    fn under(ring: &Ring, place: usize) -> Vec<String> {
        let head = ring.shown().get(place).unwrap();
        let lines = ring.lines_under(head).iter().filter_map(|e| ring.line(e));
        lines
            .map(|(chunk, line)| chunk.text(line).trim().to_owned())
            .collect()
    }

    #[test]
    fn a_stack_trace_of_many_events_is_one_line() {
        let mut ring = Ring::new(1 << 20);
        ring.push(of("a", &[(1, "ERROR boom"), (1, "\tat x.Y(Z.java:3)")]));
        ring.push(of("b", &[(1, "INFO calm")]));
        ring.push(of(
            "a",
            &[(2, "Caused by: no"), (2, "\t... 12 more"), (3, "INFO next")],
        ));
        assert_eq!(texts(&ring), ["ERROR boom", "INFO calm", "INFO next"]);
        assert_eq!(
            under(&ring, 0),
            ["at x.Y(Z.java:3)", "Caused by: no", "... 12 more"]
        );
        assert_eq!(ring.held(), 6);
    }

    #[test]
    fn a_traceback_ends_with_the_line_that_names_the_error() {
        let mut ring = Ring::new(1 << 20);
        let lines = [
            (1, "ERROR failed"),
            (1, "Traceback (most recent call last):"),
            (1, "  File \"x.py\", line 3"),
            (1, "ValueError: bad"),
            (2, "ValueError: alone"),
        ];
        ring.push(of("a", &lines[..4]));
        ring.push(of("b", &lines[4..]));
        assert_eq!(texts(&ring), ["ERROR failed", "ValueError: alone"]);
    }

    #[test]
    fn what_goes_on_nothing_or_comes_much_later_stands_for_itself() {
        let mut ring = Ring::new(1 << 20);
        ring.push(of("a", &[(1, "\tat x.Y(Z.java:3)")]));
        ring.push(of("a", &[(9_000, "  indented")]));
        assert_eq!(ring.shown().len(), 2);
    }

    #[test]
    fn a_filter_that_hits_a_folded_line_shows_its_head() {
        let mut ring = Ring::new(1 << 20);
        ring.push(of(
            "a",
            &[
                (1, "ERROR boom"),
                (1, "\tat x.Y(Z.java:3)"),
                (2, "INFO calm"),
            ],
        ));
        ring.set_filter(Filter::parse("z.java").unwrap());
        assert_eq!(texts(&ring), ["ERROR boom"]);
        ring.set_filter(Filter::parse("deep").unwrap());
        assert!(ring.shown().is_empty());
        ring.push(of("b", &[(3, "ERROR other")]));
        assert_eq!(ring.push(of("b", &[(3, "\tat deep.Y(Z.java:3)")])), 1);
        assert_eq!(texts(&ring), ["ERROR other"]);
        ring.set_filter(Filter::parse("!deep").unwrap());
        assert_eq!(texts(&ring), ["ERROR boom", "INFO calm"]);
    }

    #[test]
    fn what_is_left_of_a_trace_stands_for_itself_when_its_head_fell_out() {
        let mut ring = Ring::new(10);
        ring.push(of("a", &[(1, "ERROR boom")]));
        ring.push(of(
            "a",
            &[(1, "\tat x.Y(Z.java:3)"), (1, "\tat x.A(Z.java:4)")],
        ));
        assert_eq!(ring.shown().len(), 1);
        assert_eq!(texts(&ring), ["        at x.Y(Z.java:3)"]);
        assert_eq!(under(&ring, 0), ["at x.A(Z.java:4)"]);
    }

    #[test]
    fn a_worker_filters_while_lines_come() {
        let mut ring = Ring::new(1 << 20);
        ring.push(of("a", &[(1, "apple"), (3, "pear")]));
        let (snapshot, filter) = (ring.snapshot(), Filter::parse("apple").unwrap());
        ring.push(of("a", &[(2, "apple two"), (4, "plum")]));
        let order = snapshot.filter(&filter);
        assert!(ring.adopt(&snapshot, filter.clone(), order.clone()));
        assert_eq!(texts(&ring), ["apple", "apple two"]);
        assert!(
            !ring.adopt(&snapshot, filter, order),
            "the generation is over"
        );
    }

    #[test]
    fn what_a_worker_found_is_taken_though_lines_fell_out_meanwhile() {
        let mut ring = Ring::new(1 << 20);
        ring.push(of("a", &[(1, "ERROR boom")]));
        ring.push(of(
            "a",
            &[
                (1, "\tat apple.Y(Z.java:3)"),
                (2, "pear"),
                (3, "apple three"),
            ],
        ));
        let (snapshot, filter) = (ring.snapshot(), Filter::parse("apple").unwrap());
        let order = snapshot.filter(&filter);
        ring.push(of("b", &[(4, "apple four")]));
        ring.cap = ring.bytes() - 1;
        ring.shed();
        assert_eq!(ring.chunks.len(), 2);
        assert!(ring.adopt(&snapshot, filter, order));
        assert_eq!(
            texts(&ring),
            ["        at apple.Y(Z.java:3)", "apple three", "apple four"]
        );
    }

    #[test]
    fn nothing_of_before_is_found_after_a_clear() {
        let mut ring = Ring::new(1 << 20);
        ring.push(chunk(&[(1, "a")]));
        let (old, snapshot) = (*ring.shown().get(0).unwrap(), ring.snapshot());
        ring.clear();
        ring.push(chunk(&[(1, "b")]));
        assert!(ring.line(&old).is_none());
        assert!(!ring.adopt(&snapshot, Filter::default(), Order::default()));
    }

    #[test]
    fn a_thousand_streams_and_clocks_that_jump_are_no_trouble() {
        let mut ring = Ring::new(1 << 22);
        for n in 0..1_000_i64 {
            let at = [n, i64::MAX, i64::MIN, 0][n as usize % 4];
            ring.push(of(
                &format!("s{n}"),
                &[(at, "x"), (at, "\tat x.Y(Z.java:3)")],
            ));
        }
        assert_eq!((ring.shown().len(), ring.held()), (1_000, 2_000));
        assert!(ring.shown().iter().is_sorted());
    }

    proptest! {
        #[test]
        fn accounts_are_exact(sizes in prop::collection::vec((1_usize..20, 0_i64..100), 1..60), cap in 200_usize..9_000, filtered in any::<bool>()) {
            let mut ring = Ring::new(cap);
            ring.set_filter(Filter::parse(if filtered { "x1" } else { "" }).unwrap());
            let mut sent = 0;
            for (count, at) in sizes {
                let lines: Vec<(i64, String)> = (0..count).map(|n| (at + n as i64, format!("{}x{n}", if (n + count) % 3 == 0 { "  " } else { "" }))).collect();
                ring.push(chunk(&lines.iter().map(|(at, text)| (*at, text.as_str())).collect::<Vec<_>>()));
                sent += count as u64;
                prop_assert_eq!(ring.arrived(), sent);
                prop_assert_eq!(ring.held() as u64 + ring.aged(), sent);
                prop_assert_eq!(ring.held(), ring.chunks.iter().map(|c| c.lines().len()).sum::<usize>());
                let folded: usize = ring.all.iter().map(|head| ring.lines_under(head).len()).sum();
                prop_assert_eq!(ring.all.len() + folded, ring.held());
                prop_assert_eq!(ring.bytes - ring.chunks.iter().map(|c| c.bytes()).sum::<usize>(), 0);
                prop_assert!(ring.bytes() <= cap || ring.chunks.len() == 1);
                let held: Vec<Entry> = ring.all.iter().copied().collect();
                prop_assert!(held.is_sorted());
                let expected: Vec<Entry> = held.into_iter().filter(|e| passes(&ring.filter, e, ring.lines_under(e), |e| ring.line(e))).collect();
                prop_assert!(ring.shown().iter().eq(expected.iter()));
            }
        }
    }
}
