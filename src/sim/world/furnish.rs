//! The furnished region: what stands in it at the start.

mod alarm;
mod crowd;
mod fleet;
mod past;
mod service;

use super::{Config, World, cloudfront, cloudwatch, logs, rds, ssm, waf};
use jiff::{SignedDuration, Timestamp};

/// The region of everything that CloudFront owns.
pub const GLOBAL: &str = "us-east-1";
/// The cluster, its capacity provider, and the group of its instances.
pub const CLUSTER: &str = "orchard";
pub const PROVIDER: &str = "orchard-nodes";
pub const GROUP: &str = "orchard-nodes";
/// The services that have a part in the story.
pub const STORY: [&str; 3] = ["api", "batch-worker", "admin"];

/// Furnishes the home region, and what is CloudFront's in its own.
pub(super) fn furnish(world: &mut World, config: &Config) {
    if world.region == GLOBAL {
        waf::furnish_global(world, config);
        cloudfront::furnish_global(world, config);
    }
    if world.region != config.region {
        return;
    }
    world.set_load(config.load);
    let World { traffic, rng, .. } = world;
    traffic.furnish(rng);
    fleet::furnish(world);
    service::furnish(world);
    crowd::furnish(world, config.services.saturating_sub(STORY.len()));
    alarm::furnish(world);
    waf::furnish(world, config);
    logs::furnish(world, config);
    rds::furnish(world, config);
    ssm::furnish(world, config);
    past::furnish(world);
    cloudwatch::settle(world);
}

/// So many hours before the world began.
fn ago(world: &World, hours: i64) -> Timestamp {
    let ago = SignedDuration::from_hours(hours);
    world.now.checked_sub(ago).unwrap_or(world.now)
}
