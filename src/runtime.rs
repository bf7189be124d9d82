//! The impure shell: event loop, terminal thread, pollers, tail, signals, carrier.

pub mod inbox;
