//! Functions of data that draw: widgets, geometry, theme. No state of their own.

pub mod ascii;
pub mod frame;
pub mod freshness;
pub mod gauge;
pub mod layout;
pub mod lines;
pub mod paint;
pub mod put;
pub mod scroll;
pub mod table;
pub mod theme;
