//! Scheduled actions of a target: `at()`, `rate()`, `cron()`.

use super::super::World;
use super::super::cron::Cron;
use super::super::id;
use super::activity::{Activity, Status};
use super::input::bad;
use super::register::{Bounds, bounds_after};
use crate::sim::call::Refusal;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// When an action comes.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    At(Timestamp),
    /// Each so many seconds, counted from its start.
    Rate(i64),
    Cron(Cron),
}

/// One scheduled action.
#[derive(Clone, Debug)]
pub struct Scheduled {
    pub name: String,
    pub id: String,
    /// As it was put.
    pub text: String,
    pub zone: Option<String>,
    pub when: When,
    pub start: Option<Timestamp>,
    pub end: Option<Timestamp>,
    pub min: Option<u32>,
    pub max: Option<u32>,
    pub created: Timestamp,
}

/// Reads a schedule expression in its zone.
pub fn parse(text: &str, zone: Option<&str>) -> Result<When, Refusal> {
    let inside = |name: &str| {
        let rest = text.strip_prefix(name)?.strip_prefix('(')?;
        rest.strip_suffix(')')
    };
    let zone = match zone {
        None | Some("UTC") => TimeZone::UTC,
        Some(name) => TimeZone::get(name).map_err(|_| bad(format!("Invalid timezone: {name}")))?,
    };
    let at = |text: &str| -> Option<When> {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        Some(When::At(civil.to_zoned(zone.clone()).ok()?.timestamp()))
    };
    let found = inside("at")
        .and_then(at)
        .or_else(|| inside("rate").and_then(rate))
        .or_else(|| inside("cron").and_then(Cron::six).map(When::Cron));
    found.ok_or_else(|| bad(format!("Invalid schedule expression: {text}")))
}

fn rate(text: &str) -> Option<When> {
    let (number, unit) = text.split_once(' ')?;
    let number: i64 = number.parse().ok().filter(|n| (1..=10_000).contains(n))?;
    let seconds = match unit {
        "minute" | "minutes" => 60,
        "hour" | "hours" => 3600,
        "day" | "days" => 86_400,
        _ => return None,
    };
    Some(When::Rate(number * seconds))
}

impl Scheduled {
    fn is_due(&self, now: Timestamp) -> bool {
        if self.start.is_some_and(|t| now < t) || self.end.is_some_and(|t| now > t) {
            return false;
        }
        match &self.when {
            When::At(at) => *at <= now,
            When::Rate(seconds) => {
                let since = now.as_second() - self.start.unwrap_or(self.created).as_second();
                since > 0 && since % seconds == 0
            }
            When::Cron(cron) => {
                let zone = self.zone.as_deref().and_then(|z| TimeZone::get(z).ok());
                let civil = zone.unwrap_or(TimeZone::UTC).to_datetime(now);
                now.as_second() % 60 == 0 && cron.fires(civil)
            }
        }
    }

    /// A one-time action is gone after its time, an ended one too.
    fn is_over(&self, now: Timestamp) -> bool {
        let past = matches!(self.when, When::At(at) if at <= now);
        past || self.end.is_some_and(|end| end < now)
    }
}

/// Runs what is due. Where scheduled scaling is suspended, what is due is lost.
pub fn fire(world: &mut World, place: usize) {
    let now = world.now;
    let target = &mut world.scaling.targets[place];
    if target.scheduled.is_empty() {
        return;
    }
    let due: Vec<Scheduled> = target
        .scheduled
        .iter()
        .filter(|a| a.is_due(now))
        .cloned()
        .collect();
    target.scheduled.retain(|a| !a.is_over(now));
    if !target.suspended.scheduled {
        for action in due {
            run(world, place, &action);
        }
    }
}

fn run(world: &mut World, place: usize, action: &Scheduled) {
    let now = world.now;
    let id = id::uuid(&mut world.rng);
    let target = &mut world.scaling.targets[place];
    let cause = format!("scheduled action name {} was triggered", action.name);
    let before = Bounds {
        min: target.min,
        max: target.max,
    };
    let (text, status, message) = match bounds_after(before, action.min, action.max) {
        Ok(after) => {
            (target.min, target.max) = (after.min, after.max);
            target.clamp = now.checked_add(SignedDuration::from_secs(1)).ok();
            let what = what(action);
            let done = format!("Successfully set {what}");
            (format!("Setting {what}"), Status::Successful, done)
        }
        // One side only, and the other has moved across it.
        Err(refusal) => {
            let failed = format!(
                "Failed to set {}. Reason: {}",
                what(action),
                refusal.message
            );
            (format!("Setting {}", what(action)), Status::Failed, failed)
        }
    };
    let mut activity = Activity::new(id, text, cause, now);
    activity.status = status;
    activity.message = Some(message);
    target.note(activity);
}

fn what(action: &Scheduled) -> String {
    let min = action.min.map(|n| format!("min capacity to {n}"));
    let max = action.max.map(|n| format!("max capacity to {n}"));
    let both: Vec<String> = min.into_iter().chain(max).collect();
    both.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_read_in_its_zone() {
        let at = |zone| match parse("at(2026-09-20T18:30:00)", zone) {
            Ok(When::At(at)) => at.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(at(None), "2026-09-20T18:30:00Z");
        assert_eq!(at(Some("Asia/Seoul")), "2026-09-20T09:30:00Z");
        assert_eq!(parse("rate(5 minutes)", None).ok(), Some(When::Rate(300)));
        assert!(matches!(
            parse("cron(0 3 * * ? *)", None),
            Ok(When::Cron(_))
        ));
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for text in [
            "",
            "at()",
            "at(2026-13-01T00:00:00)",
            "rate(0 minutes)",
            "rate(5)",
            "cron(* * * * *)",
        ] {
            assert!(parse(text, None).is_err(), "{text}");
        }
        assert!(parse("rate(5 minutes)", Some("Mars/Olympus")).is_err());
    }
}
