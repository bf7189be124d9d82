//! The vocabulary of the program as data: what happens (messages), what is to
//! be done (effects), what is wanted (queries), what is on the screen to say.
//! No I/O; everything here can be compared in a test.

pub mod effect;
pub mod filter;
pub mod key;
pub mod keymap;
pub mod list;
pub mod loadable;
pub mod log_request;
pub mod message;
pub mod notice;
pub mod query;
pub mod save;
pub mod settings;
pub mod sift;
pub mod source;
pub mod tail;
pub mod time;
pub mod trace;
pub mod verb;
