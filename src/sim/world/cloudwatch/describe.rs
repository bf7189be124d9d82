//! Alarms as they are described.

use super::super::World;
use super::super::page::Page;
use super::alarm::{Alarm, Composite, State, Status};
use super::input::{bad, bad_token, dimensions, key};
use super::stat::Stat;
use crate::sim::call::Answer;
use crate::sim::value::{Value, list, map};
use jiff::Timestamp;

/// An alarm of either kind.
#[derive(Clone, Copy)]
enum Any<'a> {
    Metric(&'a Alarm),
    Composite(&'a Composite),
}

impl Any<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Metric(alarm) => &alarm.name,
            Self::Composite(alarm) => &alarm.name,
        }
    }

    fn status(&self) -> &Status {
        match self {
            Self::Metric(alarm) => &alarm.status,
            Self::Composite(alarm) => &alarm.status,
        }
    }
}

fn all(world: &World) -> impl Iterator<Item = Any<'_>> {
    let metric = world.cloudwatch.alarms.iter().map(Any::Metric);
    metric.chain(world.cloudwatch.composites.iter().map(Any::Composite))
}

fn texts<'a>(input: &'a Value, member: &str) -> Vec<&'a str> {
    let items = input.get(member).map_or(&[][..], Value::items);
    items.iter().filter_map(Value::as_text).collect()
}

/// `DescribeAlarms`: composite ones only where they are asked for.
pub fn alarms(world: &World, input: &Value) -> Answer {
    let (names, types) = (texts(input, "AlarmNames"), texts(input, "AlarmTypes"));
    if names.len() > 100 {
        return Err(bad(
            "The collection AlarmNames must not have a size greater than 100.",
        ));
    }
    let text = |member| input.get(member).and_then(Value::as_text);
    let (prefix, state) = (text("AlarmNamePrefix"), text("StateValue"));
    let fits = |alarm: &Any| {
        let kind = match alarm {
            Any::Metric(_) => types.is_empty() || types.contains(&"MetricAlarm"),
            Any::Composite(_) => types.contains(&"CompositeAlarm"),
        };
        kind && (names.is_empty() || names.contains(&alarm.name()))
            && prefix.is_none_or(|p| alarm.name().starts_with(p))
            && state.is_none_or(|s| s == <&str>::from(alarm.status().state))
    };
    let page = Page::read(input, "MaxRecords", "NextToken", 50, 100).map_err(bad_token)?;
    let (found, next) = page.of(all(world).filter(fits));
    let metric = found.iter().filter_map(|a| match a {
        Any::Metric(alarm) => Some(view(world, alarm)),
        Any::Composite(_) => None,
    });
    let composite = found.iter().filter_map(|a| match a {
        Any::Composite(alarm) => Some(composite(world, alarm)),
        Any::Metric(_) => None,
    });
    Ok(map! {
        "CompositeAlarms" => list(composite),
        "MetricAlarms" => list(metric),
        "NextToken" => next,
    })
}

/// `DescribeAlarmsForMetric`.
pub fn for_metric(world: &World, input: &Value) -> Answer {
    let key = key(input)?;
    let found = world.cloudwatch.alarms.iter().filter(|a| a.key == key);
    Ok(map! { "MetricAlarms" => list(found.map(|a| view(world, a))) })
}

fn arn(world: &World, name: &str) -> String {
    world.arn("cloudwatch", &format!("alarm:{name}"))
}

fn view(world: &World, alarm: &Alarm) -> Value {
    let (plain, extended) = match alarm.stat {
        Stat::Percentile(_) => (None, Some(alarm.stat.name())),
        stat => (Some(stat.name()), None),
    };
    map! {
        "AlarmName" => &alarm.name,
        "AlarmArn" => arn(world, &alarm.name),
        "AlarmDescription" => &alarm.description,
        "AlarmConfigurationUpdatedTimestamp" => alarm.configured,
        "ActionsEnabled" => true,
        "OKActions" => list::<Value>([]),
        "AlarmActions" => list(alarm.actions.iter()),
        "InsufficientDataActions" => list::<Value>([]),
        "StateValue" => <&str>::from(alarm.status.state),
        "StateReason" => &alarm.status.reason,
        "StateUpdatedTimestamp" => alarm.status.since,
        "MetricName" => &alarm.key.name,
        "Namespace" => &alarm.key.namespace,
        "Statistic" => plain,
        "ExtendedStatistic" => extended,
        "Dimensions" => dimensions(&alarm.key),
        "Period" => alarm.period,
        "EvaluationPeriods" => alarm.periods,
        "DatapointsToAlarm" => alarm.datapoints,
        "Threshold" => alarm.threshold,
        "ComparisonOperator" => <&str>::from(alarm.comparison),
        "TreatMissingData" => <&str>::from(alarm.missing),
        "StateTransitionedTimestamp" => alarm.status.since,
    }
}

fn composite(world: &World, alarm: &Composite) -> Value {
    let parts: Vec<String> = alarm
        .any
        .iter()
        .map(|name| format!("ALARM(\"{name}\")"))
        .collect();
    map! {
        "ActionsEnabled" => true,
        "AlarmActions" => list::<Value>([]),
        "AlarmArn" => arn(world, &alarm.name),
        "AlarmConfigurationUpdatedTimestamp" => alarm.configured,
        "AlarmDescription" => &alarm.description,
        "AlarmName" => &alarm.name,
        "AlarmRule" => parts.join(" OR "),
        "InsufficientDataActions" => list::<Value>([]),
        "OKActions" => list::<Value>([]),
        "StateReason" => &alarm.status.reason,
        "StateUpdatedTimestamp" => alarm.status.since,
        "StateValue" => <&str>::from(alarm.status.state),
        "StateTransitionedTimestamp" => alarm.status.since,
    }
}

/// `DescribeAlarmHistory`: changes of state, newest first where nothing else is said.
pub fn history(world: &World, input: &Value) -> Answer {
    let text = |member| input.get(member).and_then(Value::as_text);
    let time = |member| input.get(member).and_then(Value::as_time);
    let (name, from, to) = (text("AlarmName"), time("StartDate"), time("EndDate"));
    let kind = text("HistoryItemType");
    let page = Page::read(input, "MaxRecords", "NextToken", 100, 100).map_err(bad_token)?;
    let found = all(world).filter(|a| name.is_none_or(|name| name == a.name()));
    let changes = found.flat_map(|a| changes(a));
    let within = |(_, at, ..): &Change| {
        from.is_none_or(|t| *at >= t)
            && to.is_none_or(|t| *at <= t)
            && kind.is_none_or(|k| k == "StateUpdate")
    };
    let mut changes: Vec<Change> = changes.filter(within).collect();
    changes.sort_by_key(|(_, at, ..)| *at);
    if text("ScanBy") != Some("TimestampAscending") {
        changes.reverse();
    }
    let (changes, next) = page.of(changes.into_iter().map(item));
    Ok(map! { "AlarmHistoryItems" => list(changes), "NextToken" => next })
}

type Change<'a> = (Any<'a>, Timestamp, State, State);

fn changes(alarm: Any<'_>) -> Vec<Change<'_>> {
    let changes = match alarm {
        Any::Metric(alarm) => &alarm.status.changes,
        Any::Composite(alarm) => &alarm.status.changes,
    };
    changes
        .iter()
        .map(|(at, from, to)| (alarm, *at, *from, *to))
        .collect()
}

fn item((alarm, at, from, to): Change<'_>) -> Value {
    let (from, to): (&str, &str) = (from.into(), to.into());
    let kind = match alarm {
        Any::Metric(_) => "MetricAlarm",
        Any::Composite(_) => "CompositeAlarm",
    };
    map! {
        "AlarmName" => alarm.name(),
        "AlarmType" => kind,
        "Timestamp" => at,
        "HistoryItemType" => "StateUpdate",
        "HistorySummary" => format!("Alarm updated from {from} to {to}"),
        "HistoryData" => format!("{{\"version\":\"1.0\",\"oldState\":{{\"stateValue\":\"{from}\"}},\"newState\":{{\"stateValue\":\"{to}\"}}}}"),
    }
}
