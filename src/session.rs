//! Changes as sessions, pure: what is ordered and reported, the machine that
//! carries it step by step, and the records that make it durable.

pub mod order;
