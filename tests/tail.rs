//! The tail against the simulated account, whatever goes wrong on the way; what
//! boto3 reads afterwards is the truth.

mod chosen;
mod follow;
mod headless;
mod live;
mod past;
mod progress;
mod stage;
mod trace;
mod whole;
