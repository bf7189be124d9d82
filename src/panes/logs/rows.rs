//! The lines on the screen.

use super::Logs;
use super::row::Frame;
use crate::view::paint::Paint;
use crate::view::put::{put, put_role};
use crate::view::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

impl Logs {
    /// Draws what the window shows.
    pub(super) fn draw_rows(&self, paint: &Paint<'_>, area: Rect, buf: &mut Buffer) {
        let view = self.view();
        let order = view.ring.shown();
        let (top, cursor) = (view.window.top(order), view.window.position(order));
        let frame = Frame {
            paint,
            columns: &self.columns,
            look: self.look,
            find: &self.find.needle,
            left: self.left,
        };
        for (y, place) in (area.top()..area.bottom()).zip(top..order.len()) {
            let Some((chunk, line)) = order.get(place).and_then(|entry| view.ring.line(entry))
            else {
                continue;
            };
            let room = area.width.saturating_sub(1);
            if place == cursor {
                cursor_at(paint, (area.x, y), buf);
            }
            let under = order
                .get(place)
                .map_or(0, |head| view.ring.lines_under(head).len());
            let folded = folded(under, paint, (area.x + 1, y), room, buf);
            frame.draw(chunk, line, (area.x + 1, y), room - folded, buf);
            if place == cursor && paint.focused && self.is_held() {
                let row = Rect {
                    y,
                    height: 1,
                    ..area
                };
                buf.set_style(row, paint.style(Role::Cursor));
            }
        }
    }
}

/// `+12` at the right: so many lines are folded under this one. Answers the columns that it takes.
fn folded(under: usize, paint: &Paint<'_>, (x, y): (u16, u16), room: u16, buf: &mut Buffer) -> u16 {
    let said = format!(" +{under}");
    let wide = said.len() as u16;
    if under == 0 || room < 3 * wide {
        return 0;
    }
    put_role(buf, (x + room - wide, y), wide, &said, Role::Dim, paint);
    wide
}

fn cursor_at(paint: &Paint<'_>, at: (u16, u16), buf: &mut Buffer) {
    let role = if paint.focused {
        Role::Cursor
    } else {
        Role::Dim
    };
    put(buf, at, 1, paint.glyph("▸", ">"), paint.style(role), paint);
}
