//! What stands against a session that each wish by itself does not show.

use super::{Drafting, GROUP_TIMER, REVERTING, Reason, has_timer};
use crate::domain::autoscaling::{ScalingDetail, ScheduledAction};
use crate::domain::change::Target;
use crate::domain::ecs::{Headroom, Rollout, Service};
use crate::domain::fault::{Fault, FaultKind, Part, is_unread};
use crate::domain::plan::Planned;
use crate::domain::subject::Observation;
use crate::domain::text::Text;
use crate::domain::units;
use crate::session::shared;
use crate::session::survey::{Found, Lifetime, Record, Wish};
use jiff::{SignedDuration, Timestamp};

/// More than this, and timers and countdowns mean something else than they say.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// How the timers of a session begin: all others are foreign.
const OURS: &str = "tidegate-";

impl Drafting<'_> {
    pub(super) fn check(&mut self, planned: &[(usize, Planned)]) {
        self.shelves();
        self.clock();
        self.credentials();
        self.alarms();
        for n in 0..self.survey.found.len() {
            self.found(n);
        }
        let grows = self.capacity_grows(planned);
        for (n, _) in planned {
            self.room(*n, grows);
        }
        self.timers(planned);
    }

    fn shelves(&mut self) {
        for (_, record) in &self.survey.records {
            match record {
                Record::Free { .. } => {}
                Record::Taken(open) => {
                    let what = format!(
                        "A session is open here: {} of {} on {}, until {}",
                        open.plan,
                        open.who,
                        open.host,
                        units::moment(open.until)
                    );
                    let silent = self.survey.at.duration_since(open.heartbeat) > shared::SILENCE;
                    let next = if silent {
                        "nobody carries it: `tidegate session recover` puts it back"
                    } else {
                        "wait for its end, or ask its owner to revert it"
                    };
                    let fault = refused(what)
                        .means("one session at a time in an account and region")
                        .next(next);
                    self.refuse(Reason::Locked, None, fault);
                }
                Record::Unreadable(fault) => {
                    let fault = Fault {
                        means: Text::fixed(
                            "colleagues do not see the session, and nothing keeps a second one out",
                        ),
                        ..fault.clone()
                    };
                    self.refuse(Reason::NoSharedRecord, None, fault);
                }
            }
        }
    }

    fn clock(&mut self) {
        let Some(skew) = self.survey.skew.filter(|s| s.abs() > SKEW) else {
            return;
        };
        let way = if skew.is_positive() {
            "behind"
        } else {
            "ahead of"
        };
        let what = format!(
            "This machine's clock is {} s {way} AWS's",
            skew.abs().as_secs()
        );
        let fault = refused(what)
            .means("timers in AWS would run at another time than the session ends")
            .next("set the clock (chronyc makestep, or timedatectl)");
        self.refuse(Reason::ClockSkew, None, fault);
    }

    fn credentials(&mut self) {
        let Lifetime::Until(end) = self.survey.lifetime else {
            return;
        };
        let needed = self.plan.ttl + self.plan.settle + REVERTING;
        if self.after(needed) <= end {
            return;
        }
        let what = format!(
            "The credentials end at {} and cannot be renewed",
            units::moment(end)
        );
        let fault = refused(what)
            .means("the session could not put everything back by itself")
            .next("renew them, shorten the ttl, or use a role that renews itself");
        self.refuse(Reason::CredentialsExpire, None, fault);
    }

    fn alarms(&mut self) {
        for alarm in &self.survey.alarms {
            let name = &alarm.name;
            match &alarm.state {
                Ok(Some(state)) if state.as_str() == "ALARM" => {
                    let fault = refused(format!("The alarm {name} is in ALARM now"))
                        .means("the test would end at once")
                        .next("wait until it is OK, or take it out of stop_on_alarm");
                    self.refuse(Reason::Impossible, None, fault);
                }
                Ok(Some(_)) => {}
                Ok(None) => {
                    let fault = refused(format!("There is no alarm {name}"))
                        .means("it could not stop the test")
                        .next("mend its name in stop_on_alarm");
                    self.refuse(Reason::Mistake, None, fault);
                }
                Err(fault) => self.refuse(Reason::Unseen, None, fault.clone()),
            }
        }
    }

    fn found(&mut self, n: usize) {
        let found = &self.survey.found[n];
        let name = found.wish.name();
        match &found.observed {
            Ok(Observation::Service {
                service, target, ..
            }) => {
                if is_deploying(service) {
                    self.refuse(Reason::DeploymentRunning, Some(n), deploying(&name));
                }
                if target.as_ref().is_some_and(|t| t.suspended.scheduled) {
                    self.refuse(Reason::ScalingSuspended, Some(n), suspended(&name));
                }
            }
            Ok(Observation::Group { group, .. }) => {
                let held = |p: &Text| p.as_str() == "ScheduledActions";
                if group.suspended.iter().any(held) {
                    self.refuse(Reason::ScalingSuspended, Some(n), suspended(&name));
                }
            }
            Ok(Observation::Rule { .. }) => self.expired(n, found),
            Ok(Observation::Database { underway, .. }) => {
                let known = self.is_refused(n, Reason::DatabaseBusy);
                if let Some(id) = underway.as_ref().filter(|_| !known) {
                    let fault = refused(format!(
                        "The snapshot {} of {name} is being made",
                        id.text()
                    ))
                    .means("AWS makes one at a time")
                    .next("wait until it is available");
                    self.refuse(Reason::DatabaseBusy, Some(n), fault);
                }
            }
            Err(_) => {}
        }
        match &found.scaling {
            Some(Ok(detail)) => self.scaling(n, &name, detail),
            Some(Err(fault)) => self.refuse(Reason::Unseen, Some(n), fault.clone()),
            None => {}
        }
    }

    /// Whether the wish by itself was refused for this already.
    fn is_refused(&self, n: usize, reason: Reason) -> bool {
        self.refusals
            .iter()
            .any(|r| r.wish == Some(n) && r.reason == reason)
    }

    fn expired(&mut self, n: usize, found: &Found) {
        let names: Vec<&str> = found.expired.iter().map(Text::as_str).collect();
        if names.is_empty() || self.is_refused(n, Reason::ManagedVersionExpired) {
            return;
        }
        let fault = refused(format!(
            "The web ACL uses an expired version of {}",
            names.join(", ")
        ))
        .means("AWS refuses every update of it")
        .next("choose a version that is alive, in the AWS console");
        self.refuse(Reason::ManagedVersionExpired, Some(n), fault);
    }

    fn scaling(&mut self, n: usize, name: &Text, detail: &ScalingDetail) {
        if let Some(status) = &detail.refresh {
            let fault = refused(format!(
                "An instance refresh of {name} is under way ({status})"
            ))
            .means("it replaces instances while the load comes")
            .next("wait until it has ended, or cancel it");
            self.refuse(Reason::InstanceRefresh, Some(n), fault);
        }
        for part in [Part::Scheduled, Part::Refresh] {
            if is_unread(&detail.gaps, part)
                && let Some(gap) = detail.gaps.iter().find(|g| g.part == part)
            {
                self.refuse(Reason::Unseen, Some(n), gap.fault.clone());
            }
        }
        let until = self.after(self.plan.ttl + GROUP_TIMER);
        // None of them is this session's: it has armed nothing yet. Those of an open one go with it.
        let records = self.survey.records.iter();
        let locked = records
            .map(|(_, r)| r)
            .any(|r| matches!(r, Record::Taken(_)));
        let foreign = |a: &&ScheduledAction| {
            let theirs = locked && a.name.as_str().starts_with(OURS);
            !theirs && runs_within(a, self.survey.at, until)
        };
        for action in detail.scheduled.iter().filter(foreign) {
            let next = if action.name.as_str().starts_with(OURS) {
                "remove what a session left: `tidegate session recover --remove-timers`"
            } else {
                "move it, or choose another time"
            };
            let fault = refused(format!(
                "The scheduled action {} of {name} runs within the test ({})",
                action.name, action.schedule
            ))
            .means("it would overwrite what the session sets")
            .next(next);
            self.refuse(Reason::ForeignTimer, Some(n), fault);
        }
    }

    /// Whether the plan itself brings more instances, or ECS does: then the room of now says little.
    fn capacity_grows(&self, planned: &[(usize, Planned)]) -> bool {
        planned
            .iter()
            .any(|(n, _)| matches!(self.survey.found[*n].wish, Wish::Group(_)))
    }

    fn room(&mut self, n: usize, grows: bool) {
        let found = &self.survey.found[n];
        let (
            Wish::Service(wish),
            Ok(Observation::Service {
                service, headroom, ..
            }),
        ) = (&found.wish, &found.observed)
        else {
            return;
        };
        let Some(short) = short(service, headroom.as_ref(), wish.min).filter(|_| !grows) else {
            return;
        };
        let fault = refused(format!(
            "{} of {} tasks of {} find no instance with room for them now",
            short,
            wish.min,
            found.wish.name()
        ))
        .means("they wait until the group grows, if it does")
        .next("add the group to the plan (asg = […]), or ask for fewer tasks");
        self.refuse(Reason::NoRoom, Some(n), fault);
    }

    fn timers(&mut self, planned: &[(usize, Planned)]) {
        for (n, planned) in planned {
            for change in planned.changes.iter().filter(|c| !has_timer(c)) {
                let name = self.survey.found[*n].wish.name();
                let (reason, fault) = match change.target {
                    Target::Rule(_) => (
                        Reason::NoRateTimer,
                        refused(format!("Nothing in AWS closes the {name}"))
                            .means("it stays open if the guard and this machine both die"),
                    ),
                    _ => (
                        Reason::NoDesiredTimer,
                        refused(format!("Nothing in AWS scales the {name} back"))
                            .means("it has no scalable target, so no scheduled action: it stays scaled if the guard and this machine both die"),
                    ),
                };
                self.refuse(reason, Some(*n), fault);
            }
        }
    }

    fn after(&self, by: std::time::Duration) -> Timestamp {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.survey.at.checked_add(by).unwrap_or(Timestamp::MAX)
    }
}

fn is_deploying(service: &Service) -> bool {
    service.deployments > 1 || service.rollout == Rollout::InProgress
}

fn deploying(name: &Text) -> Fault {
    refused(format!("A deployment of the {name} is under way"))
        .means("autoscaling does not scale in meanwhile, and the test measures two versions")
        .next("wait until it has ended")
}

fn suspended(name: &Text) -> Fault {
    refused(format!("Scheduled scaling of the {name} is suspended"))
        .means("the timers that put it back would not run")
        .next("resume it")
}

/// Tasks that find no place now.
fn short(service: &Service, headroom: Option<&Headroom>, asked: u32) -> Option<u32> {
    let more = asked.saturating_sub(service.running);
    let room = headroom?.tasks?;
    more.checked_sub(room).filter(|short| *short > 0)
}

/// An action that comes again and again may run within the test: AWS does not say when.
/// One that ran already may still be listed.
fn runs_within(action: &ScheduledAction, from: Timestamp, until: Timestamp) -> bool {
    action
        .next
        .is_none_or(|next| (from..=until).contains(&next))
}

fn refused(what: impl AsRef<str>) -> Fault {
    Fault::new(FaultKind::Refused, what)
}
