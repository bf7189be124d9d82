//! Alarms and how they change their state.

use super::super::World;
use super::super::metrics::Key;
use super::CloudWatch;
use super::input::{bad, text};
use super::stat::{self, Stat};
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::Value;
use jiff::Timestamp;
use std::collections::VecDeque;

/// State changes kept of an alarm.
const KEPT: usize = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    Ok,
    Alarm,
    InsufficientData,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
pub enum Comparison {
    GreaterThanThreshold,
    LessThanThreshold,
}

/// What a period without data counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "camelCase")]
pub enum Missing {
    Missing,
    NotBreaching,
}

/// An alarm on one metric.
#[derive(Clone, Debug)]
pub struct Alarm {
    pub name: String,
    pub description: String,
    pub key: Key,
    pub stat: Stat,
    pub period: i64,
    pub periods: u32,
    /// How many of the periods must breach.
    pub datapoints: u32,
    pub threshold: f64,
    pub comparison: Comparison,
    pub missing: Missing,
    pub actions: Vec<String>,
    pub configured: Timestamp,
    pub status: Status,
}

/// An alarm made of others: in alarm when any of them is.
#[derive(Clone, Debug)]
pub struct Composite {
    pub name: String,
    pub description: String,
    pub any: Vec<String>,
    pub configured: Timestamp,
    pub status: Status,
}

/// How an alarm is, since when and why.
#[derive(Clone, Debug)]
pub struct Status {
    pub state: State,
    pub reason: String,
    pub since: Timestamp,
    /// Changes, newest first: when, from, to.
    pub changes: VecDeque<(Timestamp, State, State)>,
}

impl Status {
    pub fn new(state: State, reason: &str, since: Timestamp) -> Self {
        Self {
            state,
            reason: reason.to_owned(),
            since,
            changes: VecDeque::new(),
        }
    }

    fn turn(&mut self, state: State, reason: String, now: Timestamp) {
        if state != self.state {
            self.changes.push_front((now, self.state, state));
            self.changes.truncate(KEPT);
            self.state = state;
            self.reason = reason;
            self.since = now;
        }
    }
}

/// What an alarm sees: its newest value first; none where there are no data.
struct Seen(Vec<Option<f64>>);

/// Looks at all alarms; the composite ones after the others.
pub fn evaluate_all(world: &mut World) {
    let now = world.now;
    for place in 0..world.cloudwatch.alarms.len() {
        let alarm = &world.cloudwatch.alarms[place];
        let seen = look(world, alarm);
        let (state, reason) = alarm.judge(&seen);
        world.cloudwatch.alarms[place]
            .status
            .turn(state, reason, now);
    }
    for place in 0..world.cloudwatch.composites.len() {
        let composite = &world.cloudwatch.composites[place];
        let (state, reason) = judge_composite(world, composite);
        world.cloudwatch.composites[place]
            .status
            .turn(state, reason, now);
    }
}

/// `SetAlarmState`: a person's word holds until the alarm is looked at again.
pub fn set(world: &mut World, input: &Value) -> Answer {
    let name = text(input, "AlarmName")?;
    let state = text(input, "StateValue")?.parse::<State>();
    let state = state.map_err(|_| bad("StateValue must be OK, ALARM or INSUFFICIENT_DATA."))?;
    let reason = text(input, "StateReason")?;
    if let Some(data) = input.get("StateReasonData").and_then(Value::as_text)
        && serde_json::from_str::<serde::de::IgnoredAny>(data).is_err()
    {
        return Err(Refusal::client(
            "InvalidFormat",
            "StateReasonData was not valid JSON",
        ));
    }
    let now = world.now;
    let CloudWatch { alarms, composites } = &mut world.cloudwatch;
    let metric = alarms.iter_mut().map(|a| (&a.name, &mut a.status));
    let composite = composites.iter_mut().map(|a| (&a.name, &mut a.status));
    let found = metric.chain(composite).find(|(known, _)| *known == name);
    let (_, status) = found.ok_or_else(|| Refusal::with(404, "ResourceNotFound", ""))?;
    status.turn(state, reason.to_owned(), now);
    Ok(Value::Null)
}

fn judge_composite(world: &World, composite: &Composite) -> (State, String) {
    let in_alarm = |name: &&String| {
        let alarm = world.cloudwatch.alarm(name);
        alarm.is_some_and(|a| a.status.state == State::Alarm)
    };
    match composite.any.iter().find(in_alarm) {
        Some(name) => (State::Alarm, format!("{name} transitioned to ALARM")),
        None => (State::Ok, "No child alarm is in ALARM".to_owned()),
    }
}

fn look(world: &World, alarm: &Alarm) -> Seen {
    let period = alarm.period;
    let end = world.now.as_second().div_euclid(period) * period;
    let start = end - period * i64::from(alarm.periods);
    let at = |second| Timestamp::from_second(second).unwrap_or(world.now);
    let values = stat::series(world, &alarm.key, alarm.stat, period, at(start), at(end));
    let starts = (1..=i64::from(alarm.periods)).map(|back| end - back * period);
    let value = |start| values.iter().find(|(s, _)| *s == start).map(|(_, v)| *v);
    Seen(starts.map(value).collect())
}

impl Alarm {
    /// An alarm that has no data yet.
    pub fn new(name: String, key: Key, stat: Stat, now: Timestamp) -> Self {
        let reason = "Unchecked: Initial alarm creation";
        Self {
            name,
            description: String::new(),
            key,
            stat,
            period: 60,
            periods: 1,
            datapoints: 1,
            threshold: 0.0,
            comparison: Comparison::GreaterThanThreshold,
            missing: Missing::Missing,
            actions: Vec::new(),
            configured: now,
            status: Status::new(State::InsufficientData, reason, now),
        }
    }

    fn breaches(&self, value: Option<f64>) -> bool {
        value.is_some_and(|value| match self.comparison {
            Comparison::GreaterThanThreshold => value > self.threshold,
            Comparison::LessThanThreshold => value < self.threshold,
        })
    }

    fn judge(&self, seen: &Seen) -> (State, String) {
        let breaching = seen.0.iter().filter(|v| self.breaches(**v)).count() as u32;
        let known = seen.0.iter().filter(|v| v.is_some()).count() as u32;
        let over = match self.comparison {
            Comparison::GreaterThanThreshold => "greater than",
            Comparison::LessThanThreshold => "less than",
        };
        let newest: Vec<String> = seen.0.iter().flatten().map(|v| format!("{v}")).collect();
        let newest = newest.join(", ");
        if breaching >= self.datapoints {
            let reason = format!(
                "Threshold Crossed: {breaching} out of the last {} datapoints [{newest}] was {over} the threshold ({}).",
                self.periods, self.threshold
            );
            return (State::Alarm, reason);
        }
        if known == 0 && self.missing == Missing::Missing {
            let reason = "Insufficient Data: no datapoints were received.";
            return (State::InsufficientData, reason.to_owned());
        }
        let (points, were) = if known == 1 {
            ("datapoint", "was")
        } else {
            ("datapoints", "were")
        };
        let reason = format!(
            "Threshold Crossed: {known} {points} [{newest}] {were} not {over} the threshold ({}).",
            self.threshold
        );
        (State::Ok, reason)
    }

    /// The newest value that the alarm has seen.
    pub fn newest(&self, world: &World) -> Option<f64> {
        look(world, self).0.into_iter().flatten().next()
    }
}
