//! What the groups keep no more of the time that is looked at, and where it may be.

use super::Logs;
use super::past::edge;
use crate::model::query::{Answer, Facts, Query, Reply};
use crate::panes::Context;
use crate::view::lines::Line;

/// No group keeps its lines shorter than a day (`PutRetentionPolicy`).
const SHORTEST: i64 = 86_400_000;

fn is_old(from: i64, cx: &Context<'_>) -> bool {
    from < cx.now.wall.as_millisecond() - SHORTEST
}

impl Logs {
    /// A tail begins: whether it is asked for lines that may be gone already. Those that go later were shown.
    pub(super) fn looks_far(&mut self, cx: &Context<'_>) {
        self.far = Some(self.from).filter(|from| is_old(*from, cx));
    }

    /// Asked as soon as somebody looks so far back that something may be gone.
    pub(super) fn expiry_wanted(&self, cx: &Context<'_>) -> Option<Query> {
        let past = self.past.as_ref().map(|past| past.span().0);
        let old = self.far.or(past.filter(|from| is_old(*from, cx)));
        let old = old.filter(|_| !self.sources.feeds.is_empty());
        old.map(|_| Query::LogExpiry(self.sources.list().into()))
    }

    pub(super) fn expiry_reply(&mut self, reply: &Reply) {
        if let (Query::LogExpiry(_), Answer::Whole(Facts::LogExpiry(expiries))) =
            (&reply.query, &reply.answer)
        {
            self.expiries.clone_from(expiries);
            self.fit();
        }
    }

    /// What is not kept any more of the time that the present was asked for.
    pub(super) fn lapsed(&self, room: u16) -> Option<Line> {
        if self.expiries.is_empty() {
            return None;
        }
        edge::lapsed(&self.sources.list(), self.far?, &self.expiries, room)
    }

    /// Where the past ends, and why.
    pub(super) fn edge(&self, room: u16) -> Option<Line> {
        edge::line(self.past.as_ref()?, &self.expiries, room)
    }
}
