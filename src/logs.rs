//! The log engine: pure, no async, no clock. Events come in raw and leave as
//! sealed [`chunk`]s of clean text; a [`ring`] holds them in the order of time;
//! a [`filter`] chooses; [`tail`] decides what to ask for next.

pub mod chunk;
pub mod field;
pub mod filter;
pub mod histogram;
pub mod needle;
pub mod order;
pub mod parse;
pub mod ring;
pub mod slow;
pub mod tail;
