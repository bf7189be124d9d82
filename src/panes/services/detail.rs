//! The drill-in of one service: tasks, deployments, events, target health, containers.
//!
//! ```text
//! ┌1 Services ─ orchard › api ─────────────────────────────────────────┐
//! │6/8 running  2 pending  in prog 6/8  EC2  api:42                    │
//! │                                                                    │
//! │Tasks  8                                                            │
//! │TASK      STATE    HEALTH   INSTANCE  PORTS        AGE  REASON      │
//! │4f2a91c0  RUNNING  HEALTHY  i-0a1b    32768→8080   12m              │
//! │Deployments · Events · Target health · Containers                   │
//! └────────────────────────────────────────────────────────────────────┘
//! ```

use super::super::document::{Document, Head, Page};
use super::super::{Context, status::opened};
use super::row::{counts, launch};
use crate::domain::ecs::{
    Deployment, EventClass, Rollout, Service, ServiceDetail, ServiceEvent, ServiceRef, TargetGroup,
    TargetHealth, Task,
};
use crate::domain::fault::{Part, is_unread};
use crate::domain::text::Text;
use crate::domain::units;
use crate::model::loadable::{Completeness, Loadable};
use crate::model::query::{Answer, Facts};
use crate::view::lines::{Line, Span};
use crate::view::paint::Paint;
use crate::view::theme::Role;
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// What is read when a service is opened.
const AWAITED: &str = "tasks, deployments, events and target health";

/// One service, opened.
#[derive(Debug)]
pub struct Drill {
    pub at: ServiceRef,
    pub page: Page,
    facts: Loadable<Arc<ServiceDetail>>,
    width: u16,
}

impl Drill {
    /// Opened, nothing known yet.
    pub fn new(at: ServiceRef, size: (u16, u16)) -> Self {
        let mut drill = Self {
            at,
            page: Page::default(),
            facts: Loadable::default(),
            width: 0,
        };
        drill.resize(size);
        drill
    }

    /// The service's facts, once they are there.
    pub fn service(&self) -> Option<&Service> {
        self.facts.rows().map(|d| &d.service)
    }

    /// Takes in an answer of [`Query::ServiceDetail`](crate::model::query::Query::ServiceDetail).
    pub fn reply(&mut self, answer: &Answer, cx: &Context<'_>) {
        match answer {
            Answer::Started => self.facts.started(cx.now),
            Answer::Whole(Facts::ServiceDetail(found)) => {
                self.facts
                    .arrived(found.clone(), cx.now, Completeness::Whole);
            }
            Answer::Failed { fault, next_try } => self.facts.failed(fault.clone(), *next_try),
            Answer::Part(_) | Answer::Whole(_) => {}
        }
        self.compose(cx);
    }

    /// Writes the document anew: ages move.
    pub fn compose(&mut self, cx: &Context<'_>) {
        if let Some(detail) = self.facts.rows() {
            let status = opened(&self.facts, AWAITED, cx.settings.refresh * 2, cx);
            let mut lines: Vec<Line> = status.line.into_iter().collect();
            lines.extend(document(detail, self.width, cx.now.wall));
            self.page.set(lines);
        }
    }

    /// Takes the size of the body.
    pub fn resize(&mut self, (width, height): (u16, u16)) {
        self.width = width;
        self.page.set_height(height);
    }

    /// Draws it.
    pub fn draw(&self, paint: &Paint<'_>, cx: &Context<'_>, area: Rect, buf: &mut Buffer) {
        match opened(&self.facts, AWAITED, cx.settings.refresh * 2, cx).blank {
            Some(lines) => crate::view::lines::draw_lines(paint, &lines, area, buf),
            None => self.page.draw(paint, area, buf),
        }
    }
}

fn document(detail: &ServiceDetail, width: u16, now: Timestamp) -> Vec<Line> {
    let mut document = Document::new(width);
    document.line(&summary(&detail.service));
    document.unread(&detail.gaps);
    tasks(&mut document, detail, now);
    deployments(&mut document, &detail.deployments, now);
    events(&mut document, &detail.events, now);
    targets(&mut document, &detail.target_groups);
    containers(&mut document, detail);
    document.done()
}

fn summary(s: &Service) -> Line {
    let counts = counts(s);
    let pending = if s.pending > 0 {
        format!("  {} pending", s.pending)
    } else {
        String::new()
    };
    let line = Line(vec![counts])
        .with(" running", Role::Body)
        .and(pending, Role::Progress);
    line.with("  ", Role::Body)
        .with(launch(s), Role::Body)
        .with("  ", Role::Body)
        .with(s.task_definition.text(), Role::Dim)
}

fn ago(at: Option<Timestamp>, now: Timestamp) -> Span {
    at.map_or_else(
        || Span::dim("–"),
        |at| Span::of(units::short_age(units::since(now, at)), Role::Body),
    )
}

fn optional(text: Option<&Text>) -> Span {
    text.map_or_else(|| Span::dim("–"), |t| Span::body(t.clone()))
}

fn tasks(document: &mut Document, detail: &ServiceDetail, now: Timestamp) {
    let tasks = &detail.tasks;
    if is_unread(&detail.gaps, Part::Tasks) {
        return document.heading("Tasks", "not read");
    }
    document.heading("Tasks", tasks.len().to_string());
    if tasks.is_empty() {
        document.note("no task, running or stopped within the last hour");
        return;
    }
    let heads = [
        Head::Left("TASK"),
        Head::Left("STATE"),
        Head::Left("HEALTH"),
        Head::Left("INSTANCE"),
        Head::Left("PORTS"),
        Head::Right("AGE"),
        Head::Left("STOP REASON"),
    ];
    let (stopped, alive): (Vec<&Task>, Vec<&Task>) = tasks.iter().partition(|t| is_stopped(t));
    let rows: Vec<_> = alive
        .into_iter()
        .chain(stopped)
        .map(|t| task(t, now))
        .collect();
    document.table(&heads, &rows);
}

fn is_stopped(t: &Task) -> bool {
    t.stopped_at.is_some() || t.status.as_str() == "STOPPED"
}

fn task(t: &Task, now: Timestamp) -> Vec<Span> {
    let short: String = t.id.text().as_str().chars().take(12).collect();
    let ports = t
        .ports
        .iter()
        .map(|(host, container)| format!("{host}→{container}"))
        .collect::<Vec<_>>()
        .join(" ");
    vec![
        Span::of(short, if is_stopped(t) { Role::Dim } else { Role::Body }),
        task_state(t),
        health(&t.health),
        optional(t.instance.as_ref()),
        Span::of(ports, Role::Body),
        ago(t.stopped_at.or(t.started_at), now),
        stop_reason(t),
    ]
}

fn task_state(t: &Task) -> Span {
    let role = match (t.status.as_str(), t.desired_status.as_str()) {
        ("RUNNING", "STOPPED") => Role::Warn,
        ("RUNNING", _) => Role::Good,
        ("STOPPED", _) => Role::Dim,
        _ => Role::Progress,
    };
    Span::new(t.status.clone(), role)
}

fn health(health: &Text) -> Span {
    match health.as_str() {
        "HEALTHY" => Span::new(health.clone(), Role::Good),
        "UNHEALTHY" => Span::new(health.clone(), Role::Bad),
        _ => Span::dim("–"),
    }
}

fn stop_reason(t: &Task) -> Span {
    let parts = [&t.stop_code, &t.stopped_reason]
        .into_iter()
        .flatten()
        .map(Text::as_str)
        .collect::<Vec<_>>();
    let failed = matches!(
        t.stop_code.as_ref().map(Text::as_str),
        Some("TaskFailedToStart" | "EssentialContainerExited")
    );
    Span::of(parts.join(": "), if failed { Role::Bad } else { Role::Dim })
}

fn deployments(document: &mut Document, deployments: &[Deployment], now: Timestamp) {
    document.heading("Deployments", deployments.len().to_string());
    let heads = [
        Head::Left("STATUS"),
        Head::Left("ROLLOUT"),
        Head::Right("RUN/DES"),
        Head::Right("PEND"),
        Head::Right("FAILED"),
        Head::Left("TASK DEFINITION"),
        Head::Right("AGE"),
        Head::Left("REASON"),
    ];
    let rows: Vec<_> = deployments.iter().map(|d| deployment(d, now)).collect();
    document.table(&heads, &rows);
}

fn deployment(d: &Deployment, now: Timestamp) -> Vec<Span> {
    let (rollout, reason) = match &d.rollout {
        Rollout::InProgress => (Span::new("in progress", Role::Progress), Text::default()),
        Rollout::Completed => (Span::new("done", Role::Good), Text::default()),
        Rollout::Failed { reason } => (Span::new("failed", Role::Bad), reason.clone()),
        Rollout::Unknown => (Span::dim("–"), Text::default()),
    };
    let failed = if d.failed > 0 { Role::Bad } else { Role::Dim };
    vec![
        Span::body(d.status.clone()),
        rollout,
        Span::of(format!("{}/{}", d.running, d.desired), Role::Body),
        Span::of(
            d.pending.to_string(),
            if d.pending > 0 {
                Role::Progress
            } else {
                Role::Dim
            },
        ),
        Span::of(d.failed.to_string(), failed),
        Span::body(d.task_definition.text()),
        ago(d.created_at, now),
        Span::new(reason, Role::Bad),
    ]
}

fn events(document: &mut Document, events: &[ServiceEvent], now: Timestamp) {
    document.heading(
        "Events",
        if events.is_empty() {
            "none"
        } else {
            "newest first"
        },
    );
    if events.is_empty() {
        return;
    }
    let rows: Vec<_> = events
        .iter()
        .map(|e| vec![ago(e.at, now), Span::new(e.message.clone(), class(e.class))])
        .collect();
    document.table(&[Head::Right("AGE"), Head::Left("EVENT")], &rows);
}

fn class(class: EventClass) -> Role {
    match class {
        EventClass::Good => Role::Good,
        EventClass::Progress => Role::Progress,
        EventClass::Bad => Role::Bad,
        EventClass::NoRoom => Role::Warn,
        EventClass::Other => Role::Body,
    }
}

fn targets(document: &mut Document, groups: &[TargetGroup]) {
    for group in groups {
        let arn = group.arn.text();
        let name = arn
            .as_str()
            .split('/')
            .nth(1)
            .unwrap_or(arn.as_str())
            .to_owned();
        match &group.targets {
            Ok(targets) => {
                document.heading("Target health", format!("{name}  {}", healthy(targets)));
                target_table(document, targets);
            }
            Err(fault) => {
                document.heading("Target health", name);
                document.gaps(std::slice::from_ref(fault));
            }
        }
    }
}

fn healthy(targets: &[TargetHealth]) -> String {
    format!(
        "{} of {} healthy",
        targets
            .iter()
            .filter(|t| t.state.as_str() == "healthy")
            .count(),
        targets.len()
    )
}

fn target_table(document: &mut Document, targets: &[TargetHealth]) {
    if targets.is_empty() {
        return;
    }
    let heads = [
        Head::Left("TARGET"),
        Head::Right("PORT"),
        Head::Left("ZONE"),
        Head::Left("STATE"),
        Head::Left("REASON"),
    ];
    document.table(&heads, &targets.iter().map(target).collect::<Vec<_>>());
}

fn target(t: &TargetHealth) -> Vec<Span> {
    let role = match t.state.as_str() {
        "healthy" => Role::Good,
        "unhealthy" | "unavailable" => Role::Bad,
        "initial" | "draining" => Role::Progress,
        _ => Role::Warn,
    };
    let why = [&t.reason, &t.description]
        .into_iter()
        .flatten()
        .map(Text::as_str)
        .collect::<Vec<_>>()
        .join(": ");
    let port = t
        .port
        .map_or_else(|| Span::dim("–"), |p| Span::of(p.to_string(), Role::Body));
    vec![
        Span::body(t.target.clone()),
        port,
        optional(t.zone.as_ref()),
        Span::new(t.state.clone(), role),
        Span::of(why, Role::Body),
    ]
}

fn containers(document: &mut Document, detail: &ServiceDetail) {
    if is_unread(&detail.gaps, Part::Containers) {
        document.heading("Containers", "not read");
    }
    for container in &detail.containers {
        document.heading("Container", container.name.as_str());
        let rows = [
            Some(("image", container.image.clone())),
            container.log.as_ref().map(|log| ("logs", log.group.text())),
            names("environment", &container.environment),
            names("secrets", &container.secrets),
        ];
        for (label, value) in rows.into_iter().flatten() {
            document.line(&Line::of(format!("{label:<12}"), Role::Dim).with(value, Role::Body));
        }
    }
}

/// Names only; the values stay hidden.
fn names(label: &'static str, names: &[Text]) -> Option<(&'static str, Text)> {
    let masked = names
        .iter()
        .map(|n| format!("{n}=•••"))
        .collect::<Vec<_>>()
        .join("  ");
    (!names.is_empty()).then(|| (label, Text::clean(&masked)))
}

/// The list facts of a service, one a line, for `d`.
pub fn describe(s: &Service) -> Vec<Text> {
    let line = |name: &str, value: &str| Text::clean(&format!("{name:<18}{value}"));
    let rollout = match &s.rollout {
        Rollout::InProgress => "in progress".to_owned(),
        Rollout::Completed => "completed".to_owned(),
        Rollout::Failed { reason } => format!("failed: {reason}"),
        Rollout::Unknown => "not said by AWS".to_owned(),
    };
    let mut lines = vec![
        line("cluster", s.at.cluster.text().as_str()),
        line("service", s.at.service.text().as_str()),
        line("status", &format!("{:?}", s.status).to_lowercase()),
        line("running/desired", &format!("{}/{}", s.running, s.desired)),
        line("pending", &s.pending.to_string()),
        line("launch", launch(s).as_str()),
        line("rolled out by", s.controller.said()),
        line("scheduling", &format!("{:?}", s.scheduling).to_lowercase()),
        line("rollout", &rollout),
        line("deployments", &s.deployments.to_string()),
        line(
            "deployed",
            &s.deployed_at.map_or_else(|| "–".to_owned(), units::moment),
        ),
        line("task definition", s.task_definition.text().as_str()),
    ];
    lines.extend(
        s.target_groups
            .iter()
            .map(|arn| line("target group", arn.text().as_str())),
    );
    lines
}
