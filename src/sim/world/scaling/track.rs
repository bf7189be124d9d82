//! Target tracking: what the alarms say, within bounds and cool-downs.

use super::super::World;
use super::super::cloudwatch::alarm::State;
use super::activity::{Reason, not_scaled, scale};
use super::policy::{Policy, Tracking};
use jiff::Timestamp;

/// Which way a policy wants to go.
enum Wish {
    Out {
        to: u32,
        cause: String,
        cooldown: u32,
    },
    In {
        to: u32,
        cause: String,
        cooldown: u32,
    },
    Stay,
}

/// Once a minute, after the alarms were looked at. Out goes before in; in only where all agree.
pub fn track(world: &mut World, place: usize) {
    let target = &world.scaling.targets[place];
    let Some(service) = world.ecs.by_resource(&target.resource) else {
        return;
    };
    let service = &world.ecs.services[service];
    let desired = service.desired;
    let deploying = service.deployments.len() > 1;
    let policies = target.policies.iter();
    let wishes: Vec<Wish> = policies.filter_map(|p| wish(world, p, desired)).collect();
    let out = wishes.iter().filter_map(|w| match w {
        Wish::Out {
            to,
            cause,
            cooldown,
        } => Some((*to, cause.clone(), *cooldown)),
        _ => None,
    });
    if let Some((to, cause, cooldown)) = out.max_by_key(|(to, ..)| *to) {
        scale_out(world, place, desired, to, cause, cooldown);
        return;
    }
    let inward = wishes.iter().map(|w| match w {
        Wish::In {
            to,
            cause,
            cooldown,
        } => Some((*to, cause.clone(), *cooldown)),
        _ => None,
    });
    let agreed: Option<Vec<_>> = inward.collect();
    let highest = agreed.and_then(|all| all.into_iter().max_by_key(|(to, ..)| *to));
    // Scale-in waits while a deployment goes on.
    if let Some((to, cause, cooldown)) = highest.filter(|_| !deploying) {
        scale_in(world, place, desired, to, cause, cooldown);
    }
}

fn wish(world: &World, policy: &Policy, desired: u32) -> Option<Wish> {
    let tracking = policy.tracking.as_ref()?;
    let in_alarm = |name: &str| {
        let alarm = world.cloudwatch.alarm(name)?;
        (alarm.status.state == State::Alarm).then_some(alarm)
    };
    let cause = |alarm: &str| {
        format!(
            "monitor alarm {alarm} in state ALARM triggered policy {}",
            policy.name
        )
    };
    if let Some(alarm) = in_alarm(&tracking.high) {
        let to = proportional(tracking, desired, alarm.newest(world)?);
        return Some(Wish::Out {
            to: to.max(desired + 1),
            cause: cause(&alarm.name),
            cooldown: tracking.scale_out_cooldown,
        });
    }
    let low = in_alarm(&tracking.low).filter(|_| tracking.scales_in);
    Some(match low {
        Some(alarm) => Wish::In {
            to: proportional(tracking, desired, alarm.newest(world)?),
            cause: cause(&alarm.name),
            cooldown: tracking.scale_in_cooldown,
        },
        None => Wish::Stay,
    })
}

/// As many as would bring the metric to its target.
fn proportional(tracking: &Tracking, desired: u32, value: f64) -> u32 {
    (f64::from(desired) * value / tracking.target)
        .ceil()
        .clamp(0.0, 100_000.0) as u32
}

fn cool(last: Option<Timestamp>, now: Timestamp, cooldown: u32) -> bool {
    last.is_none_or(|last| now.duration_since(last).as_secs() >= i64::from(cooldown))
}

fn scale_out(world: &mut World, place: usize, desired: u32, to: u32, cause: String, cooldown: u32) {
    let now = world.now;
    let target = &mut world.scaling.targets[place];
    if target.suspended.scale_out || !cool(target.last_out, now, cooldown) {
        return;
    }
    let max = target.max;
    if desired >= max {
        not_scaled(world, place, cause, Reason::AtMax { max });
        return;
    }
    target.last_out = Some(now);
    scale(world, place, to.clamp(target_min(world, place), max), cause);
}

fn target_min(world: &World, place: usize) -> u32 {
    world.scaling.targets[place].min
}

fn scale_in(world: &mut World, place: usize, desired: u32, to: u32, cause: String, cooldown: u32) {
    let now = world.now;
    let target = &mut world.scaling.targets[place];
    let warm = !cool(target.last_out, now, cooldown) || !cool(target.last_in, now, cooldown);
    if target.suspended.scale_in || warm {
        return;
    }
    let (min, max) = (target.min, target.max);
    if desired <= min {
        not_scaled(world, place, cause, Reason::AtMin { min });
        return;
    }
    if to >= desired {
        let current = desired;
        not_scaled(world, place, cause, Reason::Flapping { current });
        return;
    }
    target.last_in = Some(now);
    scale(world, place, to.clamp(min, max), cause);
}
