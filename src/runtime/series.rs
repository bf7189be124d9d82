//! Series by metric, kept for a minute: scrolling does not pay for them again, be
//! they found or refused.

use crate::domain::fault::Fault;
use crate::domain::metrics::{Metric, Series};
use std::collections::HashMap;
use std::time::Duration;

/// A little less than the pace of metrics, so that a regular poll asks for all.
const FRESH: Duration = Duration::from_secs(55);

/// What nobody asked for in so long is forgotten.
const FORGET: Duration = Duration::from_mins(10);

/// Series with the time they were asked for. Pure: time is passed in.
#[derive(Debug, Default)]
pub struct SeriesBook {
    found: HashMap<Metric, (Duration, Series)>,
    refused: HashMap<Metric, (Duration, Fault)>,
}

impl SeriesBook {
    /// Those of `metrics` that have to be asked for.
    pub fn missing(&self, metrics: &[Metric], now: Duration) -> Vec<Metric> {
        let found = |m: &Metric| self.found.get(m).is_some_and(|(at, _)| fresh(*at, now));
        let known = |m: &Metric| found(m) || self.refusal(m, now).is_some();
        metrics.iter().filter(|m| !known(m)).cloned().collect()
    }

    /// Keeps what was found.
    pub fn keep(&mut self, found: Vec<Series>, now: Duration) {
        self.found
            .retain(|_, (at, _)| now.saturating_sub(*at) < FORGET);
        for series in found {
            self.refused.remove(&series.metric);
            self.found.insert(series.metric.clone(), (now, series));
        }
    }

    /// Remembers that these were asked for in vain.
    pub fn refuse(&mut self, metrics: &[Metric], fault: &Fault, now: Duration) {
        self.refused.retain(|_, (at, _)| fresh(*at, now));
        self.refused
            .extend(metrics.iter().map(|m| (m.clone(), (now, fault.clone()))));
    }

    /// Why some of `metrics` are not there, where they were asked for in this minute.
    pub fn fault(&self, metrics: &[Metric], now: Duration) -> Option<&Fault> {
        metrics.iter().find_map(|m| self.refusal(m, now))
    }

    fn refusal(&self, metric: &Metric, now: Duration) -> Option<&Fault> {
        let (at, fault) = self.refused.get(metric)?;
        fresh(*at, now).then_some(fault)
    }

    /// The series of `metrics`, in order, as far as they are known.
    pub fn of(&self, metrics: &[Metric]) -> Vec<Series> {
        metrics
            .iter()
            .filter_map(|m| self.found.get(m))
            .map(|(_, series)| series.clone())
            .collect()
    }
}

fn fresh(at: Duration, now: Duration) -> bool {
    now.saturating_sub(at) < FRESH
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ecs::ServiceRef;
    use crate::domain::fault::FaultKind;

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
    fn what_was_refused_is_not_asked_again_in_this_minute_and_keeps_its_reason() {
        let mut book = SeriesBook::default();
        book.refuse(
            &[metric("a")],
            &Fault::new(FaultKind::Denied, "not allowed"),
            S(0),
        );
        let both = [metric("a"), metric("b")];
        assert_eq!(book.missing(&both, S(30)), [metric("b")]);
        assert!(book.fault(&both, S(30)).is_some() && book.fault(&[metric("b")], S(30)).is_none());
        assert_eq!(book.missing(&[metric("a")], S(60)), [metric("a")]);
        book.keep(vec![series("a")], S(60));
        assert_eq!(book.fault(&both, S(60)), None);
    }

    #[test]
    fn after_a_minute_all_are_asked_again() {
        let mut book = SeriesBook::default();
        book.keep(vec![series("a")], S(0));
        assert_eq!(book.missing(&[metric("a")], S(60)), [metric("a")]);
    }
}
