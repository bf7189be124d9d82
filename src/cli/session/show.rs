//! `tidegate session show`: where a load test stands, step by step, and how it came there.

use super::which::{self, Which};
use crate::cli::args::Output;
use crate::cli::environment::Environment;
use crate::cli::{Failure, Streams};
use crate::journal;
use crate::session::report::{Entry, Report, StepEnd};
use serde_json::json;
use std::fmt::Write;

pub(super) fn run(
    which: &Which,
    output: Output,
    environment: &Environment,
    io: &mut Streams<'_>,
) -> Result<u8, Failure> {
    let (session, report) = which::report(which, environment, io)?;
    let carried = journal::is_held(&which::dir(environment)?, &session.id);
    match output {
        Output::Text => io.out.write_all(said(&report, carried).as_bytes())?,
        Output::Json => {
            let mut all = json!(report.head);
            all["carried"] = json!(carried);
            all["steps"] = json!(report.steps);
            all["left_to_do"] = json!(report.left_to_do);
            all["timeline"] = json!(report.timeline);
            writeln!(io.out, "{all:#}")?;
        }
    }
    Ok(0)
}

fn said(report: &Report, carried: bool) -> String {
    let mut out = head(report, carried);
    out.push('\n');
    report.steps.iter().for_each(|s| step(s, &mut out));
    if !report.left_to_do.is_empty() {
        out.push_str("\nLeft to do:\n");
    }
    for what in &report.left_to_do {
        let _ = writeln!(out, "  {what}");
    }
    out.push_str("\nTimeline:\n");
    report.timeline.iter().for_each(|e| entry(e, &mut out));
    out
}

fn head(report: &Report, carried: bool) -> String {
    let head = &report.head;
    let mut out = format!(
        "Load test {} in {} {}, opened {:.0} by {}\n{}: {}",
        head.plan, head.account, head.region, head.opened, head.who, head.id, head.stage
    );
    if let Some(closing) = head.closing {
        let _ = write!(out, ", {closing}");
    } else {
        let carried = if carried { "is" } else { "is not" };
        let _ = write!(out, "; it {carried} carried by a program right now");
    }
    out.push('\n');
    if let Some(until) = head.until.filter(|_| head.closing.is_none()) {
        let _ = writeln!(out, "It is put back at {until:.0} at the latest");
    }
    if let Some(why) = &head.why {
        let _ = writeln!(out, "Put back because {}", why.said);
    }
    out
}

fn step(step: &StepEnd, out: &mut String) {
    let _ = write!(
        out,
        "{:3}  {:<10}  {:<7}  {}",
        step.number, step.standing, step.kind, step.resource
    );
    let fields = step.fields.iter().map(|f| {
        let (before, ours) = (f.before.short(), f.ours.short());
        format!("{} {before} → {ours}", f.field)
    });
    let fields: Vec<String> = fields.collect();
    let parts = [fields.join(", "), step.said.to_string()];
    let parts: Vec<String> = parts.into_iter().filter(|p| !p.is_empty()).collect();
    if !parts.is_empty() {
        let _ = write!(out, ": {}", parts.join("; "));
    }
    out.push('\n');
}

fn entry(entry: &Entry, out: &mut String) {
    let _ = writeln!(
        out,
        "  {:.0}  {:<9}  {}  {}",
        entry.at, entry.kind, entry.who, entry.said
    );
}
