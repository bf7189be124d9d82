//! The whole program: the built binary in a real terminal, AWS over HTTP behind
//! it, and boto3 as the witness of what became of the account.

mod conflict;
mod crash;
mod guard;
mod load_test;
mod read_only;
mod scale;
pub mod stage;
mod start;
mod switch;
mod trouble;
mod whole;
