//! Log groups.

use super::input::{invalid, limit, name_of, page, required, text};
use super::store::{Body, Store};
use super::{DAY, no_group};
use crate::sim::account::ACCOUNT_ID;
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Map, Value, list, map};
use crate::sim::world::World;
use std::collections::BTreeMap;

/// The only numbers of days that AWS takes.
const RETENTIONS: [i64; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// One stream of a group.
#[derive(Clone, Debug)]
pub struct Stream {
    pub name: String,
    pub created: i64,
    pub first: Option<i64>,
    pub last: Option<i64>,
    pub ingested: Option<i64>,
}

/// One group.
#[derive(Debug)]
pub struct Group {
    pub name: String,
    pub arn: String,
    pub created: i64,
    /// Days; none: for ever.
    pub retention: Option<i64>,
    pub class: String,
    pub tags: Map,
    /// What the lines name as the server.
    pub server: &'static str,
    pub streams: Vec<Stream>,
    names: BTreeMap<String, u32>,
    pub store: Store,
    /// Bytes ever taken in, and events and bytes since they were counted last.
    stored: u64,
    pub fresh: (u32, u64),
}

impl Group {
    pub fn new(region: &str, name: &str, created: i64) -> Self {
        Self {
            name: name.to_owned(),
            arn: format!("arn:aws:logs:{region}:{ACCOUNT_ID}:log-group:{name}"),
            created,
            retention: None,
            class: "STANDARD".to_owned(),
            tags: Map::default(),
            server: "",
            streams: Vec::new(),
            names: BTreeMap::new(),
            store: Store::default(),
            stored: 0,
            fresh: (0, 0),
        }
    }

    /// The index of a stream of this name, made where it is new.
    pub fn stream(&mut self, name: &str, now: i64) -> u32 {
        if let Some(index) = self.names.get(name) {
            return *index;
        }
        let index = self.streams.len() as u32;
        self.names.insert(name.to_owned(), index);
        self.streams.push(Stream {
            name: name.to_owned(),
            created: now,
            first: None,
            last: None,
            ingested: None,
        });
        index
    }

    pub fn find_stream(&self, name: &str) -> Option<u32> {
        self.names.get(name).copied()
    }

    pub fn stream_name(&self, index: u32) -> &str {
        let stream = self.streams.get(index as usize);
        stream.map_or("", |stream| stream.name.as_str())
    }

    /// Takes in an event.
    pub fn take(&mut self, at: i64, now: i64, stream: u32, body: Body) {
        let size = match &body {
            Body::Line(_) => 350,
            Body::Written(text) => text.len() as u64,
        };
        self.stored += size;
        self.fresh = (self.fresh.0 + 1, self.fresh.1 + size);
        if let Some(stream) = self.streams.get_mut(stream as usize) {
            stream.first = Some(stream.first.map_or(at, |first| first.min(at)));
            stream.last = Some(stream.last.map_or(at, |last| last.max(at)));
            stream.ingested = Some(now);
        }
        self.store.push(at, now, stream, body);
    }

    /// Forgets what is older than the group keeps.
    pub fn expire(&mut self, now: i64) {
        if let Some(days) = self.retention {
            self.store.forget_before(now - days * DAY);
        }
    }

    fn facts(&self) -> Value {
        map! {
            "logGroupName" => &self.name,
            "creationTime" => self.created,
            "retentionInDays" => self.retention,
            "metricFilterCount" => 0,
            "arn" => format!("{}:*", self.arn),
            "storedBytes" => self.stored,
            "logGroupClass" => &self.class,
            "logGroupArn" => &self.arn,
            "deletionProtectionEnabled" => false,
        }
    }
}

fn paged(
    world: &World,
    input: &Value,
    most: usize,
    wanted: impl Fn(&Group) -> bool,
    facts: impl Fn(&Group) -> Value,
) -> Answer {
    let found = world.logs.groups.values().filter(|group| wanted(group));
    let (groups, next) = page(input, most, found.map(facts).collect())?;
    Ok(map! { "logGroups" => list(groups), "nextToken" => next })
}

pub fn describe_log_groups(world: &mut World, input: &Value) -> Answer {
    let prefix = text(input, "logGroupNamePrefix");
    let pattern = text(input, "logGroupNamePattern");
    if prefix.is_some() && pattern.is_some() {
        return Err(invalid(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        ));
    }
    let class = text(input, "logGroupClass");
    let wanted = |group: &Group| {
        prefix.is_none_or(|prefix| group.name.starts_with(prefix))
            && pattern.is_none_or(|pattern| group.name.contains(pattern))
            && class.is_none_or(|class| group.class == class)
    };
    limit(input, 50)?;
    paged(world, input, 50, wanted, Group::facts)
}

/// Its pattern is up to five texts of which one must stand in the name, `^` before it: at its start.
pub fn list_log_groups(world: &mut World, input: &Value) -> Answer {
    let pattern = text(input, "logGroupNamePattern").unwrap_or_default();
    if !(pattern.is_empty() || (3..=129).contains(&pattern.len())) {
        return Err(invalid("logGroupNamePattern must have 3 to 129 characters"));
    }
    let holds = |name: &str, part: &str| match part.strip_prefix('^') {
        Some(start) => name.starts_with(start),
        None => name.contains(part),
    };
    let class = text(input, "logGroupClass");
    let wanted = |group: &Group| {
        pattern.split('|').any(|part| holds(&group.name, part))
            && class.is_none_or(|class| group.class == class)
    };
    let facts = |group: &Group| {
        map! {
            "logGroupName" => &group.name,
            "logGroupArn" => &group.arn,
            "logGroupClass" => &group.class,
        }
    };
    paged(world, input, 1000, wanted, facts)
}

pub fn create_log_group(world: &mut World, input: &Value) -> Answer {
    let name = required(input, "logGroupName")?;
    let good = |c: char| c.is_ascii_alphanumeric() || ".-_/#".contains(c);
    if name.is_empty() || name.len() > 512 || !name.chars().all(good) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
        )));
    }
    if world.logs.groups.contains_key(name) {
        return Err(Refusal::client(
            "ResourceAlreadyExistsException",
            "The specified log group already exists",
        ));
    }
    let mut group = Group::new(&world.region, name, world.now.as_millisecond());
    if let Some(class) = text(input, "logGroupClass") {
        class.clone_into(&mut group.class);
    }
    group.tags = input
        .get("tags")
        .and_then(Value::as_map)
        .cloned()
        .unwrap_or_default();
    world.logs.groups.insert(name.to_owned(), group);
    Ok(map! {})
}

pub fn delete_log_group(world: &mut World, input: &Value) -> Answer {
    let name = required(input, "logGroupName")?;
    world.logs.groups.remove(name).ok_or_else(no_group)?;
    Ok(map! {})
}

pub fn put_retention_policy(world: &mut World, input: &Value) -> Answer {
    let days = input.get("retentionInDays").and_then(Value::as_int);
    let Some(days) = days.filter(|days| RETENTIONS.contains(days)) else {
        return Err(invalid(format!(
            "1 validation error detected: Value at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: {RETENTIONS:?}"
        )));
    };
    world
        .logs
        .group(required(input, "logGroupName")?)?
        .retention = Some(days);
    Ok(map! {})
}

pub fn delete_retention_policy(world: &mut World, input: &Value) -> Answer {
    world
        .logs
        .group(required(input, "logGroupName")?)?
        .retention = None;
    Ok(map! {})
}

/// No group has any: `metricFilterCount` says the same.
pub fn describe_metric_filters(world: &mut World, input: &Value) -> Answer {
    limit(input, 50)?;
    if text(input, "metricName").is_some() != text(input, "metricNamespace").is_some() {
        return Err(invalid("Metric name and namespace must be given together."));
    }
    if let Some(name) = text(input, "logGroupName") {
        world.logs.group(name)?;
    }
    Ok(map! { "metricFilters" => list(Vec::<Value>::new()) })
}

pub fn list_tags(world: &mut World, input: &Value) -> Answer {
    let name = name_of(required(input, "resourceArn")?)?;
    Ok(map! { "tags" => world.logs.group(name)?.tags.clone() })
}
