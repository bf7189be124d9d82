//! Vital signs: how what the plan touches bears the load, once a minute (aws-facts.md §5).

use crate::aws::Aws;
use crate::domain::autoscaling::Group;
use crate::domain::change::Target;
use crate::domain::ecs::ServiceRef;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{BalancerName, GroupName};
use crate::domain::metrics::{Behind, Metric, Series};
use crate::domain::rds::DatabaseRef;
use crate::domain::subject::Subject;
use crate::domain::waf::RuleRef;
use crate::session::record::Sign;
use crate::session::step::{Step, resource};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// The instances of a group are looked up again so late, for their credits come every five minutes;
/// and so is what AWS refuses to tell. What only failed is asked again with the next reading.
const AGAIN: Duration = Duration::from_mins(5);
/// A sum is of a whole minute that ended this long ago: of a younger one a part may be missing.
const SETTLED: SignedDuration = SignedDuration::from_mins(2);

/// Reads the vital signs; what it had to look up for them is kept.
#[derive(Debug)]
pub struct Vitals {
    aws: Aws,
    known: Mutex<BTreeMap<Subject, Known>>,
}

/// What is measured of one thing.
#[derive(Debug)]
struct Known {
    measures: Vec<Measure>,
    /// When it is looked up again.
    again: Option<Instant>,
}

/// One sign, and the metrics that it is made of.
#[derive(Clone, Debug)]
struct Measure {
    name: &'static str,
    unit: &'static str,
    of: String,
    metrics: Vec<Metric>,
    join: Join,
}

/// How several values become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Join {
    /// Of all of them, else it is none.
    Sum,
    Highest,
    Lowest,
}

impl Vitals {
    pub fn new(aws: Aws) -> Self {
        Self {
            aws,
            known: Mutex::default(),
        }
    }

    /// The signs of what these steps touch. One that cannot be read is left out.
    pub async fn read(&self, steps: &[Step], now: Timestamp) -> Vec<Sign> {
        let measures = self.measures(steps).await;
        let asked: BTreeSet<&Metric> = measures.iter().flat_map(|m| &m.metrics).collect();
        let asked: Vec<Metric> = asked.into_iter().cloned().collect();
        let series = self.aws.readable_metrics(&asked, now).await;
        let seen: BTreeMap<&Metric, &Series> = series.iter().map(|s| (&s.metric, s)).collect();
        let signs = measures.iter().filter_map(|m| m.sign(&seen, now));
        signs.collect()
    }

    /// What is measured, each once: two services may stand behind one load balancer.
    async fn measures(&self, steps: &[Step]) -> Vec<Measure> {
        let mut known = self.known.lock().await;
        let mut all: Vec<Measure> = Vec::new();
        for (subject, of) in subjects(steps) {
            let is_known = known.get(&subject).is_some_and(Known::holds);
            if !is_known {
                let found = self.look_up(&subject, of).await;
                known.insert(subject.clone(), found);
            }
            let found = known.get(&subject).map_or(&[][..], |k| &k.measures);
            for measure in found {
                if !all.iter().any(|m| m.metrics == measure.metrics) {
                    all.push(measure.clone());
                }
            }
        }
        all
    }

    async fn look_up(&self, subject: &Subject, of: String) -> Known {
        match subject {
            Subject::Service(at) => {
                let behind = self.behind(at).await;
                let mut measures = strength(at, &of);
                measures.extend(traffic(behind.as_deref().unwrap_or_default(), &of));
                Known::of(measures, behind.err().as_ref().map(patience))
            }
            Subject::Rule(rule) => {
                let found = self.rule(rule, &of).await;
                let again = found.as_ref().err().map(patience);
                Known::of(found.unwrap_or_default(), again)
            }
            Subject::Group(name) => Known::of(self.credits(name, of).await, Some(AGAIN)),
            Subject::Database(at) => Known::of(database(at, &of), None),
        }
    }

    /// The target groups of a service, with their load balancers.
    async fn behind(&self, at: &ServiceRef) -> Result<Vec<Behind>, Fault> {
        let service = self.aws.service(at).await?;
        self.aws.behind(&service.target_groups).await
    }

    /// The metric names of a rule stand in its web ACL.
    async fn rule(&self, rule: &RuleRef, of: &str) -> Result<Vec<Measure>, Fault> {
        let acl = self.aws.acl(&rule.acl).await?;
        let found = acl.and_then(|acl| {
            let found = acl.rules.iter().find(|r| r.name == rule.rule)?;
            Some((acl.metric.clone(), found.metric.clone()))
        });
        let Some((acl, metric)) = found else {
            return Ok(Vec::new());
        };
        let scope = rule.acl.scope;
        let counted = Metric::RuleCounted {
            scope,
            acl: acl.clone(),
            rule: metric.clone(),
        };
        let blocked = Metric::RuleBlocked {
            scope,
            acl,
            rule: metric,
        };
        Ok(vec![
            Measure::one("blocked", PER_MINUTE, of, blocked, Join::Sum),
            Measure::one("counted", PER_MINUTE, of, counted, Join::Sum),
        ])
    }

    /// Of the burstable instances that a group has now.
    async fn credits(&self, name: &GroupName, of: String) -> Vec<Measure> {
        let group = self.aws.group(name).await.ok().flatten();
        let metrics = group.iter().flat_map(burstable).collect::<Vec<_>>();
        let measure = (!metrics.is_empty()).then_some(Measure {
            name: "credits",
            unit: "credits",
            of,
            metrics,
            join: Join::Lowest,
        });
        measure.into_iter().collect()
    }
}

impl Known {
    fn of(measures: Vec<Measure>, again: Option<Duration>) -> Self {
        Self {
            measures,
            again: again.map(|after| Instant::now() + after),
        }
    }

    fn holds(&self) -> bool {
        self.again.is_none_or(|at| Instant::now() < at)
    }
}

fn patience(fault: &Fault) -> Duration {
    match fault.kind {
        FaultKind::Denied | FaultKind::Missing | FaultKind::Refused => AGAIN,
        _ => Duration::ZERO,
    }
}

const PER_MINUTE: &str = "requests/min";

impl Measure {
    fn one(name: &'static str, unit: &'static str, of: &str, metric: Metric, join: Join) -> Self {
        Self {
            name,
            unit,
            of: of.to_owned(),
            metrics: vec![metric],
            join,
        }
    }

    fn sign(&self, seen: &BTreeMap<&Metric, &Series>, now: Timestamp) -> Option<Sign> {
        let value = |metric| self.join.value(seen.get(metric)?, now);
        let values: Vec<f64> = self.metrics.iter().filter_map(value).collect();
        if self.join == Join::Sum && values.len() < self.metrics.len() {
            return None;
        }
        let value = values.into_iter().reduce(|a, b| self.join.both(a, b))?;
        Some(Sign {
            name: self.name.to_owned(),
            of: self.of.clone(),
            unit: self.unit.to_owned(),
            // A thousandth is enough for a person, and short in each record.
            value: (value * 1000.0).round() / 1000.0,
        })
    }
}

impl Join {
    fn value(self, series: &Series, now: Timestamp) -> Option<f64> {
        match self {
            Self::Sum => series.last_by(now - SETTLED),
            Self::Highest | Self::Lowest => series.last(),
        }
    }

    fn both(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Sum => a + b,
            Self::Highest => a.max(b),
            Self::Lowest => a.min(b),
        }
    }
}

/// What the steps touch, each once, with its name for people.
fn subjects(steps: &[Step]) -> BTreeMap<Subject, String> {
    steps.iter().filter_map(subject).collect()
}

fn subject(step: &Step) -> Option<(Subject, String)> {
    let name = |target: &Target| resource(target).as_str().to_owned();
    Some(match step {
        Step::Create(backup) => {
            let of = step.resource().as_str().to_owned();
            (Subject::Database(backup.database.clone()), of)
        }
        Step::Set(change) => match &change.target {
            Target::Scalable(at) | Target::Service(at) => {
                let of = name(&Target::Service(at.clone()));
                (Subject::Service(at.clone()), of)
            }
            target @ Target::Group(at) => (Subject::Group(at.clone()), name(target)),
            target @ Target::Rule(rule) => (Subject::Rule(rule.clone()), name(target)),
            Target::Timer(_) | Target::Record(_) => return None,
        },
    })
}

/// Of the service's tasks.
fn strength(at: &ServiceRef, of: &str) -> Vec<Measure> {
    let (cpu, memory) = (
        Metric::ServiceCpu(at.clone()),
        Metric::ServiceMemory(at.clone()),
    );
    vec![
        Measure::one("cpu", "%", of, cpu, Join::Highest),
        Measure::one("memory", "%", of, memory, Join::Highest),
    ]
}

/// Of the requests that reach a service through its load balancers.
fn traffic(behind: &[Behind], of: &str) -> Vec<Measure> {
    if behind.is_empty() {
        return Vec::new();
    }
    let measure = |name, unit, metric: fn(Behind) -> Metric, join| Measure {
        name,
        unit,
        of: of.to_owned(),
        metrics: behind.iter().cloned().map(metric).collect(),
        join,
    };
    let mut all = vec![
        measure("requests", PER_MINUTE, Metric::Requests, Join::Sum),
        // Percentiles cannot be put together: the slowest counts.
        measure("p95", "s", Metric::Latency, Join::Highest),
        measure("target 5xx", PER_MINUTE, Metric::TargetErrors, Join::Sum),
    ];
    let balancers: BTreeSet<&BalancerName> = behind.iter().map(|b| &b.balancer).collect();
    all.extend(balancers.into_iter().map(|balancer| {
        let of = format!("load balancer {}", short(balancer));
        let metric = Metric::BalancerErrors(balancer.clone());
        Measure::one("elb 5xx", PER_MINUTE, &of, metric, Join::Sum)
    }));
    all
}

/// `app/orchard/0123456789abcdef` is known as `orchard`.
fn short(balancer: &BalancerName) -> String {
    let name = balancer.text();
    let short = name.as_str().split('/').nth(1);
    short.unwrap_or(name.as_str()).to_owned()
}

fn database(at: &DatabaseRef, of: &str) -> Vec<Measure> {
    let (cpu, connections) = (
        Metric::DatabaseCpu(at.clone()),
        Metric::DatabaseConnections(at.clone()),
    );
    vec![
        Measure::one("cpu", "%", of, cpu, Join::Highest),
        Measure::one("connections", "connections", of, connections, Join::Highest),
    ]
}

fn burstable(group: &Group) -> impl Iterator<Item = Metric> + '_ {
    let burstable = group.instances.iter().filter(|i| i.is_burstable());
    burstable.map(|i| Metric::CpuCredits(i.id.clone()))
}
