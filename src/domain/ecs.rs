//! ECS: clusters, services, tasks (aws-facts.md §2.1–2.3).

use super::ids::{
    Arn, ClusterName, InstanceId, LogGroup, LogStream, Region, ServiceName, TargetGroupArn,
    TaskDefinition, TaskId,
};
use super::text::Text;
use jiff::Timestamp;

/// One cluster as `DescribeClusters` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    pub name: ClusterName,
    pub active_services: u32,
    pub running_tasks: u32,
    pub pending_tasks: u32,
    pub container_instances: u32,
}

/// One service, by cluster and name.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct ServiceRef {
    pub cluster: ClusterName,
    pub service: ServiceName,
}

impl ServiceRef {
    /// Application Auto Scaling's name for it: `service/<cluster>/<service>`.
    pub fn resource_id(&self) -> String {
        format!(
            "service/{}/{}",
            self.cluster.as_str(),
            self.service.as_str()
        )
    }

    /// The reverse of [`ServiceRef::resource_id`].
    pub fn from_resource_id(id: &str) -> Option<Self> {
        let (cluster, service) = id.strip_prefix("service/")?.split_once('/')?;
        Some(Self {
            cluster: cluster.into(),
            service: service.into(),
        })
    }
}

/// `Service.status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceStatus {
    Active,
    /// Being deleted, tasks still stopping.
    Draining,
    Inactive,
    Other,
}

/// Who rolls deployments out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Controller {
    /// ECS itself: rolling.
    Ecs,
    /// `CodeDeploy`: `UpdateService` takes `desiredCount` only.
    CodeDeploy,
    /// Task sets: the service's desired count does not scale it.
    External,
    Other,
}

impl Controller {
    /// Who rolls the service out, for people.
    pub fn said(self) -> &'static str {
        match self {
            Self::Ecs => "ECS, rolling update",
            Self::CodeDeploy => "CodeDeploy",
            Self::External => "task sets of another tool",
            Self::Other => "a controller unknown here",
        }
    }
}

/// `schedulingStrategy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheduling {
    Replica,
    /// One task per instance; no desired count.
    Daemon,
}

/// Where tasks run: a launch type, or the capacity providers named by the strategy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Launch {
    Ec2,
    Fargate,
    External,
    Providers(Vec<Text>),
    Unknown,
}

/// The roll-out of the PRIMARY deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rollout {
    InProgress,
    Completed,
    Failed {
        reason: Text,
    },
    /// Absent in the answer: not the rolling controller, or a Classic load balancer. Not "completed".
    Unknown,
}

/// A service's list facts: small on purpose; events and tasks are the drill-in's (architecture.md §8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    pub at: ServiceRef,
    pub status: ServiceStatus,
    pub desired: u32,
    pub running: u32,
    pub pending: u32,
    pub launch: Launch,
    pub controller: Controller,
    /// As AWS gave it.
    pub arn: Option<Arn>,
    pub scheduling: Scheduling,
    pub rollout: Rollout,
    /// Running and desired of the PRIMARY deployment: `6/8` while it is in progress.
    pub primary: (u32, u32),
    /// More than one while a deployment is under way.
    pub deployments: u8,
    /// When the PRIMARY deployment was created.
    pub deployed_at: Option<Timestamp>,
    pub task_definition: TaskDefinition,
    pub target_groups: Vec<TargetGroupArn>,
}

/// One entry of `deployments[]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    pub id: Text,
    /// PRIMARY, ACTIVE or INACTIVE, as AWS writes it.
    pub status: Text,
    pub desired: u32,
    pub running: u32,
    pub pending: u32,
    pub failed: u32,
    pub rollout: Rollout,
    pub task_definition: TaskDefinition,
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
}

/// How a service event reads (aws-facts.md §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventClass {
    Good,
    Progress,
    Bad,
    /// No container instance has room: the group must grow.
    NoRoom,
    Other,
}

/// Stable fragments of event texts; the first that occurs decides (never equality: the texts carry names and numbers).
const EVENT_FRAGMENTS: &[(&str, EventClass)] = &[
    ("was unable to place a task", EventClass::NoRoom),
    ("deployment failed", EventClass::Bad),
    ("rolling back to", EventClass::Bad),
    ("is unable to consistently start tasks", EventClass::Bad),
    ("operations are being throttled", EventClass::Bad),
    ("was unable to stop or start tasks", EventClass::Bad),
    ("is unhealthy in", EventClass::Bad),
    ("was unable to", EventClass::Bad),
    ("has reached a steady state", EventClass::Good),
    ("deployment completed", EventClass::Good),
    ("has started", EventClass::Progress),
    ("has stopped", EventClass::Progress),
    ("has begun draining", EventClass::Progress),
    ("deregistered", EventClass::Progress),
    ("registered", EventClass::Progress),
];

impl EventClass {
    /// Reads the class out of an event's text.
    pub fn of(message: &str) -> Self {
        EVENT_FRAGMENTS
            .iter()
            .find(|(fragment, _)| message.contains(fragment))
            .map_or(Self::Other, |(_, class)| *class)
    }
}

/// One service event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceEvent {
    pub at: Option<Timestamp>,
    pub message: Text,
    pub class: EventClass,
}

/// One task of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub id: TaskId,
    /// `lastStatus`, as AWS writes it.
    pub status: Text,
    pub desired_status: Text,
    /// HEALTHY, UNHEALTHY or UNKNOWN.
    pub health: Text,
    pub instance: Option<Text>,
    /// Host port → container port, dynamic ports resolved.
    pub ports: Vec<(u16, u16)>,
    pub started_at: Option<Timestamp>,
    pub stopped_at: Option<Timestamp>,
    pub stop_code: Option<Text>,
    pub stopped_reason: Option<Text>,
    pub cpu: Option<Text>,
    pub memory: Option<Text>,
}

/// One container of a task definition; environment values never leave `aws`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    pub name: Text,
    pub image: Text,
    /// Names only; values are masked at the source.
    pub environment: Vec<Text>,
    /// Names of secrets.
    pub secrets: Vec<Text>,
    pub log: Option<LogTarget>,
}

/// Where a container's awslogs driver writes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LogTarget {
    pub group: LogGroup,
    /// `awslogs-region`, where it differs from the service's.
    pub region: Option<Region>,
    pub stream_prefix: Option<LogStream>,
}

/// One registered target of a target group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetHealth {
    /// Instance id or address.
    pub target: Text,
    pub port: Option<u16>,
    pub zone: Option<Text>,
    /// `healthy`, `draining`, … as AWS writes it.
    pub state: Text,
    pub reason: Option<Text>,
    pub description: Option<Text>,
}

/// A target group's health; one that could not be read says why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetGroup {
    pub arn: TargetGroupArn,
    pub targets: Result<Vec<TargetHealth>, super::fault::Fault>,
}

/// Everything the drill-in of one service shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceDetail {
    pub service: Service,
    pub tasks: Vec<Task>,
    pub deployments: Vec<Deployment>,
    pub events: Vec<ServiceEvent>,
    pub containers: Vec<Container>,
    pub target_groups: Vec<TargetGroup>,
    /// Parts that could not be read, each with its reason.
    pub gaps: Vec<super::fault::Gap>,
}

/// Placement headroom of a cluster: what its instances have left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headroom {
    /// More tasks of this service's size that fit now; `None` where it cannot be known (Fargate).
    pub tasks: Option<u32>,
    pub instances: Vec<InstanceId>,
}

/// The service as a whole, raw, for `y`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawService {
    pub arn: Arn,
    /// Pretty JSON, line by line: one text is one line on the screen.
    pub json: Vec<Text>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_classified_by_the_fragment_that_aws_keeps_stable() {
        let class = |m| EventClass::of(m);
        assert_eq!(
            class("(service api) has reached a steady state."),
            EventClass::Good
        );
        assert_eq!(
            class("(service api) has started 2 tasks: (task a) (task b)."),
            EventClass::Progress
        );
        assert_eq!(
            class(
                "(service api) was unable to place a task because no container instance met all of its requirements."
            ),
            EventClass::NoRoom
        );
        assert_eq!(
            class("(service api) (deployment ecs-svc/1) deployment failed: tasks failed to start."),
            EventClass::Bad
        );
        assert_eq!(
            class("(service api) (port 80) is unhealthy in (target-group x) due to (reason y)"),
            EventClass::Bad
        );
        assert_eq!(
            class("(service api) deregistered 1 targets in (target-group x)"),
            EventClass::Progress
        );
        assert_eq!(
            class("something AWS says from next year on"),
            EventClass::Other
        );
    }

    #[test]
    fn a_resource_id_reads_back_to_the_service_it_names() {
        let at = ServiceRef {
            cluster: "orchard".into(),
            service: "api".into(),
        };
        assert_eq!(ServiceRef::from_resource_id(&at.resource_id()), Some(at));
        assert_eq!(ServiceRef::from_resource_id("table/orchard"), None);
    }
}
