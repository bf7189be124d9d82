//! How service events read: classified by fragments that have been stable (aws-facts.md §2.3).

use super::super::convert::{moment, text};
use crate::domain::ecs::{EventClass, ServiceEvent};
use EventClass::{Bad, Good, NoRoom, Other, Progress};
use aws_sdk_ecs::types as sdk;

/// The first fragment that is found decides, so bad news stands first.
const FRAGMENTS: [(&str, EventClass); 17] = [
    ("no container instance met all of its requirements", NoRoom),
    ("Capacity is unavailable", NoRoom),
    ("was unable to place a task", Bad),
    ("deployment failed", Bad),
    ("rolling back to deployment", Bad),
    ("unable to consistently start tasks successfully", Bad),
    ("operations are being throttled", Bad),
    ("was unable to stop or start tasks during a deployment", Bad),
    ("is unhealthy in", Bad),
    ("failed container health checks", Bad),
    ("has reached a steady state", Good),
    ("deployment completed", Good),
    ("has started", Progress),
    ("has stopped", Progress),
    ("has begun draining connections", Progress),
    ("deregistered", Progress),
    ("registered", Progress),
];

pub(super) fn event(e: &sdk::ServiceEvent) -> ServiceEvent {
    let message = e.message().unwrap_or_default();
    ServiceEvent {
        at: e.created_at().and_then(moment),
        message: text(e.message()),
        class: class(message),
    }
}

fn class(message: &str) -> EventClass {
    FRAGMENTS
        .iter()
        .find(|(part, _)| message.contains(part))
        .map_or(Other, |(_, class)| *class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_read_as_aws_writes_them() {
        let cases = [
            ("(service api) has reached a steady state.", Good),
            (
                "(service api) (deployment ecs-svc/1) deployment completed.",
                Good,
            ),
            (
                "(service api) has started 2 tasks: (task a) (task b).",
                Progress,
            ),
            (
                "(service api) has stopped 1 running tasks: (task a).",
                Progress,
            ),
            (
                "(service api) has begun draining connections on 1 tasks.",
                Progress,
            ),
            (
                "(service api) registered 2 targets in (target-group tg)",
                Progress,
            ),
            (
                "(service api) deregistered 1 targets in (target-group tg)",
                Progress,
            ),
            (
                "(service api) was unable to place a task because no container instance met all of its requirements. \
                 The closest matching (container-instance i) has insufficient CPU units available.",
                NoRoom,
            ),
            (
                "(service api) was unable to place a task. Reason: Capacity is unavailable at this time.",
                NoRoom,
            ),
            (
                "(service api) was unable to place a task. Reason: You have reached a limit.",
                Bad,
            ),
            (
                "(service api) is unable to consistently start tasks successfully.",
                Bad,
            ),
            (
                "(service api) operations are being throttled. Will try again later.",
                Bad,
            ),
            (
                "(service api) (deployment ecs-svc/1) deployment failed: tasks failed to start.",
                Bad,
            ),
            ("(service api) rolling back to deployment ecs-svc/0.", Bad),
            (
                "(service api) (port 80) is unhealthy in (target-group tg) due to (reason x)",
                Bad,
            ),
            (
                "(service api) was unable to stop or start tasks during a deployment because of the service deployment configuration.",
                Bad,
            ),
            ("(service api) something new", Other),
        ];
        for (message, expected) in cases {
            assert_eq!(class(message), expected, "{message}");
        }
    }
}
