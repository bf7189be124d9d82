//! A page of lines that scrolls: its state is two numbers, its drawing shows the visible lines only.

use super::lines::Line;
use super::paint::Paint;
use super::put::{put, skip, width};
use crate::model::verb::Verb;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Where a page stands: its first line on the screen, and its first column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scroll {
    pub top: usize,
    pub left: usize,
}

/// One press of `left` or `right`.
const SIDEWAYS: usize = 8;

impl Scroll {
    /// Moves by a verb over `lines` lines of which `height` fit; answers whether the verb was one of moving.
    pub fn act(&mut self, verb: Verb, lines: usize, height: usize) -> bool {
        let page = height.max(2) - 1;
        match verb {
            Verb::Up => self.top = self.top.saturating_sub(1),
            Verb::Down => self.top += 1,
            Verb::PageUp => self.top = self.top.saturating_sub(page),
            Verb::PageDown => self.top += page,
            Verb::Top => self.top = 0,
            Verb::Bottom => self.top = usize::MAX,
            Verb::Left => self.left = self.left.saturating_sub(SIDEWAYS),
            Verb::Right => self.left += SIDEWAYS,
            _ => return false,
        }
        self.clamp(lines, height);
        true
    }

    /// Keeps the last line at the bottom when the page grew shorter or the screen taller.
    pub fn clamp(&mut self, lines: usize, height: usize) {
        self.top = self.top.min(lines.saturating_sub(height));
        self.left = self.left.min(1_000);
    }

    /// Draws the lines on the screen.
    pub fn draw(&self, paint: &Paint<'_>, lines: &[Line], area: Rect, buf: &mut Buffer) {
        let top = self
            .top
            .min(lines.len().saturating_sub(usize::from(area.height)));
        for (y, line) in (area.top()..area.bottom()).zip(&lines[top.min(lines.len())..]) {
            self.line(paint, line, (area.x, y), area.width, buf);
        }
    }

    fn line(
        &self,
        paint: &Paint<'_>,
        line: &Line,
        (x, y): (u16, u16),
        room: u16,
        buf: &mut Buffer,
    ) {
        let (mut hidden, mut used) = (self.left, 0);
        for span in &line.0 {
            let wide = width(span.text.as_str());
            if hidden >= wide {
                hidden -= wide;
                continue;
            }
            let text = skip(span.text.as_str(), hidden);
            hidden = 0;
            if used < room {
                used += put(
                    buf,
                    (x + used, y),
                    room - used,
                    text,
                    paint.style(span.role),
                    paint,
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_is_never_scrolled_past() {
        let mut scroll = Scroll::default();
        scroll.act(Verb::Bottom, 30, 10);
        assert_eq!(scroll.top, 20);
        scroll.act(Verb::Down, 30, 10);
        assert_eq!(scroll.top, 20);
        scroll.act(Verb::PageUp, 30, 10);
        assert_eq!(scroll.top, 11);
    }

    #[test]
    fn a_page_shorter_than_the_screen_does_not_move() {
        let mut scroll = Scroll::default();
        assert!(scroll.act(Verb::PageDown, 3, 10));
        assert_eq!(scroll.top, 0);
    }

    #[test]
    fn other_verbs_are_left_alone() {
        assert!(!Scroll::default().act(Verb::Scale, 3, 10));
    }
}
