//! `PutLogEvents`.

use super::DAY;
use super::input::{invalid, required};
use super::store::Body;
use super::stream::no_stream;
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, map};
use crate::sim::world::World;

/// Bytes that AWS counts for each event beside its text.
const OVERHEAD: usize = 26;
const BATCH_BYTES: usize = 1 << 20;
const BATCH: usize = 10_000;
/// Further ahead, or back, than this an event is left out.
const TOO_NEW: i64 = 2 * 3_600_000;
const TOO_OLD: i64 = 14 * DAY;

pub fn put_log_events(world: &mut World, input: &Value) -> Answer {
    let now = world.now.as_millisecond();
    let name = required(input, "logGroupName")?;
    let group = world.logs.group(name)?;
    let stream = required(input, "logStreamName")?;
    let stream = group.find_stream(stream).ok_or_else(no_stream)?;
    let kept = group.retention.map_or(i64::MIN, |days| now - days * DAY);
    let events = events(input)?;
    let (mut old, mut expired, mut new) = (None, None, None);
    for (index, (at, text)) in events.into_iter().enumerate() {
        match at {
            _ if at > now + TOO_NEW => new = new.or(Some(index)),
            _ if at < now - TOO_OLD => old = Some(index + 1),
            _ if at < kept => expired = Some(index + 1),
            _ => world
                .logs
                .take(name, at, now, stream, Body::Written(text.into())),
        }
    }
    let rejected = (old.is_some() || new.is_some() || expired.is_some()).then(|| {
        map! {
            "tooNewLogEventStartIndex" => new,
            "tooOldLogEventEndIndex" => old,
            "expiredLogEventEndIndex" => expired,
        }
    });
    world.logs.shrink();
    Ok(map! {
        "nextSequenceToken" => "49039859632764000000000000000000000000000000000000000000",
        "rejectedLogEventsInfo" => rejected,
    })
}

/// The events of a batch, in order and not too many.
fn events(input: &Value) -> Result<Vec<(i64, &str)>, Refusal> {
    let read = |event: &'_ Value| -> Option<i64> { event.get("timestamp").and_then(Value::as_int) };
    let rows = input.get("logEvents").map_or(&[][..], Value::items);
    let mut events = Vec::with_capacity(rows.len());
    for row in rows {
        let text = row.get("message").and_then(Value::as_text);
        match (read(row), text) {
            (Some(at), Some(text)) if at >= 0 && !text.is_empty() => events.push((at, text)),
            _ => {
                return Err(invalid(
                    "Log event message must not be empty, and its timestamp must be set.",
                ));
            }
        }
    }
    check(&events)?;
    Ok(events)
}

fn check(events: &[(i64, &str)]) -> Result<(), Refusal> {
    let bytes: usize = events.iter().map(|(_, text)| text.len() + OVERHEAD).sum();
    if events.is_empty() || events.len() > BATCH {
        return Err(invalid(format!(
            "1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member must have length between 1 and {BATCH}"
        )));
    }
    if bytes > BATCH_BYTES {
        return Err(invalid(format!(
            "Upload too large: {bytes} bytes exceeds limit of {BATCH_BYTES}"
        )));
    }
    if events.windows(2).any(|pair| pair[0].0 > pair[1].0) {
        return Err(invalid(
            "Log events in a single PutLogEvents request must be in chronological order.",
        ));
    }
    let span = |events: &[(i64, &str)]| Some(events.last()?.0 - events.first()?.0);
    if span(events).is_some_and(|span| span > DAY) {
        return Err(invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        ));
    }
    Ok(())
}
