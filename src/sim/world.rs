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

pub mod cloudfront;
pub mod cloudwatch;
pub mod cron;
pub mod ecs;
pub mod elb;
pub mod flow;
pub mod furnish;
pub mod group;
pub mod iam;
pub mod id;
pub mod logs;
pub mod metrics;
pub mod page;
pub mod rds;
pub mod scaling;
pub mod ssm;
pub mod sts;
pub mod traffic;
pub mod waf;

use super::call::{Answer, Call, Service};
use super::value::Value;
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
    /// Seconds that the region has lived through before anybody looks: its logs and
    /// counts have a past, and the load generator has begun that long ago.
    pub lived: u32,
    /// Bytes of log events that are kept, over all groups; what is oldest goes first.
    pub log_memory: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            region: "ap-northeast-2".into(),
            seed: 1,
            services: 3,
            log_rate: None,
            load: 0.0,
            lived: 0,
            log_memory: logs::CAP,
        }
    }
}

/// One region. Each part has its own state; what they do to each other goes through the world.
#[derive(Debug)]
pub struct World {
    pub(crate) region: String,
    pub(crate) now: Timestamp,
    pub(crate) rng: fastrand::Rng,
    pub(crate) metrics: Metrics,
    pub(crate) traffic: traffic::Traffic,
    pub(crate) ecs: ecs::Ecs,
    pub(crate) elb: elb::Elb,
    pub(crate) scaling: scaling::Scaling,
    pub(crate) group: group::Groups,
    pub(crate) cloudwatch: cloudwatch::CloudWatch,
    pub(crate) waf: waf::Waf,
    pub(crate) logs: logs::Logs,
    pub(crate) rds: rds::Rds,
    pub(crate) ssm: ssm::Ssm,
    pub(crate) cloudfront: cloudfront::CloudFront,
}

/// The world moves in steps of this length.
pub const TICK: SignedDuration = SignedDuration::from_secs(1);

impl World {
    /// Furnished where `region` is the home region, else empty.
    pub fn new(config: &Config, region: &str, now: Timestamp) -> Self {
        let lived = SignedDuration::from_secs(config.lived.into());
        let born = match now.checked_sub(lived) {
            Ok(born) if region == config.region => born,
            _ => now,
        };
        let mut world = Self::empty(config, region, born);
        furnish::furnish(&mut world, config);
        world.advance(now);
        world
    }

    fn empty(config: &Config, region: &str, now: Timestamp) -> Self {
        Self {
            region: region.to_owned(),
            now,
            rng: fastrand::Rng::with_seed(config.seed),
            metrics: Metrics::default(),
            traffic: traffic::Traffic::default(),
            ecs: ecs::Ecs::default(),
            elb: elb::Elb::default(),
            scaling: scaling::Scaling::default(),
            group: group::Groups::default(),
            cloudwatch: cloudwatch::CloudWatch::default(),
            waf: waf::Waf::default(),
            logs: logs::Logs::default(),
            rds: rds::Rds::default(),
            ssm: ssm::Ssm::default(),
            cloudfront: cloudfront::CloudFront::default(),
        }
    }

    /// The load generator: how many times the ordinary traffic it sends; 0 is calm.
    pub fn set_load(&mut self, times: f64) {
        self.traffic.set_load(times);
    }

    /// The load generator's strength now.
    pub fn load(&self) -> f64 {
        self.traffic.load()
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
        let handle: fn(&mut Self, &str, &Value) -> Answer = match call.service {
            Service::Ecs => ecs::handle,
            Service::Scaling => scaling::handle,
            Service::AutoScaling => group::handle,
            Service::Waf => waf::handle,
            Service::Rds => rds::handle,
            Service::Logs => logs::handle,
            Service::CloudWatch => cloudwatch::handle,
            Service::Elb => elb::handle,
            Service::Sts => sts::handle,
            Service::Iam => iam::handle,
            Service::Ssm => ssm::handle,
            Service::CloudFront => cloudfront::handle,
        };
        handle(self, &call.operation, &call.input)
    }

    fn tick(&mut self) {
        let offered = traffic::offer(self);
        let passed = waf::filter(self, offered);
        let served = ecs::serve(self, &passed);
        logs::write(self, &served);
        waf::tick(self);
        rds::tick(self);
        logs::tick(self);
        ecs::tick(self);
        group::tick(self);
        cloudwatch::tick(self);
        scaling::tick(self);
    }
}
