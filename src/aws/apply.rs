//! The one entry for writes: what is sent comes from the permit.
