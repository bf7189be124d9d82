//! One integration binary: every module of tests is a module here.

mod carrier;
mod config;
mod console;
mod house;
mod journal;
mod load_test;
mod plan;
mod screens;
mod session;
mod sim;
mod story;
mod support;
mod tail;
mod terminal;
mod wire;
