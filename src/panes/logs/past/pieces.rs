//! What of the past is here: the parts that were read, each whole and next to the
//! other, so that they can be let go at both ends.

use crate::domain::log::Direction;
use std::collections::VecDeque;

/// A part that was read whole.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    /// Milliseconds since 1970, inclusive.
    from: i64,
    /// Milliseconds since 1970, exclusive.
    to: i64,
    /// The numbers of its chunks in the ring.
    chunks: Vec<u32>,
}

/// The parts, the oldest first.
#[derive(Debug, PartialEq, Eq)]
pub struct Pieces {
    /// Where they begin, as long as there are none.
    at: i64,
    whole: VecDeque<Piece>,
    /// Chunks of the next one, which is not whole yet.
    open: Vec<u32>,
}

impl Pieces {
    /// None yet; the first will be at this time (milliseconds since 1970).
    pub fn at(at: i64) -> Self {
        Self {
            at,
            whole: VecDeque::new(),
            open: Vec::new(),
        }
    }

    /// From when to before when everything is here, in milliseconds since 1970.
    pub fn span(&self) -> (i64, i64) {
        let (first, last) = (self.whole.front(), self.whole.back());
        (
            first.map_or(self.at, |piece| piece.from),
            last.map_or(self.at, |piece| piece.to),
        )
    }

    /// A chunk came into the ring.
    pub fn came(&mut self, chunk: u32) {
        self.open.push(chunk);
    }

    /// What came since the last one is whole: it goes on to here, on this side.
    pub fn close(&mut self, direction: Direction, reached: i64) {
        let ((from, to), chunks) = (self.span(), std::mem::take(&mut self.open));
        let (from, to) = match direction {
            Direction::Backward => (reached.min(from), from),
            Direction::Forward => (to, reached.max(to)),
        };
        let near = match direction {
            Direction::Backward => self.whole.front_mut(),
            Direction::Forward => self.whole.back_mut(),
        };
        match near {
            // A time in which nothing was written takes no room.
            Some(near) if chunks.is_empty() => {
                near.from = near.from.min(from);
                near.to = near.to.max(to);
            }
            _ if from == to && chunks.is_empty() => {}
            _ => self.put(direction, Piece { from, to, chunks }),
        }
    }

    fn put(&mut self, direction: Direction, piece: Piece) {
        match direction {
            Direction::Backward => self.whole.push_front(piece),
            Direction::Forward => self.whole.push_back(piece),
        }
    }

    /// What came since the last one will not become whole: its chunks.
    pub fn abandon(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.open)
    }

    /// Lets go of the part farthest from where is being read: its chunks. The last one stays, and the one of this time.
    pub fn drop_behind(
        &mut self,
        direction: Direction,
        looked_at: Option<i64>,
    ) -> Option<Vec<u32>> {
        let far = match direction {
            Direction::Backward => self.whole.back()?,
            Direction::Forward => self.whole.front()?,
        };
        let looked_at = looked_at.is_some_and(|at| (far.from..far.to).contains(&at));
        if looked_at || self.whole.len() < 2 {
            return None;
        }
        let gone = match direction {
            Direction::Backward => self.whole.pop_back(),
            Direction::Forward => self.whole.pop_front(),
        };
        gone.map(|piece| piece.chunks)
    }
}
