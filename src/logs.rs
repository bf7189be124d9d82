//! The log engine.
pub mod chunk;
