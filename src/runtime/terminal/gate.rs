//! The last gate: only characters and colours that the terminal takes get past it.
//!
//! Whatever a widget put into the buffer, no control character, no character
//! that turns or hides text, and under `Charset::Ascii` no byte ≥ 0x80 is left.

use super::color;
use crate::model::settings::{Charset, ColorDepth};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// What the terminal takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub charset: Charset,
    pub color: ColorDepth,
}

/// Cells as they may be written. The cell after a wide character has an empty symbol.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Screen {
    pub width: u16,
    pub height: u16,
    cells: Vec<Cell>,
    /// Where the text cursor stands; `None` = hidden.
    pub cursor: Option<Position>,
}

impl Screen {
    /// An empty screen.
    pub fn blank(width: u16, height: u16) -> Self {
        let cells = vec![Cell::EMPTY; usize::from(width) * usize::from(height)];
        Self {
            width,
            height,
            cells,
            cursor: None,
        }
    }

    /// Lets a frame through the gate, into this screen; its size becomes the frame's.
    pub fn admit(&mut self, frame: &Buffer, cursor: Option<Position>, limits: Limits) {
        self.admit_after(None, frame, cursor, limits);
    }

    /// As [`Screen::admit`]; a row that is as it was in the frame `before` is taken over as it was shown. Most rows are,
    /// and looking is far cheaper than letting them through once more.
    pub fn admit_after(
        &mut self,
        before: Option<(&Buffer, &Self)>,
        frame: &Buffer,
        cursor: Option<Position>,
        limits: Limits,
    ) {
        let area = frame.area;
        if (self.width, self.height) != (area.width, area.height) {
            *self = Self::blank(area.width, area.height);
        }
        let before = before.filter(|(raw, shown)| {
            raw.area == area && (shown.width, shown.height) == (area.width, area.height)
        });
        let width = usize::from(self.width).max(1);
        let rows = frame.content.chunks_exact(width);
        let rows = rows.zip(self.cells.chunks_exact_mut(width));
        for (y, (from, into)) in rows.enumerate() {
            let span = y * width..(y + 1) * width;
            match before.filter(|(raw, _)| raw.content[span.clone()] == *from) {
                Some((_, shown)) => into.clone_from_slice(&shown.cells[span]),
                None => admit_row(from, into, limits),
            }
        }
        self.cursor = cursor.filter(|p| p.x < self.width && p.y < self.height);
    }

    /// One row of cells.
    pub fn row(&self, y: u16) -> &[Cell] {
        let width = usize::from(self.width);
        &self.cells[usize::from(y) * width..][..width]
    }
}

fn admit_row(from: &[Cell], into: &mut [Cell], limits: Limits) {
    let mut x = 0;
    while x < from.len() {
        let (symbol, wide) = symbol(from[x].symbol(), x + 1 < from.len(), limits.charset);
        dress(&mut into[x], &from[x], symbol, limits.color);
        if wide {
            let (lead, trail) = into.split_at_mut(x + 1);
            trail[0].clone_from(&lead[x]);
            trail[0].set_symbol("");
            x += 1;
        }
        x += 1;
    }
}

/// What stands for this symbol, and whether it takes two cells.
fn symbol(symbol: &str, room: bool, charset: Charset) -> (&str, bool) {
    if let &[byte] = symbol.as_bytes() {
        return if byte.is_ascii_control() {
            (replacement(charset), false)
        } else {
            (symbol, false)
        };
    }
    if charset == Charset::Ascii {
        return (stand_in(symbol), false);
    }
    if symbol.chars().any(is_unsafe) {
        return (replacement(charset), false);
    }
    match symbol.width() {
        1 => (symbol, false),
        2 if room => (symbol, true),
        0 | 2 => (" ", false),
        _ => (replacement(charset), false),
    }
}

fn replacement(charset: Charset) -> &'static str {
    if charset == Charset::Ascii {
        "?"
    } else {
        "\u{fffd}"
    }
}

/// Control characters, and those that reorder, hide or tag text (safety.md §4).
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200c}' | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// An ASCII character that looks like it, else `?`.
fn stand_in(symbol: &str) -> &'static str {
    match symbol.chars().next().unwrap_or(' ') {
        '─' | '━' | '┄' | '┅' | '┈' | '┉' | '╌' | '╍' | '═' | '╴' | '╶' | '╸' | '╺' | '╼' | '╾'
        | '–' | '—' | '−' => "-",
        '│' | '┃' | '┆' | '┇' | '┊' | '┋' | '╎' | '╏' | '║' | '╵' | '╷' | '╹' | '╻' | '╽' | '╿' => {
            "|"
        }
        '╱' => "/",
        '╲' => "\\",
        '\u{2500}'..='\u{257f}' | '✓' | '✔' => "+",
        '\u{2580}'..='\u{259f}' | '■' | '▪' => "#",
        '→' | '▸' | '▶' | '»' | '›' | '≥' => ">",
        '←' | '◂' | '◀' | '«' | '‹' | '≤' => "<",
        '↑' | '▲' | '▴' => "^",
        '↓' | '▼' | '▾' => "v",
        '●' | '•' | '·' | '◆' | '○' | '★' => "*",
        '…' => ".",
        '×' | '✗' | '✘' => "x",
        '“' | '”' => "\"",
        '‘' | '’' => "'",
        '\u{a0}' => " ",
        _ => "?",
    }
}

/// Symbol and colours; what cannot be seen on a blank is left out, so that it makes no difference.
fn dress(into: &mut Cell, from: &Cell, symbol: &str, depth: ColorDepth) {
    if into.symbol() != symbol {
        into.set_symbol(symbol);
    }
    (into.fg, into.bg) = color::fit_pair(from.fg, from.bg, depth);
    into.modifier = from.modifier;
    if symbol == " " {
        let seen = Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT;
        into.modifier &= seen;
        if into.modifier.is_empty() {
            into.fg = Color::Reset;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    fn through(text: &str, width: u16, charset: Charset) -> Vec<String> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, 1));
        buffer.set_string(0, 0, text, Style::new());
        let mut screen = Screen::default();
        screen.admit(
            &buffer,
            None,
            Limits {
                charset,
                color: ColorDepth::True,
            },
        );
        screen
            .row(0)
            .iter()
            .map(|c| c.symbol().to_owned())
            .collect()
    }

    #[test]
    fn ascii_draws_boxes_with_plus_minus_and_bar() {
        assert_eq!(through("┌─┐│é漢", 8, Charset::Ascii).concat(), "+-+|??  ");
    }

    #[test]
    fn a_wide_character_owns_two_cells_and_is_cut_at_the_edge() {
        assert_eq!(through("a漢b", 4, Charset::Unicode), ["a", "漢", "", "b"]);
        let mut row = [Cell::EMPTY, Cell::EMPTY];
        admit_row(
            &[Cell::new("a"), Cell::new("漢")],
            &mut row,
            Limits {
                charset: Charset::Unicode,
                color: ColorDepth::True,
            },
        );
        assert_eq!(row[1].symbol(), " ");
    }

    #[test]
    fn what_a_blank_cannot_show_makes_no_difference() {
        let mut from = Cell::new(" ");
        from.fg = Color::Red;
        from.modifier = Modifier::BOLD;
        let mut into = Cell::EMPTY;
        dress(&mut into, &from, " ", ColorDepth::Ansi16);
        assert_eq!(into, Cell::EMPTY);
    }

    /// Frames that differ in a few places.
    fn frame(texts: &[(u16, String)]) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 4));
        for (y, text) in texts {
            buffer.set_string(0, *y, text, Style::new().fg(Color::Red));
        }
        buffer
    }

    proptest! {
        #[test]
        fn a_row_taken_over_is_the_row_let_through(frames in proptest::collection::vec(proptest::collection::vec((0_u16..4, "[ab é漢\u{202e}]{0,9}"), 0..4), 1..5)) {
            let limits = Limits { charset: Charset::Unicode, color: ColorDepth::Ansi16 };
            let (mut before, mut next) = (None::<(Buffer, Screen)>, Screen::default());
            for texts in &frames {
                let raw = frame(texts);
                next.admit_after(before.as_ref().map(|(raw, shown)| (raw, shown)), &raw, None, limits);
                let mut whole = Screen::default();
                whole.admit(&raw, None, limits);
                prop_assert_eq!(&next, &whole);
                before = Some((raw, std::mem::replace(&mut next, before.map(|b| b.1).unwrap_or_default())));
            }
        }

        #[test]
        fn no_control_character_and_no_foreign_byte_gets_through(raw in "\\PC*|[\\x00-\\x1f\\u{80}-\\u{9f}\\u{202e}]{1,3}") {
            let mut cell = Cell::EMPTY;
            cell.set_symbol(&raw);
            for charset in [Charset::Ascii, Charset::Unicode] {
                let (shown, _) = symbol(cell.symbol(), true, charset);
                prop_assert!(!shown.chars().any(is_unsafe));
                prop_assert!(charset == Charset::Unicode || shown.is_ascii());
            }
        }
    }
}
