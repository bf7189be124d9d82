//! When the lines that stand at the end of a group came to AWS: what "lag" speaks of.
//!
//! A line that was ingested last need not be among the newest: agents send late. So it is asked of the lines that a
//! screen shows, not of all that have just come.

use crate::domain::log::{RawEvent, stands_at};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The lines of a screen.
const SCREEN: usize = 40;

/// The newest lines of a source.
#[derive(Debug, Default)]
pub struct Newest {
    /// Where they stand and when they were ingested, the oldest first; milliseconds since 1970.
    lines: BinaryHeap<Reverse<(i64, i64)>>,
}

impl Newest {
    /// Takes in lines that have come, in about the order of their time. Answers with the latest ingestion of the
    /// newest lines, or `None` where none of these lines is among them.
    pub fn add(&mut self, came: &[RawEvent]) -> Option<i64> {
        let mut any = false;
        for event in came.iter().rev() {
            let stands = stands_at(event.timestamp, event.ingested);
            any |= self.put((stands, event.ingested));
        }
        let ingested = self.lines.iter().map(|Reverse((_, at))| *at);
        ingested.max().filter(|_| any)
    }

    fn put(&mut self, line: (i64, i64)) -> bool {
        if self.lines.len() < SCREEN {
            self.lines.push(Reverse(line));
            return true;
        }
        match self.lines.peek_mut() {
            Some(mut oldest) if oldest.0 < line => {
                *oldest = Reverse(line);
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::chunk::tests::event;
    use super::*;

    fn ingested(at: i64, ingested: i64) -> RawEvent {
        RawEvent {
            ingested,
            ..event(at, "x")
        }
    }

    #[test]
    fn a_late_line_that_no_screen_shows_is_not_what_the_lag_is_about() {
        let mut newest = Newest::default();
        let mut came: Vec<RawEvent> = (0..100).map(|n| ingested(n, 1_000 + n)).collect();
        came[3].ingested = 5_000;
        assert_eq!(newest.add(&came), Some(1_099));
        assert_eq!(newest.add(&[ingested(5, 6_000)]), None);
        assert_eq!(newest.add(&[ingested(70, 7_000)]), Some(7_000));
        assert_eq!(newest.add(&[]), None);
    }

    #[test]
    fn a_producer_with_a_fast_clock_does_not_stand_for_all() {
        let mut newest = Newest::default();
        let ahead: Vec<RawEvent> = (0..50).map(|n| ingested(7_200_000 + n, 1_000)).collect();
        newest.add(&ahead);
        assert_eq!(newest.add(&[ingested(2_000, 2_500)]), Some(2_500));
    }

    #[test]
    fn a_line_of_the_screen_counts_though_pages_came_after_it() {
        let mut newest = Newest::default();
        newest.add(&[ingested(1, 9_000)]);
        assert_eq!(newest.add(&[ingested(2, 8_000)]), Some(9_000));
        let many: Vec<RawEvent> = (3..43).map(|at| ingested(at, 8_500)).collect();
        assert_eq!(newest.add(&many), Some(8_500));
    }
}
