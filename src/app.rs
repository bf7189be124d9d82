//! The panes put together: state, update, draw.

pub mod draw;
pub mod state;
pub mod update;

pub use draw::draw;
pub use state::State;
pub use update::{next_deadline, update, wants};
