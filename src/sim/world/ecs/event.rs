//! Service events in AWS's own words.

use super::ground::Ground;
use super::place::Lack;
use super::service::{Service, deployment_id};
use crate::sim::world::id;
use jiff::{SignedDuration, Timestamp};

/// Events kept of a service.
const KEPT: usize = 100;
/// The same words are not said again before this time has passed.
const AGAIN: SignedDuration = SignedDuration::from_hours(6);

/// One event.
#[derive(Clone, Debug)]
pub struct Event {
    pub id: String,
    pub at: Timestamp,
    pub message: String,
}

/// Adds an event; one that repeats the last is not said twice.
pub fn say(service: &mut Service, message: String, ground: &mut Ground) {
    let repeats = service
        .events
        .front()
        .is_some_and(|last| last.message == message && ground.now.duration_since(last.at) < AGAIN);
    if repeats {
        return;
    }
    let id = id::uuid(ground.rng);
    service.events.push_front(Event {
        id,
        at: ground.now,
        message,
    });
    service.events.truncate(KEPT);
}

pub fn no_room(service: &mut Service, lack: &Lack, ground: &mut Ground) {
    let start = format!(
        "(service {}) was unable to place a task because no container instance met all of its requirements.",
        service.name
    );
    let reason = match &lack.closest {
        None => " Reason: No Container Instances were found in your cluster.".to_owned(),
        Some((container, what)) => format!(
            " The closest matching (container-instance {container}) has insufficient {what} available."
        ),
    };
    let end =
        " For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
    say(service, format!("{start}{reason}{end}"), ground);
}

pub fn steady(service: &mut Service, ground: &mut Ground) {
    let message = format!("(service {}) has reached a steady state.", service.name);
    say(service, message, ground);
}

pub fn completed(service: &mut Service, number: u64, ground: &mut Ground) {
    let message = format!(
        "(service {}) (deployment {}) deployment completed.",
        service.name,
        deployment_id(number)
    );
    say(service, message, ground);
}

pub fn started(service: &mut Service, ids: &[String], ground: &mut Ground) {
    let message = format!(
        "(service {}) has started {} tasks: {}.",
        service.name,
        ids.len(),
        named(ids)
    );
    say(service, message, ground);
}

pub fn stopped(service: &mut Service, ids: &[String], ground: &mut Ground) {
    let message = format!(
        "(service {}) has stopped {} running tasks: {}.",
        service.name,
        ids.len(),
        named(ids)
    );
    say(service, message, ground);
}

pub fn draining(service: &mut Service, ids: &[String], ground: &mut Ground) {
    let message = format!(
        "(service {}) has begun draining connections on {} tasks.",
        service.name,
        ids.len()
    );
    say(service, message, ground);
}

fn named(ids: &[String]) -> String {
    let names: Vec<String> = ids.iter().map(|id| format!("(task {id})")).collect();
    names.join(" ")
}
