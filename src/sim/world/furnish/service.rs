//! The three services of the story, running.

use super::super::World;
use super::super::ecs::definition::Definition;
use super::super::ecs::service::{Deployment, Launch, Role, Service, ServiceSeries};
use super::super::ecs::task::{Place, State, Target, Task};
use super::super::group::node::Held;
use super::super::id;
use super::super::metrics::Key;
use super::super::traffic::{ORDINARY, curve};
use super::super::{ecs, scaling};
use super::{CLUSTER, ago};
use std::collections::VecDeque;

/// What a service of the story is like.
struct Story {
    name: &'static str,
    role: Role,
    desired: u32,
    revision: u32,
    cpu: u32,
    memory: u32,
    port: Option<u16>,
    environment: &'static [(&'static str, &'static str)],
    secrets: &'static [&'static str],
    /// Hours since it was last deployed.
    deployed: i64,
}

const API: &[(&str, &str)] = &[
    ("SPRING_PROFILES_ACTIVE", "prod"),
    ("DB_URL", "jdbc:mariadb://orchard-db.internal:3306/orchard"),
    ("DB_PASSWORD", "correct-horse-battery"),
    ("JWT_SECRET", "ENC(mJ2kq0xT9bVwRz)"),
    ("LOG_FORMAT", "json"),
];
const WORKER: &[(&str, &str)] = &[
    ("CELERY_BROKER_URL", "redis://:s3cr3t@cache.internal:6379/0"),
    ("CONCURRENCY", "4"),
];
const ADMIN: &[(&str, &str)] = &[
    ("ADMIN_TOKEN", "tok-5f2c9a"),
    ("API_BASE", "https://orchard.example/api"),
];

fn story(world: &World) -> [Story; 3] {
    let busy = ORDINARY * curve(world.now) / 40.0 / 0.70;
    [
        Story {
            name: "api",
            role: Role::Web,
            desired: (busy.ceil() as u32).clamp(2, 12),
            revision: 42,
            cpu: 512,
            memory: 1024,
            port: Some(8080),
            environment: API,
            secrets: &["SPRING_DATASOURCE_PASSWORD"],
            deployed: 71,
        },
        Story {
            name: "batch-worker",
            role: Role::Worker,
            desired: 2,
            revision: 17,
            cpu: 384,
            memory: 1024,
            port: None,
            environment: WORKER,
            secrets: &[],
            deployed: 71,
        },
        Story {
            name: "admin",
            role: Role::Web,
            desired: 1,
            revision: 9,
            cpu: 256,
            memory: 512,
            port: Some(3000),
            environment: ADMIN,
            secrets: &["ADMIN_SESSION_KEY"],
            deployed: 512,
        },
    ]
}

pub fn furnish(world: &mut World) {
    for story in story(world) {
        add(world, &story);
    }
    let resource = format!("service/{CLUSTER}/api");
    let id = format!("0ec5{}", id::hex(&mut world.rng, 32));
    let created = ago(world, 24 * 90);
    let target = scaling::Target::new(resource, id, 2, 12, created);
    world.scaling.targets.push(target);
    let place = world.scaling.targets.len() - 1;
    scaling::furnish_policy(world, place, created);
}

fn add(world: &mut World, story: &Story) {
    let deployed = ago(world, story.deployed);
    let definition = world.ecs.definitions.len();
    world.ecs.definitions.push(Definition {
        family: story.name.to_owned(),
        revision: story.revision,
        cpu: story.cpu,
        memory: story.memory,
        port: story.port,
        launch: Launch::Instances,
        environment: story.environment,
        secrets: story.secrets,
        registered: deployed,
    });
    let deployment = Deployment {
        number: id::long(&mut world.rng),
        definition,
        created: deployed,
        updated: deployed,
        finished: Some(deployed),
        failed: 0,
    };
    let tasks = (0..story.desired)
        .map(|_| task(world, story, &deployment))
        .collect();
    let group = world.elb.groups.iter().find(|g| g.service == story.name);
    let service = Service {
        name: story.name.to_owned(),
        role: story.role,
        launch: Launch::Instances,
        created: ago(world, 24 * 90),
        desired: story.desired,
        definition,
        target_group: group.map(|g| g.arn.clone()),
        deployments: vec![deployment],
        tasks,
        events: past_events(world, story.name),
        tags: vec![
            ("project".into(), "orchard".into()),
            ("team".into(), "platform".into()),
        ],
        steady: true,
        born: Vec::new(),
        series: Some(series(world, story.name)),
    };
    world.ecs.add(service);
}

fn series(world: &mut World, name: &str) -> ServiceSeries {
    let of = [("ClusterName", CLUSTER), ("ServiceName", name)];
    let mut series = |metric| world.metrics.series(Key::new("AWS/ECS", metric, &of));
    ServiceSeries {
        cpu: series("CPUUtilization"),
        memory: series("MemoryUtilization"),
    }
}

/// A task that has run since its deployment.
fn task(world: &mut World, story: &Story, deployment: &Deployment) -> Task {
    let now = world.now;
    let id = id::hex(&mut world.rng, 32);
    let mut task = Task::new(
        id.clone(),
        deployment.number,
        deployment.definition,
        deployment.created,
    );
    task.enter(State::Running, now);
    task.started = Some(deployment.created);
    task.work = 0.5;
    task.target = if story.port.is_some() {
        Target::Healthy
    } else {
        Target::None
    };
    let need = Held {
        cpu: story.cpu,
        memory: story.memory,
        port: None,
    };
    let nodes = world.group.nodes_mut().iter_mut();
    if let Some(node) = nodes
        .filter(|n| n.takes(need))
        .max_by_key(|n| (n.cpu_left(), n.number))
    {
        let port = story.port.map(|_| node.free_port());
        node.hold(id, Held { port, ..need });
        task.place = Some(Place {
            node: node.number,
            port,
        });
    }
    task
}

/// A steady service says so each six hours.
fn past_events(world: &mut World, name: &str) -> VecDeque<ecs::Event> {
    let message = format!("(service {name}) has reached a steady state.");
    let event = |world: &mut World, n: i64| ecs::Event {
        id: id::uuid(&mut world.rng),
        at: ago(world, 1 + 6 * n),
        message: message.clone(),
    };
    (0..8).map(|n| event(world, n)).collect()
}
