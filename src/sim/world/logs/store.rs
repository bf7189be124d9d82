//! The events of a group by the second of their time: cheap to add to, cheap to
//! forget, and in the order in which AWS gives them.

use super::line::Line;
use std::collections::BTreeMap;

/// Where an event stands among all of its group: AWS sorts by time, then by ingestion, then by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Milliseconds since the epoch, as the writer says.
    pub at: i64,
    pub ingested: i64,
    /// No two of a group have the same.
    pub number: u64,
}

impl Place {
    /// Before everything of this millisecond.
    pub fn start(at: i64) -> Self {
        Self {
            at,
            ingested: i64::MIN,
            number: 0,
        }
    }
}

/// What an event says.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    Line(Line),
    Written(Box<str>),
}

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub place: Place,
    /// The stream's index in its group.
    pub stream: u32,
    pub body: Body,
}

impl Event {
    /// The message; `server` is who writes in this group.
    pub fn text(&self, server: &str) -> String {
        match &self.body {
            Body::Line(line) => line.text(self.place.at, server),
            Body::Written(text) => text.to_string(),
        }
    }

    fn owned(&self) -> usize {
        match &self.body {
            Body::Line(_) => 0,
            Body::Written(text) => text.len(),
        }
    }
}

/// The events of one second.
#[derive(Debug, Default)]
struct Second {
    events: Vec<Event>,
    sorted: bool,
    /// Bytes of texts that are kept.
    owned: usize,
}

impl Second {
    fn bytes(&self) -> usize {
        self.events.capacity() * size_of::<Event>() + self.owned
    }

    fn push(&mut self, event: Event) {
        self.sorted &= self
            .events
            .last()
            .is_none_or(|last| last.place < event.place);
        self.owned += event.owned();
        self.events.push(event);
    }

    fn sort(&mut self) {
        if !self.sorted {
            self.events.sort_by_key(|event| event.place);
            self.sorted = true;
        }
    }
}

/// All events of a group that are kept.
#[derive(Debug, Default)]
pub struct Store {
    seconds: BTreeMap<i64, Second>,
    bytes: usize,
    next: u64,
}

impl Store {
    /// What it takes in memory.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes in an event and gives it its number.
    pub fn push(&mut self, at: i64, ingested: i64, stream: u32, body: Body) {
        let place = Place {
            at,
            ingested,
            number: self.next,
        };
        self.next += 1;
        let second = self.seconds.entry(at.div_euclid(1000)).or_default();
        let before = second.bytes();
        second.push(Event {
            place,
            stream,
            body,
        });
        self.bytes = self.bytes + second.bytes() - before;
    }

    /// Gives back what a second before `now_ms` has reserved and does not need.
    pub fn settle(&mut self, now_ms: i64) {
        let Some(second) = self.seconds.get_mut(&(now_ms.div_euclid(1000) - 3)) else {
            return;
        };
        let before = second.bytes();
        second.events.shrink_to_fit();
        self.bytes = self.bytes + second.bytes() - before;
    }

    /// Forgets the oldest second; `false` where there is none.
    pub fn forget_oldest(&mut self) -> bool {
        let Some((_, second)) = self.seconds.pop_first() else {
            return false;
        };
        self.bytes -= second.bytes();
        true
    }

    /// Forgets everything before a time.
    pub fn forget_before(&mut self, at: i64) {
        while self
            .first()
            .is_some_and(|second| second < at.div_euclid(1000))
        {
            self.forget_oldest();
        }
    }

    fn first(&self) -> Option<i64> {
        self.seconds.first_key_value().map(|(second, _)| *second)
    }

    /// The events from a place on, up to and with the millisecond `to`, in order.
    pub fn range(&mut self, from: Place, to: i64) -> impl DoubleEndedIterator<Item = &Event> {
        let seconds = from.at.div_euclid(1000)..=to.div_euclid(1000).max(from.at.div_euclid(1000));
        for (_, second) in self.seconds.range_mut(seconds.clone()) {
            second.sort();
        }
        self.seconds.range(seconds).flat_map(move |(_, second)| {
            let start = second.events.partition_point(|event| event.place < from);
            let end = second.events.partition_point(|event| event.place.at <= to);
            second.events.get(start..end).unwrap_or_default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(text: &str) -> Body {
        Body::Written(text.into())
    }

    #[test]
    fn an_event_is_small() {
        assert!(size_of::<Event>() <= 96, "{}", size_of::<Event>());
    }

    #[test]
    fn what_comes_late_stands_where_its_time_is() {
        let mut store = Store::default();
        for (at, ingested) in [
            (5_000, 5_100),
            (5_900, 6_000),
            (5_100, 9_000),
            (7_000, 9_000),
        ] {
            store.push(at, ingested, 0, written("x"));
        }
        let times: Vec<i64> = store
            .range(Place::start(5_000), 6_999)
            .map(|e| e.place.at)
            .collect();
        assert_eq!(times, [5_000, 5_100, 5_900]);
        assert!(store.range(Place::start(9_000), 1_000).next().is_none());
    }

    #[test]
    fn nothing_is_left_when_all_is_forgotten() {
        let mut store = Store::default();
        for n in 0..1_000 {
            store.push(n * 37, n * 37, 0, written("some text"));
            store.settle(n * 37);
        }
        assert!(store.bytes() > 9_000);
        store.forget_before(20_000);
        assert!(store.range(Place::start(0), 19_999).next().is_none());
        while store.forget_oldest() {}
        assert_eq!(store.bytes(), 0);
    }

    proptest! {
        #[test]
        fn the_order_is_by_place_whatever_the_order_of_arrival(times in prop::collection::vec((0_i64..5_000, 0_i64..5_000), 0..80), from in 0_i64..5_000, to in 0_i64..5_000) {
            let mut store = Store::default();
            for (at, ingested) in &times {
                store.push(*at, *ingested, 0, written(""));
            }
            let found: Vec<Place> = store.range(Place::start(from), to).map(|e| e.place).collect();
            prop_assert!(found.windows(2).all(|pair| pair[0] < pair[1]));
            let expected = times.iter().filter(|(at, _)| (from..=to).contains(at)).count();
            prop_assert_eq!(found.len(), expected);
        }
    }
}
