//! What needs no far end: the journal's disk, one frame, a rebuild.

use crate::Row;
use crate::case::{median, ms, percentile};
use crate::support::account;
use crate::support::console::{Console, identity, write_settings};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tidegate::domain::change::{Change, Field, FieldChange, Hold, Target, Value};
use tidegate::domain::identity::Scope;
use tidegate::domain::log::{RawEvent, TailSource};
use tidegate::domain::subject::Subject;
use tidegate::domain::waf::{AclScope, RuleAction};
use tidegate::domain::write::Write;
use tidegate::journal::{Store, Writer};
use tidegate::logs::chunk::Chunk;
use tidegate::model::message::{Message, Tail, TailState};
use tidegate::model::query::{Facts, Fill, Query};
use tidegate::model::settings::Settings;
use tidegate::session::machine::Intent;
use tidegate::session::record::{Event, Place, Prepared, Way};
use tidegate::session::step::Step;

const AT: jiff::Timestamp = jiff::Timestamp::UNIX_EPOCH;

fn change() -> Change {
    let (before, after) = (Value::Count(2), Value::Count(4));
    let field = FieldChange {
        field: Field::Desired,
        before,
        after,
        hold: Hold::Held,
    };
    Change {
        target: Target::Service(account::at("api")),
        fields: vec![field],
    }
}

fn begin(store: &Store) -> Writer {
    let scope = Scope {
        account: "123456789012".into(),
        region: "eu-west-1".into(),
    };
    let place = Place {
        scope,
        caller: "arn".into(),
    };
    let subject = Subject::Service(account::at("api"));
    let opened = Event::Opened {
        summary: "scale".into(),
        subject,
        steps: vec![Step::Set(change())],
    };
    store
        .begin(&"bench".into(), &place, opened, AT)
        .expect("a session")
}

/// PREPARED and SENT, each with its fsync.
fn intend(writer: &mut Writer) -> Duration {
    let what = Prepared::Set {
        change: change(),
        revert: change().invert(),
    };
    let prepared = Event::Prepared {
        step: 0,
        way: Way::Apply,
        what,
    };
    let write = Write::UpdateService {
        at: account::at("api"),
        desired: 4,
    };
    let resource = "service orchard/api".into();
    let intent = Intent {
        step: 0,
        way: Way::Apply,
        attempt: 1,
        resource,
        write,
    };
    let started = Instant::now();
    writer.record(prepared, AT).expect("prepared");
    let sent = writer.send(intent, AT).expect("a permit");
    let took = started.elapsed();
    drop(sent);
    took
}

/// The two fsyncs that a change waits for.
pub fn journal() -> Vec<Row> {
    // Under target/, not in /tmp: that may be memory, where an fsync costs nothing.
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let store = Store::open_with(&home.path().join("journal"), None).expect("a journal");
    let mut writer = begin(&store);
    let mut took: Vec<Duration> = (0..200).map(|_| intend(&mut writer)).collect();
    let (p50, p99) = (median(&mut took), percentile(&mut took, 99));
    vec![Row {
        what: "journal added to a change (both fsyncs): p50 / p99 of 200",
        measured: format!("{} / {}", ms(p50), ms(p99)),
        reach: "p99 ≤ 40 ms",
        beside: "",
        met: p99 <= Duration::from_millis(40),
    }]
}

fn full() -> Console {
    let settings = Settings {
        cluster: Some("orchard".into()),
        log_groups: vec!["/ecs/orchard-api".into()],
        ..write_settings()
    };
    let mut console = Console::new(settings, (200, 60));
    console.fact(Query::Identity, Facts::Identity(identity()));
    let (names, found, missing) = account::services();
    console.fact(
        Query::ServiceNames("orchard".into()),
        Facts::ServiceNames(Arc::new(names.clone())),
    );
    let query = Query::Services {
        cluster: "orchard".into(),
        names: names.into(),
        fill: Fill::Visible,
    };
    console.fact(query, Facts::Services { found, missing });
    console.fact(
        Query::ScalableTargets,
        Facts::ScalableTargets(account::targets()),
    );
    console.fact(
        Query::Policies(Arc::new([])),
        Facts::Policies(account::policies()),
    );
    console.fact(Query::Groups, Facts::Groups(account::groups()));
    console.fact(
        Query::Acls(AclScope::Regional),
        Facts::Acls(account::regional(RuleAction::Block)),
    );
    console.fact(
        Query::Inventory,
        Facts::Inventory(Arc::new(account::inventory())),
    );
    let series = [account::load(), account::credits(), account::blocks()].concat();
    let asked = series.iter().map(|s| s.metric.clone()).collect();
    console.fact(Query::Metrics(asked), Facts::Metrics(series));
    logs(&mut console);
    console
}

fn logs(console: &mut Console) {
    let source = Arc::new(TailSource {
        region: None,
        group: "/ecs/orchard-api".into(),
        stream_prefix: None,
    });
    let state = TailState::Starting;
    console.send(Message::Tail(Tail::State {
        source: (*source).clone(),
        state,
    }));
    let now = account::now().as_millisecond();
    let events: Vec<RawEvent> = (0..500)
        .map(|n| RawEvent {
            id: n.to_string().into(),
            stream: "s".into(),
            timestamp: now - 100_000 + 200 * n,
            ingested: now,
            late: false,
            message: format!(r#"{{"level":"WARN","method":"POST","path":"/api/사과/{n}","status":200,"duration":"31ms","layer":"ENTRANCE","traceId":"tr-{n}"}}"#),
        })
        .collect();
    for chunk in Chunk::seal(&source, &events) {
        console.send(Message::Tail(Tail::Chunk(Arc::new(chunk))));
    }
}

/// One full frame at 200×60.
pub fn frame() -> Vec<Row> {
    let console = full();
    let mut buffer = Buffer::empty(Rect::new(0, 0, 200, 60));
    let mut took: Vec<Duration> = (0..500)
        .map(|_| {
            let started = Instant::now();
            buffer.reset();
            std::hint::black_box(tidegate::app::draw(&console.state, &mut buffer));
            started.elapsed()
        })
        .collect();
    let took = median(&mut took);
    vec![Row {
        what: "frame at 200×60, full: median of 500",
        measured: ms(took),
        reach: "≤ 1 ms",
        beside: "",
        met: took <= Duration::from_millis(1),
    }]
}

/// A rebuild of our own code in release, everything else being there.
pub fn rebuild() -> Vec<Row> {
    let build = || {
        Command::new(env!("CARGO"))
            .args(["build", "--release", "--quiet"])
            .status()
            .is_ok_and(|s| s.success())
    };
    assert!(build(), "the release build fails");
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs");
    let touched = std::fs::File::options()
        .append(true)
        .open(root)
        .and_then(|f| f.set_modified(std::time::SystemTime::now()));
    touched.expect("src/lib.rs can be touched");
    let started = Instant::now();
    assert!(build(), "the release build fails");
    let took = started.elapsed();
    vec![Row {
        what: "rebuild of our own code in release",
        measured: format!("{:.1} s", took.as_secs_f64()),
        reach: "≤ 15 s",
        beside: "",
        met: took <= Duration::from_secs(15),
    }]
}
