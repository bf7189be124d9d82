//! Which session is open here.

use super::Core;
use crate::domain::identity::Scope;
use crate::domain::ids::SessionId;
use crate::journal::{is_held, read_session};
use crate::session::record::Event;
use crate::session::state::SessionState;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// So many deaths within [`LATELY`], and the guard is not restarted any more.
const MOST_DEATHS: usize = 3;
const LATELY: SignedDuration = SignedDuration::from_mins(10);

/// A session that is open in this account and region.
pub(super) struct Found {
    pub id: SessionId,
    /// Whether somebody carries it.
    pub held: bool,
}

/// Looks through the journal; sessions known to be over are not read again.
pub(super) fn open(core: &Core, scope: &Scope, over: &mut BTreeSet<SessionId>) -> Option<Found> {
    let names = std::fs::read_dir(&core.dir).ok()?.flatten();
    let names = names.filter_map(|entry| entry.file_name().into_string().ok());
    let ids = names.filter_map(|name| name.strip_suffix(".1.jsonl").map(SessionId::from));
    let mut ids: Vec<SessionId> = ids.filter(|id| !over.contains(id)).collect();
    ids.sort_by(|a, b| b.cmp(a));
    for id in ids {
        match state(core, &id) {
            Some(state) if is_open_here(&state, scope) => {
                let held = is_held(&core.dir, &id);
                return Some(Found { id, held });
            }
            // Another change, or one that is being opened this moment.
            Some(state) if state.test.is_none() && is_held(&core.dir, &id) => {}
            // Its first record is being written.
            None if is_held(&core.dir, &id) => {}
            _ => drop(over.insert(id)),
        }
    }
    None
}

fn is_open_here(state: &SessionState, scope: &Scope) -> bool {
    state.is_open_test() && state.place.scope == *scope
}

fn state(core: &Core, id: &SessionId) -> Option<SessionState> {
    read_session(&core.dir, id).state().ok()
}

/// Whether the journal says that it is over.
pub(super) fn is_closed(core: &Core, id: &SessionId) -> bool {
    state(core, id).is_some_and(|state| !state.is_open_test())
}

/// A guard that died again and again is not restarted for ever.
pub(super) fn may_restart(core: &Core, id: &SessionId, now: Timestamp) -> bool {
    let records = read_session(&core.dir, id).records();
    let lately = records.iter().filter(|r| {
        matches!(r.event, Event::Continued { .. }) && now.duration_since(r.at) < LATELY
    });
    lately.count() < MOST_DEATHS
}
