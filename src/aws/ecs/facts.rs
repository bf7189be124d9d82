//! The SDK's clusters and services as ours. List facts stay small: events are dropped here.

use super::super::convert::{moment, text};
use crate::domain::ecs::{
    Cluster, Controller, Deployment, Launch, Rollout, Scheduling, Service, ServiceRef,
    ServiceStatus,
};
use crate::domain::ids::{ClusterName, TargetGroupArn, TaskDefinition};
use crate::domain::text::Text;
use aws_sdk_ecs::types as sdk;

/// The last part of an ARN; ECS's names contain no slash.
pub(super) fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

fn count(n: i32) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

pub(super) fn cluster(c: &sdk::Cluster) -> Option<Cluster> {
    Some(Cluster {
        name: c.cluster_name.as_deref()?.into(),
        active_services: count(c.active_services_count),
        running_tasks: count(c.running_tasks_count),
        pending_tasks: count(c.pending_tasks_count),
        container_instances: count(c.registered_container_instances_count),
    })
}

pub(super) fn service(cluster: &ClusterName, s: &sdk::Service) -> Service {
    let name = s
        .service_name
        .as_deref()
        .or(s.service_arn.as_deref().map(last))
        .unwrap_or_default();
    let deployments = s.deployments();
    let primary = deployments.iter().find(|d| d.status() == Some("PRIMARY"));
    Service {
        at: ServiceRef {
            cluster: cluster.clone(),
            service: name.into(),
        },
        status: status(s.status()),
        desired: count(s.desired_count),
        running: count(s.running_count),
        pending: count(s.pending_count),
        launch: launch(s),
        controller: controller(s),
        arn: s.service_arn().map(Into::into),
        scheduling: scheduling(s),
        rollout: primary.map_or(Rollout::Unknown, rollout),
        primary: primary.map_or((0, 0), |d| (count(d.running_count), count(d.desired_count))),
        deployments: deployments
            .iter()
            .filter(|d| d.status() != Some("INACTIVE"))
            .count()
            .min(255) as u8,
        deployed_at: primary.and_then(|d| d.created_at()).and_then(moment),
        task_definition: s.task_definition().unwrap_or_default().into(),
        target_groups: target_groups(s),
    }
}

fn status(said: Option<&str>) -> ServiceStatus {
    match said {
        Some("ACTIVE") => ServiceStatus::Active,
        Some("DRAINING") => ServiceStatus::Draining,
        Some("INACTIVE") => ServiceStatus::Inactive,
        _ => ServiceStatus::Other,
    }
}

/// The strategy where there is one: a service has either that or a launch type.
fn launch(s: &sdk::Service) -> Launch {
    let providers = s.capacity_provider_strategy();
    if !providers.is_empty() {
        return Launch::Providers(
            providers
                .iter()
                .map(|p| Text::clean(&p.capacity_provider))
                .collect(),
        );
    }
    match s.launch_type() {
        Some(sdk::LaunchType::Ec2) => Launch::Ec2,
        Some(sdk::LaunchType::Fargate) => Launch::Fargate,
        Some(sdk::LaunchType::External) => Launch::External,
        _ => Launch::Unknown,
    }
}

/// Absent means ECS's own.
fn controller(s: &sdk::Service) -> Controller {
    use sdk::DeploymentControllerType as Type;
    match s.deployment_controller().map(|c| &c.r#type) {
        None | Some(Type::Ecs) => Controller::Ecs,
        Some(Type::CodeDeploy) => Controller::CodeDeploy,
        Some(Type::External) => Controller::External,
        Some(_) => Controller::Other,
    }
}

fn scheduling(s: &sdk::Service) -> Scheduling {
    match s.scheduling_strategy() {
        Some(sdk::SchedulingStrategy::Daemon) => Scheduling::Daemon,
        _ => Scheduling::Replica,
    }
}

fn rollout(d: &sdk::Deployment) -> Rollout {
    use sdk::DeploymentRolloutState as State;
    match d.rollout_state() {
        Some(State::InProgress) => Rollout::InProgress,
        Some(State::Completed) => Rollout::Completed,
        Some(State::Failed) => Rollout::Failed {
            reason: text(d.rollout_state_reason()),
        },
        _ => Rollout::Unknown,
    }
}

fn target_groups(s: &sdk::Service) -> Vec<TargetGroupArn> {
    s.load_balancers()
        .iter()
        .filter_map(|b| b.target_group_arn())
        .map(TargetGroupArn::from)
        .collect()
}

pub(super) fn deployment(d: &sdk::Deployment) -> Deployment {
    Deployment {
        id: text(d.id()),
        status: text(d.status()),
        desired: count(d.desired_count),
        running: count(d.running_count),
        pending: count(d.pending_count),
        failed: count(d.failed_tasks),
        rollout: rollout(d),
        task_definition: TaskDefinition::from(d.task_definition().unwrap_or_default()),
        created_at: d.created_at().and_then(moment),
        updated_at: d.updated_at().and_then(moment),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: &sdk::Service) -> Service {
        service(&"orchard".into(), s)
    }

    #[test]
    fn a_service_without_a_roll_out_state_is_unknown_and_not_done() {
        let primary = sdk::Deployment::builder()
            .status("PRIMARY")
            .running_count(6)
            .desired_count(8)
            .build();
        let seen = at(&sdk::Service::builder()
            .service_name("api")
            .deployments(primary)
            .build());
        assert_eq!((seen.rollout, seen.primary), (Rollout::Unknown, (6, 8)));
    }

    #[test]
    fn a_strategy_names_its_providers_and_hides_no_launch_type() {
        let item = sdk::CapacityProviderStrategyItem::builder()
            .capacity_provider("FARGATE_SPOT")
            .build()
            .expect("built");
        let seen = at(&sdk::Service::builder()
            .capacity_provider_strategy(item)
            .build());
        assert_eq!(
            seen.launch,
            Launch::Providers(vec![Text::fixed("FARGATE_SPOT")])
        );
        assert_eq!(at(&sdk::Service::builder().build()).launch, Launch::Unknown);
    }

    #[test]
    fn deployments_under_way_are_counted_and_old_ones_are_not() {
        let each = |status: &str| sdk::Deployment::builder().status(status).build();
        let s = sdk::Service::builder()
            .deployments(each("PRIMARY"))
            .deployments(each("ACTIVE"))
            .deployments(each("INACTIVE"));
        assert_eq!(at(&s.build()).deployments, 2);
    }

    #[test]
    fn controllers_and_strategies_that_scale_otherwise_are_told_apart() {
        let by = |kind| {
            sdk::DeploymentController::builder()
                .r#type(kind)
                .build()
                .expect("built")
        };
        let of = |kind| {
            at(&sdk::Service::builder()
                .deployment_controller(by(kind))
                .build())
            .controller
        };
        assert_eq!(
            of(sdk::DeploymentControllerType::CodeDeploy),
            Controller::CodeDeploy
        );
        assert_eq!(
            of(sdk::DeploymentControllerType::External),
            Controller::External
        );
        assert_eq!(
            of(sdk::DeploymentControllerType::from("NEW")),
            Controller::Other
        );
        assert_eq!(
            at(&sdk::Service::builder().build()).controller,
            Controller::Ecs
        );
        let daemon = sdk::Service::builder()
            .scheduling_strategy(sdk::SchedulingStrategy::Daemon)
            .build();
        assert_eq!(at(&daemon).scheduling, Scheduling::Daemon);
    }

    #[test]
    fn a_name_comes_from_the_arn_where_it_stands_nowhere_else() {
        let s = sdk::Service::builder()
            .service_arn("arn:aws:ecs:r:1:service/orchard/api")
            .build();
        assert_eq!(at(&s).at.service.as_str(), "api");
    }
}
