//! `tidegate journal`: what was changed, read without a terminal. Nothing is written.

pub(super) mod said;

pub(super) use crate::session::masked;

use super::args::Output;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::journal::{self, Entry, Finding, Health};
use crate::session::state::SessionState;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::Path;

/// What `tidegate journal` is asked.
#[derive(Clone, Debug, clap::Args)]
pub struct JournalArgs {
    #[command(subcommand)]
    pub ask: Ask,
    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORM", global = true)]
    pub output: Output,
}

/// One question to the journal.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Ask {
    /// All changes, newest first, with what became of them
    List,
    /// Every record of one change
    Show {
        /// Its id, as `list` prints it
        id: String,
    },
    /// Check every line's number and check sum; exit code 1 if one is damaged
    Verify,
}

/// Why an answer could not be given.
#[derive(Debug)]
pub enum Failure {
    Fault(Fault),
    Output(io::Error),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Answers from the journal in `dir`; the exit code is 1 where a journal is damaged.
pub fn run(args: &JournalArgs, dir: &Path, out: &mut dyn Write) -> Result<u8, Failure> {
    match &args.ask {
        Ask::List => list(dir, args.output, out),
        Ask::Show { id } => show(dir, &SessionId::from(id.as_str()), args.output, out),
        Ask::Verify => verify(dir, args.output, out),
    }
}

fn list(dir: &Path, output: Output, out: &mut dyn Write) -> Result<u8, Failure> {
    let sessions = journal::history(dir, None)?;
    match output {
        Output::Json => {
            let all: Vec<Value> = sessions.iter().map(session_json).collect();
            print(out, &json!({ "sessions": all }))?;
        }
        Output::Text if sessions.is_empty() => writeln!(out, "Nothing was changed from here.")?,
        Output::Text => said::sessions(&sessions)
            .iter()
            .try_for_each(|line| writeln!(out, "{line}"))?,
    }
    Ok(u8::from(sessions.iter().any(Result::is_err)))
}

fn session_json(session: &Result<SessionState, Fault>) -> Value {
    match session {
        Err(fault) => json!({ "error": fault.line().as_str() }),
        Ok(state) => json!({
            "id": state.id,
            "at": state.at,
            "who": state.user,
            "account": state.place.scope.account,
            "region": state.place.scope.region,
            "state": said::state(state.outcome()),
            "summary": state.summary,
        }),
    }
}

fn show(dir: &Path, id: &SessionId, output: Output, out: &mut dyn Write) -> Result<u8, Failure> {
    let session = journal::read_session(dir, id);
    if session.last.is_none() {
        return Err(unknown(id).into());
    }
    let damage: Vec<String> = session.damage.iter().map(journal::Damage::said).collect();
    match output {
        Output::Json => {
            let records: Vec<Value> = session.entries.iter().map(entry_json).collect();
            print(
                out,
                &json!({ "id": id, "records": records, "damage": damage }),
            )?;
        }
        Output::Text => {
            for entry in &session.entries {
                writeln!(out, "{}", said::entry(entry))?;
            }
            damage
                .iter()
                .try_for_each(|d| writeln!(out, "! {}", said::clean(d)))?;
        }
    }
    Ok(u8::from(session.damage.iter().any(|d| !d.is_harmless())))
}

fn entry_json(entry: &Entry) -> Value {
    json!({ "seq": entry.seq, "record": masked::record(&entry.record) })
}

fn verify(dir: &Path, output: Output, out: &mut dyn Write) -> Result<u8, Failure> {
    let findings = journal::verify(dir)?;
    match output {
        Output::Json => {
            let all: Vec<Value> = findings.iter().map(finding_json).collect();
            print(out, &json!({ "sessions": all }))?;
        }
        Output::Text if findings.is_empty() => {
            writeln!(out, "Nothing to verify: nothing was changed from here.")?;
        }
        Output::Text => findings
            .iter()
            .try_for_each(|f| writeln!(out, "{}", said::finding(f)))?,
    }
    Ok(u8::from(
        findings.iter().any(|f| f.health == Health::Damaged),
    ))
}

fn finding_json(finding: &Finding) -> Value {
    let Finding {
        session,
        health,
        records,
        said,
    } = finding;
    json!({ "id": session, "health": said::health(*health), "records": records, "said": said })
}

fn print(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    writeln!(out, "{value:#}")
}

fn unknown(id: &SessionId) -> Fault {
    Fault::new(
        FaultKind::Usage,
        format!("there is no change with the id {}", id.text()),
    )
    .means("Nothing in the journal has this name")
    .next("Run `tidegate journal list` for the ids")
}

#[cfg(test)]
mod tests;
