//! A plan against an account: the steps in order with before and during, their risks, and every
//! reason not to begin, all found in one go. Pure: nothing here asks AWS.

mod check;
mod refusal;

pub use refusal::{Reason, Refusal};

use super::plan::{Plan, RuleSet};
use super::shared::{self, SharedRecord, Shelf};
use super::step::Step;
use super::survey::{Found, Survey, Wish};
use crate::domain::backup::Backup;
use crate::domain::change::{Change, Target};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::health::Finding;
use crate::domain::ids::SessionId;
use crate::domain::plan::{self, Ceilings, Planned};
use crate::domain::subject::Observation;
use crate::domain::text::Text;
use std::collections::BTreeSet;
use std::time::Duration;

/// A target's timer runs so long after the end: the guard should have done it long before.
pub const TARGET_TIMER: Duration = Duration::from_mins(15);
/// A group's, after the targets': instances must not go before the tasks on them (product.md §4).
pub const GROUP_TIMER: Duration = Duration::from_mins(45);
/// So long putting everything back may take, for credentials that end.
const REVERTING: Duration = Duration::from_mins(15);

/// One-time scheduled action of AWS that restores bounds with nothing of ours running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    pub target: Target,
    /// After the end of the session.
    pub after: Duration,
    pub min: u32,
    pub max: u32,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// The record in the account, which is the lock.
    Lock(Shelf),
    Create(Backup),
    Arm(Timer),
    Set(Change),
}

/// One step, as it would be carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftStep {
    pub work: Work,
    /// What has to be seen before the next step begins.
    pub awaits: Text,
    pub risks: Vec<Finding>,
}

impl DraftStep {
    /// Whether it only stands behind others: without them it is nothing.
    pub fn is_net(&self) -> bool {
        matches!(self.work, Work::Lock(_) | Work::Arm(_))
    }
}

/// A plan as it would be carried out here and now.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub steps: Vec<DraftStep>,
    pub refusals: Vec<Refusal>,
    /// Wishes that are fulfilled already: nothing is sent for them.
    pub nothing: Vec<Text>,
    /// IAM actions that were missing while it was looked at.
    pub missing: BTreeSet<Text>,
}

/// What the plan comes down to in the account that the survey saw.
pub fn draft(plan: &Plan, survey: &Survey, ceilings: &Ceilings, id: &SessionId) -> Draft {
    let mut drafting = Drafting::new(plan, survey);
    let planned: Vec<(usize, Planned)> = survey
        .found
        .iter()
        .enumerate()
        .filter_map(|(n, found)| Some((n, drafting.one(n, found, ceilings)?)))
        .collect();
    drafting.check(&planned);
    let steps = drafting.steps(planned);
    drafting.fits(&steps, id);
    Draft {
        steps,
        nothing: std::mem::take(&mut drafting.nothing),
        refusals: drafting.refused(),
        missing: missing(survey),
    }
}

/// What stands against a change that was decided on in a dialog of its own, seen as a plan of one wish.
pub fn against(plan: &Plan, survey: &Survey, planned: Planned, id: &SessionId) -> Vec<Refusal> {
    let mut drafting = Drafting::new(plan, survey);
    drafting.seen();
    let planned = vec![(0, planned)];
    drafting.check(&planned);
    let steps = drafting.steps(planned);
    drafting.fits(&steps, id);
    drafting.refused()
}

/// A draft being made.
struct Drafting<'a> {
    plan: &'a Plan,
    survey: &'a Survey,
    refusals: Vec<Refusal>,
    nothing: Vec<Text>,
}

impl<'a> Drafting<'a> {
    fn new(plan: &'a Plan, survey: &'a Survey) -> Self {
        Self {
            plan,
            survey,
            refusals: Vec::new(),
            nothing: Vec::new(),
        }
    }
}

impl Drafting<'_> {
    /// Those that nothing helps against come first.
    fn refused(mut self) -> Vec<Refusal> {
        self.refusals
            .sort_by_key(|r| (r.reason.is_acceptable(), r.wish));
        self.refusals
    }

    /// What a wish's own plan would refuse by itself: it cannot be seen, or not be edited.
    fn seen(&mut self) {
        let survey = self.survey;
        for (n, found) in survey.found.iter().enumerate() {
            let refused = match (&found.observed, &found.wish) {
                (Err(fault), _) => Some(refusal::unseen(fault, &found.near)),
                (Ok(observed @ Observation::Rule { acl, .. }), Wish::Rule(wish)) => {
                    let editable = acl.editable_rule(&wish.rule);
                    editable.err().map(|f| (Reason::of(found, observed), f))
                }
                _ => None,
            };
            if let Some((reason, fault)) = refused {
                self.refuse(reason, Some(n), fault);
            }
        }
    }

    fn refuse(&mut self, reason: Reason, wish: Option<usize>, fault: Fault) {
        self.refusals.push(Refusal {
            reason,
            wish,
            fault,
        });
    }

    /// What one wish comes down to; `None` where it is refused or fulfilled.
    fn one(&mut self, n: usize, found: &Found, ceilings: &Ceilings) -> Option<Planned> {
        let planned = match &found.observed {
            Err(fault) => Err(refusal::unseen(fault, &found.near)),
            Ok(observed) => self
                .plan_of(found, observed, ceilings)
                .map_err(|fault| (Reason::of(found, observed), fault)),
        };
        match planned {
            Err((reason, fault)) => {
                self.refuse(reason, Some(n), fault);
                None
            }
            Ok(planned) if planned.is_nothing() => {
                self.nothing.push(found.wish.name());
                None
            }
            Ok(planned) => Some(planned),
        }
    }

    fn plan_of(
        &self,
        found: &Found,
        observed: &Observation,
        ceilings: &Ceilings,
    ) -> Result<Planned, Fault> {
        match &found.wish {
            Wish::Backup(_) => plan::backup(observed, self.survey.at),
            Wish::Group(wish) => plan::bounds(observed, [wish.min, wish.max], ceilings),
            Wish::Service(wish) => plan::bounds(observed, [wish.min, wish.max], ceilings),
            Wish::Rule(wish) => match wish.set {
                RuleSet::Count => plan::count(observed, &wish.rule),
                RuleSet::Limit(limit) => plan::limit(observed, &wish.rule, &limit.to_string()),
            },
        }
    }

    /// Lock, backups, timers, then groups, services and rules, as the survey has them.
    fn steps(&self, planned: Vec<(usize, Planned)>) -> Vec<DraftStep> {
        let locks = self.survey.records.iter().map(|(shelf, _)| lock(*shelf));
        let mut backups = Vec::new();
        let (mut timers, mut sets) = (Vec::new(), Vec::new());
        for (n, planned) in planned {
            let risks = planned.warnings;
            let wish = &self.survey.found[n].wish;
            if !planned.changes.is_empty() {
                timers.extend(timer(&self.survey.found[n]));
            }
            if let Some(backup) = planned.backup {
                backups.push(DraftStep {
                    work: Work::Create(backup),
                    awaits: Text::fixed("until it is available"),
                    risks: risks.clone(),
                });
            }
            sets.extend(planned.changes.into_iter().map(|change| DraftStep {
                awaits: awaits(wish, &change),
                work: Work::Set(change),
                risks: risks.clone(),
            }));
        }
        locks.chain(backups).chain(timers).chain(sets).collect()
    }

    fn fits(&mut self, steps: &[DraftStep], id: &SessionId) {
        let sets: Vec<Step> = steps.iter().filter_map(|s| s.work.step()).collect();
        let survey = self.survey;
        let record = SharedRecord {
            v: shared::VERSION,
            session: id.clone(),
            plan: self.plan.name.as_str().to_owned(),
            who: survey.place.caller.as_str().to_owned(),
            host: "x".repeat(64),
            opened: survey.at,
            until: survey.at,
            heartbeat: survey.at,
            adopts: None,
            open: SharedRecord::restores(&sets),
        };
        if let Some(excess) = record.excess() {
            let fault = Fault::new(
                FaultKind::Refused,
                format!("The session's record does not fit into one parameter: {excess} bytes are missing"),
            )
            .means("a colleague's tidegate could not put everything back from it")
            .next("make two plans of it, to be run one after the other");
            self.refuse(Reason::RecordTooLarge, None, fault);
        }
    }
}

impl Work {
    /// As a step of the journal, where it is one already.
    fn step(&self) -> Option<Step> {
        match self {
            Self::Set(change) => Some(Step::Set(change.clone())),
            Self::Create(backup) => Some(Step::Create(backup.clone())),
            Self::Lock(_) | Self::Arm(_) => None,
        }
    }

    /// The IAM action it takes.
    pub fn action(&self) -> &'static str {
        use crate::domain::rds::DatabaseKind;
        match self {
            Self::Lock(_) => "ssm:PutParameter",
            Self::Create(backup) if backup.database.kind == DatabaseKind::Cluster => {
                "rds:CreateDBClusterSnapshot"
            }
            Self::Create(_) => "rds:CreateDBSnapshot",
            Self::Arm(timer) => match timer.target {
                Target::Group(_) => "autoscaling:PutScheduledUpdateGroupAction",
                _ => "application-autoscaling:PutScheduledAction",
            },
            Self::Set(change) => match change.target {
                Target::Scalable(_) => "application-autoscaling:RegisterScalableTarget",
                Target::Service(_) => "ecs:UpdateService",
                Target::Group(_) => "autoscaling:UpdateAutoScalingGroup",
                Target::Rule(_) => "wafv2:UpdateWebACL",
                // A draft has kinds of its own for these.
                Target::Timer(_) | Target::Record(_) => "",
            },
        }
    }
}

fn lock(shelf: Shelf) -> DraftStep {
    DraftStep {
        work: Work::Lock(shelf),
        awaits: Text::fixed("created without overwrite: only one session can be open"),
        risks: Vec::new(),
    }
}

/// The timer that restores the bounds of a target or group, both of them (aws-facts.md §3.2).
/// Nothing in AWS closes a rate rule or lowers the count of a service without a target.
fn timer(found: &Found) -> Option<DraftStep> {
    let (target, after, min, max) = match found.observed.as_ref().ok()? {
        Observation::Service {
            target: Some(t), ..
        } => (Target::Scalable(t.at.clone()), TARGET_TIMER, t.min, t.max),
        Observation::Group { group, .. } => {
            let target = Target::Group(group.name.clone());
            (target, GROUP_TIMER, group.min, group.max)
        }
        _ => return None,
    };
    Some(DraftStep {
        work: Work::Arm(Timer {
            target,
            after,
            min,
            max,
        }),
        awaits: Text::fixed("read back"),
        risks: Vec::new(),
    })
}

fn awaits(wish: &Wish, change: &Change) -> Text {
    let said = match (wish, &change.target) {
        (Wish::Group(wish), _) => format!("until {} instances are in service", wish.min),
        (Wish::Service(wish), Target::Scalable(_)) => {
            format!(
                "until desired is at least {0}, then until {0} run",
                wish.min
            )
        }
        (Wish::Service(wish), _) => format!("until {} run", wish.min),
        _ => "read back, then until the counts show it".to_owned(),
    };
    Text::clean(&said)
}

fn missing(survey: &Survey) -> BTreeSet<Text> {
    let observed = survey
        .found
        .iter()
        .filter_map(|f| f.observed.as_ref().err());
    let scaling = survey
        .found
        .iter()
        .filter_map(|f| f.scaling.as_ref()?.as_ref().err());
    let records = survey.records.iter().filter_map(|(_, r)| match r {
        super::survey::Record::Unreadable(fault) => Some(fault),
        _ => None,
    });
    let alarms = survey.alarms.iter().filter_map(|a| a.state.as_ref().err());
    let faults = observed.chain(scaling).chain(records).chain(alarms);
    faults
        .filter(|f| f.kind == FaultKind::Denied)
        .filter_map(|f| f.action.clone())
        .collect()
}

/// What a service without a target, or a rule, has nothing in AWS to put it back with.
fn has_timer(change: &Change) -> bool {
    matches!(change.target, Target::Scalable(_) | Target::Group(_))
}

#[cfg(test)]
#[path = "draft_tests.rs"]
pub(super) mod tests;
