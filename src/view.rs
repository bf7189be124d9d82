//! Functions of data that draw: widgets, geometry, theme. No state of their own.

pub mod theme;
pub mod paint;
