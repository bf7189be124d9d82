//! Scheduled actions at work.

use super::super::World;
use super::Group;
use super::schedule::Scheduled;
use super::size::Wish;
use super::write::stamp;
use jiff::Timestamp;

/// Runs what is due. Where the process is suspended, what is due is lost.
pub fn fire(world: &mut World) {
    let now = world.now;
    let Some(group) = &mut world.group.group else {
        return;
    };
    if group.scheduled.is_empty() {
        return;
    }
    let due: Vec<Scheduled> = group
        .scheduled
        .iter()
        .filter(|a| is_due(a, now))
        .cloned()
        .collect();
    group.scheduled.retain(|a| !is_over(a, now));
    if group.runs("ScheduledActions") {
        for action in due {
            run(group, &action, now);
        }
    }
}

fn is_due(action: &Scheduled, now: Timestamp) -> bool {
    let begun = action.start.is_none_or(|start| start <= now);
    match &action.recurrence {
        Some(recurrence) => begun && recurrence.fires(now),
        None => begun,
    }
}

/// One-time actions disappear after they ran.
fn is_over(action: &Scheduled, now: Timestamp) -> bool {
    let ended = action.end.is_some_and(|end| end <= now);
    ended || (action.recurrence.is_none() && is_due(action, now))
}

fn run(group: &mut Group, action: &Scheduled, now: Timestamp) {
    let before = group.sizes();
    let min = action.wish.min.unwrap_or(before.min);
    let max = action.wish.max.unwrap_or(before.max);
    let desired = action.wish.desired.map(|d| d.clamp(min.min(max), max));
    // Bounds that have come to cross since it was put: AWS lets such an action fail.
    let Ok(after) = before.after(Wish {
        min: Some(min),
        max: Some(max),
        desired,
    }) else {
        return;
    };
    group.resize(after);
    if after.desired != before.desired {
        group.because(format!(
            "At {} the scheduled action {} executed. Setting min size from {} to {}. Setting max size from {} to {}. Setting desired capacity from {} to {}.",
            stamp(now), action.name, before.min, after.min, before.max, after.max, before.desired, after.desired
        ));
    }
}
