//! CloudWatch Logs reads.
