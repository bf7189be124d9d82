//! A page of events straight out of its JSON: a quarter of the time that the
//! SDK's own way takes, which makes a text of each member of each event.
//!
//! What is not plainly a page is left to the SDK, so that it alone says what an
//! odd answer means: see [`page`].

use crate::domain::ids::LogStream;
use crate::domain::log::{EventId, LogPage, RawEvent};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// The page in a body; `None` where the SDK has to look at it. Where there is one, the SDK finds the same.
pub(super) fn page(body: &[u8]) -> Option<LogPage> {
    let text = std::str::from_utf8(body).ok()?;
    let mut json = serde_json::Deserializer::from_str(text);
    let page = json.deserialize_map(Answer).ok()?;
    json.end().ok()?;
    Some(page)
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

/// The name of a stream; neighbours share it.
pub(super) fn stream(name: &str, last: &mut Option<LogStream>) -> LogStream {
    match last {
        Some(last) if last.as_str() == name => last.clone(),
        _ => last.insert(LogStream::from(name)).clone(),
    }
}

/// Puts a member in its place; a second one is the SDK's to judge.
fn put<T, E: Error>(place: &mut Option<T>, value: Option<T>) -> Result<(), E> {
    if place.is_some() {
        return Err(E::custom("twice"));
    }
    *place = value;
    Ok(())
}

struct Answer;

impl<'de> Visitor<'de> for Answer {
    type Value = LogPage;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page of events")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LogPage, A::Error> {
        let (mut events, mut next) = (None, None);
        while let Some(name) = map.next_key_seed(Name)? {
            match name {
                Member::Events => put(&mut events, map.next_value_seed(Maybe(Events))?)?,
                Member::NextToken => put(&mut next, map.next_value()?)?,
                Member::SearchedLogStreams => none(map.next_value()?)?,
                _ => other(&mut map)?,
            }
        }
        let events = events.unwrap_or_default();
        Ok(LogPage { events, next })
    }
}

/// Nowadays always empty (aws-facts.md §4.1).
fn none<E: Error>(searched: Option<Vec<IgnoredAny>>) -> Result<(), E> {
    match searched {
        Some(streams) if !streams.is_empty() => Err(E::custom("streams that were searched")),
        _ => Ok(()),
    }
}

/// A member that this version of the SDK does not know: what it holds must be as plain as a value can be.
fn other<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<serde_json::Value>().map(drop)
}

/// The members that are looked at.
#[derive(Clone, Copy)]
enum Member {
    Events,
    NextToken,
    SearchedLogStreams,
    LogStreamName,
    Timestamp,
    Message,
    IngestionTime,
    EventId,
    Other,
}

struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Member;

    fn deserialize<D: Deserializer<'de>>(self, name: D) -> Result<Member, D::Error> {
        name.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Member, E> {
        Ok(match name {
            "events" => Member::Events,
            "nextToken" => Member::NextToken,
            "searchedLogStreams" => Member::SearchedLogStreams,
            "logStreamName" => Member::LogStreamName,
            "timestamp" => Member::Timestamp,
            "message" => Member::Message,
            "ingestionTime" => Member::IngestionTime,
            "eventId" => Member::EventId,
            _ => Member::Other,
        })
    }
}

/// What may be null, which is as if it were not there.
struct Maybe<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Maybe<S> {
    type Value = Option<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
        value.deserialize_option(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for Maybe<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(value).map(Some)
    }
}

struct Events;

impl<'de> DeserializeSeed<'de> for Events {
    type Value = Vec<RawEvent>;

    fn deserialize<D: Deserializer<'de>>(self, events: D) -> Result<Self::Value, D::Error> {
        events.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Events {
    type Value = Vec<RawEvent>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of events")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let (mut events, mut last) = (Vec::new(), None);
        while let Some(event) = seq.next_element_seed(Event { last: &mut last })? {
            events.extend(event);
        }
        Ok(events)
    }
}

struct Event<'l> {
    last: &'l mut Option<LogStream>,
}

impl<'de> DeserializeSeed<'de> for Event<'_> {
    type Value = Option<RawEvent>;

    fn deserialize<D: Deserializer<'de>>(self, event: D) -> Result<Self::Value, D::Error> {
        event.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Event<'_> {
    type Value = Option<RawEvent>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut of = Parts::default();
        while let Some(name) = map.next_key_seed(Name)? {
            match name {
                Member::LogStreamName => {
                    let name = Maybe(Word(|name: &str| stream(name, self.last)));
                    put(&mut of.stream, map.next_value_seed(name)?)?;
                }
                Member::EventId => {
                    put(&mut of.id, map.next_value_seed(Maybe(Word(EventId::of)))?)?;
                }
                Member::Timestamp => put(&mut of.timestamp, map.next_value()?)?,
                Member::IngestionTime => put(&mut of.ingested, map.next_value()?)?,
                Member::Message => put(&mut of.message, map.next_value()?)?,
                _ => other(&mut map)?,
            }
        }
        Ok(of.event())
    }
}

/// A text that is looked at and not kept.
struct Word<F>(F);

impl<'de, T, F: FnOnce(&str) -> T> DeserializeSeed<'de> for Word<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<T, D::Error> {
        text.deserialize_str(self)
    }
}

impl<T, F: FnOnce(&str) -> T> Visitor<'_> for Word<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok((self.0)(text))
    }
}
