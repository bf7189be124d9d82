//! A session that nobody carries any more is taken over from its record in the account: a lock of our
//! own first, so that only one can; then what its record names is put back.

use super::{Conductor, Opening, signed, timer_name};
use crate::domain::backstop::{Bounds, RecordRef, Shelf, Timer};
use crate::domain::change::{Change, Field, Reading, Target};
use crate::domain::ids::SessionId;
use crate::domain::subject::Subject;
use crate::session::load_test::{Terms, Why};
use crate::session::machine::Command;
use crate::session::record::{Actor, Event, Prepared, Way};
use crate::session::shared::{self, SharedRecord};
use crate::session::state::Leg;
use crate::session::step::Step;
use jiff::Timestamp;
use std::time::Duration;

/// So long the one who takes it over may need, for its own record's end.
const NEEDED: Duration = Duration::from_mins(30);

impl Conductor {
    /// Once the lock is ours, what the record names counts as applied, and goes back.
    pub(super) fn adopt(&mut self) -> Option<Vec<Command>> {
        let by = self.test().terms.adopts.clone()?;
        let steps = &self.state().steps;
        if steps.first().map(|s| s.apply) != Some(Leg::Verified) {
            return Some(self.carry_on(vec![0]));
        }
        let told: Vec<(usize, Change)> = steps
            .iter()
            .enumerate()
            .skip(1)
            .filter(|(_, s)| s.apply == Leg::Idle)
            .filter_map(|(n, s)| Some((n, s.step.change()?.clone())))
            .collect();
        let mut commands = Vec::new();
        for (step, change) in told {
            commands.extend(self.as_told(step, change));
        }
        commands.extend(self.revert(Why::Requested { by }));
        Some(commands)
    }

    fn as_told(&mut self, step: usize, change: Change) -> [Command; 2] {
        let way = Way::Apply;
        let what = Prepared::Set {
            revert: change.invert(),
            change,
        };
        [
            self.say(Event::Prepared { step, way, what }),
            self.say(Event::Verified {
                step,
                way,
                observed: Reading::new(),
                said: "as its record tells".to_owned(),
            }),
        ]
    }
}

/// What takes over the session of this record, which lies in these places; the lock is taken beside the
/// first, and all of them go in the end.
pub fn adoption<'a>(
    id: SessionId,
    record: &SharedRecord,
    places: impl Iterator<Item = &'a RecordRef>,
    next: u64,
    actor: &Actor,
    now: Timestamp,
) -> Opening {
    let changes: Vec<Change> = record
        .open
        .iter()
        .map(|r| Change {
            target: r.target.clone(),
            fields: r.fields.clone(),
        })
        .collect();
    let timers = changes.iter().filter_map(|c| timer(c, record));
    let put = |target| Step::Set(Change::put(target));
    let places: Vec<&RecordRef> = places.collect();
    let lock = places
        .first()
        .map(|at| lock(&id, record, at, next, actor, now));
    let records = lock.into_iter().chain(places.into_iter().cloned());
    let mut steps: Vec<Step> = records.map(|at| put(Target::Record(at))).collect();
    steps.extend(timers.map(|t| put(Target::Timer(t))));
    steps.extend(changes.iter().cloned().map(Step::Set));
    let by = super::name(actor);
    Opening {
        id,
        summary: format!("load test {} of {}, taken over", record.plan, record.who),
        subject: changes.first().map_or_else(nobody, subject),
        steps,
        terms: Terms {
            plan: record.plan.clone(),
            ttl_seconds: NEEDED.as_secs(),
            unattended_seconds: NEEDED.as_secs(),
            settle_seconds: 0,
            alarms: Vec::new(),
            accepted: Vec::new(),
            adopts: Some(by),
        },
    }
}

/// The next number: created without overwrite, so that only one can.
fn lock(
    id: &SessionId,
    record: &SharedRecord,
    at: &RecordRef,
    next: u64,
    actor: &Actor,
    now: Timestamp,
) -> RecordRef {
    let path = at.name.rsplit_once('/').map_or("", |(path, _)| path);
    let body = SharedRecord {
        v: shared::VERSION,
        session: id.clone(),
        who: super::name(actor),
        host: actor.host.clone(),
        opened: now,
        until: now.checked_add(signed(NEEDED)).unwrap_or(Timestamp::MAX),
        heartbeat: now,
        adopts: Some(record.session.clone()),
        ..record.clone()
    };
    RecordRef {
        shelf: at.shelf,
        name: format!("{path}/{next}").into(),
        body: body.to_json().into(),
    }
}

/// The timer that stands behind these bounds: its name tells whose it is.
fn timer(change: &Change, record: &SharedRecord) -> Option<Timer> {
    let of = match &change.target {
        Target::Scalable(at) => Bounds::Target(at.clone()),
        Target::Group(name) => Bounds::Group(name.clone()),
        _ => return None,
    };
    let bound = |field| {
        let before = change.field(field)?.before.count()?;
        u32::try_from(before).ok()
    };
    Some(Timer {
        of,
        name: timer_name(record.session.as_str()),
        at: record.until,
        min: bound(Field::Min).unwrap_or(0),
        max: bound(Field::Max).unwrap_or(0),
    })
}

fn subject(change: &Change) -> Subject {
    match &change.target {
        Target::Scalable(at) | Target::Service(at) => Subject::Service(at.clone()),
        Target::Group(name) => Subject::Group(name.clone()),
        Target::Rule(rule) => Subject::Rule(rule.clone()),
        Target::Timer(_) | Target::Record(_) => nobody(),
    }
}

fn nobody() -> Subject {
    Subject::Group("-".into())
}

/// Where records of this shelf lie, by number.
pub fn record_at(shelf: Shelf, path: &str, number: u64, body: &SharedRecord) -> RecordRef {
    RecordRef {
        shelf,
        name: format!("{path}/{number}").into(),
        body: body.to_json().into(),
    }
}
