//! No operation panics, whatever comes under the names that it knows.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use strum::IntoEnumIterator;
use tidegate::sim::call::{Call, Service};
use tidegate::sim::shape::{self, Kind, Table};
use tidegate::sim::value::{List, Map, Value};
use tidegate::sim::world::{Config, World};

/// Rounds over all operations; two thousand were lived through when this was written.
const ROUNDS: u64 = 12;
const DEEPEST: usize = 7;

/// Names that are known in the furnished account, and what people mistype.
const TEXTS: [&str; 47] = [
    "",
    " ",
    "x",
    "api",
    "orchard",
    "orchard-nodes",
    "orchard-db",
    "orchard-aurora",
    "orchard-edge",
    "per-ip-1000",
    "service/orchard/api",
    "service/orchard",
    "service//",
    "ecs:service:DesiredCount",
    "ecs",
    "api:1",
    "api:99999999999999999999",
    "/ecs/orchard-api",
    "/",
    "//",
    "arn:aws:ecs:ap-northeast-2:000000000000:service/orchard/api",
    "arn:",
    ":::::::",
    "default",
    "cpu-75",
    "at(2026-03-02T13:00:00)",
    "at(9999-12-31T23:59:59)",
    "rate(5 minutes)",
    "rate(9223372036854775807 days)",
    "cron(0 3 * * ? *)",
    "0 3 * * *",
    "Asia/Seoul",
    "ERROR",
    "{ $.status >= 500 }",
    "{ $.a[99999999999] = * || (",
    "[a, ..., b=5*]",
    "%[0-9]+(%",
    "?a -b \"",
    "p99.9",
    "p101",
    "tm(10%:90%)",
    "AWS/ECS",
    "CPUUtilization",
    "2026-03-02T12:00:00Z",
    "9223372036854775807",
    "18446744073709551615",
    "\u{202e}\u{0}é😀",
];

const INTS: [i64; 14] = [
    i64::MIN,
    i64::MAX,
    i32::MIN as i64,
    i32::MAX as i64,
    -1,
    0,
    1,
    2,
    5,
    60,
    3600,
    1_772_452_800,
    1_772_452_800_000,
    253_402_300_800,
];

const FLOATS: [f64; 8] = [
    0.0,
    -1.5,
    75.0,
    1e300,
    -1e300,
    f64::NAN,
    f64::INFINITY,
    1_772_452_800.5,
];

struct Maker {
    rng: Rng,
    table: &'static Table,
    now: Timestamp,
}

impl Maker {
    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.rng.usize(..of.len())]
    }

    /// Mostly of its type, now and then of any other.
    fn value(&mut self, shape: usize, depth: usize) -> Value {
        if self.rng.u8(..12) == 0 {
            return self.anything(depth);
        }
        let table = self.table;
        match &table.shapes[shape].kind {
            Kind::Bool => Value::Bool(self.rng.bool()),
            Kind::Int | Kind::Long => self.int(table.shapes[shape].least, table.shapes[shape].most),
            Kind::Float => Value::Float(self.one(&FLOATS)),
            Kind::Text(values) if !values.is_empty() && self.rng.u8(..8) > 0 => {
                self.one(values).into()
            }
            Kind::Text(_) => self.text(),
            Kind::Time => self.time(),
            Kind::Blob => Value::Blob(vec![0xff; self.rng.usize(..9)]),
            Kind::List(inner) => self.list(*inner, depth),
            Kind::Map(inner) => {
                let entry =
                    |maker: &mut Self| (maker.one(&TEXTS).into(), maker.value(*inner, depth + 1));
                let count = if depth < DEEPEST {
                    self.rng.usize(..3)
                } else {
                    0
                };
                Value::Map(Map((0..count).map(|_| entry(self)).collect()))
            }
            Kind::Struct(members) => {
                let mut map = Map::default();
                for member in members {
                    let wanted = member.is_required || self.rng.u8(..3) == 0;
                    if wanted && depth < DEEPEST && self.rng.u8(..15) > 0 {
                        map.set(member.name, self.value(member.shape, depth + 1));
                    }
                }
                Value::Map(map)
            }
        }
    }

    fn int(&mut self, least: Option<i64>, most: Option<i64>) -> Value {
        let bound = if self.rng.bool() { least } else { most };
        let any = self.one(&INTS);
        bound.filter(|_| self.rng.bool()).unwrap_or(any).into()
    }

    fn time(&mut self) -> Value {
        match self.rng.u8(..4) {
            0 => Timestamp::MIN.into(),
            1 => Timestamp::MAX.into(),
            _ => {
                let away = SignedDuration::from_secs(self.rng.i64(-90_000..90_000));
                self.now.checked_add(away).unwrap_or(self.now).into()
            }
        }
    }

    fn text(&mut self) -> Value {
        match self.rng.u8(..20) {
            0 => "long".repeat(3_000).into(),
            _ => self.one(&TEXTS).into(),
        }
    }

    fn list(&mut self, inner: usize, depth: usize) -> Value {
        let count = match self.rng.u8(..16) {
            _ if depth >= DEEPEST => 0,
            0 => 120,
            few => few % 3,
        };
        let depth = if count > 3 { DEEPEST - 1 } else { depth + 1 };
        Value::List(List {
            item: "member",
            items: (0..count).map(|_| self.value(inner, depth)).collect(),
        })
    }

    fn anything(&mut self, depth: usize) -> Value {
        match self.rng.u8(..9) {
            0 => Value::Null,
            1 => Value::Bool(true),
            2 => self.int(None, None),
            3 => Value::Float(self.one(&FLOATS)),
            4 => self.text(),
            5 => self.time(),
            6 => Value::Blob(vec![1, 2]),
            _ if depth >= DEEPEST => Value::Null,
            7 => Value::List(List {
                item: "member",
                items: vec![self.anything(depth + 1)],
            }),
            _ => Value::Map(Map(vec![(
                self.one(&TEXTS).into(),
                self.anything(depth + 1),
            )])),
        }
    }
}

#[test]
fn whatever_comes_under_the_right_names_is_answered() {
    let start: Timestamp = "2026-03-02T12:00:00Z".parse().expect("a time");
    for round in 0..ROUNDS {
        let config = Config {
            load: 5.0,
            lived: 5,
            ..Config::default()
        };
        let mut world = World::new(&config, &config.region, start);
        let mut now = start;
        for service in Service::iter() {
            let table = shape::of(service);
            for (operation, shape) in &table.operations {
                for turn in 0..6 {
                    let seed = round * 1_000_003 + turn;
                    let mut maker = Maker {
                        rng: Rng::with_seed(seed),
                        table,
                        now,
                    };
                    let input = shape.map_or(Value::Null, |shape| maker.value(shape, 0));
                    let call = Call {
                        service,
                        operation: (*operation).to_owned(),
                        region: config.region.clone(),
                        input,
                    };
                    // Where it panics, this is what it was.
                    let told = format!("{call:?}");
                    let answered = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                        world.handle(&call, now)
                    }));
                    assert!(
                        answered.is_ok(),
                        "{}",
                        told.chars().take(2_000).collect::<String>()
                    );
                }
            }
            // What was taken in must not break a later second either.
            now += SignedDuration::from_secs(7);
            world.advance(now);
        }
    }
}

#[test]
fn every_operation_that_has_a_shape_is_carried_out() {
    let start: Timestamp = "2026-03-02T12:00:00Z".parse().expect("a time");
    let config = Config::default();
    let mut world = World::new(&config, &config.region, start);
    for service in Service::iter() {
        for operation in shape::of(service).operations.keys() {
            // The one that answers with a stream is the desk's.
            if *operation == "StartLiveTail" {
                continue;
            }
            let call = Call {
                service,
                operation: (*operation).to_owned(),
                region: config.region.clone(),
                input: Value::Map(Map::default()),
            };
            if let Err(refusal) = world.handle(&call, start) {
                let unknown =
                    ["UnknownOperationException", "InvalidAction"].contains(&&*refusal.code);
                assert!(!unknown, "{service:?} {operation}");
            }
        }
    }
}
