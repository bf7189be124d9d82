//! What a wish means: from a fresh look and what the operator typed to changes,
//! or to a refusal that says why. Nothing here asks AWS.

mod database;
mod group;
mod number;
mod rule;
mod service;

use super::backup::Backup;
use super::change::{Change, Field, FieldChange, Hold, Reading, Target, Value};
use super::fault::{Fault, FaultKind};
use super::health::{Finding, Level};
use super::ids::RuleName;
use super::subject::Observation;
use super::text::Text;
use super::waf::RawJson;
use jiff::Timestamp;

/// What a profile allows at most; a slip of 66 for 6 is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ceilings {
    pub max_tasks: Option<u32>,
    pub max_instances: Option<u32>,
}

/// What a wish comes down to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Planned {
    /// In the order in which they are applied.
    pub changes: Vec<Change>,
    pub backup: Option<Backup>,
    /// What the plan rests on; what is there right before the write must still be equal.
    pub seen: Vec<(Target, Reading)>,
    /// Risks and side effects, the worst first.
    pub warnings: Vec<Finding>,
    /// `scale api 4 → 8`, for lists and the journal.
    pub summary: Text,
}

impl Planned {
    /// Whether there is nothing to do.
    pub fn is_nothing(&self) -> bool {
        self.changes.is_empty() && self.backup.is_none()
    }

    fn sorted(mut self) -> Self {
        self.warnings.sort_by_key(|w| std::cmp::Reverse(w.level));
        self
    }
}

/// `s`: a service to N tasks, or a group to `min/desired/max` (`min/max` where ECS owns desired).
pub fn scale(observed: &Observation, input: &str, ceilings: &Ceilings) -> Result<Planned, Fault> {
    match observed {
        Observation::Service {
            service,
            target,
            policies,
            headroom,
        } => {
            let facts = service::Facts {
                service,
                target: target.as_ref(),
                policies,
                headroom: headroom.as_ref(),
            };
            service::scale(&facts, input, ceilings.max_tasks)
        }
        Observation::Group { group, policies } => {
            group::scale(group, policies, input, ceilings.max_instances)
        }
        other => Err(mismatch("scaled", other)),
    }
    .map(Planned::sorted)
}

/// The live value that the scale dialog opens on.
pub fn scale_prefill(observed: &Observation) -> String {
    match observed {
        Observation::Service { service, .. } => service.desired.to_string(),
        Observation::Group { group, .. } => group::prefill(group),
        _ => String::new(),
    }
}

/// `t`: Block (or whatever it does) → Count, or Count → the whole `original` action on record.
pub fn toggle(
    observed: &Observation,
    rule: &RuleName,
    original: Option<&RawJson>,
) -> Result<Planned, Fault> {
    match observed {
        Observation::Rule {
            acl,
            resources,
            gaps,
        } => rule::toggle(
            &rule::Facts {
                acl,
                resources,
                gaps,
                rule,
            },
            original,
        )
        .map(Planned::sorted),
        other => Err(mismatch("toggled", other)),
    }
}

/// The bounds of a load test, for a service or a group: exactly these.
pub fn bounds(
    observed: &Observation,
    bounds: [u32; 2],
    ceilings: &Ceilings,
) -> Result<Planned, Fault> {
    match observed {
        Observation::Service {
            service,
            target,
            policies,
            headroom,
        } => {
            let facts = service::Facts {
                service,
                target: target.as_ref(),
                policies,
                headroom: headroom.as_ref(),
            };
            service::bounds_to(&facts, bounds, ceilings.max_tasks)
        }
        Observation::Group { group, policies } => {
            group::bounds_to(group, policies, bounds, ceilings.max_instances)
        }
        other => Err(mismatch("given bounds", other)),
    }
    .map(Planned::sorted)
}

/// A rate rule set to Count for a load test.
pub fn count(observed: &Observation, rule: &RuleName) -> Result<Planned, Fault> {
    match observed {
        Observation::Rule {
            acl,
            resources,
            gaps,
        } => rule::count(&rule::Facts {
            acl,
            resources,
            gaps,
            rule,
        })
        .map(Planned::sorted),
        other => Err(mismatch("set to Count", other)),
    }
}

/// A new limit for a rate rule.
pub fn limit(observed: &Observation, rule: &RuleName, input: &str) -> Result<Planned, Fault> {
    match observed {
        Observation::Rule {
            acl,
            resources,
            gaps,
        } => rule::limit(
            &rule::Facts {
                acl,
                resources,
                gaps,
                rule,
            },
            input,
        )
        .map(Planned::sorted),
        other => Err(mismatch("given a limit", other)),
    }
}

/// The live limit that the limit dialog opens on; empty where the rule has none.
pub fn limit_prefill(observed: &Observation, rule: &RuleName) -> String {
    match observed {
        Observation::Rule { acl, .. } => rule::prefill(acl, rule),
        _ => String::new(),
    }
}

/// `b`: a snapshot of a database, named after `at`.
pub fn backup(observed: &Observation, at: Timestamp) -> Result<Planned, Fault> {
    match observed {
        Observation::Database {
            database,
            quota,
            underway,
        } => database::backup(database, *quota, underway.as_ref(), at).map(Planned::sorted),
        other => Err(mismatch("backed up", other)),
    }
}

fn mismatch(verb: &str, observed: &Observation) -> Fault {
    let what = match observed {
        Observation::Service { .. } => "A service",
        Observation::Group { .. } => "A group",
        Observation::Rule { .. } => "A rule",
        Observation::Database { .. } => "A database",
    };
    Fault::new(FaultKind::Internal, format!("{what} cannot be {verb}")).next("choose another row")
}

fn refuse(what: impl AsRef<str>) -> Fault {
    Fault::new(FaultKind::Refused, what)
}

fn finding(level: Level, sentence: impl AsRef<str>) -> Finding {
    Finding {
        level,
        sentence: Text::clean(sentence.as_ref()),
    }
}

/// A changed count; `None` where it stays as it is, because what is not touched is not sent.
fn moved(field: Field, before: u32, after: u32, hold: Hold) -> Option<FieldChange> {
    let value = |n: u32| Value::Count(u64::from(n));
    (before != after).then(|| FieldChange {
        field,
        before: value(before),
        after: value(after),
        hold,
    })
}

fn counts(fields: &[(Field, u32)]) -> Reading {
    fields
        .iter()
        .map(|(field, n)| (*field, Value::Count(u64::from(*n))))
        .collect()
}

/// `1 task`, `3 tasks`.
fn several(n: u32, noun: &str) -> String {
    if n == 1 {
        format!("1 {noun}")
    } else {
        format!("{n} {noun}s")
    }
}
