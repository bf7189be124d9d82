//! Statistics over minutes.

use super::super::World;
use super::super::metrics::{Key, Point};
use super::points;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// One statistic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stat {
    Average,
    Sum,
    Minimum,
    Maximum,
    SampleCount,
    /// `p95`.
    Percentile(f64),
}

impl Stat {
    /// The statistic of this name; none where it is not known.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Average" => Self::Average,
            "Sum" => Self::Sum,
            "Minimum" => Self::Minimum,
            "Maximum" => Self::Maximum,
            "SampleCount" => Self::SampleCount,
            other => {
                let percent: f64 = other.strip_prefix('p')?.parse().ok()?;
                Self::Percentile(Some(percent).filter(|p| (0.0..=100.0).contains(p))?)
            }
        })
    }

    pub fn name(self) -> String {
        match self {
            Self::Average => "Average".into(),
            Self::Sum => "Sum".into(),
            Self::Minimum => "Minimum".into(),
            Self::Maximum => "Maximum".into(),
            Self::SampleCount => "SampleCount".into(),
            Self::Percentile(percent) => format!("p{percent}"),
        }
    }
}

/// The statistics of a bucket of minutes; the bucket is not empty.
pub fn bucket(points: &[Point]) -> Option<Point> {
    let first = *points.first()?;
    Some(points[1..].iter().fold(first, |sum, point| Point {
        minute: sum.minute,
        sum: sum.sum + point.sum,
        min: sum.min.min(point.min),
        max: sum.max.max(point.max),
        samples: sum.samples.saturating_add(point.samples),
    }))
}

/// The minutes of a series in buckets of a period, by the bucket's first second.
pub fn buckets(
    world: &World,
    key: &Key,
    period: i64,
    from: Timestamp,
    to: Timestamp,
) -> BTreeMap<i64, Point> {
    let start = from.as_second().div_euclid(period) * period;
    let from = Timestamp::from_second(start).unwrap_or(from);
    let mut sorted: BTreeMap<i64, Vec<Point>> = BTreeMap::new();
    for point in points(world, key, from, to) {
        let start = (point.minute * 60).div_euclid(period) * period;
        sorted.entry(start).or_default().push(point);
    }
    let whole = sorted
        .into_iter()
        .filter_map(|(start, points)| Some((start, bucket(&points)?)));
    whole.collect()
}

/// The value of a statistic in a bucket.
pub fn value(world: &World, key: &Key, stat: Stat, first: i64, period: i64, point: Point) -> f64 {
    match stat {
        Stat::Average => point.average(),
        Stat::Sum => point.sum,
        Stat::Minimum => point.min,
        Stat::Maximum => point.max,
        Stat::SampleCount => f64::from(point.samples),
        Stat::Percentile(percent) => {
            let minutes = first.div_euclid(60)..(first + period).div_euclid(60);
            let kept = world.metrics.find(key);
            let kept = kept.and_then(|id| world.metrics.percentile(id, minutes, percent));
            kept.unwrap_or_else(|| between(point, percent))
                .clamp(point.min, point.max)
        }
    }
}

/// Where it is not kept how the samples lie: a line from the least over the mean to the most.
fn between(point: Point, percent: f64) -> f64 {
    let part = percent / 100.0;
    if part < 0.5 {
        point.min + (point.average() - point.min) * part * 2.0
    } else {
        point.average() + (point.max - point.average()) * (part - 0.5) * 2.0
    }
}

/// A statistic over time, oldest first.
pub fn series(
    world: &World,
    key: &Key,
    stat: Stat,
    period: i64,
    from: Timestamp,
    to: Timestamp,
) -> Vec<(i64, f64)> {
    let buckets = buckets(world, key, period, from, to);
    let valued = buckets
        .into_iter()
        .map(|(start, point)| (start, value(world, key, stat, start, period, point)));
    valued.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_have_names_and_others_are_none() {
        for name in [
            "Average",
            "Sum",
            "Minimum",
            "Maximum",
            "SampleCount",
            "p95",
            "p99.9",
        ] {
            assert_eq!(Stat::named(name).map(Stat::name).as_deref(), Some(name));
        }
        for name in ["", "p", "p101", "p-1", "pNaN", "tm99", "average"] {
            assert_eq!(Stat::named(name), None, "{name}");
        }
    }
}
