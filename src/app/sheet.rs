//! How dialogs look: lines in a box in the middle, at most one field, the answer keys at the bottom.

use super::field::Field;
use super::overlay::Places;
use crate::view::frame::Frame;
use crate::view::layout::{Joint, middle};
use crate::view::lines::{Line, draw_lines, wrap_all};
use crate::view::paint::Paint;
use crate::view::put::{blank, head, put_role, width};
use crate::view::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The widest a dialog gets.
const WIDEST: u16 = 84;

/// A dialog's content.
#[derive(Debug, Default)]
pub(super) struct Sheet<'a> {
    pub title: String,
    pub lines: Vec<Line>,
    /// A label and the field behind it.
    pub field: Option<(&'static str, &'a Field)>,
    /// Under the field: what is wrong, or what to press.
    pub below: Vec<Line>,
}

impl Sheet<'_> {
    fn inner_width(screen: Rect) -> u16 {
        screen.width.min(WIDEST).saturating_sub(4)
    }

    fn rows(&self, wide: u16) -> (Vec<Line>, Vec<Line>) {
        (wrap_all(&self.lines, wide), wrap_all(&self.below, wide))
    }

    /// Whether every line can be seen on a screen of this size: what cannot be seen cannot be confirmed.
    pub fn fits(&self, size: (u16, u16)) -> bool {
        let wide = Self::inner_width(Rect::new(0, 0, size.0, size.1));
        let (above, below) = self.rows(wide.max(1));
        let needed = above.len() + below.len() + usize::from(self.field.is_some()) + 2;
        wide >= 20 && needed <= usize::from(size.1)
    }

    /// Draws it; answers where the text cursor stands.
    pub fn draw(&self, paint: &Paint<'_>, places: Places, buf: &mut Buffer) -> Option<Position> {
        let wide = Self::inner_width(places.screen).max(1);
        let (above, below) = self.rows(wide);
        let rows = (above.len() + below.len() + usize::from(self.field.is_some())) as u16;
        let area = middle(
            places.screen,
            wide.saturating_add(4),
            rows.saturating_add(2),
        );
        blank(buf, area, paint.style(Role::Dialog));
        let frame = Frame {
            number: None,
            name: &self.title,
            status: "",
            joint: Joint::default(),
        };
        let inside = pad(frame.draw(
            &Paint {
                focused: true,
                ..*paint
            },
            area,
            buf,
        ));
        draw_lines(paint, &above, inside, buf);
        let mut y = inside.y.saturating_add(above.len() as u16);
        let mut cursor = None;
        if let Some((label, field)) = self.field {
            cursor = draw_field(
                paint,
                (label, field),
                Rect {
                    y,
                    height: 1,
                    ..inside
                }
                .intersection(inside),
                buf,
            );
            y = y.saturating_add(1);
        }
        let rest = Rect {
            y,
            height: inside.bottom().saturating_sub(y),
            ..inside
        };
        draw_lines(paint, &below, rest.intersection(inside), buf);
        cursor
    }
}

fn pad(area: Rect) -> Rect {
    if area.width < 4 {
        area
    } else {
        Rect {
            x: area.x + 1,
            width: area.width - 2,
            ..area
        }
    }
}

/// Draws a label and a field, scrolled so that the cursor is seen; answers where the cursor stands.
pub(super) fn draw_field(
    paint: &Paint<'_>,
    (label, field): (&str, &Field),
    area: Rect,
    buf: &mut Buffer,
) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let used = put_role(
        buf,
        (area.x, area.y),
        area.width,
        label,
        Role::Strong,
        paint,
    );
    let room = usize::from(area.width - used.min(area.width));
    let hidden = (field.cursor() + 1).saturating_sub(room);
    let shown = crate::view::put::skip(field.text(), hidden);
    let (shown, _) = head(shown, room);
    put_role(
        buf,
        (area.x + used, area.y),
        room as u16,
        shown,
        Role::Input,
        paint,
    );
    let column = used as usize + field.cursor().saturating_sub(hidden);
    (column < usize::from(area.width)).then(|| Position::new(area.x + column as u16, area.y))
}

/// Old → new, in their roles.
pub(super) fn old_new(name: &str, old: &str, new: &str, paint_wide: usize) -> Line {
    let pad = paint_wide.saturating_sub(width(name));
    Line::of(format!("  {name}{}  ", " ".repeat(pad)), Role::Dialog)
        .and(old, Role::Old)
        .with(" → ", Role::Dialog)
        .and(new, Role::New)
}
