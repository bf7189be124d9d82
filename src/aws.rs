//! Everything that speaks to AWS. The only place where an `aws_sdk_*` type appears.
//!
//! Reads are methods of [`Aws`], one module per service; each waits at the
//! gate before each call, so that one budget holds for all of them. Writes have
//! one entry, [`apply`], which takes a permit of the journal.

pub mod alarm;
pub mod apply;
mod backstop;
pub mod client;
mod convert;
pub mod distribution;
pub mod ecs;
pub mod elb;
pub mod fault;
pub mod gate;
pub mod group;
pub mod identity;
pub mod logs;
pub mod metrics;
pub mod observe;
pub mod outcome;
mod permission;
mod raw;
pub mod rds;
pub mod record;
pub mod scaling;
pub mod splice;
pub mod survey;
pub mod waf;

pub use client::{Around, Aws, Keys, Options};
pub use gate::Gate;
