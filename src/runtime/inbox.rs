//! The one door into the event loop: three lanes, the most urgent first.
//!
//! Signals before input before everything else. Threads and tasks post; only
//! the main thread takes.

use crate::model::message::Message;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// What may not wait for anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// SIGTERM, SIGINT or SIGQUIT: leave in good order.
    Stop(i32),
    /// The terminal is gone: leave at once and write nothing to it.
    Lost,
    /// SIGTSTP: leave the terminal and stop until SIGCONT.
    Suspend,
    /// SIGCONT: the terminal may be in any state.
    Continued,
    /// SIGWINCH.
    Resized,
    /// A thread that the screen depends on has died of a bug.
    Broken,
}

/// What comes from the operator's keyboard.
pub type Typed = crate::model::message::Input;

/// So many keys may wait. Nobody types ahead that far; a program that floods us must not eat the memory.
const MOST_INPUT: usize = 1 << 18;

#[derive(Debug)]
struct Lanes<N> {
    alarms: VecDeque<Alarm>,
    input: VecDeque<Typed>,
    /// So many at the front of `input` were looked at by [`Inbox::overtake`].
    looked_at: usize,
    news: VecDeque<N>,
}

/// The receiving end; see [`Post`] for the sending one.
#[derive(Debug)]
pub struct Inbox<N = Message>(Arc<Shared<N>>);

/// A cheap handle that anything may post with; never blocks.
#[derive(Debug)]
pub struct Post<N = Message>(Arc<Shared<N>>);

impl<N> Clone for Post<N> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

#[derive(Debug)]
struct Shared<N> {
    lanes: Mutex<Lanes<N>>,
    arrived: Condvar,
}

impl<N> Default for Inbox<N> {
    fn default() -> Self {
        let lanes = Lanes {
            alarms: VecDeque::new(),
            input: VecDeque::new(),
            looked_at: 0,
            news: VecDeque::new(),
        };
        Self(Arc::new(Shared {
            lanes: Mutex::new(lanes),
            arrived: Condvar::new(),
        }))
    }
}

impl<N> Shared<N> {
    fn with<T>(&self, act: impl FnOnce(&mut Lanes<N>) -> T) -> T {
        act(&mut self.lanes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<N> Lanes<N> {
    /// Drops the oldest `count` keys.
    fn forget(&mut self, count: usize) {
        self.input.drain(..count);
        self.looked_at = self.looked_at.saturating_sub(count);
    }
}

impl<N> Post<N> {
    /// Posts to the lane that goes before everything; one of each kind waits at most.
    pub fn alarm(&self, alarm: Alarm) {
        self.0.with(|l| {
            if !l.alarms.contains(&alarm) {
                l.alarms.push_back(alarm);
            }
        });
        self.0.arrived.notify_one();
    }

    /// Posts what the operator typed. Where too much waits, what came first goes: the newest keys (the last
    /// `ctrl-c` among them) are what the operator means now.
    pub fn input(&self, typed: Typed) {
        self.0.with(|l| {
            if l.input.len() >= MOST_INPUT {
                l.forget(1);
            }
            l.input.push_back(typed);
        });
        self.0.arrived.notify_one();
    }

    /// Posts anything else.
    pub fn news(&self, news: N) {
        self.0.with(|l| l.news.push_back(news));
        self.0.arrived.notify_one();
    }
}

impl<N> Inbox<N> {
    /// A sending end.
    pub fn post(&self) -> Post<N> {
        Post(self.0.clone())
    }

    /// Sleeps until something is there, or for so long at most.
    pub fn wait(&self, at_most: Duration) {
        let lanes = self.0.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let empty =
            |l: &mut Lanes<N>| l.alarms.is_empty() && l.input.is_empty() && l.news.is_empty();
        drop(self.0.arrived.wait_timeout_while(lanes, at_most, empty));
    }

    /// The oldest alarm.
    pub fn alarm(&self) -> Option<Alarm> {
        self.0.with(|l| l.alarms.pop_front())
    }

    /// The oldest key or paste.
    pub fn input(&self) -> Option<Typed> {
        self.0.with(|l| {
            l.looked_at = l.looked_at.saturating_sub(1);
            l.input.pop_front()
        })
    }

    /// Drops all input that waits before the newest that is `urgent`, as a terminal drops what was typed ahead of
    /// an interrupt. Each is looked at once.
    pub fn overtake(&self, urgent: impl Fn(&Typed) -> bool) {
        self.0.with(|l| {
            let newest = l.input.range(l.looked_at..).rposition(urgent);
            if let Some(at) = newest {
                l.forget(l.looked_at + at);
            }
            l.looked_at = l.input.len();
        });
    }

    /// The oldest of the rest, unless something more urgent is waiting.
    pub fn news(&self) -> Option<N> {
        self.0.with(|l| {
            if l.alarms.is_empty() && l.input.is_empty() {
                l.news.pop_front()
            } else {
                None
            }
        })
    }

    /// As [`Inbox::news`], but input had its turn.
    pub fn news_beside_input(&self) -> Option<N> {
        self.0.with(|l| {
            if l.alarms.is_empty() {
                l.news.pop_front()
            } else {
                None
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_waits_while_something_more_urgent_is_there() {
        let inbox = Inbox::default();
        inbox.post().news(1);
        inbox.post().input(Typed::Paste("x".into()));
        inbox.post().news(2);
        assert_eq!(inbox.news(), None);
        assert_eq!(inbox.news_beside_input(), Some(1));
        assert_eq!(inbox.input(), Some(Typed::Paste("x".into())));
        assert_eq!(inbox.news(), Some(2));
        inbox.post().news(3);
        inbox.post().alarm(Alarm::Lost);
        assert_eq!(inbox.news_beside_input(), None);
    }

    #[test]
    fn what_is_urgent_overtakes_the_input_before_it_and_nothing_after_it() {
        let (inbox, key) = (Inbox::<()>::default(), |text: &str| {
            Typed::Paste(text.into())
        });
        let urgent = |typed: &Typed| *typed == Typed::Paste("!".into());
        for text in ["a", "!", "b"] {
            inbox.post().input(key(text));
        }
        inbox.overtake(urgent);
        inbox.post().input(key("c"));
        inbox.overtake(urgent);
        assert_eq!(inbox.input(), Some(key("!")));
        inbox.post().input(key("!"));
        inbox.overtake(urgent);
        assert_eq!(inbox.input(), Some(key("!")));
        assert_eq!(inbox.input(), None);
    }

    #[test]
    fn a_flood_of_keys_has_an_end_and_its_newest_are_kept() {
        let inbox = Inbox::<()>::default();
        for n in 0..MOST_INPUT + 3 {
            inbox.post().input(Typed::Paste(n.to_string()));
        }
        assert_eq!(inbox.input(), Some(Typed::Paste("3".into())));
    }

    #[test]
    fn a_storm_of_one_alarm_is_one_alarm() {
        let inbox: Inbox = Inbox::default();
        for _ in 0..1000 {
            inbox.post().alarm(Alarm::Resized);
        }
        assert_eq!(inbox.alarm(), Some(Alarm::Resized));
        assert_eq!(inbox.alarm(), None);
    }

    #[test]
    fn waiting_ends_when_something_is_there() {
        let inbox = Inbox::default();
        inbox.post().news(7);
        inbox.wait(Duration::from_mins(1));
        assert_eq!(inbox.news(), Some(7));
    }
}
