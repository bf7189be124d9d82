//! When to ask a group again: sooner where much comes, later where nothing does.

use crate::domain::fault::{Fault, FaultKind};
use std::time::Duration;

/// After a round that brought lines, but few; and while a group that had lines may have more.
const BUSY: Duration = Duration::from_millis(500);
/// So many empty rounds a group that had lines is not quiet yet: lines arrive in heaps, at AWS too.
const AWAKE: u32 = 3;
/// Pages of the search for late lines that the pause of a quiet group has room for, by any region's quota.
const SPARE: u32 = 6;
/// Lines of one round from which on it is asked again at once; the quota paces it.
const MANY: usize = 500;
/// Between two looks at a quiet group: at first, and at most.
const QUIET: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(5));
/// After the first trouble of the network's, which mostly is the last.
const SOON: Duration = Duration::from_millis(400);
/// The longest pause between two tries.
const LONGEST: Duration = Duration::from_mins(1);

/// The pauses of one source.
#[derive(Debug, Default)]
pub struct Rhythm {
    failures: u32,
    /// Lines of the round that is being read.
    lines: usize,
    /// Rounds in a row without a line, from when on it is quiet.
    silent: u32,
    /// Empty rounds until it is.
    awake: u32,
}

impl Rhythm {
    /// After a page with so many new lines: at once while others follow.
    pub fn page(&mut self, lines: usize, more: bool) -> Duration {
        self.failures = 0;
        self.lines += lines;
        if more {
            return Duration::ZERO;
        }
        let lines = std::mem::take(&mut self.lines);
        if lines == 0 {
            return self.empty();
        }
        (self.silent, self.awake) = (0, AWAKE);
        if lines < MANY { BUSY } else { Duration::ZERO }
    }

    fn empty(&mut self) -> Duration {
        if self.awake > 0 {
            self.awake -= 1;
            return BUSY;
        }
        self.silent += 1;
        quiet(self.silent)
    }

    /// After a failure: twice as long each time; what needs a person is looked at once a minute.
    pub fn failed(&mut self, fault: &Fault) -> Duration {
        self.failures += 1;
        match fault.kind {
            FaultKind::Denied | FaultKind::Refused | FaultKind::Usage => LONGEST,
            // A group is made by its first line; credentials are renewed in the background.
            FaultKind::Missing | FaultKind::Credentials => Duration::from_secs(10),
            // The quota is shared, and slows down itself.
            FaultKind::Throttled => Duration::from_secs(1),
            _ => SOON
                .saturating_mul(1 << (2 * (self.failures - 1)).min(10))
                .min(LONGEST),
        }
    }
}

/// What a search for late lines makes of the pause of a quiet group: so many pages before the next look, which comes no
/// later for it. The end of a flood leaves hundreds of them to be read. Where lines come, two a round are all.
pub fn searching(pause: Duration) -> (u32, Duration) {
    if pause <= BUSY {
        (0, pause)
    } else {
        (SPARE, BUSY)
    }
}

/// Half as long again each time.
fn quiet(silent: u32) -> Duration {
    let grown = QUIET
        .0
        .mul_f64(1.5_f64.powi(silent.saturating_sub(1).min(8) as i32));
    grown.min(QUIET.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(rhythm: &mut Rhythm, kind: FaultKind) -> u128 {
        rhythm.failed(&Fault::new(kind, "x")).as_millis()
    }

    #[test]
    fn pages_are_followed_at_once_and_a_round_is_paced_by_all_it_brought() {
        let mut rhythm = Rhythm::default();
        assert_eq!(rhythm.page(400, true), Duration::ZERO);
        assert_eq!(rhythm.page(100, false), Duration::ZERO, "500 in one round");
        assert_eq!(rhythm.page(100, false), BUSY);
    }

    #[test]
    fn a_quiet_group_is_asked_less_and_less_and_a_line_wakes_it() {
        let mut rhythm = Rhythm::default();
        let pauses: Vec<u128> = (0..5).map(|_| rhythm.page(0, false).as_millis()).collect();
        assert_eq!(pauses, [2_000, 3_000, 4_500, 5_000, 5_000]);
        assert_eq!(rhythm.page(1, false), BUSY);
        for lines in [0, 0, 0, 1, 0, 0, 0] {
            assert_eq!(rhythm.page(lines, false), BUSY, "lines come in heaps");
        }
        assert_eq!(rhythm.page(0, false), QUIET.0);
    }

    #[test]
    fn a_quiet_group_s_late_lines_are_looked_for_in_its_pauses_and_a_busy_one_s_beside_its_lines() {
        assert_eq!(searching(Duration::ZERO), (0, Duration::ZERO));
        assert_eq!(searching(BUSY), (0, BUSY));
        assert_eq!(searching(QUIET.0), (SPARE, BUSY));
        assert_eq!(searching(QUIET.1), (SPARE, BUSY));
    }

    #[test]
    fn trouble_backs_off_and_an_answer_ends_it() {
        let mut rhythm = Rhythm::default();
        let pauses: Vec<u128> = (0..6)
            .map(|_| failed(&mut rhythm, FaultKind::Unreachable))
            .collect();
        assert_eq!(pauses, [400, 1_600, 6_400, 25_600, 60_000, 60_000]);
        rhythm.page(0, true);
        assert_eq!(failed(&mut rhythm, FaultKind::Server), 400);
    }

    #[test]
    fn what_a_person_must_mend_is_tried_once_a_minute() {
        assert_eq!(failed(&mut Rhythm::default(), FaultKind::Denied), 60_000);
        assert_eq!(failed(&mut Rhythm::default(), FaultKind::Missing), 10_000);
    }
}
