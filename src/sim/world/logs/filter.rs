//! `FilterLogEvents`: pages of events of a group in their order, however late they came.

use super::group::Group;
use super::input::{bad_token, group_name, invalid, limit, millis, required, text};
use super::message;
use super::pattern::Pattern;
use super::store::{Event, Place};
use super::stream::{PAGE_BYTES, no_stream};
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, list, map};
use crate::sim::world::World;

/// Events looked at before AWS gives what it has, be it nothing.
const SCAN: usize = 60_000;
/// One in so many first pages of a group that holds much is empty, with a token.
const EMPTY_EVERY: u64 = 9;
/// A group that holds so many bytes holds much.
const MUCH: usize = 1 << 20;

/// What is asked for.
struct Query {
    start: i64,
    end: i64,
    pattern: Pattern,
    streams: Streams,
    limit: usize,
    /// Tokens of another query are refused.
    check: u64,
}

/// The streams asked for.
enum Streams {
    All,
    Named(Vec<u32>),
    Prefix(String),
}

impl Query {
    fn of(group: &Group, input: &Value) -> Result<Self, Refusal> {
        let pattern = text(input, "filterPattern").unwrap_or_default();
        if input.get("startFromHead").and_then(Value::as_bool) == Some(false) {
            return Err(invalid(
                "The simulated account gives the earliest events first: startFromHead cannot be false.",
            ));
        }
        let start = millis(input, "startTime")?.unwrap_or(0);
        let end = millis(input, "endTime")?.unwrap_or(i64::MAX / 2);
        let check = format!(
            "{}\0{start}\0{end}\0{pattern}\0{:?}\0{:?}",
            group.name,
            input.get("logStreamNames"),
            input.get("logStreamNamePrefix"),
        );
        Ok(Self {
            start,
            end,
            pattern: Pattern::parse(pattern)?,
            streams: Streams::of(group, input)?,
            limit: limit(input, 10_000)?,
            check: hash(&check),
        })
    }

    fn token(&self, place: Place) -> String {
        let ingested = place.ingested.max(0);
        format!(
            "{:016x}.{:x}.{ingested:x}.{:x}",
            self.check, place.at, place.number
        )
    }

    /// Where to go on from.
    fn from(&self, token: Option<&str>) -> Result<Place, Refusal> {
        let Some(token) = token else {
            return Ok(Place::start(self.start));
        };
        let parts: Option<Vec<u64>> = token
            .split('.')
            .map(|part| u64::from_str_radix(part, 16).ok())
            .collect();
        match parts.as_deref() {
            Some([check, at, ingested, number]) if *check == self.check => Ok(Place {
                at: *at as i64,
                ingested: *ingested as i64,
                number: *number,
            }),
            _ => Err(bad_token()),
        }
    }
}

impl Streams {
    fn of(group: &Group, input: &Value) -> Result<Self, Refusal> {
        let names = input.get("logStreamNames").map(Value::items);
        match (names, text(input, "logStreamNamePrefix")) {
            (Some(_), Some(_)) => Err(invalid(
                "LogStreamNames and LogStreamNamePrefix are mutually exclusive parameters.",
            )),
            (Some(names), None) if !(1..=100).contains(&names.len()) => Err(invalid(
                "1 validation error detected: Value at 'logStreamNames' failed to satisfy constraint: Member must have length between 1 and 100",
            )),
            (Some(names), None) => {
                let index = |name: &Value| group.find_stream(name.as_text()?);
                let found: Option<Vec<u32>> = names.iter().map(index).collect();
                found.map(Self::Named).ok_or_else(no_stream)
            }
            (None, Some(prefix)) => Ok(Self::Prefix(prefix.to_owned())),
            (None, None) => Ok(Self::All),
        }
    }

    fn take(&self, group: &Group, stream: u32) -> bool {
        match self {
            Self::All => true,
            Self::Named(named) => named.contains(&stream),
            Self::Prefix(prefix) => group.stream_name(stream).starts_with(prefix),
        }
    }
}

pub fn filter_log_events(world: &mut World, input: &Value) -> Answer {
    let logs = &mut world.logs;
    let name = group_name(input)?;
    let token = text(input, "nextToken");
    let group = logs.groups.get_mut(name).ok_or_else(super::no_group)?;
    let query = Query::of(group, input)?;
    let from = query.from(token)?;
    logs.reads += 1;
    let nothing_yet =
        token.is_none() && group.store.bytes() > MUCH && logs.reads.is_multiple_of(EMPTY_EVERY);
    let page = if nothing_yet {
        Page {
            next: Some(from),
            ..Page::default()
        }
    } else {
        page(group, &query, from)
    };
    Ok(map! {
        "events" => list(page.rows),
        "searchedLogStreams" => list(Vec::<Value>::new()),
        "nextToken" => page.next.map(|place| query.token(place)),
    })
}

#[derive(Default)]
struct Page {
    rows: Vec<Value>,
    bytes: usize,
    scanned: usize,
    next: Option<Place>,
}

fn page(group: &mut Group, query: &Query, from: Place) -> Page {
    // The store sorts what is read: it is taken out, so that names can be looked up meanwhile.
    let mut store = std::mem::take(&mut group.store);
    let mut page = Page::default();
    for event in store.range(from, query.end) {
        if page.scanned == SCAN || page.rows.len() == query.limit {
            page.next = Some(event.place);
            break;
        }
        page.scanned += 1;
        if !query.streams.take(group, event.stream) {
            continue;
        }
        let text = message(group, event);
        if !query.pattern.takes(&text) {
            continue;
        }
        if page.bytes + text.len() > PAGE_BYTES && !page.rows.is_empty() {
            page.next = Some(event.place);
            break;
        }
        page.bytes += text.len();
        page.rows.push(row(group, event, text));
    }
    group.store = store;
    page
}

fn row(group: &Group, event: &Event, message: String) -> Value {
    map! {
        "logStreamName" => group.stream_name(event.stream),
        "timestamp" => event.place.at,
        "message" => message,
        "ingestionTime" => event.place.ingested,
        "eventId" => id(group, event),
    }
}

/// 56 digits, as AWS has them; no two events of the account have the same.
fn id(group: &Group, event: &Event) -> String {
    format!("39{:020}{:034}", hash(&group.name), event.place.number)
}

/// FNV-1a: the same on every machine.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

pub fn test_metric_filter(input: &Value) -> Answer {
    let pattern = Pattern::parse(required(input, "filterPattern")?)?;
    let messages = input.get("logEventMessages").map_or(&[][..], Value::items);
    if !(1..=50).contains(&messages.len()) {
        return Err(invalid(
            "1 validation error detected: Value at 'logEventMessages' failed to satisfy constraint: Member must have length between 1 and 50",
        ));
    }
    let texts = messages.iter().filter_map(Value::as_text).enumerate();
    let matches = texts.filter(|(_, text)| pattern.takes(text)).map(|(number, text)| {
        map! { "eventNumber" => number + 1, "eventMessage" => text, "extractedValues" => map! {} }
    });
    Ok(map! { "matches" => list(matches) })
}
