//! One database of the snapshots pane, judged.

use crate::domain::health::{self, Freshness, Level};
use crate::domain::rds::{Database, DatabaseRef, Inventory, Snapshot, SnapshotKind};
use crate::domain::units;
use crate::model::filter::Filter;
use crate::model::list::{Row, SortKey};
use crate::view::lines::Span;
use crate::view::table::Column;
use crate::view::theme::Role;
use jiff::Timestamp;
use std::borrow::Cow;
use std::time::Duration;

/// The columns, in order.
pub const COLUMNS: &[&str] = &[
    "DATABASE", "STATE", "BACKUP", "SNAPSHOT", "STATUS", "ENGINE",
];

/// Their widths; what an operator can miss first goes first.
pub const WIDTHS: &[Column] = &[
    Column::new(COLUMNS[0], 10, 16).grows(),
    Column::new(COLUMNS[1], 9, 16).priority(4),
    Column::new("LAST BACKUP", 12, 16),
    Column::new(COLUMNS[3], 12, 24).priority(3).grows(),
    Column::new(COLUMNS[4], 9, 11),
    Column::new(COLUMNS[5], 8, 14).priority(5).grows(),
];

/// One row.
#[derive(Clone, Debug)]
pub struct DatabaseRow {
    pub database: Database,
    /// When the newest finished backup of any kind was made.
    pub last: Option<Timestamp>,
    pub verdict: Freshness,
    /// The one being made, else the newest that somebody asked for.
    pub shown: Option<Snapshot>,
}

/// The rows of an inventory, databases in AWS's order.
pub fn rows(inventory: &Inventory, max_age: Duration, now: Timestamp) -> Vec<DatabaseRow> {
    inventory
        .databases
        .iter()
        .map(|d| DatabaseRow::new(d, &inventory.snapshots, max_age, now))
        .collect()
}

impl DatabaseRow {
    fn new(database: &Database, snapshots: &[Snapshot], max_age: Duration, now: Timestamp) -> Self {
        let of = || snapshots.iter().filter(|s| s.of == database.at);
        let finished: Vec<&Snapshot> = of().filter(|s| s.status.as_str() == "available").collect();
        let manual = || {
            finished
                .iter()
                .copied()
                .find(|s| s.kind == SnapshotKind::Manual)
        };
        Self {
            last: finished.iter().find_map(|s| s.created_at),
            verdict: health::freshness(database, &finished, max_age, now),
            shown: of().find(|s| is_in_the_making(s)).or_else(manual).cloned(),
            database: database.clone(),
        }
    }

    /// Whether a snapshot of it is being made now.
    pub fn is_making(&self) -> bool {
        self.shown.as_ref().is_some_and(is_in_the_making)
            || self.database.status.as_str() == "backing-up"
    }

    /// How far the one being made is, where AWS tells.
    pub fn percent(&self) -> Option<u8> {
        let making = self.shown.as_ref().filter(|s| is_in_the_making(s));
        making.map(|snapshot| snapshot.percent)
    }

    /// One cell, by its place in [`COLUMNS`].
    pub fn cell(&self, column: usize, now: Timestamp) -> Span {
        match column {
            0 => Span::body(self.database.at.id.text()),
            1 => state(&self.database),
            2 => self.backup(now),
            3 => self
                .shown
                .as_ref()
                .map_or_else(|| Span::dim("none by hand"), |s| Span::body(s.id.text())),
            4 => self.shown.as_ref().map_or_else(|| Span::dim(""), status),
            _ => Span::dim(self.database.engine.clone()),
        }
    }

    fn backup(&self, now: Timestamp) -> Span {
        let ago = self.last.map(|at| units::short_age(units::since(now, at)));
        let role = match self.verdict.level() {
            Level::Good => Role::Good,
            Level::Notice | Level::Warn => Role::Warn,
            Level::Bad => Role::Bad,
        };
        Span::of(
            [ago.as_deref().unwrap_or_default(), self.verdict.word()]
                .join(" ")
                .trim_start(),
            role,
        )
    }

    fn words(&self, column: Option<&str>) -> Cow<'_, str> {
        let shown = || self.shown.as_ref();
        match column {
            Some("database") => self.database.at.id.as_str().into(),
            Some("state") => self.database.status.as_str().into(),
            Some("backup") => self.verdict.word().into(),
            Some("snapshot") => shown().map_or("", |s| s.id.as_str()).into(),
            Some("status") => shown().map_or("", |s| s.status.as_str()).into(),
            Some(_) => self.database.engine.as_str().into(),
            None => {
                let d = &self.database;
                let snapshot = shown().map_or("", |s| s.id.as_str());
                format!(
                    "{} {} {} {} {snapshot}",
                    d.at.id.as_str(),
                    d.status,
                    d.engine,
                    self.verdict.word()
                )
                .into()
            }
        }
    }
}

fn is_in_the_making(s: &Snapshot) -> bool {
    matches!(s.status.as_str(), "creating" | "copying" | "pending")
}

/// `available` is quiet; what is under way and what is broken is not.
pub fn state(d: &Database) -> Span {
    let role = match d.status.as_str() {
        "available" | "storage-optimization" => Role::Dim,
        "backing-up" | "creating" | "modifying" | "starting" | "rebooting" | "upgrading" => {
            Role::Progress
        }
        s if s.starts_with("failed")
            || s.starts_with("incompatible")
            || s.starts_with("inaccessible") =>
        {
            Role::Bad
        }
        "storage-full" | "restore-error" => Role::Bad,
        _ => Role::Warn,
    };
    Span::new(d.status.clone(), role)
}

/// A snapshot's status: a percentage while it is made.
pub fn status(s: &Snapshot) -> Span {
    match s.status.as_str() {
        "available" => Span::dim("available"),
        "failed" => Span::new("failed", Role::Bad),
        _ if is_in_the_making(s) => Span::of(format!("{} %", s.percent), Role::Progress),
        _ => Span::new(s.status.clone(), Role::Warn),
    }
}

impl Row for DatabaseRow {
    type Key = DatabaseRef;

    fn key(&self) -> DatabaseRef {
        self.database.at.clone()
    }

    fn sort_key(&self, column: usize) -> SortKey<'_> {
        match column {
            0 => SortKey::Text(self.database.at.id.as_str()),
            1 => SortKey::Text(self.database.status.as_str()),
            2 => self.last.map_or(
                SortKey::Missing,
                |at| SortKey::Number(at.as_second() as f64),
            ),
            3 => self
                .shown
                .as_ref()
                .map_or(SortKey::Missing, |s| SortKey::Text(s.id.as_str())),
            4 => self
                .shown
                .as_ref()
                .map_or(SortKey::Missing, |s| SortKey::Text(s.status.as_str())),
            _ => SortKey::Text(self.database.engine.as_str()),
        }
    }

    fn matches(&self, filter: &Filter) -> bool {
        filter.passes(|column| self.words(column))
    }
}
