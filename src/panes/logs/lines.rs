//! The lines of the pane: taken in, forgotten, held, and fitted into the room there is.

use super::rate::Rate;
use super::source::Lag;
use super::view::View;
use super::{FAR_BEHIND, Logs};
use crate::domain::units;
use crate::logs::chunk::Chunk;
use crate::logs::ring::Ring;
use std::sync::Arc;

impl Logs {
    /// The lines that are looked at.
    pub(super) fn view(&self) -> &View {
        self.past.as_ref().map_or(&self.present, |past| &past.view)
    }

    pub(super) fn view_mut(&mut self) -> &mut View {
        match &mut self.past {
            Some(past) => &mut past.view,
            None => &mut self.present,
        }
    }

    /// Forgets the lines, for others to come.
    pub(super) fn empty(&mut self) {
        self.leave_past();
        self.lost = None;
        self.present.ring.clear();
        self.present.window.follow();
        self.columns
            .restart(self.sources.feeds.iter().map(|feed| &feed.source));
        self.rate = Rate::default();
        self.sheets.clear();
        self.left = 0;
    }

    /// The last line of the pane is the warning's, where there is one.
    pub(super) fn fit(&mut self) {
        let height = self.size.1;
        let warned = |any: bool| height - u16::from(any && height > 1);
        self.present.window.set_height(warned(self.warns()));
        let edged = self.edge(self.size.0).is_some();
        if let Some(past) = &mut self.past {
            past.view.window.set_height(warned(edged));
        }
    }

    pub(super) fn warns(&self) -> bool {
        let sources = &self.sources;
        sources.failure().is_some()
            || sources.fallen_back().is_some()
            || !self.sifting.unknown.is_empty()
            || self.lapsed(self.size.0).is_some()
    }

    pub(super) fn chunk(&mut self, chunk: &Arc<Chunk>) {
        if self.sources.accepts(&chunk.source) {
            self.columns.learn(chunk);
            self.rate.count(chunk);
            let held = self.held_before(chunk.bytes());
            self.present.push(chunk);
            self.keep_held(held);
            self.renew_trace();
        }
    }

    /// `3.1 of 64 MiB, 10,233 lines, 512 dropped`, those of the past included.
    pub(super) fn memory(&self) -> String {
        let rings = [
            Some(&self.present),
            self.past.as_ref().map(|past| &past.view),
        ];
        let rings = || rings.iter().flatten().map(|view| &view.ring);
        let mib = |bytes: usize| bytes as f64 / f64::from(1 << 20);
        let bytes: usize = rings().map(Ring::bytes).sum();
        let lines: usize = rings().map(Ring::held).sum();
        let dropped = match self.present.ring.dropped() {
            0 => String::new(),
            dropped => format!(", {} dropped", units::count(dropped)),
        };
        format!(
            "{:.1} of {:.0} MiB, {}{dropped}",
            mib(bytes),
            mib(self.cap),
            units::lines(lines as u64)
        )
    }

    pub(super) fn is_held(&self) -> bool {
        self.view().window.new_lines().is_some()
    }

    pub(super) fn is_far_behind(&self) -> bool {
        matches!(self.sources.lag(), Lag::Behind(by) | Lag::Throttled(Some(by)) if by > FAR_BEHIND)
    }

    pub(super) fn restart(&mut self) {
        self.sources.restart();
        self.empty();
    }
}
