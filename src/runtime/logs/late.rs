//! Groups that are late: said once when it begins, and once when it is over.

use super::Run;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::log::TailSource;
use crate::domain::units;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// Whoever is so far behind should know it.
const LATE: Duration = Duration::from_secs(20);

/// How far each group was read, and of which it was said that they are late; all times of the monotonic clock.
#[derive(Debug, Default)]
pub(super) struct Lateness {
    /// When the last round began that was read to its end.
    asked: HashMap<TailSource, Duration>,
    late: HashSet<TailSource>,
    /// Groups that AWS gives no page of because it was asked too often, since when, and whether it was said.
    slowed: HashMap<usize, (Duration, bool)>,
}

impl Lateness {
    /// Everything until `began` was read. Answers whether it had been said that the group is late, and is not any more.
    fn asked(&mut self, source: &TailSource, began: Duration, now: Duration) -> bool {
        self.asked.insert(source.clone(), began);
        now.saturating_sub(began) < LATE / 2 && self.late.remove(source)
    }

    /// Its newest line is `by` old. Answers with how far behind it is, where that is to be said: a group that has had no
    /// line for long is not behind further than its last round.
    fn stands(&mut self, source: &TailSource, by: Duration, now: Duration) -> Option<Duration> {
        let since = self.asked.get(source).map(|at| now.saturating_sub(*at));
        let by = since.map_or(by, |since| since.min(by));
        (by > LATE && self.late.insert(source.clone())).then_some(by)
    }

    /// AWS gave no page of a group, and asked to go slower. Answers since when, where that is to be said.
    fn slowed(&mut self, of: usize, now: Duration) -> Option<Duration> {
        let (since, said) = self.slowed.entry(of).or_insert((now, false));
        let waits = now.saturating_sub(*since);
        (waits >= LATE && !std::mem::replace(said, true)).then_some(waits)
    }

    /// It gave one. Answers whether it had been said that there is none.
    fn goes_on(&mut self, of: usize) -> bool {
        self.slowed.remove(&of).is_some_and(|(_, said)| said)
    }
}

impl Run<'_> {
    /// All was read of the groups until now, but of those that the others went on without.
    pub(super) fn follows_from_here(&mut self) {
        let now = self.clock.now().mono;
        for source in &self.tailing.sources {
            if !self.left.is_left(source) {
                self.late.asked(source, now, now);
            }
        }
    }

    /// A group was read to its end.
    pub(super) fn asked(&mut self, source: &TailSource, began: Duration) {
        let now = self.clock.now().mono;
        if self.late.asked(source, began, now) {
            self.tell(&format!("{} has caught up", source.group.text()));
        }
    }

    /// The newest line of a group is so old, and more are to be read.
    pub(super) fn is_behind(&mut self, source: &TailSource, by: Duration, why: &str) {
        let now = self.clock.now().mono;
        if let Some(by) = self.late.stands(source, by, now) {
            let what = format!("{} is {} behind", source.group.text(), units::age(by));
            let note = Fault::new(FaultKind::Throttled, what)
                .means(format!("{why}; the lines come later, and none is lost"));
            self.page
                .note(&note.next("with --pattern AWS sends fewer lines"));
        }
    }

    /// A page of a group is asked for again.
    pub(super) fn is_tried_again(&mut self, of: usize, fault: &Fault) {
        if fault.kind != FaultKind::Throttled {
            return self.again(fault);
        }
        let now = self.clock.now().mono;
        if let Some(waits) = self.late.slowed(of, now) {
            let group = self.tailing.sources[of].group.text();
            let what = format!("{group} has brought nothing for {}", units::age(waits));
            let note = Fault::new(FaultKind::Throttled, what);
            self.page
                .note(&note.means("AWS asks to go slower; it is tried again, and no line is lost"));
        }
    }

    /// A page of a group has come.
    pub(super) fn goes_on(&mut self, of: usize) {
        if self.late.goes_on(of) {
            let group = self.tailing.sources[of].group.text();
            self.tell(&format!("{group} is read on"));
        }
    }

    fn tell(&mut self, what: &str) {
        self.page.note(&Fault::new(FaultKind::Throttled, what));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::chunk::tests::source;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_late_group_is_named_once_until_it_has_caught_up() {
        let (mut late, group) = (Lateness::default(), source("/g"));
        assert_eq!(late.stands(&group, at(20), at(5)), None);
        assert_eq!(late.stands(&group, at(21), at(5)), Some(at(21)));
        assert_eq!(late.stands(&group, at(90), at(6)), None);
        // A round that took long is no end of it.
        assert!(!late.asked(&group, at(10), at(40)));
        assert!(late.asked(&group, at(40), at(41)));
        assert!(!late.asked(&group, at(41), at(42)));
        assert_eq!(late.stands(&group, at(90), at(62)), Some(at(21)));
    }

    #[test]
    fn a_group_without_a_line_for_long_is_not_late_for_that() {
        let (mut late, group) = (Lateness::default(), source("/g"));
        late.asked(&group, at(100), at(101));
        assert_eq!(late.stands(&group, at(3_600), at(105)), None);
        assert_eq!(late.stands(&group, at(3_600), at(121)), Some(at(21)));
    }

    #[test]
    fn who_waits_for_a_page_is_told_after_a_while_and_when_it_comes() {
        let mut late = Lateness::default();
        assert_eq!(late.slowed(1, at(0)), None);
        assert_eq!(late.slowed(1, at(19)), None);
        assert_eq!(late.slowed(1, at(20)), Some(at(20)));
        assert_eq!(late.slowed(1, at(40)), None);
        assert!(!late.goes_on(0));
        assert!(late.goes_on(1));
        assert_eq!(late.slowed(1, at(41)), None);
        assert!(!late.goes_on(1));
    }
}
