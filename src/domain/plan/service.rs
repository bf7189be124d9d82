//! `s` on a service. With a scalable target the minimum is what is set, because
//! autoscaling may overrule a desired count (aws-facts.md §3.1).

use super::{Planned, counts, finding, moved, number, refuse, several};
use crate::domain::autoscaling::{Policy, ScalableTarget, shrinks_by_itself};
use crate::domain::change::{Change, Field, FieldChange, Hold, Target};
use crate::domain::ecs::{Controller, Headroom, Rollout, Scheduling, Service, ServiceStatus};
use crate::domain::fault::Fault;
use crate::domain::health::{Finding, Level};
use crate::domain::text::Text;

/// AWS's default quota of tasks per service.
const USUAL_QUOTA: u32 = 5_000;

/// What is known of the service.
pub struct Facts<'a> {
    pub service: &'a Service,
    pub target: Option<&'a ScalableTarget>,
    pub policies: &'a [Policy],
    pub headroom: Option<&'a Headroom>,
}

impl Facts<'_> {
    /// Whether autoscaling lowers the count without being told to.
    fn shrinks(&self) -> bool {
        self.target
            .is_some_and(|t| shrinks_by_itself(t, self.policies))
    }
}

/// What scaling to `input` tasks comes down to.
pub fn scale(facts: &Facts<'_>, input: &str, ceiling: Option<u32>) -> Result<Planned, Fault> {
    can_be_scaled(facts.service)?;
    let n = number::count(input, "tasks")?;
    below_ceiling(n, facts.service.desired, ceiling)?;
    let changes = match facts.target {
        Some(target) => with_target(facts, target, n),
        None => desired_only(facts.service, n, Hold::Held)
            .into_iter()
            .collect(),
    };
    let warnings = warnings(facts, n, !changes.is_empty());
    Ok(Planned {
        seen: seen(facts),
        summary: summary(facts, n),
        changes,
        warnings,
        backup: None,
    })
}

/// What a load test's bounds come down to: exactly these, and desired no lower than the minimum.
/// Without a scalable target the service runs `min` tasks.
pub fn bounds_to(
    facts: &Facts<'_>,
    [min, max]: [u32; 2],
    ceiling: Option<u32>,
) -> Result<Planned, Fault> {
    can_be_scaled(facts.service)?;
    let most = if facts.target.is_some() { max } else { min };
    below_ceiling(most, facts.service.desired, ceiling)?;
    let changes: Vec<Change> = match facts.target {
        Some(target) => exactly(facts.service, target, min, max)
            .into_iter()
            .collect(),
        None => desired_only(facts.service, min, Hold::Held)
            .into_iter()
            .collect(),
    };
    let lowered = facts.target.and_then(|t| stops(facts.service, t, max));
    let warnings = lowered
        .into_iter()
        .chain(emptied(most))
        .chain(room(facts, min))
        .chain(above_quota(most))
        .chain(deployer(facts))
        .collect();
    let name = facts.service.at.service.text();
    let said = match facts.target {
        Some(t) => format!("{name} {}–{} → {min}–{max} tasks", t.min, t.max),
        None => format!("{name} {} → {min} tasks", facts.service.desired),
    };
    Ok(Planned {
        seen: seen(facts),
        summary: Text::clean(&said),
        changes,
        warnings,
        backup: None,
    })
}

fn stops(service: &Service, target: &ScalableTarget, max: u32) -> Option<Finding> {
    let gone = service.desired.checked_sub(max).filter(|gone| *gone > 0)?;
    Some(finding(
        Level::Bad,
        format!(
            "The maximum falls from {} below what runs: {} stop at once",
            target.max,
            several(gone, "task")
        ),
    ))
}

fn can_be_scaled(service: &Service) -> Result<(), Fault> {
    let name = service.at.service.text();
    if service.scheduling == Scheduling::Daemon {
        return Err(refuse(format!("{name} is a DAEMON service"))
            .means("it runs one task on each instance and has no desired count")
            .next("change the number of instances instead"));
    }
    if service.controller == Controller::External {
        return Err(refuse(format!(
            "{name} is run by an EXTERNAL deployment controller"
        ))
        .means("its task sets decide how many tasks run, not its desired count")
        .next("scale it with the tool that deploys it"));
    }
    if service.status != ServiceStatus::Active {
        return Err(refuse(format!("{name} is not active"))
            .means("ECS does not scale a service that is being deleted")
            .next("refresh the list"));
    }
    Ok(())
}

/// A service above the ceiling may always be made smaller.
fn below_ceiling(n: u32, desired: u32, ceiling: Option<u32>) -> Result<(), Fault> {
    if n <= ceiling.unwrap_or(USUAL_QUOTA) || n <= desired {
        return Ok(());
    }
    Err(match ceiling {
        Some(max) => refuse(format!("{n} tasks are more than this profile allows"))
            .means(format!("max_tasks is {max}"))
            .next("type a smaller number, or raise max_tasks in the config file"),
        None => refuse(format!("{n} tasks are more than AWS runs for a service"))
            .means(format!("its quota is {USUAL_QUOTA} unless it was raised"))
            .next("type a smaller number — or set max_tasks in the config file to your quota"),
    })
}

fn with_target(facts: &Facts<'_>, target: &ScalableTarget, n: u32) -> Vec<Change> {
    let bounds = bounds(facts.service, target, n);
    let lower = n < facts.service.desired && !facts.shrinks();
    let desired = lower
        .then(|| desired_only(facts.service, n, Hold::Floating))
        .flatten();
    bounds.into_iter().chain(desired).collect()
}

/// Min, and max where it is too low.
fn bounds(service: &Service, target: &ScalableTarget, n: u32) -> Option<Change> {
    exactly(service, target, n, target.max.max(n))
}

/// Both bounds. `Desired` is only recorded: the new minimum lifts it, and an undo must know it.
fn exactly(service: &Service, target: &ScalableTarget, min: u32, max: u32) -> Option<Change> {
    let mut fields: Vec<FieldChange> = [
        moved(Field::Min, target.min, min, Hold::Held),
        moved(Field::Max, target.max, max, Hold::Held),
    ]
    .into_iter()
    .flatten()
    .collect();
    if fields.is_empty() {
        return None;
    }
    fields.extend(moved(
        Field::Desired,
        service.desired,
        service.desired.max(min),
        Hold::Floating,
    ));
    Some(Change {
        target: Target::Scalable(service.at.clone()),
        fields,
    })
}

fn desired_only(service: &Service, n: u32, hold: Hold) -> Option<Change> {
    let field = moved(Field::Desired, service.desired, n, hold)?;
    Some(Change {
        target: Target::Service(service.at.clone()),
        fields: vec![field],
    })
}

fn seen(facts: &Facts<'_>) -> Vec<(Target, crate::domain::change::Reading)> {
    let at = facts.service.at.clone();
    match facts.target {
        Some(t) => vec![(
            Target::Scalable(at),
            counts(&[(Field::Min, t.min), (Field::Max, t.max)]),
        )],
        None => vec![(
            Target::Service(at),
            counts(&[(Field::Desired, facts.service.desired)]),
        )],
    }
}

fn summary(facts: &Facts<'_>, n: u32) -> Text {
    let service = facts.service;
    Text::clean(&format!(
        "scale {} {} → {n}",
        service.at.service.text(),
        service.desired
    ))
}

fn warnings(facts: &Facts<'_>, n: u32, changes: bool) -> Vec<Finding> {
    let found = [
        emptied(n),
        fewer(facts, n),
        bounds_said(facts, n, changes),
        rollout(facts),
        room(facts, n),
    ];
    found
        .into_iter()
        .flatten()
        .chain(above_quota(n))
        .chain(deployer(facts))
        .collect()
}

fn emptied(n: u32) -> Option<Finding> {
    (n == 0).then(|| finding(Level::Bad, "No task stays: the service answers nobody"))
}

fn fewer(facts: &Facts<'_>, n: u32) -> Option<Finding> {
    let gone = facts
        .service
        .desired
        .checked_sub(n)
        .filter(|gone| *gone > 0)?;
    let tasks = several(gone, "task");
    Some(match (facts.target, facts.shrinks()) {
        (Some(_), true) => finding(
            Level::Notice,
            format!("{tasks} fewer once a scaling policy scales in; nothing stops at once"),
        ),
        (Some(_), false) => finding(
            Level::Warn,
            format!("No policy can scale in, so desired is set as well: {tasks} stop at once"),
        ),
        (None, _) => finding(Level::Warn, format!("{tasks} stop at once")),
    })
}

fn bounds_said(facts: &Facts<'_>, n: u32, changes: bool) -> Option<Finding> {
    let target = facts.target?;
    if n > target.max {
        return Some(finding(
            Level::Notice,
            format!("The maximum is raised as well: {} → {n}", target.max),
        ));
    }
    (!changes && n != facts.service.desired).then(|| {
        finding(
            Level::Notice,
            format!("The minimum is {n} already; autoscaling does the rest"),
        )
    })
}

fn rollout(facts: &Facts<'_>) -> Option<Finding> {
    let service = facts.service;
    let busy = service.deployments > 1 || service.rollout == Rollout::InProgress;
    busy.then(|| match facts.target {
        Some(_) => finding(
            Level::Warn,
            "A deployment is under way: autoscaling does not scale in until it has ended",
        ),
        None => finding(
            Level::Notice,
            "A deployment is under way: it goes on with the new count",
        ),
    })
}

fn room(facts: &Facts<'_>, n: u32) -> Option<Finding> {
    let more = n.saturating_sub(facts.service.running);
    let room = facts.headroom?.tasks.filter(|room| more > *room)?;
    let waiting = several(more - room, "task");
    Some(finding(
        Level::Warn,
        format!("The cluster has room for {room} more now: {waiting} must wait for instances"),
    ))
}

fn above_quota(n: u32) -> Option<Finding> {
    (n > USUAL_QUOTA).then(|| {
        finding(
            Level::Bad,
            format!("AWS's default quota is {USUAL_QUOTA} tasks per service"),
        )
    })
}

fn deployer(facts: &Facts<'_>) -> Option<Finding> {
    let code_deploy = facts.service.controller == Controller::CodeDeploy && facts.target.is_none();
    code_deploy.then(|| {
        finding(
            Level::Notice,
            "CodeDeploy rolls this service out; only its desired count is changed",
        )
    })
}

#[cfg(test)]
#[path = "service_tests.rs"]
mod tests;
