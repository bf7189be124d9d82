//! The console's behaviour without I/O: messages in, effects and screens out.

mod dialogs;
mod edges;
mod keys;
mod logs;
mod looking;
mod palette;
mod partial;
mod random;
mod session;
