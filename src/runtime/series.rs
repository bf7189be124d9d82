//! Series by metric, kept for a minute: scrolling does not pay for them again.

use crate::domain::metrics::{Metric, Series};
use std::collections::HashMap;
use std::time::Duration;

/// A little less than the pace of metrics, so that a regular poll asks for all.
const FRESH: Duration = Duration::from_secs(55);

/// What nobody asked for in so long is forgotten.
const FORGET: Duration = Duration::from_mins(10);

/// Series with the time they were asked for. Pure: time is passed in.
#[derive(Debug, Default)]
pub struct SeriesBook(HashMap<Metric, (Duration, Series)>);

impl SeriesBook {
    /// Those of `metrics` that have to be asked for.
    pub fn missing(&self, metrics: &[Metric], now: Duration) -> Vec<Metric> {
        let fresh = |m: &Metric| {
            self.0
                .get(m)
                .is_some_and(|(at, _)| now.saturating_sub(*at) < FRESH)
        };
        metrics.iter().filter(|m| !fresh(m)).cloned().collect()
    }

    /// Keeps what was found.
    pub fn keep(&mut self, found: Vec<Series>, now: Duration) {
        self.0.retain(|_, (at, _)| now.saturating_sub(*at) < FORGET);
        self.0.extend(
            found
                .into_iter()
                .map(|series| (series.metric.clone(), (now, series))),
        );
    }

    /// The series of `metrics`, in order, as far as they are known.
    pub fn of(&self, metrics: &[Metric]) -> Vec<Series> {
        metrics
            .iter()
            .filter_map(|m| self.0.get(m))
            .map(|(_, series)| series.clone())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ecs::ServiceRef;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn metric(service: &str) -> Metric {
        Metric::ServiceCpu(ServiceRef {
            cluster: "orchard".into(),
            service: service.into(),
        })
    }

    fn series(service: &str) -> Series {
        Series {
            metric: metric(service),
            points: Vec::new(),
            incomplete: false,
        }
    }

    #[test]
    fn scrolling_asks_only_for_what_was_not_asked_in_this_minute() {
        let mut book = SeriesBook::default();
        book.keep(vec![series("a"), series("b")], S(0));
        assert_eq!(
            book.missing(&[metric("b"), metric("c")], S(30)),
            [metric("c")]
        );
        book.keep(vec![series("c")], S(30));
        assert_eq!(
            book.of(&[metric("b"), metric("c")]),
            [series("b"), series("c")]
        );
    }

    #[test]
    fn after_a_minute_all_are_asked_again() {
        let mut book = SeriesBook::default();
        book.keep(vec![series("a")], S(0));
        assert_eq!(book.missing(&[metric("a")], S(60)), [metric("a")]);
    }
}
