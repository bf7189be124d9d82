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

mod detail;
mod row;

use super::ask::{Ask, Gauges};
use super::browse::{Browser, browses};
use super::raw::Raw;
use super::running::Changes;
use super::sight::Sight;
use super::status::{Source, beside, joined};
use super::wished::{Wished, wished};
use super::{Act, Context, Pane, Title, common};
use crate::domain::ecs::{Service, ServiceRef};
use crate::domain::health::Level;
use crate::domain::ids::{ClusterName, ServiceName, TaskDefinition};
use crate::domain::metrics::Metric;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::domain::units;
use crate::model::list::Row;
use crate::model::loadable::{Completeness, Loadable};
use crate::model::query::{Answer, Facts, Fill, Pace, Query, RawOf, Reply, Want};
use crate::model::verb::{Place, Verb};
use crate::session::order::Report;
use crate::session::plan::ServiceWish;
use crate::session::survey::Wish;
use crate::view::freshness::Freshness;
use crate::view::lines::{Line, Span};
use crate::view::paint::Paint;
use crate::view::table::Table;
use crate::view::theme::Role;
use detail::Drill;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use row::{COLUMNS, Known, ServiceRow, WIDTHS};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Names asked for in one batch of the rest: ten calls.
const BATCH: usize = 100;

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

    /// Brings what is asked for up to date with what is on the screen.
    fn settle(&mut self, cx: &Context<'_>) {
        self.aim_visible(cx);
        self.aim_rest(cx);
        self.aim_gauges(cx);
    }

    /// Rows on the screen that were never answered or are due; with one of these, all that are half due go along.
    fn aim_visible(&mut self, cx: &Context<'_>) {
        let refresh = cx.settings.refresh;
        let older = |row: &&ServiceRow, than: Duration| {
            !row.is_filled() || cx.now.mono.saturating_sub(row.at) >= than
        };
        if self.rows.visible().any(|row| older(&row, refresh)) {
            self.visible.aim(
                self.rows
                    .visible()
                    .filter(|row| older(row, refresh / 2))
                    .map(|row| row.name.clone()),
            );
        }
    }

    /// The next batch of rows elsewhere: those without facts, and once there is none, those answered long ago.
    fn aim_rest(&mut self, cx: &Context<'_>) {
        let rows = self.rows.rows();
        let asked = self.visible.keys().map_or(&[][..], |names| names);
        let good_for = Duration::from_mins(1).max(Duration::from_millis(200) * rows.len() as u32);
        let old =
            |row: &&ServiceRow| row.is_filled() && cx.now.mono.saturating_sub(row.at) >= good_for;
        let elsewhere = |row: &&ServiceRow| !asked.contains(&row.name);
        let name = |row: &ServiceRow| row.name.clone();
        let new = rows.iter().filter(|row| !row.is_filled());
        self.rest.aim(new.filter(elsewhere).take(BATCH).map(name));
        let old = rows.iter().filter(old);
        self.again.aim(old.filter(elsewhere).take(BATCH).map(name));
    }

    /// Both come through one slot: what is under way is not replaced, and new rows go before old ones.
    fn elsewhere(&self) -> Option<(&Arc<[ServiceName]>, Fill)> {
        let rest = self.rest.keys().filter(|_| !self.again.is_flying());
        rest.map(|names| (names, Fill::Rest))
            .or(self.again.keys().map(|names| (names, Fill::Again)))
    }

    fn aim_gauges(&mut self, cx: &Context<'_>) {
        let known = self.rows.visible().filter_map(ServiceRow::service);
        let both = known.flat_map(|s| {
            [
                Metric::ServiceCpu(s.at.clone()),
                Metric::ServiceMemory(s.at.clone()),
            ]
        });
        self.gauges.aim(both, cx.now);
    }

    /// Without a cluster there are no names: what is known of the clusters stands in for them.
    fn clusters(&mut self, answer: &Answer, cx: &Context<'_>) {
        match answer {
            _ if cx.cluster.is_some() => {}
            Answer::Started => self.names.started(cx.now),
            Answer::Whole(Facts::Clusters(found)) if found.is_empty() => {
                self.names.arrived((), cx.now, Completeness::Whole);
            }
            Answer::Failed { fault, next_try } => self.names.failed(fault.clone(), *next_try),
            Answer::Part(_) | Answer::Whole(_) => {}
        }
    }

    fn names(&mut self, answer: &Answer, cx: &Context<'_>) {
        match answer {
            Answer::Started => self.names.started(cx.now),
            Answer::Part(Facts::ServiceNames(names)) => self.some_names(names, cx),
            Answer::Whole(Facts::ServiceNames(names)) => self.all_names(names, cx),
            Answer::Failed { fault, next_try } => self.names.failed(fault.clone(), *next_try),
            Answer::Part(_) | Answer::Whole(_) => {}
        }
    }

    /// Adds names; none is taken away before the whole list is there.
    fn some_names(&mut self, names: &[ServiceName], cx: &Context<'_>) {
        let index = &mut self.index;
        let new = |name: &&ServiceName| !index.contains_key(*name);
        let fresh: Vec<ServiceRow> = names
            .iter()
            .filter(new)
            .cloned()
            .map(ServiceRow::new)
            .collect();
        if fresh.is_empty() && self.names.rows().is_some() {
            return;
        }
        self.rows.change(|rows| {
            for row in fresh {
                index.insert(row.name.clone(), rows.len() as u32);
                rows.push(row);
            }
        });
        self.names.arrived(
            (),
            cx.now,
            Completeness::Partial {
                have: names.len(),
                of: None,
            },
        );
    }

    /// The list as AWS gives it now; what is known of a row stays.
    fn all_names(&mut self, names: &[ServiceName], cx: &Context<'_>) {
        self.names.arrived((), cx.now, Completeness::Whole);
        if names.len() == self.rows.rows().len()
            && names.iter().eq(self.rows.rows().iter().map(|r| &r.name))
        {
            return;
        }
        let index = &mut self.index;
        self.rows.change(|rows| {
            let mut old: Vec<Option<ServiceRow>> =
                std::mem::take(rows).into_iter().map(Some).collect();
            let mut keep = |name: &ServiceName| {
                index
                    .get(name)
                    .and_then(|&i| old.get_mut(i as usize)?.take())
            };
            rows.extend(
                names
                    .iter()
                    .map(|name| keep(name).unwrap_or_else(|| ServiceRow::new(name.clone()))),
            );
            *index = rows
                .iter()
                .enumerate()
                .map(|(i, row)| (row.name.clone(), i as u32))
                .collect();
        });
        self.count_filled();
    }

    fn count_filled(&mut self) {
        self.filled = self.rows.rows().iter().filter(|r| r.is_filled()).count();
    }

    fn details(&mut self, fill: Fill, answer: &Answer, cx: &Context<'_>) {
        match fill {
            Fill::Visible => self.visible.note(answer),
            Fill::Rest => self.rest.note(answer),
            Fill::Again => self.again.note(answer),
        }
        match answer {
            Answer::Part(Facts::Services { found, missing })
            | Answer::Whole(Facts::Services { found, missing }) => {
                self.details.arrived((), cx.now, Completeness::Whole);
                self.take(found, missing, cx);
            }
            Answer::Failed { fault, next_try } => self.details.failed(fault.clone(), *next_try),
            _ => {}
        }
    }

    fn take(&mut self, found: &[Arc<Service>], missing: &[ServiceName], cx: &Context<'_>) {
        let (index, at) = (&self.index, cx.now.mono);
        let known = found
            .iter()
            .map(|s| (&s.at.service, Known::Facts(s.clone())));
        let gone = missing.iter().map(|name| (name, Known::Gone));
        self.filled += self.rows.change(|rows| {
            let mut new = 0;
            for (name, known) in known.chain(gone) {
                if let Some(row) = index.get(name).and_then(|&i| rows.get_mut(i as usize)) {
                    new += usize::from(!row.is_filled());
                    row.known = known;
                    row.at = at;
                }
            }
            new
        });
    }

    /// Copies the newest values into the rows they belong to, so that rows sort by them.
    fn measure(&mut self, reply: &Reply, cx: &Context<'_>) {
        if !self.gauges.reply(reply, cx.now) {
            return;
        }
        let (index, gauges) = (&self.index, &self.gauges);
        self.rows.change(|rows| {
            for metric in reply.query.metrics() {
                let (Metric::ServiceCpu(at) | Metric::ServiceMemory(at)) = metric else {
                    continue;
                };
                let row = index
                    .get(&at.service)
                    .and_then(|&i| rows.get_mut(i as usize));
                if let Some(row) = row.filter(|_| cx.cluster == Some(&at.cluster)) {
                    row.measure(metric, gauges.last(metric));
                }
            }
        });
    }

    fn detail(&mut self, at: &ServiceRef, answer: &Answer, cx: &Context<'_>) {
        if let Answer::Whole(Facts::ServiceDetail(found)) = answer {
            self.take(&[Arc::new(found.service.clone())], &[], cx);
        }
        if let Some(drill) = self.drill.as_mut().filter(|d| d.at == *at) {
            drill.reply(answer, cx);
        }
    }

    fn log_targets(&mut self, asked: &TaskDefinition, answer: &Answer, cx: &Context<'_>) {
        let Some(Awaited {
            service,
            definition,
        }) = &self.awaited
        else {
            return;
        };
        if definition != asked {
            return;
        }
        match answer {
            Answer::Whole(Facts::LogTargets(targets)) if targets.is_empty() => {
                let text = format!(
                    "{service} writes no logs to CloudWatch — its containers have no awslogs options — choose a group in pane 5"
                );
                self.decide(common::say(Level::Warn, text, cx));
            }
            Answer::Whole(Facts::LogTargets(targets)) => {
                self.decide(Act::ShowLogs(targets.clone()));
            }
            Answer::Failed { fault, .. } => self.decide(common::say_fault(fault, cx)),
            _ => {}
        }
    }

    fn decide(&mut self, act: Act) {
        self.awaited = None;
        self.decided.push(act);
    }

    fn open(&mut self, cx: &Context<'_>) {
        let at = self.selected_ref(cx);
        self.drill = at.map(|at| Drill::new(at, self.size));
    }

    fn await_logs(&mut self) {
        let service = match &self.drill {
            Some(drill) => drill.service().or_else(|| self.selected().map(|s| &**s)),
            None => self.selected().map(|s| &**s),
        };
        let wait = service.map(|s| Awaited {
            service: s.at.service.text(),
            definition: s.task_definition.clone(),
        });
        self.awaited = wait;
    }

    fn describe(&self) -> Vec<Act> {
        let Some(service) = self.selected() else {
            return Vec::new();
        };
        vec![Act::Page {
            title: service.at.service.text(),
            lines: detail::describe(service),
        }]
    }

    fn copy(&self, cx: &Context<'_>) -> Vec<Act> {
        self.selected_ref(cx)
            .map(|at| {
                common::copy(
                    self.selected().and_then(|s| s.arn.as_ref()),
                    &at.service.text(),
                )
            })
            .into_iter()
            .collect()
    }

    fn scale(&self, cx: &Context<'_>) -> Vec<Act> {
        let Some(at) = self.selected_ref(cx) else {
            return Vec::new();
        };
        let marked = if self.drill.is_some() {
            0
        } else {
            self.rows.list().marks().len()
        };
        common::ask(Verb::Scale, Subject::Service(at), marked, cx)
    }
}

impl Services {
    fn fresh(&self, cx: &Context<'_>) -> Freshness {
        let names = Source::new("", &self.names, names_pace(self.rows.rows().len(), cx), cx);
        let mut fresh = joined(&[names], !self.rows.rows().is_empty());
        if matches!(
            self.names.completeness(),
            Some(Completeness::Partial { .. })
        ) {
            fresh.line = None; // the title says how far it is
        }
        if self.details.fault().is_some() && fresh.line.is_none() {
            fresh.line = Source::new("facts", &self.details, cx.settings.refresh, cx).line();
        }
        beside(fresh, "CPU, MEM", self.gauges.fault())
    }

    fn progress(&self) -> String {
        let (all, shown) = (self.rows.rows().len(), self.rows.list().len());
        if !self.filter().is_empty() {
            return format!(
                "{} of {} match",
                units::count(shown as u64),
                units::count(all as u64)
            );
        }
        if self.filled < all {
            return format!(
                "{} of {}",
                units::count(self.filled as u64),
                units::count(all as u64)
            );
        }
        format!(
            "{} service{}",
            units::count(all as u64),
            if all == 1 { "" } else { "s" }
        )
    }

    fn list_wants(&self, cluster: &ClusterName, cx: &Context<'_>, wants: &mut Vec<Want>) {
        let refresh = cx.settings.refresh;
        let services = |names: &Arc<[ServiceName]>, fill| Query::Services {
            cluster: cluster.clone(),
            names: names.clone(),
            fill,
        };
        if let Some(names) = self.visible.keys() {
            wants.push(Want {
                query: services(names, Fill::Visible),
                pace: Pace::Every(refresh),
            });
        }
        if let Some((names, fill)) = self.elsewhere() {
            wants.push(Want {
                query: services(names, fill),
                pace: Pace::Once,
            });
        }
        wants.extend(self.gauges.want());
    }

    fn awaited_want(&self) -> Option<Want> {
        let definition = self.awaited.as_ref()?.definition.clone();
        Some(Want {
            query: Query::LogTargets(definition),
            pace: Pace::Once,
        })
    }

    fn cell(&self, row: &ServiceRow, column: usize, cx: &Context<'_>) -> Span {
        let rollout = COLUMNS[column] == "ROLLOUT";
        match self.changes.of(|s| matches!(s, Subject::Service(at) if at.service == row.name && Some(&at.cluster) == cx.cluster)) {
            Some((said, role)) if rollout => Span::new(said, role),
            _ => row.cell(column, cx.now.wall),
        }
    }

    fn can_on_row(&self, verb: Verb, cx: &Context<'_>) -> bool {
        let drilled = self.drill.is_some();
        match verb {
            Verb::Enter => !drilled && self.rows.selected().is_some(),
            Verb::Scale => common::writes(cx) && (drilled || self.selected().is_some()),
            Verb::Logs | Verb::Describe => self.selected().is_some(),
            Verb::Raw | Verb::Copy => self.rows.selected().is_some(),
            _ => false,
        }
    }
}

/// A list of many pages is read anew less often: 5,000 names are 50 calls.
fn names_pace(names: usize, cx: &Context<'_>) -> Duration {
    let pages = names.div_ceil(100).max(1) as u32;
    (cx.settings.refresh * 4 * pages).max(Duration::from_secs(20))
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
