//! What a group did and why.

use super::super::World;
use super::super::id;
use super::super::page::Page;
use super::Group;
use super::input::{bad_token, no_group, texts};
use crate::sim::call::Answer;
use crate::sim::value::{Value, list, map};
use fastrand::Rng;
use jiff::Timestamp;

/// Activities kept.
const KEPT: usize = 200;

/// How far an activity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    PreInService,
    InProgress,
    Successful,
    Failed,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Self::PreInService => "PreInService",
            Self::InProgress => "InProgress",
            Self::Successful => "Successful",
            Self::Failed => "Failed",
        }
    }
}

/// One activity.
#[derive(Clone, Debug)]
pub struct Activity {
    pub id: String,
    pub description: String,
    pub cause: String,
    pub start: Timestamp,
    pub end: Option<Timestamp>,
    pub status: Status,
    pub message: Option<String>,
    /// The instance that comes or goes.
    pub node: Option<u32>,
}

impl Activity {
    pub fn new(rng: &mut Rng, description: String, cause: String, start: Timestamp) -> Self {
        Self {
            id: id::uuid(rng),
            description,
            cause,
            start,
            end: None,
            status: Status::InProgress,
            message: None,
            node: None,
        }
    }
}

impl Group {
    pub(super) fn note(&mut self, activity: Activity) {
        self.activities.push_front(activity);
        self.activities.truncate(KEPT);
    }

    /// The activity of an instance has come to its end.
    pub(super) fn done(&mut self, node: u32, now: Timestamp) {
        let open = |a: &&mut Activity| a.node == Some(node) && a.end.is_none();
        if let Some(activity) = self.activities.iter_mut().find(open) {
            activity.end = Some(now);
            activity.status = Status::Successful;
        }
    }
}

/// `DescribeScalingActivities`.
pub fn describe(world: &World, input: &Value) -> Answer {
    let name = input.get("AutoScalingGroupName").and_then(Value::as_text);
    let group = world.group.group.as_ref();
    let group = match name {
        Some(name) => Some(
            group
                .filter(|g| g.name == name)
                .ok_or_else(|| no_group(name))?,
        ),
        None => group,
    };
    let ids = texts(input, "ActivityIds");
    let page = Page::read(input, "MaxRecords", "NextToken", 100, 100).map_err(bad_token)?;
    let all = group
        .into_iter()
        .flat_map(|g| g.activities.iter().map(move |a| (g, a)));
    let found = all.filter(|(_, a)| ids.is_empty() || ids.contains(&a.id.as_str()));
    let (found, next) = page.of(found.map(|(g, a)| view(world, g, a)));
    Ok(map! { "Activities" => list(found), "NextToken" => next })
}

/// One activity as AWS shows it.
pub fn view(world: &World, group: &Group, activity: &Activity) -> Value {
    let progress = match activity.status {
        Status::PreInService => 30,
        Status::InProgress => 50,
        Status::Successful | Status::Failed => 100,
    };
    map! {
        "ActivityId" => &activity.id,
        "AutoScalingGroupName" => &group.name,
        "Description" => &activity.description,
        "Cause" => &activity.cause,
        "StartTime" => activity.start,
        "EndTime" => activity.end,
        "StatusCode" => activity.status.name(),
        "StatusMessage" => activity.message.as_deref(),
        "Progress" => progress,
        "Details" => format!("{{\"Subnet ID\":\"subnet-0a1b2c3d4e5f60718\",\"Availability Zone\":\"{}a\"}}", world.region),
        "AutoScalingGroupARN" => group.arn(&world.region),
    }
}
