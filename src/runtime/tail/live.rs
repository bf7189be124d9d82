//! Live Tail: sessions of up to ten groups, opened again when they end, and why
//! a group is polled instead.

use super::Desk;
use super::ledger::{Bill, Ledger};
use super::line::Feed;
use crate::aws::logs::live::{GROUPS, LiveAsk, LiveNews, LiveStream, LiveUpdate, SESSIONS};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{Arn, LogGroup};
use crate::domain::log::{RawEvent, TailSource};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;

/// A session that lasted less did nothing but cost: each is billed a minute, and five a second may begin
/// (aws-facts.md §4.3).
const LASTED: Duration = Duration::from_mins(1);

/// Between two looks for groups that are not there yet; until they have a session they are polled.
const ABSENT: Duration = Duration::from_secs(10);

/// Where the lines of a source go.
#[derive(Clone, Debug)]
pub(super) struct Seat {
    pub(super) source: Arc<TailSource>,
    pub(super) feed: UnboundedSender<Feed>,
}

impl Seat {
    fn send(&self, feed: Feed) {
        // Whoever is gone needs nothing.
        let _ = self.feed.send(feed);
    }
}

/// All sessions of a tail; dropping its future closes them.
pub(super) struct Live {
    pub(super) desk: Arc<Desk>,
    pub(super) seats: Vec<Seat>,
    pub(super) pattern: Option<Arc<str>>,
}

impl Live {
    pub(super) async fn run(self) {
        let ledger = Ledger::new(self.desk.clock, self.desk.send.clone());
        let (mut sessions, mut absent) = (JoinSet::new(), self.seats.clone());
        while !absent.is_empty() {
            let fit = self.fit(&mut absent).await;
            self.open(fit, &mut sessions, &ledger);
            tokio::time::sleep(ABSENT).await;
        }
        while sessions.join_next().await.is_some() {}
    }

    /// Those of the seats whose groups a session can take; those whose groups are not there, or cannot be asked
    /// for at the moment, stay behind.
    async fn fit(&self, seats: &mut Vec<Seat>) -> Vec<(Seat, Arn)> {
        let mut fit = Vec::new();
        for seat in std::mem::take(seats) {
            match self.arn(&seat.source).await {
                Ok(arn) => fit.push((seat, arn)),
                Err(why) => {
                    let again = why.kind == FaultKind::Missing || why.passes();
                    seat.send(Feed::Down(Some(why)));
                    seats.extend(again.then_some(seat));
                }
            }
        }
        fit
    }

    fn open(&self, fit: Vec<(Seat, Arn)>, sessions: &mut JoinSet<()>, ledger: &Arc<Ledger>) {
        for seats in batches(fit) {
            if sessions.len() >= SESSIONS {
                for (seat, _) in &seats {
                    seat.send(Feed::Down(Some(too_many())));
                }
                continue;
            }
            let session = Session {
                desk: self.desk.clone(),
                ask: ask(&seats, self.pattern.as_deref()),
                seats: seats.into_iter().map(|(seat, _)| seat).collect(),
                ledger: ledger.clone(),
            };
            sessions.spawn(session.run());
        }
    }

    /// What a session calls the group; an error where it cannot take it.
    async fn arn(&self, source: &TailSource) -> Result<Arn, Fault> {
        match self.desk.aws.log_group(source).await {
            Ok(Some(facts)) if facts.infrequent => Err(infrequent(&facts.name)),
            Ok(Some(facts)) => match facts.arn {
                Some(arn) => Ok(arn),
                None => self.desk.aws.log_group_arn(source).await,
            },
            Ok(None) => Err(missing(&source.group)),
            // StartLiveTail knows by itself whether the group fits.
            Err(_) => self.desk.aws.log_group_arn(source).await,
        }
    }
}

/// Up to ten groups of a region for a session; a prefix of streams only goes with one group.
fn batches(fit: Vec<(Seat, Arn)>) -> Vec<Vec<(Seat, Arn)>> {
    let (mut whole, mut batches) = (BTreeMap::<_, Vec<_>>::new(), Vec::new());
    for (seat, arn) in fit {
        if seat.source.stream_prefix.is_some() {
            batches.push(vec![(seat, arn)]);
        } else {
            whole
                .entry(seat.source.region.clone())
                .or_default()
                .push((seat, arn));
        }
    }
    for seats in whole.into_values() {
        batches.extend(seats.chunks(GROUPS).map(<[_]>::to_vec));
    }
    batches
}

fn ask(seats: &[(Seat, Arn)], pattern: Option<&str>) -> LiveAsk {
    let first = seats.first().map(|(seat, _)| seat.source.clone());
    LiveAsk {
        region: first.as_ref().and_then(|source| source.region.clone()),
        groups: seats.iter().map(|(_, arn)| arn.clone()).collect(),
        stream_prefix: first.and_then(|source| source.stream_prefix.clone()),
        pattern: pattern.map(str::to_owned),
    }
}

struct Session {
    desk: Arc<Desk>,
    ask: LiveAsk,
    seats: Vec<Seat>,
    ledger: Arc<Ledger>,
}

/// How a session ended.
#[derive(Clone, Debug, PartialEq)]
enum End {
    /// AWS says that its time is over.
    Over,
    Broken(Fault),
}

/// The ends that came one after the other, no session between them that lasted.
#[derive(Debug, Default)]
struct Ends(u32);

impl Ends {
    /// Why, and for how long, there is none after this end; `None`: it is opened again at once.
    fn trouble(&mut self, end: End, lasted: Duration) -> Option<(Fault, Duration)> {
        self.0 = if lasted < LASTED { self.0 + 1 } else { 1 };
        let fault = match end {
            // What comes until it is open again is polled where the two join.
            End::Over if self.0 == 1 => return None,
            End::Over => over_again(),
            End::Broken(fault) => fault,
        };
        let pause = pause(&fault, self.0);
        Some((fault, pause))
    }
}

impl Session {
    async fn run(self) {
        let mut ends = Ends::default();
        loop {
            if let Some(room) = &self.desk.room {
                room.wait().await;
            }
            let began = self.desk.clock.now().mono;
            let end = self.open().await;
            let lasted = self.desk.clock.now().mono.saturating_sub(began);
            if let Some((fault, pause)) = ends.trouble(end, lasted) {
                self.tell(|| Feed::Down(Some(fault.clone())));
                tokio::time::sleep(pause).await;
            }
        }
    }

    async fn open(&self) -> End {
        match self.desk.aws.live_tail(&self.ask).await {
            Ok(stream) => self.hear(stream).await,
            Err(fault) => End::Broken(explained(fault)),
        }
    }

    async fn hear(&self, mut stream: LiveStream) -> End {
        let mut bill: Option<Bill> = None;
        loop {
            match stream.next().await {
                LiveNews::Began => {
                    bill.get_or_insert_with(|| self.ledger.open());
                    self.tell(|| Feed::Up);
                }
                LiveNews::Update(update) => {
                    self.pass_on(update);
                    if let Some(bill) = &bill {
                        bill.runs();
                    }
                    if self.desk.room.as_ref().is_some_and(|room| room.is_full()) {
                        return End::Broken(untaken());
                    }
                }
                LiveNews::TimedOut => return End::Over,
                LiveNews::Broken(fault) => return End::Broken(fault),
            }
        }
    }

    fn tell(&self, feed: impl Fn() -> Feed) {
        for seat in &self.seats {
            seat.send(feed());
        }
    }

    /// Each seat gets the lines of its group; a sample is one of all groups together.
    fn pass_on(&self, update: LiveUpdate) {
        let mut by_group: BTreeMap<LogGroup, Vec<RawEvent>> = BTreeMap::new();
        for (group, event) in update.events {
            by_group.entry(group).or_default().push(event);
        }
        for seat in &self.seats {
            let events = by_group.remove(&seat.source.group).unwrap_or_default();
            seat.send(Feed::Events(events, update.sampled));
        }
    }
}

/// When to open it again.
fn pause(fault: &Fault, failures: u32) -> Duration {
    match fault.kind {
        FaultKind::Denied | FaultKind::Refused | FaultKind::Usage => Duration::from_mins(10),
        FaultKind::Conflict | FaultKind::Missing => Duration::from_mins(2),
        _ => Duration::from_secs(1 << failures.saturating_sub(1).min(6)),
    }
}

/// AWS drops without a word what is not taken; polling waits.
fn untaken() -> Fault {
    let what = "The lines are not taken as fast as Live Tail sends them";
    Fault::new(FaultKind::Throttled, what)
        .means("they come by polling, which waits, and none is lost")
        .next("it is opened again once they are taken")
}

fn over_again() -> Fault {
    let what = "AWS ends each Live Tail soon after it began";
    Fault::new(FaultKind::Server, what)
        .means("the lines come by polling")
        .next("it is opened again by itself, each time a little later")
}

/// What it means for whoever reads on.
fn explained(fault: Fault) -> Fault {
    let is_quota = fault
        .code
        .as_ref()
        .is_some_and(|code| code.as_str() == "LimitExceededException");
    if is_quota {
        let kind = FaultKind::Conflict;
        return Fault { kind, ..fault }
            .means("the account has as many Live Tail sessions as it may (15); the lines come by polling")
            .next("close others, or ask AWS for more (quota L-D6990B80); it is tried again every two minutes");
    }
    match fault.kind {
        FaultKind::Unreachable | FaultKind::TimedOut => fault
            .means("Live Tail has an address of its own, stream-logs; the lines come by polling")
            .next("without a way to the internet it needs the VPC endpoint stream-logs"),
        _ => fault,
    }
}

fn infrequent(group: &LogGroup) -> Fault {
    let what = format!("{} is of the infrequent-access class", group.text());
    Fault::new(FaultKind::Refused, what)
        .means("AWS has no Live Tail for it, so it is polled")
        .next("nothing is missing; it only comes some seconds later")
}

fn missing(group: &LogGroup) -> Fault {
    let what = format!("There is no log group {}", group.text());
    Fault::new(FaultKind::Missing, what).means("nothing can be tailed of it")
}

fn too_many() -> Fault {
    Fault::new(
        FaultKind::Refused,
        format!("An account has {SESSIONS} Live Tail sessions of {GROUPS} groups at most"),
    )
    .means("this group is polled")
    .next("tail fewer groups")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(region: Option<&str>, group: &str, prefix: Option<&str>) -> (Seat, Arn) {
        let source = TailSource {
            region: region.map(Into::into),
            group: group.into(),
            stream_prefix: prefix.map(Into::into),
        };
        let (feed, _) = tokio::sync::mpsc::unbounded_channel();
        let source = Arc::new(source);
        (Seat { source, feed }, group.into())
    }

    #[test]
    fn ten_groups_of_a_region_share_a_session_and_a_prefix_has_one_of_its_own() {
        let mut all: Vec<_> = (0..12).map(|n| seat(None, &n.to_string(), None)).collect();
        all.push(seat(Some("us-east-1"), "far", None));
        all.push(seat(None, "part", Some("api/")));
        let asks: Vec<LiveAsk> = batches(all)
            .iter()
            .map(|seats| ask(seats, Some("x")))
            .collect();
        let sizes: Vec<usize> = asks.iter().map(|ask| ask.groups.len()).collect();
        assert_eq!(sizes, [1, 10, 2, 1]);
        assert_eq!(asks[0].stream_prefix, Some("api/".into()));
        assert_eq!(asks[3].region, Some("us-east-1".into()));
    }

    #[test]
    fn a_session_is_renewed_at_once_but_one_that_ends_again_and_again_later_and_later() {
        let mut ends = Ends::default();
        let mut pause = |end, lasted| {
            let trouble = ends.trouble(end, Duration::from_secs(lasted));
            trouble.map(|(_, pause)| pause.as_secs())
        };
        let broken = || End::Broken(Fault::new(FaultKind::Unreachable, "x"));
        assert_eq!(pause(End::Over, 10_800), None);
        let soon: Vec<_> = (0..8).map(|_| pause(End::Over, 0)).collect();
        assert_eq!(soon, [2, 4, 8, 16, 32, 64, 64, 64].map(Some));
        assert_eq!(pause(broken(), 1), Some(64));
        assert_eq!(pause(End::Over, 61), None);
        assert_eq!(pause(broken(), 3_600), Some(1));
        assert_eq!(pause(broken(), 1), Some(2));
    }

    #[test]
    fn a_used_up_quota_is_no_reason_to_give_up_and_no_permission_nearly_is() {
        let mut limit = Fault::new(FaultKind::Refused, "x");
        limit.code = Some("LimitExceededException".into());
        let minutes = |fault: Fault| pause(&explained(fault), 1).as_secs() / 60;
        assert_eq!(minutes(limit), 2);
        assert_eq!(minutes(Fault::new(FaultKind::Denied, "x")), 10);
        assert_eq!(pause(&Fault::new(FaultKind::TimedOut, "x"), 3).as_secs(), 4);
    }
}
