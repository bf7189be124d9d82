//! The log engine: lines in the seed's shape sealed, kept, searched and filtered,
//! with 64 MiB of them in memory.

use crate::Row;
use crate::case::ms;
use crate::lines::Lines;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tidegate::domain::log::{RawEvent, TailSource};
use tidegate::logs::chunk::Chunk;
use tidegate::logs::filter::Filter;
use tidegate::logs::needle::Needle;
use tidegate::logs::numbers::Numbers;
use tidegate::logs::ring::Ring;
use tidegate::logs::search::Search;

const CAP: usize = 64 << 20;
/// As many events come in one page of `FilterLogEvents` at most.
const PAGE: usize = 10_000;
/// So often the lines of ten pages are sealed.
const ROUNDS: u32 = 20;
/// Set in the child that measures its own memory.
const CHILD: &str = "TIDEGATE_BENCH_RING";

fn source() -> Arc<TailSource> {
    Arc::new(TailSource {
        region: None,
        group: "/ecs/dailyge-api".into(),
        stream_prefix: None,
    })
}

fn push(ring: &mut Ring, source: &Arc<TailSource>, events: &[RawEvent]) {
    for page in events.chunks(PAGE) {
        for chunk in Chunk::seal(source, page) {
            ring.push(Arc::new(chunk));
        }
    }
}

/// A ring that has shed lines already.
fn full() -> Ring {
    let (mut ring, source, mut lines) = (Ring::new(CAP), source(), Lines::seeded(5));
    while ring.aged() == 0 {
        let page: Vec<RawEvent> = lines.by_ref().take(PAGE).collect();
        push(&mut ring, &source, &page);
    }
    ring
}

/// Time of this thread on a core: what neighbours on a shared machine take is not ours.
fn on_core() -> Duration {
    let said = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = said.split(' ').next().and_then(|n| n.parse().ok());
    Duration::from_nanos(nanos.unwrap_or_default())
}

/// Sanitize, parse, index: from raw events to the ring's order, the ring full.
pub fn ingest() -> Vec<Row> {
    let (mut ring, source) = (full(), source());
    let mut events: Vec<RawEvent> = Lines::seeded(7).take(10 * PAGE).collect();
    let span = events.last().map_or(0, |e| e.timestamp) - events[0].timestamp + 1;
    // What comes is newer than what is there.
    let after = ring.span().expect("lines").1 - events[0].timestamp;
    for event in &mut events {
        event.timestamp += after;
        event.ingested += after;
    }
    let bytes: usize = events.iter().map(|e| e.message.len()).sum();
    let mut took = Duration::ZERO;
    for _ in 0..ROUNDS {
        for event in &mut events {
            event.timestamp += span;
            event.ingested += span;
        }
        let start = on_core();
        push(&mut ring, &source, &events);
        took += on_core().saturating_sub(start);
    }
    let took = took.as_secs_f64() / f64::from(ROUNDS);
    let rate = events.len() as f64 / took;
    vec![Row {
        what: "logs: sanitize + parse + index, one core",
        measured: format!(
            "{:.2} M lines/s, {:.0} MB/s ({} bytes a line); a plain memchr scanner {:.2} M",
            rate / 1e6,
            bytes as f64 / took / 1e6,
            bytes / events.len(),
            events.len() as f64 / scanned(&events).as_secs_f64() / 1e6,
        ),
        reach: "≥ 2 M lines/s",
        beside: "lnav 0.11.1: 0.435 M lines/s",
        met: rate >= 2e6,
    }]
}

/// What the machine gives at this hour: the same lines copied, their quotes and backslashes counted, and no more.
fn scanned(events: &[RawEvent]) -> Duration {
    let (mut text, mut marks) = (String::with_capacity(1 << 20), 0);
    let took = timed(|| {
        for event in events {
            if text.len() > (1 << 20) {
                text.clear();
            }
            text.push_str(&event.message);
            marks += memchr::memchr2_iter(b'"', b'\\', event.message.as_bytes()).count();
        }
    });
    std::hint::black_box(marks);
    took
}

/// Resident bytes of this process.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm
        .split(' ')
        .nth(1)
        .and_then(|n| n.parse::<usize>().ok());
    pages.unwrap_or_default() * 4096
}

/// In the child: fills a ring, and goes on for as much again; says how much the process has grown.
pub fn child() -> bool {
    let asked = std::env::var_os(CHILD).is_some();
    if asked {
        let source = source();
        push(
            &mut Ring::new(CAP),
            &source,
            &Lines::seeded(1).take(10).collect::<Vec<_>>(),
        );
        let before = resident();
        let (mut ring, mut lines) = (Ring::new(CAP), Lines::seeded(5));
        while ring.aged() < 200_000 {
            let page: Vec<RawEvent> = lines.by_ref().take(1_000).collect();
            push(&mut ring, &source, &page);
        }
        println!("{}", resident() - before);
        assert!(ring.bytes() <= CAP);
    }
    asked
}

/// Memory of a ring at its cap, in a process of its own.
pub fn memory() -> Vec<Row> {
    let grown = std::env::current_exe()
        .and_then(|exe| Command::new(exe).env(CHILD, "1").output())
        .ok()
        .and_then(|out| {
            String::from_utf8_lossy(&out.stdout)
                .trim()
                .parse::<usize>()
                .ok()
        })
        .unwrap_or(usize::MAX);
    vec![Row {
        what: "logs: resident memory for a full 64 MiB cap",
        measured: format!("{:.1} MiB", grown as f64 / f64::from(1 << 20)),
        reach: "≤ 64 MiB + 25 %",
        beside: "lnav: 157 % of the file",
        met: grown <= CAP + CAP / 4,
    }]
}

/// The mean of many runs: the kernel counts the time on a core by its ticks.
fn timed(mut run: impl FnMut()) -> Duration {
    const RUNS: u32 = 40;
    run();
    let start = on_core();
    for _ in 0..RUNS {
        run();
    }
    on_core().saturating_sub(start) / RUNS
}

fn row(
    what: &'static str,
    took: Duration,
    reach: &'static str,
    limit: u64,
    beside: &'static str,
) -> Row {
    Row {
        what,
        measured: ms(took),
        reach,
        beside,
        met: took <= Duration::from_millis(limit),
    }
}

/// Searches all of a full ring, to the end.
pub fn search() -> Vec<Row> {
    const WORD: &str = "c912-4f3a-9b02-00";
    let ring = full();
    let look = |what, needle: Needle, reach, limit| {
        let took = timed(|| {
            let mut search = Search::new(needle.clone(), ring.snapshot(), None);
            while search.next_slice().is_some() {}
        });
        row(what, took, reach, limit, "")
    };
    let exact = |what, word| look(what, Needle::exact(word), "≤ 10 ms", 10);
    let folded = |what, word| look(what, Needle::new(word), "≤ 20 ms", 20);
    let literal = exact("logs: literal search, 64 MiB", WORD);
    vec![
        Row {
            measured: format!("{}; memmem {}", literal.measured, ms(found(&ring, WORD))),
            beside: "ripgrep: 10 ms for 64 MiB; memmem, what it searches with, over the same text in the same run",
            ..literal
        },
        folded("logs: search in any case, 64 MiB", "No Retrospect"),
        folded("logs: search in any case, rare letters", "TimeOut"),
        exact("logs: search for Korean, 64 MiB", "회고를"),
    ]
}

/// The same text searched as one by the plain routine.
fn found(ring: &Ring, word: &str) -> Duration {
    let mut text = String::new();
    for (chunk, line) in ring.shown().iter().filter_map(|entry| ring.line(entry)) {
        text.push_str(&chunk.text(line));
        text.push('\n');
    }
    let finder = memchr::memmem::Finder::new(word);
    timed(|| _ = std::hint::black_box(finder.find_iter(text.as_bytes()).count()))
}

/// Filters over a full ring.
pub fn filter() -> Vec<Row> {
    let ring = full();
    let choose = |source: &str| {
        let filter = Filter::parse(source).expect("a filter");
        timed(|| {
            std::hint::black_box(ring.snapshot().filter(&filter));
        })
    };
    vec![
        row(
            "logs: filter status>=500, 64 MiB",
            choose("status>=500"),
            "≤ 3 ms",
            3,
            "jq 1.6: 2,600 ms",
        ),
        row(
            "logs: filter duration>800ms level!=error",
            choose("duration>800ms level!=error"),
            "≤ 3 ms",
            3,
            "",
        ),
        row(
            "logs: filter path=/api/login",
            choose("path=/api/login"),
            "≤ 3 ms",
            3,
            "",
        ),
        row(
            "logs: filter server=dailyge-api, on any field",
            choose("server=dailyge-api"),
            "≤ 80 ms",
            80,
            "",
        ),
        row(
            "logs: filter visitor.userId>60000, within an escaped string",
            choose("visitor.userId>60000"),
            "≤ 80 ms",
            80,
            "",
        ),
    ]
}

/// Numbers counted over all of a full ring.
pub fn numbers() -> Vec<Row> {
    let ring = full();
    let took = timed(|| {
        let (from, to) = ring.span().expect("lines");
        let within = ring.shown().between(from, to + 1);
        let lines = within.filter_map(|entry| ring.line(entry));
        std::hint::black_box(Numbers::of((from, to + 1), lines));
    });
    vec![row(
        "logs: numbers counted over 64 MiB",
        took,
        "≤ 16 ms, a frame",
        16,
        "",
    )]
}
