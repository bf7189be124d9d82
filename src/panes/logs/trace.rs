//! A trace opened: its layers as a small waterfall, then its lines.

use super::row::{Cells, clock};
use super::sheet::Sheet;
use super::{Logs, rate};
use crate::domain::health::Level;
use crate::domain::text::Text;
use crate::logs::field::Known;
use crate::logs::trace::{MOST, Span as Stay, Step, Trace};
use crate::panes::document::{Document, Head, Page};
use crate::panes::{Act, Context, common};
use crate::view::lines::{Line, Span};
use crate::view::theme::Role;

/// Columns of the waterfall at most.
const BARS: u16 = 60;
/// Columns that the rest of its table needs.
const BESIDE: u16 = 46;
/// Of a line's text, so much is read for its row.
const READ: usize = 1_024;

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

fn document(trace: &Trace, width: u16, ascii: bool) -> Vec<Line> {
    let mut document = Document::new(width);
    document.heading(Text::clean(&format!("Trace {}", trace.id)), summary(trace));
    if trace.cut {
        document.note(format!("Only its first {MOST} lines are shown"));
    }
    let bars = width.saturating_sub(BESIDE).min(BARS);
    let rows: Vec<Vec<Span>> = trace
        .spans
        .iter()
        .map(|stay| waterfall(stay, trace.took(), (bars, ascii)))
        .collect();
    let heads = [
        Head::Left("LAYER"),
        Head::Left("GROUP"),
        Head::Right("FROM"),
        Head::Right("STAYED"),
        Head::Left(""),
    ];
    document.table(&heads, &rows);
    document.heading("Lines", "in memory, of all groups that are tailed");
    let heads = [
        Head::Left("TIME"),
        Head::Right("SINCE"),
        Head::Left("GROUP"),
        Head::Left("LAYER"),
        Head::Right("TOOK"),
        Head::Right("STATUS"),
        Head::Left("TEXT"),
    ];
    document.table(&heads, &trace.steps.iter().map(row).collect::<Vec<_>>());
    document.done()
}

fn summary(trace: &Trace) -> String {
    let groups = trace.groups();
    let (lines, s) = (trace.steps.len(), if groups == 1 { "" } else { "s" });
    format!("{lines} lines · {groups} group{s} · {} ms", trace.took())
}

fn waterfall(stay: &Stay, took: i64, (bars, ascii): (u16, bool)) -> Vec<Span> {
    let role = if stay.bad { Role::LogError } else { Role::Body };
    let layer = if stay.layer.is_empty() {
        "–"
    } else {
        &stay.layer
    };
    vec![
        Span::of(layer, role),
        Span::of(rate::short(&stay.group), Role::LogGroup),
        Span::of(format!("+{} ms", stay.start), Role::Dim),
        Span::of(format!("{} ms", stay.took()), Role::Strong),
        Span::of(bar(stay, took, (bars, ascii)), role),
    ]
}

/// A bar that stands where the stay was in the whole; at least one column, so that none is lost.
fn bar(stay: &Stay, took: i64, (bars, ascii): (u16, bool)) -> String {
    let bars = i64::from(bars.max(1));
    let place = |at: i64| at * bars / took.max(1);
    let start = place(stay.start).min(bars - 1);
    let wide = (place(stay.end) - start).max(1);
    let block = if ascii { "#" } else { "█" };
    " ".repeat(start as usize) + &block.repeat(wide as usize)
}

fn row(step: &Step) -> Vec<Span> {
    let role = if step.line.is_bad() {
        Role::LogError
    } else {
        Role::Body
    };
    let text = step.chunk.head(&step.line, READ);
    let cells = Cells::of(&text, &step.line);
    let parts = [Known::Method, Known::Path].map(|known| cells.get(known));
    let said = [parts[0], parts[1], cells.rest.trim()];
    let said: Vec<&str> = said.into_iter().filter(|part| !part.is_empty()).collect();
    // A plain line has no parts.
    let said = if said.is_empty() {
        text.to_string()
    } else {
        said.join(" ")
    };
    vec![
        Span::of(clock(step.line.at), Role::Dim),
        Span::of(format!("+{} ms", step.since), Role::Dim),
        Span::of(rate::short(&step.chunk.source.group), Role::LogGroup),
        Span::of(cells.get(Known::Layer), Role::Dim),
        Span::of(cells.get(Known::Duration), Role::Body),
        Span::of(cells.get(Known::Status), role),
        Span::of(said.replace('\n', " ↵ "), role),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stay(start: i64, end: i64) -> Stay {
        Stay {
            layer: "A".into(),
            group: "g".into(),
            start,
            end,
            lines: 1,
            bad: false,
        }
    }

    #[test]
    fn bars_stand_where_the_stay_was_and_none_is_lost() {
        let bar = |start, end| bar(&stay(start, end), 100, (10, true));
        assert_eq!(
            [bar(0, 50), bar(50, 60), bar(60, 61), bar(100, 100)],
            ["#####", "     #", "      #", "         #"]
        );
    }
}
