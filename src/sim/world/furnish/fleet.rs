//! The group, its instances, the load balancer.

use super::super::World;
use super::super::ecs::Cluster;
use super::super::elb::{Balancer, BalancerSeries, GroupSeries, TargetGroup};
use super::super::group::managed;
use super::super::group::node::{Lifecycle, M6I, T3};
use super::super::group::{Group, make};
use super::super::id;
use super::{CLUSTER, GROUP, PROVIDER, ago};
use std::collections::{BTreeMap, VecDeque};

pub fn furnish(world: &mut World) {
    world.ecs.cluster = Some(Cluster {
        name: CLUSTER.to_owned(),
        provider: PROVIDER.to_owned(),
    });
    group(world);
    balancer(world);
}

fn group(world: &mut World) {
    let (created, launched) = (ago(world, 24 * 90), ago(world, 24 * 6));
    let series = managed::GroupSeries::new(&mut world.metrics, GROUP, CLUSTER, PROVIDER);
    let uuid = id::uuid(&mut world.rng);
    let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let mut group = Group {
        name: GROUP.to_owned(),
        uuid,
        created,
        min: 2,
        max: 6,
        desired: 2,
        nodes: Vec::new(),
        next: 1,
        suspended: BTreeMap::new(),
        scheduled: Vec::new(),
        activities: VecDeque::new(),
        tags: vec![tag("AmazonECSManaged", "true"), tag("Name", "orchard-node")],
        cause: None,
        target_capacity: 100,
        low_minutes: 0,
        series: Some(series),
    };
    for kind in [M6I, T3] {
        let mut node = make(&mut group, &mut world.rng, &world.region, kind, launched);
        node.lifecycle = Lifecycle::InService;
        node.registered = Some(launched);
        // It has worked above its baseline for days: little is left.
        node.credits = node.credits.map(|_| 31.0);
        group.nodes.push(node);
    }
    world.group.group = Some(group);
}

/// Name, port, path of the health check, requests a second that one task carries.
const GROUPS: [(&str, u16, &str, f64); 2] = [
    ("api", 8080, "/health", 40.0),
    ("admin", 3000, "/manage/health", 12.0),
];

fn balancer(world: &mut World) {
    let created = ago(world, 24 * 90);
    let hex = id::hex(&mut world.rng, 16);
    let dimension = format!("app/{CLUSTER}/{hex}");
    let of = [("LoadBalancer", dimension.as_str())];
    let series = BalancerSeries::new(&mut world.metrics, &of);
    world.elb.balancer = Some(Balancer {
        name: CLUSTER.to_owned(),
        hex,
        created,
        series,
    });
    for (service, port, health_path, carries) in GROUPS {
        let name = format!("{CLUSTER}-{service}");
        let rest = format!("targetgroup/{name}/{}", id::hex(&mut world.rng, 16));
        let series = GroupSeries::new(&mut world.metrics, &dimension, &rest);
        world.elb.groups.push(TargetGroup {
            arn: world.arn("elasticloadbalancing", &rest),
            name,
            port,
            health_path,
            service: service.to_owned(),
            carries,
            series,
        });
    }
    world.elb.rules = vec![("/manage", 1), ("/admin", 1)];
}
