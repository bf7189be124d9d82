//! Older lines than those in memory: read page by page as the operator scrolls
//! up, or around a time that was asked for. They stand in a ring of their own, so
//! that reading the past pushes nothing out of the present.

use super::view::View;
use crate::domain::fault::Fault;
use crate::domain::log::{Export, TailSource, Window};
use crate::logs::chunk::Chunk;
use crate::logs::filter::Filter;
use crate::model::tail;
use std::sync::Arc;

/// Lines of one source that one press brings at most.
const PAGE: usize = 2_000;
/// How far one press reaches back, in milliseconds: a day.
const REACH: i64 = 86_400_000;
/// What is read before a time that was asked for, and after it, in milliseconds.
const AROUND: (i64, i64) = (60_000, 300_000);
/// Lines of one source around a time at most.
const MOST_AROUND: usize = 10_000;

/// The groups, and the pattern that AWS applies.
pub type Asked = (Vec<TailSource>, Option<String>);

/// Where the lines end on the older side, and why.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// Before this time (milliseconds since 1970) nothing is kept.
    Expired(i64),
    /// There is nothing in the time that was read; one more press reads on.
    Empty,
    Failed(Fault),
}

/// What one press in the past leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Read(Window),
    /// The present begins here.
    Leave,
    Nothing,
}

/// Older lines, and how far they reach.
#[derive(Debug)]
pub struct Past {
    pub view: View,
    sources: Vec<TailSource>,
    pattern: Option<String>,
    /// Everything from here on is here (milliseconds since 1970) …
    reached: i64,
    /// … to before here.
    to: i64,
    reading: Option<Window>,
    /// Where the cursor is to go once the reading is done.
    goal: Option<i64>,
    pub end: Option<End>,
    /// Days that the first group keeps; `None`: for ever, or not known.
    pub retention: Option<u32>,
    /// Where its older lines were copied to, newest first, or why that could not be read.
    pub exports: Option<Result<Vec<Export>, Fault>>,
}

impl Past {
    /// The past of these sources, before `to` (milliseconds since 1970), still empty.
    pub fn before(to: i64, (sources, pattern): Asked, (cap, filter): (usize, Filter)) -> Self {
        let mut view = View::new(cap);
        view.ring.set_filter(filter);
        Self {
            view,
            sources,
            pattern,
            reached: to,
            to,
            reading: None,
            goal: None,
            end: None,
            retention: None,
            exports: None,
        }
    }

    /// The past that begins with what is here: all lines of a span, in milliseconds since 1970.
    pub fn kept(
        (from, to): (i64, i64),
        lines: &[Arc<Chunk>],
        (asked, of): (Asked, (usize, Filter)),
    ) -> Self {
        let mut past = Self::before(from, asked, of);
        past.to = to;
        for chunk in lines {
            past.view.push(chunk);
        }
        past
    }

    /// The older side: what is read next, unless something is being read or nothing is kept.
    pub fn older(&mut self) -> Step {
        if matches!(self.end, Some(End::Expired(_))) {
            return Step::Nothing;
        }
        let from = self.reached.saturating_sub(REACH).max(0);
        self.read(from, self.reached, PAGE)
    }

    /// The newer side: as far as the past was read, or to where the present begins.
    pub fn newer(&mut self, present: i64) -> Step {
        let to = self.newest();
        if to >= present {
            return Step::Leave;
        }
        let span = (self.to - self.reached).clamp(AROUND.0, REACH);
        self.read(to, to.saturating_add(span).min(present), usize::MAX)
    }

    /// What there is around a time, and the cursor on it.
    pub fn around(&mut self, at: i64, present: i64) -> Step {
        self.goal = Some(at);
        self.to = at.saturating_add(AROUND.1).min(present);
        self.reached = self.to;
        self.read((at - AROUND.0).max(0), self.to, MOST_AROUND)
    }

    fn read(&mut self, from: i64, to: i64, most: usize) -> Step {
        if self.reading.is_some() || from >= to {
            return Step::Nothing;
        }
        let window = Window {
            sources: self.sources.clone(),
            from,
            to,
            pattern: self.pattern.clone(),
            most,
        };
        self.end = None;
        self.reading = Some(window.clone());
        Step::Read(window)
    }

    /// Where what is here ends: the newest line falls out where the ring is full.
    fn newest(&self) -> i64 {
        let newest = self.view.span().map(|(_, newest)| newest + 1);
        match newest {
            Some(newest) if self.view.ring.aged() > 0 => newest,
            _ => self.to,
        }
    }

    /// Whether older lines are on their way.
    pub fn is_reading(&self) -> bool {
        self.reading.is_some()
    }

    /// From when to when lines are here, in milliseconds since 1970.
    pub fn span(&self) -> (i64, i64) {
        (self.reached, self.newest())
    }

    /// News of what was asked for; of anything else nothing is taken.
    pub fn take(&mut self, news: &tail::Past) {
        match news {
            tail::Past::Chunk(chunk) if self.reading.is_some() => self.view.push(chunk),
            tail::Past::Reached { window, at } if self.is_asked(window) => {
                self.has_read(window, *at);
            }
            tail::Past::Done {
                window,
                reached,
                lines,
                expired,
            } if self.is_asked(window) => {
                self.has_read(window, *reached);
                self.end = end((*reached, *lines), window, *expired);
                self.done();
            }
            tail::Past::Failed { window, fault } if self.is_asked(window) => {
                self.end = Some(End::Failed(fault.clone()));
                self.done();
            }
            _ => {}
        }
    }

    fn is_asked(&self, window: &Window) -> bool {
        self.reading.as_ref() == Some(window)
    }

    fn has_read(&mut self, window: &Window, at: i64) {
        if window.from < self.reached {
            self.reached = self.reached.min(at);
        } else {
            self.to = self.to.max(window.to);
        }
    }

    fn done(&mut self) {
        self.reading = None;
        if let Some(goal) = self.goal.take()
            && !self.view.go_to(goal)
        {
            self.view.hold();
        }
    }
}

/// Why there is no more, if there is none.
fn end((reached, lines): (i64, usize), window: &Window, expired: Option<i64>) -> Option<End> {
    match expired {
        Some(at) if reached <= window.from.max(at) => Some(End::Expired(at)),
        _ => (lines == 0).then_some(End::Empty),
    }
}
