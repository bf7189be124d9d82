//! How samples lie: counts in steps of a fifth, enough to tell a percentile by.

use super::KEPT;
use std::collections::VecDeque;

const STEPS: usize = 64;
/// The lower end of the first step.
const LEAST: f64 = 0.0005;
/// From one step to the next.
const FACTOR: f64 = 1.2;

/// Counts of samples by their size.
#[derive(Clone, Debug)]
pub struct Spread([u32; STEPS]);

impl Default for Spread {
    fn default() -> Self {
        Self([0; STEPS])
    }
}

impl Spread {
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine = mine.saturating_add(theirs);
        }
    }

    /// The value below which so many percent of the samples lie; none without samples.
    pub fn percentile(&self, percent: f64) -> Option<f64> {
        let all: u64 = self.0.iter().map(|n| u64::from(*n)).sum();
        let wanted = (all as f64 * percent / 100.0).ceil().max(1.0) as u64;
        let mut seen = 0;
        let step = self.0.iter().position(|n| {
            seen += u64::from(*n);
            seen >= wanted
        })?;
        Some(LEAST * FACTOR.powf(step as f64 + 0.5))
    }
}

fn step(value: f64) -> usize {
    let steps = (value / LEAST).max(1.0).ln() / FACTOR.ln();
    (steps as usize).min(STEPS - 1)
}

/// Adds samples to a minute, which is the last one or near it.
pub fn add(spreads: &mut VecDeque<(i64, Spread)>, minute: i64, value: f64, samples: u32) {
    let place = spreads.partition_point(|(m, _)| *m < minute);
    if spreads.get(place).is_none_or(|(m, _)| *m != minute) {
        spreads.insert(place, (minute, Spread::default()));
    }
    if let Some((_, spread)) = spreads.get_mut(place) {
        let count = &mut spread.0[step(value)];
        *count = count.saturating_add(samples);
    }
    if spreads.len() > KEPT {
        spreads.pop_front();
    }
}
