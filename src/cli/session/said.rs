//! A plan for people: what would be done, in which order, and what stands against it.

use super::Looked;
use crate::cli::journal::said::value;
use crate::domain::change::{Change, FieldChange, Hold, Target, Value};
use crate::domain::health::{Finding, Level};
use crate::domain::text::Text;
use crate::session::draft::{DraftStep, Refusal, Work};
use crate::session::permission::Answer;
use crate::session::step;
use std::fmt::Write;
use std::time::Duration;

/// The whole answer.
pub(super) fn plan(looked: &Looked<'_>) -> String {
    let mut out = head(looked);
    steps(looked, &mut out);
    back(looked, &mut out);
    refusals(looked, &mut out);
    permissions(looked, &mut out);
    out
}

fn head(looked: &Looked<'_>) -> String {
    let (plan, place) = (&looked.written.plan, &looked.found.survey.place);
    let caller = place.caller.text();
    let caller = caller.as_str().rsplit('/').next().unwrap_or_default();
    let mut head = format!(
        "Plan {} in {} {}, as {caller}\n",
        plan.name,
        place.scope.account.text(),
        place.scope.region.text()
    );
    let _ = write!(
        head,
        "Put back {} after the backup, after {} with nobody attached",
        time(plan.ttl),
        time(plan.unattended)
    );
    for alarm in &plan.stop_on_alarm {
        let _ = write!(head, ", or when {alarm} is in ALARM");
    }
    head.push_str("\n\n");
    head
}

fn steps(looked: &Looked<'_>, out: &mut String) {
    for (n, step) in looked.found.draft.steps.iter().enumerate() {
        let _ = writeln!(out, "{:3}  {}", n + 1, work(looked, step));
        for risk in &step.risks {
            let _ = writeln!(out, "       {}", finding(risk));
        }
    }
    for name in &looked.found.draft.nothing {
        let _ = writeln!(out, "  –  {name}: as wished already, nothing is sent");
    }
}

fn work(looked: &Looked<'_>, step: &DraftStep) -> String {
    let awaits = &step.awaits;
    match &step.work {
        Work::Lock(shelf) => {
            let path = shelf.path(&looked.found.survey.place.scope);
            format!("lock     {}: {awaits}", Text::clean(&path))
        }
        Work::Create(backup) => format!(
            "back up  {} as {}, {awaits}",
            backup.database.id.text(),
            backup.snapshot.text()
        ),
        Work::Arm(timer) => format!(
            "timer    {}: min {}, max {}, {} after the end, by AWS itself",
            step::resource(&timer.target),
            timer.min,
            timer.max,
            time(timer.after)
        ),
        Work::Set(change) => format!(
            "set      {}: {}; {awaits}",
            step::resource(&change.target),
            fields(change)
        ),
    }
}

/// Before → during → after; what autoscaling moves by itself is not promised back.
fn fields(change: &Change) -> String {
    let one = |f: &FieldChange| {
        let (before, during) = (short(&f.before), short(&f.after));
        match f.hold {
            Hold::Held => format!("{} {before} → {during} → {before}", f.field),
            Hold::Floating => format!("{} {before} → {during} → as autoscaling has it", f.field),
        }
    };
    change.fields.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A rule's action by its name: the whole of it stands in the JSON form, and comes back whole.
fn short(setting: &Value) -> String {
    let Value::Json(raw) = setting else {
        return value(setting);
    };
    let action: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(raw.as_str()).unwrap_or_default();
    let Some((name, rest)) = action.iter().next() else {
        return value(setting);
    };
    let name = Text::clean(name);
    if rest.as_object().is_none_or(serde_json::Map::is_empty) {
        name.to_string()
    } else {
        format!("{name} with its custom handling")
    }
}

fn back(looked: &Looked<'_>, out: &mut String) {
    let changes = looked
        .found
        .draft
        .steps
        .iter()
        .filter_map(|s| match &s.work {
            Work::Set(change) => Some(change),
            _ => None,
        });
    let names: Vec<Text> = changes.rev().map(|c| step::resource(&c.target)).collect();
    let names: Vec<&str> = names.iter().map(Text::as_str).collect();
    if names.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nPut back in this order: {}", names.join(", "));
    let rule = looked
        .found
        .draft
        .steps
        .iter()
        .any(|s| matches!(&s.work, Work::Set(c) if matches!(c.target, Target::Rule(_))));
    if rule {
        let settle = time(looked.written.plan.settle);
        let _ = writeln!(
            out,
            "After the rate rules their effect is awaited, {settle} at most"
        );
    }
}

fn refusals(looked: &Looked<'_>, out: &mut String) {
    let (accepted, standing): (Vec<&Refusal>, Vec<&Refusal>) = looked
        .found
        .draft
        .refusals
        .iter()
        .partition(|refusal| looked.is_accepted(refusal));
    if standing.is_empty() {
        out.push_str("\nNothing stands against it.\n");
    } else {
        out.push_str("\nAgainst it:\n");
    }
    for refusal in standing {
        let fault = looked.fault(refusal);
        let _ = writeln!(out, "  {:24} {}", refusal.reason, fault.line());
        if refusal.reason.is_acceptable() {
            let _ = writeln!(
                out,
                "  {:24} (taken on with --accept {})",
                "", refusal.reason
            );
        }
    }
    for refusal in accepted {
        let _ = writeln!(
            out,
            "  {:24} accepted: {}",
            refusal.reason, refusal.fault.what
        );
    }
}

/// What IAM could not say, and then what has to be allowed.
fn judged(looked: &Looked<'_>, out: &mut String) {
    match &looked.permissions.answer {
        Answer::Unasked => {}
        Answer::Looked { unsure, .. } if unsure.is_empty() => {}
        Answer::Looked { unsure, .. } => {
            let unsure: Vec<&str> = unsure.iter().map(String::as_str).collect();
            let _ = writeln!(
                out,
                "\nAllowed under conditions that only the request tells: {}",
                unsure.join(", ")
            );
        }
        Answer::Unseen(fault) => {
            let actions = looked.permissions.needs.values().flatten().copied();
            let actions: std::collections::BTreeSet<&str> = actions.collect();
            let actions: Vec<&str> = actions.into_iter().collect();
            let _ = writeln!(
                out,
                "\nPermissions could not be looked at: {}\nThe plan needs: {}",
                Text::clean(fault.line().as_str()),
                actions.join(", ")
            );
        }
    }
}

fn permissions(looked: &Looked<'_>, out: &mut String) {
    let missing = looked.missing();
    if !missing.is_empty() {
        let _ = writeln!(out, "\nMissing permissions: {}", missing.join(", "));
    }
    judged(looked, out);
    let actions: std::collections::BTreeSet<&str> = looked
        .found
        .draft
        .steps
        .iter()
        .map(|s| s.work.action())
        .collect();
    let actions: Vec<&str> = actions.into_iter().collect();
    if !actions.is_empty() {
        let _ = writeln!(out, "\nIt would call: {}", actions.join(", "));
    }
}

fn finding(finding: &Finding) -> String {
    let mark = match finding.level {
        Level::Bad => "!!",
        Level::Warn => "! ",
        Level::Good | Level::Notice => "· ",
    };
    format!("{mark} {}", finding.sentence)
}

/// `45m`, as it is written in a plan.
fn time(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds % 3600, seconds % 60) {
        (0, _) if seconds > 0 => format!("{}h", seconds / 3600),
        (_, 0) => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}
