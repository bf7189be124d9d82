//! From a plan that was looked at and agreed on to the session that begins.

use super::conductor::{Opening, timer_name};
use super::draft::{self, Draft, Reason, Work};
use super::load_test::{Accepted, Terms};
use super::order::Proposal;
use super::plan::Plan;
use super::record::Actor;
use super::shared::{self, SharedRecord, Shelf};
use super::step::Step;
use super::survey::{Record, Survey};
use crate::domain::backstop::{Bounds, RecordRef, Timer};
use crate::domain::change::{Change, Field, Target};
use crate::domain::ids::SessionId;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// A plan against the account that it is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Drafted {
    pub plan: Plan,
    pub survey: Survey,
    pub draft: Draft,
}

impl Drafted {
    /// The reasons against it that were not taken on.
    pub fn standing<'a>(
        &'a self,
        accepted: &'a [Reason],
    ) -> impl Iterator<Item = &'a draft::Refusal> + 'a {
        let taken = |r: &draft::Refusal| r.reason.is_acceptable() && accepted.contains(&r.reason);
        self.draft.refusals.iter().filter(move |r| !taken(r))
    }

    /// The session as it begins. A shelf that cannot be read has no lock; that was accepted by name.
    pub fn opening(&self, id: SessionId, actor: &Actor, accepted: &[Reason]) -> Opening {
        let steps = self.draft.steps.iter();
        let steps: Vec<Step> = steps
            .filter_map(|s| self.step(&s.work, &id, actor))
            .collect();
        Opening {
            id,
            summary: format!("load test {}", self.plan.name),
            subject: self.subject(),
            steps,
            terms: self.terms(accepted),
        }
    }

    fn step(&self, work: &Work, id: &SessionId, actor: &Actor) -> Option<Step> {
        match work {
            Work::Create(backup) => Some(Step::Create(backup.clone())),
            Work::Set(change) => Some(Step::Set(change.clone())),
            Work::Lock(at) => {
                let record = self.record(*at, id, actor)?;
                Some(Step::Set(Change::put(Target::Record(record))))
            }
            Work::Arm(timer) => {
                let of = match &timer.target {
                    Target::Group(name) => Bounds::Group(name.clone()),
                    Target::Scalable(at) => Bounds::Target(at.clone()),
                    _ => return None,
                };
                let timer = Timer {
                    of,
                    name: timer_name(id.as_str()),
                    at: after(self.survey.at, self.plan.ttl + timer.after),
                    min: timer.min,
                    max: timer.max,
                };
                Some(Step::Set(Change::put(Target::Timer(timer))))
            }
        }
    }

    fn record(&self, at: Shelf, id: &SessionId, actor: &Actor) -> Option<RecordRef> {
        let seen = self.survey.records.iter().find(|(s, _)| *s == at);
        let Some((_, Record::Free { next })) = seen else {
            return None;
        };
        let path = at.path(&self.survey.place.scope);
        let sets: Vec<Step> = self.sets().cloned().map(Step::Set).collect();
        let body = SharedRecord {
            v: shared::VERSION,
            session: id.clone(),
            plan: self.plan.name.as_str().to_owned(),
            who: self.survey.place.caller.as_str().to_owned(),
            host: actor.host.clone(),
            opened: self.survey.at,
            until: after(self.survey.at, self.plan.ttl),
            heartbeat: self.survey.at,
            adopts: None,
            open: SharedRecord::restores(&sets),
        };
        Some(RecordRef {
            shelf: at,
            name: format!("{path}/{next}").into(),
            body: body.to_json().into(),
        })
    }

    fn sets(&self) -> impl Iterator<Item = &Change> {
        self.draft.steps.iter().filter_map(|s| match &s.work {
            Work::Set(change) => Some(change),
            _ => None,
        })
    }

    /// The row that lists show it on: of what is changed first.
    fn subject(&self) -> Subject {
        let of = |work: &Work| match work {
            Work::Create(backup) => Some(Subject::Database(backup.database.clone())),
            Work::Set(change) => match &change.target {
                Target::Scalable(at) | Target::Service(at) => Some(Subject::Service(at.clone())),
                Target::Group(name) => Some(Subject::Group(name.clone())),
                Target::Rule(rule) => Some(Subject::Rule(rule.clone())),
                Target::Timer(_) | Target::Record(_) => None,
            },
            Work::Lock(_) | Work::Arm(_) => None,
        };
        let found = self.draft.steps.iter().find_map(|s| of(&s.work));
        // A plan without a step is refused before it comes here.
        found.unwrap_or_else(|| Subject::Group("-".into()))
    }

    fn terms(&self, accepted: &[Reason]) -> Terms {
        let taken = self.draft.refusals.iter();
        let taken = taken.filter(|r| accepted.contains(&r.reason));
        let alarms = self.plan.stop_on_alarm.iter();
        Terms {
            plan: self.plan.name.as_str().to_owned(),
            ttl_seconds: self.plan.ttl.as_secs(),
            unattended_seconds: self.plan.unattended.as_secs(),
            settle_seconds: self.plan.settle.as_secs(),
            alarms: alarms.map(|a: &Text| a.as_str().to_owned()).collect(),
            accepted: taken
                .map(|r| Accepted {
                    reason: r.reason,
                    what: r.fault.what.as_str().to_owned(),
                })
                .collect(),
            adopts: None,
        }
    }
}

/// The timer behind a change of bounds, from what its dialog saw.
pub fn timer_for(step: &Step, proposal: &Proposal, id: &SessionId, at: Timestamp) -> Option<Step> {
    let change = step.change()?;
    let of = match &change.target {
        Target::Scalable(at) => Bounds::Target(at.clone()),
        Target::Group(name) => Bounds::Group(name.clone()),
        _ => return None,
    };
    let seen = proposal.seen.iter().find(|(t, _)| *t == change.target);
    let bound = |field| {
        let known = change.field(field).map(|f| &f.before);
        let known = known.or_else(|| seen.and_then(|(_, r)| r.get(&field)));
        known?.count().and_then(|n| u32::try_from(n).ok())
    };
    let timer = Timer {
        of,
        name: timer_name(id.as_str()),
        at,
        min: bound(Field::Min)?,
        max: bound(Field::Max)?,
    };
    Some(Step::Set(Change::put(Target::Timer(timer))))
}

pub(super) fn after(at: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
