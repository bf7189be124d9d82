//! The durable record: append, fsync, lock; mints permits.
