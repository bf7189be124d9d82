//! One session's pen: appends, syncs, and gives leave to send.

use super::errored;
use super::line::Line;
use super::permit::Permit;
use super::read::{Session, Tail};
use super::segment::{self, Segment};
use super::store::{Held, Store};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::domain::write::Write;
use crate::session::machine::Intent;
use crate::session::record::{Event, Place, Record, VERSION, Way};
use crate::session::state::SessionState;
use jiff::Timestamp;
use std::path::PathBuf;

/// Where a record went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// In the journal, synced.
    Durable,
    /// Not in the journal: the fault says where, and how to bring it back.
    Aside(Fault),
}

/// Writes one session's records. Holds its lock for life.
#[derive(Debug)]
pub struct Writer {
    store: Store,
    _lock: Held,
    id: SessionId,
    place: Place,
    paper: Paper,
    number: u32,
    seq: u64,
    crc: u32,
    prepared: Option<(usize, Way)>,
}

/// What is written on.
#[derive(Debug)]
enum Paper {
    Segment(Segment),
    /// The journal takes nothing more; the home directory may.
    Aside {
        why: Fault,
        path: Option<PathBuf>,
    },
}

impl Writer {
    pub(super) fn begin(
        store: Store,
        lock: Held,
        id: &SessionId,
        place: &Place,
        opened: Event,
        at: Timestamp,
    ) -> Result<Self, Fault> {
        let path = segment::path(store.dir(), id.as_str(), 1);
        let segment = Segment::create(&path).map_err(|e| full(&e))?;
        let paper = Paper::Segment(segment);
        let mut writer = Self {
            store,
            _lock: lock,
            id: id.clone(),
            place: place.clone(),
            paper,
            number: 1,
            seq: 0,
            crc: 0,
            prepared: None,
        };
        writer.record(opened, at)?;
        Ok(writer)
    }

    /// Goes on in a further segment; on a full disk in the space of the last one; else aside.
    pub(super) fn resume(
        store: Store,
        lock: Held,
        session: &Session,
        state: &SessionState,
        at: Timestamp,
    ) -> Self {
        let (number, tail) = session.last.unwrap_or((0, Tail::Torn));
        let last = session.entries.last();
        let why = store.broken().cloned();
        let mut writer = Self {
            _lock: lock,
            id: session.id.clone(),
            place: state.place.clone(),
            paper: Paper::Aside {
                why: why.clone().unwrap_or_else(no_room),
                path: None,
            },
            number,
            seq: session.next_seq() - 1,
            crc: last.map_or(0, |e| e.crc),
            prepared: None,
            store,
        };
        if why.is_none() {
            writer.take_paper(tail, at);
        }
        writer
    }

    fn take_paper(&mut self, tail: Tail, at: Timestamp) {
        let next = segment::path(self.store.dir(), self.id.as_str(), self.number + 1);
        match Segment::create(&next) {
            Ok(segment) => {
                self.paper = Paper::Segment(segment);
                self.number += 1;
                let continued = self.continued();
                if self.write(continued, at).is_err() {
                    // Nothing in it was acknowledged; what is left aside takes its number.
                    std::fs::remove_file(&next).ok();
                    self.number -= 1;
                }
            }
            Err(_) if tail == Tail::Whole => {
                let last = segment::path(self.store.dir(), self.id.as_str(), self.number);
                self.paper = match Segment::reopen(&last) {
                    Ok(segment) => Paper::Segment(segment),
                    Err(e) => Paper::Aside {
                        why: full(&e),
                        path: None,
                    },
                };
            }
            Err(e) => {
                self.paper = Paper::Aside {
                    why: full(&e),
                    path: None,
                }
            }
        }
    }

    fn continued(&self) -> Event {
        Event::Continued {
            segment: self.number,
            after: self.seq,
            crc: format!("{:08x}", self.crc),
        }
    }

    /// The session it writes.
    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// Makes an event durable. What begins something new must be durable or is an error;
    /// what puts back, or tells what became of a request, is kept aside where the journal fails.
    pub fn record(&mut self, event: Event, at: Timestamp) -> Result<Kept, Fault> {
        let begins = begins(&event);
        let prepared = match &event {
            Event::Prepared { step, way, .. } => Some((*step, *way)),
            _ => None,
        };
        if begins && let Some(fault) = self.store.broken() {
            return Err(fault.clone());
        }
        if self.is_tight() && is_measured(&event) {
            return Ok(Kept::Durable);
        }
        let kept = self.keep(event, at, begins)?;
        self.prepared = prepared.or(self.prepared);
        Ok(kept)
    }

    fn keep(&mut self, event: Event, at: Timestamp, begins: bool) -> Result<Kept, Fault> {
        match self.write(event.clone(), at) {
            Ok(()) => Ok(Kept::Durable),
            Err(fault) if begins => Err(fault),
            Err(fault) => Ok(Kept::Aside(self.leave_aside(event, at, &fault))),
        }
    }

    /// Makes it durable that the request leaves now, and gives leave. The step must be prepared.
    pub fn send(&mut self, intent: Intent, at: Timestamp) -> Result<(Permit, Kept), Fault> {
        let Intent {
            step,
            way,
            attempt,
            resource,
            write,
        } = intent;
        if self.prepared.take() != Some((step, way)) {
            return Err(unprepared());
        }
        let begins = way == Way::Apply;
        if begins && let Some(fault) = self.store.broken() {
            return Err(fault.clone());
        }
        let sent = Event::Sent {
            step,
            way,
            attempt,
            action: write.action().to_owned(),
            resource,
        };
        let kept = self.keep(sent, at, begins)?;
        Ok((Permit::new(self.id.clone(), self.seq, write), kept))
    }

    /// Leave for a request beside the steps. One durable record before each; what it became is
    /// seen at the next look, for each of them may be repeated.
    pub fn errand(&mut self, write: Write, at: Timestamp) -> Result<Permit, Fault> {
        let event = Event::Errand {
            action: write.action().to_owned(),
            resource: write.errand_on(),
        };
        // A sign of life, and what takes a request away, may go on with a full disk; nothing else.
        let begins = !matches!(write, Write::Renew(_) | Write::Unlock(_));
        if begins && let Some(fault) = self.store.broken() {
            return Err(fault.clone());
        }
        // The same sign of life was recorded before: the space that is left is for putting back.
        if !(self.is_tight() && matches!(write, Write::Renew(_))) {
            self.keep(event, at, begins)?;
        }
        Ok(Permit::new(self.id.clone(), self.seq, write))
    }

    /// The disk is full but for what was set aside.
    fn is_tight(&self) -> bool {
        matches!(&self.paper, Paper::Segment(segment) if segment.is_tight())
    }

    fn write(&mut self, event: Event, at: Timestamp) -> Result<(), Fault> {
        let line = self.line(event, at)?;
        let Paper::Segment(segment) = &mut self.paper else {
            return Err(self.why_aside());
        };
        if let Err(error) = segment.append(&line.text()) {
            return Err(self.put_down(full(&error)));
        }
        if let Err(error) = segment.sync() {
            let fault = self.store.break_down(&error);
            return Err(self.put_down(fault));
        }
        (self.seq, self.crc) = (line.seq, line.crc);
        Ok(())
    }

    /// After a failed write the end of the file is not known: nothing is appended to it any more.
    fn put_down(&mut self, why: Fault) -> Fault {
        self.paper = Paper::Aside {
            why: why.clone(),
            path: None,
        };
        why
    }

    fn why_aside(&self) -> Fault {
        match &self.paper {
            Paper::Aside { why, .. } => why.clone(),
            Paper::Segment(_) => no_room(),
        }
    }

    fn line(&self, event: Event, at: Timestamp) -> Result<Line, Fault> {
        let record = Record {
            v: VERSION,
            at,
            session: self.id.clone(),
            actor: self.store.actor().clone(),
            place: self.place.clone(),
            event,
        };
        let json = serde_json::to_string(&record).map_err(|e| {
            Fault::new(
                FaultKind::Internal,
                format!("A record cannot be written ({e})"),
            )
        })?;
        Ok(Line::new(self.seq + 1, json))
    }

    /// Leaves the record in the home directory, in the form of the segment that it would have been.
    fn leave_aside(&mut self, event: Event, at: Timestamp, why: &Fault) -> Fault {
        let first = !matches!(&self.paper, Paper::Aside { path: Some(_), .. });
        if first {
            self.number += 1;
            let continued = self.continued();
            self.leave_line(continued, at).ok();
        }
        match self.leave_line(event, at) {
            Ok(path) => aside(
                why,
                &path,
                &segment::path(self.store.dir(), self.id.as_str(), self.number),
            ),
            Err(e) => nowhere(why, &e),
        }
    }

    fn leave_line(&mut self, event: Event, at: Timestamp) -> Result<PathBuf, String> {
        let line = self
            .line(event, at)
            .map_err(|f| f.what.as_str().to_owned())?;
        let left =
            errored::leave(self.store.home(), &self.id, &line.text()).map_err(|e| e.to_string())?;
        (self.seq, self.crc) = (line.seq, line.crc);
        if let Paper::Aside { path, .. } = &mut self.paper {
            *path = Some(left.clone());
        }
        Ok(left)
    }
}

/// What only the report would miss.
fn is_measured(event: &Event) -> bool {
    matches!(event, Event::Vitals { .. })
}

/// Whether the event lets something new happen, which must not be without a durable record.
fn begins(event: &Event) -> bool {
    matches!(
        event,
        Event::Opened { .. }
            | Event::Prepared {
                way: Way::Apply,
                ..
            }
            | Event::Sent {
                way: Way::Apply,
                ..
            }
    )
}

fn full(error: &std::io::Error) -> Fault {
    Fault::new(
        FaultKind::Local,
        format!("The journal cannot be written ({error})"),
    )
    .means("no new change is sent without it; undo still works")
    .next("make room, or mend the disk, then try again")
}

fn no_room() -> Fault {
    full(&std::io::Error::other("no segment could be opened"))
}

fn unprepared() -> Fault {
    Fault::new(
        FaultKind::Internal,
        "A request was to be sent that is not in the journal",
    )
    .means("nothing was sent")
}

fn aside(why: &Fault, path: &std::path::Path, wanted: &std::path::Path) -> Fault {
    Fault::new(FaultKind::Local, why.what.as_str())
        .means(format!("the record lies in {} instead", path.display()))
        .next(format!(
            "once the disk is well: mv -n {} {}",
            path.display(),
            wanted.display()
        ))
}

fn nowhere(why: &Fault, error: &str) -> Fault {
    Fault::new(FaultKind::Local, why.what.as_str())
        .means(format!(
            "the record could not be left in the home directory either ({error})"
        ))
        .next("write down what was changed; look at the resource before anything else")
}
