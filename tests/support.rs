//! What the integration tests stand on: moto as the independent AWS, boto3 as
//! the independent client, a proxy for what moto lacks, and a screen to draw on.
//!
//! Each part serves some of the test modules only.
#![allow(dead_code)]

pub mod cbor;
pub mod console;
pub mod moto;
pub mod proxy;
pub mod pty;
pub mod python;
pub mod screen;
pub mod session;
