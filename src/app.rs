//! The panes put together: state, update, draw.

mod banner;
mod command;
mod confirm;
mod dialog;
pub mod draw;
mod field;
mod footer;
mod header;
mod leave;
mod mfa;
mod news;
mod overlay;
mod page;
mod palette;
mod prompt;
mod recall;
mod reports;
mod session;
mod sheet;
pub mod state;
mod three_way;
mod tour;
pub mod update;
mod verbs;
mod wants;
mod work;

pub use draw::draw;
pub use state::State;
pub use update::{leaves, update};
pub use wants::{next_deadline, wants};
