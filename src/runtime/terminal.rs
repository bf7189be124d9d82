//! The terminal: what leaves, how, and how it is left as it was found.
//!
//! ```text
//! Buffer ─► gate (characters, colours) ─► diff against what was last written ─► one block ─► tty
//! ```

pub mod color;
pub mod diff;
pub mod gate;
pub mod pen;
pub mod thread;
pub mod tty;

pub use gate::Limits;
pub use thread::Terminal;
