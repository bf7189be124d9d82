//! The lines on the screen.

use super::Logs;
use super::row::Frame;
use crate::view::paint::Paint;
use crate::view::put::put;
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
            frame.draw(chunk, line, (area.x + 1, y), room, buf);
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

fn cursor_at(paint: &Paint<'_>, at: (u16, u16), buf: &mut Buffer) {
    let role = if paint.focused {
        Role::Cursor
    } else {
        Role::Dim
    };
    put(buf, at, 1, paint.glyph("▸", ">"), paint.style(role), paint);
}
