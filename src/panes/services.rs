//! Pane 1, the services of the cluster.
//!
//! ```text
//! ┌1 Services ─ orchard · 2,400 of 5,000 ──────────────────────────────┐
//! │  SERVICE            RUN/DES PEND  CPU   MEM  ROLLOUT     AGE LAUNCH│
//! │▸ api                    6/8    2  81%▲  64%  in prog 6/8 12m EC2   │
//! │  batch-worker           2/2    0  12%   40%  done         3d EC2   │
//! └────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! Names come first, so that a cluster of 5,000 is usable at once; then the
//! facts of the rows on the screen, at the refresh pace; then the rest in
//! batches. `enter` opens one service (`services/detail.rs`).

mod aim;
mod deed;
mod detail;
mod look;
mod row;
mod take;

use super::ask::{Ask, Gauges};
use super::browse::{Browser, browses};
use super::raw::Raw;
use super::running::Changes;
use super::sight::Sight;
use super::wished::{Wished, wished};
use super::{Act, Context, Pane, Title};
use crate::domain::ecs::{Service, ServiceRef};
use crate::domain::ids::{ClusterName, ServiceName, TaskDefinition};
use crate::domain::text::Text;
use crate::model::list::Row;
use crate::model::loadable::Loadable;
use crate::model::query::{Pace, Query, RawOf, Reply, Want};
use crate::model::verb::{Place, Verb};
use crate::session::order::Report;
use crate::session::plan::ServiceWish;
use crate::session::survey::Wish;
use crate::view::lines::Line;
use crate::view::paint::Paint;
use crate::view::table::Table;
use crate::view::theme::Role;
use aim::names_pace;
use detail::Drill;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use row::{COLUMNS, ServiceRow, WIDTHS};
use std::collections::HashMap;
use std::sync::Arc;

/// Logs that `l` waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Awaited {
    service: Text,
    definition: TaskDefinition,
}

/// So many services an onlooker takes in.
const NOTICED: usize = 20;

/// The services of one cluster.
#[derive(Debug)]
pub struct Services {
    rows: Browser<ServiceRow>,
    index: HashMap<ServiceName, u32>,
    names: Loadable<()>,
    details: Loadable<()>,
    filled: usize,
    visible: Ask<ServiceName>,
    /// Rows elsewhere that were never answered.
    rest: Ask<ServiceName>,
    /// Rows elsewhere that were answered long ago.
    again: Ask<ServiceName>,
    gauges: Gauges,
    changes: Changes,
    drill: Option<Drill>,
    raw: Raw,
    awaited: Option<Awaited>,
    decided: Vec<Act>,
    size: (u16, u16),
}

impl Default for Services {
    fn default() -> Self {
        Self {
            rows: Browser::new(COLUMNS),
            index: HashMap::new(),
            names: Loadable::default(),
            details: Loadable::default(),
            filled: 0,
            visible: Ask::default(),
            rest: Ask::default(),
            again: Ask::default(),
            gauges: Gauges::default(),
            changes: Changes::default(),
            drill: None,
            raw: Raw::default(),
            awaited: None,
            decided: Vec::new(),
            size: (0, 0),
        }
    }
}

impl Services {
    fn selected(&self) -> Option<&Arc<Service>> {
        self.rows.selected().and_then(ServiceRow::service)
    }

    fn at(name: &ServiceName, cx: &Context<'_>) -> Option<ServiceRef> {
        cx.cluster.map(|cluster| ServiceRef {
            cluster: cluster.clone(),
            service: name.clone(),
        })
    }

    fn selected_ref(&self, cx: &Context<'_>) -> Option<ServiceRef> {
        match &self.drill {
            Some(drill) => Some(drill.at.clone()),
            None => self.rows.selected().and_then(|row| Self::at(&row.name, cx)),
        }
    }
}

impl Pane for Services {
    fn place(&self) -> Place {
        Place::Services
    }

    fn sights(&self) -> Vec<Sight> {
        let known = self.rows.rows().iter().take(NOTICED);
        let sight = |row: &ServiceRow| {
            Some(Sight::Service {
                name: row.name.text(),
                cpu: row.cpu,
                pending: row.service()?.pending,
            })
        };
        known.filter_map(sight).collect()
    }

    fn wishes(&self) -> Vec<Wished> {
        wished(&self.rows, |row| {
            let service = row.service()?;
            Some(Wish::Service(ServiceWish {
                cluster: service.at.cluster.clone(),
                name: service.at.service.clone(),
                min: service.desired,
                max: service.desired,
            }))
        })
    }

    fn wants(&self, cx: &Context<'_>) -> Vec<Want> {
        let Some(cluster) = cx.cluster else {
            return vec![Want {
                query: Query::Clusters,
                pace: Pace::Once,
            }];
        };
        let awaited = self.awaited_want().into_iter();
        let mut wants: Vec<Want> = awaited.chain(self.raw.want()).collect();
        let pace = Pace::Every(names_pace(self.rows.rows().len(), cx));
        wants.push(Want {
            query: Query::ServiceNames(cluster.clone()),
            pace,
        });
        match &self.drill {
            Some(drill) => {
                let pace = Pace::Every(cx.settings.refresh * 2);
                wants.push(Want {
                    query: Query::ServiceDetail(drill.at.clone()),
                    pace,
                });
            }
            None => self.list_wants(cluster, cx, &mut wants),
        }
        wants
    }

    fn reply(&mut self, reply: &Reply, cx: &Context<'_>) {
        match &reply.query {
            Query::ServiceNames(cluster) if cx.cluster == Some(cluster) => {
                self.names(&reply.answer, cx);
            }
            Query::Services { cluster, fill, .. } if cx.cluster == Some(cluster) => {
                self.details(*fill, &reply.answer, cx);
            }
            Query::ServiceDetail(at) if cx.cluster == Some(&at.cluster) => {
                self.detail(at, &reply.answer, cx);
            }
            Query::Clusters => self.clusters(&reply.answer, cx),
            Query::Raw(_) => self.raw.reply(reply, cx),
            Query::LogTargets(definition) => self.log_targets(definition, &reply.answer, cx),
            Query::Metrics(_) => self.measure(reply, cx),
            _ => return,
        }
        self.settle(cx);
    }

    fn carrier(&mut self, report: &Report, _cx: &Context<'_>) {
        self.changes.note(report);
    }

    fn tick(&mut self, cx: &Context<'_>) {
        if let Some(drill) = &mut self.drill {
            drill.compose(cx);
        }
        self.settle(cx);
    }

    fn resize(&mut self, width: u16, height: u16) {
        self.size = (width, height);
        self.rows.set_height(Table::rows_in(height));
        if let Some(drill) = &mut self.drill {
            drill.resize(self.size);
        }
    }

    fn can(&self, verb: Verb, cx: &Context<'_>) -> bool {
        match (&self.drill, verb) {
            (Some(_), Verb::Back) => true,
            (Some(drill), _) if drill.page.can(verb) => true,
            (Some(_), _) => self.can_on_row(verb, cx),
            (None, _) => self.rows.can(verb) || self.can_on_row(verb, cx),
        }
    }

    fn act(&mut self, verb: Verb, cx: &Context<'_>) -> Vec<Act> {
        let moved = match &mut self.drill {
            Some(drill) => drill.page.act(verb),
            None => self.rows.act(verb),
        };
        let mut acts = Vec::new();
        match verb {
            _ if moved => {}
            Verb::Enter if self.drill.is_none() => self.open(cx),
            Verb::Back => self.drill = None,
            Verb::Scale => acts = self.scale(cx),
            Verb::Describe => acts = self.describe(),
            Verb::Raw => self.raw.ask(self.selected_ref(cx).map(RawOf::Service)),
            Verb::Logs => self.await_logs(),
            Verb::Copy => acts = self.copy(cx),
            _ => {}
        }
        self.settle(cx);
        acts
    }

    fn decided(&mut self, _cx: &Context<'_>) -> Vec<Act> {
        let mut acts = std::mem::take(&mut self.decided);
        acts.extend(self.raw.decided());
        acts
    }

    fn service(&self) -> Option<&Arc<Service>> {
        self.selected()
    }

    browses!(rows);

    fn drilled(&self) -> bool {
        self.drill.is_some()
    }

    fn clear(&mut self) {
        let mut rows = std::mem::replace(&mut self.rows, Browser::new(COLUMNS));
        rows.clear();
        *self = Self {
            rows,
            size: self.size,
            changes: std::mem::take(&mut self.changes),
            ..Self::default()
        };
    }

    fn title(&self, cx: &Context<'_>) -> Title {
        let cluster = cx
            .cluster
            .map_or_else(|| Text::fixed("no cluster"), ClusterName::text);
        let name = match &self.drill {
            Some(drill) => format!("Services ─ {cluster} › {}", drill.at.service.text()),
            None => format!("Services ─ {cluster}"),
        };
        let status = if self.drill.is_some() || self.names.rows().is_none() {
            String::new()
        } else {
            self.progress()
        };
        Title {
            name: Text::clean(&name),
            status: Text::clean(&status),
        }
    }

    fn draw(&self, paint: &Paint<'_>, cx: &Context<'_>, area: Rect, buf: &mut Buffer) {
        if let Some(drill) = &self.drill {
            return drill.draw(paint, cx, area, buf);
        }
        let empty = cx.cluster.map_or_else(
            || {
                Line::new(
                    "No ECS cluster in this region — :region looks at another",
                    Role::Dim,
                )
            },
            |cluster| {
                Line::of(
                    format!(
                        "No service in cluster {} — :cluster shows another",
                        cluster.text()
                    ),
                    Role::Dim,
                )
            },
        );
        let table = Table {
            columns: WIDTHS,
            fresh: self.fresh(cx),
            empty,
        };
        let cell = |row: &ServiceRow, column| self.cell(row, column, cx);
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

#[cfg(test)]
mod tests;
