//! The report for people: Markdown that also reads well as plain text. No word from outside can become
//! a table's edge, a link, an image or HTML.

use super::field::{FieldEnd, Proof};
use super::{Drift, Head, Report, Setting, StepEnd, Vital};
use crate::domain::text::Text;
use crate::session::load_test::Closing;
use jiff::Timestamp;
use std::fmt::Write;

pub(super) fn report(report: &Report) -> String {
    let mut out = format!("# Load test {}\n\n", plain(report.head.plan.as_str()));
    let _ = writeln!(out, "{}\n", verdict(report));
    head(&report.head, &mut out);
    left(report, &mut out);
    fields(&report.fields, &mut out);
    steps(&report.steps, &mut out);
    vitals(&report.vitals, &mut out);
    drift(&report.drift, &mut out);
    activities(report, &mut out);
    accepted(&report.head, &mut out);
    timeline(report, &mut out);
    out
}

/// The first sentence: is everything back?
fn verdict(report: &Report) -> String {
    let fields = &report.fields;
    let back = |f: &&FieldEnd| f.proof == Proof::Restored;
    let (all, restored) = (fields.len(), fields.iter().filter(back).count());
    let floating = fields.iter().filter(|f| f.proof == Proof::Floating).count();
    let how = match report.head.closing {
        Some(Closing::Restored) => "Everything is as it was found",
        Some(Closing::Conflict) => "All but what somebody else changed is as it was found",
        Some(Closing::Kept) => "Something was left as it is, on the operator's word",
        Some(Closing::Locked) => "Another session came first; nothing was changed",
        Some(Closing::Adopted) => "Another tidegate took it over; this is its beginning",
        None => "**This session is not closed.**",
    };
    let end = if report.head.closing.is_some() {
        ":"
    } else {
        ""
    };
    let floats = if floating > 0 {
        format!(", {floating} left to autoscaling")
    } else {
        String::new()
    };
    format!("{how}{end} {restored} of {all} touched settings restored{floats}.")
}

fn head(head: &Head, out: &mut String) {
    let closing = head.closing.map(|c| format!(": {c}")).unwrap_or_default();
    let why = head.why.as_ref().map(|w| w.said.to_string());
    let rows = [
        ("Session", Some(head.id.to_string())),
        (
            "Account",
            Some(format!("{}, {}", head.account, head.region)),
        ),
        ("Caller", Some(head.caller.to_string())),
        (
            "Opened by",
            Some(format!("{}, tidegate {}", head.who, head.version)),
        ),
        ("Opened", Some(time(head.opened))),
        ("Time ran from", head.began.map(time)),
        ("Until", head.until.map(time)),
        ("Put back from", head.turned.map(time)),
        ("Because", why),
        ("Ended", head.ended.map(time)),
        ("Stage", Some(format!("{}{closing}", head.stage))),
    ];
    out.push_str("| | |\n|---|---|\n");
    for (name, value) in rows {
        if let Some(value) = value {
            let _ = writeln!(out, "| {name} | {} |", plain(&value));
        }
    }
}

fn left(report: &Report, out: &mut String) {
    if !report.conflicts.is_empty() {
        out.push_str("\n## Conflicts\n\n");
        list(&report.conflicts, out);
    }
    out.push_str("\n## Left to do\n\n");
    if report.left_to_do.is_empty() {
        out.push_str("Nothing.\n");
    }
    list(&report.left_to_do, out);
}

fn list(items: &[Text], out: &mut String) {
    for item in items {
        let _ = writeln!(out, "- {}", plain(item.as_str()));
    }
}

fn fields(fields: &[FieldEnd], out: &mut String) {
    out.push_str("\n## Proof of the restore\n\n");
    if fields.is_empty() {
        out.push_str("No setting was touched.\n");
        return;
    }
    table(
        &["Resource", "Field", "Before", "During", "After", "Proof"],
        fields.iter().map(|f| {
            let at = f.at.map(|at| format!(", {}", time(at)));
            let proof = format!("{}: {}{}", f.proof, f.said, at.unwrap_or_default());
            vec![
                plain(f.resource.as_str()),
                f.field.to_string(),
                setting(&f.before),
                setting(&f.during),
                f.after
                    .as_ref()
                    .map_or_else(|| "not read".to_owned(), setting),
                plain(&proof),
            ]
        }),
        out,
    );
}

fn steps(steps: &[StepEnd], out: &mut String) {
    out.push_str("\n## Steps\n\n");
    table(
        &["Step", "Kind", "Resource", "End", "Said"],
        steps.iter().map(|s| {
            vec![
                s.number.to_string(),
                s.kind.to_string(),
                plain(s.resource.as_str()),
                s.standing.to_string(),
                plain(s.said.as_str()),
            ]
        }),
        out,
    );
}

fn vitals(vitals: &[Vital], out: &mut String) {
    if vitals.is_empty() {
        return;
    }
    out.push_str("\n## Vital signs\n\n");
    table(
        &["Sign", "Of", "Peak", "At", "Average", "Last", "Sum", "Unit"],
        vitals.iter().map(|v| {
            vec![
                plain(v.name.as_str()),
                plain(v.of.as_str()),
                number(v.peak),
                time(v.peak_at),
                number(v.average),
                number(v.last),
                v.sum.map(number).unwrap_or_default(),
                plain(v.unit.as_str()),
            ]
        }),
        out,
    );
}

fn drift(drift: &[Drift], out: &mut String) {
    if drift.is_empty() {
        return;
    }
    out.push_str("\n## Changed by others\n\n");
    table(
        &[
            "From", "To", "Resource", "Field", "Before", "Ours", "Theirs", "Who",
        ],
        drift.iter().map(|d| {
            vec![
                time(d.at),
                d.until.map(time).unwrap_or_default(),
                plain(d.resource.as_str()),
                d.field.to_string(),
                setting(&d.before),
                setting(&d.ours),
                d.now.as_ref().map_or_else(|| "gone".to_owned(), setting),
                plain(d.who.as_str()),
            ]
        }),
        out,
    );
}

fn activities(report: &Report, out: &mut String) {
    if report.activities.is_empty() && report.activities_unread.is_empty() {
        return;
    }
    out.push_str("\n## Scaling activities\n\n");
    if !report.activities.is_empty() {
        table(
            &["From", "To", "Of", "Status", "What", "Cause"],
            report.activities.iter().map(|a| {
                vec![
                    time(a.at),
                    a.end.map(time).unwrap_or_default(),
                    plain(a.of.as_str()),
                    plain(a.status.as_str()),
                    plain(a.description.as_str()),
                    plain(a.cause.as_str()),
                ]
            }),
            out,
        );
    }
    for unread in &report.activities_unread {
        let _ = writeln!(out, "\nNot read: {}", plain(unread.as_str()));
    }
}

fn accepted(head: &Head, out: &mut String) {
    if head.accepted.is_empty() {
        return;
    }
    out.push_str("\n## Accepted at the start\n\n");
    for agreed in &head.accepted {
        let (reason, what) = (plain(agreed.reason.as_str()), plain(agreed.what.as_str()));
        let _ = writeln!(out, "- {reason}: {what}");
    }
}

fn timeline(report: &Report, out: &mut String) {
    out.push_str("\n## Timeline\n\n");
    table(
        &["Time", "Who", "Step", "Event", "What"],
        report.timeline.iter().map(|e| {
            vec![
                time(e.at),
                plain(e.who.as_str()),
                e.step.map(|n| n.to_string()).unwrap_or_default(),
                e.kind.to_owned(),
                plain(e.said.as_str()),
            ]
        }),
        out,
    );
}

/// Cells are Markdown already.
fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>, out: &mut String) {
    let _ = writeln!(out, "| {} |", header.join(" | "));
    let _ = writeln!(out, "|{}", "---|".repeat(header.len()));
    for row in rows {
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
}

fn time(at: Timestamp) -> String {
    format!("{at:.0}")
}

/// At most two digits behind the point.
fn number(value: f64) -> String {
    let said = format!("{value:.2}");
    let said = said.trim_end_matches('0').trim_end_matches('.');
    said.to_owned()
}

fn setting(setting: &Setting) -> String {
    let said = setting.to_string();
    match setting {
        // Within code only the table's edge means something, and the backtick that ends it.
        Setting::Action(_) if !said.contains('`') => format!("`{}`", said.replace('|', "\\|")),
        _ => plain(&said),
    }
}

/// Words that mean nothing to Markdown but themselves.
fn plain(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        if matches!(c, '\\' | '|' | '`' | '<' | '[' | '*') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
