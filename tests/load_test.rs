//! Whole load tests as processes: commands, the guard, the simulated account. boto3 says what is
//! there before, during and after.

mod backstop;
mod both;
mod dead;
mod drift;
mod ends;
mod road;
mod stage;
mod starter;
mod words;
