//! Text into cells: never wider than its room, cut with a mark that says so.

use super::paint::Paint;
use super::theme::Role;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The columns `text` takes on the screen.
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.width()
    }
}

/// The longest start of `text` that fits in `room` columns, and its width.
pub fn head(text: &str, room: usize) -> (&str, usize) {
    if text.is_ascii() {
        let end = text.len().min(room);
        return (&text[..end], end);
    }
    let mut used = 0;
    for (at, cluster) in text.grapheme_indices(true) {
        let wide = cluster.width();
        if used + wide > room {
            return (&text[..at], used);
        }
        used += wide;
    }
    (text, used)
}

/// What is left of `text` after its first `columns`; a wide character that is cut in two is dropped whole.
pub fn skip(text: &str, columns: usize) -> &str {
    if text.is_ascii() {
        return &text[columns.min(text.len())..];
    }
    let mut passed = 0;
    for (at, cluster) in text.grapheme_indices(true) {
        if passed >= columns {
            return &text[at..];
        }
        passed += cluster.width();
    }
    ""
}

/// Writes `text` at `x`, `y` in at most `room` columns; cut text ends in `…` (`~`). Answers the columns used.
pub fn put(
    buf: &mut Buffer,
    (x, y): (u16, u16),
    room: u16,
    text: &str,
    style: Style,
    paint: &Paint<'_>,
) -> u16 {
    let Some(room) = clip(buf, x, y, room) else {
        return 0;
    };
    let whole = width(text);
    if whole <= usize::from(room) {
        write(buf, (x, y), text, usize::from(room), style);
        return whole as u16;
    }
    let (kept, used) = head(text, usize::from(room) - 1);
    write(buf, (x, y), kept, used, style);
    buf.set_stringn(x + used as u16, y, paint.glyph("…", "~"), 1, style);
    used as u16 + 1
}

/// Writes what fits. Most text is printable ASCII, where each byte is a cell: looking for clusters there took a third of
/// a frame.
fn write(buf: &mut Buffer, (x, y): (u16, u16), text: &str, room: usize, style: Style) {
    let plain = text.len() <= room && text.bytes().all(|b| matches!(b, b' '..=b'~'));
    let start = buf.index_of(x, y);
    let cells = buf.content.get_mut(start..start + text.len());
    let Some(cells) = cells.filter(|_| plain) else {
        buf.set_stringn(x, y, text, room, style);
        return;
    };
    for (at, cell) in cells.iter_mut().enumerate() {
        cell.set_symbol(&text[at..=at]).set_style(style);
    }
}

/// As [`put`], in the style of a role.
pub fn put_role(
    buf: &mut Buffer,
    at: (u16, u16),
    room: u16,
    text: &str,
    role: Role,
    paint: &Paint<'_>,
) -> u16 {
    put(buf, at, room, text, paint.style(role), paint)
}

/// How much of `room` lies inside the buffer; `None` when nothing does.
fn clip(buf: &Buffer, x: u16, y: u16, room: u16) -> Option<u16> {
    let area = buf.area;
    let inside =
        (area.left()..area.right()).contains(&x) && (area.top()..area.bottom()).contains(&y);
    inside
        .then(|| room.min(area.right() - x))
        .filter(|&room| room > 0)
}

/// Gives every cell of `area` this style and no text.
pub fn blank(buf: &mut Buffer, area: Rect, style: Style) {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return;
    }
    let mut cell = Cell::EMPTY;
    cell.set_style(style);
    for y in area.top()..area.bottom() {
        let start = buf.index_of(area.x, y);
        buf.content[start..start + usize::from(area.width)].fill(cell.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_head_never_cuts_a_wide_character_in_two() {
        assert_eq!(head("한글", 3), ("한", 2));
        assert_eq!(head("abc", 2), ("ab", 2));
    }

    #[test]
    fn skipping_into_a_wide_character_drops_it() {
        assert_eq!(skip("한글", 1), "글");
        assert_eq!(skip("abc", 9), "");
    }

    proptest! {
        #[test]
        fn plain_text_is_written_as_ratatui_would(text in "[ -~\\t\\n한é]{0,12}", x in 0_u16..12, room in 0_usize..12) {
            let area = Rect::new(0, 0, 12, 2);
            let style = Style::new().fg(ratatui::style::Color::Red);
            let (mut ours, mut theirs) = (Buffer::filled(area, Cell::new("x")), Buffer::filled(area, Cell::new("x")));
            let room = room.min(usize::from(12 - x));
            write(&mut ours, (x, 1), &text, room, style);
            theirs.set_stringn(x, 1, &text, room, style);
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn a_head_always_fits(text in "\\PC{0,40}", room in 0_usize..30) {
            let (kept, used) = head(&text, room);
            prop_assert!(used <= room);
            prop_assert!(text.starts_with(kept));
        }
    }
}
