//! A filter for an output that is written once: a stack trace that came as many
//! events is let through, or not, together with its head, as on the screen.
//!
//! A line is decided once nothing more can go on under its head, or when whoever
//! waits for it wants it decided.

use super::chunk::{Chunk, Line};
use super::filter::Filter;
use super::folds::{APART, Open};
use crate::domain::ids::LogStream;
use crate::domain::log::TailSource;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Lines that wait for what may still go on under one: beyond, all are decided.
const MOST: usize = 100_000;
/// Heads between two looks for groups that are over.
const TIDY: u64 = 4_096;

/// A line and its place in its chunk.
pub type Place = (Arc<Chunk>, usize);

/// A head and what has come under it.
#[derive(Debug)]
struct Group {
    lines: Vec<Place>,
    /// When the last of them was written, in milliseconds since 1970.
    last: i64,
    /// Nothing more goes on under it.
    closed: bool,
    /// Of its lines so many are not decided yet.
    waiting: usize,
    /// What the filter says of all lines so far.
    passes: Option<bool>,
}

/// The last head of a stream, and the number of its group.
type Last = (Open, u64);

/// Lines on their way through a filter, in the order they came.
#[derive(Debug, Default)]
pub struct Sieve {
    filter: Filter,
    open: HashMap<(Arc<TailSource>, LogStream), Last>,
    groups: HashMap<u64, Group>,
    /// Each line with the number of its group.
    queue: VecDeque<(Place, u64)>,
    next: u64,
    /// The newest time of a line, in milliseconds since 1970.
    newest: i64,
    decides: bool,
}

impl Sieve {
    /// Lets through what passes.
    pub fn of(filter: Filter) -> Self {
        Self {
            filter,
            newest: i64::MIN,
            ..Self::default()
        }
    }

    /// Whether everything passes.
    pub fn is_open(&self) -> bool {
        self.filter.is_empty()
    }

    /// The next line. Lines come about in the order of time.
    pub fn push(&mut self, (chunk, number): Place) {
        let Some(line) = chunk.lines().get(number) else {
            return;
        };
        let at = line.stands_at();
        self.newest = self.newest.max(at);
        let group = self.group_of(&chunk, line);
        let known = self.groups.entry(group).or_insert_with(|| Group {
            lines: Vec::with_capacity(1),
            last: at,
            closed: false,
            waiting: 0,
            passes: None,
        });
        known.last = at;
        known.waiting += 1;
        known.passes = None;
        known.lines.push((chunk.clone(), number));
        let is_head = known.lines.len() == 1;
        self.queue.push_back(((chunk, number), group));
        if self.queue.len() > MOST {
            self.decide();
        }
        if is_head && group.is_multiple_of(TIDY) {
            self.tidy();
        }
    }

    /// The next line that passes, where it is decided.
    pub fn pop(&mut self) -> Option<Place> {
        while let Some((_, number)) = self.queue.front() {
            let group = self.groups.get_mut(number)?;
            if !self.decides && !group.is_over(self.newest) {
                return None;
            }
            let passes = group.passes(&self.filter);
            group.waiting -= 1;
            let (place, number) = self.queue.pop_front()?;
            self.drop_if_done(number);
            if passes {
                return Some(place);
            }
        }
        if std::mem::take(&mut self.decides) {
            self.tidy();
        }
        None
    }

    /// Decides all lines by what has come so far. A line that goes on later shows itself where its group then passes.
    pub fn decide(&mut self) {
        self.decides = true;
    }

    fn group_of(&mut self, chunk: &Chunk, line: &Line) -> u64 {
        let stream = chunk.streams.get(line.stream()).cloned();
        let key = (chunk.source.clone(), stream.unwrap_or_else(|| "".into()));
        if let Some((open, group)) = self.open.get_mut(&key)
            && open.goes_on(chunk, line, 0)
        {
            return *group;
        }
        self.next += 1;
        let before = self.open.insert(key, (Open::alone(line), self.next));
        if let Some((_, before)) = before {
            if let Some(group) = self.groups.get_mut(&before) {
                group.closed = true;
            }
            self.drop_if_done(before);
        }
        self.next
    }

    fn drop_if_done(&mut self, number: u64) {
        let done = |group: &Group| group.closed && group.waiting == 0;
        if self.groups.get(&number).is_some_and(done) {
            self.groups.remove(&number);
        }
    }

    /// Forgets the groups of streams that are silent: they keep their chunks in memory.
    fn tidy(&mut self) {
        let (newest, groups) = (self.newest, &mut self.groups);
        self.open.retain(|_, (_, number)| {
            let Some(group) = groups.get_mut(number) else {
                return false;
            };
            group.closed = group.is_over(newest);
            !group.closed
        });
        groups.retain(|_, group| !group.closed || group.waiting > 0);
    }
}

impl Group {
    fn is_over(&self, newest: i64) -> bool {
        self.closed || newest.saturating_sub(self.last) > APART
    }

    fn passes(&mut self, filter: &Filter) -> bool {
        *self.passes.get_or_insert_with(|| {
            let lines: Vec<(&Chunk, &Line)> = self.lines.iter().filter_map(at).collect();
            filter.passes_any(&lines)
        })
    }
}

fn at((chunk, number): &Place) -> Option<(&Chunk, &Line)> {
    Some((chunk, chunk.lines().get(*number)?))
}

#[cfg(test)]
mod tests {
    use super::super::chunk::tests::{event, source};
    use super::super::ring::Ring;
    use super::*;
    use crate::domain::log::RawEvent;
    use proptest::prelude::*;

    /// Lines of streams of one group: time, stream, text.
    fn sealed(lines: &[(i64, &str, &str)]) -> Arc<Chunk> {
        let event = |(at, stream, text): &(i64, &str, &str)| RawEvent {
            stream: (*stream).into(),
            ..event(*at, text)
        };
        let events: Vec<RawEvent> = lines.iter().map(event).collect();
        Arc::new(Chunk::seal(&source("g"), &events).remove(0))
    }

    fn sieve(filter: &str) -> Sieve {
        Sieve::of(Filter::parse(filter).unwrap())
    }

    fn push(sieve: &mut Sieve, lines: &[(i64, &str, &str)]) {
        let chunk = sealed(lines);
        for line in 0..chunk.lines().len() {
            sieve.push((chunk.clone(), line));
        }
    }

    fn out(sieve: &mut Sieve) -> Vec<String> {
        let lines = std::iter::from_fn(|| sieve.pop());
        lines
            .map(|(chunk, line)| chunk.text(&chunk.lines()[line]).trim().to_owned())
            .collect()
    }

    const TRACE: [(i64, &str, &str); 5] = [
        (1, "a", "ERROR boom"),
        (1, "b", "INFO calm"),
        (1, "a", "\tat x.Y(Z.java:3)"),
        (2, "a", "Caused by: deep trouble"),
        (3, "a", "INFO again"),
    ];

    #[test]
    fn a_trace_that_came_as_events_goes_with_its_head() {
        for filter in ["level>=error", "boom", "deep", "error y(z.java"] {
            let mut sieve = sieve(filter);
            push(&mut sieve, &TRACE);
            sieve.decide();
            let all = ["ERROR boom", "at x.Y(Z.java:3)", "Caused by: deep trouble"];
            assert_eq!(out(&mut sieve), all, "{filter}");
        }
        let mut sieve = sieve("!deep");
        push(&mut sieve, &TRACE);
        sieve.decide();
        assert_eq!(out(&mut sieve), ["INFO calm", "INFO again"]);
    }

    #[test]
    fn a_line_waits_until_nothing_can_go_on_under_it_and_no_longer() {
        let mut sieve = sieve("deep | again");
        push(&mut sieve, &TRACE[..3]);
        assert_eq!(out(&mut sieve), [""; 0]);
        push(&mut sieve, &TRACE[3..]);
        assert_eq!(out(&mut sieve), ["ERROR boom"], "the line of b may go on");
        push(&mut sieve, &[(2_002, "a", "INFO later")]);
        let rest = ["at x.Y(Z.java:3)", "Caused by: deep trouble", "INFO again"];
        assert_eq!(out(&mut sieve), rest);
        sieve.decide();
        assert_eq!(out(&mut sieve), [""; 0]);
        assert_eq!((sieve.open.len(), sieve.groups.len()), (1, 1));
    }

    #[test]
    fn what_goes_on_after_its_head_was_decided_is_asked_with_it() {
        let mut sieve = sieve("error");
        push(&mut sieve, &TRACE[..1]);
        sieve.decide();
        assert_eq!(out(&mut sieve), ["ERROR boom"]);
        push(&mut sieve, &[(1, "a", "\tat x.Y(Z.java:3)"), (5, "b", "x")]);
        sieve.decide();
        assert_eq!(out(&mut sieve), ["at x.Y(Z.java:3)"]);
    }

    proptest! {
        #[test]
        fn it_lets_through_what_the_screen_shows(lines in prop::collection::vec((0_i64..1_500, 0_usize..2, 0_usize..6), 1..40), cut in 0_usize..40, filter in 0_usize..4) {
            const TEXTS: [&str; 6] = ["ERROR boom", "\tat x.Y(Z.java:3)", "Traceback (most recent call last):", "ValueError: odd", "INFO calm", "Caused by: deep"];
            let filter = ["level>=error", "odd", "!deep", "calm deep"][filter];
            let (mut at, mut all) = (0, Vec::new());
            for (pause, stream, text) in &lines {
                at += pause;
                all.push((at, ["a", "b"][*stream], TEXTS[*text]));
            }
            let mut sieve = sieve(filter);
            let mut ring = Ring::new(1 << 20);
            ring.set_filter(Filter::parse(filter).unwrap());
            let mut found = Vec::new();
            for part in [&all[..cut.min(all.len())], &all[cut.min(all.len())..]] {
                if !part.is_empty() {
                    ring.push(sealed(part));
                    push(&mut sieve, part);
                    found.extend(out(&mut sieve));
                }
            }
            sieve.decide();
            found.extend(out(&mut sieve));
            let shown = ring.shown().iter().flat_map(|head| std::iter::once(head).chain(ring.lines_under(head)));
            let mut shown: Vec<_> = shown.collect();
            shown.sort();
            let shown: Vec<String> = shown.iter().map(|e| ring.line(e).map(|(chunk, line)| chunk.text(line).trim().to_owned()).unwrap()).collect();
            prop_assert_eq!(found, shown);
        }
    }
}
