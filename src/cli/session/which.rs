//! Which load test of the journal is meant.

use crate::cli::environment::Environment;
use crate::cli::{Failure, Streams, say, state_dir};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::text::Text;
use crate::journal::{self, Session};
use crate::model::source::nearest;
use crate::session::report::Report;
use crate::session::state::SessionState;
use std::path::PathBuf;

/// So many ids are named where none is near the one that was given.
const NAMED: usize = 5;

/// One load test.
#[derive(Clone, Debug, clap::Args)]
pub struct Which {
    /// Its id as `list` prints it, the beginning of it, or `last`
    pub id: String,
}

/// The journal's load tests.
pub(super) struct Tests {
    /// Newest first.
    pub readable: Vec<(Session, SessionState)>,
    /// What cannot be read may be one.
    pub unreadable: Vec<(Session, Fault)>,
}

/// Where the journal lies.
pub(super) fn dir(environment: &Environment) -> Result<PathBuf, Failure> {
    Ok(state_dir(environment)?.join("journal"))
}

impl Tests {
    /// Reads the whole journal.
    pub fn of(environment: &Environment) -> Result<Self, Failure> {
        let mut tests = Self {
            readable: Vec::new(),
            unreadable: Vec::new(),
        };
        for session in journal::sessions(&dir(environment)?)? {
            match session.state() {
                Err(fault) => tests.unreadable.push((session, fault)),
                Ok(state) if state.test.is_some() => tests.readable.push((session, state)),
                Ok(_) => {}
            }
        }
        tests.readable.sort_by_key(|(_, s)| std::cmp::Reverse(s.at));
        Ok(tests)
    }

    /// Names those that cannot be read, each with what to do.
    pub fn say_unreadable(&self, io: &mut Streams<'_>) -> Result<(), Failure> {
        let named = self.unreadable.iter().map(|(session, fault)| Fault {
            what: Text::clean(&format!("{}: {}", session.id.text(), fault.what)),
            ..fault.clone()
        });
        Ok(say::faults(&named.collect::<Vec<_>>(), io.err)?)
    }

    /// The one that is meant: by its whole id, by a beginning that no other has, or the newest.
    fn find(&self, wanted: &str) -> Result<&Session, Fault> {
        let readable = self.readable.iter().map(|(session, _)| session);
        let all: Vec<&Session> = readable
            .chain(self.unreadable.iter().map(|(session, _)| session))
            .collect();
        if wanted == "last" {
            return self.readable.first().map(|(s, _)| s).ok_or_else(none_yet);
        }
        if let Some(session) = all.iter().find(|s| s.id.as_str() == wanted) {
            return Ok(session);
        }
        let begins = |s: &&&Session| !wanted.is_empty() && s.id.as_str().starts_with(wanted);
        let found: Vec<&&Session> = all.iter().filter(begins).collect();
        match found.as_slice() {
            [one] => Ok(one),
            [] if all.is_empty() => Err(none_yet()),
            [] => Err(unknown(wanted, &all)),
            many => Err(ambiguous(wanted, many)),
        }
    }
}

/// The report of the load test that is meant, and the session that it tells of.
pub(super) fn report(
    which: &Which,
    environment: &Environment,
    io: &mut Streams<'_>,
) -> Result<(Session, Report), Failure> {
    let tests = Tests::of(environment)?;
    if which.id == "last" {
        tests.say_unreadable(io)?;
    }
    let session = tests.find(&which.id)?;
    // A journal that cannot be trusted proves nothing.
    session.state()?;
    let report = Report::of(&session.records())?;
    Ok((session.clone(), report))
}

fn none_yet() -> Fault {
    Fault::new(FaultKind::Usage, "there is no load test in the journal")
        .means("None was started by this user on this machine")
        .next("Run `tidegate journal list` for single changes")
}

fn unknown(wanted: &str, all: &[&Session]) -> Fault {
    let ids = all.iter().map(|s| s.id.as_str());
    let mend = match nearest(wanted, ids.clone()) {
        Some(near) => format!("Did you mean “{near}”?"),
        None => format!(
            "Run `tidegate session list`; the newest: {}",
            ids.take(NAMED).collect::<Vec<_>>().join(", ")
        ),
    };
    let what = format!("there is no load test with the id “{wanted}”");
    Fault::new(FaultKind::Usage, what).next(mend)
}

fn ambiguous(wanted: &str, found: &[&&Session]) -> Fault {
    let ids: Vec<&str> = found.iter().map(|s| s.id.as_str()).collect();
    let what = format!("the ids of {} load tests begin with “{wanted}”", ids.len());
    Fault::new(FaultKind::Usage, what).next(format!("Write one of: {}", ids.join(", ")))
}
