//! Lines, and the part of them that is on the screen.

use super::window::Window;
use crate::logs::chunk::{Chunk, Line};
use crate::logs::order::Entry;
use crate::logs::ring::Ring;
use std::sync::Arc;

/// A ring with the window over it.
#[derive(Debug)]
pub struct View {
    pub ring: Ring,
    pub window: Window,
}

/// A line, and those folded under it: a stack trace that came as an event for each line.
pub fn whole<'r>(ring: &'r Ring, head: &Entry) -> Vec<(&'r Arc<Chunk>, &'r Line)> {
    let all = std::iter::once(head).chain(ring.lines_under(head));
    all.filter_map(|entry| ring.line(entry)).collect()
}

impl View {
    /// An empty one that keeps at most `cap` bytes.
    pub fn new(cap: usize) -> Self {
        Self {
            ring: Ring::new(cap),
            window: Window::default(),
        }
    }

    /// An empty one for lines that come as they are written.
    pub fn live(cap: usize) -> Self {
        Self {
            ring: Ring::live(cap),
            window: Window::default(),
        }
    }

    /// Takes in lines.
    pub fn push(&mut self, chunk: &Arc<Chunk>) {
        let shown = self.ring.push(chunk.clone());
        self.window.came(shown);
    }

    /// The line under the cursor.
    pub fn under_cursor(&self) -> Option<(&Arc<Chunk>, &Line)> {
        let order = self.ring.shown();
        self.ring.line(order.get(self.window.position(order))?)
    }

    /// The line under the cursor, and those folded under it.
    pub fn with_folds(&self) -> Vec<(&Arc<Chunk>, &Line)> {
        let order = self.ring.shown();
        let head = order.get(self.window.position(order));
        head.map(|head| whole(&self.ring, head)).unwrap_or_default()
    }

    /// Holds the line under the cursor where it is.
    pub fn hold(&mut self) {
        let order = self.ring.shown();
        self.window.hold_at(self.window.position(order), order);
    }

    /// Puts the cursor on the first line that is not older; whether there is one.
    pub fn go_to(&mut self, at: i64) -> bool {
        let order = self.ring.shown();
        let place = order.iter().position(|entry| entry.at >= at);
        if let Some(place) = place {
            self.window.hold_at(place, order);
        }
        place.is_some()
    }

    /// Whether the cursor is on the oldest line.
    pub fn is_at_top(&self) -> bool {
        self.window.position(self.ring.shown()) == 0
    }

    /// Whether the cursor is on the newest line.
    pub fn is_at_bottom(&self) -> bool {
        let order = self.ring.shown();
        self.window.position(order) + 1 >= order.len()
    }

    /// The times of the oldest and the newest line in memory, whatever the filter.
    pub fn span(&self) -> Option<(i64, i64)> {
        self.ring.span()
    }
}
