//! One account: a world for each region that somebody has spoken to.

use super::call::{Answer, Call};
use super::world::{Config, World};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The account's number: nobody's.
pub const ACCOUNT_ID: &str = "000000000000";

/// Who everybody is, whatever the keys.
pub const CALLER: &str = "arn:aws:iam::000000000000:user/operator";

/// All regions. The home region is furnished, the others are empty; web ACLs of
/// scope CLOUDFRONT stand in us-east-1, as in AWS.
#[derive(Debug)]
pub struct Account {
    config: Config,
    regions: BTreeMap<String, World>,
}

impl Account {
    pub fn new(config: Config, now: Timestamp) -> Self {
        let home = config.region.clone();
        let mut account = Self {
            config,
            regions: BTreeMap::new(),
        };
        account.region(&home, now);
        account
    }

    /// Brings every region to `now`, which never goes back.
    pub fn advance(&mut self, now: Timestamp) {
        for world in self.regions.values_mut() {
            world.advance(now);
        }
    }

    /// Answers a call at `now`.
    pub fn handle(&mut self, call: &Call, now: Timestamp) -> Answer {
        self.region(&call.region, now).handle(call, now)
    }

    /// The world of a region.
    pub fn region(&mut self, region: &str, now: Timestamp) -> &mut World {
        let config = &self.config;
        self.regions
            .entry(region.to_owned())
            .or_insert_with(|| World::new(config, region, now))
    }

    /// The furnished region's world.
    pub fn home(&mut self, now: Timestamp) -> &mut World {
        let home = self.config.region.clone();
        self.region(&home, now)
    }
}
