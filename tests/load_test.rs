//! Whole load tests as processes: commands, the guard, the simulated account. boto3 says what is
//! there before, during and after.

mod road;
mod stage;
