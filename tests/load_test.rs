//! Whole load tests as processes: commands, the guard, the simulated account. boto3 says what is
//! there before, during and after.

mod activity;
mod backstop;
mod both;
mod colleague;
mod crash;
mod dead;
mod disk;
mod drift;
mod ends;
mod halted;
mod hold;
mod lost;
mod moto;
mod newer;
mod pen;
mod road;
mod signal;
mod socket;
pub mod stage;
mod starter;
mod taken;
mod timers;
mod watched;
mod words;
