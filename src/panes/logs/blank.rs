//! What the pane says where no lines are, and when some of them are missing.

use super::near;
use super::past::edge::said;
use super::source::{Lookup, Sources};
use crate::domain::fault::Fault;
use crate::domain::ids::LogGroup;
use crate::domain::text::Text;
use crate::domain::units;
use crate::logs::ring::Ring;
use crate::logs::unknown::Unknown;
use crate::model::tail::TailStart;
use crate::view::lines::{Line, draw_lines, fault_lines, wrap_all};
use crate::view::paint::Paint;
use crate::view::put::blank;
use crate::view::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::time::Duration;

/// Says why there is nothing to see, and what to do.
pub fn draw(
    (sources, known, unknown): (&Sources, &[LogGroup], &[Unknown]),
    ring: &Ring,
    paint: &Paint<'_>,
    area: Rect,
    buf: &mut Buffer,
) {
    let lines = match ring.all().len() {
        0 if sources.feeds.is_empty() => unchosen(&sources.lookup, paint),
        0 => waiting(sources, known, paint),
        held => {
            let source = Text::clean(ring.filter().source());
            let none = format!(
                "None of {} lines pass the filter “{source}”",
                units::count(held as u64)
            );
            let mut lines = vec![Line::of(none, Role::Body)];
            lines.extend(
                unknown
                    .iter()
                    .map(|field| Line::of(field.to_string(), Role::Warn)),
            );
            lines.push(Line::new(
                "Change it with /, or empty it to see all",
                Role::Dim,
            ));
            lines
        }
    };
    draw_lines(paint, &wrap_all(&lines, area.width), area, buf);
}

fn unchosen(lookup: &Lookup, paint: &Paint<'_>) -> Vec<Line> {
    let by_name = "Type :logs GROUP to show a group by its name";
    match lookup {
        Lookup::Unasked | Lookup::Done => vec![
            Line::body("No log group is chosen"),
            Line::new("Select a service in pane 1 and press l", Role::Dim),
            Line::new(by_name, Role::Dim),
        ],
        Lookup::Asked { service, .. } => vec![Line::of(
            format!("Looking up where {service} writes its logs"),
            Role::Dim,
        )],
        Lookup::Groups(globs) => match globs.fault() {
            Some(fault) => failed(fault, None, paint),
            None => vec![Line::of(
                format!("Looking for the log groups that fit {}", globs.name()),
                Role::Dim,
            )],
        },
        Lookup::NoLogs { service } => vec![
            Line::of(
                format!("{service} writes no logs to CloudWatch"),
                Role::Body,
            ),
            Line::new(
                "No container of its task definition has awslogs options",
                Role::Dim,
            ),
            Line::new(by_name, Role::Dim),
        ],
        Lookup::Failed {
            service,
            fault,
            next_try,
            ..
        } => {
            let mut lines = vec![Line::of(
                format!("Where {service} writes its logs could not be read"),
                Role::Body,
            )];
            lines.extend(failed(fault, *next_try, paint));
            lines.push(Line::new(by_name, Role::Dim));
            lines
        }
    }
}

fn waiting(sources: &Sources, known: &[LogGroup], paint: &Paint<'_>) -> Vec<Line> {
    if let Some((group, fault, next_try)) = sources.failure() {
        let mut lines = vec![
            Line::new("The logs of ", Role::Body)
                .with(group, Role::Strong)
                .with(" cannot be read", Role::Body),
        ];
        lines.extend(failed(fault, next_try, paint));
        let meant = sources.mistaken().map(|source| near::groups(source, known));
        lines.extend(meant.filter(|near| !near.is_empty()).map(|near| {
            Line::new("The nearest names: ", Role::Body).and(near.join("  "), Role::Strong)
        }));
        return lines;
    }
    let span = asked(sources.start);
    if sources.are_read() {
        return vec![
            Line::of(format!("No lines {span}"), Role::Body),
            Line::new("They appear here as they come", Role::Dim),
        ];
    }
    vec![Line::of(format!("Reading the lines {span}"), Role::Dim)]
}

/// The span that is read at first.
fn asked(start: TailStart) -> String {
    match start {
        TailStart::Ago(span) => format!("of the last {}", units::age(span)),
        TailStart::At(at) => format!("since {}", said(at)),
    }
}

fn failed(fault: &Fault, next_try: Option<Duration>, paint: &Paint<'_>) -> Vec<Line> {
    let mut lines = fault_lines(fault, Role::Bad);
    if let Some(action) = &fault.action {
        lines
            .push(Line::new("Missing permission: ", Role::Body).with(action.clone(), Role::Strong));
    }
    lines.extend(again(next_try, paint).map(|again| Line::of(again, Role::Dim)));
    lines
}

/// Coarse, so that the line stands still.
fn again(next_try: Option<Duration>, paint: &Paint<'_>) -> Option<String> {
    let left = next_try?.saturating_sub(paint.now.mono).as_secs();
    Some(match left {
        0 => "trying again".to_owned(),
        1..60 => format!("next try in {} s", left.div_ceil(5) * 5),
        _ => format!("next try in {} min", left.div_ceil(60)),
    })
}

/// Over the lines that are there: which group's are missing, and why; what is not kept any more; or why Live Tail does
/// not read them.
pub fn warning(
    (sources, unknown, lapsed): (&Sources, &[Unknown], Option<Line>),
    paint: &Paint<'_>,
    area: Rect,
    buf: &mut Buffer,
) {
    let line = match (sources.failure(), unknown.first(), lapsed) {
        (Some(failure), ..) => missing(failure, paint),
        (None, Some(field), _) => Line::of(field.to_string(), Role::Warn),
        (None, None, Some(lapsed)) => lapsed,
        (None, None, None) => match sources.fallen_back() {
            Some((group, fault)) => polled(group, fault),
            None => return,
        },
    };
    last_line(&line, paint, area, buf);
}

fn polled(group: Text, fault: &Fault) -> Line {
    let line = Line::new(group, Role::LogGroup).with(" is polled, not by Live Tail: ", Role::Dim);
    match &fault.action {
        Some(action) => line
            .with("needs ", Role::Warn)
            .with(action.clone(), Role::Strong),
        None => line.with(fault.what.clone(), Role::Warn),
    }
}

fn missing((group, fault, next_try): (Text, &Fault, Option<Duration>), paint: &Paint<'_>) -> Line {
    let mut line = Line::new(group, Role::LogGroup).with(": ", Role::Dim);
    line = match &fault.action {
        Some(action) => line
            .with("needs ", Role::Warn)
            .with(action.clone(), Role::Strong)
            .with(" · ", Role::Dim)
            .with(fault.what.clone(), Role::Dim),
        None => line.with(fault.what.clone(), Role::Bad),
    };
    match again(next_try, paint) {
        Some(again) => line.and(format!(" · {again}"), Role::Dim),
        None => line,
    }
}

/// A sentence below the lines.
pub fn last_line(line: &Line, paint: &Paint<'_>, area: Rect, buf: &mut Buffer) {
    if area.height < 2 {
        return;
    }
    let last = Rect {
        y: area.bottom() - 1,
        height: 1,
        ..area
    };
    blank(buf, last, paint.style(Role::Body));
    line.draw(paint, (last.x, last.y), last.width, buf);
}
