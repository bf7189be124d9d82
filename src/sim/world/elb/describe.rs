//! Load balancers, target groups and target health as they are described.

use super::super::World;
use super::super::ecs::target_health;
use super::super::ecs::task::Task;
use super::super::page::{BadToken, Page};
use super::{Balancer, TargetGroup};
use crate::sim::call::{Answer, Refusal};
use crate::sim::value::{List, Value, list, map};

const VPC: &str = "vpc-0a1b2c3d4e5f60718";

impl World {
    pub(super) fn balancer_arn(&self, balancer: &Balancer) -> String {
        let rest = format!("loadbalancer/{}", balancer.dimension());
        self.arn("elasticloadbalancing", &rest)
    }
}

pub fn bad_token(_: BadToken) -> Refusal {
    Refusal::client("ValidationError", "Invalid marker")
}

pub fn asked<'a>(input: &'a Value, member: &str) -> Vec<&'a str> {
    let items = input.get(member).map_or(&[][..], Value::items);
    items.iter().filter_map(Value::as_text).collect()
}

/// `DescribeLoadBalancers`.
pub fn balancers(world: &World, input: &Value) -> Answer {
    let (names, arns) = (asked(input, "Names"), asked(input, "LoadBalancerArns"));
    let all: Vec<&Balancer> = world.elb.balancer.iter().collect();
    let known = |b: &Balancer, wanted: &str| b.name == wanted || world.balancer_arn(b) == wanted;
    let wanted: Vec<&str> = names.into_iter().chain(arns).collect();
    if wanted.iter().any(|w| !all.iter().any(|b| known(b, w))) {
        return Err(Refusal::client(
            "LoadBalancerNotFound",
            "One or more load balancers not found",
        ));
    }
    let page = Page::read(input, "PageSize", "Marker", 400, 400).map_err(bad_token)?;
    let (found, next) = page.of(all.into_iter().map(|b| balancer(world, b)));
    Ok(map! { "LoadBalancers" => list(found), "NextMarker" => next })
}

fn balancer(world: &World, balancer: &Balancer) -> Value {
    let zone = |letter: char| {
        map! {
            "ZoneName" => format!("{}{letter}", world.region),
            "SubnetId" => format!("subnet-0a1b2c3d4e5f6071{letter}"),
            "LoadBalancerAddresses" => list::<Value>([]),
        }
    };
    map! {
        "LoadBalancerArn" => world.balancer_arn(balancer),
        "DNSName" => format!("{}-1234567890.{}.elb.amazonaws.com", balancer.name, world.region),
        "CanonicalHostedZoneId" => "ZWKZPGTI48KDX",
        "CreatedTime" => balancer.created,
        "LoadBalancerName" => &balancer.name,
        "Scheme" => "internet-facing",
        "VpcId" => VPC,
        "State" => map! { "Code" => "active" },
        "Type" => "application",
        "AvailabilityZones" => list(['a', 'b', 'c'].map(zone)),
        "SecurityGroups" => list(["sg-0123456789abcdef0"]),
        "IpAddressType" => "ipv4",
    }
}

pub fn lost_group() -> Refusal {
    Refusal::client("TargetGroupNotFound", "One or more target groups not found")
}

/// `DescribeTargetGroups`.
pub fn groups(world: &World, input: &Value) -> Answer {
    let (names, arns) = (asked(input, "Names"), asked(input, "TargetGroupArns"));
    let wanted: Vec<&str> = names.into_iter().chain(arns).collect();
    let is = |g: &TargetGroup, wanted: &str| g.name == wanted || g.arn == wanted;
    let all = &world.elb.groups;
    if wanted.iter().any(|w| !all.iter().any(|g| is(g, w))) {
        return Err(lost_group());
    }
    let of = input.get("LoadBalancerArn").and_then(Value::as_text);
    let here = |arn: &str| {
        world
            .elb
            .balancer
            .iter()
            .any(|b| world.balancer_arn(b) == arn)
    };
    if of.is_some_and(|arn| !here(arn)) {
        return Err(Refusal::client(
            "LoadBalancerNotFound",
            "Load balancer not found",
        ));
    }
    let found = all
        .iter()
        .filter(|g| wanted.is_empty() || wanted.iter().any(|w| is(g, w)));
    let page = Page::read(input, "PageSize", "Marker", 400, 400).map_err(bad_token)?;
    let (found, next) = page.of(found.map(|g| group(world, g)));
    Ok(map! { "TargetGroups" => list(found), "NextMarker" => next })
}

fn group(world: &World, group: &TargetGroup) -> Value {
    let balancers = world.elb.balancer.iter().map(|b| world.balancer_arn(b));
    map! {
        "TargetGroupArn" => &group.arn,
        "TargetGroupName" => &group.name,
        "Protocol" => "HTTP",
        "Port" => i64::from(group.port),
        "VpcId" => VPC,
        "HealthCheckProtocol" => "HTTP",
        "HealthCheckPort" => "traffic-port",
        "HealthCheckEnabled" => true,
        "HealthCheckIntervalSeconds" => 10,
        "HealthCheckTimeoutSeconds" => 5,
        "HealthyThresholdCount" => 2,
        "UnhealthyThresholdCount" => 3,
        "HealthCheckPath" => group.health_path,
        "Matcher" => map! { "HttpCode" => "200" },
        "LoadBalancerArns" => list(balancers),
        "TargetType" => "instance",
        "ProtocolVersion" => "HTTP1",
        "IpAddressType" => "ipv4",
    }
}

/// `DescribeTargetHealth`: all targets on one page.
pub fn health(world: &World, input: &Value) -> Answer {
    let arn = input.get("TargetGroupArn").and_then(Value::as_text);
    let arn = arn.ok_or_else(|| {
        Refusal::client("ValidationError", "A target group ARN must be specified")
    })?;
    let group = world.elb.groups.iter().find(|g| g.arn == arn);
    let group = group.ok_or_else(lost_group)?;
    let tasks = world.ecs.find(&group.service).map_or(&[][..], |s| &s.tasks);
    let found = tasks.iter().filter_map(|task| target(world, task));
    let wanted = input.get("Targets").map_or(&[][..], Value::items);
    let is = |t: &Value| wanted.is_empty() || wanted.iter().any(|w| same(w, t));
    Ok(map! { "TargetHealthDescriptions" => list(found.filter(is)) })
}

fn same(wanted: &Value, found: &Value) -> bool {
    let Some(target) = found.get("Target") else {
        return false;
    };
    let port = wanted.get("Port").and_then(Value::as_int);
    wanted.get("Id").and_then(Value::as_text) == target.get("Id").and_then(Value::as_text)
        && port.is_none_or(|p| target.get("Port").and_then(Value::as_int) == Some(p))
}

fn target(world: &World, task: &Task) -> Option<Value> {
    let (state, reason, description) = target_health(task)?;
    let place = task.place?;
    let node = world
        .group
        .nodes()
        .iter()
        .find(|n| n.number == place.node)?;
    let port = place.port.map(i64::from);
    Some(map! {
        "Target" => map! { "Id" => &node.id, "Port" => port },
        "HealthCheckPort" => port.map(|p| p.to_string()),
        "TargetHealth" => map! {
            "State" => state,
            "Reason" => reason,
            "Description" => description,
        },
    })
}

/// `DescribeTags`.
pub fn tags(world: &World, input: &Value) -> Answer {
    let arns = asked(input, "ResourceArns");
    let balancers = world.elb.balancer.iter().map(|b| world.balancer_arn(b));
    let groups = world.elb.groups.iter().map(|g| g.arn.clone());
    let known: Vec<String> = balancers.chain(groups).collect();
    if arns.iter().any(|arn| !known.iter().any(|k| k == arn)) {
        return Err(lost_group());
    }
    let tags = || -> Value {
        let tag = map! { "Key" => "project", "Value" => "orchard" };
        Value::List(List {
            item: "member",
            items: vec![tag],
        })
    };
    let described = arns
        .iter()
        .map(|arn| map! { "ResourceArn" => *arn, "Tags" => tags() });
    Ok(map! { "TagDescriptions" => list(described) })
}
