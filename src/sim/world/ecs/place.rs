//! Placement: which instance a task goes to, by the CPU and memory left there.

use super::super::group::node::{Held, Node};
use super::definition::Definition;
use super::event;
use super::ground::Ground;
use super::service::{Launch, Service};
use super::task::{Place, State, Task, Wanted};

/// Gives the waiting tasks of a service their places, oldest first. Without room
/// they wait, and an event says so.
pub fn place(service: &mut Service, definitions: &[Definition], ground: &mut Ground) {
    if service.launch == Launch::Fargate {
        return;
    }
    let mut lack = None;
    for task in &mut service.tasks {
        let waits = task.wanted == Wanted::Running && task.state == State::Provisioning;
        if waits && task.place.is_none() && lack.is_none() {
            lack = find_room(task, &definitions[task.definition], ground).err();
        }
    }
    if let Some(lack) = lack {
        event::no_room(service, &lack, ground);
    }
}

/// What the instance that comes closest has too little of.
pub struct Lack {
    /// None where no instance is there at all.
    pub closest: Option<(String, &'static str)>,
}

/// Binpack by CPU: the instance that has least left and room still.
fn find_room(task: &mut Task, definition: &Definition, ground: &mut Ground) -> Result<(), Lack> {
    let need = Held {
        cpu: definition.cpu,
        memory: definition.memory,
        port: None,
    };
    let best = ground
        .nodes
        .iter_mut()
        .filter(|node| node.takes(need))
        .min_by_key(|node| (node.cpu_left(), node.number));
    let Some(node) = best else {
        return Err(lack(ground.nodes, need));
    };
    let port = definition.port.map(|_| node.free_port());
    node.hold(task.id.clone(), Held { port, ..need });
    task.place = Some(Place {
        node: node.number,
        port,
    });
    task.until = ground.after(1);
    Ok(())
}

fn lack(nodes: &[Node], need: Held) -> Lack {
    let there = nodes.iter().filter(|node| node.open());
    let closest = there.max_by_key(|node| (node.cpu_left(), node.number));
    let what = |node: &Node| {
        if node.cpu_left() < need.cpu {
            "CPU units"
        } else {
            "memory"
        }
    };
    Lack {
        closest: closest.map(|node| (node.container.clone(), what(node))),
    }
}
