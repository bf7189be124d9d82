//! Tags of databases and snapshots.

use super::{invalid, required};
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, map, named_list};
use crate::sim::world::World;
use std::collections::BTreeMap;

/// The tags of one thing.
#[derive(Clone, Debug, Default)]
pub struct Tags(BTreeMap<String, String>);

impl Tags {
    /// The tags of a request; a list, or a map that names its items, as the wire has it.
    pub fn of(input: &Value) -> Self {
        let mut tags = Self::default();
        tags.add(input);
        tags
    }

    fn add(&mut self, input: &Value) {
        for tag in super::page::items(input, "Tags", "Tag") {
            let text = |name: &str| tag.get(name).and_then(Value::as_text).unwrap_or_default();
            self.0
                .insert(text("Key").to_owned(), text("Value").to_owned());
        }
    }

    pub fn with(pairs: &[(&str, &str)]) -> Self {
        let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        Self(pairs.iter().map(own).collect())
    }

    pub fn list(&self) -> Value {
        let tags = self
            .0
            .iter()
            .map(|(key, value)| map! { "Key" => key, "Value" => value });
        named_list("Tag", tags)
    }
}

/// The tags of what an ARN names.
fn tags<'a>(world: &'a mut World, input: &Value) -> Result<&'a mut Tags, Refusal> {
    let arn = required(input, "ResourceName")?;
    let rds = &mut world.rds;
    let instances = rds
        .instances
        .iter_mut()
        .filter(|i| i.arn() == arn)
        .map(|i| &mut i.tags);
    let clusters = rds
        .clusters
        .iter_mut()
        .filter(|c| c.arn() == arn)
        .map(|c| &mut c.tags);
    let snapshots = rds
        .snapshots
        .iter_mut()
        .filter(|s| s.arn() == arn)
        .map(|s| &mut s.tags);
    instances
        .chain(clusters)
        .chain(snapshots)
        .next()
        .ok_or_else(|| missing(arn))
}

fn missing(arn: &str) -> Refusal {
    let parts: Vec<&str> = arn.split(':').collect();
    let (code, what) = match parts.get(5) {
        Some(&"db") => ("DBInstanceNotFound", "DBInstance"),
        Some(&"snapshot") => ("DBSnapshotNotFound", "DBSnapshot"),
        Some(&"cluster") => ("DBClusterNotFoundFault", "DBCluster"),
        Some(&"cluster-snapshot") => ("DBClusterSnapshotNotFoundFault", "DBClusterSnapshot"),
        _ => return invalid(format!("Invalid resource name: {arn}")),
    };
    let id = parts.get(6).copied().unwrap_or_default();
    Refusal::with(404, code, format!("{what} {id} not found."))
}

pub fn list_tags(world: &mut World, input: &Value) -> Answer {
    Ok(map! { "TagList" => tags(world, input)?.list() })
}

pub fn add_tags(world: &mut World, input: &Value) -> Answer {
    tags(world, input)?.add(input);
    Ok(map! {})
}

pub fn remove_tags(world: &mut World, input: &Value) -> Answer {
    let tags = tags(world, input)?;
    for key in super::page::items(input, "TagKeys", "member") {
        key.as_text().and_then(|key| tags.0.remove(key));
    }
    Ok(map! {})
}
