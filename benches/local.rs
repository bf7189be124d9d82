//! What needs no far end: the journal's disk, one frame, a rebuild.

use crate::Row;

/// The two fsyncs that a change waits for.
pub fn journal() -> Vec<Row> {
    Vec::new()
}

/// One full frame at 200×60.
pub fn frame() -> Vec<Row> {
    Vec::new()
}

/// A rebuild of our own code.
pub fn rebuild() -> Vec<Row> {
    Vec::new()
}
