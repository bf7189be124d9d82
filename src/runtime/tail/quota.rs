//! The calls that a region allows, handed out in the order they were asked for:
//! of hundreds of groups each has its turn.

use crate::aws::Aws;
use crate::domain::log::TailSource;
use crate::logs::tail::quota::Quota;
use crate::runtime::clock::Clock;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The quotas of all regions.
#[derive(Debug)]
pub struct Quotas {
    clock: Clock,
    home: String,
    /// Whether it is AWS that answers, with the limits that it publishes.
    published: bool,
    turns: Mutex<BTreeMap<String, Arc<Turn>>>,
}

impl Quotas {
    /// Full ones.
    pub fn new(aws: &Aws, clock: Clock) -> Self {
        let endpoint = aws.endpoint().map(|url| url.as_str().to_owned());
        Self {
            clock,
            home: aws.region().as_str().to_owned(),
            published: endpoint.is_none_or(|url| url.contains(".amazonaws.com")),
            turns: Mutex::default(),
        }
    }

    /// The turn of a source.
    pub fn of(&self, source: &TailSource) -> Arc<Turn> {
        let region = source
            .region
            .as_ref()
            .map_or(self.home.as_str(), |r| r.as_str());
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = turns.entry(region.to_owned()).or_insert_with(|| {
            let quota = if self.published {
                Quota::of(region)
            } else {
                Quota::unknown()
            };
            Arc::new(Turn {
                clock: self.clock,
                quota: Mutex::new(quota),
                queue: tokio::sync::Mutex::default(),
            })
        });
        turn.clone()
    }
}

/// The quota of one region.
#[derive(Debug)]
pub struct Turn {
    clock: Clock,
    quota: Mutex<Quota>,
    /// Whoever waits longest is next: tokio's lock is fair.
    queue: tokio::sync::Mutex<()>,
}

impl Turn {
    /// Resolves when one call may leave.
    pub async fn pass(&self) {
        let _next = self.queue.lock().await;
        while let Err(wait) = self.with(Quota::take) {
            tokio::time::sleep(wait).await;
        }
    }

    /// AWS asked us to slow down.
    pub fn slow_down(&self) {
        self.with(Quota::slow_down);
    }

    /// Whether AWS asked us to slow down a moment ago.
    pub fn is_slowed(&self) -> bool {
        self.with(|quota, now| quota.is_slowed(now))
    }

    fn with<T>(&self, act: impl FnOnce(&mut Quota, Duration) -> T) -> T {
        let now = self.clock.now().mono;
        act(
            &mut self.quota.lock().unwrap_or_else(PoisonError::into_inner),
            now,
        )
    }
}
