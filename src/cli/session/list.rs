//! `tidegate session list`: all load tests that the journal tells of.

use super::which::Tests;
use crate::cli::args::Output;
use crate::cli::environment::Environment;
use crate::cli::{Failure, Streams};
use crate::domain::text::Text;
use crate::journal::Session;
use crate::session::conductor::name;
use crate::session::load_test::TestState;
use crate::session::masked::text;
use crate::session::state::SessionState;
use serde_json::{Value, json};

/// What the columns hold.
const COLUMNS: [&str; 7] = ["STAGE", "OPENED", "ID", "PLAN", "ACCOUNT", "REGION", "WHO"];

/// One load test, and who opened it.
struct Known<'a> {
    state: &'a SessionState,
    test: &'a TestState,
    who: Text,
}

/// The exit code is 1 where a session cannot be read.
pub(super) fn run(
    output: Output,
    environment: &Environment,
    io: &mut Streams<'_>,
) -> Result<u8, Failure> {
    let tests = Tests::of(environment)?;
    let known: Vec<Known<'_>> = tests.readable.iter().filter_map(known).collect();
    match output {
        Output::Json => {
            let all: Vec<Value> = known.iter().map(row_json).collect();
            writeln!(io.out, "{:#}", json!({ "sessions": all }))?;
        }
        Output::Text if tests.readable.is_empty() => {
            writeln!(io.out, "No load test was started from here.")?;
        }
        Output::Text => {
            let rows: Vec<[Text; 7]> = known.iter().map(row).collect();
            for line in lines(&rows) {
                writeln!(io.out, "{line}")?;
            }
        }
    }
    tests.say_unreadable(io)?;
    Ok(u8::from(!tests.unreadable.is_empty()))
}

fn known((session, state): &(Session, SessionState)) -> Option<Known<'_>> {
    let opened = session.entries.first()?;
    Some(Known {
        state,
        test: state.test.as_ref()?,
        who: text(&name(&opened.record.actor)),
    })
}

fn row_json(known: &Known<'_>) -> Value {
    let Known { state, test, who } = known;
    let scope = &state.place.scope;
    json!({
        "id": state.id.text(),
        "plan": text(&test.terms.plan),
        "account": scope.account.text(),
        "region": scope.region.text(),
        "opened": state.at,
        "until": test.until,
        "stage": test.stage,
        "closing": test.closing,
        "who": who,
    })
}

fn row(known: &Known<'_>) -> [Text; 7] {
    let Known { state, test, who } = known;
    // Once it is closed only how it ended says more than that.
    let closing = test.closing.map(|c| c.to_string());
    let stage = closing.unwrap_or_else(|| test.stage.to_string());
    [
        Text::clean(&stage),
        Text::clean(&format!("{:.0}", state.at)),
        state.id.text(),
        text(&test.terms.plan),
        state.place.scope.account.text(),
        state.place.scope.region.text(),
        who.clone(),
    ]
}

/// In columns, under their header.
fn lines(rows: &[[Text; 7]]) -> Vec<Text> {
    let header = COLUMNS.map(Text::fixed);
    let all = || std::iter::once(&header).chain(rows);
    let width = |at: usize| all().map(|row| row[at].as_str().chars().count()).max();
    let widths: [usize; 7] = std::array::from_fn(|at| width(at).unwrap_or_default());
    all().map(|row| line(row, &widths)).collect()
}

fn line(row: &[Text; 7], widths: &[usize; 7]) -> Text {
    let cells = row.iter().zip(widths);
    let cells = cells.map(|(cell, wide)| format!("{:<wide$}", cell.as_str()));
    Text::clean(cells.collect::<Vec<_>>().join("  ").trim_end())
}
