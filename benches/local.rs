//! What needs no far end: the journal's disk, one frame, a rebuild.

use crate::Row;
use crate::case::{ms, percentile};
use std::time::{Duration, Instant};
use tidegate::domain::change::{Change, Field, FieldChange, Hold, Target, Value};
use tidegate::domain::ecs::ServiceRef;
use tidegate::domain::identity::Scope;
use tidegate::domain::subject::Subject;
use tidegate::domain::write::Write;
use tidegate::journal::Store;
use tidegate::session::machine::Intent;
use tidegate::session::record::{Event, Place, Prepared, Way};
use tidegate::session::step::Step;

/// The two fsyncs that a change waits for.
pub fn journal() -> Vec<Row> {
    let mut took: Vec<Duration> = (0..100).map(|_| one_change()).collect();
    let (p50, p99) = (percentile(&mut took, 50), percentile(&mut took, 99));
    vec![Row {
        what: "journal added to a change, both fsyncs: p50 / p99",
        measured: format!("{} / {}", ms(p50), ms(p99)),
        reach: "p99 ≤ 40 ms",
        beside: "",
        met: p99 <= Duration::from_millis(40),
    }]
}

/// PREPARED and SENT, each durable, in a session of its own.
fn one_change() -> Duration {
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let store = Store::open(&home.path().join("tidegate/journal")).expect("a journal");
    let at = ServiceRef { cluster: "orchard".into(), service: "api".into() };
    let field =
        FieldChange { field: Field::Desired, before: Value::Count(2), after: Value::Count(4), hold: Hold::Held };
    let change = Change { target: Target::Service(at.clone()), fields: vec![field] };
    let scope = Scope { account: "1".into(), region: "eu-west-1".into() };
    let place = Place { scope, caller: "arn".into() };
    let steps = vec![Step::Set(change.clone())];
    let opened = Event::Opened { summary: "scale api".into(), subject: Subject::Service(at.clone()), steps };
    let now = jiff::Timestamp::now();
    let mut writer = store.begin(&Store::new_id(now), &place, opened, now).expect("a session");
    let what = Prepared::Set { revert: change.invert(), change };
    let write = Write::UpdateService { at, desired: 4 };
    let intent = Intent { step: 0, way: Way::Apply, attempt: 1, resource: "service orchard/api".into(), write };
    let from = Instant::now();
    writer.record(Event::Prepared { step: 0, way: Way::Apply, what }, now).expect("durable");
    let permit = writer.send(intent, now).expect("a permit");
    let took = from.elapsed();
    drop(permit);
    took
}

/// One full frame at 200×60.
pub fn frame() -> Vec<Row> {
    Vec::new()
}

/// A rebuild of our own code.
pub fn rebuild() -> Vec<Row> {
    Vec::new()
}
