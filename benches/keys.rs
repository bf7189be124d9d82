//! How fast a key is answered, and how quiet a quiet screen is.

use crate::Row;
use crate::case::{ms, percentile};
use crate::console::Console;
use crate::stub::{Stub, World};
use std::time::{Duration, Instant};

const SECOND: Duration = Duration::from_secs(1);
const QUIET: Duration = Duration::from_millis(12);

fn four_services() -> Stub {
    Stub::start(World {
        services: 4,
        ..World::default()
    })
}

fn ready(console: &Console) {
    let shown = console.until(|s| s.contains("svc-0003") && s.contains("2/2"), 10 * SECOND);
    assert!(
        shown.is_some(),
        "the services never came:\n{}",
        console.screen()
    );
}

/// Presses `j` and `k` in turn; the time to the first byte after each.
fn press(console: &mut Console, times: usize) -> Vec<Duration> {
    let keys = ["j", "j", "k", "k"];
    let measured = (0..times)
        .filter_map(|i| console.key(keys[i % 4], SECOND, QUIET))
        .map(|(took, _)| took)
        .collect::<Vec<_>>();
    assert!(
        measured.len() * 10 >= times * 9,
        "keys were lost: {} of {times} answered",
        measured.len()
    );
    measured
}

/// A key on an idle console, to the first byte.
pub fn idle() -> Vec<Row> {
    let stub = four_services();
    let mut console = Console::start(&stub.url(), 120, 36, &[]);
    ready(&console);
    let mut took = press(&mut console, 300);
    let (p50, p99) = (percentile(&mut took, 50), percentile(&mut took, 99));
    vec![Row {
        what: "key → first byte, idle: p50 / p99",
        measured: format!("{} / {}", ms(p50), ms(p99)),
        reach: "≤ 1 ms / ≤ 5 ms",
        beside: "taws 0.6 / 4.7 ms",
        met: p50 <= Duration::from_millis(1) && p99 <= Duration::from_millis(5),
    }]
}

/// The same with three calls hanging and logs at 1,000 lines a second.
pub fn busy() -> Vec<Row> {
    let hang = [
        "DescribeDBInstances",
        "ListWebACLs",
        "DescribeAutoScalingGroups",
    ]
    .into();
    let stub = Stub::start(World {
        services: 4,
        log_rate: 1_000,
        hang,
        ..World::default()
    });
    let mut console = Console::start(&stub.url(), 120, 36, &[]);
    ready(&console);
    let logs = console.until(|s| s.contains("/api/apples"), 15 * SECOND);
    assert!(logs.is_some(), "no log line came:\n{}", console.screen());
    let mut took = press(&mut console, 300);
    let p99 = percentile(&mut took, 99);
    vec![Row {
        what: "key → first byte, three calls hanging, logs at 1,000 lines/s: p99",
        measured: ms(p99),
        reach: "≤ 16 ms",
        beside: "",
        met: p99 <= Duration::from_millis(16),
    }]
}

/// The same while twenty times as many lines come in.
pub fn flood() -> Vec<Row> {
    let stub = Stub::start(World {
        services: 4,
        log_rate: 20_000,
        ..World::default()
    });
    let mut console = Console::start(&stub.url(), 120, 36, &[]);
    ready(&console);
    let flowing = console.until(|s| rate(s) >= 15_000, 60 * SECOND);
    assert!(
        flowing.is_some(),
        "they never came so fast:\n{}",
        console.screen()
    );
    let mut took = press(&mut console, 300);
    let p99 = percentile(&mut took, 99);
    vec![Row {
        what: "key → first byte, logs at 20,000 lines/s: p99",
        measured: ms(p99),
        reach: "≤ 16 ms",
        beside: "",
        met: p99 <= Duration::from_millis(16),
    }]
}

/// Lines a second, as the title of the logs says.
fn rate(screen: &str) -> u32 {
    let title = screen.lines().find(|line| line.contains("5 Logs"));
    let before = title.and_then(|title| title.split_once("/s"));
    let number = before.and_then(|(before, _)| before.rsplit(' ').next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Half a minute in which nothing changes.
pub fn quiet() -> Vec<Row> {
    let stub = four_services();
    let console = Console::start(&stub.url(), 120, 36, &[]);
    ready(&console);
    // The clock shows minutes: begin right after one has turned, when everything has settled.
    let now = jiff::Timestamp::now().as_second();
    std::thread::sleep(Duration::from_secs((62 - now % 60).cast_unsigned()));
    let (bytes, cpu, from) = (console.bytes(), console.cpu(), Instant::now());
    std::thread::sleep(30 * SECOND);
    let written = console.bytes() - bytes;
    let share =
        console.cpu().saturating_sub(cpu).as_secs_f64() / from.elapsed().as_secs_f64() * 100.0;
    vec![
        Row {
            what: "30 s with nothing changing: bytes",
            measured: written.to_string(),
            reach: "0",
            beside: "taws 247 a second",
            met: written == 0,
        },
        Row {
            what: "30 s with nothing changing: CPU",
            measured: format!("{share:.2} % of a core"),
            reach: "≤ 0.2 %",
            beside: "taws 0.5 %",
            met: share <= 0.2,
        },
    ]
}

/// One cursor move at 160×45.
pub fn cursor() -> Vec<Row> {
    let stub = four_services();
    let mut console = Console::start(&stub.url(), 160, 45, &[]);
    ready(&console);
    let moves: Vec<u64> = (0..20)
        .filter_map(|i| console.key(["j", "k"][i % 2], SECOND, 5 * QUIET))
        .map(|(_, bytes)| bytes)
        .collect();
    let most = moves.iter().copied().max().unwrap_or(u64::MAX);
    vec![Row {
        what: "cursor move at 160×45: most bytes of 20",
        measured: most.to_string(),
        reach: "≤ 600",
        beside: "taws 2,164",
        met: most <= 600,
    }]
}
