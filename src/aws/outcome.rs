//! What became of a write: done, refused, not sent, unknown.
