//! The questions before something is asked of a session: what each comes to.

use super::act::plain_revert;
use super::said;
use super::sure::Sure;
use crate::domain::text::Text;
use crate::domain::units::age;
use crate::model::effect::Effect;
use crate::model::time::Now;
use crate::session::ask::Ask;
use crate::session::load_test::Stage;
use crate::session::revert::Surplus;
use crate::session::shared::{Restore, SharedRecord};
use crate::session::snapshot::{FieldSeen, Kind, Snapshot, Standing, StepSeen};
use crate::session::step::resource;
use crate::view::lines::Line;
use crate::view::theme::Role;

/// The order in which it goes back: protection before strength, what stands behind it last.
const BACK: [Kind; 5] = [
    Kind::Rule,
    Kind::Service,
    Kind::Group,
    Kind::Timer,
    Kind::Lock,
];
/// The lines of the review that are no steps.
const REST: u16 = 14;

/// Whether we put our own session back: what goes back, in which order.
pub(super) fn of_ours(session: &Snapshot, height: u16) -> Sure {
    let mut lines = said::place_lines(session);
    if session.stage == Stage::Reverting {
        let said = "It is being put back already; asked again, what failed is tried at once.";
        lines.push(Line::new(said, Role::Warn));
    }
    lines.push(Line::default());
    lines.push(Line::new("Goes back, in this order:", Role::Dialog));
    let steps = back(&session.steps);
    let room = usize::from(height.saturating_sub(REST)).max(3);
    lines.extend(steps.iter().take(room).enumerate().map(going));
    if steps.len() > room {
        let more = format!("  and {} more", steps.len() - room);
        lines.push(Line::of(more, Role::Dim));
    }
    if steps.iter().any(|s| s.kind == Kind::Rule) {
        let said = "The sizes follow once the rules' effect is seen.";
        lines.push(Line::new(said, Role::Dim));
    }
    lines.push(Line::default());
    let risk = "Risk: what somebody else has changed since is not overwritten; you are asked";
    lines.push(Line::new(risk, Role::Risk));
    Sure::new(
        "Revert the session",
        lines,
        "put it back",
        plain_revert(Surplus::Waits),
    )
    .at_any_size()
}

/// The steps that are to be put back: by kind, within a kind the newest first.
fn back(steps: &[StepSeen]) -> Vec<&StepSeen> {
    let of = |kind: Kind| {
        let newest = steps.iter().rev();
        newest.filter(move |s| s.kind == kind && is_there(s.standing))
    };
    BACK.into_iter().flat_map(of).collect()
}

/// Whether a step may have changed something that still stands.
fn is_there(standing: Standing) -> bool {
    !matches!(
        standing,
        Standing::Waiting | Standing::Skipped | Standing::Reverted | Standing::Kept
    )
}

fn going((n, step): (usize, &&StepSeen)) -> Line {
    let head = format!("{:3}  {}", n + 1, step.resource);
    let mut line = Line::of(head, Role::Dialog);
    for (i, field) in step.fields.iter().enumerate() {
        line.0.extend(field_back(i, field).0);
    }
    line
}

fn field_back(n: usize, field: &FieldSeen) -> Line {
    let now = field.now.as_ref().unwrap_or(&field.ours);
    let lead = if n > 0 { ", " } else { "  " };
    Line::of(format!("{lead}{} ", field.field), Role::Dim)
        .and(said::value(now), Role::Old)
        .with(" → ", Role::Dialog)
        .and(said::value(&field.before), Role::New)
}

/// `u` while a session is open: its newest change alone, and the session goes on.
pub(in crate::app) fn undo(open: &Snapshot) -> Sure {
    let nets = [Kind::Lock, Kind::Timer, Kind::Backup];
    let stands = |s: &&StepSeen| !nets.contains(&s.kind) && s.standing == Standing::Applied;
    let newest = open.steps.iter().rfind(stands);
    let mut lines =
        vec![Line::new("session   ", Role::Dim).and(Text::clean(&open.plan), Role::Strong)];
    lines.push(Line::default());
    lines.push(match newest {
        Some(step) => Line::of(format!("Goes back: {}", step.resource), Role::Dialog),
        None => Line::new("There is nothing left of it to undo.", Role::Warn),
    });
    lines.push(Line::new(
        "The session goes on; R puts all of it back.",
        Role::Dim,
    ));
    Sure::new("Undo one step", lines, "undo", Effect::Guard(Ask::Undo))
}

/// Whether a colleague's guard is asked to put their session back.
pub(super) fn of_a_colleagues(record: &SharedRecord) -> Sure {
    let mut lines = whose(record);
    lines.push(Line::new(
        "It is a colleague's: their guard is asked to put everything back.",
        Role::Dialog,
    ));
    asked(record, lines).at_any_size()
}

/// Whether a session that nobody carries is taken over: what its record has us write, value by value.
pub(super) fn of_an_orphan(record: &SharedRecord, now: Now, height: u16) -> Sure {
    let mut lines = whose(record);
    let by = age(now.since(record.heartbeat));
    lines.push(Line::of(
        format!("Its last sign of life was {by} ago: nobody carries it."),
        Role::Bad,
    ));
    lines.push(Line::new(
        "It is taken over, and this is written from its record in the account:",
        Role::Warn,
    ));
    let room = usize::from(height.saturating_sub(REST)).max(3);
    lines.extend(record.open.iter().rev().take(room).map(written));
    if record.open.len() > room {
        let more = format!("  and {} more", record.open.len() - room);
        lines.push(Line::of(more, Role::Dim));
    }
    let risk = "Where somebody has changed a value since, it is left as it is; you are asked.";
    lines.push(Line::new(risk, Role::Dim));
    asked(record, lines).at_any_size()
}

fn whose(record: &SharedRecord) -> Vec<Line> {
    let who = format!(
        "{} on {}",
        said::person(&record.who),
        Text::clean(&record.host)
    );
    let row =
        |label: &'static str, value: &str| Line::new(label, Role::Dim).and(value, Role::Strong);
    vec![
        row("session   ", &record.plan),
        row("of        ", &who),
        row("until     ", &said::clock(record.until)),
        Line::default(),
    ]
}

/// `  group orchard-nodes  min 4 → 2, max 8 → 6`.
fn written(restore: &Restore) -> Line {
    let mut line = Line::of(format!("  {}", resource(&restore.target)), Role::Dialog);
    for (n, field) in restore.fields.iter().enumerate() {
        let lead = if n > 0 { ", " } else { "  " };
        line = line
            .and(format!("{lead}{} ", field.field), Role::Dim)
            .and(said::value(&field.after), Role::Old)
            .with(" → ", Role::Dialog)
            .and(said::value(&field.before), Role::New);
    }
    line
}

fn asked(record: &SharedRecord, mut lines: Vec<Line>) -> Sure {
    lines.push(Line::default());
    lines.push(Line::new(
        "Risk: a load test ends in the middle",
        Role::Risk,
    ));
    let effect = Effect::RequestRevert(Box::new(record.clone()));
    Sure::new("Revert a colleague's session", lines, "ask", effect)
}

/// Whether what halted it is tried again.
pub(super) fn retry(session: &Snapshot) -> Sure {
    let mut lines = halted(session);
    lines.push(Line::new(
        "It is sent again, and the rest follows.",
        Role::Dialog,
    ));
    Sure::new("Retry", lines, "retry", Effect::Guard(Ask::Retry))
}

/// Whether the step that halted it is left out.
pub(super) fn skip(session: &Snapshot) -> Sure {
    let mut lines = halted(session);
    let said = "The step is skipped and the rest follows; what it has set already is put back with the rest.";
    lines.push(Line::new(said, Role::Dialog));
    lines.push(Line::default());
    let risk = "Risk: the test runs without what this step was to make ready";
    lines.push(Line::new(risk, Role::Risk));
    let effect = Effect::Guard(Ask::Skip);
    Sure::new("Skip the step", lines, "skip it", effect)
}

fn halted(session: &Snapshot) -> Vec<Line> {
    let mut lines = said::place_lines(session);
    let why = session.said.as_deref().unwrap_or("halted");
    lines.push(Line::default());
    lines.push(Line::of(format!("Halted: {why}"), Role::Bad));
    lines
}

/// Whether everything stays as it is, for good.
pub(super) fn keep(session: &Snapshot) -> Sure {
    let mut lines = said::place_lines(session);
    lines.push(Line::default());
    let said = "Everything stays as the session has set it, and the session is closed.";
    lines.push(Line::new(said, Role::Dialog));
    lines.push(Line::default());
    let risk = "Risk: NOTHING IS PUT BACK, now or later: an open rate rule stays open";
    lines.push(Line::new(risk, Role::Risk));
    let effect = Effect::Guard(Ask::Keep);
    Sure::new("Keep everything", lines, "keep it for good", effect)
}

/// Whether what runs above a bound that goes back is stopped now.
pub(super) fn stop_surplus(session: &Snapshot) -> Sure {
    let mut lines = said::place_lines(session);
    lines.push(Line::default());
    lines.push(Line::new("Draining:", Role::Dialog));
    let draining = session.steps.iter();
    let draining = draining.filter(|s| s.standing == Standing::Draining);
    lines.extend(
        draining.map(|s| {
            Line::of(format!("  {}  ", s.resource), Role::Strong).and(&s.said, Role::Warn)
        }),
    );
    lines.push(Line::default());
    let risk = "Risk: tasks and instances above the old maximum are STOPPED AT ONCE, with what they are doing";
    lines.push(Line::new(risk, Role::Risk));
    let effect = plain_revert(Surplus::Stops);
    Sure::new("Put back at once", lines, "stop them", effect)
}
