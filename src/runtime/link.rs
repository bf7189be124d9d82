//! How the connection to AWS stands. Pure: what came back goes in, news for the header comes out.

use super::poll::backoff;
use crate::domain::fault::{Fault, FaultKind};
use crate::model::message::Link;
use crate::model::query::Slot;
use std::collections::BTreeMap;
use std::time::Duration;

const FIRST_PROBE: Duration = Duration::from_secs(3);
const SLOWEST_PROBE: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
enum State {
    #[default]
    Fine,
    Down,
    NoCredentials {
        next: Duration,
        probes: u32,
    },
    Throttled {
        until: Duration,
    },
}

/// What is known of the connection.
#[derive(Debug, Default)]
pub struct LinkBook {
    state: State,
    /// Failures to reach anybody since somebody last answered, by slot.
    silent: BTreeMap<Slot, u32>,
}

impl LinkBook {
    /// AWS answered, be it with an error: it is there.
    pub fn answered(&mut self) -> Option<Link> {
        self.silent.clear();
        matches!(self.state, State::Down).then(|| self.fine())
    }

    /// A query failed; `next_try` is when its slot is asked again.
    pub fn failed(
        &mut self,
        slot: Slot,
        fault: &Fault,
        next_try: Option<Duration>,
        now: Duration,
    ) -> Option<Link> {
        match fault.kind {
            FaultKind::Credentials => self.no_credentials(fault, now),
            FaultKind::Unreachable | FaultKind::TimedOut => self.silence(slot, fault),
            FaultKind::Throttled => self
                .answered()
                .or_else(|| self.throttled(next_try.unwrap_or(now))),
            FaultKind::Local | FaultKind::Internal | FaultKind::Usage => None,
            _ => self.answered(),
        }
    }

    /// Clients could not be built, or the probe failed as well: no polling; it is tried again after a longer pause.
    pub fn probe_failed(&mut self, fault: &Fault, now: Duration, chance: f64) -> Link {
        let probes = if let State::NoCredentials { probes, .. } = self.state {
            probes + 1
        } else {
            1
        };
        let next = now + backoff::delay(FIRST_PROBE, SLOWEST_PROBE, probes, chance.max(0.5));
        self.state = State::NoCredentials { next, probes };
        Link::NoCredentials {
            fault: fault.clone(),
            next_try: next,
        }
    }

    /// The probe was answered: polling goes on.
    pub fn probe_answered(&mut self) -> Link {
        self.silent.clear();
        self.fine()
    }

    /// Whether a probe is due; asking marks it as sent.
    pub fn takes_probe(&mut self, now: Duration) -> bool {
        match &mut self.state {
            State::NoCredentials { next, .. } if *next <= now => {
                // The probe's own answer sets the next time; this is for one that never comes.
                *next = now + SLOWEST_PROBE;
                true
            }
            _ => false,
        }
    }

    /// The operator asks for a probe now.
    pub fn retry(&mut self, now: Duration) {
        if let State::NoCredentials { next, .. } = &mut self.state {
            *next = now;
        }
    }

    /// Whether polling pauses.
    pub fn is_paused(&self) -> bool {
        matches!(self.state, State::NoCredentials { .. })
    }

    /// The clock moved.
    pub fn tick(&mut self, now: Duration) -> Option<Link> {
        matches!(self.state, State::Throttled { until } if until <= now).then(|| self.fine())
    }

    /// When something is due by the clock.
    pub fn next(&self) -> Option<Duration> {
        match self.state {
            State::NoCredentials { next, .. } => Some(next),
            State::Throttled { until } => Some(until),
            State::Fine | State::Down => None,
        }
    }

    fn fine(&mut self) -> Link {
        self.state = State::Fine;
        Link::Fine
    }

    fn no_credentials(&mut self, fault: &Fault, now: Duration) -> Option<Link> {
        (!self.is_paused()).then(|| self.probe_failed(fault, now, 1.0))
    }

    fn throttled(&mut self, until: Duration) -> Option<Link> {
        if self.is_paused() {
            return None;
        }
        self.state = State::Throttled { until };
        Some(Link::Throttled { until })
    }

    /// Down means: nobody has answered since two slots failed, or one failed twice.
    fn silence(&mut self, slot: Slot, fault: &Fault) -> Option<Link> {
        *self.silent.entry(slot).or_default() += 1;
        let certain = self.silent.values().sum::<u32>() >= 2;
        if !certain || self.is_paused() || matches!(self.state, State::Down) {
            return None;
        }
        self.state = State::Down;
        Some(Link::Down(fault.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn fault(kind: FaultKind) -> Fault {
        Fault::new(kind, "trouble")
    }

    fn expired(link: &mut LinkBook, slot: Slot, now: u64) -> Option<Link> {
        link.failed(slot, &fault(FaultKind::Credentials), None, S(now))
    }

    #[test]
    fn many_pollers_without_credentials_are_one_banner_with_growing_pauses() {
        let mut link = LinkBook::default();
        let first = expired(&mut link, Slot::Groups, 10);
        assert_eq!(
            first,
            Some(Link::NoCredentials {
                fault: fault(FaultKind::Credentials),
                next_try: S(13)
            })
        );
        assert_eq!(expired(&mut link, Slot::Inventory, 10), None);
        assert!(link.is_paused() && !link.takes_probe(S(12)));
        assert!(
            link.takes_probe(S(13)) && !link.takes_probe(S(13)),
            "one probe at a time"
        );
        link.probe_failed(&fault(FaultKind::Credentials), S(14), 1.0);
        assert_eq!(link.next(), Some(S(20)));
        for _ in 0..9 {
            link.probe_failed(&fault(FaultKind::Credentials), S(20), 1.0);
        }
        assert_eq!(link.next(), Some(S(50)));
    }

    #[test]
    fn renewal_ends_the_pause_and_the_operator_can_ask_for_it() {
        let mut link = LinkBook::default();
        expired(&mut link, Slot::Groups, 10);
        link.retry(S(11));
        assert!(link.takes_probe(S(11)));
        assert_eq!(link.probe_answered(), Link::Fine);
        assert!(!link.is_paused());
    }

    #[test]
    fn one_silent_query_is_not_a_dead_connection_two_are() {
        let mut link = LinkBook::default();
        let silence = fault(FaultKind::TimedOut);
        assert_eq!(link.failed(Slot::Groups, &silence, None, S(1)), None);
        assert_eq!(link.answered(), None);
        assert_eq!(link.failed(Slot::Groups, &silence, None, S(1)), None);
        assert_eq!(
            link.failed(Slot::Inventory, &silence, None, S(2)),
            Some(Link::Down(silence.clone()))
        );
        assert_eq!(
            link.failed(Slot::Clusters, &silence, None, S(2)),
            None,
            "said once"
        );
        assert_eq!(
            link.failed(Slot::Groups, &fault(FaultKind::Denied), None, S(3)),
            Some(Link::Fine),
            "an answer"
        );
    }

    #[test]
    fn throttling_is_shown_until_it_is_over() {
        let mut link = LinkBook::default();
        let shown = link.failed(Slot::Groups, &fault(FaultKind::Throttled), Some(S(5)), S(1));
        assert_eq!(shown, Some(Link::Throttled { until: S(5) }));
        assert_eq!(link.tick(S(4)), None);
        assert_eq!(link.tick(S(5)), Some(Link::Fine));
        assert_eq!(link.tick(S(6)), None);
    }
}
