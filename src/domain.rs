//! Plain facts and rules: what AWS told us, in our own types, and what follows
//! from it without asking anybody. No I/O, no clock, no AWS type.

pub mod autoscaling;
pub mod backstop;
pub mod backup;
pub mod change;
pub mod ecs;
pub mod fault;
pub mod health;
pub mod identity;
pub mod ids;
pub mod log;
pub mod metrics;
pub mod moment;
pub mod plan;
pub mod rds;
pub mod subject;
pub mod text;
pub mod units;
pub mod waf;
pub mod write;
