//! A session of Live Tail: opened again when it ends, and without a group for whose sake it is refused.

use super::Desk;
use super::ledger::{Bill, Ledger};
use super::line::Feed;
use super::live::{Seat, ask, missing};
use crate::aws::logs::live::{LiveNews, LiveStream, LiveUpdate};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{Arn, LogGroup};
use crate::domain::log::RawEvent;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// A session that lasted less did nothing but cost: each is billed a minute, and five a second may begin
/// (aws-facts.md §4.3).
const LASTED: Duration = Duration::from_mins(1);

/// One session, of up to ten groups.
pub(super) struct Session {
    pub(super) desk: Arc<Desk>,
    pub(super) pattern: Option<Arc<str>>,
    /// With what a session calls the group of each.
    pub(super) seats: Vec<(Seat, Arn)>,
    pub(super) ledger: Arc<Ledger>,
}

/// How a session ended.
#[derive(Clone, Debug, PartialEq)]
enum End {
    /// AWS says that its time is over.
    Over,
    /// AWS did not open it.
    Refused(Fault),
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
            End::Refused(fault) | End::Broken(fault) => fault,
        };
        let pause = pause(&fault, self.0);
        Some((fault, pause))
    }
}

impl Session {
    /// Opens it again whenever it ends; `refused`: why AWS would not open it a moment ago.
    pub(super) fn run(self, refused: Option<Fault>) -> BoxFuture<'static, ()> {
        let seats = self.seats.iter().map(|(seat, _)| seat.clone()).collect();
        watched(seats, self.goes_on(refused)).boxed()
    }

    async fn goes_on(mut self, refused: Option<Fault>) {
        let (mut ends, mut apart) = (Ends::default(), JoinSet::new());
        if let Some(fault) = refused {
            self.rest(&mut ends, End::Refused(fault), Duration::ZERO)
                .await;
        }
        loop {
            if let Some(room) = &self.desk.room {
                room.wait().await;
            }
            let began = self.desk.clock.now().mono;
            let end = self.open().await;
            let lasted = self.desk.clock.now().mono.saturating_sub(began);
            let is_smaller = match &end {
                End::Refused(fault) => self.part(fault, &mut apart).await,
                _ => false,
            };
            if !is_smaller {
                self.rest(&mut ends, end, lasted).await;
            }
        }
    }

    /// Polled until it is tried again.
    async fn rest(&self, ends: &mut Ends, end: End, lasted: Duration) {
        if let Some((fault, pause)) = ends.trouble(end, lasted) {
            self.tell(|| Feed::Down(Some(fault.clone())));
            tokio::time::sleep(pause).await;
        }
    }

    /// AWS refuses ten groups for the sake of one: that one is tried alone later. Answers whether some are left that
    /// were not refused.
    async fn part(&mut self, fault: &Fault, apart: &mut JoinSet<()>) -> bool {
        let odd = self.odd(fault).await;
        if odd.is_empty() || odd.len() == self.seats.len() {
            return false;
        }
        for (place, fault) in odd.into_iter().rev() {
            let alone = Self {
                desk: self.desk.clone(),
                pattern: self.pattern.clone(),
                seats: vec![self.seats.remove(place)],
                ledger: self.ledger.clone(),
            };
            apart.spawn(alone.run(Some(fault)));
        }
        true
    }

    /// The places of those seats for whose groups it was refused, in their order: the one that AWS names, else those that
    /// are not there any more.
    async fn odd(&self, fault: &Fault) -> Vec<(usize, Fault)> {
        let of_groups = matches!(
            fault.kind,
            FaultKind::Denied | FaultKind::Refused | FaultKind::Missing
        );
        if !of_groups || self.seats.len() < 2 {
            return Vec::new();
        }
        let said = format!("{} {}", fault.what, fault.means);
        let seats = || self.seats.iter().map(|(seat, _)| seat).enumerate();
        let named = seats().find(|(_, seat)| names(&said, seat.source.group.as_str()));
        if let Some((place, _)) = named {
            return vec![(place, fault.clone())];
        }
        let mut odd = Vec::new();
        for (place, seat) in seats() {
            if let Ok(None) = self.desk.aws.log_group(&seat.source).await {
                odd.push((place, missing(&seat.source.group)));
            }
        }
        odd
    }

    async fn open(&self) -> End {
        let ask = ask(&self.seats, self.pattern.as_deref());
        match self.desk.aws.live_tail(&ask).await {
            Ok(stream) => self.hear(stream).await,
            Err(fault) => End::Refused(explained(fault)),
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
        for (seat, _) in &self.seats {
            seat.send(feed());
        }
    }

    /// Each seat gets the lines of its group; a sample is one of all groups together.
    fn pass_on(&self, update: LiveUpdate) {
        let mut by_group: BTreeMap<LogGroup, Vec<RawEvent>> = BTreeMap::new();
        for (group, event) in update.events {
            by_group.entry(group).or_default().push(event);
        }
        for (seat, _) in &self.seats {
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

/// Whether the group is named there, and not only one whose name begins so.
fn names(said: &str, group: &str) -> bool {
    let of_name = |c: char| c.is_ascii_alphanumeric() || "-_/.#".contains(c);
    said.match_indices(group).any(|(at, _)| {
        let before = said[..at].chars().next_back();
        let after = said[at + group.len()..].chars().next();
        !before.is_some_and(of_name) && !after.is_some_and(of_name)
    })
}

/// A bug ends the sessions, not the lines: these are polled, and it is told.
pub(super) async fn watched(seats: Vec<Seat>, sessions: impl Future<Output = ()>) {
    if AssertUnwindSafe(sessions).catch_unwind().await.is_ok() {
        return;
    }
    let fault = Fault::new(FaultKind::Internal, "Live Tail stopped on a bug of ours")
        .means("the lines come by polling")
        .next("v twice opens it again");
    for seat in seats {
        seat.send(Feed::Down(Some(fault.clone())));
    }
}

#[cfg(test)]
mod tests {
    use super::super::valve::Valve;
    use super::*;
    use crate::domain::log::TailSource;

    #[test]
    fn a_bug_in_a_session_is_told_and_its_groups_are_polled() {
        let (feed, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let source = TailSource {
            region: None,
            group: "g".into(),
            stream_prefix: None,
        };
        let seat = Seat {
            source: Arc::new(source),
            feed,
            valve: Valve::default(),
        };
        let bug = async { panic!("a bug") };
        watched(vec![seat], bug).now_or_never().expect("it is over");
        let Ok(Feed::Down(Some(fault))) = heard.try_recv() else {
            panic!("nothing is told")
        };
        assert_eq!(fault.kind, FaultKind::Internal);
    }

    #[test]
    fn a_group_is_named_by_its_whole_name() {
        let said =
            "not authorized on resource: arn:aws:logs:eu-west-1:1:log-group:/ecs/api because";
        assert!(names(said, "/ecs/api"));
        assert!(names("/ecs/api:*", "/ecs/api"));
        assert!(!names(said, "/ecs/ap") && !names(said, "api") && !names(said, "/ecs/web"));
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
