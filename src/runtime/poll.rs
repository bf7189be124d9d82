//! The poll plan: which query is asked when. Pure: time and chance are passed in.
//!
//! One query in flight per slot. What panes want is diffed into starts; a slot
//! whose query changed is asked anew at once, after the running one or instead of it.

pub mod backoff;

use crate::domain::fault::{Fault, FaultKind};
use crate::model::query::{Pace, Query, Slot, Want};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// No slot is asked more often, whatever a pane says.
const SHORTEST: Duration = Duration::from_secs(1);

/// Metrics cost money (issue 2 §2).
const METRICS: Duration = Duration::from_mins(1);

/// A missing permission is looked at again so seldom.
const DENIED: Duration = Duration::from_mins(5);

/// A refusal that waiting may or may not mend.
const REFUSED: Duration = Duration::from_mins(1);

/// A query that was replaced may take so long to end before it is cut off.
const REPLACED: Duration = Duration::from_secs(2);

/// Names one start; grows.
pub type Ticket = u64;

/// Which bucket pays for the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purse {
    /// The first try of a slot, or a further part of its first answer; never one that follows a failure.
    FirstFill,
    Steady,
}

/// What the runtime is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Start {
        ticket: Ticket,
        query: Query,
        purse: Purse,
    },
    Cut(Ticket),
}

#[derive(Clone, Debug)]
struct Run {
    ticket: Ticket,
    query: Query,
    since: Duration,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    want: Option<Want>,
    running: Option<Run>,
    /// When it is asked next; `None` = not by itself.
    due: Option<Duration>,
    failures: u32,
    filled: bool,
    /// Its first try has ended, well or not: the purse of the first fill has been paid out.
    spent: bool,
    /// A refresh came while it ran: ask once more after it.
    again: bool,
}

/// The plan.
#[derive(Debug, Default)]
pub struct PollBook {
    entries: BTreeMap<Slot, Entry>,
    last_ticket: Ticket,
    paused: bool,
}

impl PollBook {
    /// Takes in what the panes want now.
    pub fn want(&mut self, wants: Vec<Want>, now: Duration) {
        let wanted: BTreeSet<Slot> = wants.iter().map(|w| w.query.slot()).collect();
        for (_, entry) in self
            .entries
            .iter_mut()
            .filter(|(slot, _)| !wanted.contains(slot))
        {
            entry.want = None;
            entry.due = None;
        }
        for want in wants {
            self.entries
                .entry(want.query.slot())
                .or_default()
                .want(want, now);
        }
    }

    /// What is to be started and cut off now.
    pub fn steps(&mut self, now: Duration) -> Vec<Step> {
        let mut steps = Vec::new();
        if self.paused {
            return steps;
        }
        for (slot, entry) in &mut self.entries {
            entry.cut_if_replaced(*slot, now, &mut steps);
            entry.start_if_due(now, &mut self.last_ticket, &mut steps);
        }
        steps
    }

    /// When [`PollBook::steps`] has something to say next.
    pub fn next(&self) -> Option<Duration> {
        if self.paused {
            None
        } else {
            self.entries
                .iter()
                .filter_map(|(slot, e)| e.next(*slot))
                .min()
        }
    }

    /// The query with this ticket was answered whole.
    pub fn answered(&mut self, ticket: Ticket, now: Duration) {
        if let Some(entry) = self.ended(ticket) {
            entry.failures = 0;
            entry.filled = true;
            entry.spent = true;
            entry.plan(now);
        }
    }

    /// The query with this ticket failed; answers when it is tried again. `chance` is in 0..1.
    pub fn failed(
        &mut self,
        ticket: Ticket,
        fault: &Fault,
        now: Duration,
        chance: f64,
    ) -> Option<Duration> {
        let entry = self.ended(ticket)?;
        let slot = entry.want.as_ref().map(|want| want.query.slot());
        entry.failures += 1;
        entry.spent = true;
        if !entry.is_replaced() {
            entry.due = entry
                .want
                .is_some()
                .then(|| now + pause(slot, fault.kind, entry.failures, chance));
        }
        entry.due
    }

    /// Asks these slots again now.
    pub fn refresh(&mut self, slots: &[Slot], now: Duration) {
        for slot in slots {
            if let Some(entry) = self.entries.get_mut(slot).filter(|e| e.want.is_some()) {
                entry.due = Some(now);
                entry.again = entry.running.is_some();
            }
        }
    }

    /// Starts nothing until [`PollBook::resume`].
    pub fn pause(&mut self) {
        self.paused = true;
    }

    /// Whether nothing is started.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Goes on; what failed meanwhile is asked at once.
    pub fn resume(&mut self, now: Duration) {
        self.paused = false;
        for entry in self
            .entries
            .values_mut()
            .filter(|e| e.failures > 0 && e.want.is_some())
        {
            entry.failures = 0;
            entry.due = Some(now);
        }
    }

    /// Forgets every answer: another account or region. Running queries are cut off; what is wanted stays wanted, for
    /// nobody says it again as long as it is the same, and is asked at once.
    pub fn reset(&mut self, now: Duration) -> Vec<Step> {
        let running = self.entries.values().filter_map(|e| e.running.as_ref());
        let cuts = running.map(|run| Step::Cut(run.ticket)).collect();
        for entry in self.entries.values_mut() {
            *entry = Entry::wanting(entry.want.take(), now);
        }
        cuts
    }

    fn ended(&mut self, ticket: Ticket) -> Option<&mut Entry> {
        let entry = self
            .entries
            .values_mut()
            .find(|e| e.running.as_ref().is_some_and(|r| r.ticket == ticket))?;
        let run = entry.running.take()?;
        // An answer to a replaced query says nothing of the one that is wanted.
        let still_wanted = entry.want.as_ref().is_none_or(|w| w.query == run.query);
        if !still_wanted {
            entry.due.get_or_insert(run.since);
            entry.failures = 0;
            return None;
        }
        Some(entry)
    }
}

impl Entry {
    /// A new one, due at once.
    fn wanting(want: Option<Want>, now: Duration) -> Self {
        Self {
            due: want.is_some().then_some(now),
            want,
            ..Self::default()
        }
    }

    fn want(&mut self, want: Want, now: Duration) {
        match &self.want {
            Some(old) if old.query == want.query && old.pace == want.pace => return,
            Some(old) if old.query == want.query => {
                let soonest = interval(&want).map(|d| now + d);
                self.due = if self.is_settled() {
                    soonest.into_iter().chain(self.due).min()
                } else {
                    self.due
                };
            }
            _ => {
                self.failures = 0;
                let answers_it = self.running.as_ref().is_some_and(|r| r.query == want.query);
                self.due = (!answers_it).then_some(now);
            }
        }
        self.want = Some(want);
    }

    /// Not about to be asked, and not waiting after a failure.
    fn is_settled(&self) -> bool {
        self.failures == 0 && self.running.is_none() && self.filled
    }

    fn is_replaced(&self) -> bool {
        match (&self.running, &self.want) {
            (Some(run), Some(want)) => run.query != want.query,
            _ => false,
        }
    }

    fn cut_if_replaced(&mut self, slot: Slot, now: Duration, steps: &mut Vec<Step>) {
        let overdue = |run: &Run| replaced_at_once(slot) || now >= run.since + REPLACED;
        if self.is_replaced()
            && let Some(run) = self.running.take_if(|run| overdue(run))
        {
            steps.push(Step::Cut(run.ticket));
        }
    }

    fn start_if_due(&mut self, now: Duration, last: &mut Ticket, steps: &mut Vec<Step>) {
        let due = self.due.is_some_and(|due| due <= now) && self.running.is_none();
        let Some(want) = self.want.as_ref().filter(|_| due) else {
            return;
        };
        *last += 1;
        let (ticket, query) = (*last, want.query.clone());
        let purse = self.purse(&query);
        self.running = Some(Run {
            ticket,
            query: query.clone(),
            since: now,
        });
        self.due = None;
        self.again = false;
        steps.push(Step::Start {
            ticket,
            query,
            purse,
        });
    }

    /// What fails is asked again and again: that is polling, and the budget's to pace.
    fn purse(&self, query: &Query) -> Purse {
        let first = !self.spent || query.is_first_fill();
        if first && self.failures == 0 {
            Purse::FirstFill
        } else {
            Purse::Steady
        }
    }

    /// Plans the next time after an answer.
    fn plan(&mut self, now: Duration) {
        let pace = self.want.as_ref().and_then(interval);
        self.due = if std::mem::take(&mut self.again) {
            Some(now)
        } else {
            pace.map(|d| now + d)
        };
    }

    fn next(&self, slot: Slot) -> Option<Duration> {
        match &self.running {
            Some(run) if self.is_replaced() && !replaced_at_once(slot) => {
                Some(run.since + REPLACED)
            }
            Some(run) if self.is_replaced() => Some(run.since),
            Some(_) => None,
            None => self.due,
        }
    }
}

/// Drill-ins show one thing: what was asked about the one before is of no use.
/// Lists are: their running query may end.
fn replaced_at_once(slot: Slot) -> bool {
    use Slot::{
        LogExpiry, LogGroups, LogTargets, Raw, RuleDetail, ScalingDetail, ServiceDetail,
        ServiceNames, Trace,
    };
    matches!(
        slot,
        LogExpiry
            | LogGroups
            | LogTargets
            | RuleDetail
            | ScalingDetail
            | ServiceDetail
            | ServiceNames
            | Raw
            | Trace
    )
}

fn interval(want: &Want) -> Option<Duration> {
    let least = if want.query.slot() == Slot::Metrics {
        METRICS
    } else {
        SHORTEST
    };
    match want.pace {
        Pace::Once => None,
        Pace::Every(d) | Pace::Watch(d) => Some(d.max(least)),
    }
}

/// How long to wait after so many failures in a row; what costs money is not asked sooner for having failed.
fn pause(slot: Option<Slot>, kind: FaultKind, failures: u32, chance: f64) -> Duration {
    let least = match slot {
        Some(Slot::Metrics) if kind != FaultKind::Credentials => METRICS,
        _ => Duration::ZERO,
    };
    patience(kind, failures, chance).max(least)
}

fn patience(kind: FaultKind, failures: u32, chance: f64) -> Duration {
    match kind {
        FaultKind::Denied => DENIED,
        FaultKind::Throttled => backoff::delay(
            Duration::from_secs(2),
            Duration::from_mins(1),
            failures,
            chance,
        ),
        FaultKind::Unreachable | FaultKind::TimedOut | FaultKind::Server | FaultKind::Garbled => {
            backoff::delay(
                Duration::from_secs(2),
                Duration::from_secs(30),
                failures,
                chance,
            )
        }
        FaultKind::Credentials => Duration::ZERO,
        _ => REFUSED,
    }
}

#[cfg(test)]
mod tests;
