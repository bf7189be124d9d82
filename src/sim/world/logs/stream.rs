//! Streams, and the events of one of them.

use super::group::Stream;
use super::input::{bad_token, group_name, invalid, limit, millis, page, required, text};
use super::message;
use super::store::{Event, Place};
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, list, map};
use crate::sim::world::World;

/// Bytes of messages in one answer.
pub const PAGE_BYTES: usize = 1 << 20;

pub fn create_log_stream(world: &mut World, input: &Value) -> Answer {
    let now = world.now.as_millisecond();
    let name = required(input, "logStreamName")?;
    if name.is_empty() || name.len() > 512 || name.contains([':', '*']) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*"
        )));
    }
    let group = world.logs.group(required(input, "logGroupName")?)?;
    if group.find_stream(name).is_some() {
        return Err(Refusal::client(
            "ResourceAlreadyExistsException",
            "The specified log stream already exists",
        ));
    }
    group.stream(name, now);
    Ok(map! {})
}

/// How streams are put in order.
enum Order {
    Name,
    LastEvent,
}

pub fn describe_log_streams(world: &mut World, input: &Value) -> Answer {
    let group = world.logs.group(group_name(input)?)?;
    let prefix = text(input, "logStreamNamePrefix");
    let order = order(input, prefix)?;
    let wanted = |stream: &&Stream| prefix.is_none_or(|prefix| stream.name.starts_with(prefix));
    let mut streams: Vec<&Stream> = group.streams.iter().filter(wanted).collect();
    streams.sort_by_key(|stream| match order {
        Order::Name => (0, stream.name.as_str()),
        Order::LastEvent => (stream.last.unwrap_or(0), stream.name.as_str()),
    });
    if input.get("descending").and_then(Value::as_bool) == Some(true) {
        streams.reverse();
    }
    let rows = streams.into_iter().map(|stream| facts(stream, &group.arn));
    let (streams, next) = page(input, 50, rows.collect())?;
    Ok(map! { "logStreams" => list(streams), "nextToken" => next })
}

fn order(input: &Value, prefix: Option<&str>) -> Result<Order, Refusal> {
    match (text(input, "orderBy"), prefix) {
        (None | Some("LogStreamName"), _) => Ok(Order::Name),
        (Some("LastEventTime"), None) => Ok(Order::LastEvent),
        (Some("LastEventTime"), Some(_)) => Err(invalid(
            "Cannot order by LastEventTime with a logStreamNamePrefix.",
        )),
        (Some(other), _) => Err(invalid(format!(
            "1 validation error detected: Value '{other}' at 'orderBy' failed to satisfy constraint: Member must satisfy enum value set: [LogStreamName, LastEventTime]"
        ))),
    }
}

fn facts(stream: &Stream, group: &str) -> Value {
    map! {
        "logStreamName" => &stream.name,
        "creationTime" => stream.created,
        "firstEventTimestamp" => stream.first,
        "lastEventTimestamp" => stream.last,
        "lastIngestionTime" => stream.ingested,
        "uploadSequenceToken" => "49039859632764000000000000000000000000000000000000000000",
        "arn" => format!("{group}:log-stream:{}", stream.name),
        // Always 0 since 2019 (aws-facts.md §4.6).
        "storedBytes" => 0,
    }
}

/// Which way a page goes from a place.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Forward,
    Backward,
}

/// Before the first, or after the last, event of a page.
fn token(way: Way, place: Place) -> String {
    let letter = if way == Way::Forward { 'f' } else { 'b' };
    format!(
        "{letter}/{:x}.{:x}.{:x}",
        place.at,
        place.ingested.max(0),
        place.number
    )
}

fn untoken(token: &str) -> Option<(Way, Place)> {
    let (way, place) = match token.split_at_checked(2)? {
        ("f/", place) => (Way::Forward, place),
        ("b/", place) => (Way::Backward, place),
        _ => return None,
    };
    let mut parts = place.split('.');
    let mut hex = || i64::from_str_radix(parts.next()?, 16).ok();
    let place = Place {
        at: hex()?,
        ingested: hex()?,
        number: hex()? as u64,
    };
    Some((way, place))
}

pub fn get_log_events(world: &mut World, input: &Value) -> Answer {
    let most = limit(input, 10_000)?;
    let start = millis(input, "startTime")?.unwrap_or(0);
    let end = millis(input, "endTime")?.unwrap_or(i64::MAX / 2);
    let head = input.get("startFromHead").and_then(Value::as_bool) == Some(true);
    let sent = text(input, "nextToken");
    let group = world.logs.group(group_name(input)?)?;
    let stream = group
        .find_stream(required(input, "logStreamName")?)
        .ok_or_else(no_stream)?;
    let (way, from) = match sent {
        Some(sent) => untoken(sent).ok_or_else(bad_token)?,
        None if head => (Way::Forward, Place::start(start)),
        None => (Way::Backward, Place::start(end)),
    };
    let of = |event: &&Event| event.stream == stream;
    let mut found: Vec<Event> = match way {
        Way::Forward => {
            let events = group.store.range(from.max(Place::start(start)), end - 1);
            events.filter(of).take(most).cloned().collect()
        }
        Way::Backward => {
            let events = group
                .store
                .range(Place::start(start), (end - 1).min(from.at));
            let before = events.rev().filter(|event| event.place < from);
            before.filter(of).take(most).cloned().collect()
        }
    };
    let mut bytes = 0;
    let texts = found.iter().map(|event| message(group, event));
    let fit = texts
        .take_while(|text| {
            bytes += text.len();
            bytes <= PAGE_BYTES || bytes == text.len()
        })
        .collect::<Vec<_>>();
    found.truncate(fit.len());
    let mut rows: Vec<(Place, Value)> = found
        .iter()
        .zip(fit)
        .map(|(event, text)| (event.place, row(event, text)))
        .collect();
    if way == Way::Backward {
        rows.reverse();
    }
    let (first, after) = edges(&rows, from);
    Ok(map! {
        "events" => list(rows.into_iter().map(|(_, row)| row)),
        "nextForwardToken" => token(Way::Forward, after),
        "nextBackwardToken" => token(Way::Backward, first),
    })
}

/// The places before and after a page; an empty one stays where it was.
fn edges(rows: &[(Place, Value)], from: Place) -> (Place, Place) {
    let first = rows.first().map_or(from, |(place, _)| *place);
    let after = rows.last().map_or(from, |(place, _)| Place {
        number: place.number + 1,
        ..*place
    });
    (first, after)
}

fn row(event: &Event, message: String) -> Value {
    map! {
        "timestamp" => event.place.at,
        "message" => message,
        "ingestionTime" => event.place.ingested,
    }
}

/// For a stream that is not there.
pub fn no_stream() -> Refusal {
    Refusal::client(
        "ResourceNotFoundException",
        "The specified log stream does not exist.",
    )
}
