//! Lines, and the part of them that is on the screen.

use super::window::Window;
use crate::logs::chunk::{Chunk, Line};
use crate::logs::ring::Ring;
use std::sync::Arc;

/// A ring with the window over it.
#[derive(Debug)]
pub struct View {
    pub ring: Ring,
    pub window: Window,
}

/// Which way hits are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Towards {
    Older,
    Newer,
}

impl View {
    /// An empty one that keeps at most `cap` bytes.
    pub fn new(cap: usize) -> Self {
        Self {
            ring: Ring::new(cap),
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
