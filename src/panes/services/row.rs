//! One row of the services pane: a name at first, facts later.

use crate::domain::ecs::{Controller, Launch, Rollout, Scheduling, Service, ServiceStatus};
use crate::domain::health::{self, Level};
use crate::domain::ids::ServiceName;
use crate::domain::metrics::Metric;
use crate::domain::text::Text;
use crate::domain::units;
use crate::model::filter::Filter;
use crate::model::list::{Row, SortKey};
use crate::view::lines::Span;
use crate::view::table::Column;
use crate::view::theme::Role;
use jiff::Timestamp;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// The columns, in order.
pub const COLUMNS: &[&str] = &[
    "SERVICE", "RUN/DES", "PEND", "CPU", "MEM", "ROLLOUT", "AGE", "LAUNCH",
];

/// Their widths; what an operator can miss first goes first.
pub const WIDTHS: &[Column] = &[
    Column::new(COLUMNS[0], 12, 36),
    Column::new(COLUMNS[1], 7, 9).right(),
    Column::new(COLUMNS[2], 4, 4).right().priority(3),
    Column::new(COLUMNS[3], 5, 6).right(),
    Column::new(COLUMNS[4], 5, 6).right().priority(2),
    Column::new(COLUMNS[5], 11, 13),
    Column::new(COLUMNS[6], 4, 4).right().priority(4),
    Column::new(COLUMNS[7], 7, 14).priority(5).grows(),
];

/// What is known of a service beyond its name.
#[derive(Clone, Debug, Default)]
pub enum Known {
    /// Not asked yet.
    #[default]
    Name,
    Facts(Arc<Service>),
    /// Listed, but gone when it was asked for.
    Gone,
}

/// One row.
#[derive(Clone, Debug)]
pub struct ServiceRow {
    pub name: ServiceName,
    pub known: Known,
    /// When it was last answered, on the monotonic clock.
    pub at: Duration,
    /// Percent of what is reserved.
    pub cpu: Option<f32>,
    pub memory: Option<f32>,
}

impl ServiceRow {
    /// A row of which only the name is known.
    pub fn new(name: ServiceName) -> Self {
        Self {
            name,
            known: Known::Name,
            at: Duration::ZERO,
            cpu: None,
            memory: None,
        }
    }

    /// The facts, where there are any.
    pub fn service(&self) -> Option<&Arc<Service>> {
        match &self.known {
            Known::Facts(service) => Some(service),
            Known::Name | Known::Gone => None,
        }
    }

    /// Whether it was answered at all.
    pub fn is_filled(&self) -> bool {
        !matches!(self.known, Known::Name)
    }

    /// Keeps the newest value of one of its metrics.
    pub fn measure(&mut self, metric: &Metric, value: Option<f64>) {
        let value = value.map(|v| v as f32);
        match metric {
            Metric::ServiceCpu(_) => self.cpu = value,
            Metric::ServiceMemory(_) => self.memory = value,
            _ => {}
        }
    }

    /// One cell, by its place in [`COLUMNS`].
    pub fn cell(&self, column: usize, now: Timestamp) -> Span {
        if column == 0 {
            return Span::new(
                self.name.text(),
                if matches!(self.known, Known::Gone) {
                    Role::Dim
                } else {
                    Role::Body
                },
            );
        }
        let Some(s) = self.service() else {
            return self.unknown(column);
        };
        match column {
            1 => counts(s),
            2 => pending(s),
            3 => load(self.cpu),
            4 => load(self.memory),
            5 => rollout(s),
            6 => deployed(s, now),
            _ => Span::dim(launch(s)),
        }
    }

    fn unknown(&self, column: usize) -> Span {
        match (&self.known, column) {
            (Known::Gone, 5) => Span::new("gone", Role::Warn),
            (_, 3 | 4) => Span::dim("· "),
            _ => Span::dim("·"),
        }
    }

    fn words(&self, column: Option<&str>) -> Cow<'_, str> {
        let name = || Cow::Borrowed(self.name.as_str());
        let Some(s) = self.service() else {
            return if matches!(column, None | Some("service")) {
                name()
            } else {
                "".into()
            };
        };
        match column {
            Some("service") => name(),
            Some("run/des") => format!("{}/{}", s.running, s.desired).into(),
            Some("pend") => s.pending.to_string().into(),
            Some("cpu") => percent(self.cpu).into(),
            Some("mem") => percent(self.memory).into(),
            Some("rollout") => rollout_words(s),
            Some("launch") => launch(s).as_str().to_owned().into(),
            Some(_) => "".into(),
            None => format!("{} {} {}", self.name.as_str(), rollout_words(s), launch(s)).into(),
        }
    }
}

impl Row for ServiceRow {
    type Key = ServiceName;

    fn key(&self) -> ServiceName {
        self.name.clone()
    }

    fn sort_key(&self, column: usize) -> SortKey<'_> {
        let number = |n: Option<f64>| n.map_or(SortKey::Missing, SortKey::Number);
        let fact = |f: fn(&Service) -> f64| number(self.service().map(|s| f(s)));
        match column {
            0 => SortKey::Text(self.name.as_str()),
            1 => fact(|s| f64::from(s.running)),
            2 => fact(|s| f64::from(s.pending)),
            3 => number(self.cpu.map(f64::from)),
            4 => number(self.memory.map(f64::from)),
            5 => fact(|s| f64::from(rollout_rank(s))),
            6 => number(
                self.service()
                    .and_then(|s| s.deployed_at)
                    .map(|at| -(at.as_second() as f64)),
            ),
            _ => fact(|s| f64::from(launch_rank(&s.launch))),
        }
    }

    fn matches(&self, filter: &Filter) -> bool {
        filter.is_empty() || filter.passes(|column| self.words(column))
    }
}

/// `6/8`, coloured when fewer run than should.
pub fn counts(s: &Service) -> Span {
    let role = match (s.running, s.desired) {
        (running, desired) if running >= desired => Role::Body,
        (0, _) => Role::Bad,
        _ if s.pending > 0 || s.rollout == Rollout::InProgress => Role::Progress,
        _ => Role::Warn,
    };
    Span::of(format!("{}/{}", s.running, s.desired), role)
}

fn pending(s: &Service) -> Span {
    if s.pending == 0 {
        Span::dim("0")
    } else {
        Span::of(s.pending.to_string(), Role::Progress)
    }
}

/// A percentage: `81%▲` above what is busy, a dash where nothing is known.
pub fn load(percent: Option<f32>) -> Span {
    let Some(value) = percent.map(f64::from).filter(|v| v.is_finite()) else {
        return Span::dim("– ");
    };
    match health::load(value) {
        Level::Good | Level::Notice => Span::of(format!("{value:.0}% "), Role::Body),
        Level::Warn => Span::of(format!("{value:.0}%▲"), Role::Warn),
        Level::Bad => Span::of(format!("{value:.0}%▲"), Role::Bad),
    }
}

fn percent(value: Option<f32>) -> String {
    value.map_or_else(String::new, |v| format!("{v:.0}%"))
}

fn rollout(s: &Service) -> Span {
    let role = match (&s.status, &s.rollout) {
        (ServiceStatus::Active, Rollout::InProgress) => Role::Progress,
        (ServiceStatus::Active, Rollout::Completed) => Role::Good,
        (_, Rollout::Failed { .. }) => Role::Bad,
        (ServiceStatus::Draining | ServiceStatus::Inactive, _) => Role::Warn,
        _ => Role::Dim,
    };
    Span::of(rollout_words(s), role)
}

fn rollout_words(s: &Service) -> Cow<'static, str> {
    match (s.status, &s.rollout) {
        (ServiceStatus::Draining, _) => "draining".into(),
        (ServiceStatus::Inactive, _) => "inactive".into(),
        (_, Rollout::InProgress) => format!("in prog {}/{}", s.primary.0, s.primary.1).into(),
        (_, Rollout::Completed) => "done".into(),
        (_, Rollout::Failed { .. }) => "failed".into(),
        (_, Rollout::Unknown) => controller_words(s),
    }
}

/// Without a roll-out state: who rolls out, or how many deployments there are.
fn controller_words(s: &Service) -> Cow<'static, str> {
    match s.controller {
        Controller::CodeDeploy => "CodeDeploy".into(),
        Controller::External => "external".into(),
        _ if s.deployments > 1 => format!("{} deploys", s.deployments).into(),
        _ => "–".into(),
    }
}

fn rollout_rank(s: &Service) -> u8 {
    match s.rollout {
        Rollout::Failed { .. } => 0,
        Rollout::InProgress => 1,
        Rollout::Unknown => 2,
        Rollout::Completed => 3,
    }
}

/// `EC2`, `Fargate`, or the capacity providers; `daemon` where there is no desired count.
pub fn launch(s: &Service) -> Text {
    let said: Text = match &s.launch {
        Launch::Ec2 => "EC2".into(),
        Launch::Fargate => "Fargate".into(),
        Launch::External => "external".into(),
        Launch::Providers(names) => {
            Text::clean(&names.iter().map(Text::as_str).collect::<Vec<_>>().join(","))
        }
        Launch::Unknown => "–".into(),
    };
    if s.scheduling == Scheduling::Daemon {
        Text::clean(&format!("{said} daemon"))
    } else {
        said
    }
}

fn launch_rank(launch: &Launch) -> u8 {
    match launch {
        Launch::Ec2 => 0,
        Launch::Fargate => 1,
        Launch::Providers(_) => 2,
        Launch::External => 3,
        Launch::Unknown => 4,
    }
}

fn deployed(s: &Service, now: Timestamp) -> Span {
    s.deployed_at.map_or_else(
        || Span::dim("–"),
        |at| Span::of(units::short_age(units::since(now, at)), Role::Body),
    )
}
