//! A service, its deployments, and what can be counted of it.

use super::super::metrics::SeriesId;
use super::event::Event;
use super::task::{State, Target, Task, Wanted};
use jiff::Timestamp;
use std::collections::VecDeque;

/// What part a service has in the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Answers requests.
    Web,
    /// Works by itself.
    Worker,
    /// One of the many that do next to nothing.
    Crowd,
}

/// Where its tasks run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Launch {
    /// On the group's instances, through the capacity provider.
    Instances,
    Fargate,
}

/// An ECS service.
#[derive(Debug)]
pub struct Service {
    pub name: String,
    pub role: Role,
    pub launch: Launch,
    pub created: Timestamp,
    pub desired: u32,
    /// Its place among the definitions.
    pub definition: usize,
    /// The ARN of its target group.
    pub target_group: Option<String>,
    /// Newest first; the first is PRIMARY.
    pub deployments: Vec<Deployment>,
    pub tasks: Vec<Task>,
    /// Newest first, at most a hundred.
    pub events: VecDeque<Event>,
    pub tags: Vec<(String, String)>,
    /// Whether the last word was that it is steady.
    pub steady: bool,
    /// Tasks that the cluster does not know of yet.
    pub born: Vec<String>,
    pub series: Option<ServiceSeries>,
}

/// Where its numbers go.
#[derive(Clone, Copy, Debug)]
pub struct ServiceSeries {
    pub cpu: SeriesId,
    pub memory: SeriesId,
}

/// One deployment.
#[derive(Clone, Debug)]
pub struct Deployment {
    pub number: u64,
    pub definition: usize,
    pub created: Timestamp,
    pub updated: Timestamp,
    pub finished: Option<Timestamp>,
    pub failed: u32,
}

impl Deployment {
    /// `ecs-svc/…`.
    pub fn id(&self) -> String {
        deployment_id(self.number)
    }
}

/// `ecs-svc/…`.
pub fn deployment_id(number: u64) -> String {
    format!("ecs-svc/{number}")
}

/// How many tasks run and wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub running: u32,
    pub pending: u32,
}

impl Service {
    /// The tasks that shall run.
    pub fn alive(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(|t| t.wanted == Wanted::Running)
    }

    /// The tasks that shall run, of one deployment.
    pub fn alive_of(&self, deployment: u64) -> impl Iterator<Item = &Task> {
        self.alive().filter(move |t| t.deployment == deployment)
    }

    /// Running and pending tasks.
    pub fn counts(&self) -> Counts {
        counts(self.alive())
    }

    /// The same of one deployment.
    pub fn counts_of(&self, deployment: u64) -> Counts {
        counts(self.alive_of(deployment))
    }

    /// The tasks that take requests.
    pub fn serving(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(|t| t.serves())
    }

    /// The number of the deployment that new tasks are of.
    pub fn primary(&self) -> u64 {
        self.deployments.first().map_or(0, |d| d.number)
    }

    /// Whether nothing moves in it.
    pub fn settled(&self) -> bool {
        let still = |t: &Task| t.state == State::Running && t.wanted == Wanted::Running;
        self.steady
            && self
                .tasks
                .iter()
                .all(|t| still(t) && t.target != Target::Initial)
    }
}

fn counts<'a>(tasks: impl Iterator<Item = &'a Task>) -> Counts {
    let mut counts = Counts::default();
    for task in tasks {
        match task.state {
            State::Running => counts.running += 1,
            State::Provisioning | State::Pending | State::Activating => counts.pending += 1,
            _ => {}
        }
    }
    counts
}
