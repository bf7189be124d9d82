//! One integration binary: every module of tests is a module here.

mod screens;
mod support;
mod wire;
