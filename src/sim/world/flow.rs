//! What flows through the account within one second.

use core::net::Ipv4Addr;

/// Where requests come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    pub address: Ipv4Addr,
    /// ISO 3166, as WAF's samples show it.
    pub country: &'static str,
    pub kind: ClientKind,
}

/// Who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientKind {
    People,
    /// One of the few addresses of the load generator.
    LoadTest,
    /// Tries doors: `/admin`, `/.env`.
    Scanner,
}

/// Requests of one client to one path within a second.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    pub client: Client,
    pub method: &'static str,
    pub path: &'static str,
    pub requests: u32,
}

/// Requests that a service answered alike within a second: what logs and metrics are made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Served {
    /// The ECS service's name.
    pub service: String,
    pub client: Client,
    pub method: &'static str,
    pub path: &'static str,
    pub status: u16,
    pub requests: u32,
    /// The mean time that each took, in milliseconds.
    pub millis: f64,
}
