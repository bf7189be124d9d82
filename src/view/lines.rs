//! Styled text: spans in roles, lines of spans, wrapping.

use super::paint::Paint;
use super::put::{put, width};
use super::theme::Role;
use crate::domain::fault::Fault;
use crate::domain::text::Text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A piece of text in one role; the content of a table cell as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub text: Text,
    pub role: Role,
}

impl Span {
    /// Text in a role.
    pub fn new(text: impl Into<Text>, role: Role) -> Self {
        Self {
            text: text.into(),
            role,
        }
    }

    /// Text in the body's role.
    pub fn body(text: impl Into<Text>) -> Self {
        Self::new(text, Role::Body)
    }

    /// Secondary text.
    pub fn dim(text: impl Into<Text>) -> Self {
        Self::new(text, Role::Dim)
    }

    /// Text of our own making with numbers and the like in it.
    pub fn of(text: impl AsRef<str>, role: Role) -> Self {
        Self {
            text: Text::clean(text.as_ref()),
            role,
        }
    }

    /// The columns it takes.
    pub fn width(&self) -> usize {
        width(self.text.as_str())
    }
}

/// One line of spans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(pub Vec<Span>);

impl Line {
    /// A line of one span.
    pub fn new(text: impl Into<Text>, role: Role) -> Self {
        Self(vec![Span::new(text, role)])
    }

    /// A line in the body's role.
    pub fn body(text: impl Into<Text>) -> Self {
        Self::new(text, Role::Body)
    }

    /// A line of our own making, with numbers and the like in it.
    pub fn of(text: impl AsRef<str>, role: Role) -> Self {
        Self(vec![Span::of(text, role)])
    }

    /// Adds a span.
    #[must_use]
    pub fn with(mut self, text: impl Into<Text>, role: Role) -> Self {
        self.0.push(Span::new(text, role));
        self
    }

    /// Adds a span of our own making.
    #[must_use]
    pub fn and(mut self, text: impl AsRef<str>, role: Role) -> Self {
        self.0.push(Span::of(text, role));
        self
    }

    /// The columns it takes.
    pub fn width(&self) -> usize {
        self.0.iter().map(Span::width).sum()
    }

    /// The text without its roles.
    pub fn plain(&self) -> String {
        self.0.iter().map(|s| s.text.as_str()).collect()
    }

    /// Draws it in at most `room` columns; answers the columns used.
    pub fn draw(&self, paint: &Paint<'_>, (x, y): (u16, u16), room: u16, buf: &mut Buffer) -> u16 {
        let mut used = 0;
        for span in &self.0 {
            if used >= room {
                break;
            }
            used += put(
                buf,
                (x + used, y),
                room - used,
                span.text.as_str(),
                paint.style(span.role),
                paint,
            );
        }
        used
    }

    /// Draws it so that it ends at the right edge of `area`; answers the columns used.
    pub fn draw_right(&self, paint: &Paint<'_>, area: Rect, buf: &mut Buffer) -> u16 {
        let wide = (self.width() as u16).min(area.width);
        self.draw(paint, (area.right() - wide, area.y), wide, buf)
    }

    /// Breaks it at spaces so that no line is wider than `room`; a longer word is cut.
    pub fn wrap(&self, room: u16) -> Vec<Self> {
        let room = usize::from(room.max(1));
        if self.width() <= room {
            return vec![self.clone()];
        }
        let mut wrapper = Wrapper {
            room,
            done: Vec::new(),
            line: Vec::new(),
            used: 0,
        };
        for span in &self.0 {
            span.text
                .as_str()
                .split_inclusive(' ')
                .for_each(|word| wrapper.word(word, span.role));
        }
        wrapper.finish()
    }
}

struct Wrapper {
    room: usize,
    done: Vec<Line>,
    line: Vec<(String, Role)>,
    used: usize,
}

impl Wrapper {
    fn word(&mut self, word: &str, role: Role) {
        let bare = width(word.trim_end_matches(' '));
        if self.used + bare > self.room && self.used > 0 {
            self.end_line();
        }
        let mut rest = word;
        while width(rest.trim_end_matches(' ')) > self.room {
            let (kept, used) = super::put::head(rest, self.room);
            if used == 0 {
                return; // one character wider than the room: nothing of it can be shown
            }
            self.add(kept, role);
            self.end_line();
            rest = &rest[kept.len()..];
        }
        self.add(rest, role);
    }

    fn add(&mut self, text: &str, role: Role) {
        self.used += width(text);
        match self.line.last_mut() {
            Some((said, r)) if *r == role => said.push_str(text),
            _ => self.line.push((text.to_owned(), role)),
        }
    }

    fn end_line(&mut self) {
        let mut spans = std::mem::take(&mut self.line);
        if let Some((text, _)) = spans.last_mut() {
            text.truncate(text.trim_end_matches(' ').len());
        }
        self.done.push(Line(
            spans
                .into_iter()
                .map(|(t, role)| Span::of(t, role))
                .collect(),
        ));
        self.used = 0;
    }

    fn finish(mut self) -> Vec<Line> {
        if !self.line.is_empty() {
            self.end_line();
        }
        self.done
    }
}

/// Wraps many lines.
pub fn wrap_all(lines: &[Line], room: u16) -> Vec<Line> {
    lines.iter().flat_map(|line| line.wrap(room)).collect()
}

/// A fault as lines: what in `role`, then what it means, what to do, and AWS's code and request id.
pub fn fault_lines(fault: &Fault, role: Role) -> Vec<Line> {
    let mut lines = vec![Line::new(fault.what.clone(), role)];
    for part in [&fault.means, &fault.next] {
        if !part.as_str().is_empty() {
            lines.push(Line::body(part.clone()));
        }
    }
    if let Some(code) = &fault.code {
        let request = fault
            .request_id
            .as_ref()
            .map(|id| format!(", request {}", id.text()))
            .unwrap_or_default();
        lines.push(Line::of(format!("{code}{request}"), Role::Dim));
    }
    lines
}

/// Draws lines from the top of `area`, as many as fit.
pub fn draw_lines<'l>(
    paint: &Paint<'_>,
    lines: impl IntoIterator<Item = &'l Line>,
    area: Rect,
    buf: &mut Buffer,
) {
    for (y, line) in (area.top()..area.bottom()).zip(lines) {
        line.draw(paint, (area.x, y), area.width, buf);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(lines: &[Line]) -> Vec<String> {
        lines.iter().map(Line::plain).collect()
    }

    #[test]
    fn lines_break_at_spaces_and_keep_their_roles() {
        let line = Line::body("what will ")
            .with("move", Role::New)
            .with(" now", Role::Body);
        let wrapped = line.wrap(10);
        assert_eq!(said(&wrapped), ["what will", "move now"]);
        assert_eq!(wrapped[1].0[0].role, Role::New);
    }

    #[test]
    fn a_word_longer_than_the_room_is_cut() {
        assert_eq!(
            said(&Line::body("abcdefgh xy").wrap(3)),
            ["abc", "def", "gh", "xy"]
        );
    }

    #[test]
    fn a_character_wider_than_the_room_does_not_hang() {
        assert!(Line::body("한글").wrap(1).len() <= 2);
    }

    proptest! {
        #[test]
        fn no_wrapped_line_is_wider_than_the_room(text in "[a-z한 ]{0,60}", room in 2_u16..20) {
            for line in Line(vec![Span::of(text, Role::Body)]).wrap(room) {
                prop_assert!(line.width() <= usize::from(room));
            }
        }
    }
}
