//! Whether a journal can be trusted, line by line.

use super::read::read_session;
use super::store::session_ids;
use crate::domain::fault::Fault;
use crate::domain::ids::SessionId;
use std::path::Path;

/// How a session's journal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    Whole,
    /// A last line that was never acknowledged.
    Torn,
    Damaged,
}

/// What was found in one session's journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub session: SessionId,
    pub health: Health,
    pub records: usize,
    /// One sentence for each damage.
    pub said: Vec<String>,
}

/// Checks every session in the directory.
pub fn verify(dir: &Path) -> Result<Vec<Finding>, Fault> {
    Ok(session_ids(dir)?.iter().map(|id| check(dir, id)).collect())
}

fn check(dir: &Path, id: &SessionId) -> Finding {
    let session = read_session(dir, id);
    let mut said: Vec<String> = session
        .damage
        .iter()
        .map(super::read::Damage::said)
        .collect();
    let state = session.state();
    if let (Err(fault), true) = (&state, said.is_empty() && !session.entries.is_empty()) {
        said.push(fault.what.as_str().to_owned());
    }
    let never_begun =
        session.entries.is_empty() && session.damage.iter().all(super::read::Damage::is_harmless);
    let health = match (state, said.is_empty()) {
        _ if never_begun => Health::Whole,
        (Err(_), _) => Health::Damaged,
        (Ok(_), true) => Health::Whole,
        (Ok(_), false) => Health::Torn,
    };
    Finding {
        session: id.clone(),
        health,
        records: session.entries.len(),
        said,
    }
}
