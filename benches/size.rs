//! What a cluster at AWS's limit of 5,000 services costs.

use crate::Row;
use crate::case::{median, ms};
use crate::console::Console;
use crate::stub::{Stub, World};
use std::time::{Duration, Instant};

const SECOND: Duration = Duration::from_secs(1);

fn cluster(services: usize) -> Stub {
    Stub::start(World {
        services,
        ..World::default()
    })
}

/// Calls of ECS about its services; the tail of the logs goes on for ever.
fn about_services(stub: &Stub) -> u64 {
    stub.count("ListServices") + stub.count("DescribeServices")
}

/// Waits until none of these came for eight seconds, longer than the budget keeps a group of calls waiting:
/// everything there is has been read.
fn settled(stub: &Stub, limit: Duration) {
    let calls = || about_services(stub);
    let (deadline, mut seen, mut since) = (Instant::now() + limit, calls(), Instant::now());
    while Instant::now() < deadline && since.elapsed() < 8 * SECOND {
        std::thread::sleep(Duration::from_millis(50));
        if calls() != seen {
            (seen, since) = (calls(), Instant::now());
        }
    }
}

/// Resident memory with four services and with 5,000.
pub fn memory() -> Vec<Row> {
    let measure = |services: usize, last: &str| {
        let stub = cluster(services);
        let console = Console::start(&stub.url(), 120, 36, &["--refresh", "10m"]);
        let shown = console.until(|s| s.contains("svc-0003") && s.contains(last), 20 * SECOND);
        assert!(
            shown.is_some(),
            "the services never came:\n{}",
            console.screen()
        );
        settled(&stub, 120 * SECOND);
        console.resident()
    };
    let (few, many) = (measure(4, "2/2"), measure(5_000, "2/2"));
    let row = |what, kib: u64, reach, limit: u64| Row {
        what,
        measured: format!("{:.1} MB", kib as f64 / 1024.0),
        reach,
        beside: "",
        met: kib <= limit * 1024,
    };
    vec![
        row("resident memory, 4 services", few, "≤ 35 MB", 35),
        row("resident memory, 5,000 services", many, "≤ 70 MB", 70),
    ]
}

/// Calls and CPU until all 5,000 are known, and one key of a filter over them.
pub fn fill() -> Vec<Row> {
    let stub = cluster(5_000);
    let mut console = Console::start(&stub.url(), 120, 36, &["--refresh", "10m"]);
    let first = console.until(|s| s.contains("svc-0000") && s.contains("2/2"), 20 * SECOND);
    settled(&stub, 120 * SECOND);
    let (ecs, cpu) = (about_services(&stub), console.cpu());
    let cpu = cpu.saturating_sub(alongside(console.started.elapsed()));
    let mut filter = filter_keys(&mut console);
    let key = median(&mut filter);
    vec![
        Row {
            what: "5,000 services: ListServices + DescribeServices calls",
            measured: format!(
                "{} + {} = {ecs}",
                stub.count("ListServices"),
                stub.count("DescribeServices")
            ),
            reach: "optimum 50 + 500",
            beside: "",
            met: ecs <= 560,
        },
        Row {
            what: "5,000 services: CPU for all, the SDK's included (less the same console with 4)",
            measured: ms(cpu),
            reach: "≤ 150 ms",
            beside: "",
            met: cpu <= Duration::from_millis(150),
        },
        Row {
            what: "5,000 services: start → first rows with details",
            measured: first.map_or_else(|| "never".into(), ms),
            reach: "usable at once",
            beside: "",
            met: first.is_some_and(|t| t < 3 * SECOND),
        },
        Row {
            what: "5,000 services: key of a filter, median",
            measured: ms(key),
            reach: "≤ 8 ms",
            beside: "",
            met: key <= Duration::from_millis(8),
        },
    ]
}

/// The CPU of a console with four services over the same time: start, ticks and the tail are not the fill's.
fn alongside(time: Duration) -> Duration {
    let stub = cluster(4);
    let console = Console::start(&stub.url(), 120, 36, &["--refresh", "10m"]);
    std::thread::sleep(time);
    console.cpu()
}

fn filter_keys(console: &mut Console) -> Vec<Duration> {
    let quiet = Duration::from_millis(30);
    console.key("/", SECOND, quiet);
    let typed = [
        "4", "2", "1", "\x7f", "\x7f", "\x7f", "1", "9", "\x7f", "\x7f",
    ];
    typed
        .iter()
        .filter_map(|k| console.key(k, SECOND, quiet))
        .map(|(took, _)| took)
        .collect()
}
