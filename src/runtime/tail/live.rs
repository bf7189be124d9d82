//! Live Tail: which groups share a session, and why a group is polled instead.

use super::Desk;
use super::ledger::Ledger;
use super::line::Feed;
use super::session::{Session, watched};
use super::valve::Valve;
use crate::aws::logs::live::{GROUPS, LiveAsk, SESSIONS};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{Arn, LogGroup};
use crate::domain::log::TailSource;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;

/// Between two looks for groups that are not there yet; until they have a session they are polled.
const ABSENT: Duration = Duration::from_secs(10);

/// Where the lines of a source go.
#[derive(Clone, Debug)]
pub(super) struct Seat {
    pub(super) source: Arc<TailSource>,
    pub(super) feed: UnboundedSender<Feed>,
    /// Closed with the sessions that it belongs to.
    pub(super) valve: Valve,
}

impl Seat {
    pub(super) fn send(&self, feed: Feed) {
        // Whoever is gone needs nothing.
        self.valve.pass(|| drop(self.feed.send(feed)));
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
        let seats = self.seats.clone();
        watched(seats, self.sessions()).await;
    }

    async fn sessions(self) {
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
                pattern: self.pattern.clone(),
                seats,
                ledger: ledger.clone(),
            };
            sessions.spawn(session.run(None));
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

pub(super) fn ask(seats: &[(Seat, Arn)], pattern: Option<&str>) -> LiveAsk {
    let first = seats.first().map(|(seat, _)| seat.source.clone());
    LiveAsk {
        region: first.as_ref().and_then(|source| source.region.clone()),
        groups: seats.iter().map(|(_, arn)| arn.clone()).collect(),
        stream_prefix: first.and_then(|source| source.stream_prefix.clone()),
        pattern: pattern.map(str::to_owned),
    }
}

fn infrequent(group: &LogGroup) -> Fault {
    let what = format!("{} is of the infrequent-access class", group.text());
    Fault::new(FaultKind::Refused, what)
        .means("AWS has no Live Tail for it, so it is polled")
        .next("nothing is missing; it only comes some seconds later")
}

pub(super) fn missing(group: &LogGroup) -> Fault {
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
        let valve = Valve::default();
        (
            Seat {
                source,
                feed,
                valve,
            },
            group.into(),
        )
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
}
