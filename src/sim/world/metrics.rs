//! What CloudWatch keeps: series of one-minute statistics, the last three hours of each.

use jiff::Timestamp;
use std::collections::{HashMap, VecDeque};

/// One-minute points kept of a series: three hours, as many as the console ever asks for.
pub const KEPT: usize = 180;

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

/// All series.
#[derive(Debug, Default)]
pub struct Metrics {
    ids: HashMap<Key, SeriesId>,
    series: Vec<(Key, VecDeque<Point>)>,
}

impl Metrics {
    /// The series of this name, made where it is new.
    pub fn series(&mut self, key: Key) -> SeriesId {
        if let Some(id) = self.ids.get(&key) {
            return *id;
        }
        let id = SeriesId(self.series.len());
        self.series.push((key.clone(), VecDeque::new()));
        self.ids.insert(key, id);
        id
    }

    pub fn find(&self, key: &Key) -> Option<SeriesId> {
        self.ids.get(key).copied()
    }

    /// Every series' name.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.series.iter().map(|(key, _)| key)
    }

    /// Takes in one sample.
    pub fn record(&mut self, id: SeriesId, at: Timestamp, value: f64) {
        let minute = at.as_second().div_euclid(60);
        let points = &mut self.series[id.0].1;
        let place = points.partition_point(|point| point.minute < minute);
        match points.get_mut(place) {
            Some(point) if point.minute == minute => {
                point.sum += value;
                point.min = point.min.min(value);
                point.max = point.max.max(value);
                point.samples += 1;
            }
            _ => points.insert(
                place,
                Point {
                    minute,
                    sum: value,
                    min: value,
                    max: value,
                    samples: 1,
                },
            ),
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
        self.series[id.0]
            .1
            .iter()
            .filter(move |point| point.minute >= first && point.minute * 60 < end)
    }
}
