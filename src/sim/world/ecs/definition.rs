//! Task definitions.

use super::super::World;
use super::super::page::Page;
use super::input::{bad, bad_token};
use super::service::Launch;
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{Map, Value, list, map};
use crate::sim::world::id;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// One revision of a family, with one container.
#[derive(Clone, Debug)]
pub struct Definition {
    pub family: String,
    pub revision: u32,
    /// CPU units and MiB of memory that it reserves.
    pub cpu: u32,
    pub memory: u32,
    /// The port in the container; the host's port is dynamic.
    pub port: Option<u16>,
    pub launch: Launch,
    pub environment: &'static [(&'static str, &'static str)],
    pub secrets: &'static [&'static str],
    pub registered: Timestamp,
}

impl Definition {
    /// `api:42`.
    pub fn name(&self) -> String {
        format!("{}:{}", self.family, self.revision)
    }

    /// The group that its container logs to.
    pub fn log_group(&self, cluster: &str) -> String {
        format!("/ecs/{cluster}-{}", self.family)
    }

    /// The image that it runs.
    pub fn image(&self, region: &str) -> String {
        let account = crate::sim::account::ACCOUNT_ID;
        format!(
            "{account}.dkr.ecr.{region}.amazonaws.com/orchard/{}:1.{}.0",
            self.family, self.revision
        )
    }
}

impl World {
    pub(super) fn definition_arn(&self, definition: &Definition) -> String {
        self.arn("ecs", &format!("task-definition/{}", definition.name()))
    }
}

/// `DescribeTaskDefinition`.
pub fn describe(world: &World, input: &Value) -> Answer {
    let asked = input.get("taskDefinition").and_then(Value::as_text);
    let asked = asked.ok_or_else(|| bad("taskDefinition is required."))?;
    let found = find(world, asked).map(|place| &world.ecs.definitions[place]);
    let found = found
        .ok_or_else(|| Refusal::client("ClientException", "Unable to describe task definition."))?;
    let mut answer = map! { "taskDefinition" => view(world, found) };
    let tags = input.get("include").is_some_and(|i| !i.items().is_empty());
    if let (true, Value::Map(map)) = (tags, &mut answer) {
        map.set("tags", list::<Value>([]));
    }
    Ok(answer)
}

/// The definition of a full ARN, `family:revision` or, the newest one, `family`.
pub fn find(world: &World, asked: &str) -> Option<usize> {
    let name = id::last(asked);
    let all = &world.ecs.definitions;
    if let Some((family, revision)) = name.split_once(':') {
        let revision: u32 = revision.parse().ok()?;
        let is = |d: &Definition| d.family == family && d.revision == revision;
        return all.iter().position(is);
    }
    let of = |d: &(usize, &Definition)| d.1.family == name;
    let newest = all.iter().enumerate().filter(of);
    newest
        .max_by_key(|(_, d)| d.revision)
        .map(|(place, _)| place)
}

/// `ListTaskDefinitions`.
pub fn list_all(world: &World, input: &Value) -> Answer {
    let page = Page::read(input, "maxResults", "nextToken", 100, 100).map_err(bad_token)?;
    let prefix = input.get("familyPrefix").and_then(Value::as_text);
    let all = world.ecs.definitions.iter();
    let named = all.filter(|d| prefix.is_none_or(|prefix| d.family == prefix));
    let (arns, next) = page.of(named.map(|d| world.definition_arn(d)));
    Ok(map! { "taskDefinitionArns" => list(arns), "nextToken" => next })
}

/// `ListTaskDefinitionFamilies`: of those that are active, which all are here.
pub fn families(world: &World, input: &Value) -> Answer {
    let page = Page::read(input, "maxResults", "nextToken", 100, 100).map_err(bad_token)?;
    let text = |member| input.get(member).and_then(Value::as_text);
    let prefix = text("familyPrefix").unwrap_or_default();
    let active = text("status") != Some("INACTIVE");
    let all = world.ecs.definitions.iter().filter(|_| active);
    let names: BTreeSet<&str> = all
        .map(|d| d.family.as_str())
        .filter(|family| family.starts_with(prefix))
        .collect();
    let (families, next) = page.of(names);
    Ok(map! { "families" => list(families), "nextToken" => next })
}

fn view(world: &World, definition: &Definition) -> Value {
    let fargate = definition.launch == Launch::Fargate;
    map! {
        "taskDefinitionArn" => world.definition_arn(definition),
        "containerDefinitions" => list([container(world, definition)]),
        "family" => &definition.family,
        "taskRoleArn" => world.arn("iam", &format!("role/{}-task", definition.family)),
        "executionRoleArn" => world.arn("iam", "role/ecsTaskExecutionRole"),
        "networkMode" => if fargate { "awsvpc" } else { "bridge" },
        "revision" => definition.revision,
        "volumes" => list::<Value>([]),
        "status" => "ACTIVE",
        "placementConstraints" => list::<Value>([]),
        "compatibilities" => list([if fargate { "FARGATE" } else { "EC2" }]),
        "cpu" => fargate.then(|| definition.cpu.to_string()),
        "memory" => fargate.then(|| definition.memory.to_string()),
        "registeredAt" => definition.registered,
        "registeredBy" => world.arn("sts", "assumed-role/deploy/github"),
    }
}

fn container(world: &World, definition: &Definition) -> Value {
    let fargate = definition.launch == Launch::Fargate;
    let port = |port: u16| {
        let host = if fargate { port } else { 0 };
        map! { "containerPort" => i64::from(port), "hostPort" => i64::from(host), "protocol" => "tcp" }
    };
    let pair = |(name, value): &(&str, &str)| map! { "name" => *name, "value" => *value };
    let secret = |name: &&str| {
        let from = world.arn("secretsmanager", &format!("secret:orchard/{name}"));
        map! { "name" => *name, "valueFrom" => from }
    };
    map! {
        "name" => &definition.family,
        "image" => definition.image(&world.region),
        "cpu" => definition.cpu,
        "memory" => definition.memory,
        "portMappings" => list(definition.port.map(port)),
        "essential" => true,
        "environment" => list(definition.environment.iter().map(pair)),
        "secrets" => list(definition.secrets.iter().map(secret)),
        "mountPoints" => list::<Value>([]),
        "volumesFrom" => list::<Value>([]),
        "logConfiguration" => log(world, definition),
    }
}

fn log(world: &World, definition: &Definition) -> Value {
    let cluster = world.ecs.cluster.as_ref().map_or("", |c| &c.name);
    let options = [
        ("awslogs-group", definition.log_group(cluster)),
        ("awslogs-region", world.region.clone()),
        ("awslogs-stream-prefix", "ecs".to_owned()),
    ];
    let options = options.map(|(name, value)| (name.into(), Value::Text(value)));
    map! { "logDriver" => "awslogs", "options" => Map(options.into()) }
}
