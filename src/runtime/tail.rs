//! The tail: one task a log group, each with one call in flight, polling into
//! sealed chunks. Stops when it is replaced or dropped.

use super::clock::Clock;
use crate::aws::Aws;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::log::{LogPage, TailSource, Window};
use crate::logs::chunk::Chunk;
use crate::logs::tail::Follow;
use crate::model::message::Message;
use crate::model::tail::{Tail, TailMethod, TailStart, TailState, Tailing};
use futures_util::FutureExt;
use std::hash::{BuildHasher, RandomState};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// Between the end of one round and the next.
const INTERVAL: Duration = Duration::from_secs(2);
/// The longest pause between two tries.
const LONGEST: Duration = Duration::from_mins(1);

/// Takes what the tail has to tell; must not block.
pub type Sink = Arc<dyn Fn(Message) + Send + Sync>;

/// The running tail; dropping it ends every poll.
#[derive(Debug, Default)]
pub struct Tailer {
    tasks: JoinSet<()>,
}

impl Tailer {
    /// Tails these sources. Each first says `TailState::Starting`: what came before that belongs to an older tail.
    pub fn start(
        runtime: &Handle,
        aws: &Aws,
        tailing: &Tailing,
        clock: Clock,
        send: &Sink,
    ) -> Self {
        let mut tasks = JoinSet::new();
        for source in tailing.sources.iter().cloned() {
            let line = Line {
                aws: aws.clone(),
                source: Arc::new(source),
                start: tailing.start,
                clock,
                send: send.clone(),
            };
            tasks.spawn_on(line.watched(), runtime);
        }
        Self { tasks }
    }

    /// How many sources are being tailed.
    pub fn sources(&self) -> usize {
        self.tasks.len()
    }

    /// Reads the same sources another way.
    pub fn read_by(&mut self, _method: TailMethod) {}

    /// Leaves out what lies between the newest line and now.
    pub fn go_to_now(&self) {}

    /// Reads older lines.
    pub fn read_past(&mut self, _window: Window) {}
}

/// One source.
struct Line {
    aws: Aws,
    source: Arc<TailSource>,
    start: TailStart,
    clock: Clock,
    send: Sink,
}

impl Line {
    /// A bug in one line ends that line alone, and is told.
    async fn watched(self) {
        let (source, send) = (self.source.clone(), self.send.clone());
        if AssertUnwindSafe(self.follow())
            .catch_unwind()
            .await
            .is_err()
        {
            let fault = Fault::new(
                FaultKind::Internal,
                "The log tail of this group stopped on a bug of ours",
            )
            .means("its lines no longer come")
            .next("choose the group again with :logs");
            let state = TailState::Failed {
                fault,
                next_try: None,
            };
            send(Message::Tail(Tail::State {
                source: (*source).clone(),
                state,
            }));
        }
    }

    async fn follow(self) {
        self.say(TailState::Starting);
        let mut follow = Follow::new(self.first());
        let mut rhythm = Rhythm::default();
        let mut told = Told::default();
        loop {
            let ask = follow.ask(self.now());
            let pause = match self
                .aws
                .filter_log_events(&self.source, ask.start, ask.token)
                .await
            {
                Ok(page) => self.took(page, &mut follow, &mut rhythm, &mut told),
                Err(fault) => self.failed(fault, &mut follow, &mut rhythm, &mut told),
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// From when on, in milliseconds since 1970.
    fn first(&self) -> i64 {
        match self.start {
            TailStart::Ago(span) => {
                self.now() - i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
            }
            TailStart::At(at) => at,
        }
    }

    fn now(&self) -> i64 {
        self.clock.now().wall.as_millisecond()
    }

    fn say(&self, state: TailState) {
        (self.send)(Message::Tail(Tail::State {
            source: (*self.source).clone(),
            state,
        }));
    }

    fn took(
        &self,
        page: LogPage,
        follow: &mut Follow,
        rhythm: &mut Rhythm,
        told: &mut Told,
    ) -> Duration {
        let now = self.now();
        let taken = follow.take(page, now);
        for chunk in Chunk::seal(&self.source, &taken.fresh) {
            (self.send)(Message::Tail(Tail::Chunk(Arc::new(chunk))));
        }
        if let Some(span) = taken.skipped {
            self.say(TailState::Skipped { span: millis(span) });
        }
        let ingested = taken.fresh.iter().map(|event| event.ingested).max();
        let state = if follow.is_mid_round() {
            TailState::Behind {
                by: millis(follow.newest().map_or(0, |at| now - at)),
            }
        } else {
            TailState::Following {
                lag: ingested.map_or(told.lag, |at| millis(now - at)),
            }
        };
        told.tell(state, |state| self.say(state));
        rhythm.fine(follow.is_mid_round())
    }

    fn failed(
        &self,
        fault: Fault,
        follow: &mut Follow,
        rhythm: &mut Rhythm,
        told: &mut Told,
    ) -> Duration {
        if !fault.passes() && follow.is_mid_round() {
            follow.restart(); // a token lives for a day at most
        }
        let pause = jitter(rhythm.failed(&fault));
        let next_try = Some(self.clock.now().mono + pause);
        told.tell(TailState::Failed { fault, next_try }, |state| {
            self.say(state);
        });
        pause
    }
}

fn millis(n: i64) -> Duration {
    Duration::from_millis(n.max(0).unsigned_abs())
}

/// What was said last, so that a quiet group is quiet.
#[derive(Debug, Default)]
struct Told {
    state: Option<TailState>,
    /// Of the newest lines; where none come it stays.
    lag: Duration,
}

impl Told {
    fn tell(&mut self, state: TailState, say: impl FnOnce(TailState)) {
        if let TailState::Following { lag } = state {
            self.lag = lag;
        }
        if self.state.as_ref() != Some(&state) {
            self.state = Some(state.clone());
            say(state);
        }
    }
}

/// When to ask again.
#[derive(Debug, Default)]
struct Rhythm {
    failures: u32,
}

impl Rhythm {
    /// After an answer: at once while pages follow.
    fn fine(&mut self, more: bool) -> Duration {
        self.failures = 0;
        if more { Duration::ZERO } else { INTERVAL }
    }

    /// After a failure: twice as long each time; what needs a person is looked at once a minute.
    fn failed(&mut self, fault: &Fault) -> Duration {
        self.failures += 1;
        let doubled = INTERVAL
            .saturating_mul(1 << self.failures.min(6))
            .min(LONGEST);
        match fault.kind {
            FaultKind::Denied | FaultKind::Refused => LONGEST,
            // A group is made by its first line; credentials are renewed in the background.
            FaultKind::Missing | FaultKind::Credentials => Duration::from_secs(10),
            _ => doubled,
        }
    }
}

/// Between three quarters and five quarters of `pause`, so that many lines do not come back at once.
fn jitter(pause: Duration) -> Duration {
    let random = RandomState::new().hash_one(0) % 512;
    pause * 3 / 4 + pause * random as u32 / 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(kind: FaultKind) -> Fault {
        Fault::new(kind, "x")
    }

    #[test]
    fn pages_are_followed_at_once_and_rounds_keep_the_interval() {
        let mut rhythm = Rhythm::default();
        assert_eq!(
            [rhythm.fine(true), rhythm.fine(false)],
            [Duration::ZERO, INTERVAL]
        );
    }

    #[test]
    fn throttling_backs_off_and_an_answer_ends_it() {
        let mut rhythm = Rhythm::default();
        let pauses: Vec<u64> = (0..7)
            .map(|_| rhythm.failed(&fault(FaultKind::Throttled)).as_secs())
            .collect();
        assert_eq!(pauses, [4, 8, 16, 32, 60, 60, 60]);
        rhythm.fine(false);
        assert_eq!(rhythm.failed(&fault(FaultKind::Throttled)).as_secs(), 4);
    }

    #[test]
    fn what_a_person_must_mend_is_tried_once_a_minute() {
        assert_eq!(Rhythm::default().failed(&fault(FaultKind::Denied)), LONGEST);
        assert_eq!(
            Rhythm::default()
                .failed(&fault(FaultKind::Missing))
                .as_secs(),
            10
        );
    }

    #[test]
    fn jitter_stays_within_a_quarter() {
        let pause = Duration::from_secs(8);
        assert!(
            (0..100)
                .map(|_| jitter(pause))
                .all(|p| (Duration::from_secs(6)..Duration::from_secs(10)).contains(&p))
        );
    }

    #[test]
    fn a_state_is_said_once() {
        let mut told = Told::default();
        let mut times = 0;
        for _ in 0..3 {
            told.tell(
                TailState::Following {
                    lag: Duration::ZERO,
                },
                |_| times += 1,
            );
        }
        told.tell(TailState::Starting, |_| times += 1);
        assert_eq!(times, 2);
    }
}
