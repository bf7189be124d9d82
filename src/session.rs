//! Changes as sessions, pure: what is ordered and reported, the machine that
//! carries it step by step, and the records that make it durable.

pub mod ask;
pub mod conductor;
pub mod draft;
pub mod expiring;
pub mod load_test;
pub mod look;
pub mod machine;
pub mod masked;
pub mod moment;
pub mod opening;
pub mod order;
pub mod permission;
pub mod plan;
pub mod record;
pub mod report;
pub mod request;
pub mod revert;
pub mod shared;
pub mod snapshot;
pub mod state;
pub mod step;
pub mod survey;
pub mod verify;
