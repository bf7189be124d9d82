//! A table over a [`List`]: columns that fit, the cursor, marks, and a line
//! that says how fresh the rows are. Touches only the rows on the screen.
//!
//! ```text
//!   SERVICE▲       RUN/DES PEND  CPU
//! ▸ api              6/8     2  81 %▲
//!  *batch-worker     2/2     0  12 %
//!   2,400 of 5,000
//! ```

mod lend;

use super::freshness::Freshness;
use super::lines::{Line, Span, draw_lines, wrap_all};
use super::paint::Paint;
use super::put::{put, width};
use super::theme::Role;
use crate::model::list::{List, Sort};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::hash::Hash;

/// Which edge a column's text keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// One column: its header, how much room it needs, and how long it stays when room is short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub header: &'static str,
    pub min: u16,
    pub ideal: u16,
    pub align: Align,
    /// 0 is never dropped; of the others the greatest goes first, among equals the right one.
    pub priority: u8,
    /// Takes a share of what is left over.
    pub grows: bool,
}

impl Column {
    /// A column that is never dropped, with its text at the left.
    pub const fn new(header: &'static str, min: u16, ideal: u16) -> Self {
        Self {
            header,
            min,
            ideal,
            align: Align::Left,
            priority: 0,
            grows: false,
        }
    }

    /// With its text at the right.
    #[must_use]
    pub const fn right(self) -> Self {
        Self {
            align: Align::Right,
            ..self
        }
    }

    /// Dropped when room is short: the greatest first.
    #[must_use]
    pub const fn priority(self, priority: u8) -> Self {
        Self { priority, ..self }
    }

    /// Takes a share of what is left over.
    #[must_use]
    pub const fn grows(self) -> Self {
        Self {
            grows: true,
            ..self
        }
    }
}

/// Cursor glyph and mark before the first column.
const GUTTER: u16 = 2;

/// The columns that fit in `room`, each with its width, in order.
pub fn fit(columns: &[Column], room: u16) -> Vec<(usize, u16)> {
    let mut kept: Vec<(usize, u16)> = columns
        .iter()
        .enumerate()
        .map(|(i, c)| (i, c.min))
        .collect();
    while taken(&kept) > room && kept.len() > 1 {
        let Some(goes) = first_to_go(columns, &kept) else {
            break;
        };
        kept.remove(goes);
    }
    let mut spare = room.saturating_sub(taken(&kept));
    for (i, wide) in &mut kept {
        let more = (columns[*i].ideal.saturating_sub(*wide)).min(spare);
        *wide += more;
        spare -= more;
    }
    share_out(columns, &mut kept, spare);
    squeeze(&mut kept, room);
    kept
}

fn taken(kept: &[(usize, u16)]) -> u16 {
    kept.iter().map(|(_, w)| w).sum::<u16>() + (kept.len() as u16).saturating_sub(1)
}

fn first_to_go(columns: &[Column], kept: &[(usize, u16)]) -> Option<usize> {
    let rank = |at: &usize| (columns[kept[*at].0].priority, *at);
    (0..kept.len())
        .filter(|at| columns[kept[*at].0].priority > 0)
        .max_by_key(rank)
}

/// Gives what is left over to the columns that grow, evenly.
fn share_out(columns: &[Column], kept: &mut [(usize, u16)], mut spare: u16) {
    let mut growing = kept.iter().filter(|(i, _)| columns[*i].grows).count() as u16;
    for (i, wide) in kept {
        if columns[*i].grows {
            let part = spare / growing;
            *wide += part;
            spare -= part;
            growing -= 1;
        }
    }
}

/// Cuts the columns that must stay, from the right, where even their least widths do not fit.
fn squeeze(kept: &mut Vec<(usize, u16)>, room: u16) {
    let mut over = taken(kept).saturating_sub(room);
    for (_, wide) in kept.iter_mut().rev() {
        let less = over.min(*wide);
        *wide -= less;
        over -= less;
    }
    kept.retain(|(_, wide)| *wide > 0);
}

/// A table as it is to be drawn; rows and cursor come with the call.
#[derive(Clone, Debug)]
pub struct Table<'a> {
    pub columns: &'a [Column],
    pub fresh: Freshness,
    /// Said where there are no rows at all.
    pub empty: Line,
}

impl Table<'_> {
    /// How many rows fit in an area of this height: for [`List::set_height`].
    pub fn rows_in(height: u16) -> usize {
        usize::from(height.saturating_sub(1))
    }

    /// Draws header, rows and the freshness line. `cell` makes the cell of a row and column.
    pub fn draw<R, K: Clone + Eq + Ord + Hash>(
        &self,
        paint: &Paint<'_>,
        list: &List<K>,
        rows: &[R],
        (key, cell): (impl Fn(&R) -> K, impl Fn(&R, usize) -> Span),
        area: Rect,
        buf: &mut Buffer,
    ) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        if let Some(said) = self.instead(list.is_empty(), list.filter().source(), rows.is_empty()) {
            draw_lines(paint, &wrap_all(&said, area.width), area, buf);
            return;
        }
        let mut columns = fit(self.columns, area.width.saturating_sub(GUTTER));
        let (visible, _) = window(list, usize::from(area.height.saturating_sub(1)));
        let shown = || visible.iter().filter_map(|row| rows.get(*row as usize));
        let widest = |column: usize| shown().map(|r| cell(r, column).width()).max();
        lend::to_first(self.columns, &mut columns, widest);
        self.header(paint, list.sort(), &columns, area, buf);
        let body = Rect {
            y: area.y + 1,
            height: area.height - 1,
            ..area
        };
        let room = self.note(paint, body, buf);
        let (visible, cursor) = window(list, usize::from(room));
        for (line, &row) in visible.iter().enumerate() {
            let Some(row) = rows.get(row as usize) else {
                continue;
            };
            let look = Look {
                cursor: line == cursor,
                marked: !list.marks().is_empty() && list.marks().contains(&key(row)),
            };
            let at = Rect {
                y: body.y + line as u16,
                height: 1,
                ..body
            };
            self.row(paint, look, &columns, |column| cell(row, column), at, buf);
        }
    }

    /// What stands in the place of rows when there are none to show.
    fn instead(&self, none_shown: bool, filter: &str, none_at_all: bool) -> Option<Vec<Line>> {
        if let Some(blank) = &self.fresh.blank {
            return Some(blank.clone());
        }
        if !none_shown {
            return None;
        }
        let mut said = vec![self.empty.clone()];
        if !none_at_all {
            said = vec![Line::of(
                format!("Nothing matches the filter {filter} (esc clears it)"),
                Role::Dim,
            )];
        }
        said.extend(self.fresh.line.clone());
        Some(said)
    }

    fn header(
        &self,
        paint: &Paint<'_>,
        sort: Sort,
        fitted: &[(usize, u16)],
        area: Rect,
        buf: &mut Buffer,
    ) {
        let style = paint.style(Role::TableHeader);
        let mut x = area.x + GUTTER;
        for &(i, wide) in fitted {
            let column = &self.columns[i];
            let arrow = if sort.column == Some(i) {
                arrow(paint, sort)
            } else {
                ""
            };
            let said = width(column.header) as u16 + width(arrow) as u16;
            let start = x + indent(column.align, wide, said);
            let used = put(
                buf,
                (start, area.y),
                wide.saturating_sub(arrow_room(arrow)),
                column.header,
                style,
                paint,
            );
            put(
                buf,
                (start + used, area.y),
                arrow_room(arrow).min(wide),
                arrow,
                style,
                paint,
            );
            x += wide + 1;
        }
    }

    /// Draws the freshness line at the bottom; answers the rows left above it.
    fn note(&self, paint: &Paint<'_>, body: Rect, buf: &mut Buffer) -> u16 {
        let Some(line) = self.fresh.line.as_ref().filter(|_| body.height > 1) else {
            return body.height;
        };
        line.draw(
            paint,
            (body.x + GUTTER, body.bottom() - 1),
            body.width.saturating_sub(GUTTER),
            buf,
        );
        body.height - 1
    }

    fn row(
        &self,
        paint: &Paint<'_>,
        look: Look,
        fitted: &[(usize, u16)],
        cell: impl Fn(usize) -> Span,
        at: Rect,
        buf: &mut Buffer,
    ) {
        if look.cursor {
            let glyph = paint.style(if paint.focused {
                Role::Cursor
            } else {
                Role::Dim
            });
            put(
                buf,
                (at.x, at.y),
                at.width,
                paint.glyph("▸", ">"),
                glyph,
                paint,
            );
        }
        if look.marked {
            put(
                buf,
                (at.x + 1, at.y),
                at.width.saturating_sub(1),
                "*",
                paint.style(Role::Mark),
                paint,
            );
        }
        let mut x = at.x + GUTTER;
        for &(i, wide) in fitted {
            let span = cell(i);
            let style = self.cell_style(paint, span.role);
            let start = x + indent(self.columns[i].align, wide, span.width() as u16);
            put(buf, (start, at.y), wide, span.text.as_str(), style, paint);
            x += wide + 1;
        }
        if look.cursor && paint.focused {
            buf.set_style(at, paint.style(Role::Cursor));
        }
    }

    fn cell_style(&self, paint: &Paint<'_>, role: Role) -> Style {
        paint.style(if self.fresh.old { Role::Dim } else { role })
    }
}

#[derive(Clone, Copy)]
struct Look {
    cursor: bool,
    marked: bool,
}

/// The list's rows on the screen, cut to `room` lines so that the cursor stays among them.
fn window<K: Clone + Eq + Ord + Hash>(list: &List<K>, room: usize) -> (&[u32], usize) {
    let (visible, cursor) = (list.visible(), list.cursor_line());
    let hidden = (cursor + 1).saturating_sub(room).min(visible.len());
    let end = (hidden + room).min(visible.len());
    (&visible[hidden..end], cursor - hidden.min(cursor))
}

fn indent(align: Align, wide: u16, said: u16) -> u16 {
    match align {
        Align::Left => 0,
        Align::Right => wide.saturating_sub(said),
    }
}

fn arrow<'p>(paint: &'p Paint<'_>, sort: Sort) -> &'p str {
    if sort.reversed {
        paint.glyph("▼", "v")
    } else {
        paint.glyph("▲", "^")
    }
}

fn arrow_room(arrow: &str) -> u16 {
    u16::from(!arrow.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::filter::Filter;
    use crate::model::list::{Row, SortKey};
    use crate::model::settings::Settings;
    use crate::model::time::Now;
    use crate::view::theme::Theme;
    use proptest::prelude::*;

    const COLUMNS: &[Column] = &[
        Column::new("NAME", 6, 12).grows(),
        Column::new("RUN", 4, 6).right().priority(1),
        Column::new("AGE", 4, 4).right().priority(2),
    ];

    struct Item(String, u32);

    impl Row for Item {
        type Key = String;
        fn key(&self) -> String {
            self.0.clone()
        }
        fn sort_key(&self, _column: usize) -> SortKey<'_> {
            SortKey::Text(&self.0)
        }
        fn matches(&self, filter: &Filter) -> bool {
            filter.passes(|_| self.0.as_str().into())
        }
    }

    fn drawn(
        rows: &[Item],
        list: &List<String>,
        fresh: Freshness,
        (width, height): (u16, u16),
    ) -> Vec<String> {
        let (theme, settings) = (Theme::default(), Settings::default());
        let paint = Paint {
            theme: &theme,
            settings: &settings,
            now: Now::START,
            focused: true,
        };
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        let table = Table {
            columns: COLUMNS,
            fresh,
            empty: Line::body("No items"),
        };
        let cell = |item: &Item, column: usize| match column {
            0 => Span::of(&item.0, Role::Body),
            _ => Span::of(item.1.to_string(), Role::Good),
        };
        table.draw(&paint, list, rows, (Item::key, cell), buf.area, &mut buf);
        let line = |y| {
            (0..width)
                .map(|x| buf[(x, y)].symbol())
                .collect::<String>()
                .trim_end()
                .to_owned()
        };
        (0..height).map(line).collect()
    }

    fn items(n: u32) -> Vec<Item> {
        (0..n).map(|i| Item(format!("item-{i}"), i)).collect()
    }

    fn list_of(rows: &[Item], height: usize) -> List<String> {
        let mut list = List::default();
        list.arrange(rows, 1);
        list.set_height(height);
        list
    }

    #[test]
    fn cursor_marks_and_sort_are_shown() {
        let rows = items(3);
        let mut list = list_of(&rows, 3);
        list.set_sort(Sort {
            column: Some(0),
            reversed: true,
        });
        list.arrange(&rows, 1);
        list.toggle_mark();
        list.step(&rows, -9);
        let shown = drawn(&rows, &list, Freshness::default(), (26, 4));
        assert_eq!(
            shown,
            [
                "  NAME▼           RUN  AGE",
                "▸ item-2            2    2",
                "  item-1            1    1",
                " *item-0            0    0"
            ]
        );
    }

    #[test]
    fn columns_go_from_the_least_important_when_room_is_short() {
        let kept = |room| {
            fit(COLUMNS, room)
                .into_iter()
                .map(|(i, _)| i)
                .collect::<Vec<_>>()
        };
        assert_eq!(kept(40), [0, 1, 2]);
        assert_eq!(kept(15), [0, 1]);
        assert_eq!(kept(8), [0]);
        assert_eq!(fit(COLUMNS, 3), [(0, 3)]);
    }

    #[test]
    fn the_freshness_line_never_hides_the_cursor() {
        let rows = items(9);
        let mut list = list_of(&rows, 3);
        list.step(&rows, 2);
        let fresh = Freshness {
            line: Some(Line::body("2 of 9")),
            ..Freshness::default()
        };
        let shown = drawn(&rows, &list, fresh, (26, 4));
        assert!(shown[2].starts_with("▸ item-2"), "{shown:?}");
        assert_eq!(shown[3], "  2 of 9");
    }

    #[test]
    fn an_empty_list_says_so_and_a_filter_that_hides_all_says_that() {
        let shown = drawn(&[], &list_of(&[], 3), Freshness::default(), (26, 4));
        assert_eq!(shown[0], "No items");
        let rows = items(2);
        let mut list = list_of(&rows, 3);
        list.set_filter(Filter::parse("zzz", &[]).expect("a plain word"));
        list.arrange(&rows, 1);
        assert!(
            drawn(&rows, &list, Freshness::default(), (40, 4))[0]
                .starts_with("Nothing matches the filter zzz")
        );
    }

    proptest! {
        #[test]
        fn any_size_is_drawn(width in 0_u16..80, height in 0_u16..20, at in 0_isize..30) {
            let rows = items(25);
            let mut list = list_of(&rows, Table::rows_in(height));
            list.step(&rows, at);
            let fresh = Freshness { line: Some(Line::body("2 of 9")), ..Freshness::default() };
            drawn(&rows, &list, fresh, (width, height));
        }

        #[test]
        fn columns_never_take_more_than_there_is(room in 0_u16..300) {
            prop_assert!(taken(&fit(COLUMNS, room)) <= room);
        }
    }
}
