//! What a pane asks for next: stays as it is while an answer is on its way, so
//! that moving the cursor does not restart a request with every key.

use crate::domain::fault::Fault;
use crate::domain::metrics::{Metric, Series};
use crate::model::query::{Answer, Pace, Query, Reply, Want};
use crate::model::time::Now;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// The things of one query, and whether that query is under way.
#[derive(Clone, Debug)]
pub struct Ask<K> {
    keys: Arc<[K]>,
    flying: bool,
}

impl<K> Default for Ask<K> {
    fn default() -> Self {
        Self {
            keys: Arc::new([]),
            flying: false,
        }
    }
}

impl<K: Clone + PartialEq> Ask<K> {
    /// Aims at what is due now; does nothing while an answer is awaited.
    pub fn aim(&mut self, due: impl Iterator<Item = K>) {
        if self.flying {
            return;
        }
        let due: Vec<K> = due.collect();
        if due[..] != self.keys[..] {
            self.keys = due.into();
        }
    }

    /// Whether an answer is awaited.
    pub fn is_flying(&self) -> bool {
        self.flying
    }

    /// What to ask for, if anything.
    pub fn keys(&self) -> Option<&Arc<[K]>> {
        (!self.keys.is_empty()).then_some(&self.keys)
    }

    /// Takes note of how its query fares.
    pub fn note(&mut self, answer: &Answer) {
        self.flying = !self.keys.is_empty() && matches!(answer, Answer::Started | Answer::Part(_));
    }
}

/// How long a value of CloudWatch is good: its periods are 60 s, and each query costs money.
pub const METRICS_PACE: Duration = Duration::from_mins(1);

/// The newest series of CloudWatch, each asked for at most once a minute.
#[derive(Clone, Debug, Default)]
pub struct Gauges {
    series: HashMap<Metric, Series>,
    asked: HashMap<Metric, Duration>,
    ask: Ask<Metric>,
    /// Why the newest values did not come.
    fault: Option<Fault>,
}

impl Gauges {
    /// Asks for those of `wanted` that are due.
    pub fn aim(&mut self, wanted: impl Iterator<Item = Metric>, now: Now) {
        let asked = &self.asked;
        let due = |m: &Metric| {
            asked
                .get(m)
                .is_none_or(|at| now.mono.saturating_sub(*at) >= METRICS_PACE)
        };
        self.ask.aim(wanted.filter(due));
    }

    /// The want, while something is due.
    pub fn want(&self) -> Option<Want> {
        self.ask.keys().map(|keys| Want {
            query: Query::Metrics(keys.clone()),
            pace: Pace::Every(METRICS_PACE),
        })
    }

    /// Keeps what arrived; answers whether anything changed.
    pub fn reply(&mut self, reply: &Reply, now: Now) -> bool {
        let Query::Metrics(asked) = &reply.query else {
            return false;
        };
        let ours = self
            .ask
            .keys()
            .is_some_and(|keys| keys.iter().any(|m| asked.contains(m)));
        match &reply.answer {
            Answer::Failed { fault, .. } if ours => self.fault = Some(fault.clone()),
            Answer::Whole(_) if ours => self.fault = None,
            _ => {}
        }
        self.ask.note(&reply.answer);
        let (Answer::Part(facts) | Answer::Whole(facts)) = &reply.answer else {
            return false;
        };
        if matches!(reply.answer, Answer::Whole(_)) {
            self.asked
                .extend(asked.iter().map(|m| (m.clone(), now.mono)));
        }
        let crate::model::query::Facts::Metrics(series) = facts else {
            return false;
        };
        self.series
            .extend(series.iter().map(|s| (s.metric.clone(), s.clone())));
        true
    }

    /// Why the newest values are not there.
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// The series, once it has arrived.
    pub fn get(&self, metric: &Metric) -> Option<&Series> {
        self.series.get(metric)
    }

    /// The newest value.
    pub fn last(&self, metric: &Metric) -> Option<f64> {
        self.get(metric).and_then(Series::last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ecs::ServiceRef;
    use crate::domain::fault::FaultKind;
    use crate::model::query::{Epoch, Facts};

    fn cpu(service: &str) -> Metric {
        Metric::ServiceCpu(ServiceRef {
            cluster: "orchard".into(),
            service: service.into(),
        })
    }

    fn at(secs: u64) -> Now {
        Now {
            mono: Duration::from_secs(secs),
            ..Now::START
        }
    }

    fn reply(metrics: &[Metric], answer: Answer) -> Reply {
        Reply {
            epoch: Epoch::default(),
            query: Query::Metrics(metrics.into()),
            answer,
        }
    }

    fn wanted(gauges: &Gauges) -> Vec<Metric> {
        gauges
            .want()
            .map(|w| w.query.metrics().to_vec())
            .unwrap_or_default()
    }

    #[test]
    fn a_question_stays_as_it_is_until_its_answer_is_there() {
        let mut ask = Ask::default();
        ask.aim([1, 2].into_iter());
        ask.note(&Answer::Started);
        ask.aim([3].into_iter());
        assert_eq!(ask.keys().map(|k| k.to_vec()), Some(vec![1, 2]));
        ask.note(&Answer::Whole(Facts::Groups(Vec::new())));
        ask.aim([3].into_iter());
        assert_eq!(ask.keys().map(|k| k.to_vec()), Some(vec![3]));
    }

    #[test]
    fn what_fails_is_told_until_an_answer_comes_and_only_by_those_who_asked() {
        let (mut ours, mut others) = (Gauges::default(), Gauges::default());
        ours.aim([cpu("a")].into_iter(), at(0));
        let failed = Answer::Failed {
            fault: Fault::new(FaultKind::Denied, "not allowed"),
            next_try: None,
        };
        for gauges in [&mut ours, &mut others] {
            gauges.reply(&reply(&[cpu("a")], failed.clone()), at(1));
        }
        assert!(ours.fault().is_some() && others.fault().is_none());
        let whole = Answer::Whole(Facts::Metrics(Vec::new()));
        ours.reply(&reply(&[cpu("a")], whole), at(2));
        assert_eq!(ours.fault(), None);
    }

    #[test]
    fn a_series_is_asked_for_once_a_minute_even_when_it_came_back_empty() {
        let mut gauges = Gauges::default();
        gauges.aim([cpu("a")].into_iter(), at(0));
        assert_eq!(wanted(&gauges), [cpu("a")]);
        gauges.reply(
            &reply(&[cpu("a")], Answer::Whole(Facts::Metrics(Vec::new()))),
            at(1),
        );
        gauges.aim([cpu("a"), cpu("b")].into_iter(), at(30));
        assert_eq!(wanted(&gauges), [cpu("b")]);
        gauges.aim([cpu("a")].into_iter(), at(61));
        assert_eq!(wanted(&gauges), [cpu("a")]);
    }
}
