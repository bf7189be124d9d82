//! What is held on the screen stays there, though its lines fall out of memory:
//! then they are a past of their own, which reads on from AWS at both ends.

use super::Logs;
use super::past::Past;
use super::view::{View, whole};
use crate::domain::log::{RawEvent, TailSource};
use crate::logs::chunk::{Chunk, Line};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Lines between the first and the last on the screen that are kept at most: a filter may hide many of them.
const MOST: usize = 20_000;

/// The lines on a held screen, with those that a filter hides between them.
#[derive(Debug)]
pub struct Held {
    lines: Vec<(Arc<Chunk>, Line)>,
    /// From when on (milliseconds since 1970) …
    from: i64,
    /// … to before when.
    to: i64,
    /// The cursor's place among those that are shown, and its line on the screen.
    cursor: (usize, usize),
}

impl Held {
    /// What is on the screen; only the line under the cursor where there is too much between.
    fn of(view: &View) -> Option<Self> {
        let (ring, order) = (&view.ring, view.ring.shown());
        let (top, place) = (view.window.top(order), view.window.position(order));
        let time = |place: usize| order.get(place).map(|entry| entry.at);
        let last = (top + view.window.height())
            .min(order.len())
            .checked_sub(1)?;
        let (mut from, mut to) = (time(top)?, time(last)? + 1);
        if ring.all().between(from, to).nth(MOST).is_some() {
            (from, to) = (time(place)?, time(place)? + 1);
        }
        let heads = ring.all().between(from, to).take(MOST);
        let lines = heads.flat_map(|head| whole(ring, head));
        Some(Self {
            lines: lines.map(|(chunk, line)| (chunk.clone(), *line)).collect(),
            from,
            to,
            cursor: (place - order.between(i64::MIN, from).count(), place - top),
        })
    }

    /// They alone, sealed anew: the others of their chunks are not whole.
    fn sealed(&self) -> Vec<Chunk> {
        let mut events: BTreeMap<&TailSource, (&Arc<TailSource>, Vec<RawEvent>)> = BTreeMap::new();
        for (chunk, line) in &self.lines {
            let of = events.entry(&chunk.source);
            let (_, of) = of.or_insert_with(|| (&chunk.source, Vec::new()));
            of.push(chunk.event(line));
        }
        let events = events.into_values();
        events
            .flat_map(|(source, events)| Chunk::seal(source, &events))
            .collect()
    }
}

impl Logs {
    /// What is held, if lines may fall out with so many bytes more.
    pub(super) fn held_before(&self, bytes: usize) -> Option<Held> {
        let ring = &self.present.ring;
        let at_risk = self.past.is_none() && self.is_held() && self.lost.is_none();
        (at_risk && ring.bytes().saturating_add(bytes) > self.cap)
            .then(|| Held::of(&self.present))
            .flatten()
    }

    /// Lines fell out: what was held before is kept, if it was among them.
    pub(super) fn keep_held(&mut self, held: Option<Held>) {
        let border = self.present.ring.border();
        let lost = held.filter(|held| border.is_some_and(|border| border >= held.from));
        if lost.is_some() {
            self.lost = lost;
        }
        self.show_lost();
    }

    /// What was lost is looked at once nothing lies open over it.
    pub(super) fn show_lost(&mut self) {
        if self.sheets.top().is_some() || self.past.is_some() {
            return;
        }
        let Some(held) = self.lost.take() else { return };
        self.present.window.follow();
        let asked = (self.sources.list(), self.sources.pattern.clone());
        let of = (self.share(), self.chosen_filter().clone());
        let chunks: Vec<_> = held.sealed().into_iter().map(Arc::new).collect();
        self.past = Some(Past::kept((held.from, held.to), &chunks, (asked, of)));
        self.lend();
        self.fit();
        let (place, row) = held.cursor;
        if let Some(past) = &mut self.past {
            let View { ring, window } = &mut past.view;
            window.hold_on(place, row, ring.shown());
        }
        self.search();
        self.sifting.say(Ok(
            "What you hold fell out of memory — it is kept here as the past — G goes back to now",
        ));
    }
}
