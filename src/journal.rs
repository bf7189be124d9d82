//! The durable record: append, fsync, lock; and the only place where permits are made.
//!
//! Blocking on purpose: it belongs on a thread of its own. Nothing here knows AWS.

mod actor;
mod dir;
mod errored;
mod line;
mod permit;
mod read;
pub mod report;
mod segment;
mod store;
mod verify;
mod writer;

pub use actor::{actor, user};
pub use dir::default_dir;
pub use permit::Permit;
pub use read::{Damage, Entry, Session, read_session};
pub use store::{Store, has_unfinished, history, is_held, original_action, sessions};
pub use verify::{Finding, Health, verify};
pub use writer::{Kept, Writer};
