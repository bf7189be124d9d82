//! Older lines than those in memory: read page by page as the operator scrolls
//! up, or from a time on that was asked for. They stand in a ring of their own, so
//! that reading the past pushes nothing out of the present. What is read at one of
//! its ends pushes out what stands at the other: between them nothing is missing.

pub mod edge;
mod pieces;

use super::view::View;
use crate::domain::fault::Fault;
use crate::domain::log::{Direction, TailSource, Window};
use crate::logs::chunk::Chunk;
use crate::logs::filter::Filter;
use crate::model::tail;
use pieces::Pieces;
use std::sync::Arc;

/// Lines that one press brings at most, and one slice more.
const PAGE: usize = 2_000;
/// How far one press reaches, in milliseconds: a day.
const REACH: i64 = 86_400_000;
/// What is read before a time that was asked for: milliseconds, and lines.
const CONTEXT: (i64, usize) = (60_000, 200);

/// The groups, and the pattern that AWS applies.
pub type Asked = (Vec<TailSource>, Option<String>);

/// Where the lines end on one side, and why.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// Before this time (milliseconds since 1970) nothing is kept.
    Expired(i64),
    /// There is nothing in the time that was read; one more press reads on.
    Empty(Direction),
    Failed(Direction, Fault),
}

/// What one press in the past leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Its number is given when it is asked for.
    Read(Window),
    /// The present begins here.
    Leave,
    Nothing,
}

/// What is being read, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Scroll,
    /// The cursor is to go to this time.
    Goal(i64),
    /// There are to be lines before that time too.
    Context,
}

/// Older lines, and how far they reach.
#[derive(Debug)]
pub struct Past {
    pub view: View,
    pieces: Pieces,
    /// The bytes that the lines may take.
    cap: usize,
    /// Those that can be read.
    sources: Vec<TailSource>,
    /// Those that could not be read; they are not asked again while this past is looked at: there would be a hole.
    left_out: Vec<(TailSource, Fault)>,
    pattern: Option<String>,
    reading: Option<Window>,
    purpose: Purpose,
    end: Option<End>,
}

impl Past {
    /// The past of these sources, before `to` (milliseconds since 1970), still empty.
    pub fn before(to: i64, (sources, pattern): Asked, (cap, filter): (usize, Filter)) -> Self {
        // What falls out is decided here, not by the ring.
        let mut view = View::new(usize::MAX);
        view.ring.set_filter(filter);
        Self {
            view,
            pieces: Pieces::at(to),
            cap,
            sources,
            left_out: Vec::new(),
            pattern,
            reading: None,
            purpose: Purpose::Scroll,
            end: None,
        }
    }

    /// The past that begins with what is here: all lines of a span, in milliseconds since 1970.
    pub fn kept(
        (from, to): (i64, i64),
        lines: &[Arc<Chunk>],
        (asked, of): (Asked, (usize, Filter)),
    ) -> Self {
        let mut past = Self::before(to, asked, of);
        for chunk in lines {
            past.push(chunk);
        }
        past.pieces.close(Direction::Backward, from);
        past
    }

    /// The older side: what is read next, unless something is being read or nothing is kept.
    pub fn older(&self) -> Step {
        if matches!(self.end, Some(End::Expired(_))) {
            return Step::Nothing;
        }
        let (to, _) = self.span();
        let from = to.saturating_sub(REACH).max(0);
        self.read((from, to), Direction::Backward, PAGE)
    }

    /// The newer side: what comes next, or where the present begins.
    pub fn newer(&self, present: i64) -> Step {
        let (_, from) = self.span();
        if from >= present {
            return Step::Leave;
        }
        let to = from.saturating_add(REACH).min(present);
        self.read((from, to), Direction::Forward, PAGE)
    }

    /// From a time on, and the cursor there.
    pub fn around(&mut self, at: i64, present: i64) -> Step {
        self.pieces = Pieces::at(at);
        self.purpose = Purpose::Goal(at);
        self.newer(present)
    }

    /// The lines before the time that was asked for, once those after it are there.
    pub fn context(&mut self) -> Step {
        if self.purpose != Purpose::Context || self.is_reading() {
            return Step::Nothing;
        }
        let (to, _) = self.span();
        let from = to.saturating_sub(CONTEXT.0).max(0);
        let step = match self.end {
            Some(End::Expired(_)) => Step::Nothing,
            _ => self.read((from, to), Direction::Backward, CONTEXT.1),
        };
        if step == Step::Nothing {
            self.purpose = Purpose::Scroll;
        }
        step
    }

    fn read(&self, (from, to): (i64, i64), direction: Direction, most: usize) -> Step {
        if self.reading.is_some() || from >= to {
            return Step::Nothing;
        }
        Step::Read(Window {
            number: 0,
            sources: self.sources.clone(),
            from,
            to,
            pattern: self.pattern.clone(),
            direction,
            most,
        })
    }

    /// A window is asked for: news of any other are not taken from now on.
    pub fn asks(&mut self, window: &Window) {
        if self.purpose != Purpose::Context {
            self.end = None;
        }
        self.reading = Some(window.clone());
    }

    /// Whether older lines are on their way.
    pub fn is_reading(&self) -> bool {
        self.reading.is_some()
    }

    /// From when to before when all lines are here, in milliseconds since 1970.
    pub fn span(&self) -> (i64, i64) {
        self.pieces.span()
    }

    /// News of what was asked for; of anything else nothing is taken.
    pub fn take(&mut self, news: &tail::Past) {
        match news {
            tail::Past::Chunk { window, chunk } if self.is_asked(window) => self.push(chunk),
            tail::Past::Reached { window, at } if self.is_asked(window) => {
                self.has_read(window.direction, *at);
            }
            tail::Past::LeftOut {
                window,
                source,
                fault,
            } if self.is_asked(window) => {
                self.sources.retain(|of| of != source);
                self.left_out.push((source.clone(), fault.clone()));
            }
            tail::Past::Done {
                window,
                reached,
                lines,
                expired,
            } if self.is_asked(window) => {
                self.has_read(window.direction, *reached);
                self.done(end((*reached, *lines), window, *expired));
            }
            tail::Past::Failed { window, fault } if self.is_asked(window) => {
                self.view.ring.take_out(&self.pieces.abandon());
                self.done(Some(End::Failed(window.direction, fault.clone())));
            }
            _ => {}
        }
    }

    fn is_asked(&self, window: &Window) -> bool {
        let asked = self.reading.as_ref();
        asked.is_some_and(|asked| asked.number == window.number)
    }

    fn push(&mut self, chunk: &Arc<Chunk>) {
        self.pieces.came(self.view.ring.next());
        self.view.push(chunk);
    }

    /// Everything up to here was read on this side; what stands at the other makes room, but for what is looked at.
    fn has_read(&mut self, direction: Direction, at: i64) {
        self.pieces.close(direction, at);
        let looked_at = match self.purpose {
            Purpose::Goal(at) => Some(at),
            _ => self.view.under_cursor().map(|(_, line)| line.stands_at()),
        };
        while self.view.ring.bytes() > self.cap
            && let Some(chunks) = self.pieces.drop_behind(direction, looked_at)
        {
            self.view.ring.take_out(&chunks);
        }
    }

    fn done(&mut self, end: Option<End>) {
        self.reading = None;
        let failed = matches!(end, Some(End::Failed(..)));
        match std::mem::replace(&mut self.purpose, Purpose::Scroll) {
            Purpose::Scroll => self.end = end,
            Purpose::Goal(at) => {
                self.end = end;
                if !self.view.go_to(at) {
                    self.view.hold();
                } else if !failed {
                    self.purpose = Purpose::Context;
                }
            }
            Purpose::Context => {
                self.end = end.filter(|_| failed).or(self.end.take());
                self.lower();
            }
        }
    }

    /// The line at the top of the screen goes some lines down: those before it are seen too.
    fn lower(&mut self) {
        let View { ring, window } = &mut self.view;
        let (place, top) = (window.position(ring.shown()), window.top(ring.shown()));
        if place == top {
            window.hold_on(place, window.height() / 3, ring.shown());
        }
    }
}

/// Why there is no more, if there is none.
fn end((reached, lines): (i64, usize), window: &Window, expired: Option<i64>) -> Option<End> {
    let back = window.direction == Direction::Backward;
    match expired {
        Some(at) if !back || reached <= window.from.max(at) => Some(End::Expired(at)),
        _ => (lines == 0).then_some(End::Empty(window.direction)),
    }
}

#[cfg(test)]
mod tests;
