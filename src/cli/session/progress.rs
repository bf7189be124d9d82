//! A session as a command tells it while it goes on, and how it ended as an exit code.

use super::{CONFLICT, DOUBT, HALTED, LOCKED};
use crate::cli::journal::said::value;
use crate::domain::text::Text;
use crate::session::load_test::{Closing, Stage};
use crate::session::snapshot::{FieldSeen, Kind, Snapshot, Standing, StepSeen};
use std::fmt::Write;

/// What is new since the snapshot before, a line each.
pub(super) fn news(before: Option<&Snapshot>, now: &Snapshot) -> Vec<Text> {
    let mut lines = Vec::new();
    for (n, step) in now.steps.iter().enumerate() {
        let old = before.and_then(|b| b.steps.get(n));
        let told = old.map(|o| (o.standing, &o.said));
        let waits = step.standing == Standing::Waiting;
        if told != Some((step.standing, &step.said)) && !waits {
            lines.push(line(n, step));
        }
    }
    if before.map(|b| (b.stage, &b.said)) != Some((now.stage, &now.said)) {
        lines.push(Text::clean(&head(now)));
    }
    lines
}

fn line(n: usize, step: &StepSeen) -> Text {
    let mut line = format!("{:3}  {:9} {}", n + 1, step.standing, step.resource);
    let percent = step.percent.map(|p| format!(" ({p} %)"));
    if !step.said.is_empty() || percent.is_some() {
        let _ = write!(line, ": {}{}", step.said, percent.unwrap_or_default());
    }
    Text::clean(&line)
}

/// `spring-sale is running until …`.
pub(super) fn head(now: &Snapshot) -> String {
    let mut head = format!("{} is {}", now.plan, now.stage);
    match (now.stage, now.until, now.closing) {
        (Stage::Closed, _, Some(closing)) => {
            let _ = write!(head, ": {}", ended(closing));
        }
        (_, Some(until), _) => {
            let _ = write!(head, ", until {until:.0}");
        }
        _ => {}
    }
    if let Some(said) = &now.said {
        let _ = write!(head, ": {said}");
    }
    head
}

fn ended(closing: Closing) -> &'static str {
    match closing {
        Closing::Restored => "everything is as it was found",
        Closing::Conflict => "all but what somebody else changed is as it was found",
        Closing::Kept => "something was left as it is, as wished",
        Closing::Locked => "another session holds the lock; nothing was changed",
        Closing::Adopted => "another tidegate took it over",
    }
}

/// The whole, for `status`.
pub(super) fn whole(now: &Snapshot) -> String {
    let mut out = format!("{}\n", Text::clean(&head(now)));
    let place = format!(
        "{} in {} {}, opened {:.0} by {} on {}; guard: {}, {} attached",
        now.session.text(),
        now.place.scope.account.text(),
        now.place.scope.region.text(),
        now.opened,
        now.who,
        now.host,
        now.protection,
        now.attached
    );
    let _ = writeln!(out, "{}\n", Text::clean(&place));
    for (n, step) in now.steps.iter().enumerate() {
        let _ = writeln!(out, "{}", line(n, step));
        for field in &step.fields {
            let _ = writeln!(out, "       {}", Text::clean(&three(field)));
        }
    }
    tail(now, &mut out);
    out
}

fn three(field: &FieldSeen) -> String {
    let (before, ours) = (value(&field.before), value(&field.ours));
    let now = field.now.as_ref();
    let now = now.map(|now| format!(", now {} by somebody else", value(now)));
    format!(
        "{}: {before} before, {ours} during{}",
        field.field,
        now.unwrap_or_default()
    )
}

fn tail(now: &Snapshot, out: &mut String) {
    let mut say = |text: String| {
        let _ = writeln!(out, "{}", Text::clean(&text));
    };
    for alarm in &now.alarms {
        say(format!("alarm {} is {}", alarm.name, alarm.state));
    }
    for sign in &now.vitals {
        say(format!(
            "{} of {}: {} {}",
            sign.name, sign.of, sign.value, sign.unit
        ));
    }
    for taken in &now.accepted {
        say(format!("accepted: {} ({})", taken.what, taken.reason));
    }
    for moved in &now.drift {
        let of = crate::session::step::resource(&moved.target);
        say(format!("changed by somebody else: {} of {of}", moved.field));
    }
    if now.shared.is_none() && now.steps.iter().all(|s| s.kind != Kind::Lock) {
        say("colleagues do not see this session".to_owned());
    }
    for trouble in &now.troubles {
        say(format!("trouble: {trouble}"));
    }
}

/// How it stands, as an exit code.
pub(super) fn code(now: &Snapshot) -> u8 {
    let in_doubt = now.steps.iter().any(|s| s.standing == Standing::InDoubt);
    match (now.stage, now.closing) {
        (Stage::Closed, Some(Closing::Conflict)) => CONFLICT,
        (Stage::Closed, Some(Closing::Locked)) => LOCKED,
        (Stage::Closed, Some(Closing::Adopted)) => DOUBT,
        (Stage::Halted, _) if !now.conflicts.is_empty() => CONFLICT,
        (Stage::Halted, _) if in_doubt => DOUBT,
        (Stage::Halted, _) => HALTED,
        _ => 0,
    }
}
