//! The directory of all sessions: begin one, take one up again, list what was.

use super::read::{Session, read_session};
use super::report;
use super::segment;
use super::writer::Writer;
use super::{actor, dir};
use crate::domain::change::{Field, Target, Value};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::identity::Scope;
use crate::domain::ids::SessionId;
use crate::domain::waf::{RawJson, RuleRef};
use crate::session::order::PastState;
use crate::session::record::{Actor, Event, Place};
use crate::session::state::SessionState;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Between two tries for a lock.
const MOMENT: std::time::Duration = std::time::Duration::from_millis(10);

/// The journal of this process. One for its whole life: a failed fsync ends all that is new.
#[derive(Clone, Debug)]
pub struct Store {
    dir: Arc<Path>,
    home: Option<PathBuf>,
    actor: Arc<Actor>,
    broken: Arc<OnceLock<Fault>>,
    ours: Arc<Mutex<BTreeSet<SessionId>>>,
}

/// The right to write one session's records, as long as it lives.
#[derive(Debug)]
pub(super) struct Held {
    _lock: File,
    id: SessionId,
    ours: Arc<Mutex<BTreeSet<SessionId>>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        ids(&self.ours).remove(&self.id);
    }
}

fn ids(ours: &Mutex<BTreeSet<SessionId>>) -> MutexGuard<'_, BTreeSet<SessionId>> {
    ours.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store {
    /// Opens the journal in `dir`; makes the directory, private, where it is missing.
    pub fn open(dir: &Path) -> Result<Self, Fault> {
        let home = std::env::var_os("HOME")
            .map(PathBuf::from)
            .filter(|home| home.is_absolute());
        Self::open_with(dir, home)
    }

    /// As [`Store::open`], with another place for the last resort.
    pub fn open_with(dir: &Path, home: Option<PathBuf>) -> Result<Self, Fault> {
        dir::prepare(dir)?;
        Ok(Self {
            dir: dir.into(),
            home,
            actor: Arc::new(actor::actor()),
            broken: Arc::default(),
            ours: Arc::default(),
        })
    }

    /// Where it lies.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Who this process acts for.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Why nothing new may begin, once an fsync has failed.
    pub fn broken(&self) -> Option<&Fault> {
        self.broken.get()
    }

    /// From now on nothing new begins: Linux may have dropped what it could not write, and the
    /// next fsync would claim success.
    pub(super) fn break_down(&self, error: &std::io::Error) -> Fault {
        let fault = Fault::new(
            FaultKind::Local,
            format!("The journal could not be made durable ({error})"),
        )
        .means("nothing new is begun until the program is started again; undo still works")
        .next(format!(
            "look after the disk of {}, then start tidegate anew",
            self.dir.display()
        ));
        self.broken.get_or_init(|| fault).clone()
    }

    pub(super) fn home(&self) -> Option<&PathBuf> {
        self.home.as_ref()
    }

    /// A name that no session had before.
    pub fn new_id(at: Timestamp) -> SessionId {
        let random = std::hash::RandomState::new().build_hasher().finish() as u32;
        SessionId::new(format!("{}-{random:08x}", at.strftime("%Y%m%dt%H%M%Sz")))
    }

    /// Begins a session: lock, file, first record; all durable when this returns.
    pub fn begin(
        &self,
        id: &SessionId,
        place: &Place,
        opened: Event,
        at: Timestamp,
    ) -> Result<Writer, Fault> {
        if let Some(fault) = self.broken() {
            return Err(fault.clone());
        }
        let lock = self.lock(id)?;
        Writer::begin(self.clone(), lock, id, place, opened, at)
    }

    /// Takes up a session of this process, or of one that has died.
    pub fn resume(&self, id: &SessionId, at: Timestamp) -> Result<(Writer, SessionState), Fault> {
        let lock = self.lock(id)?;
        let session = read_session(&self.dir, id);
        let state = session.state()?;
        Ok((
            Writer::resume(self.clone(), lock, &session, &state, at),
            state,
        ))
    }

    /// What the journal says of one session.
    pub fn state(&self, id: &SessionId) -> Result<SessionState, Fault> {
        read_session(&self.dir, id).state()
    }

    /// The kernel frees it when its owner dies; nobody else can act on the session while it is held.
    fn lock(&self, id: &SessionId) -> Result<Held, Fault> {
        use rustix::fs::{Mode, OFlags};
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = rustix::fs::open(lock_path(&self.dir, id), flags, Mode::RUSR | Mode::WUSR);
        let file = File::from(opened.map_err(|e| no_lock(id, &e.to_string()))?);
        match try_lock(&file) {
            Ok(()) => Ok(self.held(file, id)),
            Err(TryLockError::WouldBlock) => Err(held(id)),
            Err(TryLockError::Error(e)) => Err(no_lock(id, &e.to_string())),
        }
    }

    fn held(&self, lock: File, id: &SessionId) -> Held {
        ids(&self.ours).insert(id.clone());
        Held {
            _lock: lock,
            id: id.clone(),
            ours: self.ours.clone(),
        }
    }

    /// Whether this process is carrying the session right now.
    pub fn is_ours(&self, id: &SessionId) -> bool {
        ids(&self.ours).contains(id)
    }

    /// Whether somebody is carrying the session right now.
    pub fn is_held(&self, id: &SessionId) -> bool {
        is_held(&self.dir, id)
    }

    /// All sessions of an account and region, newest first; unreadable ones as faults.
    pub fn history(&self, scope: &Scope) -> Result<Vec<Result<SessionState, Fault>>, Fault> {
        history(&self.dir, Some(scope))
    }

    /// Removes sessions that ended before `before` with nothing left to undo. Never an open one.
    pub fn prune(&self, before: Timestamp) -> Result<usize, Fault> {
        let old = session_ids(&self.dir)?
            .into_iter()
            .filter(|id| self.is_over_before(id, before));
        Ok(old.filter(|id| self.remove(id).is_ok()).count())
    }

    fn is_over_before(&self, id: &SessionId, before: Timestamp) -> bool {
        let over = |s: PastState| {
            matches!(
                s,
                PastState::Reverted | PastState::Kept | PastState::Refused | PastState::Backup
            )
        };
        self.state(id)
            .is_ok_and(|s| s.at < before && over(s.outcome()))
    }

    fn remove(&self, id: &SessionId) -> Result<(), Fault> {
        let _lock = self.lock(id)?;
        // First what is told of it: without its segments nobody would look for that any more.
        report::remove(&self.dir, id).map_err(|e| no_lock(id, &e.to_string()))?;
        let segments = (1..)
            .map(|n| segment::path(&self.dir, id.as_str(), n))
            .take_while(|p| p.exists());
        // Backwards: what is left of an interrupted removal still begins at its beginning.
        for path in segments.collect::<Vec<_>>().iter().rev() {
            std::fs::remove_file(path).map_err(|e| no_lock(id, &e.to_string()))?;
        }
        std::fs::remove_file(lock_path(&self.dir, id)).map_err(|e| no_lock(id, &e.to_string()))
    }
}

/// All sessions that were begun in a directory, by their names; damaged ones as well. Reads only.
pub fn sessions(dir: &Path) -> Result<Vec<Session>, Fault> {
    let ids = session_ids(dir)?.into_iter();
    let read = ids.map(|id| read_session(dir, &id));
    Ok(read.filter(|s| !is_empty(s)).collect())
}

/// All sessions in a directory, newest first; of one account and region, or of all. Reads only.
pub fn history(
    dir: &Path,
    scope: Option<&Scope>,
) -> Result<Vec<Result<SessionState, Fault>>, Fault> {
    let begun = sessions(dir)?.into_iter().map(|s| s.state());
    let ours = |s: &SessionState| scope.is_none_or(|scope| s.place.scope == *scope);
    let mut all: Vec<_> = begun.filter(|s| s.as_ref().map_or(true, ours)).collect();
    all.sort_by_key(|s| std::cmp::Reverse(s.as_ref().map_or(Timestamp::MAX, |s| s.at)));
    Ok(all)
}

/// Whether any session, of whatever account, was begun and is not known to have ended.
/// What cannot be read counts: it is told of by who looks closer.
pub fn has_unfinished(dir: &Path) -> bool {
    let open =
        |s: Result<SessionState, Fault>| s.map_or(true, |s| s.outcome() == PastState::Unfinished);
    history(dir, None).map_or(true, |all| all.into_iter().any(open))
}

/// Whether somebody is carrying a session right now.
pub fn is_held(dir: &Path, id: &SessionId) -> bool {
    File::open(lock_path(dir, id))
        .is_ok_and(|f| matches!(f.try_lock(), Err(TryLockError::WouldBlock)))
}

/// The whole action that a rule had before we set it to something else, from the newest session that did.
pub fn original_action(newest_first: &[SessionState], rule: &RuleRef) -> Option<RawJson> {
    let target = Target::Rule(rule.clone());
    let steps = newest_first
        .iter()
        .flat_map(|s| &s.steps)
        .filter(|s| s.apply.may_have_landed());
    let changes = steps
        .filter_map(|s| s.step.change())
        .filter(|c| c.target == target);
    let befores = changes
        .filter_map(|c| c.field(Field::Action))
        .map(|f| &f.before);
    let is_count = |json: &RawJson| json.as_str().contains("\"Count\"");
    befores
        .filter_map(|v| {
            if let Value::Json(json) = v {
                Some(json)
            } else {
                None
            }
        })
        .find(|j| !is_count(j))
        .cloned()
}

fn is_empty(session: &Session) -> bool {
    session.entries.is_empty() && session.damage.iter().all(super::read::Damage::is_harmless)
}

/// Who only looks whether it is held, holds it for that moment.
fn try_lock(file: &File) -> Result<(), TryLockError> {
    for _ in 0..10 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(MOMENT),
            other => return other,
        }
    }
    file.try_lock()
}

fn lock_path(dir: &Path, id: &SessionId) -> PathBuf {
    dir.join(format!("{}.lock", id.as_str()))
}

/// The ids of all sessions that have a segment, in order.
pub(super) fn session_ids(dir: &Path) -> Result<BTreeSet<SessionId>, Fault> {
    let unreadable = |e: std::io::Error| {
        Fault::new(
            FaultKind::Local,
            format!(
                "The journal's directory {} cannot be read: {e}",
                dir.display()
            ),
        )
        .means("it is not known what was changed")
        .next("mend the directory's permissions")
    };
    let names = match std::fs::read_dir(dir) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        other => other.map_err(unreadable)?.filter_map(Result::ok),
    };
    let names = names.filter_map(|entry| entry.file_name().into_string().ok());
    Ok(names
        .filter_map(|name| id_of(&name).map(SessionId::from))
        .collect())
}

fn id_of(name: &str) -> Option<&str> {
    let (id, number) = name.strip_suffix(".jsonl")?.rsplit_once('.')?;
    number.parse::<u32>().ok().map(|_| id)
}

fn held(id: &SessionId) -> Fault {
    Fault::new(
        FaultKind::Conflict,
        format!("{} is being carried out right now", id.text()),
    )
    .means("another tidegate, or an order of this one, is acting on it")
    .next("wait until it has ended")
}

fn no_lock(id: &SessionId, why: &str) -> Fault {
    Fault::new(
        FaultKind::Local,
        format!("The journal of {} cannot be locked: {why}", id.text()),
    )
    .means("nothing was sent")
    .next("mend the journal's directory")
}
