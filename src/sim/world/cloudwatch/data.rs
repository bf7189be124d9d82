//! `GetMetricData` and `GetMetricStatistics`.

use super::super::World;
use super::super::metrics::Key;
use super::super::page::Page;
use super::input::{bad, bad_token, key, missing, period, text, time};
use super::stat::{self, Stat};
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Map, Value, list, map};
use jiff::Timestamp;

/// Queries in one call.
const QUERIES: usize = 500;
/// Values in one page.
const VALUES: usize = 100_800;

/// One query.
struct Query {
    id: String,
    label: String,
    key: Key,
    stat: Stat,
    period: i64,
}

/// From when to when; and which end comes first.
struct Span {
    from: Timestamp,
    to: Timestamp,
    oldest_first: bool,
}

/// `GetMetricData`.
pub fn get(world: &World, input: &Value) -> Answer {
    let queries = queries(input)?;
    let span = span(input)?;
    let page =
        Page::read(input, "MaxDatapoints", "NextToken", VALUES, VALUES).map_err(bad_token)?;
    let answers: Vec<Vec<(i64, f64)>> = queries.iter().map(|q| values(world, q, &span)).collect();
    let all = answers.iter().enumerate();
    let all = all.flat_map(|(place, points)| points.iter().map(move |point| (place, *point)));
    let (shown, next) = page.of(all);
    let results = queries.iter().enumerate().map(|(place, query)| {
        let mine = shown
            .iter()
            .filter(|(of, _)| *of == place)
            .map(|(_, point)| *point);
        result(query, &mine.collect::<Vec<_>>(), next.is_some())
    });
    Ok(map! {
        "MetricDataResults" => list(results),
        "NextToken" => next.as_deref(),
        "Messages" => list::<Value>([]),
    })
}

fn result(query: &Query, points: &[(i64, f64)], more: bool) -> Value {
    let time = |(start, _): &(i64, f64)| Timestamp::from_second(*start).ok();
    map! {
        "Id" => &query.id,
        "Label" => &query.label,
        "Timestamps" => list(points.iter().map(time)),
        "Values" => list(points.iter().map(|(_, value)| *value)),
        "StatusCode" => if more { "PartialData" } else { "Complete" },
    }
}

fn values(world: &World, query: &Query, span: &Span) -> Vec<(i64, f64)> {
    let mut points = stat::series(
        world,
        &query.key,
        query.stat,
        query.period,
        span.from,
        span.to,
    );
    if !span.oldest_first {
        points.reverse();
    }
    points
}

fn queries(input: &Value) -> Result<Vec<Query>, Refusal> {
    let asked = input.get("MetricDataQueries").map_or(&[][..], Value::items);
    if asked.is_empty() {
        return Err(missing("MetricDataQueries"));
    }
    if asked.len() > QUERIES {
        return Err(bad(
            "The collection MetricDataQueries must not have a size greater than 500.",
        ));
    }
    let all: Vec<Query> = asked.iter().map(query).collect::<Result<_, _>>()?;
    for (place, query) in all.iter().enumerate() {
        if all[..place].iter().any(|other| other.id == query.id) {
            return Err(bad(format!("The id {} is not unique.", query.id)));
        }
    }
    Ok(all)
}

fn query(input: &Value) -> Result<Query, Refusal> {
    let id = text(input, "Id")?;
    if !id.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err(bad(format!(
            "The id {id} must start with a lowercase letter."
        )));
    }
    let Some(of) = input.get("MetricStat") else {
        return Err(bad(
            "Metric math expressions are not part of the simulated account; ask for the metrics by MetricStat.",
        ));
    };
    let key = key(of.get("Metric").ok_or_else(|| missing("Metric"))?)?;
    let stat = text(of, "Stat")?;
    let stat =
        Stat::named(stat).ok_or_else(|| bad(format!("The statistic {stat} is not known.")))?;
    let label = input
        .get("Label")
        .and_then(Value::as_text)
        .unwrap_or(&key.name);
    Ok(Query {
        id: id.to_owned(),
        label: label.to_owned(),
        stat,
        period: period(of)?,
        key,
    })
}

fn span(input: &Value) -> Result<Span, Refusal> {
    let (from, to) = (time(input, "StartTime")?, time(input, "EndTime")?);
    if from >= to {
        return Err(bad(
            "The parameter StartTime must be less than the parameter EndTime.",
        ));
    }
    let oldest_first = match input.get("ScanBy").and_then(Value::as_text) {
        None | Some("TimestampDescending") => false,
        Some("TimestampAscending") => true,
        Some(_) => {
            return Err(bad(
                "ScanBy must be TimestampDescending or TimestampAscending.",
            ));
        }
    };
    Ok(Span {
        from,
        to,
        oldest_first,
    })
}

/// `GetMetricStatistics`.
pub fn statistics(world: &World, input: &Value) -> Answer {
    let key = key(input)?;
    let span = span(input)?;
    let period = period(input)?;
    let plain = named(input, "Statistics")?;
    let extended = named(input, "ExtendedStatistics")?;
    if plain.is_empty() && extended.is_empty() {
        return Err(bad(
            "At least one of Statistics and ExtendedStatistics must be given.",
        ));
    }
    if (span.to.as_second() - span.from.as_second()) / period > 1440 {
        return Err(Refusal::client(
            "InvalidParameterCombinationException",
            "You have requested more than 1,440 datapoints.",
        ));
    }
    let buckets = stat::buckets(world, &key, period, span.from, span.to);
    let points = buckets.into_iter().map(|(start, point)| {
        let told = |stats: &[Stat]| -> Vec<_> {
            let value = |stat: &Stat| stat::value(world, &key, *stat, start, period, point);
            stats
                .iter()
                .map(|s| (s.name().into(), Value::Float(value(s))))
                .collect()
        };
        datapoint(start, told(&plain), told(&extended))
    });
    Ok(map! { "Label" => &key.name, "Datapoints" => list(points) })
}

type Members = Vec<(std::borrow::Cow<'static, str>, Value)>;

fn datapoint(start: i64, plain: Members, extended: Members) -> Value {
    let mut members = vec![(
        "Timestamp".into(),
        Timestamp::from_second(start).ok().into(),
    )];
    members.extend(plain);
    members.push(("Unit".into(), "None".into()));
    if !extended.is_empty() {
        members.push(("ExtendedStatistics".into(), Value::Map(Map(extended))));
    }
    Value::Map(Map(members))
}

fn named(input: &Value, member: &str) -> Result<Vec<Stat>, Refusal> {
    let names = input.get(member).map_or(&[][..], Value::items);
    let names = names.iter().filter_map(Value::as_text);
    names
        .map(|name| {
            Stat::named(name).ok_or_else(|| bad(format!("The statistic {name} is not known.")))
        })
        .collect()
}
