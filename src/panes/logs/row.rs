//! One line as columns: what is known by name stands in its place, the rest after it.

mod cells;

use super::label::{self, Label, Labels};
use crate::domain::log::TailSource;
use crate::logs::chunk::{Chunk, Line, Shape};
use crate::logs::field::{Known, Severity};
use crate::logs::needle::Needle;
use crate::view::paint::Paint;
use crate::view::put::{head, put, put_role, skip, width};
use crate::view::theme::Role;
pub use cells::Cells;
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use std::collections::BTreeSet;

/// So much of a line is read for its columns: the rest of a huge one cannot be on the screen.
const READ: usize = 8 * 1024;

/// The columns in use, sticky until other logs are chosen: they must not come and go while lines pass by.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    used: BTreeSet<Known>,
    /// Those that the settings name, and no others; empty: those that the lines have.
    chosen: Vec<Known>,
    /// What the groups are called, where there are several.
    groups: Labels,
}

/// The order of the columns, with their widths at most; a path takes a share of the line.
const PLACES: [(Known, u16); 7] = [
    (Known::Level, 5),
    (Known::Method, 6),
    (Known::Path, 40),
    (Known::Status, 3),
    (Known::Duration, 7),
    (Known::Layer, 10),
    (Known::Trace, 8),
];

impl Columns {
    /// No column yet but that of the group, where there are several sources.
    pub fn restart<'s>(&mut self, sources: impl Iterator<Item = &'s TailSource>) {
        self.used.clear();
        self.groups = Labels::of(sources);
    }

    /// Takes what the settings name.
    pub fn choose(&mut self, chosen: &[Known]) {
        if self.chosen != chosen {
            self.chosen = chosen.to_vec();
        }
    }

    /// The columns in their order, with their widths at most.
    fn ordered(&self) -> Vec<(Known, u16)> {
        let place = |known: &Known| PLACES.iter().find(|(k, _)| k == known).copied();
        if self.chosen.is_empty() {
            let used = PLACES.iter().filter(|(known, _)| self.used.contains(known));
            return used.copied().collect();
        }
        self.chosen.iter().filter_map(place).collect()
    }

    /// Learns from the lines of a chunk which columns are needed.
    pub fn learn(&mut self, chunk: &Chunk) {
        for line in chunk.lines().iter().take(20) {
            self.used.extend(line.severity().map(|_| Known::Level));
            self.used
                .extend(chunk.fields(line).filter_map(|member| member.known));
        }
    }

    /// The columns that a line of `room` columns has place for, with their widths. The plain text keeps a third.
    fn places(&self, room: u16) -> Vec<(Known, u16)> {
        let widest = |known, most: u16| {
            if known == Known::Path {
                most.min(room / 4).max(8)
            } else {
                most
            }
        };
        let mut places: Vec<(Known, u16)> = self
            .ordered()
            .into_iter()
            .map(|(known, most)| (known, widest(known, most)))
            .collect();
        let used = |places: &[(Known, u16)]| places.iter().map(|(_, w)| w + 1).sum::<u16>();
        for spare in [Known::Trace, Known::Layer, Known::Level] {
            if used(&places) > room / 3 * 2 {
                places.retain(|(known, _)| *known != spare);
            }
        }
        places
    }
}

/// How a line is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Columns,
    /// As it came, but clean.
    Raw,
}

/// What all lines of one frame share.
pub struct Frame<'a> {
    pub paint: &'a Paint<'a>,
    pub columns: &'a Columns,
    pub look: Look,
    pub find: &'a Needle,
    /// Columns scrolled to the right.
    pub left: usize,
}

/// `12ms`, `1.25s`, `850us`.
pub fn took(duration: std::time::Duration) -> String {
    match duration.as_micros() {
        micros @ 1..1_000 => format!("{micros}us"),
        micros if micros < 1_000_000 => format!("{}ms", micros / 1_000),
        _ => format!("{:.2}s", duration.as_secs_f64()),
    }
}

/// `14:22:06.745`, UTC.
pub fn clock(at: i64) -> String {
    Timestamp::from_millisecond(at).map_or_else(
        |_| "??:??:??.???".to_owned(),
        |at| at.strftime("%H:%M:%S%.3f").to_string(),
    )
}

/// The longest start that is read, at a character's border.
fn start(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

impl Frame<'_> {
    /// Draws one line.
    pub fn draw(
        &self,
        chunk: &Chunk,
        line: &Line,
        (x, y): (u16, u16),
        room: u16,
        buf: &mut Buffer,
    ) {
        let mut pen = Pen {
            frame: self,
            x,
            y,
            end: x + room,
            buf,
        };
        pen.cell(&clock(line.at), 12, Role::LogTime);
        if line.is_ahead() {
            pen.mark("›", ">");
        } else if line.is_late() {
            pen.mark("‹", "<");
        }
        if !self.columns.groups.is_empty() {
            pen.group(&self.columns.groups.get(&chunk.source));
        }
        // What is beyond the screen need not be masked.
        let text = chunk.head(line, READ.max((self.left + usize::from(room) + 1) * 4));
        match (self.look, line.shape()) {
            (Look::Columns, Shape::Json | Shape::Logfmt) => {
                pen.columns(start(&text, READ), chunk, line);
            }
            _ => pen.rest(&text, text_role(line)),
        }
    }

    /// The line feeds of an event, on one line of the screen.
    fn folded<'t>(&self, text: &'t str) -> std::borrow::Cow<'t, str> {
        if text.contains('\n') {
            text.replace('\n', self.paint.glyph(" ↵ ", " | ")).into()
        } else {
            text.into()
        }
    }
}

fn text_role(line: &Line) -> Role {
    match line.severity() {
        Some(Severity::Error | Severity::Fatal) => Role::LogError,
        Some(Severity::Warn) => Role::LogWarn,
        _ => Role::Body,
    }
}

fn role_of(known: Known, line: &Line) -> Role {
    match known {
        Known::Level => text_role(line),
        Known::Status => match line.status() {
            Some(500..) => Role::LogError,
            Some(400..) => Role::LogWarn,
            _ => Role::Good,
        },
        Known::Layer | Known::Trace | Known::Duration => Role::Dim,
        _ => Role::Body,
    }
}

/// Goes along one line of the screen.
struct Pen<'f, 'b> {
    frame: &'f Frame<'f>,
    x: u16,
    y: u16,
    end: u16,
    buf: &'b mut Buffer,
}

impl Pen<'_, '_> {
    fn room(&self) -> u16 {
        self.end.saturating_sub(self.x)
    }

    fn cell(&mut self, text: &str, width: u16, role: Role) {
        let text = self.frame.folded(start(text, 512));
        self.marked(&text, width.min(self.room()), role);
        self.x = (self.x + width + 1).min(self.end);
    }

    fn group(&mut self, Label { text, cut }: &Label) {
        let dots = if *cut {
            self.frame.paint.glyph("…", "~")
        } else {
            ""
        };
        self.cell(
            &format!("{dots}{text}"),
            label::WIDTH as u16,
            Role::LogGroup,
        );
    }

    /// A mark in the gap behind the time.
    fn mark(&mut self, mark: &'static str, ascii: &'static str) {
        let at = (self.x.saturating_sub(1), self.y);
        let mark = self.frame.paint.glyph(mark, ascii);
        put_role(self.buf, at, 1, mark, Role::Warn, self.frame.paint);
    }

    fn right_cell(&mut self, text: &str, wide: u16, role: Role) {
        let pad = wide.saturating_sub(width(text) as u16).min(self.room());
        self.x += pad;
        self.cell(text, wide - pad, role);
    }

    fn columns(&mut self, text: &str, chunk: &Chunk, line: &Line) {
        let cells = Cells::of(text, chunk, line);
        let places = self.frame.columns.places(self.room());
        let shown: Vec<Known> = places.iter().map(|(known, _)| *known).collect();
        for (known, width) in places {
            let role = role_of(known, line);
            match known {
                Known::Duration => self.right_cell(cells.get(known), width, role),
                // The start of an id says enough; a sign of the cut would cost one more character of it.
                Known::Trace => {
                    self.cell(head(cells.get(known), usize::from(width)).0, width, role);
                }
                _ => self.cell(cells.get(known), width, role),
            }
        }
        if cells.is_empty() {
            return self.rest(text, text_role(line));
        }
        let rest = cells.rest.trim_start().to_owned() + &cells.beside(&shown);
        self.rest(rest.trim_start(), text_role(line));
    }

    /// What scrolls sideways.
    fn rest(&mut self, text: &str, role: Role) {
        let most = (self.frame.left + usize::from(self.room()) + 1) * 4;
        let text = self.frame.folded(start(text, most.max(512)));
        let text = skip(&text, self.frame.left);
        self.marked(text, self.room(), role);
        self.x = self.end;
    }

    /// Draws text with what is being looked for in another role.
    fn marked(&mut self, text: &str, room: u16, role: Role) {
        let paint = self.frame.paint;
        let places = self.frame.find.places(text);
        if places.is_empty() {
            put(
                self.buf,
                (self.x, self.y),
                room,
                text,
                paint.style(role),
                paint,
            );
            return;
        }
        put(
            self.buf,
            (self.x, self.y),
            room,
            text,
            paint.style(role),
            paint,
        );
        let shown = head(text, usize::from(room)).0.len();
        for place in places.into_iter().take_while(|place| place.end <= shown) {
            let x = self.x + width(&text[..place.start]) as u16;
            put_role(
                self.buf,
                (x, self.y),
                self.end.saturating_sub(x),
                &text[place],
                Role::Match,
                paint,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use strum::IntoEnumIterator;

    #[test]
    fn durations_are_said_in_seven_columns() {
        let cases = [
            (Duration::ZERO, "0ms"),
            (Duration::from_micros(850), "850us"),
            (Duration::from_millis(12), "12ms"),
            (Duration::from_millis(1_250), "1.25s"),
        ];
        for (duration, expected) in cases {
            assert_eq!(took(duration), expected);
        }
    }

    #[test]
    fn a_time_beyond_the_calendar_is_no_trouble() {
        assert_eq!(
            [clock(1_722_929_388_745), clock(i64::MAX)],
            ["07:29:48.745", "??:??:??.???"]
        );
    }

    #[test]
    fn columns_give_way_before_the_text_does() {
        let all = Columns {
            used: Known::iter().collect(),
            ..Columns::default()
        };
        let names = |room| {
            all.places(room)
                .into_iter()
                .map(|(known, _)| known.name())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            names(180),
            [
                "level", "method", "path", "status", "duration", "layer", "trace"
            ]
        );
        assert_eq!(names(60), ["method", "path", "status", "duration"]);
    }
}
