//! Vital signs over the whole session: peak, average, last, and what counters add up to.

use crate::domain::text::Text;
use crate::session::masked::text;
use crate::session::record::{Event, Record, Sign};
use jiff::Timestamp;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Signs that count what happened since the reading before: their sum means something.
const COUNTERS: [&str; 5] = ["blocked", "counted", "requests", "target 5xx", "elb 5xx"];
/// Signs that are the worse the lower they are.
const STORES: [&str; 1] = ["credits"];

/// One sign of one thing.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Vital {
    pub name: Text,
    pub of: Text,
    pub unit: Text,
    pub readings: u64,
    /// The worst: of what is used up the lowest.
    pub peak: f64,
    pub peak_at: Timestamp,
    pub average: f64,
    pub last: f64,
    /// Of counters only.
    pub sum: Option<f64>,
}

pub(super) fn all(records: &[Record]) -> Vec<Vital> {
    let mut seen: BTreeMap<(&str, &str), Vec<(Timestamp, &Sign)>> = BTreeMap::new();
    for record in records {
        let Event::Vitals { signs } = &record.event else {
            continue;
        };
        for sign in signs {
            let key = (sign.name.as_str(), sign.of.as_str());
            seen.entry(key).or_default().push((record.at, sign));
        }
    }
    seen.values().filter_map(|r| one(r)).collect()
}

fn one(readings: &[(Timestamp, &Sign)]) -> Option<Vital> {
    let (_, last) = readings.last()?;
    let worse = if STORES.contains(&last.name.as_str()) {
        Ordering::Less
    } else {
        Ordering::Greater
    };
    // The first of equals: when it was reached.
    let (peak_at, peak) = readings.iter().reduce(|a, b| {
        let is_worse = b.1.value.total_cmp(&a.1.value) == worse;
        if is_worse { b } else { a }
    })?;
    let sum: f64 = readings.iter().map(|(_, s)| s.value).sum();
    Some(Vital {
        name: text(&last.name),
        of: text(&last.of),
        unit: text(&last.unit),
        readings: readings.len() as u64,
        peak: peak.value,
        peak_at: *peak_at,
        average: sum / readings.len() as f64,
        last: last.value,
        sum: COUNTERS.contains(&last.name.as_str()).then_some(sum),
    })
}
