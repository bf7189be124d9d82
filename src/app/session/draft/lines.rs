//! What a draft says: the steps in their order with before → during → after, what goes back when, and
//! what stands against it.

use crate::app::session::said::{person, span, value};
use crate::domain::change::{Change, FieldChange, Hold, Target};
use crate::domain::health::{Finding, Level};
use crate::domain::text::Text;
use crate::session::draft::{DraftStep, Reason, Refusal, Work};
use crate::session::opening::Drafted;
use crate::session::step::resource;
use crate::view::lines::{Line, fault_lines};
use crate::view::theme::Role;

/// One row on the screen.
#[derive(Debug)]
pub(super) struct Row {
    pub line: Line,
    /// The reason against the plan that it tells of.
    pub reason: Option<Reason>,
}

/// All rows, none wider than `wide` less the cursor's column.
pub(super) fn rows(drafted: &Drafted, accepted: &[Reason], wide: u16) -> Vec<Row> {
    let mut rows = Rows {
        wide: wide.saturating_sub(1),
        rows: Vec::new(),
    };
    rows.all(head(drafted));
    for (n, step) in drafted.draft.steps.iter().enumerate() {
        rows.all(self::step(n, step, drafted));
    }
    for name in &drafted.draft.nothing {
        let said = format!(" –  {name}: as wished already, nothing is sent");
        rows.all([Line::of(said, Role::Dim)]);
    }
    rows.all(back(drafted));
    rows.all([Line::default()]);
    for refusal in &drafted.draft.refusals {
        rows.told(refused(refusal, accepted), Some(refusal.reason));
    }
    if drafted.draft.refusals.is_empty() {
        rows.all([Line::new("Nothing stands against it.", Role::Good)]);
    }
    rows.all(missing(drafted));
    rows.rows
}

struct Rows {
    wide: u16,
    rows: Vec<Row>,
}

impl Rows {
    fn all(&mut self, lines: impl IntoIterator<Item = Line>) {
        self.told(lines, None);
    }

    /// Where a line is broken it goes on under its own beginning.
    fn told(&mut self, lines: impl IntoIterator<Item = Line>, reason: Option<Reason>) {
        for line in lines {
            let (indent, line) = outdented(line);
            let hang = indent.max(HANG);
            let wrapped = line.wrap(self.wide.saturating_sub(hang as u16));
            let rows = wrapped.into_iter().enumerate().map(|(n, line)| {
                let lead = " ".repeat(if n > 0 { hang } else { indent });
                let lead = Line::of(lead, Role::Body).0.into_iter();
                let line = Line(lead.chain(line.0).collect());
                Row { line, reason }
            });
            self.rows.extend(rows);
        }
    }
}

/// How far a broken line without an indent of its own goes on.
const HANG: usize = 4;

/// A line without the blanks at its beginning, and how many there were.
fn outdented(mut line: Line) -> (usize, Line) {
    let Some(first) = line.0.first_mut() else {
        return (0, line);
    };
    let said = first.text.as_str();
    let rest = said.trim_start_matches(' ').to_owned();
    let indent = said.len() - rest.len();
    first.text = Text::clean(&rest);
    (indent, line)
}

fn head(drafted: &Drafted) -> Vec<Line> {
    let (plan, place) = (&drafted.plan, &drafted.survey.place);
    let account = format!(
        "{} {}, as {}",
        place.scope.account.text(),
        place.scope.region.text(),
        person(place.caller.as_str())
    );
    let mut end = format!(
        "{} after the backup, after {} with nobody attached",
        span(plan.ttl),
        span(plan.unattended)
    );
    for alarm in &plan.stop_on_alarm {
        end = format!("{end}, or when {alarm} is in ALARM");
    }
    vec![
        Line::new("In        ", Role::Dim).and(account, Role::Strong),
        Line::new("Put back  ", Role::Dim).and(end, Role::Body),
        Line::default(),
    ]
}

fn step(n: usize, step: &DraftStep, drafted: &Drafted) -> Vec<Line> {
    let awaits = &step.awaits;
    let (kind, name, says) = match &step.work {
        Work::Lock(shelf) => {
            let path = shelf.path(&drafted.survey.place.scope);
            ("lock", path, Line::body(awaits.clone()))
        }
        Work::Create(backup) => {
            let says = format!("as {}, {awaits}", backup.snapshot.text());
            let name = format!("database {}", backup.database.id.text());
            ("backup", name, Line::of(says, Role::Body))
        }
        Work::Arm(timer) => {
            let says = format!(
                "min {}, max {}, {} after the end, by AWS itself",
                timer.min,
                timer.max,
                span(timer.after)
            );
            let name = resource(&timer.target).to_string();
            ("timer", name, Line::of(says, Role::Body))
        }
        Work::Set(change) => {
            let says = fields(change).and(format!("; {awaits}"), Role::Dim);
            (kind(change), resource(&change.target).to_string(), says)
        }
    };
    let head = Line::of(format!("{:2}  {kind:<9}", n + 1), Role::Dim).and(name, Role::Strong);
    let indent = Line::new("             ", Role::Dim).0.into_iter();
    let says = Line(indent.chain(says.0).collect());
    let risks = step.risks.iter().map(risk);
    [head, says].into_iter().chain(risks).collect()
}

fn kind(change: &Change) -> &'static str {
    match change.target {
        Target::Rule(_) => "rule",
        Target::Group(_) => "group",
        _ => "service",
    }
}

/// Before → during → after; what autoscaling moves by itself is not promised back.
fn fields(change: &Change) -> Line {
    let mut line = Line::default();
    for (n, field) in change.fields.iter().enumerate() {
        let lead = if n > 0 { ", " } else { "" };
        line = line.and(format!("{lead}{} ", field.field), Role::Dim);
        line.0.extend(there_and_back(field).0);
    }
    line
}

fn there_and_back(field: &FieldChange) -> Line {
    let (before, during) = (value(&field.before), value(&field.after));
    let after = match field.hold {
        Hold::Held => before.clone(),
        Hold::Floating => "as autoscaling has it".to_owned(),
    };
    Line::of(before, Role::Old)
        .with(" → ", Role::Dim)
        .and(during, Role::New)
        .with(" → ", Role::Dim)
        .and(after, Role::Old)
}

fn risk(finding: &Finding) -> Line {
    let role = match finding.level {
        Level::Bad => Role::Bad,
        Level::Warn => Role::Warn,
        Level::Good | Level::Notice => Role::Dim,
    };
    Line::new("             Risk: ", Role::Dim).with(finding.sentence.clone(), role)
}

/// The order of the way back.
fn back(drafted: &Drafted) -> Vec<Line> {
    let sets = drafted.draft.steps.iter().rev();
    let names: Vec<Text> = sets
        .filter_map(|s| match &s.work {
            Work::Set(change) => Some(resource(&change.target)),
            _ => None,
        })
        .collect();
    if names.is_empty() {
        return Vec::new();
    }
    let names: Vec<&str> = names.iter().map(Text::as_str).collect();
    let settle = span(drafted.plan.settle);
    let order = names.join(", ");
    vec![
        Line::default(),
        Line::new("Goes back in this order: ", Role::Dim).and(order, Role::Body),
        Line::of(
            format!("After a rate rule its effect is awaited, {settle} at most."),
            Role::Dim,
        ),
    ]
}

/// `[ ] no-rate-timer  what`, and below it what it means and what to do.
fn refused(refusal: &Refusal, accepted: &[Reason]) -> Vec<Line> {
    let taken = accepted.contains(&refusal.reason);
    let (mark, role) = match (refusal.reason.is_acceptable(), taken) {
        (false, _) => (" !! ", Role::Bad),
        (true, false) => ("[ ] ", Role::Warn),
        (true, true) => ("[x] ", Role::Good),
    };
    let mut told = fault_lines(&refusal.fault, Role::Body).into_iter();
    let what = told.next().unwrap_or_default();
    let name = format!("{mark}{}  ", refusal.reason);
    let first = Line(Line::of(name, role).0.into_iter().chain(what.0).collect());
    let blocks = (!refusal.reason.is_acceptable())
        .then(|| Line::new("    cannot be accepted: it has to be mended", Role::Bad));
    let rest = told.map(|line| {
        let indent = Line::new("    ", Role::Dim).0.into_iter();
        Line(indent.chain(line.0).collect())
    });
    std::iter::once(first).chain(rest).chain(blocks).collect()
}

fn missing(drafted: &Drafted) -> Option<Line> {
    let missing: Vec<&str> = drafted.draft.missing.iter().map(Text::as_str).collect();
    let said = format!("Missing permissions: {}", missing.join(", "));
    (!missing.is_empty()).then(|| Line::of(said, Role::Warn))
}
