//! The review: old → new, what moves, what is protected, the risk in one line.

use super::facts::changed_lines;
use crate::domain::health::Level;
use crate::domain::ids::Arn;
use crate::domain::plan::Planned;
use crate::domain::subject::{Observation, Subject};
use crate::session::order::{Proposal, Proposed};
use crate::view::lines::Line;
use crate::view::theme::Role;

/// So many protected resources are named; the rest is counted.
const NAMED: usize = 6;

/// What is handed to the carrier when the operator says yes.
pub fn proposal(subject: &Subject, planned: &Planned) -> Proposal {
    let changes = planned.changes.iter().cloned().map(Proposed::Set);
    let backup = planned.backup.iter().cloned().map(Proposed::Create);
    Proposal {
        subject: subject.clone(),
        seen: planned.seen.clone(),
        steps: changes.chain(backup).collect(),
        summary: planned.summary.clone(),
    }
}

/// The review's lines below account, region and resource.
pub fn lines(planned: &Planned, seen: &Observation) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    lines.extend(planned.changes.iter().flat_map(changed_lines));
    if let Some(backup) = &planned.backup {
        lines.push(
            Line::new("  new snapshot  ", Role::Dialog).with(backup.snapshot.text(), Role::New),
        );
    }
    lines.extend(protected(seen));
    lines.push(Line::default());
    lines.extend(risks(planned));
    lines.push(Line::default());
    lines
}

fn protected(seen: &Observation) -> Vec<Line> {
    let Observation::Rule { resources, .. } = seen else {
        return Vec::new();
    };
    if resources.is_empty() {
        return vec![
            Line::default(),
            Line::new(
                "No resource is known to stand behind this web ACL",
                Role::Warn,
            ),
        ];
    }
    let mut lines = vec![
        Line::default(),
        Line::of(format!("It protects {}:", resources.len()), Role::Dialog),
    ];
    lines.extend(
        resources
            .iter()
            .take(NAMED)
            .map(|arn| Line::of(format!("  {}", short(arn)), Role::Dim)),
    );
    if resources.len() > NAMED {
        lines.push(Line::of(
            format!("  and {} more", resources.len() - NAMED),
            Role::Dim,
        ));
    }
    lines
}

/// `elasticloadbalancing loadbalancer/app/orchard/1`: service and resource; account and region stand above.
fn short(arn: &Arn) -> String {
    let text = arn.text();
    let parts: Vec<&str> = text.as_str().splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, service, _, _, resource] => format!("{service} {resource}"),
        _ => text.as_str().to_owned(),
    }
}

/// All findings, the worst first and marked as the risk.
fn risks(planned: &Planned) -> Vec<Line> {
    let Some((worst, rest)) = planned.warnings.split_first() else {
        return vec![Line::new(
            "Risk: none known; it can be undone with u",
            Role::Risk,
        )];
    };
    let mut lines = vec![Line::new("Risk: ", Role::Risk).with(worst.sentence.clone(), Role::Risk)];
    lines.extend(
        rest.iter()
            .map(|f| Line::new("      ", Role::Dialog).with(f.sentence.clone(), role(f.level))),
    );
    lines
}

fn role(level: Level) -> Role {
    match level {
        Level::Good | Level::Notice => Role::Dialog,
        Level::Warn => Role::Warn,
        Level::Bad => Role::Bad,
    }
}
