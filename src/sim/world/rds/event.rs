//! What happened: the last two weeks.

use super::page::{items, page};
use super::{Kind, invalid};
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, map, named_list};
use crate::sim::world::World;
use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;

/// How far back they go, and how many there are at most.
const LONGEST: SignedDuration = SignedDuration::from_hours(14 * 24);
const MOST: usize = 2_000;

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Instance,
    Cluster,
    Snapshot,
    ClusterSnapshot,
}

impl Source {
    pub fn of_snapshot(kind: Kind) -> Self {
        match kind {
            Kind::Instance => Self::Snapshot,
            Kind::Cluster => Self::ClusterSnapshot,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Instance => "db-instance",
            Self::Cluster => "db-cluster",
            Self::Snapshot => "db-snapshot",
            Self::ClusterSnapshot => "db-cluster-snapshot",
        }
    }
}

#[derive(Clone, Debug)]
struct Event {
    at: Timestamp,
    source: Source,
    id: String,
    arn: String,
    category: &'static str,
    message: String,
}

/// All events, oldest first.
#[derive(Debug, Default)]
pub struct Events(VecDeque<Event>);

impl Events {
    pub fn add(
        &mut self,
        at: Timestamp,
        source: Source,
        id: &str,
        arn: &str,
        category: &'static str,
        message: String,
    ) {
        self.0.push_back(Event {
            at,
            source,
            id: id.to_owned(),
            arn: arn.to_owned(),
            category,
            message,
        });
        let old = |event: &Event| at.duration_since(event.at) > LONGEST;
        while self.0.len() > MOST || self.0.front().is_some_and(old) {
            self.0.pop_front();
        }
    }
}

impl Event {
    fn facts(&self) -> Value {
        map! {
            "SourceIdentifier" => &self.id,
            "SourceType" => self.source.name(),
            "Message" => &self.message,
            "EventCategories" => named_list("EventCategory", [self.category]),
            "Date" => self.at,
            "SourceArn" => &self.arn,
        }
    }
}

/// The time asked for: the last hour where none is named.
fn window(input: &Value, now: Timestamp) -> Result<(Timestamp, Timestamp), Refusal> {
    let time = |name: &str| input.get(name).and_then(Value::as_time);
    let minutes = input.get("Duration").and_then(Value::as_int).unwrap_or(60);
    if !(0..=14 * 1_440).contains(&minutes) {
        return Err(invalid(format!(
            "Invalid value {minutes} for Duration. Must be at most 20160"
        )));
    }
    let end = time("EndTime").unwrap_or(now);
    let start =
        time("StartTime").or_else(|| end.checked_sub(SignedDuration::from_mins(minutes)).ok());
    let start = start.unwrap_or(end);
    if start > end {
        return Err(invalid("StartTime must be before EndTime"));
    }
    Ok((start, end))
}

pub fn describe_events(world: &mut World, input: &Value) -> Answer {
    let text = |name: &str| input.get(name).and_then(Value::as_text);
    let (start, end) = window(input, world.now)?;
    let (source, kind) = (text("SourceIdentifier"), text("SourceType"));
    if source.is_some() && kind.is_none() {
        return Err(Refusal::client(
            "InvalidParameterCombination",
            "SourceType must be supplied if SourceIdentifier is supplied.",
        ));
    }
    let categories = items(input, "EventCategories", "EventCategory");
    let fits = |event: &&Event| {
        (start..=end).contains(&event.at)
            && source.is_none_or(|source| source == event.id)
            && kind.is_none_or(|kind| kind == event.source.name())
            && (categories.is_empty()
                || categories
                    .iter()
                    .any(|c| c.as_text() == Some(event.category)))
    };
    let rows = world.rds.events.0.iter().filter(fits).map(Event::facts);
    let (rows, marker) = page(input, rows.collect())?;
    Ok(map! { "Marker" => marker, "Events" => named_list("Event", rows) })
}
