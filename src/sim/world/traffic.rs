//! Who sends requests: people through the day, a scanner, the load generator.

use super::World;
use super::flow::Batch;

/// The state of it; nobody sends in a region that is not furnished.
#[derive(Debug, Default)]
pub struct Traffic {
    load: f64,
}

impl Traffic {
    pub(super) fn set_load(&mut self, times: f64) {
        self.load = if times.is_finite() {
            times.clamp(0.0, 1000.0)
        } else {
            0.0
        };
    }

    pub(super) fn load(&self) -> f64 {
        self.load
    }
}

/// What is sent to the load balancer within this second.
pub fn offer(_world: &mut World) -> Vec<Batch> {
    Vec::new()
}
