//! `ListMetrics` and `PutMetricData`.

use super::super::World;
use super::super::ecs::crowd;
use super::super::metrics::{Key, MOST, Point};
use super::super::page::Page;
use super::input::{bad, bad_token, dimensions, key, missing, text};
use super::points;
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Map, Value, list, map};
use jiff::{SignedDuration, Timestamp};

/// Metrics on a page, whatever is asked.
const PAGE: usize = 500;
/// Data in one `PutMetricData`, and values of one datum.
const DATA: usize = 1000;
const VALUES: usize = 150;

/// `ListMetrics`.
pub fn list_all(world: &World, input: &Value) -> Answer {
    let page = Page::read(input, "None", "NextToken", PAGE, PAGE).map_err(bad_token)?;
    let recent = match input.get("RecentlyActive").and_then(Value::as_text) {
        None => false,
        Some("PT3H") => true,
        Some(_) => return Err(bad("RecentlyActive can only be PT3H.")),
    };
    let kept = world.metrics.keys().cloned();
    let all = kept
        .chain(crowd::keys(world))
        .filter(|key| fits(key, input));
    let found = all.filter(|key| !recent || is_recent(world, key));
    let (found, next) = page.of(found);
    let shown = found.iter().map(|key| {
        map! {
            "Namespace" => &key.namespace,
            "MetricName" => &key.name,
            "Dimensions" => dimensions(key),
        }
    });
    Ok(map! { "Metrics" => list(shown), "NextToken" => next })
}

fn fits(key: &Key, input: &Value) -> bool {
    let is = |member, value: &str| {
        let asked = input.get(member).and_then(Value::as_text);
        asked.is_none_or(|asked| asked == value)
    };
    let asked = input.get("Dimensions").map_or(&[][..], Value::items);
    let has = |asked: &Value| {
        let text = |member| asked.get(member).and_then(Value::as_text);
        key.dimensions.iter().any(|(name, value)| {
            text("Name") == Some(name) && text("Value").is_none_or(|wanted| wanted == value)
        })
    };
    is("Namespace", &key.namespace) && is("MetricName", &key.name) && asked.iter().all(has)
}

fn is_recent(world: &World, key: &Key) -> bool {
    let from = world.now.checked_sub(SignedDuration::from_hours(3));
    !points(world, key, from.unwrap_or(Timestamp::MIN), world.now).is_empty()
}

/// `PutMetricData`.
pub fn put(world: &mut World, input: &Value) -> Answer {
    let namespace = text(input, "Namespace")?;
    if namespace.starts_with("AWS/") {
        return Err(bad("The value AWS/ for parameter Namespace is invalid."));
    }
    let data = input.get("MetricData").map_or(&[][..], Value::items);
    if data.len() > DATA {
        return Err(bad(
            "The collection MetricData must not have a size greater than 1000.",
        ));
    }
    // All or nothing: a datum that is refused refuses the call.
    let data: Vec<(Key, Timestamp, Vec<Point>)> = data
        .iter()
        .map(|datum| read(world, namespace, datum))
        .collect::<Result<_, _>>()?;
    for (key, at, values) in data {
        if world.metrics.find(&key).is_none() && world.metrics.len() >= MOST {
            continue;
        }
        let id = world.metrics.series(key);
        for point in values {
            let minute = at.as_second().div_euclid(60);
            world.metrics.merge(id, Point { minute, ..point });
        }
    }
    Ok(map! {})
}

fn read(
    world: &World,
    namespace: &str,
    datum: &Value,
) -> Result<(Key, Timestamp, Vec<Point>), Refusal> {
    let mut named = map! { "Namespace" => namespace };
    if let Value::Map(map) = &mut named {
        map.set("MetricName", text(datum, "MetricName")?);
        map.set(
            "Dimensions",
            datum.get("Dimensions").cloned().unwrap_or_default(),
        );
    }
    let at = datum.get("Timestamp").and_then(Value::as_time);
    let at = at.unwrap_or(world.now);
    let age = world.now.duration_since(at);
    if age > SignedDuration::from_hours(14 * 24) || age < SignedDuration::from_hours(-2) {
        return Err(bad(
            "The Timestamp must lie between two weeks ago and two hours from now.",
        ));
    }
    Ok((key(&named)?, at, samples(datum)?))
}

fn samples(datum: &Value) -> Result<Vec<Point>, Refusal> {
    if let Some(Value::Map(set)) = datum.get("StatisticValues") {
        return Ok(vec![statistic(set)?]);
    }
    let values = datum.get("Values").map_or(&[][..], Value::items);
    let counts = datum.get("Counts").map_or(&[][..], Value::items);
    if values.len() > VALUES {
        return Err(bad(
            "The collection Values must not have a size greater than 150.",
        ));
    }
    if values.is_empty() {
        let value = datum.get("Value").ok_or_else(|| missing("Value"))?;
        return Ok(vec![sample(value, 1)?]);
    }
    let count = |place: usize| counts.get(place).and_then(Value::as_float).unwrap_or(1.0);
    let each = values.iter().enumerate();
    each.map(|(place, value)| sample(value, count(place) as u32))
        .collect()
}

fn finite(value: Option<&Value>) -> Result<f64, Refusal> {
    let number = value.and_then(Value::as_float).filter(|n| n.is_finite());
    number.ok_or_else(|| bad("A value must be a finite number."))
}

fn sample(value: &Value, samples: u32) -> Result<Point, Refusal> {
    let value = finite(Some(value))?;
    Ok(Point {
        minute: 0,
        sum: value * f64::from(samples),
        min: value,
        max: value,
        samples,
    })
}

fn statistic(set: &Map) -> Result<Point, Refusal> {
    let part = |name: &str| finite(set.get(name));
    Ok(Point {
        minute: 0,
        sum: part("Sum")?,
        min: part("Minimum")?,
        max: part("Maximum")?,
        samples: part("SampleCount")? as u32,
    })
}
