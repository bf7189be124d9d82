//! The impure shell: event loop, terminal thread, pollers, tail, signals, carrier.

pub mod budget;
pub mod clock;
pub mod inbox;
pub mod input;
pub mod link;
pub mod poll;
pub mod signal;
pub mod tail;
pub mod terminal;
pub mod usage;
pub mod watchdog;
