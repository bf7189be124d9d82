//! Whole load tests as processes: commands, the guard, the simulated account. boto3 says what is
//! there before, during and after.

mod backstop;
mod both;
mod crash;
mod dead;
mod disk;
mod drift;
mod ends;
mod halted;
mod lost;
mod moto;
mod newer;
mod road;
mod socket;
mod stage;
mod starter;
mod taken;
mod words;
