//! What was done to a target, why, and why not.

use super::super::World;
use super::super::id;
use super::target::Target;
use jiff::{SignedDuration, Timestamp};

/// Activities kept of a target.
const KEPT: usize = 200;
/// What is not reached by then is told as unfulfilled.
const PATIENCE: SignedDuration = SignedDuration::from_mins(25);

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
pub enum Status {
    InProgress,
    Successful,
    Overridden,
    Unfulfilled,
    Failed,
}

/// Why nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    AtMax {
        max: u32,
    },
    AtMin {
        min: u32,
    },
    /// One task fewer, and it would have to come back.
    Flapping {
        current: u32,
    },
}

/// One activity.
#[derive(Clone, Debug)]
pub struct Activity {
    pub id: String,
    pub description: String,
    pub cause: String,
    pub start: Timestamp,
    pub end: Option<Timestamp>,
    pub status: Status,
    pub message: Option<String>,
    pub reason: Option<Reason>,
    /// The desired count that it waits for.
    pub wanted: Option<u32>,
}

impl Activity {
    /// One that is over at once.
    pub fn new(id: String, description: String, cause: String, now: Timestamp) -> Self {
        Self {
            id,
            description,
            cause,
            start: now,
            end: Some(now),
            status: Status::Successful,
            message: None,
            reason: None,
            wanted: None,
        }
    }
}

impl Target {
    pub fn note(&mut self, activity: Activity) {
        self.activities.push_front(activity);
        self.activities.truncate(KEPT);
    }
}

/// Sets the desired count of a target's service, and notes why.
pub fn scale(world: &mut World, place: usize, desired: u32, cause: String) {
    let World {
        scaling,
        ecs,
        rng,
        now,
        ..
    } = world;
    let target = &mut scaling.targets[place];
    let Some(service) = ecs.by_resource(&target.resource) else {
        return;
    };
    for old in target.activities.iter_mut().filter(|a| a.end.is_none()) {
        old.status = Status::Overridden;
        old.end = Some(*now);
        old.message = Some("A newer scaling activity took over.".to_owned());
    }
    ecs.want(service, desired);
    let text = format!("Setting desired count to {desired}.");
    let mut activity = Activity::new(id::uuid(rng), text, cause, *now);
    activity.status = Status::InProgress;
    activity.end = None;
    activity.wanted = Some(desired);
    activity.message = Some(format!(
        "Successfully set desired count to {desired}. Waiting for change to be fulfilled by ecs."
    ));
    target.note(activity);
}

/// Looks whether what was set has come true.
pub fn follow(world: &mut World, place: usize) {
    let World {
        scaling, ecs, now, ..
    } = world;
    let target = &mut scaling.targets[place];
    let open = target.activities.iter_mut().find(|a| a.end.is_none());
    let Some((activity, wanted)) = open.and_then(|a| a.wanted.map(|w| (a, w))) else {
        return;
    };
    let service = ecs.by_resource(&target.resource).map(|p| &ecs.services[p]);
    let there = service.is_some_and(|s| {
        s.alive().count() == s.counts().running as usize && s.counts().running == wanted
    });
    let late = now.duration_since(activity.start) > PATIENCE;
    if there {
        activity.status = Status::Successful;
        activity.message = Some(format!(
            "Successfully set desired count to {wanted}. Change successfully fulfilled by ecs."
        ));
    } else if late {
        activity.status = Status::Unfulfilled;
        activity.message = Some(format!(
            "Successfully set desired count to {wanted}. However, the change was not fulfilled by ecs in time."
        ));
    }
    if there || late {
        activity.end = Some(*now);
    }
}

/// Notes that a policy would have scaled and could not; not twice in a row.
pub fn not_scaled(world: &mut World, place: usize, cause: String, reason: Reason) {
    let id = id::uuid(&mut world.rng);
    let now = world.now;
    let target = &mut world.scaling.targets[place];
    if target
        .activities
        .front()
        .is_some_and(|a| a.reason == Some(reason))
    {
        return;
    }
    let text = "Attempting to scale due to alarm triggered".to_owned();
    let mut activity = Activity::new(id, text, cause, now);
    activity.status = Status::Failed;
    activity.reason = Some(reason);
    target.note(activity);
}
