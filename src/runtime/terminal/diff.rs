//! From what was last written to what is wanted: the bytes between, as few as possible.

use super::gate::Screen;
use super::pen::Pen;
use ratatui::buffer::Cell;
use ratatui::layout::Position;
use std::io::Write;

const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";
const SHOW_CURSOR: &[u8] = b"\x1b[?25h";
const HIDE_CURSOR: &[u8] = b"\x1b[?25l";
const CLEAR: &[u8] = b"\x1b[m\x1b[2J";
const ERASE_LINE: &[u8] = b"\x1b[K";

/// One block inside a synchronized update that turns `last` into `next`; empty
/// when nothing differs. `None`, or another size, repaints everything.
pub fn block(last: Option<&Screen>, next: &Screen) -> Vec<u8> {
    let last = last.filter(|l| (l.width, l.height) == (next.width, next.height));
    let mut brush = Brush::new();
    if let Some(last) = last {
        rows(last, next, &mut brush);
    } else {
        brush.out.extend_from_slice(CLEAR);
        rows(&Screen::blank(next.width, next.height), next, &mut brush);
    }
    brush.pen.turn(Pen::default(), &mut brush.out);
    cursor(last, next.cursor, &mut brush);
    if brush.out.is_empty() {
        brush.out
    } else {
        [BEGIN, &brush.out, END].concat()
    }
}

fn rows(last: &Screen, next: &Screen, brush: &mut Brush) {
    for y in 0..next.height {
        if last.row(y) != next.row(y) {
            row(last.row(y), next.row(y), y, brush);
        }
    }
}

fn row(last: &[Cell], next: &[Cell], y: u16, brush: &mut Brush) {
    let blank_from = next
        .iter()
        .rposition(|c| !is_plain_blank(c))
        .map_or(0, |x| x + 1);
    for x in 0..next.len() {
        if last[x] == next[x] || next[x].symbol().is_empty() {
            continue;
        }
        let rest_changed = (x..next.len()).filter(|&x| last[x] != next[x]).count();
        if x >= blank_from && rest_changed > ERASE_LINE.len() {
            return brush.erase(next, x, y);
        }
        brush.put(next, x, y);
    }
}

fn is_plain_blank(cell: &Cell) -> bool {
    cell.symbol() == " " && Pen::of(cell) == Pen::default()
}

fn cursor(last: Option<&Screen>, next: Option<Position>, brush: &mut Brush) {
    let stood = last.and_then(|l| l.cursor);
    match next {
        Some(at) => {
            let (moved, hidden) = (stood != next || !brush.out.is_empty(), stood.is_none());
            if moved {
                brush.go_absolute(at.x, at.y);
            }
            if hidden {
                brush.out.extend_from_slice(SHOW_CURSOR);
            }
        }
        None if last.is_none() || stood.is_some() => brush.out.extend_from_slice(HIDE_CURSOR),
        None => {}
    }
}

/// Where the terminal's cursor and pen are while a block is written.
struct Brush {
    out: Vec<u8>,
    pen: Pen,
    /// `None` where terminals disagree: after the last column, after clusters and wide characters.
    at: Option<(u16, u16)>,
}

impl Brush {
    fn new() -> Self {
        Self {
            out: Vec::new(),
            pen: Pen::default(),
            at: None,
        }
    }

    /// Writes the cell at `x`, going there first.
    fn put(&mut self, row: &[Cell], x: usize, y: u16) {
        self.go(row, x, y);
        self.pen.turn(Pen::of(&row[x]), &mut self.out);
        let symbol = row[x].symbol();
        self.out.extend_from_slice(symbol.as_bytes());
        let known = is_narrow(symbol) && x + 1 < row.len();
        self.at = known.then_some((x as u16 + 1, y));
    }

    /// Erases from `x` to the end of the line with the default look.
    fn erase(&mut self, row: &[Cell], x: usize, y: u16) {
        self.go(row, x, y);
        self.pen.turn(Pen::default(), &mut self.out);
        self.out.extend_from_slice(ERASE_LINE);
    }

    /// Moves on within the row by what is shortest: writing the cells between again, or a jump.
    fn go(&mut self, row: &[Cell], x: usize, y: u16) {
        let Some((cx, _)) = self.at.filter(|&(cx, cy)| cy == y && usize::from(cx) <= x) else {
            return self.go_absolute(x as u16, y);
        };
        let between = &row[usize::from(cx)..x];
        let jump = jump(between.len());
        let same = |c: &Cell| c.symbol().len() == 1 && Pen::of(c) == self.pen;
        if between.len() <= jump.len() && between.iter().all(same) {
            self.out
                .extend(between.iter().flat_map(|c| c.symbol().bytes()));
        } else {
            self.out.extend_from_slice(jump.as_bytes());
        }
        self.at = Some((x as u16, y));
    }

    fn go_absolute(&mut self, x: u16, y: u16) {
        if self.at != Some((x, y)) {
            let _ = match (x, y) {
                (0, 0) => write!(self.out, "\x1b[H"),
                (0, y) => write!(self.out, "\x1b[{}H", y + 1),
                (x, 0) => write!(self.out, "\x1b[;{}H", x + 1),
                (x, y) => write!(self.out, "\x1b[{};{}H", y + 1, x + 1),
            };
            self.at = Some((x, y));
        }
    }
}

fn jump(columns: usize) -> String {
    match columns {
        0 => String::new(),
        1 => "\x1b[C".into(),
        n => format!("\x1b[{n}C"),
    }
}

/// One code point that every terminal gives one column.
fn is_narrow(symbol: &str) -> bool {
    let mut chars = symbol.chars();
    let narrow = chars
        .next()
        .is_some_and(|c| unicode_width::UnicodeWidthChar::width(c) == Some(1));
    narrow && chars.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::super::gate::Limits;
    use super::*;
    use crate::model::settings::{Charset, ColorDepth};
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Modifier, Style};

    const LIMITS: Limits = Limits {
        charset: Charset::Unicode,
        color: ColorDepth::Ansi16,
    };

    fn screen(lines: &[(&str, Style)], width: u16) -> Screen {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, lines.len() as u16));
        for (y, (text, style)) in lines.iter().enumerate() {
            buffer.set_string(0, y as u16, text, *style);
        }
        let mut screen = Screen::default();
        screen.admit(&buffer, None, LIMITS);
        screen
    }

    fn plain(text: &str) -> Screen {
        screen(&[(text, Style::new())], 20)
    }

    fn said(last: &Screen, next: &Screen) -> String {
        let block = String::from_utf8(block(Some(last), next)).unwrap();
        block
            .strip_prefix("\x1b[?2026h")
            .and_then(|b| b.strip_suffix("\x1b[?2026l"))
            .unwrap_or(&block)
            .to_owned()
    }

    #[test]
    fn nothing_changed_is_not_one_byte() {
        assert_eq!(block(Some(&plain("same")), &plain("same")), b"");
    }

    #[test]
    fn unchanged_cells_are_jumped_over_or_written_again_whichever_is_shorter() {
        assert_eq!(said(&plain("abcdef"), &plain("Xbcdef")), "\x1b[HX");
        assert_eq!(said(&plain("abcdef"), &plain("XbcdeY")), "\x1b[HXbcdeY");
        assert_eq!(
            said(&plain("a1234567b"), &plain("X1234567Y")),
            "\x1b[HX\x1b[7CY"
        );
    }

    #[test]
    fn a_blank_end_is_erased() {
        assert_eq!(
            said(&plain("a long line here"), &plain("a")),
            "\x1b[;3H\x1b[K"
        );
    }

    #[test]
    fn another_size_repaints_everything() {
        let small = screen(&[("ab", Style::new())], 2);
        assert!(said(&plain("ab"), &small).starts_with("\x1b[m\x1b[2J\x1b[Hab"));
    }

    #[test]
    fn the_cursor_is_shown_moved_and_hidden() {
        let (hidden, mut shown) = (plain("a"), plain("a"));
        shown.cursor = Some(Position::new(1, 0));
        assert_eq!(said(&hidden, &shown), "\x1b[;2H\x1b[?25h");
        assert_eq!(block(Some(&shown), &shown), b"");
        assert_eq!(said(&shown, &hidden), "\x1b[?25l");
    }

    #[test]
    fn moving_a_reversed_row_by_one_at_160_columns_stays_under_600_bytes() {
        let text = "  orchard-api-service-with-a-name        6/8     2  81 %  64 %  in progress 6/8   12 min ".repeat(2);
        let look = |on: bool| {
            if on {
                Style::new().add_modifier(Modifier::REVERSED)
            } else {
                Style::new().fg(Color::Gray)
            }
        };
        let frame = |at: usize| {
            let lines: Vec<_> = (0..45).map(|y| (&text[..160], look(y == at))).collect();
            screen(&lines, 160)
        };
        let bytes = block(Some(&frame(10)), &frame(11));
        assert!(bytes.len() <= 600, "{} bytes", bytes.len());
    }

    /// A frame of odd characters in odd styles, as an independent terminal shows it.
    fn arbitrary_screen() -> impl Strategy<Value = Screen> {
        let piece = (0u16..24, 0u16..6, "[a-c ─é漢字]{0,8}", 0u8..4);
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 24, 6));
            for (x, y, text, look) in pieces {
                let style = match look {
                    0 => Style::new(),
                    1 => Style::new().fg(Color::Red),
                    2 => Style::new().bg(Color::Blue).add_modifier(Modifier::BOLD),
                    _ => Style::new().add_modifier(Modifier::REVERSED),
                };
                buffer.set_string(x, y, text, style);
            }
            let mut screen = Screen::default();
            screen.admit(&buffer, None, LIMITS);
            screen
        })
    }

    fn terminal() -> avt::Terminal {
        avt::Terminal::new(24, 6).unwrap()
    }

    fn shown(terminal: &avt::Terminal) -> Vec<Vec<avt::Cell>> {
        (0..6)
            .map(|y| terminal.screen().line(y).unwrap().cells().to_vec())
            .collect()
    }

    proptest! {
        #[test]
        fn writing_differences_shows_what_a_repaint_shows(frames in proptest::collection::vec(arbitrary_screen(), 1..6)) {
            let mut stepped = terminal();
            let mut last = None;
            for frame in &frames {
                stepped.feed(String::from_utf8(block(last, frame)).unwrap().as_str());
                last = Some(frame);
                let mut repainted = terminal();
                repainted.feed(String::from_utf8(block(None, frame)).unwrap().as_str());
                prop_assert_eq!(shown(&stepped), shown(&repainted));
            }
        }
    }
}
