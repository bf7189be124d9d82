//! The journal in words, one line each, safe for a terminal.

use super::masked;
use crate::domain::change::{Change, Value};
use crate::domain::fault::Fault;
use crate::domain::text::Text;
use crate::domain::text::mask::mask;
use crate::journal::{Entry, Finding, Health};
use crate::session::load_test::Moved;
use crate::session::order::PastState;
use crate::session::record::{Event, Prepared, Trouble, Way};
use crate::session::state::SessionState;
use crate::session::step::resource;

/// Masked and sanitized.
pub fn clean(text: &str) -> Text {
    Text::clean(&mask(text))
}

/// One word for a state.
pub fn state(state: PastState) -> &'static str {
    match state {
        PastState::Applied => "applied",
        PastState::Backup => "backup",
        PastState::Unfinished => "unfinished",
        PastState::Draining => "draining",
        PastState::Reverted => "reverted",
        PastState::Kept => "kept",
        PastState::Refused => "refused",
    }
}

/// One word for a journal's health.
pub fn health(health: Health) -> &'static str {
    match health {
        Health::Whole => "whole",
        Health::Torn => "torn",
        Health::Damaged => "damaged",
    }
}

/// What the columns of `list` hold.
const COLUMNS: [&str; 7] = ["STATE", "AT", "ID", "ACCOUNT", "REGION", "WHO", "CHANGE"];

/// The lines of `list`: a header, then one for each change, in columns.
pub fn sessions(sessions: &[Result<SessionState, Fault>]) -> Vec<Text> {
    let rows: Vec<_> = sessions
        .iter()
        .map(|s| s.as_ref().map(columns).map_err(unreadable))
        .collect();
    let header = COLUMNS.map(Text::fixed);
    let all = || std::iter::once(&header).chain(rows.iter().flatten());
    let widths: [usize; 7] =
        std::array::from_fn(|at| all().map(|row| width(row, at)).max().unwrap_or_default());
    let rows = rows.iter().map(|row| match row {
        Ok(row) => line(row, &widths),
        Err(said) => said.clone(),
    });
    std::iter::once(line(&header, &widths))
        .chain(rows)
        .collect()
}

fn unreadable(fault: &Fault) -> Text {
    Text::clean(&format!("unreadable  {fault}"))
}

fn columns(s: &SessionState) -> [Text; 7] {
    [
        Text::fixed(state(s.outcome())),
        Text::clean(&format!("{:.0}", s.at)),
        s.id.text(),
        s.place.scope.account.text(),
        s.place.scope.region.text(),
        clean(&s.user),
        clean(&s.summary),
    ]
}

fn width(row: &[Text; 7], at: usize) -> usize {
    row.get(at).map_or(0, |text| text.as_str().chars().count())
}

fn line(row: &[Text; 7], widths: &[usize; 7]) -> Text {
    let padded = row
        .iter()
        .zip(widths)
        .map(|(text, wide)| format!("{:<wide$}", text.as_str()));
    Text::clean(padded.collect::<Vec<_>>().join("  ").trim_end())
}

/// A line of `verify`.
pub fn finding(finding: &Finding) -> Text {
    let why = finding.said.join("; ");
    let Finding {
        session,
        health: how,
        records,
        ..
    } = finding;
    clean(
        format!(
            "{:<8}  {}  {records} records  {why}",
            health(*how),
            session.text()
        )
        .trim_end(),
    )
}

/// A line of `show`.
pub fn entry(entry: &Entry) -> Text {
    let record = &entry.record;
    let who = format!("{}@{}", record.actor.user, record.actor.host);
    let line = format!(
        "{:>3}  {:.3}  {who}  {}",
        entry.seq,
        record.at,
        event(&record.event)
    );
    clean(&line)
}

fn event(event: &Event) -> String {
    match event {
        Event::Opened { summary, steps, .. } => {
            format!("opened: {summary} ({} steps)", steps.len())
        }
        Event::Continued { segment, after, .. } => {
            format!("continued in segment {segment} after record {after}")
        }
        Event::Prepared { step, way, what } => {
            format!("{} prepared: {}", at(*step, *way), prepared(what))
        }
        Event::Sent {
            step,
            way,
            attempt,
            action,
            resource,
        } => {
            format!(
                "{} sent: {action} on {resource}, attempt {attempt}",
                at(*step, *way)
            )
        }
        Event::Done {
            step,
            way,
            request,
            millis,
        } => {
            let id = request
                .as_ref()
                .map_or_else(|| "none".into(), crate::domain::ids::RequestId::text);
            format!(
                "{} taken by AWS in {millis} ms, request {id}",
                at(*step, *way)
            )
        }
        Event::Failed {
            step, way, trouble, ..
        } => format!("{} not changed: {}", at(*step, *way), of(trouble)),
        Event::InDoubt {
            step, way, trouble, ..
        } => format!("{} in doubt: {}", at(*step, *way), of(trouble)),
        Event::Verified {
            step, way, said, ..
        } => format!("{} verified: {said}", at(*step, *way)),
        Event::Stalled { step, way, said } => format!("{} without effect: {said}", at(*step, *way)),
        Event::Draining { step, said } => format!("step {} draining: {said}", step + 1),
        Event::Reverted { step } => format!("step {} is as before", step + 1),
        Event::Kept { step, .. } => format!("step {} is kept as it is", step + 1),
        event => of_the_test(event),
    }
}

/// What is about a load test as a whole.
fn of_the_test(event: &Event) -> String {
    match event {
        Event::Planned { terms } => format!("plan {}", terms.plan),
        Event::Appended { steps, by } => format!("{} steps more, by {by}", steps.len()),
        Event::Began { until } => format!("runs until {until:.0}"),
        Event::Running => "all is applied and verified".to_owned(),
        Event::Halted { step, said } => match step {
            Some(step) => format!("halted at step {}: {said}", step + 1),
            None => format!("halted: {said}"),
        },
        Event::Resumed { by } => format!("goes on, on the word of {by}"),
        Event::Skipped { step, by } if by.is_empty() => {
            format!("step {} is as wished already", step + 1)
        }
        Event::Skipped { step, by } => format!("step {} is left out by {by}", step + 1),
        Event::Reverting { why } => format!("is put back: {why}"),
        Event::Extended { until, by } => format!("extended until {until:.0} by {by}"),
        Event::Activities { seen, unread } => match unread.len() {
            0 => format!("{} scaling activities", seen.len()),
            n => format!(
                "{} scaling activities, of {n} things none could be read",
                seen.len()
            ),
        },
        Event::Left { signal } => format!("the guard ended on {signal}; the session stays open"),
        Event::Noted { by, text } => format!("{by}: {text}"),
        Event::Alarm { name, state } => format!("alarm {name} is {state}"),
        Event::Drifted { fields } if fields.is_empty() => "all is as the session set it".to_owned(),
        Event::Drifted { fields } => {
            let one = |m: &Moved| format!("{} of {}", m.field, resource(&m.target));
            let moved: Vec<String> = fields.iter().map(one).collect();
            format!("changed by others: {}", moved.join(", "))
        }
        Event::Errand { action, resource } => format!("{action} on {resource}"),
        Event::Vitals { signs } => format!("{} measured values", signs.len()),
        Event::Closed { closing } => format!("closed: {closing}"),
        // Told above.
        _ => String::new(),
    }
}

fn at(step: usize, way: Way) -> String {
    let way = if way == Way::Apply { "" } else { "undo of " };
    format!("{way}step {}", step + 1)
}

fn of(trouble: &Trouble) -> String {
    let code = trouble
        .code
        .as_ref()
        .map(|c| format!(" ({c})"))
        .unwrap_or_default();
    format!("{}{code}", trouble.what)
}

fn prepared(what: &Prepared) -> String {
    match what {
        Prepared::Create(backup) => format!("snapshot {}", backup.snapshot.text()),
        Prepared::Set { change, .. } => format!("{}: {}", resource(&change.target), fields(change)),
    }
}

fn fields(change: &Change) -> String {
    let one = |f: &crate::domain::change::FieldChange| {
        format!("{} {} → {}", f.field, value(&f.before), value(&f.after))
    };
    change.fields.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A setting for people, header values hidden.
pub fn value(value: &Value) -> String {
    match value {
        Value::Count(n) => n.to_string(),
        Value::Json(json) => masked::action(json.as_str()),
    }
}
