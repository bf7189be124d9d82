//! The session as it is told.

use super::{Conductor, Phase, kind};
use crate::domain::change::{Target, Value};
use crate::session::ask::PROTOCOL;
use crate::session::load_test::Moved;
use crate::session::record::Actor;
use crate::session::snapshot::{FieldSeen, Kind, Protection, Snapshot, Standing, StepSeen};
use crate::session::state::{End, Leg, StepState};

impl Conductor {
    /// Everything there is to see.
    pub fn snapshot(&self, actor: &Actor, protection: Protection) -> Snapshot {
        let (state, test) = (self.state(), self.test());
        let steps = state.steps.iter().enumerate();
        let lock = state.steps.iter().find(|s| kind(&s.step) == Kind::Lock);
        Snapshot {
            protocol: PROTOCOL,
            session: state.id.clone(),
            plan: test.terms.plan.clone(),
            place: state.place.clone(),
            who: state.user.clone(),
            host: actor.host.clone(),
            pid: actor.pid,
            version: actor.version.clone(),
            protection,
            opened: state.at,
            now: self.now.wall,
            stage: self.stage(),
            said: self.said(),
            why: test.why.clone(),
            closing: test.closing,
            until: test.until,
            unattended_seconds: test.terms.unattended_seconds,
            alone_since: self.alone.map(|m| m.wall),
            attached: self.attached,
            steps: steps.map(|(n, s)| self.step(n, s)).collect(),
            accepted: test.terms.accepted.clone(),
            drift: test.drift.clone(),
            conflicts: self.conflicts.clone(),
            alarms: self.alarms.clone(),
            vitals: self.vitals.clone(),
            notes: u32::try_from(test.notes.len()).unwrap_or(u32::MAX),
            shared: lock.and_then(record_name),
            troubles: self.troubles.values().cloned().collect(),
        }
    }

    fn said(&self) -> Option<String> {
        if let Some(halted) = &self.test().halted {
            return Some(halted.clone());
        }
        match self.phase {
            Phase::Settling { .. } => {
                Some("the rate rules are back; their effect is awaited".to_owned())
            }
            Phase::Waiting { .. } if self.failures > 0 => {
                Some("not everything could be put back; it is tried again".to_owned())
            }
            Phase::Waiting { .. } => Some("waiting for what drains".to_owned()),
            _ => self.test().why.as_ref().map(ToString::to_string),
        }
    }

    fn step(&self, n: usize, state: &StepState) -> StepSeen {
        let (said, percent) = self.live.get(&n).cloned().unwrap_or_default();
        let standing = self.standing(n, state);
        let trouble = state.trouble.as_ref().map(|t| t.what.clone());
        let failed = matches!(standing, Standing::Failed | Standing::InDoubt);
        let fields = state.step.change().into_iter().flat_map(|c| {
            let nets = matches!(c.target, Target::Timer(_) | Target::Record(_));
            c.fields.iter().filter(move |_| !nets).map(|f| FieldSeen {
                field: f.field,
                before: f.before.clone(),
                ours: f.after.clone(),
                now: self.moved(&c.target, f.field),
            })
        });
        StepSeen {
            kind: kind(&state.step),
            resource: state.step.resource().as_str().to_owned(),
            standing,
            said: trouble
                .filter(|_| failed && said.is_empty())
                .unwrap_or(said),
            percent,
            fields: fields.collect(),
        }
    }

    fn moved(&self, target: &Target, field: crate::domain::change::Field) -> Option<Value> {
        let is = |m: &&Moved| m.target == *target && m.field == field;
        let moved = self.conflicts.iter().find(is);
        moved
            .or_else(|| self.test().drift.iter().find(is))
            .and_then(|m| m.now.clone())
    }

    fn standing(&self, n: usize, state: &StepState) -> Standing {
        let target = state.step.change().map(|c| &c.target);
        let in_conflict = self.conflicts.iter().any(|c| Some(&c.target) == target);
        standing(state, in_conflict, self.test().skipped.contains(&n))
    }
}

/// How a step stands, in one word.
pub fn standing(state: &StepState, in_conflict: bool, is_skipped: bool) -> Standing {
    match state.end {
        End::Reverted => return Standing::Reverted,
        End::Draining => return Standing::Draining,
        End::Kept => return Standing::Kept,
        End::Open if in_conflict => return Standing::Conflict,
        End::Open => {}
    }
    if is_skipped && !state.has_landed() {
        return Standing::Skipped;
    }
    match (state.revert, state.apply) {
        (Leg::InDoubt, _) | (Leg::Idle, Leg::InDoubt) => Standing::InDoubt,
        (Leg::Idle, Leg::Idle) => Standing::Waiting,
        (Leg::Idle, Leg::Prepared | Leg::Sent) => Standing::Applying,
        (Leg::Idle, Leg::Done) => Standing::Verifying,
        (Leg::Idle, Leg::Stalled) => Standing::Stalled,
        (Leg::Idle, Leg::Verified) => Standing::Applied,
        (Leg::Idle, Leg::Failed) | (Leg::Failed | Leg::Stalled, _) => Standing::Failed,
        _ => Standing::Reverting,
    }
}

/// The record's path, once it is there.
fn record_name(state: &StepState) -> Option<String> {
    match state.step.change().map(|c| &c.target) {
        Some(Target::Record(at)) if state.has_landed() => Some(at.name.to_string()),
        _ => None,
    }
}

impl Snapshot {
    /// How many seconds are left; `None` where the time does not run yet.
    pub fn left(&self) -> Option<i64> {
        self.until
            .map(|until| until.duration_since(self.now).as_secs().max(0))
    }
}

/// Who asks, for the timeline: `alice on bastion-1`.
pub fn name(actor: &Actor) -> String {
    let user = actor.sudo_user.as_ref().unwrap_or(&actor.user);
    format!("{user} on {}", actor.host)
}
