//! Durations by size, in buckets that grow with them: a percentile is off by at
//! most one part in 32.

use std::time::Duration;

/// Buckets of one doubling.
const STEPS: u64 = 32;

/// Counts of durations, in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: Vec<u32>,
    total: u64,
}

impl Histogram {
    /// Counts one.
    pub fn add(&mut self, duration: Duration) {
        self.add_to(bucket_of(duration));
    }

    /// Counts one whose bucket is known.
    #[inline]
    pub(super) fn add_to(&mut self, bucket: usize) {
        if bucket >= self.counts.len() {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += 1;
        self.total += 1;
    }

    /// Counts all of another.
    pub(super) fn merge(&mut self, other: &Self) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.total += other.total;
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.total
    }

    /// The duration that so many of a hundred do not exceed; none where nothing was counted.
    pub fn percentile(&self, percent: u64) -> Option<Duration> {
        let wanted = (self.total * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let place = self.counts.iter().position(|count| {
            seen += u64::from(*count);
            seen >= wanted
        });
        place.map(|bucket| Duration::from_micros(middle(bucket)))
    }
}

/// Where a duration is counted.
fn bucket_of(duration: Duration) -> usize {
    bucket(duration.as_micros().min(u128::from(u64::MAX)) as u64)
}

/// Below 64 each value for itself; above, 32 buckets for each doubling.
#[inline]
pub(super) fn bucket(micros: u64) -> usize {
    let doublings = (64 - (micros / STEPS).leading_zeros()).saturating_sub(1);
    let within = micros >> doublings;
    (u64::from(doublings) * STEPS + within) as usize
}

/// The middle of a bucket.
fn middle(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let doublings = (bucket / STEPS).saturating_sub(1);
    let within = bucket - doublings * STEPS;
    (within << doublings) + ((1 << doublings) >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_counted_has_no_percentile() {
        assert_eq!(Histogram::default().percentile(50), None);
    }

    #[test]
    fn one_is_every_percentile() {
        let mut one = Histogram::default();
        one.add(Duration::from_micros(40));
        for percent in [0, 50, 100] {
            assert_eq!(one.percentile(percent), Some(Duration::from_micros(40)));
        }
    }

    proptest! {
        #[test]
        fn percentiles_are_off_by_one_part_in_thirty_two_at_most(
            mut micros in prop::collection::vec((0_u32..40, any::<u64>()).prop_map(|(bits, n)| n >> (24 + bits)), 1..300),
            percent in 1_u64..=100,
        ) {
            let mut histogram = Histogram::default();
            for n in &micros {
                histogram.add(Duration::from_micros(*n));
            }
            micros.sort_unstable();
            let exact = micros[(micros.len() * percent as usize).div_ceil(100) - 1];
            let found = histogram.percentile(percent).unwrap().as_micros() as u64;
            prop_assert!(found.abs_diff(exact) * 32 <= exact, "{found} is not {exact}");
            prop_assert_eq!(histogram.count(), micros.len() as u64);
        }
    }
}
