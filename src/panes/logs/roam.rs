//! Moving through the lines, past those in memory too: up from the oldest reads
//! older ones, down from the newest of the past comes back to the present.

use super::Logs;
use super::past::{Past, Step};
use crate::domain::health::Level;
use crate::domain::log::Window;
use crate::model::effect::Effect;
use crate::model::tail;
use crate::model::verb::Verb;
use crate::panes::{Act, Context, common};

/// The part of the cap that the past may take.
const SHARE: usize = 4;

impl Logs {
    /// Moves by a verb; `None` where it is none of moving.
    pub(super) fn roam(&mut self, verb: Verb, cx: &Context<'_>) -> Option<Vec<Act>> {
        let up = matches!(verb, Verb::Up | Verb::PageUp | Verb::Top);
        let down = matches!(verb, Verb::Down | Verb::PageDown);
        if up && self.view().is_at_top() {
            return Some(self.older(cx));
        }
        if self.past.is_some() {
            match verb {
                Verb::Bottom => {
                    self.leave_past();
                    self.present.window.follow();
                    return Some(Vec::new());
                }
                Verb::Back => {
                    self.leave_past();
                    return Some(Vec::new());
                }
                _ if down && self.view().is_at_bottom() => return Some(self.newer(cx)),
                _ => {}
            }
        }
        let past = self.past.is_some();
        let view = self.view_mut();
        let moved = view.window.act(verb, view.ring.shown());
        if moved && past {
            view.hold(); // the past does not go on by itself
        }
        moved.then(Vec::new)
    }

    /// Where the present begins: its oldest line, or now. Of the millisecond in which something fell out, not all is
    /// here: it is of the past.
    fn begin(&self, cx: &Context<'_>) -> i64 {
        let now = cx.now.wall.as_millisecond();
        let border = self.present.ring.border().map_or(i64::MIN, |at| at + 1);
        self.present
            .span()
            .map_or(now, |(oldest, _)| oldest.max(border).min(now))
    }

    fn enter_past(&mut self, cx: &Context<'_>) {
        if self.past.is_some() || self.sources.feeds.is_empty() {
            return;
        }
        self.present.hold(); // it stays where it is until somebody comes back
        let asked = (self.sources.list(), self.sources.pattern.clone());
        let of = (self.share(), self.chosen_filter().clone());
        self.past = Some(Past::before(self.begin(cx), asked, of));
        self.search();
        self.fit();
    }

    /// The bytes that the past may take.
    pub(super) fn share(&self) -> usize {
        self.cap / SHARE
    }

    /// The present lends the past what it takes, and no more: one press may bring somewhat more than its share.
    pub(super) fn lend(&mut self) {
        let taken = self.past.as_ref().map_or(0, |past| past.view.ring.bytes());
        let left = self.cap - taken.min(self.cap / 2);
        self.present.ring.set_cap(left);
    }

    /// Back to the present, as it was left.
    pub(super) fn leave_past(&mut self) {
        if self.past.take().is_some() {
            self.lend();
            self.fit();
            self.search();
        }
    }

    fn older(&mut self, cx: &Context<'_>) -> Vec<Act> {
        self.enter_past(cx);
        let step = self.past.as_ref().map_or(Step::Nothing, Past::older);
        self.step(step).into_iter().collect()
    }

    fn newer(&mut self, cx: &Context<'_>) -> Vec<Act> {
        let present = self.begin(cx);
        let step = self.past.as_ref().map(|past| past.newer(present));
        let step = step.unwrap_or(Step::Nothing);
        self.step(step).into_iter().collect()
    }

    fn step(&mut self, step: Step) -> Option<Act> {
        match step {
            Step::Read(window) => return self.asks(window),
            Step::Leave => {
                self.leave_past();
                let view = &mut self.present;
                view.window.hold_at(0, view.ring.shown());
            }
            Step::Nothing => {}
        }
        None
    }

    /// Older lines are asked for, by a number of their own.
    fn asks(&mut self, mut window: Window) -> Option<Act> {
        let past = self.past.as_mut()?;
        self.readings += 1;
        window.number = self.readings;
        past.asks(&window);
        Some(Act::Do(Effect::ReadPast(window)))
    }

    /// What is read next without that somebody asks.
    pub(super) fn past_decided(&mut self) -> Option<Act> {
        let step = self.past.as_mut()?.context();
        self.step(step)
    }

    /// Puts the cursor on the lines of a time (milliseconds since 1970), in memory or not.
    pub(super) fn go_to(&mut self, at: i64, cx: &Context<'_>) -> Vec<Act> {
        if self.sources.feeds.is_empty() {
            let said =
                "No log group is chosen — there is no time to go to — choose one with :logs GROUP";
            return vec![common::say(Level::Warn, said, cx)];
        }
        self.leave_past();
        self.sheets.clear();
        // Whoever goes elsewhere does not look at what was held any more.
        self.lost = None;
        if at >= self.begin(cx) {
            if !self.present.go_to(at) {
                self.present.window.follow();
            }
            return Vec::new();
        }
        self.enter_past(cx);
        let present = self.begin(cx);
        let step = self.past.as_mut().map(|past| past.around(at, present));
        let step = step.unwrap_or(Step::Nothing);
        self.step(step).into_iter().collect()
    }

    /// News of older lines.
    pub(super) fn past_news(&mut self, news: &tail::Past) {
        if let tail::Past::Chunk { chunk, .. } = news {
            self.columns.learn(chunk);
        }
        let Some(past) = &mut self.past else { return };
        let reading = past.is_reading();
        past.take(news);
        let done = reading && !past.is_reading();
        self.lend();
        if done {
            self.search();
        }
    }
}
