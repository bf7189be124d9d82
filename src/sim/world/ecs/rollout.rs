//! Service deployments and revisions: the newer view on deployments.

use super::super::World;
use super::super::page::Page;
use super::input::{bad, bad_token, cluster, missing, named};
use super::service::{Deployment, Service};
use super::view;
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Value, list, map};
use crate::sim::world::id;
use jiff::Timestamp;

fn deployment_arn(world: &World, service: &Service, deployment: &Deployment) -> String {
    let rest = format!("{}/{}", service.name, short(deployment.number));
    world.ecs_arn("service-deployment", &rest)
}

fn revision_arn(world: &World, service: &Service, deployment: &Deployment) -> String {
    let rest = format!("{}/{}", service.name, deployment.number);
    world.ecs_arn("service-revision", &rest)
}

/// A service deployment's id has letters and digits.
fn short(number: u64) -> String {
    format!("{number:022x}")
}

/// The ARN of the deployment that goes on, or went last.
pub fn current(world: &World, service: &Service) -> Option<String> {
    let newest = service.deployments.first()?;
    Some(deployment_arn(world, service, newest))
}

fn status(deployment: &Deployment) -> &'static str {
    if deployment.finished.is_some() {
        "SUCCESSFUL"
    } else {
        "IN_PROGRESS"
    }
}

/// `ListServiceDeployments`.
pub fn list_deployments(world: &World, input: &Value) -> Answer {
    cluster(world, input)?;
    let asked = input.get("service").and_then(Value::as_text);
    let asked = asked.ok_or_else(|| bad("service is required."))?;
    let service = world.ecs.find(id::last(asked));
    let service =
        service.ok_or_else(|| Refusal::client("ServiceNotFoundException", "Service not found."))?;
    let page = Page::read(input, "maxResults", "nextToken", 100, 100).map_err(bad_token)?;
    let statuses = input.get("status").map_or(&[][..], Value::items);
    let within = Within::of(input);
    let fits = |d: &&Deployment| {
        let known = statuses.is_empty() || statuses.iter().any(|s| s.as_text() == Some(status(d)));
        known && within.has(d.created)
    };
    let all = service.deployments.iter().filter(fits);
    let (brief, next) = page.of(all.map(|d| brief(world, service, d)));
    Ok(map! { "serviceDeployments" => list(brief), "nextToken" => next })
}

/// `createdAt` of the request: after and before.
struct Within {
    after: Option<Timestamp>,
    before: Option<Timestamp>,
}

impl Within {
    fn of(input: &Value) -> Self {
        let range = input.get("createdAt");
        let time = |name| range.and_then(|r| r.get(name)).and_then(Value::as_time);
        Self {
            after: time("after"),
            before: time("before"),
        }
    }

    fn has(&self, at: Timestamp) -> bool {
        self.after.is_none_or(|t| at >= t) && self.before.is_none_or(|t| at <= t)
    }
}

fn brief(world: &World, service: &Service, deployment: &Deployment) -> Value {
    map! {
        "serviceDeploymentArn" => deployment_arn(world, service, deployment),
        "serviceArn" => world.ecs_arn("service", &service.name),
        "clusterArn" => world.cluster_arn(),
        "startedAt" => deployment.created,
        "createdAt" => deployment.created,
        "finishedAt" => deployment.finished,
        "targetServiceRevisionArn" => revision_arn(world, service, deployment),
        "status" => status(deployment),
    }
}

/// Which service and deployment an ARN of either kind names.
fn find<'a>(world: &'a World, arn: &str) -> Option<(&'a Service, &'a Deployment)> {
    let mut parts = arn.rsplit('/');
    let (last, name) = (parts.next()?, parts.next()?);
    let service = world.ecs.find(name)?;
    let is = |d: &&Deployment| short(d.number) == last || d.number.to_string() == last;
    Some((service, service.deployments.iter().find(is)?))
}

/// `DescribeServiceDeployments`: twenty at most.
pub fn describe(world: &World, input: &Value) -> Answer {
    let (found, failures) = each(world, input, "serviceDeploymentArns", full)?;
    Ok(map! { "serviceDeployments" => list(found), "failures" => list(failures) })
}

/// `DescribeServiceRevisions`: twenty at most.
pub fn revisions(world: &World, input: &Value) -> Answer {
    let (found, failures) = each(world, input, "serviceRevisionArns", revision)?;
    Ok(map! { "serviceRevisions" => list(found), "failures" => list(failures) })
}

type Show = fn(&World, &Service, &Deployment) -> Value;

fn each(
    world: &World,
    input: &Value,
    member: &str,
    show: Show,
) -> Result<(Vec<Value>, Vec<Value>), Refusal> {
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for arn in named(input, member, 20)? {
        match find(world, arn) {
            Some((service, deployment)) => found.push(show(world, service, deployment)),
            None => failures.push(missing(arn.to_owned())),
        }
    }
    Ok((found, failures))
}

fn full(world: &World, service: &Service, deployment: &Deployment) -> Value {
    let counts = service.counts_of(deployment.number);
    let monitored = if deployment.finished.is_some() {
        "MONITORING_COMPLETE"
    } else {
        "MONITORING"
    };
    map! {
        "serviceDeploymentArn" => deployment_arn(world, service, deployment),
        "serviceArn" => world.ecs_arn("service", &service.name),
        "clusterArn" => world.cluster_arn(),
        "createdAt" => deployment.created,
        "startedAt" => deployment.created,
        "finishedAt" => deployment.finished,
        "updatedAt" => deployment.updated,
        "sourceServiceRevisions" => list::<Value>([]),
        "targetServiceRevision" => map! {
            "arn" => revision_arn(world, service, deployment),
            "requestedTaskCount" => service.desired,
            "runningTaskCount" => counts.running,
            "pendingTaskCount" => counts.pending,
        },
        "status" => status(deployment),
        "deploymentConfiguration" => view::configuration(),
        "deploymentCircuitBreaker" => map! {
            "status" => monitored,
            "failureCount" => deployment.failed,
            "threshold" => service.desired.div_ceil(2).clamp(3, 200),
        },
    }
}

fn revision(world: &World, service: &Service, deployment: &Deployment) -> Value {
    let definition = &world.ecs.definitions[deployment.definition];
    let image = map! {
        "containerName" => &definition.family,
        "image" => definition.image(&world.region),
    };
    map! {
        "serviceRevisionArn" => revision_arn(world, service, deployment),
        "serviceArn" => world.ecs_arn("service", &service.name),
        "clusterArn" => world.cluster_arn(),
        "taskDefinition" => world.definition_arn(definition),
        "launchType" => view::launch_type(service.launch),
        "containerImages" => list([image]),
        "createdAt" => deployment.created,
    }
}
