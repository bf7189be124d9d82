//! Who sends requests: people through the day, a scanner, the load generator.

mod path;

use super::World;
use super::flow::{Batch, Client, ClientKind};
use core::net::Ipv4Addr;
use fastrand::Rng;
use jiff::Timestamp;

/// What people send at the height of the day, in requests a second; the load
/// generator counts in it.
pub const ORDINARY: f64 = 60.0;
/// Batches that people's requests of one second are bundled in, at most.
const BATCHES: u32 = 40;
/// The load generator's addresses.
const TESTERS: u8 = 3;
/// People's addresses.
const PEOPLE: usize = 400;
const COUNTRIES: [&str; 6] = ["KR", "KR", "KR", "KR", "JP", "US"];

/// The state of it; nobody sends in a region that is not furnished.
#[derive(Debug, Default)]
pub struct Traffic {
    load: f64,
    people: Vec<Client>,
    /// A burst multiplies what people send, until it ends.
    burst: f64,
    burst_ends: Option<Timestamp>,
}

impl Traffic {
    pub(super) fn set_load(&mut self, times: f64) {
        let sane = if times.is_finite() { times } else { 0.0 };
        self.load = sane.clamp(0.0, 1000.0);
    }

    pub(super) fn load(&self) -> f64 {
        self.load
    }

    /// People appear.
    pub(super) fn furnish(&mut self, rng: &mut Rng) {
        self.people = (0..PEOPLE).map(|_| person(rng)).collect();
        self.burst = 1.0;
    }
}

fn person(rng: &mut Rng) -> Client {
    let first = [1, 14, 58, 110, 121, 175, 211, 221][rng.usize(0..8)];
    Client {
        address: Ipv4Addr::new(first, rng.u8(..), rng.u8(..), rng.u8(1..255)),
        country: COUNTRIES[rng.usize(0..COUNTRIES.len())],
        kind: ClientKind::People,
    }
}

fn tester(number: u8) -> Client {
    Client {
        address: Ipv4Addr::new(203, 0, 113, 10 + number),
        country: "KR",
        kind: ClientKind::LoadTest,
    }
}

fn scanner() -> Client {
    Client {
        address: Ipv4Addr::new(198, 51, 100, 66),
        country: "NL",
        kind: ClientKind::Scanner,
    }
}

/// The share of the height of the day at this moment: low before dawn in Seoul, high in the afternoon.
pub fn curve(at: Timestamp) -> f64 {
    let seconds = (at.as_second() + 9 * 3600).rem_euclid(86_400) as f64;
    let turn = (seconds / 86_400.0 - 0.375) * std::f64::consts::TAU;
    0.65 + 0.35 * turn.sin()
}

/// What is sent to the load balancer within this second.
pub fn offer(world: &mut World) -> Vec<Batch> {
    let World {
        traffic, rng, now, ..
    } = world;
    if traffic.people.is_empty() {
        return Vec::new();
    }
    burst(traffic, rng, *now);
    let mut batches = Vec::new();
    people(traffic, rng, *now, &mut batches);
    scan(rng, *now, &mut batches);
    test(traffic, rng, &mut batches);
    batches
}

/// Now and then, for a minute or four, people come in a crowd.
fn burst(traffic: &mut Traffic, rng: &mut Rng, now: Timestamp) {
    match traffic.burst_ends {
        Some(ends) if now >= ends => {
            traffic.burst = 1.0;
            traffic.burst_ends = None;
        }
        None if rng.u32(0..900) == 0 => {
            traffic.burst = 1.2 + rng.f64() * 0.6;
            let lasts = jiff::SignedDuration::from_secs(rng.i64(60..240));
            traffic.burst_ends = now.checked_add(lasts).ok();
        }
        _ => {}
    }
}

fn people(traffic: &Traffic, rng: &mut Rng, now: Timestamp, batches: &mut Vec<Batch>) {
    let rate = ORDINARY * curve(now) * traffic.burst;
    let noise = 0.85 + rng.f64() * 0.3;
    let mut left = about(rng, rate * noise);
    let most = (2 * left / BATCHES).max(3);
    while left > 0 {
        let requests = rng.u32(1..=most).min(left);
        let client = traffic.people[rng.usize(0..traffic.people.len())];
        batches.push(path::visit(rng, client, requests));
        left -= requests;
    }
}

/// A flurry each half minute.
fn scan(rng: &mut Rng, now: Timestamp, batches: &mut Vec<Batch>) {
    if now.as_second() % 30 == 7 {
        batches.extend(path::DOORS.map(|path| Batch {
            client: scanner(),
            method: "GET",
            path,
            requests: rng.u32(1..3),
        }));
    }
}

fn test(traffic: &Traffic, rng: &mut Rng, batches: &mut Vec<Batch>) {
    if traffic.load <= 0.0 {
        return;
    }
    let each = ORDINARY * traffic.load / f64::from(TESTERS);
    for number in 0..TESTERS {
        let mut left = about(rng, each);
        let part = left.div_ceil(4).max(1);
        while left > 0 {
            let requests = part.min(left);
            batches.push(path::visit(rng, tester(number), requests));
            left -= requests;
        }
    }
}

/// A whole number near this one; right on the average.
pub fn about(rng: &mut Rng, wanted: f64) -> u32 {
    let whole = wanted.max(0.0).floor();
    whole as u32 + u32::from(rng.f64() < wanted - whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::world::Config;
    use std::collections::BTreeSet;

    fn furnished() -> World {
        let now = "2026-09-20T03:00:00Z".parse().expect("a time");
        let config = Config::default();
        World::new(&config, &config.region, now)
    }

    #[test]
    fn five_times_the_ordinary_traffic_comes_from_three_addresses() {
        let mut world = furnished();
        world.set_load(5.0);
        let batches = offer(&mut world);
        let test: Vec<&Batch> = batches
            .iter()
            .filter(|b| b.client.kind == ClientKind::LoadTest)
            .collect();
        let requests: u32 = test.iter().map(|b| b.requests).sum();
        let addresses: BTreeSet<_> = test.iter().map(|b| b.client.address).collect();
        assert_eq!((requests, addresses.len()), (300, 3));
    }

    #[test]
    fn the_day_has_its_height_in_the_afternoon_and_its_depth_before_dawn() {
        let at = |hour: &str| {
            curve(
                format!("2026-09-20T{hour}:00:00+09:00")
                    .parse()
                    .expect("a time"),
            )
        };
        assert!((at("15") - 1.0).abs() < 1e-9 && (at("03") - 0.3).abs() < 1e-9);
    }

    #[test]
    fn nonsense_is_no_load() {
        let mut traffic = Traffic::default();
        for (said, taken) in [
            (f64::NAN, 0.0),
            (-3.0, 0.0),
            (f64::INFINITY, 0.0),
            (1e9, 1000.0),
        ] {
            traffic.set_load(said);
            assert!((traffic.load() - taken).abs() < f64::EPSILON, "{said}");
        }
    }

    #[test]
    fn nobody_comes_to_a_region_that_is_not_furnished() {
        let now = Timestamp::UNIX_EPOCH;
        let mut world = World::new(&Config::default(), "eu-west-1", now);
        assert_eq!(offer(&mut world), []);
    }
}
