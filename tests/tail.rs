//! The tail against the simulated account, whatever goes wrong on the way; what
//! boto3 reads afterwards is the truth.

mod headless;
mod live;
mod past;
mod stage;
mod trace;
mod whole;
