//! Live Tail: chosen, closed where nobody is there, opened again.

use super::Logs;
use super::watch::Turn;
use crate::domain::health::Level;
use crate::model::effect::Effect;
use crate::model::tail::{TailMethod, TailStart};
use crate::panes::{Act, Context, common};

impl Logs {
    /// Asks for the other way to read.
    pub(super) fn switch(&mut self, cx: &Context<'_>) -> Vec<Act> {
        let (method, said) = match self.sources.method {
            TailMethod::Polling => (
                TailMethod::Live,
                "Live Tail — 500 lines/s at most for ten groups, billed per minute; v goes back",
            ),
            TailMethod::Live => (TailMethod::Polling, "Polling — every line, without cost"),
        };
        self.sources.method = method;
        vec![
            Act::Do(Effect::TailBy(method)),
            common::say(Level::Good, said, cx),
        ]
    }

    /// Live Tail closes while nobody looks, and opens again.
    pub(super) fn watched(&mut self, cx: &Context<'_>) -> Option<Act> {
        if self.sources.method != TailMethod::Live || self.sources.feeds.is_empty() {
            self.watch.forget();
            return None;
        }
        let method = match self.watch.turn(cx.now.mono)? {
            Turn::Close => TailMethod::Polling,
            Turn::Open => TailMethod::Live,
        };
        Some(Act::Do(Effect::TailBy(method)))
    }

    /// The tail begins now: from where on it reads, everything comes.
    pub(super) fn reads_on(&mut self, cx: &Context<'_>) {
        self.from = match self.sources.start {
            TailStart::At(at) => at,
            TailStart::Ago(span) => cx.now.wall.as_millisecond() - span.as_millis() as i64,
        };
    }

    /// Other lines of the groups that are tailed, where no service is selected whose groups could be meant.
    pub(super) fn same_groups(&mut self, cx: &Context<'_>) -> Vec<Act> {
        if self.sources.feeds.is_empty() {
            let said = "No log group is chosen — name one with :logs GROUP --since 2h, or select a service in pane 1";
            return vec![common::say(Level::Warn, said, cx)];
        }
        self.restart();
        Vec::new()
    }

    /// The tail to begin, if another one is. Where nobody looks it begins without Live Tail.
    pub(super) fn begun(&mut self, cx: &Context<'_>) -> Option<Act> {
        let mut tailing = self.sources.order()?;
        self.empty();
        self.reads_on(cx);
        if tailing.method == TailMethod::Live && !self.watch.may_begin(cx.now.mono) {
            tailing.method = TailMethod::Polling;
        }
        Some(Act::Do(Effect::Tail(tailing)))
    }
}
