//! Live Tail sessions: what comes in, once a second, at most 500 events of it.

use super::group::Group;
use super::input::{invalid, name_of, text};
use super::pattern::Pattern;
use super::store::{Body, Event, Place};
use crate::sim::account::ACCOUNT_ID;
use crate::sim::call::Refusal;
use crate::sim::value::{Value, list, map};
use crate::sim::world::World;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Sessions side by side in an account (aws-facts.md §1.7).
const SESSIONS: usize = 15;
const GROUPS: usize = 10;
/// Events of a frame; of more only a sample is sent.
const FRAME: usize = 500;
/// A session ends by itself.
const LONGEST: SignedDuration = SignedDuration::from_hours(3);

/// Names a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TailId(u64);

/// All sessions.
#[derive(Debug, Default)]
pub struct Tails {
    open: BTreeMap<TailId, Tail>,
    next: u64,
}

#[derive(Debug)]
struct Tail {
    id: String,
    since: Timestamp,
    groups: Vec<String>,
    /// As they were given: what the session's start tells.
    input: Value,
    streams: Vec<String>,
    prefixes: Vec<String>,
    pattern: Pattern,
    /// Since the last frame: how many came, and those that will be sent.
    seen: usize,
    sample: Vec<(String, Event)>,
}

impl World {
    /// Opens a session, or says why not.
    pub fn live_tail(&mut self, input: &Value) -> Result<TailId, Refusal> {
        let tail = self.new_tail(input)?;
        let tails = &mut self.logs.tails;
        if tails.open.len() >= SESSIONS {
            return Err(Refusal::client(
                "LimitExceededException",
                "The maximum number of concurrent Live Tail sessions has been reached.",
            ));
        }
        let id = TailId(tails.next);
        tails.next += 1;
        tails.open.insert(id, tail);
        Ok(id)
    }

    fn new_tail(&mut self, input: &Value) -> Result<Tail, Refusal> {
        let groups = self.tailed(input)?;
        let names = |member: &str| -> Vec<String> {
            let items = input.get(member).map_or(&[][..], Value::items);
            items
                .iter()
                .filter_map(Value::as_text)
                .map(str::to_owned)
                .collect()
        };
        let (streams, prefixes) = (names("logStreamNames"), names("logStreamNamePrefixes"));
        if !(streams.is_empty() && prefixes.is_empty()) && groups.len() != 1 {
            return Err(invalid(
                "Log stream names or prefixes can be given for exactly one log group.",
            ));
        }
        if !streams.is_empty() && !prefixes.is_empty() {
            return Err(invalid(
                "logStreamNames and logStreamNamePrefixes are mutually exclusive parameters.",
            ));
        }
        Ok(Tail {
            id: super::uuid(&mut self.rng),
            since: self.now,
            groups,
            input: input.clone(),
            streams,
            prefixes,
            pattern: Pattern::parse(text(input, "logEventFilterPattern").unwrap_or_default())?,
            seen: 0,
            sample: Vec::new(),
        })
    }

    /// The names of the groups of a request, which must be ARNs of groups that can be tailed.
    fn tailed(&self, input: &Value) -> Result<Vec<String>, Refusal> {
        let arns = input
            .get("logGroupIdentifiers")
            .map_or(&[][..], Value::items);
        if !(1..=GROUPS).contains(&arns.len()) {
            return Err(invalid(format!(
                "1 validation error detected: Value at 'logGroupIdentifiers' failed to satisfy constraint: Member must have length between 1 and {GROUPS}"
            )));
        }
        arns.iter()
            .map(|arn| self.tailable(arn.as_text().unwrap_or_default()))
            .collect()
    }

    fn tailable(&self, arn: &str) -> Result<String, Refusal> {
        if !arn.starts_with("arn:") {
            return Err(invalid(format!(
                "The log group identifier {arn} is not an ARN."
            )));
        }
        let name = name_of(arn)?;
        let group = self.logs.groups.get(name).ok_or_else(super::no_group)?;
        if group.class != "STANDARD" {
            return Err(Refusal::client(
                "InvalidOperationException",
                "Live Tail is only supported for log groups of the STANDARD class.",
            ));
        }
        Ok(name.to_owned())
    }

    /// The first message of a session: the members of `sessionStart`.
    pub fn tail_start(&self, id: TailId) -> Option<Value> {
        let tail = self.logs.tails.open.get(&id)?;
        let given = |member: &str| tail.input.get(member).cloned();
        Some(map! {
            "requestId" => &tail.id,
            "sessionId" => &tail.id,
            "logGroupIdentifiers" => given("logGroupIdentifiers").unwrap_or_default(),
            "logStreamNames" => given("logStreamNames").unwrap_or_else(|| list(Vec::<Value>::new())),
            "logStreamNamePrefixes" => given("logStreamNamePrefixes").unwrap_or_else(|| list(Vec::<Value>::new())),
            "logEventFilterPattern" => given("logEventFilterPattern").unwrap_or_default(),
        })
    }

    /// What came since the last frame: the members of `sessionUpdate`, empty where nothing did.
    /// None after three hours, and for a session that is closed: `SessionTimeoutException`.
    pub fn tail_frame(&mut self, id: TailId, now: Timestamp) -> Option<Value> {
        self.advance(now);
        let Self { logs, now, .. } = self;
        let tail = logs.tails.open.get_mut(&id)?;
        if now.duration_since(tail.since) >= LONGEST {
            logs.tails.open.remove(&id);
            return None;
        }
        let sampled = tail.seen > FRAME;
        tail.seen = 0;
        let mut events = std::mem::take(&mut tail.sample);
        events.sort_by_key(|(_, event)| event.place);
        let rows = events.iter().filter_map(|(name, event)| {
            let group = logs.groups.get(name)?;
            Some(row(group, event))
        });
        Some(map! {
            "sessionMetadata" => map! { "sampled" => sampled },
            "sessionResults" => list(rows),
        })
    }

    /// The client is gone.
    pub fn close_tail(&mut self, id: TailId) {
        self.logs.tails.open.remove(&id);
    }
}

fn row(group: &Group, event: &Event) -> Value {
    map! {
        "logStreamName" => group.stream_name(event.stream),
        "logGroupIdentifier" => format!("{ACCOUNT_ID}:{}", group.name),
        "message" => super::message(group, event),
        "timestamp" => event.place.at,
        "ingestionTime" => event.place.ingested,
    }
}

impl Tails {
    /// An event comes in.
    pub fn see(&mut self, group: &Group, at: i64, ingested: i64, stream: u32, body: &Body) {
        for tail in self.open.values_mut() {
            if tail.groups.contains(&group.name) {
                let number = tail.seen as u64;
                let place = Place {
                    at,
                    ingested,
                    number,
                };
                tail.see(
                    group,
                    Event {
                        place,
                        stream,
                        body: body.clone(),
                    },
                );
            }
        }
    }
}

impl Tail {
    fn see(&mut self, group: &Group, event: Event) {
        if !self.takes(group, &event) {
            return;
        }
        self.seen += 1;
        if self.sample.len() < FRAME {
            self.sample.push((group.name.clone(), event));
            return;
        }
        // A fair sample without a die: the place is scattered by the event's number.
        let place = (self.seen as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
        let place = place as usize % self.seen;
        if let Some(old) = self.sample.get_mut(place) {
            *old = (group.name.clone(), event);
        }
    }

    fn takes(&self, group: &Group, event: &Event) -> bool {
        let stream = group.stream_name(event.stream);
        (self.streams.is_empty() || self.streams.iter().any(|name| name == stream))
            && (self.prefixes.is_empty() || self.prefixes.iter().any(|p| stream.starts_with(p)))
            && (self.pattern.is_all() || self.pattern.takes(&super::message(group, event)))
    }
}
