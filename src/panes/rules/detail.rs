//! The drill-in of one rule: *why was this blocked*.
//!
//! ```text
//! ┌3 Rate rules › orchard-edge › per-ip-1000 ──────────────────────────┐
//! │COUNT*  1000 / 60 s by address  0 blocked/min (was 412)             │
//! │Sampled requests  120, standing for 4,210                           │
//! │AGE  ACTION  ADDRESS       CC  HTTP  INNER RULE  REQUEST            │
//! │Limited addresses  3 · Protected resources  2                       │
//! └────────────────────────────────────────────────────────────────────┘
//! ```

use super::super::document::{Document, Head, Page, or_unread};
use super::super::{Context, status::opened};
use super::row::{RuleRow, STAR, action, aggregate, kind, limit, scope};
use crate::domain::fault::{Part, is_unread};
use crate::domain::text::Text;
use crate::domain::units;
use crate::domain::waf::{Aggregate, Rule, RuleDetail, RuleKind, RuleRef, SampledRequest};
use crate::model::loadable::{Completeness, Loadable};
use crate::model::query::{Answer, Facts, RuleQuery};
use crate::view::lines::{Line, Span, wrap_all};
use crate::view::paint::Paint;
use crate::view::theme::Role;
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;
use std::time::Duration;

/// What is read when a rule is opened.
const AWAITED: &str = "sampled requests, limited addresses and protected resources";

/// One rule, opened.
#[derive(Debug)]
pub struct Drill {
    pub query: RuleQuery,
    pub page: Page,
    facts: Loadable<Arc<RuleDetail>>,
}

/// How often the detail is read anew.
pub fn pace(cx: &Context<'_>) -> Duration {
    cx.settings.refresh * 4
}

impl Drill {
    /// Opened, nothing known yet.
    pub fn new(at: RuleRef, rule: &Rule, height: u16) -> Self {
        let lists = |r: &crate::domain::waf::RateStatement| {
            matches!(r.aggregate, Aggregate::Ip | Aggregate::ForwardedIp)
        };
        let lists_addresses = rule.rate().is_some_and(lists);
        let mut page = Page::default();
        page.set_height(height);
        Self {
            query: RuleQuery {
                rule: at,
                metric: rule.metric.clone(),
                lists_addresses,
            },
            page,
            facts: Loadable::default(),
        }
    }

    /// Takes in an answer of its query.
    pub fn reply(&mut self, answer: &Answer, cx: &Context<'_>) {
        match answer {
            Answer::Started => self.facts.started(cx.now),
            Answer::Whole(Facts::RuleDetail(found)) => {
                self.facts
                    .arrived(found.clone(), cx.now, Completeness::Whole);
            }
            Answer::Failed { fault, next_try } => self.facts.failed(fault.clone(), *next_try),
            Answer::Part(_) | Answer::Whole(_) => {}
        }
    }

    /// Writes the document anew: ages move.
    pub fn compose(&mut self, row: Option<&RuleRow>, width: u16, cx: &Context<'_>) {
        let fresh = opened(&self.facts, AWAITED, pace(cx), cx);
        let mut lines: Vec<Line> = fresh.line.into_iter().collect();
        lines.extend(document(
            row,
            self.facts.rows().map(Arc::as_ref),
            width,
            cx.now.wall,
        ));
        lines.extend(wrap_all(&fresh.blank.unwrap_or_default(), width));
        self.page.set(lines);
    }

    /// Draws it.
    pub fn draw(&self, paint: &Paint<'_>, area: Rect, buf: &mut Buffer) {
        self.page.draw(paint, area, buf);
    }
}

/// What the list knows stands there at once, the rest as soon as it is read.
fn document(
    row: Option<&RuleRow>,
    detail: Option<&RuleDetail>,
    width: u16,
    now: Timestamp,
) -> Vec<Line> {
    let mut document = Document::new(width);
    if let Some(row) = row {
        document.line(&summary(row));
        if let Some(legend) = legend(row) {
            document.line(&legend);
        }
    }
    let Some(detail) = detail else {
        let mut lines = document.done();
        lines.push(Line::default());
        return lines;
    };
    document.unread(&detail.gaps);
    samples(&mut document, row, detail, now);
    limited(&mut document, detail);
    resources(&mut document, detail);
    document.done()
}

/// What the star means, where there is one.
fn legend(row: &RuleRow) -> Option<Line> {
    row.is_changed().then(|| Line::new(STAR, Role::Dim))
}

fn summary(row: &RuleRow) -> Line {
    let mut line = Line(vec![row.cell(2), Span::body("  ")]);
    match (row.rate(), &row.rule) {
        (Some(facts), _) => {
            let scoped = if facts.rate.scoped_down {
                ", scoped down"
            } else {
                ""
            };
            let window = Span::of(
                format!(
                    "{} {}{scoped}  ",
                    limit(&facts.rate),
                    aggregate(&facts.rate.aggregate)
                ),
                Role::Body,
            );
            line.0
                .extend([window, row.cell(3), Span::dim(" blocked/min")]);
        }
        (None, Some(rule)) => line.0.push(Span::dim(long_kind(&rule.kind))),
        (None, None) => {}
    }
    line
}

fn long_kind(of: &RuleKind) -> Text {
    match of {
        RuleKind::ManagedGroup {
            vendor,
            name,
            version,
            overrides,
        } => {
            let version = version.as_ref().map_or("default version", Text::as_str);
            Text::clean(&format!(
                "managed group {vendor} {name}, {version}, {overrides} overrides"
            ))
        }
        RuleKind::RuleGroup { arn } => Text::clean(&format!("rule group {}", arn.text())),
        _ => kind(of),
    }
}

fn samples(document: &mut Document, row: Option<&RuleRow>, detail: &RuleDetail, now: Timestamp) {
    let note = format!(
        "{}, standing for {}",
        detail.samples.len(),
        units::count(detail.population)
    );
    document.heading(
        "Sampled requests",
        or_unread(&detail.gaps, Part::Samples, &note),
    );
    if is_unread(&detail.gaps, Part::Samples) {
        return;
    }
    if detail.samples.is_empty() {
        let sampled = row.and_then(|r| r.rule.as_ref()).is_none_or(|r| r.sampled);
        document.note(if sampled {
            "no request matched this rule lately"
        } else {
            "sampling is off for this rule: AWS keeps no requests of it"
        });
        return;
    }
    let heads = [
        Head::Right("AGE"),
        Head::Left("ACTION"),
        Head::Left("ADDRESS"),
        Head::Left("CC"),
        Head::Right("HTTP"),
        Head::Left("INNER RULE"),
        Head::Left("REQUEST"),
    ];
    document.table(
        &heads,
        &detail
            .samples
            .iter()
            .map(|s| sample(s, now))
            .collect::<Vec<_>>(),
    );
}

fn sample(s: &SampledRequest, now: Timestamp) -> Vec<Span> {
    let role = match s.action.as_str() {
        "BLOCK" => Role::Bad,
        "COUNT" => Role::Warn,
        "ALLOW" => Role::Good,
        _ => Role::Progress,
    };
    let said = s.overridden.as_ref().map_or_else(
        || s.action.clone(),
        |o| Text::clean(&format!("{} (was {o})", s.action)),
    );
    vec![
        s.at.map_or_else(
            || Span::dim("–"),
            |at| Span::of(units::short_age(units::since(now, at)), Role::Body),
        ),
        Span::new(said, role),
        Span::body(s.client.clone()),
        Span::dim(s.country.clone()),
        s.status
            .map_or_else(|| Span::dim("–"), |n| Span::of(n.to_string(), Role::Body)),
        s.inner_rule
            .as_ref()
            .map_or_else(|| Span::dim("–"), |r| Span::new(r.clone(), Role::Strong)),
        Span::of(format!("{} {}", s.method, s.uri), Role::Body),
    ]
}

fn limited(document: &mut Document, detail: &RuleDetail) {
    let Some(addresses) = &detail.limited else {
        let said = "AWS does not list them for this rule";
        let said = or_unread(&detail.gaps, Part::Limited, said);
        document.heading("Limited addresses", said);
        return;
    };
    document.heading("Limited addresses", units::count(addresses.len() as u64));
    let all = addresses
        .iter()
        .map(Text::as_str)
        .collect::<Vec<_>>()
        .join("  ");
    if !all.is_empty() {
        document.line(&Line::of(all, Role::Body));
    }
}

fn resources(document: &mut Document, detail: &RuleDetail) {
    let count = match (
        detail.resources.len(),
        is_unread(&detail.gaps, Part::Resources),
    ) {
        (0, true) => "not read".to_owned(),
        (known, true) => format!("{known}, and others that were not read"),
        (known, false) => known.to_string(),
    };
    document.heading("Protected resources", count);
    for arn in &detail.resources {
        document.line(&Line::body(arn.text()));
    }
}

/// What is known of a row, one fact a line, for `d`.
pub fn describe(row: &RuleRow) -> Vec<Text> {
    let line = |name: &str, value: &str| Text::clean(&format!("{name:<18}{value}"));
    let acl = &row.key.acl;
    let mut lines = vec![
        line("web ACL", acl.name.text().as_str()),
        line("scope", scope(acl.scope)),
        line("ARN", acl.arn.text().as_str()),
    ];
    let Some(rule) = &row.rule else { return lines };
    lines.extend([
        line("rule", rule.name.text().as_str()),
        line("priority", &rule.priority.to_string()),
        line("kind", long_kind(&rule.kind).as_str()),
        line("action", &action(&rule.action)),
        line("metric name", rule.metric.text().as_str()),
        line(
            "sampled requests",
            if rule.sampled {
                "kept by AWS"
            } else {
                "switched off"
            },
        ),
    ]);
    if let Some(facts) = row.rate() {
        lines.push(line(
            "limit",
            &format!(
                "{} / {} s",
                units::count(facts.rate.limit),
                facts.rate.window
            ),
        ));
        lines.push(line("counts", aggregate(&facts.rate.aggregate).as_str()));
    }
    lines
}
