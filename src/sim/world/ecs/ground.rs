//! What a service stands on while it moves: the instances, the time, chance.

use super::super::World;
use super::super::group::node::Node;
use super::Ecs;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

/// All that a service may touch beside itself.
pub struct Ground<'a> {
    pub now: Timestamp,
    pub rng: &'a mut Rng,
    pub nodes: &'a mut [Node],
}

impl<'a> Ground<'a> {
    /// The world in two: ECS, and the ground under it.
    pub fn of(world: &'a mut World) -> (Parts<'a>, Self) {
        let World {
            ecs,
            group,
            rng,
            now,
            ..
        } = world;
        let Ecs {
            services,
            definitions,
            tasks,
            awake,
            ..
        } = ecs;
        let ground = Self {
            now: *now,
            rng,
            nodes: group.nodes_mut(),
        };
        let parts = Parts {
            services,
            definitions,
            tasks,
            awake,
        };
        (parts, ground)
    }

    /// So many seconds from now.
    pub fn after(&self, seconds: i64) -> Timestamp {
        self.now
            .checked_add(SignedDuration::from_secs(seconds))
            .unwrap_or(Timestamp::MAX)
    }

    /// Some moment between these many seconds from now.
    pub fn within(&mut self, seconds: std::ops::RangeInclusive<i64>) -> Timestamp {
        let wait = self.rng.i64(seconds);
        self.after(wait)
    }
}

/// The parts of ECS that move.
pub struct Parts<'a> {
    pub services: &'a mut Vec<super::Service>,
    pub definitions: &'a [super::Definition],
    pub tasks: &'a mut std::collections::HashMap<String, usize>,
    pub awake: &'a mut std::collections::BTreeSet<usize>,
}
