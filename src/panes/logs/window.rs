//! Which lines are on the screen: at the newest and following, or held on one
//! line that stays where it is while others come.

use crate::logs::order::{Entry, Order};
use crate::model::verb::Verb;

/// A held line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hold {
    at: Entry,
    /// Its line on the screen, from the top.
    line: usize,
    /// Shown lines that came since.
    new: u64,
}

/// The part of the order on the screen.
#[derive(Clone, Debug, Default)]
pub struct Window {
    hold: Option<Hold>,
    height: usize,
}

impl Window {
    /// So many lines fit from now on.
    pub fn set_height(&mut self, height: u16) {
        self.height = usize::from(height.max(1));
        if let Some(hold) = &mut self.hold {
            hold.line = hold.line.min(self.height - 1);
        }
    }

    /// How many lines fit.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Lines that came while held; `None` while following.
    pub fn new_lines(&self) -> Option<u64> {
        self.hold.map(|hold| hold.new)
    }

    /// More lines came that are shown.
    pub fn came(&mut self, lines: usize) {
        if let Some(hold) = &mut self.hold {
            hold.new += lines as u64;
        }
    }

    /// Back to the newest.
    pub fn follow(&mut self) {
        self.hold = None;
    }

    /// Holds what is on the screen, or goes back to the newest.
    pub fn toggle(&mut self, order: &Order) {
        match self.hold {
            Some(_) => self.follow(),
            None => self.hold_at(self.position(order), order),
        }
    }

    /// The cursor's place in the order.
    pub fn position(&self, order: &Order) -> usize {
        let last = order.len().saturating_sub(1);
        self.hold.map_or(last, |hold| {
            order.place(&hold.at).unwrap_or_else(|next| next).min(last)
        })
    }

    /// The first place on the screen.
    pub fn top(&self, order: &Order) -> usize {
        let lowest = order.len().saturating_sub(self.height);
        self.hold.map_or(lowest, |hold| {
            self.position(order).saturating_sub(hold.line).min(lowest)
        })
    }

    /// Puts the cursor on a place and holds it; the screen moves no more than it must.
    pub fn hold_at(&mut self, place: usize, order: &Order) {
        let place = place.min(order.len().saturating_sub(1));
        let Some(at) = order.get(place).copied() else {
            return;
        };
        let new = self.hold.map_or(0, |hold| hold.new);
        let line = place
            .saturating_sub(self.top(order))
            .min(self.height.saturating_sub(1));
        self.hold = Some(Hold { at, line, new });
    }

    /// Puts the cursor on a place, on this line of the screen, and holds it.
    pub fn hold_on(&mut self, place: usize, line: usize, order: &Order) {
        self.hold_at(place, order);
        if let Some(hold) = &mut self.hold {
            hold.line = line.min(self.height.saturating_sub(1));
        }
    }

    /// Moves by a verb; answers whether it was one of moving. Down from the last line follows again.
    pub fn act(&mut self, verb: Verb, order: &Order) -> bool {
        let (at, last) = (self.position(order), order.len().saturating_sub(1));
        let page = self.height.max(2) - 1;
        match verb {
            Verb::Bottom => self.follow(),
            Verb::Down | Verb::PageDown if at == last => self.follow(),
            Verb::Up => self.hold_at(at.saturating_sub(1), order),
            Verb::Down => self.hold_at(at + 1, order),
            Verb::PageUp => self.hold_at(at.saturating_sub(page), order),
            Verb::PageDown => self.hold_at(at + page, order),
            Verb::Top => self.hold_at(0, order),
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(times: impl IntoIterator<Item = i64>) -> Order {
        times
            .into_iter()
            .enumerate()
            .map(|(line, at)| Entry {
                at,
                chunk: 0,
                line: line as u32,
            })
            .collect()
    }

    fn window(height: u16) -> Window {
        let mut window = Window::default();
        window.set_height(height);
        window
    }

    #[test]
    fn following_shows_the_newest_at_the_bottom() {
        let mut order = order(0..10);
        let window = window(4);
        assert_eq!((window.top(&order), window.position(&order)), (6, 9));
        order.merge(vec![Entry {
            at: 20,
            chunk: 1,
            line: 0,
        }]);
        assert_eq!((window.top(&order), window.position(&order)), (7, 10));
    }

    #[test]
    fn a_held_line_stays_where_it_is_while_lines_come_before_and_after() {
        let mut order = order((0..10).map(|n| n * 10));
        let mut window = window(4);
        window.act(Verb::Up, &order);
        assert_eq!((window.top(&order), window.position(&order)), (6, 8));
        order.merge(vec![
            Entry {
                at: 5,
                chunk: 1,
                line: 0,
            },
            Entry {
                at: 500,
                chunk: 1,
                line: 1,
            },
        ]);
        window.came(2);
        assert_eq!((window.top(&order), window.position(&order)), (7, 9));
        assert_eq!(window.new_lines(), Some(2));
    }

    #[test]
    fn the_screen_moves_only_when_the_cursor_leaves_it() {
        let order = order(0..10);
        let mut window = window(4);
        for top in [6, 6, 6, 5] {
            window.act(Verb::Up, &order);
            assert_eq!(window.top(&order), top);
        }
    }

    #[test]
    fn down_from_the_last_line_follows_again() {
        let order = order(0..10);
        let mut window = window(4);
        window.toggle(&order);
        assert_eq!(window.new_lines(), Some(0));
        window.act(Verb::Down, &order);
        assert_eq!(window.new_lines(), None);
    }

    #[test]
    fn a_held_line_that_fell_out_gives_way_to_the_oldest() {
        let mut order = order(0..3);
        let mut window = window(4);
        window.act(Verb::Top, &order);
        order.merge(vec![Entry {
            at: 50,
            chunk: 1,
            line: 0,
        }]);
        order.forget(0, 50);
        assert_eq!(window.position(&order), 0);
        assert_eq!(window.top(&order), 0);
    }

    #[test]
    fn nothing_there_is_no_trouble() {
        let order = Order::default();
        let mut window = window(0);
        for verb in [
            Verb::Up,
            Verb::Down,
            Verb::Top,
            Verb::Bottom,
            Verb::PageUp,
            Verb::PageDown,
        ] {
            assert!(window.act(verb, &order));
        }
        window.toggle(&order);
        assert_eq!((window.top(&order), window.position(&order)), (0, 0));
    }
}
