//! A scalable target.

use super::activity::Activity;
use super::policy::Policy;
use super::schedule::Scheduled;
use jiff::Timestamp;
use std::collections::VecDeque;

/// What is suspended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Suspended {
    pub scale_in: bool,
    pub scale_out: bool,
    pub scheduled: bool,
}

/// An ECS service whose desired count is scaled.
#[derive(Debug)]
pub struct Target {
    /// `service/orchard/api`.
    pub resource: String,
    /// The last part of its ARN.
    pub id: String,
    pub min: u32,
    pub max: u32,
    pub created: Timestamp,
    pub suspended: Suspended,
    pub policies: Vec<Policy>,
    pub scheduled: Vec<Scheduled>,
    /// Newest first.
    pub activities: VecDeque<Activity>,
    /// When desired will be bent into the bounds: soon after each call, not within it.
    pub clamp: Option<Timestamp>,
    /// When it was last scaled out and in by a policy.
    pub last_out: Option<Timestamp>,
    pub last_in: Option<Timestamp>,
}

impl Target {
    pub fn new(resource: String, id: String, min: u32, max: u32, created: Timestamp) -> Self {
        Self {
            resource,
            id,
            min,
            max,
            created,
            suspended: Suspended::default(),
            policies: Vec::new(),
            scheduled: Vec::new(),
            activities: VecDeque::new(),
            clamp: None,
            last_out: None,
            last_in: None,
        }
    }
}
