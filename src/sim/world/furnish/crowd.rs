//! The many other services: on Fargate, next to idle.

use super::super::World;
use super::super::ecs::definition::Definition;
use super::super::ecs::service::{Deployment, Launch, Role, Service};
use super::super::ecs::task::{State, Task};
use super::super::id;
use super::ago;
use std::collections::VecDeque;

const WORDS: [&str; 12] = [
    "billing", "calendar", "catalog", "export", "feed", "geo", "hooks", "ledger", "mail", "notify",
    "report", "search",
];

pub fn furnish(world: &mut World, count: usize) {
    for number in 0..count {
        let theme = WORDS[number % WORDS.len()];
        add(
            world,
            &format!("{theme}-{:04}", number / WORDS.len() + 1),
            number,
        );
    }
}

fn add(world: &mut World, name: &str, number: usize) {
    let deployed = ago(world, 12 + (number as i64 * 7) % 700);
    let definition = world.ecs.definitions.len();
    world.ecs.definitions.push(Definition {
        family: name.to_owned(),
        revision: 1 + (number % 30) as u32,
        cpu: 256,
        memory: 512,
        port: None,
        launch: Launch::Fargate,
        environment: &[("STAGE", "prod")],
        secrets: &[],
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
    let desired = (number % 3) as u32;
    let tasks = (0..desired).map(|_| {
        let id = id::hex(&mut world.rng, 32);
        let mut task = Task::new(id, deployment.number, definition, deployed);
        task.enter(State::Running, deployed);
        task.started = Some(deployed);
        task
    });
    let service = Service {
        name: name.to_owned(),
        role: Role::Crowd,
        launch: Launch::Fargate,
        created: deployed,
        desired,
        definition,
        target_group: None,
        tasks: tasks.collect(),
        deployments: vec![deployment],
        events: VecDeque::new(),
        tags: Vec::new(),
        steady: true,
        born: Vec::new(),
        series: None,
    };
    world.ecs.add(service);
}
