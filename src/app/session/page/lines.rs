//! What the session's page says, line by line.

use crate::app::session::{Guard, said};
use crate::app::state::State;
use crate::domain::text::Text;
use crate::domain::units::{age, left};
use crate::model::verb::{Place, Verb};
use crate::session::load_test::{Moved, Stage};
use crate::session::record::Sign;
use crate::session::snapshot::{Protection, Snapshot, Standing, StepSeen};
use crate::view::lines::{Line, wrap_all};
use crate::view::put::{head as head_of, width};
use crate::view::theme::Role;
use jiff::SignedDuration;

/// From this width on a step's fields stand beside it.
const WIDE: u16 = 116;
/// The columns of a step's resource.
const RESOURCE: usize = 38;
/// The same where there is room.
const RESOURCE_WIDE: usize = 52;
/// The columns of a label on the left.
const LABEL: usize = 11;

/// All lines, none wider than `room`.
pub(super) fn of(session: &Snapshot, state: &State, room: u16) -> Vec<Line> {
    let mut lines = needs(session, state);
    for (n, step) in session.steps.iter().enumerate() {
        lines.extend(self::step(n, step, room));
    }
    lines.push(Line::default());
    lines.extend(moved("drift", &session.drift));
    lines.extend(moved("conflict", &session.conflicts));
    lines.extend(alarms(session));
    lines.extend(vitals(session));
    lines.push(row("notes", session.notes.to_string()));
    lines.push(Line::default());
    lines.extend(head(session, state));
    let indented = lines.into_iter().map(|line| {
        let lead = Line::new(" ", Role::Body).0.into_iter();
        Line(lead.chain(line.0).collect())
    });
    wrap_all(&indented.collect::<Vec<_>>(), room)
}

fn row(label: &str, said: impl AsRef<str>) -> Line {
    Line::of(format!("{label:<LABEL$}"), Role::Dim).and(said, Role::Body)
}

/// What waits for the operator, first, with the keys that answer it.
fn needs(session: &Snapshot, state: &State) -> Vec<Line> {
    let mut lines: Vec<Line> = guard_trouble(session, state).into_iter().collect();
    lines.extend(turned(session, state));
    if !session.conflicts.is_empty() {
        let said = "Somebody else has changed what is to go back: keep theirs, or restore ours.";
        lines.push(Line::new(said, Role::Bad));
        lines.push(keys(state, &[Verb::Decide, Verb::Keep]));
    }
    if session
        .steps
        .iter()
        .any(|s| s.standing == Standing::Draining)
    {
        let said = "A maximum waits until no more run than it allows.";
        lines.push(Line::new(said, Role::Warn));
        lines.push(keys(state, &[Verb::StopSurplus]));
    }
    let troubles = session.troubles.iter();
    lines.extend(troubles.map(|trouble| Line::of(trouble, Role::Bad)));
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    lines
}

/// Why it halted, how it ended, or why it is put back.
fn turned(session: &Snapshot, state: &State) -> Vec<Line> {
    if let Some(closing) = session.closing {
        let how = format!("Closed: {}", said::closing(closing));
        return vec![Line::of(how, Role::Strong)];
    }
    let why = session.why.as_ref().map(ToString::to_string);
    let told = session.said.clone().or_else(|| why.clone());
    let mut lines = match (session.stage, told.as_deref()) {
        (Stage::Halted, told) => {
            let told = told.unwrap_or("a step could not be done");
            let halted = Line::of(format!("Halted: {told}"), Role::Bad);
            vec![
                halted,
                keys(state, &[Verb::Retry, Verb::Skip, Verb::Revert]),
            ]
        }
        (_, None) => Vec::new(),
        (Stage::Reverting, Some(told)) => {
            vec![Line::of(format!("Put back: {told}"), Role::Warn)]
        }
        (_, Some(told)) => vec![Line::of(told, Role::Warn)],
    };
    if let Some(why) = why.filter(|why| told.as_ref() != Some(why)) {
        lines.push(Line::of(format!("because {why}"), Role::Dim));
    }
    lines
}

fn guard_trouble(session: &Snapshot, state: &State) -> Option<Line> {
    if session.stage == Stage::Closed {
        return None;
    }
    let said = match state.sessions.guard() {
        Guard::Speaks => return None,
        Guard::Silent { by } => format!(
            "Its guard (pid {}) has said nothing for {}: what stands below is that old",
            session.pid,
            age(by)
        ),
        Guard::Restarts => "Its guard died and is being restarted".to_owned(),
        Guard::Gone => {
            "Its guard is gone: nobody puts it back, not even when its time is up".into()
        }
    };
    Some(Line::of(said, Role::Bad))
}

/// `a try again   x leave the step out`: those that would do something.
fn keys(state: &State, verbs: &[Verb]) -> Line {
    let mut line = Line::default();
    for verb in verbs {
        let takes = match verb {
            Verb::Revert => state.may_write(),
            verb => state.session_takes(*verb).is_ok(),
        };
        let key = state
            .keymap
            .keys_of(Place::Session, *verb)
            .into_iter()
            .next();
        if let Some(key) = key.filter(|_| takes) {
            line = line
                .and(key, Role::Key)
                .and(format!(" {}   ", verb.help()), Role::KeyText);
        }
    }
    line
}

/// Who, where, what keeps it safe, what was accepted.
fn head(session: &Snapshot, state: &State) -> Vec<Line> {
    let scope = &session.place.scope;
    let whose = format!(
        "{} on {} since {}, as {}",
        Text::clean(&session.who),
        Text::clean(&session.host),
        said::clock(session.opened),
        said::person(session.place.caller.as_str()),
    );
    let place = format!("{} {}", scope.account.text(), scope.region.text());
    let mut lines = vec![
        row("session", session.session.text()),
        row("who", whose),
        row("where", place),
        guard(session),
        attached(session, state),
        shared(session),
    ];
    if let Some(until) = session.until.filter(|_| session.stage != Stage::Closed) {
        let left = left(until, state.news.now.wall);
        let said = format!("{} ({left} left)", said::clock(until));
        lines.push(row("until", said));
    }
    for accepted in &session.accepted {
        let label = format!("{:<LABEL$}", "accepted");
        lines.push(
            Line::of(label, Role::Dim)
                .and(accepted.reason.to_string(), Role::Warn)
                .and(format!("  {}", accepted.what), Role::Body),
        );
    }
    lines
}

fn guard(session: &Snapshot) -> Line {
    let role = match session.protection {
        Protection::Scope => Role::Good,
        Protection::Detached => Role::Body,
        Protection::None => Role::Warn,
    };
    let of = format!(" · pid {} · {}", session.pid, Text::clean(&session.version));
    Line::of(format!("{:<LABEL$}", "guard"), Role::Dim)
        .and(session.protection.to_string(), role)
        .and(of, Role::Dim)
}

/// Who is attached, or how long it still waits for somebody.
fn attached(session: &Snapshot, state: &State) -> Line {
    let patience = session.unattended_seconds;
    let after = SignedDuration::from_secs(i64::try_from(patience).unwrap_or(i64::MAX));
    let until = session
        .alone_since
        .and_then(|since| since.checked_add(after).ok());
    let alone = session.attached == 0 && session.stage != Stage::Closed;
    if let Some(until) = until.filter(|_| alone) {
        let left = left(until, state.news.now.wall);
        let said = format!("nobody: it is put back in {left}");
        return Line::of(format!("{:<LABEL$}", "attached"), Role::Dim).and(said, Role::Warn);
    }
    let wait = age(std::time::Duration::from_secs(patience));
    let said = format!("{} · put back after {wait} with nobody", session.attached);
    row("attached", said)
}

fn shared(session: &Snapshot) -> Line {
    match &session.shared {
        Some(name) => row("record", name),
        None => Line::of(format!("{:<LABEL$}", "record"), Role::Dim)
            .with("none in the account: colleagues do not see it", Role::Warn),
    }
}

/// One step: its line, and beneath it what it sets and what is awaited, where there is no room beside it.
fn step(n: usize, step: &StepSeen, room: u16) -> Vec<Line> {
    let column = if room >= WIDE {
        RESOURCE_WIDE
    } else {
        RESOURCE
    };
    let resource = cut(Text::clean(&step.resource).as_str(), column - 1);
    let pad = column.saturating_sub(width(&resource));
    let percent = step.percent.map(|p| format!(" {p} %")).unwrap_or_default();
    let standing = format!("{}{percent}", step.standing);
    let first = Line::of(format!("{:2} {:<8} ", n + 1, step.kind), Role::Dim)
        .and(resource, Role::Strong)
        .and(" ".repeat(pad), Role::Body)
        .and(
            format!("{standing:<16} "),
            said::standing_role(step.standing),
        );
    let fields = said::fields(&step.fields);
    let awaited = Some(step.said.as_str()).filter(|said| !said.is_empty());
    let mut more = fields;
    if let Some(awaited) = awaited {
        let lead = if more.0.is_empty() { "" } else { " · " };
        more = more.and(format!("{lead}{awaited}"), Role::Dim);
    }
    if room >= WIDE && first.width() + more.width() < usize::from(room) {
        return vec![Line(first.0.into_iter().chain(more.0).collect())];
    }
    let below = (!more.0.is_empty()).then(|| {
        let lead = Line::new("            ", Role::Dim).0.into_iter();
        Line(lead.chain(more.0).collect())
    });
    std::iter::once(first).chain(below).collect()
}

fn cut(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    format!("{}…", head_of(text, room - 1).0)
}

/// What somebody else has changed: before, ours, now, and by whom where it is known.
fn moved(label: &str, moved: &[Moved]) -> Vec<Line> {
    let line = |m: &Moved| {
        let now = m
            .now
            .as_ref()
            .map_or_else(|| "gone".to_owned(), said::value);
        let by = m.who.as_ref().map(|who| format!(", by {who}"));
        let name = crate::session::step::resource(&m.target);
        let is = format!(
            "{name} {}: {} → {}, now {now}{}",
            m.field,
            said::value(&m.before),
            said::value(&m.ours),
            by.unwrap_or_default()
        );
        Line::of(format!("{label:<LABEL$}"), Role::Dim).and(is, Role::Warn)
    };
    moved.iter().map(line).collect()
}

fn alarms(session: &Snapshot) -> Vec<Line> {
    let line = |alarm: &crate::session::snapshot::AlarmNow| {
        let role = match alarm.state.as_str() {
            "OK" => Role::Good,
            "ALARM" => Role::Bad,
            _ => Role::Warn,
        };
        row("alarm", &alarm.name).and(format!("  {}", alarm.state), role)
    };
    session.alarms.iter().map(line).collect()
}

fn vitals(session: &Snapshot) -> Vec<Line> {
    let name = |sign: &Sign| format!("{} of {}", Text::clean(&sign.name), Text::clean(&sign.of));
    let names: Vec<String> = session.vitals.iter().map(name).collect();
    // One column of values, however long a name is.
    let widest = names.iter().map(|name| width(name) + 1).max();
    let column = widest.unwrap_or_default().max(RESOURCE);
    let line = |(sign, name): (&Sign, &String)| {
        let pad = " ".repeat(column - width(name));
        row("vital", format!("{name}{pad}")).and(said::sign_value(sign), Role::Strong)
    };
    session.vitals.iter().zip(&names).map(line).collect()
}
