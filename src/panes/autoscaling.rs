//! Pane 2, what scales by itself: targets of ECS services, and EC2 groups.
//!
//! ```text
//! ┌2 Autoscaling ──────────────────────────────────────────────────────┐
//! │  TARGET          MIN≤DES≤MAX  METRIC                   STATE       │
//! │▸ api             2 ≤ 8 ≤ 12   CPU 81→75 %               starting 2 │
//! │  orchard-nodes   2 ≤ 4 ≤ 6    4 in service · 12 cr     credits low│
//! └────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! A target knows its bounds only; what is desired and runs comes from the
//! service's facts, what it follows from its policies and the service's series.

mod detail;
mod row;

use super::ask::{Ask, Gauges};
use super::browse::{Browser, browses};
use super::raw::Raw;
use super::running::Changes;
use super::status::{Source, beside, joined};
use super::wished::{Wished, wished};
use super::{Act, Context, Pane, Title, common};
use crate::domain::autoscaling::{Group, Policy, ScalableTarget, Scaled};
use crate::domain::ecs::Service;
use crate::domain::ids::ServiceName;
use crate::domain::metrics::Metric;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::model::list::Row;
use crate::model::loadable::{Completeness, Loadable};
use crate::model::query::{Answer, Facts, Fill, Pace, Query, RawOf, Reply, Want};
use crate::model::verb::{Place, Verb};
use crate::session::order::Report;
use crate::session::plan::{GroupWish, ServiceWish};
use crate::session::survey::Wish;
use crate::view::freshness::Freshness;
use crate::view::lines::{Line, Span};
use crate::view::paint::Paint;
use crate::view::table::Table;
use crate::view::theme::Role;
use detail::Drill;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use row::{COLUMNS, GroupFacts, ScalingRow, TargetFacts, WIDTHS};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Targets and groups.
#[derive(Debug)]
pub struct Autoscaling {
    rows: Browser<ScalingRow>,
    targets: Loadable<Vec<ScalableTarget>>,
    policies: Loadable<Vec<Policy>>,
    groups: Loadable<Vec<Group>>,
    /// Facts of the services that have a target, as any pane's question brought them.
    services: HashMap<ServiceName, (Arc<Service>, Duration)>,
    ask: Ask<ServiceName>,
    gauges: Gauges,
    changes: Changes,
    raw: Raw,
    drill: Option<Drill>,
    size: (u16, u16),
}

impl Default for Autoscaling {
    fn default() -> Self {
        Self {
            rows: Browser::new(COLUMNS),
            targets: Loadable::default(),
            policies: Loadable::default(),
            groups: Loadable::default(),
            services: HashMap::new(),
            ask: Ask::default(),
            gauges: Gauges::default(),
            changes: Changes::default(),
            raw: Raw::default(),
            drill: None,
            size: (0, 0),
        }
    }
}

/// Takes one answer into the rows it loads.
fn load<T>(
    into: &mut Loadable<Vec<T>>,
    answer: &Answer,
    take: impl FnOnce(&Facts) -> Option<Vec<T>>,
    cx: &Context<'_>,
) {
    match answer {
        Answer::Started => into.started(cx.now),
        Answer::Failed { fault, next_try } => into.failed(fault.clone(), *next_try),
        Answer::Part(facts) => {
            if let Some(found) = take(facts) {
                let so_far = Completeness::Partial {
                    have: found.len(),
                    of: None,
                };
                into.arrived(found, cx.now, so_far);
            }
        }
        Answer::Whole(facts) => {
            if let Some(found) = take(facts) {
                into.arrived(found, cx.now, Completeness::Whole);
            }
        }
    }
}

impl Autoscaling {
    /// Puts the rows together anew from all that is known.
    fn join(&mut self, cx: &Context<'_>) {
        let ours = |t: &&ScalableTarget| Some(&t.at.cluster) == cx.cluster;
        let targets = self
            .targets
            .rows()
            .into_iter()
            .flatten()
            .filter(ours)
            .map(|t| self.target(t));
        let groups = self
            .groups
            .rows()
            .into_iter()
            .flatten()
            .map(|g| self.group(g));
        let joined: Vec<ScalingRow> = targets.chain(groups).collect();
        self.rows.change(|rows| *rows = joined);
        let all_told = self.targets.has_told() && self.groups.has_told();
        self.rows.rest_on(|_| true, all_told);
        self.aim(cx);
        self.compose(cx);
    }

    fn target(&self, target: &ScalableTarget) -> ScalingRow {
        let policies = self
            .policies
            .rows()
            .into_iter()
            .flatten()
            .filter(|p| p.is_of(&target.at))
            .cloned()
            .collect();
        let service = self
            .services
            .get(&target.at.service)
            .map(|(s, _)| s.clone());
        let mut facts = TargetFacts {
            target: target.clone(),
            policies,
            service,
            value: None,
        };
        facts.value = facts.metric().and_then(|m| self.gauges.last(&m));
        ScalingRow::Target(Box::new(facts))
    }

    fn group(&self, group: &Group) -> ScalingRow {
        let balances = GroupFacts::burstable(group)
            .filter_map(|id| self.gauges.last(&Metric::CpuCredits(id.clone())));
        ScalingRow::Group(Box::new(GroupFacts {
            credits: balances.reduce(f64::min),
            group: group.clone(),
        }))
    }

    /// Asks for what the rows on the screen lack.
    fn aim(&mut self, cx: &Context<'_>) {
        let overdue = cx.settings.refresh * 2;
        let stale = |name: &&ServiceName| {
            self.services
                .get(*name)
                .is_none_or(|(_, at)| cx.now.mono.saturating_sub(*at) >= overdue)
        };
        let visible = self.rows.visible().filter_map(|row| match row {
            ScalingRow::Target(t) => Some(&t.target.at.service),
            ScalingRow::Group(_) => None,
        });
        self.ask.aim(visible.filter(stale).cloned());
        let series = self.rows.visible().flat_map(series);
        self.gauges.aim(series, cx.now);
    }

    fn compose(&mut self, cx: &Context<'_>) {
        if let Some(drill) = &mut self.drill {
            let row = self.rows.rows().iter().find(|r| r.key() == drill.at);
            drill.compose(row, &self.gauges, self.size.0, cx);
        }
    }

    fn keep_services(&mut self, answer: &Answer, cx: &Context<'_>) {
        self.ask.note(answer);
        if let Answer::Part(Facts::Services { found, missing })
        | Answer::Whole(Facts::Services { found, missing }) = answer
        {
            self.keep(found, cx);
            self.services.retain(|name, _| !missing.contains(name));
        }
    }

    /// Keeps what belongs to a target; before the targets are known, everything.
    fn keep(&mut self, found: &[Arc<Service>], cx: &Context<'_>) {
        let targets = self.targets.rows();
        let has_target =
            |s: &&Arc<Service>| targets.is_none_or(|all| all.iter().any(|t| t.at == s.at));
        let kept = found
            .iter()
            .filter(has_target)
            .map(|s| (s.at.service.clone(), (s.clone(), cx.now.mono)));
        self.services.extend(kept);
    }

    fn selected(&self) -> Option<&ScalingRow> {
        match &self.drill {
            Some(drill) => self.rows.rows().iter().find(|r| r.key() == drill.at),
            None => self.rows.selected(),
        }
    }

    fn on_row(&mut self, verb: Verb, cx: &Context<'_>) -> Vec<Act> {
        let Some(row) = self.selected() else {
            return Vec::new();
        };
        match verb {
            Verb::Scale => {
                let marked = if self.drill.is_some() {
                    0
                } else {
                    self.rows.list().marks().len()
                };
                common::ask(verb, subject(row.key()), marked, cx)
            }
            Verb::Describe => vec![Act::Page {
                title: row.name(),
                lines: detail::describe(row),
            }],
            Verb::Raw => {
                let of = raw_of(row.key());
                self.raw.ask(Some(of));
                Vec::new()
            }
            Verb::Copy => vec![common::copy(row.arn(), &row.name())],
            _ => Vec::new(),
        }
    }

    fn fresh(&self, cx: &Context<'_>) -> Freshness {
        let often = often(cx);
        let sources = [
            Source::new("targets", &self.targets, often, cx),
            Source::new("groups", &self.groups, often, cx),
            Source::new("policies", &self.policies, often * 4, cx),
        ];
        // Policies alone make no rows: while they are awaited nothing is missing.
        let fresh = joined(
            &sources[..if self.policies.fault().is_some() {
                3
            } else {
                2
            }],
            !self.rows.rows().is_empty(),
        );
        beside(fresh, "METRIC", self.gauges.fault())
    }

    fn cell(&self, row: &ScalingRow, column: usize) -> Span {
        let ours = || self.changes.of(|s| *s == subject(row.key()));
        match COLUMNS[column] {
            "STATE" => {
                ours().map_or_else(|| row.cell(column), |(said, role)| Span::new(said, role))
            }
            _ => row.cell(column),
        }
    }
}

fn subject(at: Scaled) -> Subject {
    match at {
        Scaled::Service(at) => Subject::Service(at),
        Scaled::Group(name) => Subject::Group(name),
    }
}

fn wish(row: &ScalingRow) -> Wish {
    match row {
        ScalingRow::Target(facts) => Wish::Service(ServiceWish {
            cluster: facts.target.at.cluster.clone(),
            name: facts.target.at.service.clone(),
            min: facts.target.min,
            max: facts.target.max,
        }),
        ScalingRow::Group(facts) => Wish::Group(GroupWish {
            name: facts.group.name.clone(),
            min: facts.group.min,
            max: facts.group.max,
        }),
    }
}

fn raw_of(at: Scaled) -> RawOf {
    match at {
        Scaled::Service(at) => RawOf::Target(at),
        Scaled::Group(name) => RawOf::Group(name),
    }
}

/// The series a row is judged by.
fn series(row: &ScalingRow) -> Vec<Metric> {
    match row {
        ScalingRow::Target(t) => t.metric().into_iter().collect(),
        ScalingRow::Group(g) => GroupFacts::burstable(&g.group)
            .cloned()
            .map(Metric::CpuCredits)
            .collect(),
    }
}

fn often(cx: &Context<'_>) -> Duration {
    cx.settings.refresh * 3
}

impl Pane for Autoscaling {
    fn place(&self) -> Place {
        Place::Autoscaling
    }

    fn wishes(&self) -> Vec<Wished> {
        wished(&self.rows, |row| Some(wish(row)))
    }

    fn wants(&self, cx: &Context<'_>) -> Vec<Want> {
        let every = |query, pace| Want {
            query,
            pace: Pace::Every(pace),
        };
        let mut wants = vec![
            every(Query::ScalableTargets, often(cx)),
            every(Query::Groups, often(cx)),
            every(Query::Policies(Arc::new([])), often(cx) * 4),
        ];
        if let (Some(cluster), Some(names)) = (cx.cluster, self.ask.keys()) {
            let query = Query::Services {
                cluster: cluster.clone(),
                names: names.clone(),
                fill: Fill::Visible,
            };
            wants.push(every(query, cx.settings.refresh));
        }
        wants.extend(self.gauges.want());
        wants.extend(self.raw.want());
        wants.extend(self.drill.as_ref().map(|drill| {
            let query = match &drill.at {
                Scaled::Service(at) => Query::TargetDetail(at.clone()),
                Scaled::Group(name) => Query::GroupDetail(name.clone()),
            };
            every(query, detail::pace(cx))
        }));
        wants
    }

    fn reply(&mut self, reply: &Reply, cx: &Context<'_>) {
        let answer = &reply.answer;
        match &reply.query {
            Query::ScalableTargets => load(
                &mut self.targets,
                answer,
                |f| match f {
                    Facts::ScalableTargets(found) => Some(found.clone()),
                    _ => None,
                },
                cx,
            ),
            Query::Policies(of) if of.is_empty() => load(
                &mut self.policies,
                answer,
                |f| match f {
                    Facts::Policies(found) => Some(found.clone()),
                    _ => None,
                },
                cx,
            ),
            Query::Groups => load(
                &mut self.groups,
                answer,
                |f| match f {
                    Facts::Groups(found) => Some(found.clone()),
                    _ => None,
                },
                cx,
            ),
            Query::Services {
                cluster,
                fill: Fill::Visible,
                ..
            } if cx.cluster == Some(cluster) => self.keep_services(answer, cx),
            Query::Services { cluster, .. } if cx.cluster == Some(cluster) => match answer {
                Answer::Part(Facts::Services { found, .. })
                | Answer::Whole(Facts::Services { found, .. }) => self.keep(found, cx),
                _ => return,
            },
            Query::Metrics(_) => _ = self.gauges.reply(reply, cx.now),
            Query::TargetDetail(_) | Query::GroupDetail(_) => self.detail(reply, cx),
            Query::Raw(_) => return self.raw.reply(reply, cx),
            _ => return,
        }
        self.join(cx);
    }

    fn carrier(&mut self, report: &Report, _cx: &Context<'_>) {
        self.changes.note(report);
    }

    fn tick(&mut self, cx: &Context<'_>) {
        self.aim(cx);
        self.compose(cx);
    }

    fn resize(&mut self, width: u16, height: u16) {
        self.size = (width, height);
        self.rows.set_height(Table::rows_in(height));
        if let Some(drill) = &mut self.drill {
            drill.page.set_height(height);
        }
    }

    fn can(&self, verb: Verb, cx: &Context<'_>) -> bool {
        let moves = self
            .drill
            .as_ref()
            .map_or_else(|| self.rows.can(verb), |drill| drill.page.can(verb));
        moves
            || match verb {
                Verb::Back => self.drill.is_some(),
                Verb::Enter => self.drill.is_none() && self.selected().is_some(),
                Verb::Scale => common::writes(cx) && self.selected().is_some(),
                Verb::Describe | Verb::Raw | Verb::Copy => self.selected().is_some(),
                _ => false,
            }
    }

    fn act(&mut self, verb: Verb, cx: &Context<'_>) -> Vec<Act> {
        let moved = match &mut self.drill {
            Some(drill) => drill.page.act(verb),
            None => self.rows.act(verb),
        };
        match verb {
            _ if moved => self.aim(cx),
            Verb::Enter if self.drill.is_none() => {
                self.drill = self
                    .rows
                    .selected()
                    .map(|row| Drill::new(row.key(), self.size.1));
            }
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
        let mut rows = std::mem::replace(&mut self.rows, Browser::new(COLUMNS));
        rows.clear();
        *self = Self {
            rows,
            size: self.size,
            changes: std::mem::take(&mut self.changes),
            ..Self::default()
        };
    }

    fn title(&self, _cx: &Context<'_>) -> Title {
        let name = match (&self.drill, self.selected()) {
            (Some(_), Some(row)) => Text::clean(&format!("Autoscaling › {}", row.name())),
            _ => Text::fixed("Autoscaling"),
        };
        Title {
            name,
            status: common::matching(&self.rows),
        }
    }

    fn draw(&self, paint: &Paint<'_>, cx: &Context<'_>, area: Rect, buf: &mut Buffer) {
        if let Some(drill) = &self.drill {
            return drill.draw(paint, cx, area, buf);
        }
        let empty = Line::new(
            "Nothing scales by itself here: no scalable target, no EC2 group",
            Role::Dim,
        );
        let table = Table {
            columns: WIDTHS,
            fresh: self.fresh(cx),
            empty,
        };
        let cell = |row: &ScalingRow, column| self.cell(row, column);
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

impl Autoscaling {
    fn detail(&mut self, reply: &Reply, cx: &Context<'_>) {
        let at = match &reply.query {
            Query::TargetDetail(at) => Scaled::Service(at.clone()),
            Query::GroupDetail(name) => Scaled::Group(name.clone()),
            _ => return,
        };
        if let Some(drill) = self.drill.as_mut().filter(|d| d.at == at) {
            drill.reply(&reply.answer, cx);
        }
    }
}
