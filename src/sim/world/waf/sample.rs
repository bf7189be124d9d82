//! Sampled requests, by the metric's name of the rule: a few of each second, not for long.

use super::acl::Scope;
use super::managed::Managed;
use super::rule::Verdict;
use super::{invalid, malformed, nonexistent, required};
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, list, map};
use crate::sim::world::World;
use crate::sim::world::flow::Batch;
use core::net::Ipv4Addr;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, VecDeque};

/// Samples of one rule in one second, and in all.
const PER_SECOND: usize = 3;
const KEPT: usize = 2_000;
/// How far back they go.
const LONGEST: SignedDuration = SignedDuration::from_hours(3);
/// The largest answer.
const MOST: i64 = 500;

/// One request that stands for many.
#[derive(Clone, Debug)]
pub struct Sample {
    at: Timestamp,
    address: Ipv4Addr,
    country: &'static str,
    method: &'static str,
    path: &'static str,
    verdict: Verdict,
    inner: Option<&'static str>,
    /// What the rule within a group would have done, where it was overridden.
    overridden: Option<&'static str>,
    labels: Vec<String>,
    weight: u64,
}

impl Sample {
    pub fn of(
        batch: &Batch,
        at: Timestamp,
        verdict: Verdict,
        inner: Option<(&'static Managed, Verdict)>,
        labels: &[String],
    ) -> Self {
        Self {
            at,
            address: batch.client.address,
            country: batch.client.country,
            method: batch.method,
            path: batch.path,
            verdict,
            inner: inner.map(|(rule, _)| rule.name),
            overridden: inner.filter(|_| verdict == Verdict::Count).map(|_| "BLOCK"),
            labels: labels.to_vec(),
            weight: u64::from(batch.requests),
        }
    }

    fn facts(&self) -> Value {
        let labels = self.labels.iter().map(|name| map! { "Name" => name });
        let headers = [
            ("Host", "api.orchard.example"),
            ("User-Agent", "Mozilla/5.0"),
        ];
        let headers = headers.map(|(name, value)| map! { "Name" => name, "Value" => value });
        map! {
            "Request" => map! {
                "ClientIP" => self.address.to_string(),
                "Country" => self.country,
                "URI" => self.path,
                "Method" => self.method,
                "HTTPVersion" => "HTTP/2.0",
                "Headers" => list(headers),
            },
            "Weight" => self.weight,
            "Timestamp" => self.at,
            "Action" => self.verdict.name(),
            "RuleNameWithinRuleGroup" => self.inner,
            "ResponseCodeSent" => self.verdict.status().map(i32::from),
            "Labels" => (!self.labels.is_empty()).then(|| list(labels)),
            "OverriddenAction" => self.overridden,
        }
    }
}

/// Of one rule: samples, and how many requests there were in each minute.
#[derive(Debug, Default)]
struct Kept {
    samples: VecDeque<Sample>,
    minutes: VecDeque<(i64, u64)>,
}

/// The samples of a web ACL.
#[derive(Debug, Default)]
pub struct Samples(BTreeMap<String, Kept>);

impl Samples {
    /// Takes in a sample, or adds its weight to one of the same second.
    pub fn take(&mut self, metric: &str, sample: Sample) {
        if !self.0.contains_key(metric) {
            self.0.insert(metric.to_owned(), Kept::default());
        }
        let Some(kept) = self.0.get_mut(metric) else {
            return;
        };
        kept.count(&sample);
        let same = kept.samples.iter().rev().take(PER_SECOND);
        if same.filter(|other| other.at == sample.at).count() < PER_SECOND {
            kept.samples.push_back(sample);
        } else if let Some(last) = kept.samples.back_mut() {
            last.weight += sample.weight;
        }
        if kept.samples.len() > KEPT {
            kept.samples.pop_front();
        }
    }

    /// Forgets what AWS would not show any more.
    pub fn forget(&mut self, now: Timestamp) {
        for kept in self.0.values_mut() {
            let old = |at: Timestamp| now.duration_since(at) > LONGEST;
            while kept.samples.front().is_some_and(|sample| old(sample.at)) {
                kept.samples.pop_front();
            }
            let first = now.as_second() / 60 - 181;
            while kept
                .minutes
                .front()
                .is_some_and(|(minute, _)| *minute < first)
            {
                kept.minutes.pop_front();
            }
        }
    }
}

impl Kept {
    fn count(&mut self, sample: &Sample) {
        let minute = sample.at.as_second().div_euclid(60);
        match self.minutes.back_mut() {
            Some((last, count)) if *last == minute => *count += sample.weight,
            _ => self.minutes.push_back((minute, sample.weight)),
        }
    }

    fn between(&self, from: Timestamp, to: Timestamp) -> (Vec<&Sample>, u64) {
        let samples = self
            .samples
            .iter()
            .filter(|s| s.at >= from && s.at <= to)
            .collect();
        let minutes = from.as_second().div_euclid(60)..=to.as_second().div_euclid(60);
        let counts = self
            .minutes
            .iter()
            .filter(|(minute, _)| minutes.contains(minute));
        (samples, counts.map(|(_, count)| count).sum())
    }
}

pub fn get_sampled_requests(world: &mut World, input: &Value) -> Answer {
    Scope::of(world, input)?;
    let arn = required(input, "WebAclArn")?;
    let metric = required(input, "RuleMetricName")?;
    let most = input.get("MaxItems").and_then(Value::as_int);
    let most = most.ok_or_else(|| malformed("maxItems", "null", "Member must not be null"))?;
    if !(1..=MOST).contains(&most) {
        let bound = "Member must have value between 1 and 500";
        return Err(malformed("maxItems", &format!("'{most}'"), bound));
    }
    let (from, to) = window(input, world.now)?;
    let acl = world.waf.acls.iter().find(|acl| acl.arn == arn);
    let acl = acl.ok_or_else(nonexistent)?;
    let (samples, population) = match acl.samples.0.get(metric) {
        Some(kept) => kept.between(from, to),
        None => (Vec::new(), 0),
    };
    // Of many, some from the whole of the window.
    let step = samples.len().div_ceil(most as usize).max(1);
    Ok(map! {
        "SampledRequests" => list(samples.into_iter().step_by(step).map(Sample::facts)),
        "PopulationSize" => population,
        "TimeWindow" => map! { "StartTime" => from, "EndTime" => to },
    })
}

/// The window that was asked for, as far as it lies in the last three hours.
fn window(input: &Value, now: Timestamp) -> Result<(Timestamp, Timestamp), Refusal> {
    let window = input.get("TimeWindow");
    let time = |name: &str| {
        let time = window.and_then(|window| window.get(name)?.as_time());
        time.ok_or_else(|| malformed("timeWindow", "null", "Member must not be null"))
    };
    let (from, to) = (time("StartTime")?, time("EndTime")?);
    if from > to {
        return Err(invalid(
            "EXPIRE_TIMESTAMP",
            &from.to_string(),
            "The start of the time window must be before its end.",
        ));
    }
    let earliest = now.checked_sub(LONGEST).unwrap_or(from);
    Ok((from.max(earliest), to.max(earliest)))
}
