//! The log engine: pure, no async, no clock. Events come in raw and leave as
//! sealed [`chunk`]s of clean text; a [`ring`] holds them in the order of time;
//! a [`filter`] chooses; [`tail`] decides what to ask for next.

mod bits;
pub mod chunk;
mod facts;
pub mod field;
pub mod filter;
mod fold;
mod folds;
#[cfg(test)]
mod fuzz;
mod habit;
pub mod histogram;
mod inner;
mod line;
pub mod logfmt;
mod marks;
mod names;
pub mod needle;
mod nested;
pub mod numbers;
pub mod order;
pub mod parse;
mod paths;
pub mod request;
pub mod ring;
mod scan;
mod seal;
pub mod search;
pub mod sieve;
pub mod slow;
pub mod snapshot;
pub mod tail;
pub mod trace;
mod traceid;
pub mod unknown;
pub mod written;
