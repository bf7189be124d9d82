//! EC2 Auto Scaling reads.
