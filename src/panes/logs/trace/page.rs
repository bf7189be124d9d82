//! A trace as a page: its layers as a small waterfall, then its lines.

use super::super::rate;
use super::super::row::{Cells, clock};
use super::others::Asked;
use super::shown_id;
use crate::domain::text::Text;
use crate::domain::units;
use crate::logs::field::Known;
use crate::logs::trace::{MOST, Span as Stay, Step, Trace};
use crate::panes::document::{Document, Head, WIDEST};
use crate::view::lines::{Line, Span};
use crate::view::theme::Role;

/// Columns of the waterfall at most.
const BARS: u16 = 60;
/// Of a line's text, so much is read for its row.
const READ: usize = 1_024;
/// So many columns of a text tell what it is about.
const READABLE: usize = 30;
const TEXT: Head = Head::Left("TEXT");

/// The page for so many columns.
pub(super) fn document(
    trace: &Trace,
    asked: Option<&Asked>,
    (width, ascii): (u16, bool),
) -> Vec<Line> {
    let mut document = Document::new(width);
    let title = format!("Trace {}", shown_id(trace));
    document.heading(Text::clean(&title), summary(trace));
    if trace.cut {
        document.note(format!(
            "Only its first {} lines are shown",
            units::count(MOST as u64)
        ));
    }
    waterfall(&mut document, trace, (width, ascii));
    match asked {
        None => document.heading("Lines", "in memory; enter asks the other groups"),
        Some(asked) => {
            document.heading("Lines", "in memory, and of other groups");
            let role = if asked.lacks() { Role::Warn } else { Role::Dim };
            document.line(&Line::of(asked.said(), role));
        }
    }
    lines(&mut document, trace, width);
    document.done()
}

fn summary(trace: &Trace) -> String {
    let groups = trace.groups();
    let (lines, s) = (trace.steps.len(), if groups == 1 { "" } else { "s" });
    format!("{lines} lines · {groups} group{s} · {} ms", trace.took())
}

/// One row for each stay, with a bar in what the others leave.
fn waterfall(document: &mut Document, trace: &Trace, (width, ascii): (u16, bool)) {
    let heads = [
        Head::Left("LAYER"),
        Head::Left("GROUP"),
        Head::Right("FROM"),
        Head::Right("STAYED"),
        Head::Left(""),
    ];
    let mut rows: Vec<Vec<Span>> = trace.spans.iter().map(stayed).collect();
    let beside: usize = (0..4).map(|at| wide(rows.iter(), at, heads[at])).sum();
    let bars = width.saturating_sub(beside as u16).min(BARS);
    for (row, stay) in rows.iter_mut().zip(&trace.spans) {
        let bar = bar(stay, trace.took(), (bars, ascii));
        row.push(Span::of(bar, role_of(stay.bad)));
    }
    document.list(&heads, &rows);
}

fn stayed(stay: &Stay) -> Vec<Span> {
    let layer = if stay.layer.is_empty() {
        "–"
    } else {
        &stay.layer
    };
    vec![
        Span::of(layer, role_of(stay.bad)),
        Span::of(rate::short(&stay.group), Role::LogGroup),
        Span::of(format!("+{} ms", stay.start), Role::Dim),
        Span::of(format!("{} ms", stay.took()), Role::Strong),
    ]
}

fn role_of(bad: bool) -> Role {
    if bad { Role::LogError } else { Role::Body }
}

/// The columns that a column of a table takes, with the gap after it.
fn wide<'r>(rows: impl Iterator<Item = &'r Vec<Span>>, at: usize, head: Head) -> usize {
    let cells = rows.map(|cells| cells[at].width().min(WIDEST));
    cells.max().unwrap_or(0).max(head.name().len()) + 2
}

/// A bar that stands where the stay was in the whole; at least one column, so that none is lost.
fn bar(stay: &Stay, took: i64, (bars, ascii): (u16, bool)) -> String {
    let bars = i64::from(bars.max(1));
    let place = |at: i64| at * bars / took.max(1);
    let start = place(stay.start).clamp(0, bars - 1);
    let wide = (place(stay.end) - start).clamp(1, bars - start);
    let block = if ascii { "#" } else { "█" };
    " ".repeat(start as usize) + &block.repeat(wide as usize)
}

/// What a line says of itself before its text, in the order of the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Time,
    Since,
    Group,
    Layer,
    Took,
    Status,
}

/// The columns, each with its head.
const PARTS: [(Part, Head); 6] = [
    (Part::Time, Head::Left("TIME")),
    (Part::Since, Head::Right("SINCE")),
    (Part::Group, Head::Left("GROUP")),
    (Part::Layer, Head::Left("LAYER")),
    (Part::Took, Head::Right("TOOK")),
    (Part::Status, Head::Right("STATUS")),
];
/// Where there is no room for all, these go first: the waterfall tells of them too.
const SPARE: [Part; 4] = [Part::Time, Part::Took, Part::Layer, Part::Group];

/// One line of the screen for each; what of the text does not fit is reached sideways.
fn lines(document: &mut Document, trace: &Trace, width: u16) {
    let mut rows: Vec<(Vec<Span>, Span)> = trace.steps.iter().map(row).collect();
    let parts = fitting(&rows, usize::from(width));
    let keep = |cells: &mut Vec<Span>| {
        let mut at = PARTS.iter();
        cells.retain(|_| at.next().is_some_and(|(part, _)| parts.contains(part)));
    };
    for (cells, _) in &mut rows {
        keep(cells);
    }
    let heads = PARTS.iter().filter(|(part, _)| parts.contains(part));
    let heads: Vec<Head> = heads.map(|(_, head)| *head).chain([TEXT]).collect();
    let rows: Vec<Vec<Span>> = rows
        .into_iter()
        .map(|(cells, text)| cells.into_iter().chain([text]).collect())
        .collect();
    document.list(&heads, &rows);
}

/// The columns beside which the text can be read.
fn fitting(rows: &[(Vec<Span>, Span)], room: usize) -> Vec<Part> {
    let mut parts: Vec<(Part, usize)> = PARTS
        .iter()
        .enumerate()
        .map(|(at, (part, head))| (*part, wide(rows.iter().map(|(cells, _)| cells), at, *head)))
        .collect();
    for spare in SPARE {
        if parts.iter().map(|(_, wide)| wide).sum::<usize>() + READABLE <= room {
            break;
        }
        parts.retain(|(part, _)| *part != spare);
    }
    parts.into_iter().map(|(part, _)| part).collect()
}

/// The cells of [`PARTS`], and the text.
fn row(step: &Step) -> (Vec<Span>, Span) {
    let role = role_of(step.line.is_bad());
    let text = step.chunk.head(&step.line, READ);
    let cells = Cells::of(&text, &step.chunk, &step.line);
    let parts = [Known::Method, Known::Path].map(|known| cells.get(known));
    let said = [parts[0], parts[1], cells.rest.trim()];
    let said: Vec<&str> = said.into_iter().filter(|part| !part.is_empty()).collect();
    // A plain line has no parts.
    let said = if said.is_empty() {
        text.to_string()
    } else {
        said.join(" ")
    };
    let before = vec![
        Span::of(clock(step.line.at), Role::Dim),
        Span::of(format!("+{} ms", step.since), Role::Dim),
        Span::of(rate::short(&step.chunk.source.group), Role::LogGroup),
        Span::of(cells.get(Known::Layer), Role::Dim),
        Span::of(cells.get(Known::Duration), Role::Body),
        Span::of(cells.get(Known::Status), role),
    ];
    (before, Span::of(said.replace('\n', " ↵ "), role))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stay(start: i64, end: i64) -> Stay {
        Stay {
            layer: "A".into(),
            group: "g".into(),
            start,
            end,
            lines: 1,
            bad: false,
        }
    }

    #[test]
    fn bars_stand_where_the_stay_was_and_none_is_lost() {
        let bar = |start, end| bar(&stay(start, end), 100, (10, true));
        assert_eq!(
            [bar(0, 50), bar(50, 60), bar(60, 61), bar(100, 100)],
            ["#####", "     #", "      #", "         #"]
        );
    }
}
