//! Older lines: a window is read from its newest slice to its oldest, each slice
//! whole and over all sources together, so that what was read has no holes.

use super::{Desk, jitter};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::log::{LogPage, RawEvent, Span, TailSource, Window};
use crate::logs::chunk::Chunk;
use crate::logs::tail::past::{PAGES, Slices};
use crate::logs::tail::rhythm::Rhythm;
use crate::model::message::Message;
use crate::model::tail::{Past, Tail};
use futures_util::future::{join_all, try_join_all};
use std::sync::Arc;

/// Tries of one page, beside those that were throttled.
const TRIES: u32 = 5;
const DAY: i64 = 86_400_000;

pub(super) struct Reader {
    pub(super) desk: Arc<Desk>,
    pub(super) window: Arc<Window>,
}

/// What one source has in a slice.
enum Slice {
    Whole(Vec<RawEvent>),
    /// Too much: so many milliseconds of it stood on the first page.
    TooLong(i64),
}

impl Reader {
    pub(super) async fn run(self) {
        let window = self.window.clone();
        let mut slices = Slices::of(window.from, window.to, window.most);
        let read = self.slices(&mut slices).await;
        let (reached, lines) = (slices.reached(), slices.lines());
        self.say(match read {
            Err(fault) => Past::Failed { window, fault },
            Ok(()) => Past::Done {
                expired: self.expired().await,
                window,
                reached,
                lines,
            },
        });
    }

    async fn slices(&self, slices: &mut Slices) -> Result<(), Fault> {
        // Where one millisecond holds more than a slice may, it is read whole all the same.
        let mut pages = PAGES;
        while let Some((start, end)) = slices.next() {
            let of = |source| self.slice(source, (start, end), pages);
            let found = try_join_all(self.window.sources.iter().map(of)).await?;
            let seen = found.iter().filter_map(|slice| match slice {
                Slice::TooLong(seen) => Some(*seen),
                Slice::Whole(_) => None,
            });
            if let Some(seen) = seen.min() {
                pages = if slices.too_long(seen) {
                    PAGES
                } else {
                    usize::MAX
                };
                continue;
            }
            pages = PAGES;
            slices.read(self.show(found));
            self.say(Past::Reached {
                window: self.window.clone(),
                at: slices.reached(),
            });
        }
        Ok(())
    }

    /// Seals and sends; answers with the most lines of one source.
    fn show(&self, found: Vec<Slice>) -> usize {
        let mut most = 0;
        for (source, slice) in self.window.sources.iter().zip(found) {
            let Slice::Whole(events) = slice else {
                continue;
            };
            most = most.max(events.len());
            for chunk in Chunk::seal(&Arc::new(source.clone()), &events) {
                self.say(Past::Chunk(Arc::new(chunk)));
            }
        }
        most
    }

    async fn slice(
        &self,
        source: &TailSource,
        of: (i64, i64),
        pages: usize,
    ) -> Result<Slice, Fault> {
        let span = Span {
            start: of.0,
            end: Some(of.1),
            pattern: self.window.pattern.as_deref().map(Arc::from),
        };
        let (mut events, mut token, mut read) = (Vec::new(), None, 0);
        loop {
            let page = self.page(source, &span, token.clone()).await?;
            let stuck = page.events.is_empty() && page.next == token;
            let newest = page.events.last().map_or(of.0, |event| event.timestamp);
            read += usize::from(!page.events.is_empty());
            events.extend(page.events);
            token = page.next.filter(|_| !stuck);
            if token.is_none() {
                return Ok(Slice::Whole(events));
            }
            if read >= pages {
                return Ok(Slice::TooLong((newest - of.0) / PAGES as i64));
            }
        }
    }

    /// One page, asked for again where waiting can mend it.
    async fn page(
        &self,
        source: &TailSource,
        span: &Span,
        token: Option<String>,
    ) -> Result<LogPage, Fault> {
        let (turn, mut rhythm, mut tries) = (self.desk.quotas.of(source), Rhythm::default(), 0);
        loop {
            turn.pass().await;
            let asked = self.desk.aws.filter_log_events(source, span, token.clone());
            let fault = match asked.await {
                Ok(page) => return Ok(page),
                Err(fault) => fault,
            };
            if fault.kind == FaultKind::Throttled {
                turn.slow_down();
            } else {
                tries += 1;
                if tries == TRIES || !fault.passes() {
                    return Err(fault);
                }
            }
            tokio::time::sleep(jitter(rhythm.failed(&fault))).await;
        }
    }

    /// Before when a group keeps nothing, where that lies within the window.
    async fn expired(&self) -> Option<i64> {
        let now = self.desk.clock.now().wall.as_millisecond();
        let facts = self
            .window
            .sources
            .iter()
            .map(|s| self.desk.aws.log_group(s));
        let facts = join_all(facts).await;
        let kept = facts
            .into_iter()
            .filter_map(|facts| facts.ok().flatten()?.retention);
        let first = now - i64::from(kept.min()?) * DAY;
        (self.window.from < first).then_some(first)
    }

    fn say(&self, news: Past) {
        (self.desk.send)(Message::Tail(Tail::Past(news)));
    }
}
