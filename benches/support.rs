//! moto and the proxy of the tests, as the far end that nobody here wrote.
#![allow(dead_code)]

#[path = "../tests/support/cbor.rs"]
pub mod cbor;
#[path = "../tests/support/moto.rs"]
pub mod moto;
#[path = "../tests/support/proxy.rs"]
pub mod proxy;
#[path = "../tests/support/python.rs"]
pub mod python;
