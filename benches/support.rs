//! moto and the proxy of the tests, as the far end that nobody here wrote.
#![allow(dead_code)]

#[path = "../tests/screens/account.rs"]
pub mod account;
#[path = "../tests/support/cbor.rs"]
pub mod cbor;
#[path = "../tests/support/console.rs"]
pub mod console;
#[path = "../tests/support/moto.rs"]
pub mod moto;
#[path = "../tests/support/proxy.rs"]
pub mod proxy;
#[path = "../tests/support/pty.rs"]
pub mod pty;
#[path = "../tests/support/python.rs"]
pub mod python;
#[path = "../tests/support/screen.rs"]
pub mod screen;
#[path = "../tests/sim/stage.rs"]
pub mod stage;
