//! The **simulated account**: a small AWS account that lives, served over AWS's
//! own wire protocols. It depends on nothing of ours, so that it cannot share
//! our mistakes: it is held to the truth by moto, botocore and the AWS CLI.
//!
//! ```text
//!  bytes ─► server ─► wire (json │ query+xml │ cbor) ─► shape ─► Call ─► fault, throttle ─► Account ─► World
//!  bytes ◄─ server ◄─ wire ◄──────────────── Value or Refusal ◄─────────────────────┘
//! ```
//!
//! `world` is pure: `handle(call, now)` and `advance(now)`, seeded; same seed and
//! same calls, same history. Clocks and sockets are the server's.

pub mod account;
pub mod call;
pub mod control;
pub mod desk;
pub mod fault;
pub mod pace;
pub mod server;
pub mod shape;
pub mod throttle;
pub mod value;
pub mod wire;
pub mod world;
