//! The simulated account from outside: over its socket, with clients that nobody here wrote.

mod command;
mod console;
mod contract;
mod demo;
mod faults;
mod hostile;
mod memory;
mod protocols;
mod random;
pub mod stage;
