//! What CloudWatch keeps: series of one-minute statistics, the last three hours of each.

mod spread;

use jiff::Timestamp;
use spread::Spread;
use std::collections::{HashMap, VecDeque};

/// One-minute points kept of a series: three hours, as many as the console ever asks for.
pub const KEPT: usize = 180;
/// Series kept; what clients publish beyond that is not.
pub const MOST: usize = 20_000;

/// A series' name as CloudWatch has it; dimensions in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub namespace: String,
    pub name: String,
    pub dimensions: Vec<(String, String)>,
}

impl Key {
    pub fn new(namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut dimensions: Vec<_> = dimensions.iter().map(own).collect();
        dimensions.sort();
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            dimensions,
        }
    }
}

/// The statistics of one minute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Minutes since the epoch.
    pub minute: i64,
    pub sum: f64,
    pub min: f64,
    pub max: f64,
    pub samples: u32,
}

impl Point {
    pub fn average(&self) -> f64 {
        self.sum / f64::from(self.samples.max(1))
    }
}

/// Short for a series: no look-up by name in each second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SeriesId(usize);

#[derive(Debug)]
struct Series {
    key: Key,
    points: VecDeque<Point>,
    /// How the samples lie, for percentiles; only where somebody wants them.
    spreads: Option<VecDeque<(i64, Spread)>>,
}

/// All series.
#[derive(Debug, Default)]
pub struct Metrics {
    ids: HashMap<Key, SeriesId>,
    series: Vec<Series>,
    /// Places that nobody has any more.
    free: Vec<usize>,
}

impl Metrics {
    /// The series of this name, made where it is new.
    pub fn series(&mut self, key: Key) -> SeriesId {
        if let Some(id) = self.ids.get(&key) {
            return *id;
        }
        let made = Series {
            key: key.clone(),
            points: VecDeque::new(),
            spreads: None,
        };
        let id = if let Some(place) = self.free.pop() {
            self.series[place] = made;
            SeriesId(place)
        } else {
            self.series.push(made);
            SeriesId(self.series.len() - 1)
        };
        self.ids.insert(key, id);
        id
    }

    /// Forgets a series whose subject is gone for good.
    pub fn forget(&mut self, key: &Key) {
        if let Some(SeriesId(place)) = self.ids.remove(key) {
            self.series[place].points = VecDeque::new();
            self.series[place].spreads = None;
            self.free.push(place);
        }
    }

    /// Keeps how the samples lie from now on, so that percentiles can be told.
    pub fn keep_spread(&mut self, id: SeriesId) {
        self.series[id.0].spreads.get_or_insert_default();
    }

    pub fn find(&self, key: &Key) -> Option<SeriesId> {
        self.ids.get(key).copied()
    }

    /// How many series there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Every series' name, in the order in which they came.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        let here = |(place, series): &(usize, &Series)| {
            self.ids.get(&series.key) == Some(&SeriesId(*place))
        };
        let all = self.series.iter().enumerate();
        all.filter(here).map(|(_, series)| &series.key)
    }

    /// Takes in one sample.
    pub fn record(&mut self, id: SeriesId, at: Timestamp, value: f64) {
        self.record_many(id, at, value, 1);
    }

    /// Takes in so many samples of the same value.
    pub fn record_many(&mut self, id: SeriesId, at: Timestamp, value: f64, samples: u32) {
        if samples == 0 || !value.is_finite() {
            return;
        }
        let point = Point {
            minute: at.as_second().div_euclid(60),
            sum: value * f64::from(samples),
            min: value,
            max: value,
            samples,
        };
        self.merge(id, point);
        if let Some(spreads) = &mut self.series[id.0].spreads {
            spread::add(spreads, point.minute, value, samples);
        }
    }

    /// Takes in the statistics of many samples.
    pub fn merge(&mut self, id: SeriesId, new: Point) {
        let points = &mut self.series[id.0].points;
        let place = points.partition_point(|point| point.minute < new.minute);
        match points.get_mut(place) {
            Some(point) if point.minute == new.minute => {
                point.sum += new.sum;
                point.min = point.min.min(new.min);
                point.max = point.max.max(new.max);
                point.samples = point.samples.saturating_add(new.samples);
            }
            _ => points.insert(place, new),
        }
        if points.len() > KEPT {
            points.pop_front();
        }
    }

    /// The points from `from` on, before `to`, oldest first.
    pub fn points(
        &self,
        id: SeriesId,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Iterator<Item = &Point> {
        let first = from.as_second().div_euclid(60);
        let end = to.as_second();
        let points = &self.series[id.0].points;
        let start = points.partition_point(|point| point.minute < first);
        points
            .range(start..)
            .take_while(move |point| point.minute * 60 < end)
    }

    /// A percentile of the samples of these minutes; none where it is not kept how they lie.
    pub fn percentile(
        &self,
        id: SeriesId,
        minutes: std::ops::Range<i64>,
        percent: f64,
    ) -> Option<f64> {
        let spreads = self.series[id.0].spreads.as_ref()?;
        let within = spreads
            .iter()
            .filter(|(minute, _)| minutes.contains(minute));
        let mut sum = Spread::default();
        within.for_each(|(_, spread)| sum.merge(spread));
        sum.percentile(percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[test]
    fn a_minute_has_sum_extremes_and_count() {
        let mut metrics = Metrics::default();
        let id = metrics.series(Key::new("N", "m", &[]));
        for (second, value) in [(0, 4.0), (59, 2.0), (60, 9.0)] {
            metrics.record(id, at(second), value);
        }
        let points: Vec<Point> = metrics.points(id, at(0), at(120)).copied().collect();
        let first = points[0];
        assert_eq!(
            (first.sum, first.min, first.max, first.samples),
            (6.0, 2.0, 4.0, 2)
        );
        assert_eq!(points.len(), 2);
        assert_eq!(metrics.points(id, at(0), at(60)).count(), 1);
    }

    #[test]
    fn a_series_keeps_three_hours_and_no_more() {
        let mut metrics = Metrics::default();
        let id = metrics.series(Key::new("N", "m", &[]));
        metrics.keep_spread(id);
        for minute in 0..1000 {
            metrics.record(id, at(minute * 60), 1.0);
        }
        assert_eq!(metrics.points(id, at(0), at(60_000)).count(), KEPT);
        assert_eq!(
            metrics.series[0].spreads.as_ref().map(VecDeque::len),
            Some(KEPT)
        );
    }

    #[test]
    fn the_order_of_dimensions_does_not_matter() {
        let one = Key::new("N", "m", &[("a", "1"), ("b", "2")]);
        assert_eq!(one, Key::new("N", "m", &[("b", "2"), ("a", "1")]));
    }

    #[test]
    fn percentiles_follow_the_samples() {
        let mut metrics = Metrics::default();
        let id = metrics.series(Key::new("N", "m", &[]));
        metrics.keep_spread(id);
        metrics.record_many(id, at(0), 0.020, 90);
        metrics.record_many(id, at(0), 1.5, 10);
        let told = |percent| metrics.percentile(id, 0..1, percent).expect("kept");
        assert!((0.017..0.024).contains(&told(50.0)), "{}", told(50.0));
        assert!((1.2..1.8).contains(&told(95.0)), "{}", told(95.0));
        assert_eq!(metrics.percentile(id, 5..9, 50.0), None);
    }

    #[test]
    fn what_is_no_number_is_not_kept() {
        let mut metrics = Metrics::default();
        let id = metrics.series(Key::new("N", "m", &[]));
        metrics.record(id, at(0), f64::NAN);
        metrics.record(id, at(0), f64::INFINITY);
        assert_eq!(metrics.points(id, at(0), at(60)).count(), 0);
    }
}
