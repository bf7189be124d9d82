//! **tidegate**: a terminal operations console for AWS.
//!
//! The house is built so that the parts that must be right have no I/O: facts
//! and rules (`domain`), changes as sessions (`session`), logs (`logs`), the
//! console as `update` and `draw` (`model`, `view`, `panes`, `app`). Around them
//! stands a thin impure shell: the durable record (`journal`), AWS (`aws`), the
//! event loop (`runtime`), the command line (`cli`).
//!
//! Direction: `domain` ← `session`, `logs` ← `journal` ← `aws`;
//! `session`, `logs` ← `model` ← `view` ← `panes` ← `app` ← `runtime` ← `cli`.
//! `sim`, the simulated account, depends on nothing of ours; `runtime` serves it.
//! A test keeps it so.

pub mod domain;

pub mod logs;
pub mod session;

pub mod crash;

pub mod journal;

pub mod aws;

pub mod model;
pub mod view;

pub mod panes;

pub mod app;

pub mod sim;

pub mod runtime;

pub mod cli;
