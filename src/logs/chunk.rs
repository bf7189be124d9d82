//! A sealed block of sanitized, parsed lines, shared by pointer.

/// Sealed lines of one poll.
#[derive(Debug)]
pub struct Chunk {}
