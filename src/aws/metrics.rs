//! CloudWatch reads.
