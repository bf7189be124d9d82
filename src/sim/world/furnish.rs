//! The furnished region: what stands in it at the start.

use super::{Config, World, cloudfront, logs, rds, ssm, waf};

/// The region of everything that CloudFront owns.
pub const GLOBAL: &str = "us-east-1";

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
    waf::furnish(world, config);
    logs::furnish(world, config);
    rds::furnish(world, config);
    ssm::furnish(world, config);
}
