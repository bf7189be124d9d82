//! Older lines: a window is read slice by slice from one of its ends, each slice
//! whole and over all sources together, so that what was read has no holes. A
//! source that cannot be read is left out from there on, and told.

use super::Desk;
use super::pages::Pages;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::log::{RawEvent, Span, TailSource, Window};
use crate::logs::chunk::Chunk;
use crate::logs::tail::past::{PAGES, Slices};
use crate::model::message::Message;
use crate::model::tail::{Past, Tail};
use futures_util::future::join_all;
use std::sync::Arc;

/// Tries of one page, beside those that were throttled.
const TRIES: u32 = 5;
const DAY: i64 = 86_400_000;

pub(super) struct Reader {
    desk: Arc<Desk>,
    window: Arc<Window>,
    /// Those of the window that can be read.
    sources: Vec<TailSource>,
    slices: Slices,
}

/// What one source has in a slice.
enum Slice {
    Whole(Vec<RawEvent>),
    /// Too much: so many milliseconds of it stood on the first page.
    TooLong(i64),
}

impl Slice {
    fn seen(&self) -> Option<i64> {
        match self {
            Self::TooLong(seen) => Some(*seen),
            Self::Whole(_) => None,
        }
    }
}

impl Reader {
    pub(super) fn new(desk: Arc<Desk>, window: Window) -> Self {
        let slices = Slices::of((window.from, window.to), window.direction, window.most);
        Self {
            desk,
            sources: window.sources.clone(),
            slices: slices.among(window.sources.len()),
            window: Arc::new(window),
        }
    }

    pub(super) async fn run(mut self) {
        let read = self.read().await;
        let window = self.window.clone();
        let last = match read {
            Err(fault) => Past::Failed { window, fault },
            Ok(()) => Past::Done {
                expired: self.expired().await,
                window,
                reached: self.slices.reached(),
                lines: self.slices.lines(),
            },
        };
        self.say(last);
    }

    async fn read(&mut self) -> Result<(), Fault> {
        // Where one millisecond holds more than a slice may, it is read whole all the same.
        let mut pages = PAGES;
        while let Some(span) = self.slices.next() {
            let of = |source| self.slice(source, span, pages);
            let found = join_all(self.sources.iter().map(of)).await;
            let found = self.answered(found)?;
            pages = match found.iter().filter_map(Slice::seen).min() {
                Some(seen) if !self.slices.too_long(seen) => usize::MAX,
                Some(_) => PAGES,
                None => {
                    self.show(found);
                    PAGES
                }
            };
        }
        Ok(())
    }

    /// What the sources have that could be read; the others are left out. An error where none could, or credentials are
    /// not taken.
    fn answered(&mut self, found: Vec<Result<Slice, Fault>>) -> Result<Vec<Slice>, Fault> {
        let none = found.iter().all(Result::is_err);
        let (mut slices, mut sources) = (Vec::new(), Vec::new());
        for (source, slice) in self.sources.iter().zip(found) {
            match slice {
                Ok(slice) => {
                    slices.push(slice);
                    sources.push(source.clone());
                }
                Err(fault) if none || fault.kind == FaultKind::Credentials => return Err(fault),
                Err(fault) => self.leave_out(source, fault),
            }
        }
        self.sources = sources;
        Ok(slices)
    }

    fn leave_out(&self, source: &TailSource, fault: Fault) {
        self.say(Past::LeftOut {
            window: self.window.clone(),
            source: source.clone(),
            fault,
        });
    }

    /// Seals and sends a slice.
    fn show(&mut self, found: Vec<Slice>) {
        let mut lines = 0;
        for (source, slice) in self.sources.iter().zip(found) {
            let Slice::Whole(events) = slice else {
                continue;
            };
            lines += events.len();
            for chunk in Chunk::seal(&Arc::new(source.clone()), &events) {
                self.say(Past::Chunk {
                    window: self.window.clone(),
                    chunk: Arc::new(chunk),
                });
            }
        }
        self.slices.read(lines);
        self.say(Past::Reached {
            window: self.window.clone(),
            at: self.slices.reached(),
        });
    }

    async fn slice(
        &self,
        source: &TailSource,
        (start, end): (i64, i64),
        most: usize,
    ) -> Result<Slice, Fault> {
        let span = Span {
            start,
            end: Some(end),
            pattern: self.window.pattern.as_deref().map(Arc::from),
        };
        let turn = self.desk.quotas.of(source);
        let mut pages = Pages::of(&self.desk.aws, source, span, TRIES).in_turn(turn);
        let (mut events, mut read) = (Vec::<RawEvent>::new(), 0);
        while let Some(page) = pages.next().await? {
            read += usize::from(!page.is_empty());
            events.extend(page);
            if read >= most && !pages.are_over() {
                let newest = events.last().map_or(start, |event| event.timestamp);
                return Ok(Slice::TooLong((newest - start) / PAGES as i64));
            }
        }
        Ok(Slice::Whole(events))
    }

    /// Before when none of the groups keeps anything, where that lies within the window. Not known where that of one
    /// of them is not.
    async fn expired(&self) -> Option<i64> {
        let now = self.desk.clock.now().wall.as_millisecond();
        let facts = self.sources.iter().map(|s| self.desk.aws.log_group(s));
        let kept = join_all(facts).await.into_iter();
        let kept: Option<Vec<u32>> = kept.map(|facts| facts.ok().flatten()?.retention).collect();
        let first = now - i64::from(kept?.into_iter().max()?) * DAY;
        (self.window.from < first).then_some(first)
    }

    fn say(&self, news: Past) {
        (self.desk.send)(Message::Tail(Tail::Past(news)));
    }
}
