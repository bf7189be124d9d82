//! `--demo` in a real terminal, with nothing on the machine to lean on.

use crate::story::stage::Hands;
use crate::support::pty::{Pty, Start};
use std::path::Path;

/// Neither a home, nor AWS settings that work; the ones there are would lead astray.
fn bare() -> Start {
    Start::console()
        .without("HOME")
        .env("AWS_PROFILE", "nobody")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .env("AWS_USE_FIPS_ENDPOINT", "true")
        .env("HTTP_PROXY", "http://127.0.0.1:1")
        .env("TIDEGATE_ENDPOINT_URL", "http://127.0.0.1:1")
        .arg("--demo")
}

fn quit(pty: &mut Pty) {
    pty.send("\u{3}");
    assert_eq!(pty.wait_exit(), 0);
}

fn left_behind(pid: u32) -> Vec<String> {
    let places = ["/dev/shm", "/tmp"].map(Path::new);
    let entries = places
        .iter()
        .filter_map(|place| std::fs::read_dir(place).ok())
        .flatten();
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names
        .filter(|name| name.starts_with(&format!("tidegate-demo-{pid}-")))
        .collect()
}

#[test]
fn it_says_that_it_is_simulated_answers_and_leaves_nothing_behind() {
    let mut pty = bare().size(80, 24).go();
    pty.wait_for("SIMULATED");
    pty.wait_for("demo 1/5");
    pty.wait_for("000000000000");
    let pid = pty.pid();
    assert_eq!(
        left_behind(pid).len(),
        1,
        "its journal is there while it runs"
    );
    quit(&mut pty);
    assert_eq!(left_behind(pid), Vec::<String>::new());
}

#[test]
fn the_palette_speaks_to_the_account() {
    let mut pty = bare().size(120, 36).go();
    pty.wait_for("000000000000");
    pty.send(":demo load 7x\r");
    pty.wait_for("load 7×");
    pty.send(":demo fault expired sts:*\r");
    pty.wait_for("faults: expired sts:* always");
    pty.send(":demo odd\r");
    pty.wait_for("is no command here");
    pty.send(":profile x\r");
    pty.wait_for("has no profiles");
    quit(&mut pty);
}

#[test]
fn outside_a_demo_there_is_nobody_to_tell() {
    let mut pty = Start::console().size(120, 36).go();
    pty.wait_for("Services");
    pty.send(":demo calm\r");
    pty.wait_for("This account is not simulated");
    quit(&mut pty);
}

/// The demo's own five steps, at ten times the speed.
#[test]
fn an_operators_first_minute_goes_as_the_hints_say() {
    let mut console = bare().size(120, 36).arg("--speed").arg("10").go();
    for row in ["api", "per-ip-1000", "orchard-db"] {
        console.wait_for(row);
    }
    console.send("1/api\r");
    console.wait_for("1 of 3 match");
    console.scale("6");
    console.confirm("apply");
    console.wait_for("demo 3/5");
    console.wait_for("tab (no end)");
    console.send("3/per-ip-1000\r");
    console.send("t");
    console.without_an_end();
    console.confirm("apply");
    console.wait_for("demo 4/5");
    console.send("4/orchard-db\r");
    console.send("b");
    console.confirm("apply");
    console.wait_for("demo 5/5");
    console.wait_for("COUNT");
    console.wait_for("Done and verified: back up orchard-db");
    console.undo();
    console.wait_for("Undone: per-ip-1000");
    console.wait_for("undoes the one before as well");
    console.undo();
    console.wait_for("Undone: scale api");
    console.wait_for("demo done");
    console.wait_for("T does all of this as one load test");
    quit(&mut console);
}

/// What a load test does is on the screen from the first look on, at the ordinary speed.
#[test]
fn the_rule_that_stops_the_load_test_is_seen_at_once() {
    let mut pty = bare().size(160, 48).go();
    pty.wait_for("the rate rule stops it");
    pty.wait_until("addresses blocked in the last minute", |seen| {
        seen.screen().lines().any(|line| {
            line.split_once("per-ip-1000")
                .and_then(|(_, rest)| rest.split_once("BLOCK"))
                .and_then(|(_, rest)| rest.split_whitespace().next())
                .is_some_and(|blocked| blocked.starts_with(|c: char| ('1'..='9').contains(&c)))
        })
    });
    pty.wait_for("/api/");
    quit(&mut pty);
}

#[test]
fn a_calm_demo_says_how_a_load_test_begins() {
    let mut pty = bare().size(120, 36).arg("--load").arg("0").go();
    pty.wait_for(":demo load 5x begins a load test");
    quit(&mut pty);
}

/// What the README says of the logs pane, key by key.
#[test]
fn a_request_is_followed_minutes_are_counted_and_the_past_is_read() {
    let mut pty = bare().size(140, 40).go();
    pty.wait_for("000000000000");
    pty.send("5z");
    pty.wait_for("EXIT");
    pty.send("/layer=EXIT\r");
    pty.wait_for(" lines");
    pty.send("t");
    for part in ["Trace ", "ENTRANCE", "DATABASE", "STAYED", "█"] {
        pty.wait_for(part);
    }
    pty.send("\r");
    pty.wait_for("groups, 5 min before and after");
    pty.send("\u{1b}");
    pty.wait_gone("STAYED");
    pty.send("d");
    for part in ["Last 5 min", "p50 / p95 / p99", "/api/"] {
        pty.wait_for(part);
    }
    pty.send("\u{1b}[D");
    pty.wait_for("Last 1 min");
    pty.send("\u{1b}");
    pty.wait_gone("Last 1 min");
    pty.send("f/api\r");
    pty.wait_for("hit ");
    pty.send("v");
    pty.wait_for("USD/h");
    pty.send("v");
    pty.wait_gone("USD/h");
    pty.send("ggk");
    // Older lines, or that there are none: both depend on how much of the account's past was read at the start.
    pty.wait_for("› past");
    pty.send("G");
    pty.wait_gone("› past");
    pty.send(":at now and then\r");
    pty.wait_for("is no time");
    quit(&mut pty);
}

/// A day is kept of the services' lines; the operators' nightly exports hold the days before.
#[test]
fn where_the_past_ends_the_archive_is_named() {
    let mut pty = bare().size(140, 40).go();
    pty.wait_for("000000000000");
    pty.send("5z");
    pty.wait_for("EXIT");
    pty.send("gg");
    pty.send("k");
    pty.wait_for("› past");
    pty.wait_gone("reading · ");
    pty.send("ggk");
    pty.wait_for("older days are in s3://orchard-log-archive/ecs/orchard-api");
    quit(&mut pty);
}
