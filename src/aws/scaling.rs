//! Application Auto Scaling reads.
