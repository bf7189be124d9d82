//! Lines of several sources that go on, for an output that cannot put a line
//! before one that was written: each waits until every other source was asked
//! once more, so that what is older and was there already stands before it.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// What came at once.
#[derive(Debug)]
struct Came {
    at: Duration,
    of: usize,
    /// The newest time of a line.
    newest: i64,
    bytes: usize,
}

/// Lines that wait for the slowest source, each for so long at most; and no more bytes than these do.
#[derive(Debug)]
pub struct Hold<T> {
    longest: Duration,
    most: usize,
    /// Of each source: when the last of its rounds that was read to the end began; `None`: nobody waits for it.
    asked: Vec<Option<Duration>>,
    /// By time, then in the order they came.
    lines: BTreeMap<(i64, u64), T>,
    came: VecDeque<Came>,
    bytes: usize,
    next: u64,
}

impl<T> Hold<T> {
    /// So many sources, all read until `now`; each line waits so long at most, and so many bytes do.
    pub fn of(sources: usize, now: Duration, longest: Duration, most: usize) -> Self {
        Self {
            longest,
            most,
            asked: vec![Some(now); sources],
            bytes: 0,
            lines: BTreeMap::new(),
            came: VecDeque::new(),
            next: 0,
        }
    }

    /// Lines of a source that come at `now`, each with its time; so many bytes in all.
    pub fn push(
        &mut self,
        now: Duration,
        of: usize,
        bytes: usize,
        lines: impl IntoIterator<Item = (i64, T)>,
    ) {
        let mut newest = i64::MIN;
        for (at, line) in lines {
            newest = newest.max(at);
            self.lines.insert((at, self.next), line);
            self.next += 1;
        }
        self.bytes += bytes;
        self.came.push_back(Came {
            at: now,
            of,
            newest,
            bytes,
        });
    }

    /// A source was read to its end: everything that AWS had at `began` has come.
    pub fn asked(&mut self, of: usize, began: Duration) {
        if let Some(asked) = self.asked.get_mut(of) {
            *asked = Some(began);
        }
    }

    /// A source gives nothing: until it is read again nobody waits for it.
    pub fn fails(&mut self, of: usize) {
        if let Some(asked) = self.asked.get_mut(of) {
            *asked = None;
        }
    }

    /// What has waited long enough, or is too much, in the order of time; with it goes everything that is older.
    pub fn release(&mut self, now: Duration) -> impl Iterator<Item = T> + use<T> {
        let mut newest = i64::MIN;
        while let Some(came) = self.came.pop_front() {
            if self.bytes <= self.most && self.waits(&came, now) {
                self.came.push_front(came);
                break;
            }
            newest = newest.max(came.newest);
            self.bytes -= came.bytes;
        }
        let later = match newest.checked_add(1) {
            Some(next) => self.lines.split_off(&(next, 0)),
            None => BTreeMap::new(),
        };
        std::mem::replace(&mut self.lines, later).into_values()
    }

    fn waits(&self, came: &Came, now: Duration) -> bool {
        let others = self
            .asked
            .iter()
            .enumerate()
            .filter(|(of, _)| *of != came.of);
        let mut asked = others.filter_map(|(_, asked)| *asked);
        now < came.at + self.longest
            // Whoever is far behind brings late lines however long one waits.
            && asked.any(|asked| asked < came.at && now < asked + 2 * self.longest)
    }

    /// When something is to be released, whatever is read until then.
    pub fn due(&self) -> Option<Duration> {
        self.came.front().map(|came| came.at + self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_secs(6);

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn hold(sources: usize) -> Hold<&'static str> {
        Hold::of(sources, at(0), LONGEST, 8)
    }

    fn out(hold: &mut Hold<&'static str>, now: Duration) -> Vec<&'static str> {
        hold.release(now).collect()
    }

    #[test]
    fn a_line_waits_until_the_quietest_of_the_others_was_asked() {
        let mut hold = hold(3);
        hold.push(at(1_000), 0, 1, [(10, "b"), (12, "d")]);
        hold.asked(1, at(1_000));
        hold.asked(2, at(900));
        assert_eq!(out(&mut hold, at(5_900)), [""; 0]);
        hold.push(at(5_900), 2, 1, [(9, "a"), (11, "c"), (14, "e")]);
        hold.asked(2, at(5_800));
        assert_eq!(out(&mut hold, at(5_900)), ["a", "b", "c", "d"]);
        assert_eq!(hold.due(), Some(at(11_900)));
        for of in [0, 1] {
            hold.asked(of, at(6_000));
        }
        assert_eq!(out(&mut hold, at(6_000)), ["e"]);
        assert_eq!(hold.due(), None);
    }

    #[test]
    fn a_single_source_is_never_held() {
        let mut hold = hold(1);
        hold.push(at(10), 0, 1, [(10, "a")]);
        assert_eq!(out(&mut hold, at(10)), ["a"]);
    }

    #[test]
    fn nobody_waits_longer_than_the_bound_nor_for_one_that_fails_or_is_far_behind() {
        let mut hold = hold(2);
        hold.push(at(10), 0, 1, [(10, "a")]);
        assert_eq!(out(&mut hold, at(6_009)), [""; 0]);
        assert_eq!(out(&mut hold, at(6_010)), ["a"]);
        hold.push(at(11_999), 0, 1, [(11, "b")]);
        assert_eq!(out(&mut hold, at(11_999)), [""; 0]);
        assert_eq!(out(&mut hold, at(12_000)), ["b"]);
        hold.asked(1, at(12_000));
        hold.push(at(12_100), 0, 1, [(12, "c")]);
        assert_eq!(out(&mut hold, at(12_100)), [""; 0]);
        hold.fails(1);
        assert_eq!(out(&mut hold, at(12_100)), ["c"]);
    }

    #[test]
    fn what_is_too_much_to_hold_is_handed_out_before_its_time() {
        let mut hold = hold(2);
        hold.push(at(1), 0, 5, [(10, "b")]);
        hold.push(at(1), 0, 3, [(9, "a")]);
        assert_eq!(out(&mut hold, at(2)), [""; 0]);
        hold.push(at(2), 0, 1, [(11, "c")]);
        assert_eq!(out(&mut hold, at(3)), ["a", "b"]);
        assert_eq!(out(&mut hold, at(1_000)), [""; 0]);
        assert_eq!(out(&mut hold, at(6_002)), ["c"]);
    }
}
