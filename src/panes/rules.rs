//! Pane 3, the rules of the web ACLs: rate rules first, the others dimmed beneath.
//!
//! ```text
//! ┌3 Rate rules ─ orchard-edge ────────────────────────────────────────┐
//! │  RULE            LIMIT/WINDOW   ACTION          BLOCKED/min    IPs │
//! │▸ per-ip-1000     1000 / 60 s    COUNT* pending  0 (was 412)      3 │
//! │    AWSManagedRulesCommonRuleSet managed group   group's own        │
//! └────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! Both scopes are read side by side; one that is denied is a line, the other
//! lives on. A star marks what is not as it was before our change, *pending*
//! what the counts do not show yet.

mod detail;
mod row;

use super::ask::{Ask, Gauges};
use super::browse::{Browser, browses};
use super::running::Changes;
use super::sight::Sight;
use super::status::{Source, beside, joined};
use super::wished::{Wished, wished};
use super::{Act, Context, Pane, Title, common};
use crate::domain::fault::Fault;
use crate::domain::health::{self, Effect as Shown};
use crate::domain::metrics::Series;
use crate::domain::subject::Subject;
use crate::domain::text::{Text, mask};
use crate::domain::waf::{Acl, AclRef, AclScope, Aggregate, Rule, RuleAction, RuleRef};
use crate::model::list::{Row, Sort};
use crate::model::loadable::{Completeness, Loadable};
use crate::model::query::{Answer, Facts, Pace, Query, Reply, Want};
use crate::model::verb::{Place, Verb};
use crate::session::order::{Past, Progress, Report};
use crate::session::plan::{RuleSet, RuleWish};
use crate::session::survey::Wish;
use crate::view::freshness::Freshness;
use crate::view::lines::{Line, Span};
use crate::view::paint::Paint;
use crate::view::table::Table;
use crate::view::theme::Role;
use detail::Drill;
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use row::{COLUMNS, Kind, Ours, RateFacts, RuleKey, RuleRow, WIDTHS, series};
use std::collections::BTreeMap;
use std::time::Duration;

/// The rules of all web ACLs.
#[derive(Debug)]
pub struct Rules {
    rows: Browser<RuleRow>,
    regional: Loadable<Vec<Acl>>,
    cloudfront: Loadable<Vec<Acl>>,
    limited: BTreeMap<RuleRef, Option<usize>>,
    /// Why the limited addresses are not known.
    unlisted: Option<Fault>,
    ask: Ask<RuleRef>,
    gauges: Gauges,
    changes: Changes,
    history: Vec<Past>,
    /// When we last wrote each rule, while the counts do not show it.
    written: BTreeMap<RuleRef, Timestamp>,
    drill: Option<Drill>,
    size: (u16, u16),
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            rows: Browser::new(COLUMNS),
            regional: Loadable::default(),
            cloudfront: Loadable::default(),
            limited: BTreeMap::new(),
            unlisted: None,
            ask: Ask::default(),
            gauges: Gauges::default(),
            changes: Changes::default(),
            history: Vec::new(),
            written: BTreeMap::new(),
            drill: None,
            size: (0, 0),
        }
    }
}

impl Rules {
    fn acls(&self) -> impl Iterator<Item = &Acl> {
        self.regional
            .rows()
            .into_iter()
            .chain(self.cloudfront.rows())
            .flatten()
    }

    /// Puts the rows together anew from all that is known.
    fn join(&mut self, cx: &Context<'_>) {
        // Head rows mean something in AWS's order only.
        let heads = self.acls().count() > 1 && self.rows.list().sort() == Sort::default();
        let joined: Vec<RuleRow> = self
            .acls()
            .flat_map(|acl| self.acl(acl, heads, cx))
            .collect();
        self.rows.change(|rows| *rows = joined);
        let all_told = self.regional.has_told() && self.cloudfront.has_told();
        self.rows
            .rest_on(|row| matches!(row.kind, Kind::Rate(_)), all_told);
        self.aim(cx);
        self.compose(cx);
    }

    /// One web ACL: rate rules, then the others, each in priority order.
    fn acl(&self, acl: &Acl, head: bool, cx: &Context<'_>) -> Vec<RuleRow> {
        let (rates, others): (Vec<&Rule>, Vec<&Rule>) =
            acl.rules.iter().partition(|r| r.rate().is_some());
        let mut rows: Vec<RuleRow> = head.then(|| RuleRow::head(acl)).into_iter().collect();
        rows.extend(rates.into_iter().map(|rule| self.rate(acl, rule, cx)));
        rows.extend(
            others
                .into_iter()
                .map(|rule| RuleRow::new(&acl.at, rule, Kind::Other)),
        );
        rows
    }

    fn rate(&self, acl: &Acl, rule: &Rule, cx: &Context<'_>) -> RuleRow {
        let at = RuleRef {
            acl: acl.at.clone(),
            rule: rule.name.clone(),
        };
        let Some(rate) = rule.rate() else {
            return RuleRow::new(&acl.at, rule, Kind::Other);
        };
        let series = series(acl, rule);
        let blocked = self.gauges.get(&series[0]);
        let ours = Ours::of(&at, &self.history);
        let mut facts = RateFacts {
            rate: rate.clone(),
            blocked: blocked.map(|s| newest(s, cx.now.wall)),
            was: None,
            limited: self.limited.get(&at).copied().flatten(),
            pending: self.is_pending(&at, acl, rule, cx),
            ours,
            series,
        };
        if facts.action_differs(rule) {
            let written = facts.ours.as_ref().map(|o| o.written);
            facts.was = written.and_then(|written| before(blocked?, written));
        }
        RuleRow::new(&acl.at, rule, Kind::Rate(Box::new(facts)))
    }

    fn is_pending(&self, at: &RuleRef, acl: &Acl, rule: &Rule, cx: &Context<'_>) -> bool {
        let Some(&written) = self.written.get(at) else {
            return false;
        };
        health::effect(written, cx.now.wall, self.counts(acl, rule)) == Shown::Pending
    }

    /// The counts that the rule's present action makes.
    fn counts(&self, acl: &Acl, rule: &Rule) -> &[(Timestamp, f64)] {
        let [blocked, counted] = series(acl, rule);
        let metric = match rule.action {
            RuleAction::Block => blocked,
            RuleAction::Count => counted,
            _ => return &[],
        };
        self.gauges
            .get(&metric)
            .map_or(&[], |s| s.points.as_slice())
    }

    /// Asks for the figures of the rate rules on the screen.
    fn aim(&mut self, cx: &Context<'_>) {
        let lists =
            |f: &RateFacts| matches!(f.rate.aggregate, Aggregate::Ip | Aggregate::ForwardedIp);
        let listed = self
            .rows
            .visible()
            .filter(|row| row.rate().is_some_and(lists));
        self.ask.aim(listed.filter_map(RuleRow::at));
        let both = self
            .rows
            .visible()
            .filter_map(RuleRow::rate)
            .flat_map(|facts| facts.series.clone());
        self.gauges.aim(both, cx.now);
    }

    fn compose(&mut self, cx: &Context<'_>) {
        let Some(drill) = &mut self.drill else { return };
        let at = RuleKey {
            acl: drill.query.rule.acl.clone(),
            rule: Some(drill.query.rule.rule.clone()),
        };
        let row = self.rows.rows().iter().find(|r| r.key == at);
        drill.compose(row, self.size.0, cx);
    }

    /// Forgets writes that the counts show, or that had time to reach all places.
    fn settle_writes(&mut self, cx: &Context<'_>) {
        let pending = |at: &RuleRef| {
            let acl = self.acls().find(|a| a.at == at.acl);
            let rule =
                acl.and_then(|acl| Some((acl, acl.rules.iter().find(|r| r.name == at.rule)?)));
            rule.is_some_and(|(acl, rule)| self.is_pending(at, acl, rule, cx))
        };
        let done: Vec<RuleRef> = self
            .written
            .keys()
            .filter(|at| !pending(at))
            .cloned()
            .collect();
        self.written.retain(|at, _| !done.contains(at));
    }

    fn load(&mut self, scope: AclScope, answer: &Answer, cx: &Context<'_>) {
        let into = match scope {
            AclScope::Regional => &mut self.regional,
            AclScope::Cloudfront => &mut self.cloudfront,
        };
        match answer {
            Answer::Started => into.started(cx.now),
            Answer::Whole(Facts::Acls(found)) => {
                into.arrived(found.clone(), cx.now, Completeness::Whole);
            }
            Answer::Part(Facts::Acls(found))
                if into.rows().is_none_or(|old| old.len() < found.len()) =>
            {
                let so_far = Completeness::Partial {
                    have: found.len(),
                    of: None,
                };
                into.arrived(found.clone(), cx.now, so_far);
            }
            Answer::Failed { fault, next_try } => into.failed(fault.clone(), *next_try),
            Answer::Part(_) | Answer::Whole(_) => {}
        }
    }

    fn limit(&mut self, answer: &Answer) {
        self.ask.note(answer);
        match answer {
            Answer::Failed { fault, .. } => self.unlisted = Some(fault.clone()),
            Answer::Whole(_) => self.unlisted = None,
            Answer::Started | Answer::Part(_) => {}
        }
        if let Answer::Part(Facts::Limited(found)) | Answer::Whole(Facts::Limited(found)) = answer {
            self.limited.extend(found.iter().cloned());
        }
    }

    fn selected(&self) -> Option<&RuleRow> {
        match &self.drill {
            Some(drill) => self
                .rows
                .rows()
                .iter()
                .find(|r| r.at().as_ref() == Some(&drill.query.rule)),
            None => self.rows.selected(),
        }
    }

    fn open(&mut self, cx: &Context<'_>) {
        let row = self
            .rows
            .selected()
            .and_then(|row| Some((row.at()?, row.rule.as_ref()?)));
        self.drill = row.map(|(at, rule)| Drill::new(at, rule, self.size.1));
        self.compose(cx);
    }

    fn on_row(&self, verb: Verb, cx: &Context<'_>) -> Vec<Act> {
        let Some(row) = self.selected() else {
            return Vec::new();
        };
        let name = row
            .rule
            .as_ref()
            .map_or_else(|| row.key.acl.name.text(), |r| r.name.text());
        match (verb, row.at().filter(|_| row.rate().is_some())) {
            (Verb::Toggle | Verb::Limit, Some(at)) => {
                let marked = if self.drill.is_some() {
                    0
                } else {
                    self.rows.list().marks().len()
                };
                common::ask(verb, Subject::Rule(at), marked, cx)
            }
            (Verb::Describe, _) => vec![Act::Page {
                title: name,
                lines: detail::describe(row),
            }],
            (Verb::Raw, _) => self.raw(&row.key.acl),
            (Verb::Copy, _) => {
                // A rule has no ARN of its own; its web ACL has.
                let arn = row.rule.is_none().then_some(&row.key.acl.arn);
                vec![common::copy(arn, &name)]
            }
            _ => Vec::new(),
        }
    }

    /// The web ACL's document as it came, secrets masked.
    fn raw(&self, at: &AclRef) -> Vec<Act> {
        let Some(acl) = self.acls().find(|a| a.at == *at) else {
            return Vec::new();
        };
        let parsed = serde_json::from_str::<serde_json::Value>(&acl.raw.document);
        let pretty = parsed
            .and_then(|v| serde_json::to_string_pretty(&v))
            .unwrap_or_else(|_| acl.raw.document.to_string());
        vec![Act::Page {
            title: at.name.text(),
            lines: Text::lines(&mask::mask(&pretty)),
        }]
    }

    /// Something of ours is on its way: look often.
    fn watches(&self) -> bool {
        !self.written.is_empty() || self.changes.of(|s| matches!(s, Subject::Rule(_))).is_some()
    }

    fn fresh(&self, cx: &Context<'_>) -> Freshness {
        let sources = [
            Source::new("regional", &self.regional, slow(cx), cx),
            Source::new("CloudFront", &self.cloudfront, slow(cx), cx),
        ];
        let fresh = joined(&sources, !self.rows.rows().is_empty());
        let fresh = beside(fresh, "BLOCKED", self.gauges.fault());
        beside(fresh, "IPs", self.unlisted.as_ref())
    }

    fn cell(&self, row: &RuleRow, column: usize) -> Span {
        let ours = || {
            self.changes
                .of(|s| matches!((s, row.at()), (Subject::Rule(at), Some(this)) if *at == this))
        };
        match COLUMNS[column] {
            "ACTION" if row.rate().is_some() => {
                ours().map_or_else(|| row.cell(column), |(said, role)| Span::new(said, role))
            }
            _ => row.cell(column),
        }
    }
}

/// The newest full minute; AWS leaves minutes without a match out, and an old value is not now's.
fn newest(series: &Series, now: Timestamp) -> f64 {
    const LATE: Duration = Duration::from_mins(4);
    let recent = |(at, _): &&(Timestamp, f64)| crate::domain::units::since(now, *at) < LATE;
    series.points.last().filter(recent).map_or(0.0, |p| p.1)
}

/// The newest minute that was over when we wrote.
fn before(series: &Series, written: Timestamp) -> Option<f64> {
    let over = written - jiff::SignedDuration::from_secs(60);
    series
        .points
        .iter()
        .rev()
        .find(|(at, _)| *at <= over)
        .map(|p| p.1)
}

fn slow(cx: &Context<'_>) -> Duration {
    cx.settings.refresh * 6
}

impl Pane for Rules {
    fn place(&self) -> Place {
        Place::Rules
    }

    fn sights(&self) -> Vec<Sight> {
        let sight = |row: &RuleRow| {
            let per_minute = row.rate()?.blocked.filter(|blocked| *blocked > 0.0)?;
            let rule = row.rule.as_ref()?.name.text();
            Some(Sight::Blocks { rule, per_minute })
        };
        self.rows.rows().iter().filter_map(sight).collect()
    }

    fn wishes(&self) -> Vec<Wished> {
        wished(&self.rows, |row| {
            row.rate()?;
            let at = row.at()?;
            Some(Wish::Rule(RuleWish {
                acl: at.acl.name,
                scope: at.acl.scope,
                rule: at.rule,
                set: RuleSet::Count,
            }))
        })
    }

    fn wants(&self, cx: &Context<'_>) -> Vec<Want> {
        let pace = if self.watches() {
            Pace::Watch(cx.settings.refresh)
        } else {
            Pace::Every(slow(cx))
        };
        let mut wants = vec![
            Want {
                query: Query::Acls(AclScope::Regional),
                pace,
            },
            Want {
                query: Query::Acls(AclScope::Cloudfront),
                pace,
            },
        ];
        wants.extend(self.ask.keys().map(|rules| Want {
            query: Query::Limited(rules.clone()),
            pace: Pace::Every(slow(cx)),
        }));
        wants.extend(self.gauges.want());
        wants.extend(self.drill.as_ref().map(|drill| {
            let pace = Pace::Every(detail::pace(cx));
            Want {
                query: Query::RuleDetail(Box::new(drill.query.clone())),
                pace,
            }
        }));
        wants
    }

    fn reply(&mut self, reply: &Reply, cx: &Context<'_>) {
        match &reply.query {
            Query::Acls(scope) => self.load(*scope, &reply.answer, cx),
            Query::Limited(_) => self.limit(&reply.answer),
            Query::Metrics(_) => _ = self.gauges.reply(reply, cx.now),
            Query::RuleDetail(query) => {
                if let Some(drill) = self.drill.as_mut().filter(|d| d.query == **query) {
                    drill.reply(&reply.answer, cx);
                }
            }
            _ => return,
        }
        self.join(cx);
    }

    fn carrier(&mut self, report: &Report, cx: &Context<'_>) {
        self.changes.note(report);
        match report {
            Report::Progress {
                subject: Subject::Rule(at),
                progress: Progress::Done { .. },
                ..
            } => {
                self.written.insert(at.clone(), cx.now.wall);
            }
            Report::History(past) => self.history.clone_from(past),
            _ => return,
        }
        self.join(cx);
    }

    fn tick(&mut self, cx: &Context<'_>) {
        if !self.written.is_empty() {
            self.settle_writes(cx);
            self.join(cx);
        }
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

    fn legend(&self) -> &'static [&'static str] {
        &[row::STAR, row::PENDING]
    }

    fn can(&self, verb: Verb, cx: &Context<'_>) -> bool {
        let moves = self
            .drill
            .as_ref()
            .map_or_else(|| self.rows.can(verb), |drill| drill.page.can(verb));
        let row = self.selected();
        moves
            || match verb {
                Verb::Back => self.drill.is_some(),
                Verb::Enter => self.drill.is_none() && row.is_some_and(|r| r.rule.is_some()),
                Verb::Toggle | Verb::Limit => {
                    common::writes(cx) && row.is_some_and(|r| r.rate().is_some())
                }
                Verb::Describe | Verb::Raw | Verb::Copy => row.is_some(),
                _ => false,
            }
    }

    fn act(&mut self, verb: Verb, cx: &Context<'_>) -> Vec<Act> {
        let moved = match &mut self.drill {
            Some(drill) => drill.page.act(verb),
            None => self.rows.act(verb),
        };
        match verb {
            Verb::Sort | Verb::Reverse if moved => self.join(cx),
            _ if moved => self.aim(cx),
            Verb::Enter if self.drill.is_none() => self.open(cx),
            Verb::Back => self.drill = None,
            _ => return self.on_row(verb, cx),
        }
        Vec::new()
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
        let mut acls = self.acls();
        let name = match (&self.drill, acls.next(), acls.next()) {
            (Some(drill), _, _) => {
                let at = &drill.query.rule;
                Text::clean(&format!(
                    "Rate rules ─ {} › {}",
                    at.acl.name.text(),
                    at.rule.text()
                ))
            }
            (None, Some(only), None) => {
                Text::clean(&format!("Rate rules ─ {}", only.at.name.text()))
            }
            _ => Text::fixed("Rate rules"),
        };
        Title {
            name,
            status: common::matching(&self.rows),
        }
    }

    fn draw(&self, paint: &Paint<'_>, cx: &Context<'_>, area: Rect, buf: &mut Buffer) {
        if let Some(drill) = &self.drill {
            return drill.draw(paint, area, buf);
        }
        let empty = Line::new("No web ACL, regional or for CloudFront", Role::Dim);
        let table = Table {
            columns: WIDTHS,
            fresh: self.fresh(cx),
            empty,
        };
        let cell = |row: &RuleRow, column| self.cell(row, column);
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
