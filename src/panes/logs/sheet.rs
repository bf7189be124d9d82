//! What lies open over the lines: one line, a trace, the numbers. One on another;
//! `esc` closes the uppermost.

use super::detail::Opened;
use super::numbers::Counted;
use super::trace::Followed;
use crate::domain::text::Text;
use crate::model::verb::Verb;
use crate::panes::document::Page;
use crate::view::paint::Paint;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// One open page.
#[derive(Debug)]
pub enum Sheet {
    Line(Opened),
    Trace(Followed),
    Numbers(Counted),
}

impl Sheet {
    fn page(&self) -> &Page {
        match self {
            Self::Line(opened) => &opened.page,
            Self::Trace(followed) => &followed.page,
            Self::Numbers(counted) => &counted.page,
        }
    }

    fn page_mut(&mut self) -> &mut Page {
        match self {
            Self::Line(opened) => &mut opened.page,
            Self::Trace(followed) => &mut followed.page,
            Self::Numbers(counted) => &mut counted.page,
        }
    }

    fn resize(&mut self, size: (u16, u16)) {
        match self {
            Self::Line(opened) => opened.resize(size),
            Self::Trace(followed) => followed.resize(size),
            Self::Numbers(counted) => counted.resize(size),
        }
    }

    /// The whole of it as text, clean and masked.
    pub fn text(&self) -> String {
        match self {
            Self::Line(opened) => opened.text(),
            Self::Trace(followed) => followed.text(),
            Self::Numbers(counted) => counted.page.plain(),
        }
    }

    /// Its name for the title.
    fn name(&self) -> String {
        match self {
            Self::Line(opened) => opened.clock(),
            Self::Trace(followed) => format!("trace {}", followed.short_id()),
            Self::Numbers(counted) => counted.name(),
        }
    }

    fn raw(&self) -> Vec<Text> {
        match self {
            Self::Line(opened) => opened.raw(),
            Self::Trace(_) | Self::Numbers(_) => Text::lines(&self.text()),
        }
    }

    /// Whether it is more than one line's own text.
    pub fn is_table(&self) -> bool {
        !matches!(self, Self::Line(_))
    }

    /// Whether this verb would do something here.
    pub fn can(&self, verb: Verb) -> bool {
        match self {
            Self::Line(opened) if verb == Verb::Trace => opened.trace().is_some(),
            Self::Numbers(_) if matches!(verb, Verb::Left | Verb::Right) => true,
            Self::Trace(followed) if verb == Verb::Enter => followed.may_ask(),
            sheet => sheet.page().can(verb),
        }
    }

    /// Draws it.
    pub fn draw(&self, paint: &Paint<'_>, area: Rect, buf: &mut Buffer) {
        self.page().draw(paint, area, buf);
    }
}

/// The open pages, the uppermost last.
#[derive(Debug, Default)]
pub struct Sheets {
    open: Vec<Sheet>,
}

impl Sheets {
    /// The one that is seen.
    pub fn top(&self) -> Option<&Sheet> {
        self.open.last()
    }

    /// As [`Sheets::top`], to be acted on.
    pub fn top_mut(&mut self) -> Option<&mut Sheet> {
        self.open.last_mut()
    }

    /// Takes the numbers out, if they are the uppermost.
    pub fn take_numbers(&mut self) -> Option<Sheet> {
        self.open.pop_if(|sheet| matches!(sheet, Sheet::Numbers(_)))
    }

    /// Opens one over the others.
    pub fn push(&mut self, sheet: Sheet) {
        self.open.push(sheet);
    }

    /// Closes the uppermost.
    pub fn pop(&mut self) {
        self.open.pop();
    }

    /// Closes all.
    pub fn clear(&mut self) {
        self.open.clear();
    }

    /// Breaks the texts anew.
    pub fn resize(&mut self, size: (u16, u16)) {
        self.open.iter_mut().for_each(|sheet| sheet.resize(size));
    }

    /// Moves in the uppermost.
    pub fn act(&mut self, verb: Verb) {
        if let Some(sheet) = self.open.last_mut() {
            sheet.page_mut().act(verb);
        }
    }

    /// The uppermost, line by line.
    pub fn raw(&self) -> Vec<Text> {
        self.top().map(Sheet::raw).unwrap_or_default()
    }

    /// ` › 14:22:06.745 › trace 40cfde91`.
    pub fn crumbs(&self) -> String {
        let names = self.open.iter().map(|sheet| format!(" › {}", sheet.name()));
        names.collect()
    }
}
