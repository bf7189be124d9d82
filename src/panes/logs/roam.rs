//! Moving through the lines, past those in memory too: up from the oldest reads
//! older ones, down from the newest of the past comes back to the present.

use super::past::{End, Past, Step};
use super::{Logs, near};
use crate::domain::fault::FaultKind;
use crate::domain::health::Level;
use crate::domain::log::TailSource;
use crate::logs::order::Entry;
use crate::model::effect::Effect;
use crate::model::query::{Answer, Facts, Query, Reply};
use crate::model::tail;
use crate::model::verb::Verb;
use crate::panes::{Act, Context, common};
use std::time::Duration;

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

    /// A backlog was left out: the lines before it are of the past from now on, where they are read whole.
    pub(super) fn begin_after(&mut self, source: &TailSource, span: Duration) {
        let ring = &self.present.ring;
        let of_it = |entry: &&Entry| {
            ring.line(entry)
                .is_some_and(|(chunk, _)| *chunk.source == *source)
        };
        let newest = ring.all().iter().rev().find(of_it).map(|entry| entry.at);
        if let Some(newest) = newest {
            let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
            self.present.ring.begin_at(newest.saturating_add(span));
        }
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

    /// The present lends the past what it takes, and no more.
    pub(super) fn lend(&mut self) {
        let taken = self.past.as_ref().map_or(0, |past| past.view.ring.bytes());
        let left = self.cap - taken.min(self.share());
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
        let step = self.past.as_mut().map_or(Step::Nothing, Past::older);
        self.step(step)
    }

    fn newer(&mut self, cx: &Context<'_>) -> Vec<Act> {
        let present = self.begin(cx);
        let step = self.past.as_mut().map(|past| past.newer(present));
        self.step(step.unwrap_or(Step::Nothing))
    }

    fn step(&mut self, step: Step) -> Vec<Act> {
        match step {
            Step::Read(window) => return vec![Act::Do(Effect::ReadPast(window))],
            Step::Leave => {
                self.leave_past();
                let view = &mut self.present;
                view.window.hold_at(0, view.ring.shown());
            }
            Step::Nothing => {}
        }
        Vec::new()
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
        if self.present.span().is_some_and(|(oldest, _)| oldest <= at) {
            if !self.present.go_to(at) {
                self.present.window.follow();
            }
            return Vec::new();
        }
        self.enter_past(cx);
        let present = self.begin(cx);
        let step = self.past.as_mut().map(|past| past.around(at, present));
        self.step(step.unwrap_or(Step::Nothing))
    }

    /// News of older lines.
    pub(super) fn past_news(&mut self, news: &tail::Past) {
        if let tail::Past::Chunk(chunk) = news {
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

    /// Where older lines may have gone, once nothing is kept any more.
    pub(super) fn past_wants(&self) -> Vec<Query> {
        let ended = self.past.as_ref().and_then(|past| past.end.as_ref());
        match (ended, self.sources.feeds.first()) {
            (Some(End::Expired(_)), Some(feed)) => vec![
                Query::LogGroups(feed.source.region.clone(), near::part(&feed.source.group)),
                Query::LogExports(feed.source.group.clone()),
            ],
            _ => Vec::new(),
        }
    }

    /// The retention and the exports of the first group.
    pub(super) fn past_reply(&mut self, reply: &Reply) {
        let Some(past) = &mut self.past else { return };
        let Some(feed) = self.sources.feeds.first() else {
            return;
        };
        match (&reply.query, &reply.answer) {
            (Query::LogGroups(region, _), Answer::Whole(Facts::LogGroups(groups)))
                if *region == feed.source.region =>
            {
                let of = groups.iter().find(|facts| facts.name == feed.source.group);
                past.retention = of.and_then(|facts| facts.retention);
            }
            (Query::LogExports(group), Answer::Whole(Facts::LogExports(exports)))
                if *group == feed.source.group =>
            {
                past.exports = Some(Ok(exports.clone()));
            }
            (Query::LogExports(_), Answer::Failed { fault, .. })
                if fault.kind == FaultKind::Denied =>
            {
                past.exports = Some(Err(fault.clone()));
            }
            _ => {}
        }
    }
}
