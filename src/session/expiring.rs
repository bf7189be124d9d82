//! A single change that goes back by itself: a small session, held to what a plan is held to.

use super::conductor::Opening;
use super::draft::{self, Reason, Refusal};
use super::load_test::{Accepted, Terms};
use super::opening::{after, timer_for};
use super::order::{Proposal, Proposed};
use super::plan::{GroupWish, Plan, RuleSet, RuleWish, ServiceWish};
use super::record::Actor;
use super::shared::{self, SharedRecord, Shelf};
use super::step::Step;
use super::survey::{Record, Survey};
use crate::domain::backstop::RecordRef;
use crate::domain::change::{Change, Field, Target};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::domain::plan::Planned;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use std::time::Duration;

/// What was confirmed, and when it ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Expiring {
    pub proposal: Proposal,
    /// So long it stays.
    pub after: Duration,
}

/// The change's own review shows these, or the banner does as long as it is open: a `y` takes them on.
const SHOWN: [Reason; 5] = [
    Reason::DeploymentRunning,
    Reason::NoRoom,
    Reason::NoRateTimer,
    Reason::NoDesiredTimer,
    Reason::NoSharedRecord,
];

impl Expiring {
    /// What it wishes for: looked at in the account as a plan is.
    pub fn plan(&self) -> Plan {
        let mut plan = Plan {
            name: self.proposal.summary.clone(),
            ttl: self.after,
            unattended: self.after,
            settle: Duration::ZERO,
            backup: Vec::new(),
            stop_on_alarm: Vec::new(),
            groups: Vec::new(),
            services: Vec::new(),
            rules: Vec::new(),
        };
        match &self.proposal.subject {
            Subject::Database(at) => plan.backup.push(at.id.clone()),
            Subject::Group(name) => plan.groups.push(GroupWish {
                name: name.clone(),
                min: self.wished(&[Field::Min]),
                max: self.wished(&[Field::Max]),
            }),
            Subject::Service(at) => plan.services.push(ServiceWish {
                cluster: at.cluster.clone(),
                name: at.service.clone(),
                min: self.wished(&[Field::Min, Field::Desired]),
                max: self.wished(&[Field::Max, Field::Desired]),
            }),
            Subject::Rule(at) => plan.rules.push(RuleWish {
                acl: at.acl.name.clone(),
                scope: at.acl.scope,
                rule: at.rule.clone(),
                set: RuleSet::Count,
            }),
        }
        plan
    }

    /// What one of these fields becomes, or stays.
    fn wished(&self, fields: &[Field]) -> u32 {
        let changes = || self.changes();
        let set = |f: &Field| changes().find_map(|c| c.field(*f)?.after.count());
        let seen = |f: &Field| {
            let mut readings = self.proposal.seen.iter();
            readings.find_map(|(_, r)| r.get(f)?.count())
        };
        let found = fields.iter().find_map(set);
        let found = found.or_else(|| fields.iter().find_map(seen));
        found.and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
    }

    fn changes(&self) -> impl Iterator<Item = &Change> {
        self.proposal.steps.iter().filter_map(|s| match s {
            Proposed::Set(change) => Some(change),
            Proposed::Create(_) => None,
        })
    }

    /// The session that carries it; refused for what a plan would be, but for what was seen and
    /// confirmed.
    pub fn opening(&self, id: SessionId, survey: &Survey, actor: &Actor) -> Result<Opening, Fault> {
        let planned = Planned {
            changes: self.changes().cloned().collect(),
            ..Planned::default()
        };
        let refusals = draft::against(&self.plan(), survey, planned, &id);
        let (taken, standing): (_, Vec<Refusal>) =
            refusals.into_iter().partition(|r| is_taken_on(r, survey));
        if let Some(fault) = refused(&standing) {
            return Err(fault);
        }
        let proposed = self.proposal.steps.iter().cloned();
        let sets: Vec<Step> = proposed.map(Step::from).collect();
        let timer = |s: &Step| timer_for(s, &self.proposal, &id, survey.at);
        let timers: Vec<Step> = sets.iter().filter_map(timer).collect();
        let locks = self.locks(&id, survey, actor, &sets);
        Ok(Opening {
            summary: self.proposal.summary.as_str().to_owned(),
            subject: self.proposal.subject.clone(),
            steps: [locks, timers, sets].concat(),
            terms: self.terms(taken),
            id,
        })
    }

    /// A record on each shelf that can be read: the region's, and for a CLOUDFRONT rule its own.
    fn locks(&self, id: &SessionId, survey: &Survey, actor: &Actor, sets: &[Step]) -> Vec<Step> {
        let body = SharedRecord {
            v: shared::VERSION,
            session: id.clone(),
            plan: self.proposal.summary.as_str().to_owned(),
            who: survey.place.caller.as_str().to_owned(),
            host: actor.host.clone(),
            opened: survey.at,
            until: after(survey.at, self.after),
            heartbeat: survey.at,
            adopts: None,
            open: SharedRecord::restores(sets),
        };
        let lock = |shelf: Shelf, next: u64| {
            let path = shelf.path(&survey.place.scope);
            Step::Set(Change::put(Target::Record(RecordRef {
                shelf,
                name: format!("{path}/{next}").into(),
                body: body.to_json().into(),
            })))
        };
        let records = survey.records.iter();
        let free = records.filter_map(|(shelf, record)| match record {
            Record::Free { next } => Some(lock(*shelf, *next)),
            Record::Taken(_) | Record::Unreadable(_) => None,
        });
        free.collect()
    }

    /// Nobody has to stay attached: it is its time that counts.
    fn terms(&self, taken: Vec<Refusal>) -> Terms {
        let accepted = taken.into_iter().map(|r| Accepted {
            reason: r.reason,
            what: r.fault.what.as_str().to_owned(),
        });
        Terms {
            plan: self.proposal.summary.as_str().to_owned(),
            ttl_seconds: self.after.as_secs(),
            unattended_seconds: self.after.as_secs(),
            settle_seconds: 0,
            alarms: Vec::new(),
            accepted: accepted.collect(),
            adopts: None,
        }
    }
}

/// A shelf that may not be read is shown in the banner; one that could not be read may hold a lock.
fn is_taken_on(refusal: &Refusal, survey: &Survey) -> bool {
    let mut records = survey.records.iter();
    let in_doubt = records.any(|(_, record)| match record {
        Record::Unreadable(fault) => fault.kind != FaultKind::Denied,
        Record::Free { .. } | Record::Taken(_) => false,
    });
    SHOWN.contains(&refusal.reason) && !(in_doubt && refusal.reason == Reason::NoSharedRecord)
}

/// All that stands against it, as one fault.
fn refused(standing: &[Refusal]) -> Option<Fault> {
    let first = standing.first()?;
    let all: Vec<&str> = standing.iter().map(|r| r.fault.what.as_str()).collect();
    Some(Fault {
        what: Text::clean(&format!("{} ({})", all.join("; "), first.reason)),
        next: Text::clean(&format!(
            "{}; a change without an end (Tab in its review) is not held to this",
            first.fault.next
        )),
        ..first.fault.clone()
    })
}

#[cfg(test)]
#[path = "expiring_tests.rs"]
mod tests;
