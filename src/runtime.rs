//! The impure shell: event loop, terminal thread, pollers, tail, signals, carrier.

pub mod clock;
pub mod inbox;
pub mod input;
pub mod signal;
pub mod tail;
pub mod terminal;
pub mod watchdog;
