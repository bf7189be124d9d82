//! The figures of the README: `cargo bench` prints one table, with what is to be
//! reached and the peer or limit beside it. `cargo bench -- memory` runs the rows
//! whose name contains the word.
//!
//! Machines are shared and noisy: compare figures of one run only.

mod case;
mod console;
mod keys;
mod lag;
mod lines;
mod local;
mod logs;
mod panes;
mod session;
mod sim;
mod size;
mod stub;
mod support;
mod tail;
mod tap;
mod vanish;

/// One row of the table.
pub struct Row {
    pub what: &'static str,
    pub measured: String,
    pub reach: &'static str,
    pub beside: &'static str,
    pub met: bool,
}

/// A named measurement; it may print several rows.
type Figure = (&'static str, fn() -> Vec<Row>);

const FIGURES: &[Figure] = &[
    ("start: first frame", panes::first_frame),
    ("start: five panes", panes::five_panes),
    ("keys: idle", keys::idle),
    ("keys: busy", keys::busy),
    ("keys: flood", keys::flood),
    ("quiet: thirty seconds", keys::quiet),
    ("cursor: bytes", keys::cursor),
    ("memory", size::memory),
    ("size: five thousand services", size::fill),
    ("vanishing terminal", vanish::vanish),
    ("journal", local::journal),
    ("frame", local::frame),
    ("rebuild", local::rebuild),
    ("logs: ingest", logs::ingest),
    ("logs: memory", logs::memory),
    ("logs: search", logs::search),
    ("logs: filter", logs::filter),
    ("logs: numbers", logs::numbers),
    ("sim: demo", sim::demo),
    ("sim: serve", sim::serve),
    ("sim: tick", sim::tick),
    ("sim: events", sim::events),
    ("sim: hour", sim::hour),
    ("tail: follow, rate", tail::rate),
    ("tail: follow, CPU", tail::cpu),
    ("tail: follow, memory", tail::memory),
    ("tail: lag", lag::lag),
    ("session: ten changes", session::changes),
    ("session: guard", session::guard),
    ("session: killed guard", session::death),
    ("session: time up", session::end),
];

fn main() {
    if logs::child() {
        return;
    }
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with("--"))
        .collect();
    println!("| what | measured | to reach | beside it | |");
    println!("|---|---|---|---|---|");
    for (name, figure) in FIGURES {
        if !wanted.is_empty() && !wanted.iter().any(|w| name.contains(w.as_str())) {
            continue;
        }
        for row in figure() {
            let verdict = if row.met { "ok" } else { "MISSED" };
            println!(
                "| {} | {} | {} | {} | {verdict} |",
                row.what, row.measured, row.reach, row.beside
            );
        }
    }
}
