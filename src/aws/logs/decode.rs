//! A page of events straight out of its JSON: a quarter of the time that the
//! SDK's own way takes, which makes a text of each member of each event.
//!
//! What is not plainly a page is left to the SDK, so that it alone says what an
//! odd answer means: see [`page`].

use crate::domain::ids::LogStream;
use crate::domain::log::{EventId, LogPage, RawEvent};

mod cursor;

use cursor::{Cursor, Odd, Plain};

/// Bytes of an event, so that the list of them need not grow as a rule.
const USUAL: usize = 400;

/// The page in a body; `None` where the SDK has to look at it. Where there is one, the SDK finds the same.
pub(super) fn page(body: &[u8]) -> Option<LogPage> {
    let mut json = Cursor::of(std::str::from_utf8(body).ok()?);
    let page = answer(&mut json).ok()?;
    json.has_ended().then_some(page)
}

/// What an event is made of, whoever decoded it; one without a time cannot be put in order, and AWS sends none such.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) stream: Option<LogStream>,
    pub(super) timestamp: Option<i64>,
    pub(super) ingested: Option<i64>,
    pub(super) message: Option<String>,
    pub(super) id: Option<EventId>,
}

impl Parts {
    pub(super) fn event(self) -> Option<RawEvent> {
        let timestamp = self.timestamp?;
        let stream = self.stream.unwrap_or_else(|| LogStream::from(""));
        let message = self.message.unwrap_or_default();
        let made_up = || format!("{}/{timestamp}/{message}", stream.as_str()).into();
        Some(RawEvent {
            id: self.id.unwrap_or_else(made_up),
            stream,
            timestamp,
            ingested: self.ingested.unwrap_or(timestamp),
            late: false,
            message,
        })
    }
}

/// The streams of a page: events of one share its name.
#[derive(Debug, Default)]
pub(super) struct Streams(Vec<LogStream>);

impl Streams {
    /// Looked through for each event: so many are quicker than a hash.
    const MOST: usize = 32;

    /// The stream of this name.
    pub(super) fn of(&mut self, name: &str) -> LogStream {
        let end = name.as_bytes().last();
        // The ends first: streams of one group begin alike.
        let is = |known: &&LogStream| {
            let known = known.as_str();
            known.as_bytes().last() == end && known == name
        };
        if let Some(known) = self.0.iter().find(is) {
            return known.clone();
        }
        if self.0.len() == Self::MOST {
            self.0.clear();
        }
        let stream = LogStream::from(name);
        self.0.push(stream.clone());
        stream
    }
}

/// Puts a member in its place; a second one is the SDK's to judge.
fn put<T>(place: &mut Option<T>, value: Option<T>) -> Plain<()> {
    let is_first = place.is_none();
    *place = value;
    is_first.then_some(()).ok_or(Odd)
}

fn answer(json: &mut Cursor<'_>) -> Plain<LogPage> {
    let (mut events, mut next) = (None, None);
    json.members(|json, name| match name {
        "events" => put(&mut events, json.maybe(list)?),
        "nextToken" => put(&mut next, json.maybe(Cursor::text)?),
        // Nowadays always empty (aws-facts.md §4.1).
        "searchedLogStreams" => json.maybe(|json| json.items(|_| Err(Odd))).map(drop),
        _ => json.other(),
    })?;
    let events = events.unwrap_or_default();
    Ok(LogPage { events, next })
}

fn list(json: &mut Cursor<'_>) -> Plain<Vec<RawEvent>> {
    let (mut events, mut streams) = (Vec::with_capacity(json.left() / USUAL), Streams::default());
    json.items(|json| {
        events.extend(event(json, &mut streams)?);
        Ok(())
    })?;
    Ok(events)
}

/// One without a time is none.
fn event(json: &mut Cursor<'_>, streams: &mut Streams) -> Plain<Option<RawEvent>> {
    let mut of = Parts::default();
    json.members(|json, name| match name {
        "logStreamName" => {
            let name = json.maybe(|json| json.word(|name| streams.of(name)));
            put(&mut of.stream, name?)
        }
        "timestamp" => put(&mut of.timestamp, json.maybe(Cursor::whole)?),
        "message" => put(&mut of.message, json.maybe(Cursor::text)?),
        "ingestionTime" => put(&mut of.ingested, json.maybe(Cursor::whole)?),
        "eventId" => put(&mut of.id, json.maybe(|json| json.word(EventId::of))?),
        _ => json.other(),
    })?;
    Ok(of.event())
}
