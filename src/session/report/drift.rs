//! What others changed while the session ran: each field from when to when, and who did it where that is known.

use super::activity::ActivitySeen;
use super::{Setting, who};
use crate::domain::change::{Field, Standing};
use crate::domain::text::Text;
use crate::session::load_test::Moved;
use crate::session::masked::text;
use crate::session::record::{Event, Record};
use crate::session::step::resource;
use jiff::Timestamp;

/// One value of a field that was not the session's.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Drift {
    pub at: Timestamp,
    /// It was gone again, or became another value.
    pub until: Option<Timestamp>,
    pub resource: Text,
    pub field: Field,
    pub before: Setting,
    pub ours: Setting,
    /// `None`: the thing itself was not there any more.
    pub now: Option<Setting>,
    pub standing: Standing,
    /// Or where to look for it.
    pub who: Text,
}

/// Each event tells all that differs at its time: what is not told again has ended.
pub(super) fn all(records: &[Record], activities: &[ActivitySeen]) -> Vec<Drift> {
    let mut all: Vec<Drift> = Vec::new();
    let mut open: Vec<(usize, &Moved)> = Vec::new();
    for record in records {
        let Event::Drifted { fields } = &record.event else {
            continue;
        };
        open.retain(|(n, moved)| {
            let goes_on = fields.iter().any(|f| is_same(f, moved));
            if !goes_on {
                all[*n].until = Some(record.at);
            }
            goes_on
        });
        for moved in fields {
            if !open.iter().any(|(_, known)| is_same(known, moved)) {
                open.push((all.len(), moved));
                all.push(one(record.at, moved, activities));
            }
        }
    }
    all
}

fn is_same(a: &Moved, b: &Moved) -> bool {
    a.target == b.target && a.field == b.field && a.now == b.now
}

fn one(at: Timestamp, moved: &Moved, activities: &[ActivitySeen]) -> Drift {
    Drift {
        at,
        until: None,
        resource: text(resource(&moved.target).as_str()),
        field: moved.field,
        before: (&moved.before).into(),
        ours: (&moved.ours).into(),
        now: moved.now.as_ref().map(Setting::from),
        standing: moved.standing,
        who: who::changed(moved, at, activities),
    }
}
