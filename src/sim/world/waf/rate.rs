//! A rate-based rule: counts by address, looked at about every ten seconds.

use super::statement::Statement;
use crate::sim::value::Value;
use core::net::Ipv4Addr;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Seconds between two looks at the counts.
const EVERY: i64 = 10;
/// AWS's window where none is named, in seconds.
const WINDOW: i64 = 300;
/// Addresses that are limited at the same time (aws-facts.md §1.5).
const MOST: usize = 10_000;

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// By address; a forwarded one is the same here.
    Address,
    /// All requests.
    Constant,
    /// By keys that AWS does not list.
    Custom,
}

/// The state of a rate rule.
#[derive(Debug)]
pub struct Rate {
    pub limit: i64,
    pub window: i64,
    pub aggregate: Aggregate,
    pub scope: Option<Statement>,
    /// Requests by address, in steps of ten seconds, the newest last.
    counts: BTreeMap<Ipv4Addr, VecDeque<(i64, u32)>>,
    limited: BTreeSet<Ipv4Addr>,
    looked: i64,
}

impl Rate {
    pub fn of(statement: &Value) -> Self {
        let number = |name: &str| statement.get(name).and_then(Value::as_int);
        Self {
            limit: number("Limit").unwrap_or(0),
            window: number("EvaluationWindowSec").unwrap_or(WINDOW),
            aggregate: match statement.get("AggregateKeyType").and_then(Value::as_text) {
                Some("CONSTANT") => Aggregate::Constant,
                Some("CUSTOM_KEYS") => Aggregate::Custom,
                _ => Aggregate::Address,
            },
            scope: statement.get("ScopeDownStatement").map(Statement::of),
            counts: BTreeMap::new(),
            limited: BTreeSet::new(),
            looked: 0,
        }
    }

    /// Counts requests of an address; what is counted together shares a key.
    pub fn count(&mut self, address: Ipv4Addr, requests: u32, now: Timestamp) {
        let step = now.as_second().div_euclid(EVERY);
        let counts = self.counts.entry(self.key(address)).or_default();
        match counts.back_mut() {
            Some((last, count)) if *last == step => *count = count.saturating_add(requests),
            _ => counts.push_back((step, requests)),
        }
    }

    /// Looks at the counts, where the last look is long enough ago.
    pub fn look(&mut self, now: Timestamp) {
        let step = now.as_second().div_euclid(EVERY);
        if step == self.looked {
            return;
        }
        self.looked = step;
        let oldest = step - self.window / EVERY;
        for counts in self.counts.values_mut() {
            while counts.front().is_some_and(|(step, _)| *step < oldest) {
                counts.pop_front();
            }
        }
        self.counts.retain(|_, counts| !counts.is_empty());
        let over = |counts: &VecDeque<(i64, u32)>| -> bool {
            counts
                .iter()
                .map(|(_, count)| i64::from(*count))
                .sum::<i64>()
                > self.limit
        };
        let above = self.counts.iter().filter(|(_, counts)| over(counts));
        self.limited = above.map(|(address, _)| *address).take(MOST).collect();
    }

    /// Whether requests of this address are above the limit now.
    pub fn limits(&self, address: Ipv4Addr) -> bool {
        self.limited.contains(&self.key(address))
    }

    pub fn limited(&self) -> impl Iterator<Item = &Ipv4Addr> {
        self.limited.iter()
    }

    fn key(&self, address: Ipv4Addr) -> Ipv4Addr {
        match self.aggregate {
            Aggregate::Constant => Ipv4Addr::UNSPECIFIED,
            Aggregate::Address | Aggregate::Custom => address,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::value::map;
    use proptest::prelude::*;

    fn rate(limit: i64) -> Rate {
        Rate::of(
            &map! { "Limit" => limit, "EvaluationWindowSec" => 60, "AggregateKeyType" => "IP" },
        )
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    const ADDRESS: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 1);

    #[test]
    fn an_address_is_let_go_when_its_window_is_below_the_limit() {
        let mut rate = rate(100);
        for second in 0..30 {
            rate.count(ADDRESS, 10, at(second));
            rate.look(at(second));
        }
        assert!(rate.limits(ADDRESS));
        for second in 30..110 {
            rate.look(at(second));
        }
        assert!(!rate.limits(ADDRESS) && rate.counts.is_empty());
    }

    proptest! {
        #[test]
        fn a_steady_rate_is_limited_exactly_above_the_limit(per_second in 1_u32..60) {
            let mut rate = rate(1_000);
            for second in 0..130 {
                rate.count(ADDRESS, per_second, at(second));
                rate.look(at(second));
            }
            // The window holds six or seven steps of ten seconds.
            if per_second > 16 {
                prop_assert!(rate.limits(ADDRESS));
            }
            if per_second * 70 <= 1_000 {
                prop_assert!(!rate.limits(ADDRESS));
            }
        }
    }
}
