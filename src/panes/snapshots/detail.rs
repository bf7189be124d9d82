//! The drill-in of one database: the verdict in words, then all its snapshots.
//!
//! ```text
//! ┌4 Snapshots › orchard-db ───────────────────────────────────────────┐
//! │available  mysql db.t4g.medium  100 GiB  Single-AZ: a backup pauses │
//! │fresh: the last backup was 11 h ago, within 25 h (nightly …)        │
//! │Snapshots  3                                                        │
//! │SNAPSHOT                     KIND       STATUS     AGE   SIZE       │
//! └────────────────────────────────────────────────────────────────────┘
//! ```

use super::super::document::{Document, Head};
use super::row::{DatabaseRow, state, status};
use crate::domain::health;
use crate::domain::rds::{Database, DatabaseKind, Inventory, Snapshot, SnapshotKind};
use crate::domain::text::Text;
use crate::domain::units;
use crate::view::lines::{Line, Span};
use crate::view::theme::Role;
use jiff::Timestamp;
use std::time::Duration;

/// The document of one row.
pub fn document(
    row: &DatabaseRow,
    inventory: &Inventory,
    max_age: Duration,
    width: u16,
    now: Timestamp,
) -> Vec<Line> {
    let mut document = Document::new(width);
    document.line(&summary(&row.database));
    document.line(&verdict(row, max_age, now));
    document.gaps(&inventory.gaps);
    let of: Vec<&Snapshot> = inventory
        .snapshots
        .iter()
        .filter(|s| s.of == row.database.at)
        .collect();
    document.heading("Snapshots", of.len().to_string());
    let heads = [
        Head::Left("SNAPSHOT"),
        Head::Left("KIND"),
        Head::Left("STATUS"),
        Head::Right("AGE"),
        Head::Left("MADE"),
        Head::Right("SIZE"),
        Head::Left("ENCRYPTED"),
    ];
    document.table(
        &heads,
        &of.into_iter().map(|s| snapshot(s, now)).collect::<Vec<_>>(),
    );
    document.done()
}

fn summary(d: &Database) -> Line {
    let pause = if d.pauses_io() {
        "  Single-AZ: a backup pauses I/O"
    } else {
        ""
    };
    let members = if d.members.is_empty() {
        String::new()
    } else {
        format!(
            "  {} member{}",
            d.members.len(),
            if d.members.len() == 1 { "" } else { "s" }
        )
    };
    Line(vec![state(d)])
        .and(format!("  {} {}", d.engine, d.class), Role::Body)
        .and(format!("  {}{members}{pause}", storage(d)), Role::Dim)
}

fn storage(d: &Database) -> String {
    match d.at.kind {
        DatabaseKind::Cluster if d.storage <= 1 => "cluster storage".to_owned(),
        _ => format!("{} GiB", units::count(u64::from(d.storage))),
    }
}

fn verdict(row: &DatabaseRow, max_age: Duration, now: Timestamp) -> Line {
    let ago = row.last.map(|at| units::since(now, at));
    let role = match row.verdict.level() {
        health::Level::Good => Role::Good,
        health::Level::Notice | health::Level::Warn => Role::Warn,
        health::Level::Bad => Role::Bad,
    };
    Line::new(
        health::freshness_sentence(row.verdict, &row.database, ago, max_age),
        role,
    )
}

fn snapshot(s: &Snapshot, now: Timestamp) -> Vec<Span> {
    let made = |said: fn(Timestamp, Timestamp) -> String| {
        s.created_at
            .map_or_else(|| Span::dim("–"), |at| Span::of(said(now, at), Role::Body))
    };
    vec![
        Span::body(s.id.text()),
        Span::new(
            kind(s.kind),
            if s.kind == SnapshotKind::Manual {
                Role::Body
            } else {
                Role::Dim
            },
        ),
        status(s),
        made(|now, at| units::short_age(units::since(now, at))),
        made(|_, at| units::moment(at)),
        Span::of(
            format!("{} GiB", units::count(u64::from(s.storage))),
            Role::Body,
        ),
        if s.encrypted {
            Span::dim("yes")
        } else {
            Span::new("no", Role::Warn)
        },
    ]
}

fn kind(kind: SnapshotKind) -> &'static str {
    match kind {
        SnapshotKind::Automated => "automated",
        SnapshotKind::Manual => "manual",
        SnapshotKind::AwsBackup => "AWS Backup",
        SnapshotKind::Other => "other",
    }
}

/// What is known of a database, one fact a line, for `d`.
pub fn describe(d: &Database) -> Vec<Text> {
    let line = |name: &str, value: &str| Text::clean(&format!("{name:<18}{value}"));
    let retention = if d.retention == 0 {
        "off (0 days)".to_owned()
    } else {
        format!("{} days", d.retention)
    };
    let mut lines = vec![
        line("database", d.at.id.text().as_str()),
        line(
            "kind",
            if d.at.kind == DatabaseKind::Cluster {
                "cluster"
            } else {
                "instance"
            },
        ),
        line("engine", d.engine.as_str()),
        line("class", d.class.as_str()),
        line("status", d.status.as_str()),
        line("Multi-AZ", if d.multi_az { "yes" } else { "no" }),
        line("storage", &storage(d)),
        line(
            "backup window",
            d.backup_window.as_ref().map_or("none", Text::as_str),
        ),
        line("automated backups", &retention),
    ];
    lines.extend(d.members.iter().map(|m| line("member", m.text().as_str())));
    lines.extend(
        d.read_replica_of
            .iter()
            .map(|of| line("replica of", of.text().as_str())),
    );
    lines
}
