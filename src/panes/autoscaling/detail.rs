//! The drill-in of a target or group: why it did not scale, policies, scheduled actions, activities.
//!
//! ```text
//! ┌2 Autoscaling › api ────────────────────────────────────────────────┐
//! │2 ≤ 8 ≤ 12  CPU 81→75 %  starting 2                                 │
//! │Why it did not scale                                                │
//! │Policies · Scheduled actions · Activities · Instances               │
//! └────────────────────────────────────────────────────────────────────┘
//! ```

use super::super::document::{Document, Head, Page, or_unread};
use super::super::{Context, status::opened};
use super::row::{GroupFacts, ScalingRow, TargetFacts, short_metric};
use crate::domain::autoscaling::{
    Activity, Group, Instance, Policy, PolicyKind, Scaled, ScalingDetail, ScheduledAction,
};
use crate::domain::fault::{Part, is_unread};
use crate::domain::health::{self, Level};
use crate::domain::metrics::Metric;
use crate::domain::text::Text;
use crate::domain::units;
use crate::model::loadable::{Completeness, Loadable};
use crate::model::query::{Answer, Facts};
use crate::panes::ask::Gauges;
use crate::view::lines::{Line, Span};
use crate::view::paint::Paint;
use crate::view::theme::Role;
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;
use std::time::Duration;

/// What is read when a target or group is opened.
const AWAITED: &str = "policies, scheduled actions and activities";

/// One target or group, opened.
#[derive(Debug)]
pub struct Drill {
    pub at: Scaled,
    pub page: Page,
    facts: Loadable<Arc<ScalingDetail>>,
}

/// How often the detail is read anew.
pub fn pace(cx: &Context<'_>) -> Duration {
    cx.settings.refresh * 4
}

impl Drill {
    /// Opened, nothing known yet.
    pub fn new(at: Scaled, height: u16) -> Self {
        let mut page = Page::default();
        page.set_height(height);
        Self {
            at,
            page,
            facts: Loadable::default(),
        }
    }

    /// Takes in an answer of its query.
    pub fn reply(&mut self, answer: &Answer, cx: &Context<'_>) {
        match answer {
            Answer::Started => self.facts.started(cx.now),
            Answer::Whole(Facts::ScalingDetail(found)) => {
                self.facts
                    .arrived(found.clone(), cx.now, Completeness::Whole);
            }
            Answer::Failed { fault, next_try } => self.facts.failed(fault.clone(), *next_try),
            Answer::Part(_) | Answer::Whole(_) => {}
        }
    }

    /// Writes the document anew: ages move.
    pub fn compose(
        &mut self,
        row: Option<&ScalingRow>,
        gauges: &Gauges,
        width: u16,
        cx: &Context<'_>,
    ) {
        let Some(detail) = self.facts.rows() else {
            return;
        };
        let mut lines: Vec<Line> = opened(&self.facts, AWAITED, pace(cx), cx)
            .line
            .into_iter()
            .collect();
        lines.extend(document(row, detail, gauges, width, cx.now.wall));
        self.page.set(lines);
    }

    /// Draws it.
    pub fn draw(&self, paint: &Paint<'_>, cx: &Context<'_>, area: Rect, buf: &mut Buffer) {
        match opened(&self.facts, AWAITED, pace(cx), cx).blank {
            Some(lines) => crate::view::lines::draw_lines(paint, &lines, area, buf),
            None => self.page.draw(paint, area, buf),
        }
    }
}

fn document(
    row: Option<&ScalingRow>,
    detail: &ScalingDetail,
    gauges: &Gauges,
    width: u16,
    now: Timestamp,
) -> Vec<Line> {
    let mut document = Document::new(width);
    if let Some(row) = row {
        document.line(&summary(row));
    }
    document.unread(&detail.gaps);
    why_not(&mut document, row, detail, now);
    policies(&mut document, detail);
    scheduled(&mut document, detail, now);
    activities(&mut document, detail, now);
    if let Some(ScalingRow::Group(g)) = row {
        instances(&mut document, &g.group, gauges);
    }
    document.done()
}

fn summary(row: &ScalingRow) -> Line {
    let mut line = Line::default();
    for column in 1..4 {
        line.0.push(row.cell(column));
        line.0.push(Span::body("  "));
    }
    line
}

/// Everything that keeps it where it is, in sentences: what we can see, then what AWS says.
fn why_not(
    document: &mut Document,
    row: Option<&ScalingRow>,
    detail: &ScalingDetail,
    now: Timestamp,
) {
    let mut reasons = match row {
        Some(ScalingRow::Target(t)) => target_reasons(t, detail),
        Some(ScalingRow::Group(g)) => group_reasons(g),
        None => Vec::new(),
    };
    if let Some(status) = &detail.refresh {
        reasons.push(Text::clean(&format!(
            "an instance refresh is under way ({status}): do not change sizes now"
        )));
    }
    let told: Vec<&Activity> = detail
        .activities
        .iter()
        .filter(|a| !a.not_scaled.is_empty())
        .take(5)
        .collect();
    if reasons.is_empty() && told.is_empty() {
        return;
    }
    document.heading("Why it did not scale", "");
    for reason in reasons {
        document.line(&Line::new(reason, Role::Warn));
    }
    for activity in told {
        let ago = activity.at.map_or_else(String::new, |at| {
            format!("{} ago: ", units::age(units::since(now, at)))
        });
        let said = activity
            .not_scaled
            .iter()
            .map(Text::as_str)
            .collect::<Vec<_>>()
            .join("; ");
        document.line(&Line::of(ago, Role::Dim).and(said, Role::Body));
    }
}

fn target_reasons(t: &TargetFacts, detail: &ScalingDetail) -> Vec<Text> {
    let s = t.target.suspended;
    let desired = t.service.as_ref().map(|s| s.desired);
    let at_max = desired.is_some_and(|d| d >= t.target.max);
    let unmoved = detail.policies.is_empty() && !is_unread(&detail.gaps, Part::Policies);
    let waiting = t.service.as_ref().is_some_and(|s| s.running < s.desired);
    [
        (s.scale_out, "scale-out is suspended: no policy can add tasks"),
        (s.scale_in, "scale-in is suspended: no policy can take tasks away"),
        (s.scheduled, "scheduled actions are suspended: timers do not fire"),
        (at_max, "desired is at its maximum: nothing is added above it — s raises it"),
        (waiting, "tasks are wanted that do not run yet: see the service's events for room on the instances"),
        (unmoved, "there is no policy: it does not move by itself"),
    ]
    .into_iter()
    .filter(|(is, _)| *is)
    .map(|(_, said)| Text::fixed(said))
    .collect()
}

fn group_reasons(g: &GroupFacts) -> Vec<Text> {
    let mut reasons: Vec<Text> = g
        .group
        .suspended
        .iter()
        .map(|p| Text::clean(&format!("the process {p} is suspended")))
        .collect();
    if g.group.desired >= g.group.max {
        reasons.push("desired is at its maximum: nothing is added above it — s raises it".into());
    }
    if !g.group.instances.is_empty() && g.group.instances.iter().all(|i| i.protected) {
        reasons.push("every instance is protected from scale-in: none can be taken away".into());
    }
    match g.credits.map(health::credits) {
        Some(Level::Bad) => reasons
            .push("CPU credits are gone: a standard T instance is held at its baseline".into()),
        Some(Level::Warn) => {
            reasons.push("CPU credits are low: gone within half an hour of full load".into());
        }
        _ => {}
    }
    reasons
}

/// What a section says beside its name.
fn note(empty: bool, some: &'static str) -> &'static str {
    if empty { "none" } else { some }
}

fn policies(document: &mut Document, detail: &ScalingDetail) {
    let policies = &detail.policies;
    let said = note(policies.is_empty(), "");
    document.heading("Policies", or_unread(&detail.gaps, Part::Policies, said));
    if policies.is_empty() {
        return;
    }
    let heads = [
        Head::Left("POLICY"),
        Head::Left("FOLLOWS"),
        Head::Right("TARGET"),
        Head::Right("OUT"),
        Head::Right("IN"),
        Head::Left(""),
    ];
    document.table(&heads, &policies.iter().map(policy).collect::<Vec<_>>());
}

fn policy(p: &Policy) -> Vec<Span> {
    let (follows, target, note) = match &p.kind {
        PolicyKind::TargetTracking {
            metric,
            target,
            disable_scale_in,
        } => {
            let (name, unit) = short_metric(metric);
            (
                name.to_owned(),
                format!("{target:.0}{unit}"),
                if *disable_scale_in {
                    "never scales in"
                } else {
                    ""
                },
            )
        }
        PolicyKind::Step { adds, removes } => {
            let ways = match (adds, removes) {
                (true, true) => "adds and takes away",
                (true, false) => "only adds",
                (false, true) => "only takes away",
                (false, false) => "no steps",
            };
            ("alarm steps".to_owned(), String::new(), ways)
        }
        PolicyKind::Other { kind } => (kind.as_str().to_owned(), String::new(), ""),
    };
    let cooldown = |s: Option<u32>| {
        s.map_or_else(
            || Span::dim("–"),
            |s| Span::of(format!("{s} s"), Role::Body),
        )
    };
    vec![
        Span::body(p.name.clone()),
        Span::of(follows, Role::Body),
        Span::of(target, Role::Strong),
        cooldown(p.scale_out_cooldown),
        cooldown(p.scale_in_cooldown),
        Span::dim(note),
    ]
}

fn scheduled(document: &mut Document, detail: &ScalingDetail, now: Timestamp) {
    let actions = &detail.scheduled;
    let said = note(actions.is_empty(), "");
    document.heading(
        "Scheduled actions",
        or_unread(&detail.gaps, Part::Scheduled, said),
    );
    if actions.is_empty() {
        return;
    }
    let heads = [
        Head::Left("ACTION"),
        Head::Right("MIN"),
        Head::Right("DES"),
        Head::Right("MAX"),
        Head::Right("IN"),
        Head::Left("SCHEDULE"),
    ];
    let number =
        |n: Option<u32>| n.map_or_else(|| Span::dim("–"), |n| Span::of(n.to_string(), Role::Body));
    let ahead = |at: Timestamp| units::short_age(units::since(at, now));
    let row = |a: &ScheduledAction| {
        let next = a
            .next
            .map_or_else(|| Span::dim("–"), |at| Span::of(ahead(at), Role::Body));
        vec![
            Span::body(a.name.clone()),
            number(a.min),
            number(a.desired),
            number(a.max),
            next,
            Span::dim(a.schedule.clone()),
        ]
    };
    document.table(&heads, &actions.iter().map(row).collect::<Vec<_>>());
}

fn activities(document: &mut Document, detail: &ScalingDetail, now: Timestamp) {
    let activities = &detail.activities;
    let said = note(activities.is_empty(), "newest first");
    document.heading(
        "Activities",
        or_unread(&detail.gaps, Part::Activities, said),
    );
    for activity in activities {
        let ago = activity.at.map_or_else(
            || "–".to_owned(),
            |at| units::short_age(units::since(now, at)),
        );
        let line = Line::of(format!("{ago:>5}  "), Role::Dim)
            .with(activity.status.clone(), outcome(&activity.status));
        document.line(&line.and(format!("  {}", activity.description), Role::Body));
        let why = [Some(&activity.cause), activity.message.as_ref()]
            .into_iter()
            .flatten()
            .chain(&activity.not_scaled);
        for text in why.filter(|t| !t.as_str().is_empty()) {
            document.indented(7, &Line::new(text.clone(), Role::Dim));
        }
    }
}

fn outcome(status: &Text) -> Role {
    match status.as_str() {
        "Successful" => Role::Good,
        "Failed" | "Cancelled" => Role::Bad,
        "Unfulfilled" | "Overridden" => Role::Warn,
        _ => Role::Progress,
    }
}

fn instances(document: &mut Document, group: &Group, gauges: &Gauges) {
    document.heading(
        "Instances",
        format!(
            "{} of {} in service",
            group.in_service(),
            group.instances.len()
        ),
    );
    let heads = [
        Head::Left("INSTANCE"),
        Head::Left("TYPE"),
        Head::Left("ZONE"),
        Head::Right("CREDITS"),
        Head::Left("STATE"),
        Head::Left("NOTES"),
    ];
    document.table(
        &heads,
        &group
            .instances
            .iter()
            .map(|i| instance(i, gauges))
            .collect::<Vec<_>>(),
    );
}

fn instance(i: &Instance, gauges: &Gauges) -> Vec<Span> {
    let state = if i.lifecycle.as_str() == "InService" {
        Role::Good
    } else {
        Role::Progress
    };
    let notes = match (i.healthy, i.protected) {
        (false, _) => Span::new("unhealthy", Role::Bad),
        (true, true) => Span::dim("protected from scale-in"),
        (true, false) => Span::dim(""),
    };
    let balance = gauges
        .last(&Metric::CpuCredits(i.id.clone()))
        .filter(|_| i.is_burstable());
    vec![
        Span::body(i.id.text()),
        Span::body(i.kind.clone()),
        Span::dim(i.zone.clone()),
        balance.map_or_else(|| Span::dim("–"), credits),
        Span::new(i.lifecycle.clone(), state),
        notes,
    ]
}

fn credits(balance: f64) -> Span {
    let role = match health::credits(balance) {
        Level::Bad => Role::Bad,
        Level::Warn => Role::Warn,
        Level::Good | Level::Notice => Role::Body,
    };
    Span::of(format!("{balance:.0}"), role)
}

/// What is known of a row, one fact a line, for `d`.
pub fn describe(row: &ScalingRow) -> Vec<Text> {
    let line = |name: &str, value: &str| Text::clean(&format!("{name:<18}{value}"));
    let name = row.name();
    let mut lines = match row {
        ScalingRow::Target(t) => vec![
            line("scalable target", name.as_str()),
            line("cluster", t.target.at.cluster.text().as_str()),
            line("resource", &t.target.at.resource_id()),
            line("policies", &t.policies.len().to_string()),
        ],
        ScalingRow::Group(g) => vec![
            line("group", name.as_str()),
            line(
                "desired owned by",
                if g.group.managed_by_ecs {
                    "ECS managed scaling"
                } else {
                    "the group"
                },
            ),
            line("warm pool", if g.group.warm_pool { "yes" } else { "no" }),
            line("instances", &g.group.instances.len().to_string()),
        ],
    };
    lines.push(line("min ≤ desired ≤ max", row.cell(1).text.as_str()));
    lines.push(line("metric", row.cell(2).text.as_str()));
    lines.push(line("state", &row.state().0));
    lines
}
