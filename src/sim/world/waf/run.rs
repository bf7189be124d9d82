//! Requests pass the rules in the order of their priority, until one ends them.

use super::acl::{Acl, Scope};
use super::managed::Managed;
use super::rule::{Kind, Rule, Verdict};
use super::sample::Sample;
use super::statement::{Seen, Statement};
use crate::sim::world::World;
use crate::sim::world::flow::Batch;
use crate::sim::world::logs;
use crate::sim::world::metrics::{Key, Metrics};
use jiff::Timestamp;

/// A rule's word about a batch.
struct Match {
    verdict: Verdict,
    /// The rule within the group, and what it would have done.
    inner: Option<(&'static Managed, Verdict)>,
}

pub fn filter(world: &mut World, offered: Vec<Batch>) -> Vec<Batch> {
    let mut waf = std::mem::take(&mut world.waf);
    let sets = std::mem::take(&mut waf.sets);
    let mut passed = offered;
    for acl in waf
        .acls
        .iter_mut()
        .filter(|acl| acl.scope == Scope::Regional)
    {
        acl.rules.iter_mut().for_each(|rule| look(rule, world.now));
        passed.retain(|batch| {
            let verdict = judge(acl, batch, &sets, world.now, &mut world.metrics);
            match verdict.status() {
                Some(status) => logs::blocked(world, batch, status),
                None => return true,
            }
            false
        });
    }
    waf.sets = sets;
    world.waf = waf;
    passed
}

fn look(rule: &mut Rule, now: Timestamp) {
    if let Kind::Rate(rate) = &mut rule.kind {
        rate.look(now);
    }
}

/// What becomes of a batch: every rule on the way counts it.
fn judge(
    acl: &mut Acl,
    batch: &Batch,
    sets: &[super::furniture::AddressSet],
    now: Timestamp,
    metrics: &mut Metrics,
) -> Verdict {
    let mut labels = Vec::new();
    let mut rules = std::mem::take(&mut acl.rules);
    let mut last = None;
    for rule in &mut rules {
        let seen = Seen {
            address: batch.client.address,
            country: batch.client.country,
            path: batch.path,
            labels: &labels,
            sets,
        };
        let Some(found) = rule.meets(&seen, batch, now) else {
            continue;
        };
        labels.extend(rule.labels.iter().cloned());
        labels.extend(found.inner.map(|(inner, _)| inner.label.to_owned()));
        count(acl, metrics, &rule.metric, found.verdict, batch, now);
        if rule.sampled {
            let sample = Sample::of(batch, now, found.verdict, found.inner, &labels);
            acl.samples.take(&rule.metric, sample);
        }
        if found.verdict != Verdict::Count {
            last = Some(found.verdict);
            break;
        }
    }
    acl.rules = rules;
    let verdict = last.unwrap_or(acl.default);
    if last.is_none() {
        count(acl, metrics, "Default_Action", verdict, batch, now);
        let sample = Sample::of(batch, now, verdict, None, &labels);
        acl.samples.take("Default_Action", sample);
    }
    count(acl, metrics, "ALL", verdict, batch, now);
    verdict
}

/// The metric of a verdict: the dimensions carry metric names, and CLOUDFRONT has no Region.
fn count(
    acl: &mut Acl,
    metrics: &mut Metrics,
    rule: &str,
    verdict: Verdict,
    batch: &Batch,
    now: Timestamp,
) {
    let name = verdict.metric();
    let known = acl.series.get(&(rule.to_owned(), name)).copied();
    let id = known.unwrap_or_else(|| {
        let region = acl.arn.split(':').nth(3).unwrap_or_default();
        let mut dimensions = vec![("WebACL", acl.metric.as_str()), ("Rule", rule)];
        if acl.scope == Scope::Regional {
            dimensions.push(("Region", region));
        }
        let id = metrics.series(Key::new("AWS/WAFV2", name, &dimensions));
        acl.series.insert((rule.to_owned(), name), id);
        id
    });
    metrics.record(id, now, f64::from(batch.requests));
}

impl Rule {
    /// Whether the rule has something to say of a batch, and what.
    fn meets(&mut self, seen: &Seen<'_>, batch: &Batch, now: Timestamp) -> Option<Match> {
        let verdict = self.verdict;
        let whole = |there: bool| {
            there.then_some(Match {
                verdict,
                inner: None,
            })
        };
        let inside = |scope: &Option<Statement>| scope.as_ref().is_none_or(|s| s.holds(seen));
        match &mut self.kind {
            Kind::Statement(statement) => whole(statement.holds(seen)),
            Kind::Rate(rate) => {
                if !inside(&rate.scope) {
                    return None;
                }
                rate.count(seen.address, batch.requests, now);
                whole(rate.limits(seen.address))
            }
            Kind::Group {
                rules,
                scope,
                overrides,
                counts,
            } => {
                if !inside(scope) {
                    return None;
                }
                let meets = |rule: &&Managed| rule.paths.iter().any(|p| seen.path.starts_with(p));
                let inner = rules.iter().find(meets)?;
                let own = overrides.iter().find(|(name, _)| name == inner.name);
                let own = own.map_or(Verdict::Block(403), |(_, verdict)| *verdict);
                let verdict = if *counts { Verdict::Count } else { own };
                Some(Match {
                    verdict,
                    inner: Some((inner, own)),
                })
            }
        }
    }
}
