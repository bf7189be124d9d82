//! Pane 4, the databases and their backups.
//!
//! ```text
//! ┌4 Snapshots ────────────────────────────────────────────────────────┐
//! │  DATABASE    STATE       LAST BACKUP  SNAPSHOT            STATUS   │
//! │▸ orchard-db  backing-up  11h fresh    tidegate-…-1422     64 %     │
//! │  reports     available   31h stale    before-migration    available│
//! └────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! Freshness is a verdict against the age limit and the nightly window, not a
//! sum left to the reader. While a snapshot is made it is watched.

mod detail;
mod row;

use super::browse::{Browser, browses};
use super::document::Page;
use super::raw::Raw;
use super::running::Changes;
use super::sight::Sight;
use super::status::judged;
use super::wished::{Wished, wished};
use super::{Act, Context, Pane, Title, common};
use crate::domain::rds::{DatabaseRef, Inventory};
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::model::list::Row;
use crate::model::loadable::{Completeness, Loadable};
use crate::model::query::{Answer, Facts, Pace, Query, RawOf, Reply, Want};
use crate::model::verb::{Place, Verb};
use crate::session::order::Report;
use crate::session::survey::Wish;
use crate::view::freshness::Freshness;
use crate::view::lines::{Line, Span};
use crate::view::paint::Paint;
use crate::view::table::Table;
use crate::view::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use row::{COLUMNS, DatabaseRow, WIDTHS};
use std::sync::Arc;
use std::time::Duration;

/// How often a snapshot that is being made is looked at.
const WATCH: Duration = Duration::from_secs(5);

/// Databases with their backups.
#[derive(Debug)]
pub struct Snapshots {
    rows: Browser<DatabaseRow>,
    inventory: Loadable<Arc<Inventory>>,
    changes: Changes,
    raw: Raw,
    drill: Option<(DatabaseRef, Page)>,
    size: (u16, u16),
}

impl Default for Snapshots {
    fn default() -> Self {
        Self {
            rows: Browser::new(COLUMNS),
            inventory: Loadable::default(),
            changes: Changes::default(),
            raw: Raw::default(),
            drill: None,
            size: (0, 0),
        }
    }
}

impl Snapshots {
    /// Judges every database anew: a verdict changes with the clock as well.
    fn judge(&mut self, cx: &Context<'_>) {
        let Some(inventory) = self.inventory.rows() else {
            return;
        };
        let judged = row::rows(inventory, cx.settings.backup_max_age, cx.now.wall);
        self.rows.change(|rows| *rows = judged);
        self.compose(cx);
    }

    fn compose(&mut self, cx: &Context<'_>) {
        let (Some((at, page)), Some(inventory)) = (&mut self.drill, self.inventory.rows()) else {
            return;
        };
        let row = self.rows.rows().iter().find(|r| r.database.at == *at);
        let lines = row.map(|r| {
            detail::document(
                r,
                inventory,
                cx.settings.backup_max_age,
                self.size.0,
                cx.now.wall,
            )
        });
        page.set(lines.unwrap_or_else(|| vec![Line::new("This database is gone", Role::Warn)]));
    }

    fn pace(&self, cx: &Context<'_>) -> Pace {
        let making = self.rows.rows().iter().any(DatabaseRow::is_making);
        let ours = self
            .changes
            .of(|s| matches!(s, Subject::Database(_)))
            .is_some();
        if making || ours {
            Pace::Watch(WATCH)
        } else {
            Pace::Every(slow(cx))
        }
    }

    fn selected(&self) -> Option<&DatabaseRow> {
        match &self.drill {
            Some((at, _)) => self.rows.rows().iter().find(|r| r.database.at == *at),
            None => self.rows.selected(),
        }
    }

    fn open(&mut self, cx: &Context<'_>) {
        let Some(at) = self.rows.selected().map(Row::key) else {
            return;
        };
        let mut page = Page::default();
        page.set_height(self.size.1);
        self.drill = Some((at, page));
        self.compose(cx);
    }

    fn on_row(&mut self, verb: Verb, cx: &Context<'_>) -> Vec<Act> {
        let Some(row) = self.selected() else {
            return Vec::new();
        };
        let id = row.database.at.id.text();
        match verb {
            Verb::Backup => {
                let marked = if self.drill.is_some() {
                    0
                } else {
                    self.rows.list().marks().len()
                };
                common::ask(verb, Subject::Database(row.key()), marked, cx)
            }
            Verb::Describe => vec![Act::Page {
                title: id,
                lines: detail::describe(&row.database),
            }],
            Verb::Raw => {
                let of = RawOf::Database(row.key());
                self.raw.ask(Some(of));
                Vec::new()
            }
            Verb::Copy => vec![common::copy(row.database.arn.as_ref(), &id)],
            _ => Vec::new(),
        }
    }

    /// Parts that could not be read are a line under the rows.
    fn fresh(&self, cx: &Context<'_>) -> Freshness {
        let mut fresh = judged(&self.inventory, slow(cx), cx);
        let gap = self.inventory.rows().and_then(|i| i.gaps.first());
        if let (None, Some(gap)) = (&fresh.line, gap) {
            fresh.line = Some(super::status::fault_line(gap));
        }
        fresh
    }

    fn cell(&self, row: &DatabaseRow, column: usize, cx: &Context<'_>) -> Span {
        let ours = || {
            self.changes
                .of(|s| matches!(s, Subject::Database(at) if *at == row.database.at))
        };
        match (COLUMNS[column], row.is_making()) {
            ("SNAPSHOT", _) => short(row.cell(column, cx.now.wall), self.size.0),
            ("STATUS", false) => ours().map_or_else(
                || row.cell(column, cx.now.wall),
                |(said, role)| Span::new(said, role),
            ),
            _ => row.cell(column, cx.now.wall),
        }
    }
}

/// A pane narrower than this shows long snapshot names without their middle.
const ROOMY: u16 = 140;

/// Begin and end of a snapshot's name: the end is its time.
fn short(name: Span, width: u16) -> Span {
    let text: Vec<char> = name.text.as_str().chars().collect();
    if width >= ROOMY || text.len() <= 16 {
        return name;
    }
    let part = |range: std::ops::Range<usize>| text[range].iter().collect::<String>();
    let end = text.len();
    Span::of(format!("{}…{}", part(0..7), part(end - 4..end)), name.role)
}

fn slow(cx: &Context<'_>) -> Duration {
    cx.settings.refresh * 12
}

impl Pane for Snapshots {
    fn place(&self) -> Place {
        Place::Snapshots
    }

    fn sights(&self) -> Vec<Sight> {
        let making = self.rows.rows().iter().filter(|row| row.is_making());
        making.map(|row| Sight::BackingUp(row.percent())).collect()
    }

    fn wishes(&self) -> Vec<Wished> {
        wished(&self.rows, |row| {
            Some(Wish::Backup(row.database.at.id.clone()))
        })
    }

    fn wants(&self, cx: &Context<'_>) -> Vec<Want> {
        let inventory = Want {
            query: Query::Inventory,
            pace: self.pace(cx),
        };
        [inventory].into_iter().chain(self.raw.want()).collect()
    }

    fn reply(&mut self, reply: &Reply, cx: &Context<'_>) {
        if reply.query != Query::Inventory {
            return self.raw.reply(reply, cx);
        }
        match &reply.answer {
            Answer::Started => self.inventory.started(cx.now),
            Answer::Whole(Facts::Inventory(found)) => {
                self.inventory
                    .arrived(found.clone(), cx.now, Completeness::Whole);
            }
            Answer::Failed { fault, next_try } => self.inventory.failed(fault.clone(), *next_try),
            Answer::Part(_) | Answer::Whole(_) => return,
        }
        self.judge(cx);
    }

    fn carrier(&mut self, report: &Report, _cx: &Context<'_>) {
        self.changes.note(report);
    }

    fn tick(&mut self, cx: &Context<'_>) {
        self.judge(cx);
    }

    fn resize(&mut self, width: u16, height: u16) {
        self.size = (width, height);
        self.rows.set_height(Table::rows_in(height));
        if let Some((_, page)) = &mut self.drill {
            page.set_height(height);
        }
    }

    fn can(&self, verb: Verb, cx: &Context<'_>) -> bool {
        let moves = self
            .drill
            .as_ref()
            .map_or_else(|| self.rows.can(verb), |(_, page)| page.can(verb));
        moves
            || match verb {
                Verb::Back => self.drill.is_some(),
                Verb::Enter => self.drill.is_none() && self.selected().is_some(),
                Verb::Backup => common::writes(cx) && self.selected().is_some(),
                Verb::Describe | Verb::Raw | Verb::Copy => self.selected().is_some(),
                _ => false,
            }
    }

    fn act(&mut self, verb: Verb, cx: &Context<'_>) -> Vec<Act> {
        let moved = match &mut self.drill {
            Some((_, page)) => page.act(verb),
            None => self.rows.act(verb),
        };
        match verb {
            _ if moved => return Vec::new(),
            Verb::Enter if self.drill.is_none() => self.open(cx),
            Verb::Back => self.drill = None,
            _ => return self.on_row(verb, cx),
        }
        Vec::new()
    }

    fn decided(&mut self, _cx: &Context<'_>) -> Vec<Act> {
        self.raw.decided()
    }

    browses!(rows);

    fn drilled(&self) -> bool {
        self.drill.is_some()
    }

    fn clear(&mut self) {
        self.rows.clear();
        self.inventory.clear();
        self.drill = None;
    }

    fn title(&self, _cx: &Context<'_>) -> Title {
        let name = match &self.drill {
            Some((at, _)) => Text::clean(&format!("Snapshots › {}", at.id.text())),
            None => Text::fixed("Snapshots"),
        };
        Title {
            name,
            status: common::matching(&self.rows),
        }
    }

    fn draw(&self, paint: &Paint<'_>, cx: &Context<'_>, area: Rect, buf: &mut Buffer) {
        if let Some((_, page)) = &self.drill {
            return page.draw(paint, area, buf);
        }
        let empty = Line::new(
            "No RDS instance or Aurora cluster in this region",
            Role::Dim,
        );
        let table = Table {
            columns: WIDTHS,
            fresh: self.fresh(cx),
            empty,
        };
        let cell = |row: &DatabaseRow, column| self.cell(row, column, cx);
        table.draw(
            paint,
            self.rows.list(),
            self.rows.rows(),
            (Row::key, cell),
            area,
            buf,
        );
    }
}
