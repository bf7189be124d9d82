//! Reading a session's segments back, and saying exactly what is wrong with them.

use super::line::Line;
use super::segment;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::session::record::{Event, Record};
use crate::session::state::{SessionState, fold};
use std::path::Path;

/// One record with its number and check sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub seq: u64,
    pub crc: u32,
    pub record: Record,
}

/// What is wrong with a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The last line was never finished: it was not acknowledged either, so nothing is lost.
    Torn {
        segment: u32,
    },
    /// A byte was changed.
    Changed {
        segment: u32,
        line: usize,
        why: String,
    },
    /// A line is missing, or stands twice.
    Gap {
        segment: u32,
        expected: u64,
        found: u64,
    },
    /// A segment does not go on where the one before it ends.
    Misquoted {
        segment: u32,
    },
    /// A record in words that this version does not know.
    Unknown {
        segment: u32,
        fault: Fault,
    },
    Unreadable {
        segment: u32,
        why: String,
    },
}

impl Damage {
    /// Whether the records up to it can be acted on.
    pub fn is_harmless(&self) -> bool {
        matches!(self, Self::Torn { .. })
    }
}

/// A session as its files tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub entries: Vec<Entry>,
    pub damage: Vec<Damage>,
    /// The newest segment's number, and whether its last line is whole.
    pub last: Option<(u32, Tail)>,
}

/// How a segment ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    Whole,
    Torn,
}

impl Session {
    /// The state that its records tell, if they can be trusted.
    pub fn state(&self) -> Result<SessionState, Fault> {
        match self.damage.iter().find(|d| !d.is_harmless()) {
            Some(Damage::Unknown { fault, .. }) => Err(fault.clone()),
            Some(damage) => Err(damaged(&self.id, damage)),
            None => fold(&self.records()),
        }
    }

    /// Its records in order.
    pub fn records(&self) -> Vec<Record> {
        self.entries.iter().map(|e| e.record.clone()).collect()
    }

    /// The number that comes next.
    pub fn next_seq(&self) -> u64 {
        self.entries.last().map_or(1, |e| e.seq + 1)
    }
}

fn damaged(id: &SessionId, damage: &Damage) -> Fault {
    Fault::new(
        FaultKind::Garbled,
        format!("The journal of {} is damaged: {}", id.text(), damage.said()),
    )
    .means("tidegate does not act on a journal that it cannot trust")
    .next(format!(
        "run `tidegate journal show {}` and put things back by hand",
        id.text()
    ))
}

impl Damage {
    /// One sentence.
    pub fn said(&self) -> String {
        match self {
            Self::Torn { segment } => {
                format!("the last line of segment {segment} is torn; it was never acknowledged")
            }
            Self::Changed { segment, line, why } => {
                format!("line {line} of segment {segment} was changed: {why}")
            }
            Self::Gap {
                segment,
                expected,
                found,
            } => {
                format!("segment {segment} lacks record {expected} (found {found})")
            }
            Self::Misquoted { segment } => {
                format!("segment {segment} does not quote the record before it")
            }
            Self::Unknown { segment, fault } => format!("segment {segment}: {}", fault.what),
            Self::Unreadable { segment, why } => format!("segment {segment} cannot be read: {why}"),
        }
    }
}

/// Reads all segments of a session, in order.
pub fn read_session(dir: &Path, id: &SessionId) -> Session {
    let mut session = Session {
        id: id.clone(),
        entries: Vec::new(),
        damage: Vec::new(),
        last: None,
    };
    for n in 1.. {
        let path = segment::path(dir, id.as_str(), n);
        match std::fs::read(&path) {
            Ok(bytes) => take_segment(&mut session, n, &bytes),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => break,
            Err(e) => {
                session.damage.push(Damage::Unreadable {
                    segment: n,
                    why: e.to_string(),
                });
                break;
            }
        }
    }
    session
}

fn take_segment(session: &mut Session, n: u32, bytes: &[u8]) {
    let (whole, rest) = match bytes.iter().rposition(|b| *b == b'\n') {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (&bytes[..0], bytes),
    };
    for (number, line) in whole
        .split(|b| *b == b'\n')
        .filter(|_| !whole.is_empty())
        .enumerate()
    {
        take_line(session, n, number + 1, line);
    }
    let tail = if rest.is_empty() {
        Tail::Whole
    } else {
        Tail::Torn
    };
    if tail == Tail::Torn {
        session.damage.push(Damage::Torn { segment: n });
    }
    session.last = Some((n, tail));
}

fn take_line(session: &mut Session, segment: u32, number: usize, bytes: &[u8]) {
    let line = std::str::from_utf8(bytes)
        .map_err(|e| e.to_string())
        .and_then(Line::parse);
    let line = match line {
        Ok(line) => line,
        Err(why) => {
            return session.damage.push(Damage::Changed {
                segment,
                line: number,
                why,
            });
        }
    };
    let expected = session.next_seq();
    if line.seq != expected {
        session.damage.push(Damage::Gap {
            segment,
            expected,
            found: line.seq,
        });
    }
    match Record::parse(&line.record) {
        Ok(record) => {
            check_quote(session, segment, number, &record.event);
            session.entries.push(Entry {
                seq: line.seq,
                crc: line.crc,
                record,
            });
        }
        Err(fault) => session.damage.push(Damage::Unknown { segment, fault }),
    }
}

/// Segment n+1 begins by quoting the last valid record of n.
fn check_quote(session: &mut Session, segment: u32, number: usize, event: &Event) {
    let quote = match event {
        Event::Continued { after, crc, .. } => Some((*after, crc.clone())),
        _ => None,
    };
    let last = session
        .entries
        .last()
        .map(|e| (e.seq, format!("{:08x}", e.crc)));
    let starts_further_segment = number == 1 && segment > 1;
    if (starts_further_segment || quote.is_some()) && quote != last {
        session.damage.push(Damage::Misquoted { segment });
    }
}
