//! Clusters and services as they are listed and described.

use super::super::World;
use super::super::page::Page;
use super::input::{bad, bad_token, cluster, missing, named, tag_list, with_tags};
use super::service::{Launch, Service};
use super::view;
use crate::sim::call::Answer;
use crate::sim::value::{Value, list, map};
use crate::sim::world::id;

impl World {
    pub(super) fn cluster_arn(&self) -> String {
        let name = self.ecs.cluster.as_ref().map_or("default", |c| &c.name);
        self.arn("ecs", &["cluster/", name].concat())
    }

    /// `service/orchard/api`, after what every ARN of ECS begins with.
    pub(super) fn ecs_arn(&self, what: &str, rest: &str) -> String {
        let cluster = self.ecs.cluster.as_ref().map_or("default", |c| &c.name);
        self.arn("ecs", &[what, "/", cluster, "/", rest].concat())
    }
}

/// `ListClusters`.
pub fn list_clusters(world: &World, input: &Value) -> Answer {
    let page = Page::read(input, "maxResults", "nextToken", 100, 100).map_err(bad_token)?;
    let all = world.ecs.cluster.iter().map(|_| world.cluster_arn());
    let (arns, next) = page.of(all);
    Ok(map! { "clusterArns" => list(arns), "nextToken" => next })
}

/// `DescribeClusters`.
pub fn describe_clusters(world: &World, input: &Value) -> Answer {
    let asked = input.get("clusters").map_or(&[][..], Value::items);
    if asked.len() > 100 {
        return Err(bad("clusters can have at most 100 items."));
    }
    let asked: Vec<&str> = match asked {
        [] => vec!["default"],
        some => some.iter().filter_map(Value::as_text).collect(),
    };
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for name in asked {
        let known = world.ecs.cluster.as_ref();
        if known.is_some_and(|c| c.name == id::last(name)) {
            found.push(view::cluster(world, with_tags(input)));
        } else {
            failures.push(missing(
                world.arn("ecs", &format!("cluster/{}", id::last(name))),
            ));
        }
    }
    Ok(map! { "clusters" => list(found), "failures" => list(failures) })
}

/// `ListServices`: ten a page where nothing else is said.
pub fn list_services(world: &World, input: &Value) -> Answer {
    cluster(world, input)?;
    let page = Page::read(input, "maxResults", "nextToken", 10, 100).map_err(bad_token)?;
    let launch = input.get("launchType").and_then(Value::as_text);
    let of = |service: &&Service| match launch {
        Some("FARGATE") => service.launch == Launch::Fargate,
        // Those on the instances go through a capacity provider, and have no launch type.
        Some(_) => false,
        None => true,
    };
    let all = world.ecs.services.iter().filter(of);
    let (arns, next) = page.of(all.map(|s| world.ecs_arn("service", &s.name)));
    Ok(map! { "serviceArns" => list(arns), "nextToken" => next })
}

/// `DescribeServices`: ten at most.
pub fn describe_services(world: &World, input: &Value) -> Answer {
    cluster(world, input)?;
    let asked = named(input, "services", 10)?;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for name in asked {
        match world.ecs.find(id::last(name)) {
            Some(service) => found.push(view::service(world, service, with_tags(input))),
            None => failures.push(missing(world.ecs_arn("service", id::last(name)))),
        }
    }
    Ok(map! { "services" => list(found), "failures" => list(failures) })
}

/// `ListTagsForResource`.
pub fn tags(world: &World, input: &Value) -> Answer {
    let arn = input.get("resourceArn").and_then(Value::as_text);
    let arn = arn.ok_or_else(|| bad("resourceArn is required."))?;
    let service = world
        .ecs
        .find(id::last(arn))
        .filter(|_| arn.contains(":service/"));
    if service.is_none() && arn != world.cluster_arn() {
        return Err(bad("The specified resource was not found."));
    }
    Ok(map! { "tags" => tag_list(service.map_or(&[], |s| &s.tags)) })
}
