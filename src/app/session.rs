//! The load-test session as the console knows it: ours as its guard tells it, a colleague's as the
//! account's record tells it. What is asked of it goes to the guard; nothing is decided here.

mod act;
mod banner;
mod draft;
mod leave;
mod marked;
mod news;
mod page;
mod plans;
mod review;
mod said;
mod sure;
mod typing;
mod unfinished;

pub(super) use act::{act, extend, look, note, report, revert, show};
pub(super) use draft::Drafting;
pub(super) use leave::left_open;
pub(super) use marked::Marked;
pub(super) use news::take;
pub(super) use page::SessionPage;
pub(super) use plans::Plans;
pub(super) use review::undo;
pub(super) use sure::Sure;
pub(super) use typing::Typing;
pub(super) use unfinished::Unfinished;

use crate::domain::ids::SessionId;
use crate::session::load_test::Stage;
use crate::session::shared::SharedRecord;
use crate::session::snapshot::Snapshot;
use jiff::SignedDuration;
use std::time::Duration;

/// How the guard of our session stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Guard {
    #[default]
    Speaks,
    /// It is there and has said nothing for so long.
    Silent { by: Duration },
    /// It died and is being restarted.
    Restarts,
    /// It died and stays dead: nobody puts the session back.
    Gone,
}

/// What is known of load tests.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    /// As told last; one that is closed stays to be looked at until the next.
    ours: Option<Box<Snapshot>>,
    guard: Guard,
    /// Open, never told of here, and its guard gone.
    orphan: Option<SessionId>,
    /// Being taken up again.
    taking: Option<SessionId>,
    /// Started from here, and not told of yet.
    awaited: Option<SessionId>,
    foreign: Option<Box<SharedRecord>>,
}

/// A snapshot older than the last by less than this came late. By more: somebody set the clock back.
const LATE: SignedDuration = SignedDuration::from_mins(1);

impl Sessions {
    /// Ours, while it is open.
    pub fn open(&self) -> Option<&Snapshot> {
        self.last().filter(|s| s.stage != Stage::Closed)
    }

    /// Ours, open or closed.
    pub fn last(&self) -> Option<&Snapshot> {
        self.ours.as_deref()
    }

    /// How the guard of the open session stands.
    pub fn guard(&self) -> Guard {
        self.guard
    }

    /// The open session whose guard is gone for good. One that is carried comes before another that is not:
    /// keys that revert mean the session on the screen.
    pub fn abandoned(&self) -> Option<&SessionId> {
        match self.open() {
            Some(ours) => Some(&ours.session).filter(|_| self.guard == Guard::Gone),
            None => self.orphan.as_ref(),
        }
    }

    /// A colleague's. Our own record is read in the account as well, and is none.
    pub fn foreign(&self) -> Option<&SharedRecord> {
        let ours = |id: &SessionId| self.last().is_some_and(|s| s.session == *id);
        let found = self.foreign.as_deref();
        found.filter(|record| !ours(&record.session))
    }

    /// Takes the snapshot in; answers whether it ended the session. What is closed stays closed.
    fn told(&mut self, snapshot: Box<Snapshot>) -> bool {
        if self.last().is_some_and(|last| is_late(&snapshot, last)) {
            return false;
        }
        let was_open = self.open().is_some_and(|s| s.session == snapshot.session);
        let closed = snapshot.stage == Stage::Closed;
        self.guard = Guard::Speaks;
        self.taking = None;
        self.orphan = self.orphan.take().filter(|id| *id != snapshot.session);
        self.ours = Some(snapshot);
        was_open && closed
    }

    /// What the guard's silence or death means for what is shown.
    fn guard_is(&mut self, session: SessionId, guard: Guard) {
        match self.last() {
            Some(last) if last.session == session && last.stage == Stage::Closed => {}
            Some(last) if last.session == session => self.guard = guard,
            _ => self.orphan = Some(session).filter(|_| guard == Guard::Gone),
        }
    }

    /// It is taken up: another guard will tell of it.
    fn take_up(&mut self, session: SessionId) {
        self.orphan = None;
        self.guard = Guard::Restarts;
        self.taking = Some(session);
    }

    /// It could not be taken up after all.
    fn not_taken_up(&mut self) {
        if let Some(session) = self.taking.take() {
            self.guard_is(session, Guard::Gone);
        }
    }

    /// Another account or region: a colleague's session there is not known yet. Ours stays open wherever one looks.
    pub fn forget(&mut self) {
        self.foreign = None;
    }
}

fn is_late(snapshot: &Snapshot, last: &Snapshot) -> bool {
    let behind = last.now.duration_since(snapshot.now);
    let is_old = behind.is_positive() && behind < LATE;
    let reopens = last.stage == Stage::Closed && snapshot.stage != Stage::Closed;
    snapshot.session == last.session && (is_old || reopens)
}

#[cfg(test)]
#[path = "session/tests.rs"]
mod tests;
