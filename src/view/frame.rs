//! A pane's frame: number, name, status at the right; the focused one looks different.
//! Frames that touch share a line: the lower one's title is drawn into it.
//!
//! ```text
//! ┌1 Services ─ orchard ───────────────── 4 of 12 ┐
//! │                                               │
//! ├3 Rate rules ──────────────────────────────────┤
//! ```

use super::layout::Joint;
use super::paint::Paint;
use super::put::put;
use super::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What stands beside name and status in a frame's line: the number, blanks, and a gap.
pub const BESIDE: usize = 7;
/// So much of a filter stands before the status in any case.
pub const FILTER: usize = 20;

/// What a frame shows.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The pane's number key; `None` for overlays.
    pub number: Option<u8>,
    pub name: &'a str,
    pub status: &'a str,
    pub joint: Joint,
}

impl Frame<'_> {
    /// Draws the frame; answers its inside.
    pub fn draw(&self, paint: &Paint<'_>, area: Rect, buf: &mut Buffer) -> Rect {
        let area = area.intersection(buf.area);
        if area.width < 2 || area.height < 2 {
            return area;
        }
        let style = paint.style(if paint.focused {
            Role::FrameFocus
        } else {
            Role::Frame
        });
        sides(paint, style, area, buf);
        self.top(paint, style, area, buf);
        if self.joint.below == Join::Free {
            edge(paint, style, (area, area.bottom() - 1), ("└", "┘"), buf);
        }
        inside(area)
    }

    fn top(&self, paint: &Paint<'_>, style: Style, area: Rect, buf: &mut Buffer) {
        let corners = if self.joint.above == Join::Free {
            ("┌", "┐")
        } else {
            ("├", "┤")
        };
        edge(paint, style, (area, area.y), corners, buf);
        let room = area.width - 2;
        let used = self.title(paint, style, (area.x + 1, area.y), room, buf);
        let status = super::put::width(self.status) as u16;
        if status > 0 && used + 4 < room {
            let wide = status.min(room - used - 4);
            let x = area.right() - 2 - wide;
            put(buf, (x - 1, area.y), 1, " ", style, paint);
            put(
                buf,
                (x, area.y),
                wide,
                self.status,
                paint.style(Role::Dim),
                paint,
            );
            put(buf, (x + wide, area.y), 1, " ", style, paint);
        }
    }

    fn title(
        &self,
        paint: &Paint<'_>,
        style: Style,
        (x, y): (u16, u16),
        room: u16,
        buf: &mut Buffer,
    ) -> u16 {
        let title = paint.style(if paint.focused {
            Role::FrameFocus
        } else {
            Role::Title
        });
        let mut used = match self.number {
            Some(number) => put(buf, (x, y), room, &number.to_string(), style, paint),
            None => 0,
        };
        for text in [" ", self.name, " "] {
            used += put(
                buf,
                (x + used, y),
                room.saturating_sub(used),
                text,
                title,
                paint,
            );
        }
        used
    }
}

/// Whether a frame's line is its own or shared with the neighbour.
pub use super::layout::Join;

/// What a frame leaves of its area.
pub fn inside(area: Rect) -> Rect {
    if area.width < 2 || area.height < 2 {
        return area;
    }
    Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width - 2,
        height: area.height - 2,
    }
}

fn sides(paint: &Paint<'_>, style: Style, area: Rect, buf: &mut Buffer) {
    let side = paint.glyph("│", "|");
    for y in area.top() + 1..area.bottom() - 1 {
        buf[(area.x, y)].set_symbol(side).set_style(style);
        buf[(area.right() - 1, y)].set_symbol(side).set_style(style);
    }
}

fn edge(
    paint: &Paint<'_>,
    style: Style,
    (area, y): (Rect, u16),
    (left, right): (&'static str, &'static str),
    buf: &mut Buffer,
) {
    let line = paint.glyph("─", "-");
    for x in area.left() + 1..area.right() - 1 {
        buf[(x, y)].set_symbol(line).set_style(style);
    }
    buf[(area.x, y)]
        .set_symbol(paint.glyph(left, "+"))
        .set_style(style);
    buf[(area.right() - 1, y)]
        .set_symbol(paint.glyph(right, "+"))
        .set_style(style);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::settings::{Charset, Settings};
    use crate::model::time::Now;
    use crate::view::theme::Theme;

    fn top(charset: Charset, width: u16) -> String {
        let (theme, settings) = (
            Theme::default(),
            Settings {
                charset,
                ..Settings::default()
            },
        );
        let paint = Paint {
            theme: &theme,
            settings: &settings,
            now: Now::START,
            focused: false,
        };
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 3));
        let frame = Frame {
            number: Some(1),
            name: "Services",
            status: "4 of 12",
            joint: Joint::default(),
        };
        frame.draw(&paint, buf.area, &mut buf);
        (0..width).map(|x| buf[(x, 0)].symbol()).collect()
    }

    #[test]
    fn name_and_status_stand_in_the_top_line() {
        assert_eq!(
            top(Charset::Unicode, 32),
            "┌1 Services ────────── 4 of 12 ┐"
        );
        assert_eq!(top(Charset::Ascii, 32), "+1 Services ---------- 4 of 12 +");
    }

    #[test]
    fn a_narrow_frame_keeps_its_name_and_cuts_the_status() {
        assert_eq!(top(Charset::Unicode, 20), "┌1 Services ── 4 … ┐");
        assert_eq!(top(Charset::Unicode, 8), "┌1 Ser…┐");
    }
}
