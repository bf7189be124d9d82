//! Live Tail is billed while it is open: whether anybody is there to read it.

use std::time::Duration;

/// Off the screen for so long, it is closed.
const UNSEEN: Duration = Duration::from_secs(10);
/// Without a key for so long, the operator is taken to be away: a quarter of an hour of one session is 0.15 USD.
const AWAY: Duration = Duration::from_mins(15);

/// Why a Live Tail that is asked for is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The pane is not on the screen.
    Unseen,
    /// No key was pressed for a quarter of an hour.
    Away,
}

/// What is to be done with Live Tail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Close,
    Open,
}

/// Who looks, on the monotonic clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct Watch {
    /// Since when it is off the screen.
    hidden: Option<Duration>,
    /// When a key was pressed last, else when the first look at the clock was.
    key: Option<Duration>,
    closed: Option<Closed>,
}

impl Watch {
    /// Whether the pane is on the screen.
    pub fn see(&mut self, visible: bool, now: Duration) {
        self.hidden = match (visible, self.hidden) {
            (true, _) => None,
            (false, since) => since.or(Some(now)),
        };
    }

    /// A key was pressed, whatever it was for.
    pub fn key(&mut self, now: Duration) {
        self.key = Some(now);
    }

    /// Why Live Tail is closed, where it is.
    pub fn closed(&self) -> Option<Closed> {
        self.closed
    }

    /// Whether a tail that begins now may begin with Live Tail.
    pub fn may_begin(&mut self, now: Duration) -> bool {
        let unseen = self.hidden.map(|_| Closed::Unseen);
        self.closed = unseen.or_else(|| self.away(now));
        self.closed.is_none()
    }

    /// What the clock, a key or a look changes for a Live Tail that is asked for.
    pub fn turn(&mut self, now: Duration) -> Option<Turn> {
        let before = self.closed;
        self.closed = self.unseen(now).or_else(|| self.away(now));
        match (before, self.closed) {
            (None, Some(_)) => Some(Turn::Close),
            (Some(_), None) => Some(Turn::Open),
            _ => None,
        }
    }

    /// It is not asked for any more.
    pub fn forget(&mut self) {
        self.closed = None;
    }

    /// A glance elsewhere closes nothing; what is closed stays so until somebody looks.
    fn unseen(&self, now: Duration) -> Option<Closed> {
        let since = self.hidden?;
        let long = now.saturating_sub(since) >= UNSEEN;
        (long || self.closed.is_some()).then_some(Closed::Unseen)
    }

    fn away(&mut self, now: Duration) -> Option<Closed> {
        let last = *self.key.get_or_insert(now);
        (now.saturating_sub(last) >= AWAY).then_some(Closed::Away)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn a_glance_elsewhere_closes_nothing_and_ten_seconds_do() {
        let mut watch = Watch::default();
        watch.see(false, at(0));
        assert_eq!(watch.turn(at(9)), None);
        watch.see(false, at(10));
        assert_eq!(watch.turn(at(10)), Some(Turn::Close));
        watch.see(true, at(11));
        assert_eq!(watch.turn(at(11)), Some(Turn::Open));
        assert_eq!(watch.turn(at(12)), None);
    }

    #[test]
    fn a_quarter_of_an_hour_without_a_key_closes_and_the_next_key_opens() {
        let mut watch = Watch::default();
        watch.key(at(60));
        assert_eq!(watch.turn(at(959)), None);
        assert_eq!(watch.turn(at(960)), Some(Turn::Close));
        assert_eq!(watch.closed(), Some(Closed::Away));
        watch.key(at(5_000));
        assert_eq!(watch.turn(at(5_000)), Some(Turn::Open));
    }

    #[test]
    fn who_never_pressed_a_key_is_away_a_quarter_of_an_hour_after_the_start() {
        let mut watch = Watch::default();
        assert_eq!(watch.turn(at(7)), None);
        assert_eq!(watch.turn(at(7 + 900)), Some(Turn::Close));
    }

    #[test]
    fn nothing_opens_off_the_screen() {
        let mut watch = Watch::default();
        watch.see(false, at(0));
        assert!(!watch.may_begin(at(0)));
        watch.key(at(1));
        assert_eq!(watch.turn(at(1)), None, "a key for another pane");
        watch.see(true, at(2));
        assert_eq!(watch.turn(at(2)), Some(Turn::Open));
    }
}
