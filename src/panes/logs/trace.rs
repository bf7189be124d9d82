//! A trace opened, and what has come of it since.

mod page;

use super::Logs;
use super::row::clock;
use super::sheet::Sheet;
use crate::domain::health::Level;
use crate::domain::text::Text;
use crate::logs::trace::{Step, Trace};
use crate::panes::document::Page;
use crate::panes::{Act, Context, common};
use page::document;

/// An open trace.
#[derive(Debug)]
pub struct Followed {
    trace: Trace,
    pub page: Page,
    ascii: bool,
    width: u16,
}

impl Followed {
    fn new(trace: Trace, size: (u16, u16), ascii: bool) -> Self {
        let mut followed = Self {
            trace,
            page: Page::default(),
            ascii,
            width: size.0,
        };
        followed.resize(size);
        followed
    }

    /// Breaks it anew.
    pub fn resize(&mut self, (width, height): (u16, u16)) {
        self.width = width;
        self.page.set_height(height);
        self.page.set(document(&self.trace, width, self.ascii));
    }

    /// Takes in what has come of it since.
    fn renew(&mut self, trace: Trace) {
        if trace.steps.len() != self.trace.steps.len() {
            self.trace = trace;
            self.page.set(document(&self.trace, self.width, self.ascii));
        }
    }

    /// The start of its id.
    pub fn short_id(&self) -> String {
        Text::clean(&self.trace.id)
            .as_str()
            .chars()
            .take(8)
            .collect()
    }

    /// Its lines, one below the other, clean and masked.
    pub fn text(&self) -> String {
        let line = |step: &Step| {
            let group = step.chunk.source.group.text();
            format!(
                "{} {group} {}\n",
                clock(step.line.at),
                step.chunk.text(&step.line)
            )
        };
        self.trace.steps.iter().map(line).collect()
    }
}

impl Logs {
    /// The trace of the line that is open, else of the one under the cursor.
    pub(super) fn trace_under_cursor(&self) -> Option<String> {
        match self.sheets.top() {
            Some(Sheet::Line(opened)) => opened.trace(),
            Some(_) => None,
            None => {
                let (chunk, line) = self.view().under_cursor()?;
                chunk.trace(line).map(std::borrow::Cow::into_owned)
            }
        }
    }

    fn gather(&self, id: &str) -> Trace {
        let ring = &self.view().ring;
        Trace::gather(id, ring.all().iter().filter_map(|entry| ring.line(entry)))
    }

    /// Opens the trace; what the filter hides belongs to it as well.
    pub(super) fn follow_trace(&mut self, cx: &Context<'_>) -> Vec<Act> {
        let Some(id) = self.trace_under_cursor() else {
            let said = "This line has no trace id — a member named traceId, trace or requestId would be one";
            return vec![common::say(Level::Warn, said, cx)];
        };
        let ascii = cx.settings.charset == crate::model::settings::Charset::Ascii;
        let followed = Followed::new(self.gather(&id), self.size, ascii);
        self.sheets.push(Sheet::Trace(followed));
        self.view_mut().hold();
        Vec::new()
    }

    /// Lines came: an open trace may have grown.
    pub(super) fn renew_trace(&mut self) {
        let Some(Sheet::Trace(followed)) = self.sheets.top() else {
            return;
        };
        let trace = self.gather(&followed.trace.id.clone());
        if let Some(Sheet::Trace(followed)) = self.sheets.top_mut() {
            followed.renew(trace);
        }
    }
}
