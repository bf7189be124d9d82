//! Scheduled actions of a group: the timers that need nobody.

use super::super::World;
use super::super::cron::Cron;
use super::super::page::Page;
use super::Group;
use super::input::{bad, bad_token, named, seen, texts};
use super::recurrence::Recurrence;
use super::size::Wish;
use super::write::wish;
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, list, map};
use jiff::Timestamp;

/// Actions that a group may have.
const MOST: usize = 125;
/// Actions that one call may put or delete.
const AT_ONCE: usize = 50;

/// One scheduled action.
#[derive(Clone, Debug)]
pub struct Scheduled {
    pub name: String,
    pub wish: Wish,
    pub start: Option<Timestamp>,
    pub end: Option<Timestamp>,
    pub recurrence: Option<Recurrence>,
}

/// `PutScheduledUpdateGroupAction`: the same name again replaces it.
pub fn put(world: &mut World, input: &Value) -> Answer {
    let now = world.now;
    let group = named(world, input)?;
    let action = action(group, input, now)?;
    keep(group, action)?;
    Ok(map! {})
}

/// `BatchPutScheduledUpdateGroupAction`: what is refused is named in the answer.
pub fn put_many(world: &mut World, input: &Value) -> Answer {
    let now = world.now;
    let group = named(world, input)?;
    let asked = input.get("ScheduledUpdateGroupActions");
    let asked = asked.map_or(&[][..], Value::items);
    if asked.is_empty() || asked.len() > AT_ONCE {
        return Err(bad("Between 1 and 50 scheduled actions can be given."));
    }
    let failed: Vec<Value> = asked
        .iter()
        .filter_map(|one| {
            let kept = action(group, one, now).and_then(|action| keep(group, action));
            kept.err().map(|refusal| failure(one, &refusal))
        })
        .collect();
    Ok(map! { "FailedScheduledUpdateGroupActions" => list(failed) })
}

fn failure(one: &Value, refusal: &Refusal) -> Value {
    map! {
        "ScheduledActionName" => one.get("ScheduledActionName").and_then(Value::as_text).unwrap_or_default(),
        "ErrorCode" => refusal.code.as_ref(),
        "ErrorMessage" => &refusal.message,
    }
}

fn keep(group: &mut Group, action: Scheduled) -> Result<(), Refusal> {
    let others = group.scheduled.iter().filter(|a| a.name != action.name);
    if others.clone().count() >= MOST {
        return Err(Refusal::client(
            "LimitExceeded",
            "You have reached the limit of scheduled actions for this group.",
        ));
    }
    let same = |a: &Scheduled| action.recurrence.is_none() && a.start == action.start;
    if others.into_iter().any(same) {
        return Err(Refusal::client(
            "AlreadyExists",
            "A scheduled action with this start time already exists for the group.",
        ));
    }
    group.scheduled.retain(|a| a.name != action.name);
    group.scheduled.push(action);
    Ok(())
}

fn action(group: &Group, input: &Value, now: Timestamp) -> Result<Scheduled, Refusal> {
    let name = input.get("ScheduledActionName").and_then(Value::as_text);
    let name = name
        .filter(|n| !n.is_empty())
        .ok_or_else(|| bad("ScheduledActionName is required"))?;
    let wish = wish(input)?;
    if wish == Wish::default() {
        return Err(bad(
            "At least one of MinSize, MaxSize, or DesiredCapacity must be provided",
        ));
    }
    consistent(group, wish)?;
    let time = |member| input.get(member).and_then(Value::as_time);
    let start = time("StartTime").or_else(|| time("Time"));
    if start.is_some_and(|at| at <= now) {
        return Err(bad("Given start time is in the past"));
    }
    let recurrence = recurrence(input)?;
    if start.is_none() && recurrence.is_none() {
        return Err(bad("Either StartTime or Recurrence must be specified"));
    }
    Ok(Scheduled {
        name: name.to_owned(),
        wish,
        start,
        end: time("EndTime"),
        recurrence,
    })
}

/// Sizes that can never stand together are refused at once.
fn consistent(group: &Group, wish: Wish) -> Result<(), Refusal> {
    if let (Some(_), Some(_)) = (wish.min, wish.max) {
        let bounds = Wish {
            desired: None,
            ..wish
        };
        group.sizes().after(bounds)?;
    }
    let Some(desired) = wish.desired else {
        return Ok(());
    };
    if wish.min.is_some_and(|min| desired < min) {
        return Err(bad(
            "Desired capacity must be greater than or equal to min size",
        ));
    }
    if wish.max.is_some_and(|max| desired > max) {
        return Err(bad(
            "Desired capacity must be less than or equal to max size",
        ));
    }
    Ok(())
}

fn recurrence(input: &Value) -> Result<Option<Recurrence>, Refusal> {
    let zone = input.get("TimeZone").and_then(Value::as_text);
    let Some(text) = input.get("Recurrence").and_then(Value::as_text) else {
        return match zone {
            Some(_) => Err(bad("TimeZone can only be specified with Recurrence")),
            None => Ok(None),
        };
    };
    let cron = Cron::five(text).ok_or_else(|| bad("Given recurrence string is invalid"))?;
    Ok(Some(Recurrence {
        text: text.to_owned(),
        cron,
        zone: zone.map(str::to_owned),
    }))
}

fn not_found() -> Refusal {
    bad("Scheduled action name not found")
}

/// `DeleteScheduledAction`.
pub fn delete(world: &mut World, input: &Value) -> Answer {
    let name = input.get("ScheduledActionName").and_then(Value::as_text);
    let group = named(world, input)?;
    let known = |a: &Scheduled| Some(a.name.as_str()) == name;
    if !group.scheduled.iter().any(known) {
        return Err(not_found());
    }
    group.scheduled.retain(|a| !known(a));
    Ok(map! {})
}

/// `BatchDeleteScheduledAction`.
pub fn delete_many(world: &mut World, input: &Value) -> Answer {
    let names = texts(input, "ScheduledActionNames");
    let group = named(world, input)?;
    if names.is_empty() || names.len() > AT_ONCE {
        return Err(bad("Between 1 and 50 scheduled action names can be given."));
    }
    let known = |name: &&&str| group.scheduled.iter().any(|a| a.name == ***name);
    let lost: Vec<Value> = names
        .iter()
        .filter(|name| !known(name))
        .map(|name| failure(&map! { "ScheduledActionName" => *name }, &not_found()))
        .collect();
    group
        .scheduled
        .retain(|a| !names.contains(&a.name.as_str()));
    Ok(map! { "FailedScheduledActions" => list(lost) })
}

/// `DescribeScheduledActions`: those that are still to run.
pub fn describe(world: &World, input: &Value) -> Answer {
    let of_one = input.get("AutoScalingGroupName").is_some();
    let group = if of_one {
        Some(seen(world, input)?)
    } else {
        world.group.group.as_ref()
    };
    let names = texts(input, "ScheduledActionNames");
    let time = |member| input.get(member).and_then(Value::as_time);
    let (from, to) = (time("StartTime"), time("EndTime"));
    let page = Page::read(input, "MaxRecords", "NextToken", 50, 100).map_err(bad_token)?;
    let all = group
        .into_iter()
        .flat_map(|g| g.scheduled.iter().map(move |a| (g, a)));
    let fits = |(_, a): &(&Group, &Scheduled)| {
        (names.is_empty() || names.contains(&a.name.as_str()))
            && from.is_none_or(|t| a.start.is_some_and(|at| at >= t))
            && to.is_none_or(|t| a.start.is_some_and(|at| at <= t))
    };
    let (found, next) = page.of(all.filter(fits).map(|(g, a)| view(world, g, a)));
    Ok(map! { "ScheduledUpdateGroupActions" => list(found), "NextToken" => next })
}

fn view(world: &World, group: &Group, action: &Scheduled) -> Value {
    let rest = format!(
        "scheduledUpdateGroupAction:{}:autoScalingGroupName/{}:scheduledActionName/{}",
        group.uuid, group.name, action.name
    );
    map! {
        "AutoScalingGroupName" => &group.name,
        "ScheduledActionName" => &action.name,
        "ScheduledActionARN" => world.arn("autoscaling", &rest),
        "Time" => action.start,
        "StartTime" => action.start,
        "EndTime" => action.end,
        "Recurrence" => action.recurrence.as_ref().map(|r| r.text.as_str()),
        "MinSize" => action.wish.min,
        "MaxSize" => action.wish.max,
        "DesiredCapacity" => action.wish.desired,
        "TimeZone" => action.recurrence.as_ref().and_then(|r| r.zone.as_deref()),
    }
}
