//! A drill-in as one scrolling document: headings, aligned tables, sentences.
//! Built when facts arrive; drawing shows the visible lines only.

use crate::domain::fault::{Fault, Gap, Part, is_unread};
use crate::domain::text::Text;
use crate::model::verb::Verb;
use crate::view::lines::{Line, Span};
use crate::view::paint::Paint;
use crate::view::put::head;
use crate::view::scroll::Scroll;
use crate::view::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A column's name and side.
#[derive(Clone, Copy, Debug)]
pub enum Head {
    Left(&'static str),
    Right(&'static str),
}

impl Head {
    /// What stands over the column.
    pub fn name(self) -> &'static str {
        match self {
            Self::Left(name) | Self::Right(name) => name,
        }
    }
}

/// No column but the last is wider than this: one odd name must not push the others off the screen.
pub const WIDEST: usize = 44;

/// The lines of a document, while it is built.
#[derive(Debug)]
pub struct Document {
    lines: Vec<Line>,
    width: u16,
}

/// What a heading says of a part: that it was not read, where it was not; else `note`.
pub fn or_unread<'n>(gaps: &[Gap], part: Part, note: &'n str) -> &'n str {
    if is_unread(gaps, part) {
        "not read"
    } else {
        note
    }
}

impl Document {
    /// An empty document for this many columns.
    pub fn new(width: u16) -> Self {
        Self {
            lines: Vec::new(),
            width: width.max(20),
        }
    }

    /// The finished lines.
    pub fn done(self) -> Vec<Line> {
        self.lines
    }

    /// Starts a section.
    pub fn heading(&mut self, name: impl Into<Text>, note: impl AsRef<str>) {
        if !self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        let line = Line::new(name, Role::Strong);
        self.lines.push(if note.as_ref().is_empty() {
            line
        } else {
            line.and(format!("  {}", note.as_ref()), Role::Dim)
        });
    }

    /// Adds lines, wrapped to the width.
    pub fn line(&mut self, line: &Line) {
        self.lines.extend(line.wrap(self.width));
    }

    /// Adds lines that stand in from the left, wrapped to what is left of the width.
    pub fn indented(&mut self, indent: usize, line: &Line) {
        for part in line.wrap(self.width.saturating_sub(indent as u16).max(16)) {
            let mut whole = Line(vec![pad(indent)]);
            whole.0.extend(part.0);
            self.lines.push(whole);
        }
    }

    /// A remark.
    pub fn note(&mut self, text: impl AsRef<str>) {
        self.line(&Line::of(text, Role::Dim));
    }

    /// Parts that could not be read, each with its reason.
    pub fn gaps(&mut self, gaps: &[Fault]) {
        for gap in gaps {
            let line = Line::new("not read: ", Role::Warn).with(gap.line(), Role::Body);
            self.line(&match &gap.action {
                Some(action) => line
                    .with(" — missing permission ", Role::Dim)
                    .with(action.clone(), Role::Strong),
                None => line,
            });
        }
    }

    /// As [`Document::gaps`], of parts with names.
    pub fn unread(&mut self, gaps: &[Gap]) {
        for gap in gaps {
            self.gaps(std::slice::from_ref(&gap.fault));
        }
    }

    /// An aligned table; the last column takes the rest of the line and wraps under itself, or stands beneath where
    /// the rest is too narrow to read.
    pub fn table(&mut self, heads: &[Head], rows: &[Vec<Span>]) {
        let columns = Columns::of(heads, rows, usize::from(self.width));
        let names = heads
            .iter()
            .map(|h| Span::new(h.name(), Role::TableHeader))
            .collect::<Vec<_>>();
        self.row(&columns, &names);
        for row in rows {
            self.row(&columns, row);
        }
    }

    /// An aligned table of one line a row: what of the last column does not fit is reached sideways.
    pub fn list(&mut self, heads: &[Head], rows: &[Vec<Span>]) {
        let widths = widths(heads, rows);
        let names = heads
            .iter()
            .map(|head| Span::new(head.name(), Role::TableHeader))
            .collect();
        for cells in std::iter::once(&names).chain(rows) {
            let Some((last, first)) = cells.split_last() else {
                continue;
            };
            let mut line = Line::default();
            for ((cell, head), width) in first.iter().zip(heads).zip(&widths) {
                cell_into(&mut line.0, cell, *head, *width);
            }
            line.0.push(last.clone());
            self.lines.push(line);
        }
    }

    fn row(&mut self, columns: &Columns<'_>, cells: &[Span]) {
        let Some((last, first)) = cells.split_last() else {
            return;
        };
        let mut line = Line::default();
        for ((cell, head), width) in first.iter().zip(columns.heads).zip(&columns.widths) {
            cell_into(&mut line.0, cell, *head, *width);
        }
        if columns.beneath {
            line.0.truncate(line.0.len().saturating_sub(1)); // the gap to a column that is not there
            self.lines.push(std::mem::take(&mut line));
            if last.text.as_str().is_empty() {
                return;
            }
        }
        let indent = usize::from(columns.indent);
        let room = self.width.saturating_sub(columns.indent).max(16);
        for (i, part) in Line(vec![last.clone()]).wrap(room).into_iter().enumerate() {
            let first = i == 0 && !columns.beneath;
            let mut whole = if first {
                std::mem::take(&mut line)
            } else {
                Line(vec![pad(indent)])
            };
            whole.0.extend(
                columns
                    .number
                    .map(|width| pad(width.saturating_sub(part.width()))),
            );
            whole.0.extend(part.0);
            self.lines.push(whole);
        }
    }
}

/// How the columns of one table stand.
struct Columns<'h> {
    heads: &'h [Head],
    widths: Vec<usize>,
    /// Where the last column begins.
    indent: u16,
    /// The last column has a line of its own.
    beneath: bool,
    /// The last column is of numbers, so wide.
    number: Option<usize>,
}

/// Less than this is no room for a sentence.
const READABLE: usize = 24;

impl<'h> Columns<'h> {
    fn of(heads: &'h [Head], rows: &[Vec<Span>], room: usize) -> Self {
        let widths = widths(heads, rows);
        let (last, first) = widths
            .split_last()
            .map_or((0, &widths[..0]), |(last, first)| (*last, first));
        let indent = first.iter().map(|w| w + 2).sum::<usize>();
        let number = matches!(heads.last(), Some(Head::Right(_))).then_some(last);
        let beneath = number.is_none() && room.saturating_sub(indent) < READABLE.min(last);
        let indent = if beneath { 4 } else { indent as u16 };
        Self {
            heads,
            widths,
            indent,
            beneath,
            number,
        }
    }
}

fn widths(heads: &[Head], rows: &[Vec<Span>]) -> Vec<usize> {
    let widest = |i: usize| {
        rows.iter()
            .filter_map(|r| r.get(i))
            .map(Span::width)
            .max()
            .unwrap_or(0)
    };
    heads
        .iter()
        .enumerate()
        .map(|(i, h)| widest(i).min(WIDEST).max(h.name().len()))
        .collect()
}

fn pad(n: usize) -> Span {
    Span::of(" ".repeat(n), Role::Body)
}

fn cell_into(line: &mut Vec<Span>, cell: &Span, side: Head, width: usize) {
    let cut = cut(cell, width);
    let gap = width - cut.width().min(width);
    match side {
        Head::Left(_) => line.extend([cut, pad(gap + 2)]),
        Head::Right(_) => line.extend([pad(gap), cut, pad(2)]),
    }
}

fn cut(cell: &Span, width: usize) -> Span {
    if cell.width() <= width {
        return cell.clone();
    }
    let (kept, _) = head(cell.text.as_str(), width.saturating_sub(1));
    Span::of(format!("{kept}…"), cell.role)
}

/// A document on the screen.
#[derive(Debug, Default)]
pub struct Page {
    lines: Vec<Line>,
    scroll: Scroll,
    height: usize,
}

impl Page {
    /// Shows other lines, at the same place.
    pub fn set(&mut self, lines: Vec<Line>) {
        self.lines = lines;
        self.scroll.clamp(self.lines.len(), self.height);
    }

    /// All of it as text, a line feed after each line.
    pub fn plain(&self) -> String {
        self.lines.iter().map(|line| line.plain() + "\n").collect()
    }

    /// How many lines fit.
    pub fn set_height(&mut self, height: u16) {
        self.height = usize::from(height);
        self.scroll.clamp(self.lines.len(), self.height);
    }

    /// Whether a verb of moving would move it.
    pub fn can(&self, verb: Verb) -> bool {
        let more = self.scroll.top + self.height < self.lines.len();
        match verb {
            Verb::Up | Verb::PageUp | Verb::Top => self.scroll.top > 0,
            Verb::Down | Verb::PageDown | Verb::Bottom => more,
            Verb::Left => self.scroll.left > 0,
            Verb::Right => !self.lines.is_empty(),
            _ => false,
        }
    }

    /// Moves; answers whether the verb was one of moving.
    pub fn act(&mut self, verb: Verb) -> bool {
        self.scroll.act(verb, self.lines.len(), self.height)
    }

    /// Draws the lines on the screen.
    pub fn draw(&self, paint: &Paint<'_>, area: Rect, buf: &mut Buffer) {
        self.scroll.draw(paint, &self.lines, area, buf);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fault::FaultKind;

    fn plain(document: Document) -> Vec<String> {
        document
            .done()
            .iter()
            .map(|l| l.plain().trim_end().to_owned())
            .collect()
    }

    #[test]
    fn columns_line_up_and_numbers_stand_right() {
        let mut document = Document::new(60);
        let row = |name: &'static str, n: &'static str, why: &'static str| {
            vec![Span::body(name), Span::body(n), Span::body(why)]
        };
        document.table(
            &[Head::Left("NAME"), Head::Right("N"), Head::Left("WHY")],
            &[row("a", "5", "x"), row("longer", "1000", "y")],
        );
        assert_eq!(
            plain(document),
            ["NAME       N  WHY", "a          5  x", "longer  1000  y"]
        );
    }

    #[test]
    fn the_last_column_wraps_under_itself() {
        let mut document = Document::new(28);
        document.table(
            &[Head::Left("T"), Head::Left("MESSAGE")],
            &[vec![
                Span::body("5m"),
                Span::body("was unable to place a task"),
            ]],
        );
        assert_eq!(
            plain(document),
            ["T   MESSAGE", "5m  was unable to place a", "    task"]
        );
    }

    #[test]
    fn where_the_rest_is_too_narrow_the_last_column_stands_beneath() {
        let mut document = Document::new(30);
        let row =
            |path: &'static str| vec![Span::body("2001:db8:85a3::8a2e:370:7334"), Span::body(path)];
        document.table(
            &[Head::Left("ADDRESS"), Head::Left("REQUEST")],
            &[row("GET /api/monthly-tasks?page=2"), row("")],
        );
        let lines = plain(document);
        assert_eq!(
            lines,
            [
                "ADDRESS",
                "    REQUEST",
                "2001:db8:85a3::8a2e:370:7334",
                "    GET",
                "    /api/monthly-tasks?page=2",
                "2001:db8:85a3::8a2e:370:7334"
            ]
        );
    }

    #[test]
    fn one_odd_name_does_not_push_the_other_columns_off_the_screen() {
        let mut document = Document::new(80);
        let long = Span::of("한".repeat(255), Role::Body);
        document.table(
            &[Head::Left("NAME"), Head::Left("STATE")],
            &[vec![long, Span::body("ok")]],
        );
        let lines = plain(document);
        assert!(
            lines[1].ends_with("…   ok") || lines[1].ends_with("…  ok"),
            "{lines:?}"
        );
    }

    #[test]
    fn a_gap_names_the_missing_permission() {
        let mut fault = Fault::new(FaultKind::Denied, "The target groups may not be read");
        fault.action = Some("elasticloadbalancing:DescribeTargetHealth".into());
        let mut document = Document::new(200);
        document.gaps(&[fault]);
        assert!(
            plain(document)[0]
                .ends_with("missing permission elasticloadbalancing:DescribeTargetHealth")
        );
    }
}
