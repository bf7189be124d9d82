//! One region of the simulated account, pure: `handle(call, now)`, `advance(now)`.
//! Seeded: the same seed, the same calls at the same times, the same history.
//!
//! A second of it, in order:
//!
//! ```text
//!  traffic ─► waf ─► ecs (tasks, load balancer) ─► logs
//!                     │
//!  metrics ◄──────────┴─► alarms, scaling, groups, placement, rds, timers
//! ```

pub mod flow;
pub mod metrics;

use super::call::{Answer, Call, Refusal};
use jiff::{SignedDuration, Timestamp};
use metrics::Metrics;

/// What the furnished region is like.
#[derive(Clone, Debug)]
pub struct Config {
    /// The region that is furnished; the others are empty.
    pub region: String,
    pub seed: u64,
    /// ECS services, the few that have a part in the story included.
    pub services: usize,
    /// Log events a second, whatever the traffic; none: as the traffic has it.
    pub log_rate: Option<f64>,
    /// The load generator at the start: how many times the ordinary traffic; 0 is calm.
    pub load: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            region: "ap-northeast-2".into(),
            seed: 1,
            services: 3,
            log_rate: None,
            load: 0.0,
        }
    }
}

/// One region.
#[derive(Debug)]
pub struct World {
    pub(crate) region: String,
    pub(crate) now: Timestamp,
    pub(crate) rng: fastrand::Rng,
    pub(crate) metrics: Metrics,
}

/// The world moves in steps of this length.
pub const TICK: SignedDuration = SignedDuration::from_secs(1);

impl World {
    /// Furnished where `region` is the home region, else empty.
    pub fn new(config: &Config, region: &str, now: Timestamp) -> Self {
        Self {
            region: region.to_owned(),
            now,
            rng: fastrand::Rng::with_seed(config.seed),
            metrics: Metrics::default(),
        }
    }

    /// Moves on to `to`, second by second; never back.
    pub fn advance(&mut self, to: Timestamp) {
        while let Ok(next) = self.now.checked_add(TICK) {
            if next > to {
                return;
            }
            self.now = next;
            self.tick();
        }
    }

    /// Answers a call.
    pub fn handle(&mut self, call: &Call, now: Timestamp) -> Answer {
        self.advance(now);
        Err(Refusal::unknown(call))
    }

    fn tick(&mut self) {}
}
