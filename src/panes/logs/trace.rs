//! A trace opened, and what has come of it since.

mod lines;
mod others;
mod page;

use super::Logs;
use super::row::clock;
use super::sheet::Sheet;
use super::view::whole;
use crate::domain::health::Level;
use crate::domain::text::Text;
use crate::domain::text::mask::mask;
use crate::logs::order::Entry;
use crate::logs::ring::Ring;
use crate::logs::trace::{MOST, Step, Trace};
use crate::model::query::{Query, Reply};
use crate::panes::document::Page;
use crate::panes::{Act, Context, common};
use lines::{Placed, missing, together};
use others::Asked;
pub use others::Services;
use page::document;
use std::sync::Arc;

/// An open trace.
#[derive(Debug)]
pub struct Followed {
    trace: Trace,
    /// The time of the line that it was followed from, in milliseconds since 1970.
    at: i64,
    /// What other groups were asked for.
    asked: Option<Asked>,
    pub page: Page,
    ascii: bool,
    width: u16,
}

/// A line that fell out of memory, without the others of its chunk: those would stay as long as the trace is open.
fn alone((chunk, line): Placed) -> Option<Placed> {
    if chunk.lines().len() == 1 {
        return Some((chunk, line));
    }
    let chunk = chunk.alone(&line)?;
    let line = *chunk.lines().first()?;
    Some((Arc::new(chunk), line))
}

impl Followed {
    fn new((trace, at): (Trace, i64), size: (u16, u16), ascii: bool) -> Self {
        let mut followed = Self {
            trace,
            at,
            asked: None,
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
        self.write();
    }

    fn write(&mut self) {
        let size = (self.width, self.ascii);
        self.page
            .set(document(&self.trace, self.asked.as_ref(), size));
    }

    /// Takes in what has come of it since, beside what others said; `told`: there is more to say of that.
    fn renew(&mut self, memory: Vec<Placed>, told: bool) {
        let lines = match &self.asked {
            Some(asked) => asked.merged(memory),
            None => memory,
        };
        let trace = Trace::of(&self.trace.id, self.kept(lines));
        if told || trace.steps.len() != self.trace.steps.len() {
            self.trace = trace;
            self.write();
        }
    }

    /// With the lines that have fallen out of memory since it was opened.
    fn kept(&self, lines: Vec<Placed>) -> Vec<Placed> {
        let steps = self.trace.steps.iter();
        let gone = missing(&lines, steps.map(|step| (step.chunk.clone(), step.line)));
        let gone = gone.into_iter().filter_map(alone).collect();
        together(lines, gone)
    }

    /// Whether other groups can be asked now.
    pub fn may_ask(&self) -> bool {
        self.asked
            .as_ref()
            .is_none_or(|asked| asked.wanted().is_none())
    }

    /// What is still to be known of other groups.
    pub fn wanted(&self) -> Option<Query> {
        self.asked.as_ref().and_then(Asked::wanted)
    }

    /// The start of its id.
    pub fn short_id(&self) -> String {
        shown_id(&self.trace).chars().take(8).collect()
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

/// The id for people: it is foreign text as any other, and may be a token.
fn shown_id(trace: &Trace) -> String {
    mask(Text::clean(&trace.id).as_str()).into_owned()
}

/// The lines of a trace in a ring; one more than a trace has at most, where there are so many.
fn of(id: &str, ring: &Ring) -> Vec<Placed> {
    let is = Trace::finder(id);
    let is = |head: &&Entry| ring.line(head).is_some_and(|(chunk, line)| is(chunk, line));
    let heads = ring.all().iter().filter(is);
    let lines = heads.flat_map(|head| whole(ring, head));
    let lines = lines.map(|(chunk, line)| (chunk.clone(), *line));
    lines.take(MOST + 1).collect()
}

impl Logs {
    /// The trace of the line that is open, else of the one under the cursor, and the line's time.
    pub(super) fn trace_under_cursor(&self) -> Option<(String, i64)> {
        match self.sheets.top() {
            Some(Sheet::Line(opened)) => Some((opened.trace()?, opened.at())),
            Some(_) => None,
            None => {
                let (chunk, line) = self.view().under_cursor()?;
                Some((chunk.trace(line)?.into_owned(), line.at))
            }
        }
    }

    /// Its lines in memory, each with what is folded under it: the stack trace of an error names no trace.
    fn gather(&self, id: &str) -> Vec<Placed> {
        let present = of(id, &self.present.ring);
        let Some(past) = &self.past else {
            return present;
        };
        let past = missing(&present, of(id, &past.view.ring));
        together(present, past)
    }

    /// Opens the trace; what the filter hides belongs to it as well.
    pub(super) fn follow_trace(&mut self, cx: &Context<'_>) -> Vec<Act> {
        let Some((id, at)) = self.trace_under_cursor() else {
            let said = "This line has no trace id — a member named traceId, trace or requestId would be one";
            return vec![common::say(Level::Warn, said, cx)];
        };
        let ascii = cx.settings.charset == crate::model::settings::Charset::Ascii;
        let trace = Trace::of(&id, self.gather(&id));
        let followed = Followed::new((trace, at), self.size, ascii);
        self.sheets.push(Sheet::Trace(followed));
        self.view_mut().hold();
        Vec::new()
    }

    /// Lines came: an open trace may have grown.
    pub(super) fn renew_trace(&mut self) {
        self.renew(false);
    }

    fn renew(&mut self, told: bool) {
        let Some(Sheet::Trace(followed)) = self.sheets.top() else {
            return;
        };
        let memory = self.gather(&followed.trace.id);
        if let Some(Sheet::Trace(followed)) = self.sheets.top_mut() {
            followed.renew(memory, told);
        }
    }

    /// Asks the groups of the cluster's services for the open trace.
    pub(super) fn ask_others(&mut self, cx: &Context<'_>) -> Vec<Act> {
        let groups = self.sources.list();
        self.questions += 1;
        let Some(Sheet::Trace(followed)) = self.sheets.top_mut() else {
            return Vec::new();
        };
        let about = (followed.trace.id.as_str(), followed.at);
        let Some(asked) = Asked::new(about, &self.services, &groups, self.questions) else {
            let said =
                "This trace id is too long to be asked for — what is in memory is all there is";
            return vec![common::say(Level::Warn, said, cx)];
        };
        followed.asked = Some(asked);
        self.renew(true);
        Vec::new()
    }

    /// What other groups say of the open trace.
    pub(super) fn trace_reply(&mut self, reply: &Reply) {
        let (Query::Trace(question), Some(Sheet::Trace(followed))) =
            (&reply.query, self.sheets.top_mut())
        else {
            return;
        };
        let asked = followed.asked.as_mut();
        if let Some(asked) = asked.filter(|asked| asked.question == **question) {
            asked.reply(&reply.answer);
            self.renew(true);
        }
    }
}
