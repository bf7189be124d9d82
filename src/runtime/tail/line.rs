//! One source: polled, or fed by a Live Tail, into sealed chunks.

use super::quota::Turn;
use super::told::Told;
use super::{Desk, jitter, millis};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::log::{LogPage, RawEvent, Span, TailSource};
use crate::logs::chunk::Chunk;
use crate::logs::tail::rhythm::Rhythm;
use crate::logs::tail::{Ask, Errand, Follow};
use crate::model::message::Message;
use crate::model::tail::{Method, Tail, TailState};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// A line that was ingested just before a Live Tail began may show this much later.
const SEAM: Duration = Duration::from_secs(5);
/// Rounds that are read where a session joins what was polled: at once, and once more.
const ROUNDS: u32 = 2;
/// Lines of a session that wait for what is polled before them, at most: ten seconds of as many as AWS sends.
const HELD: usize = 5_000;
/// A Live Tail is called sampled for so long after an update that was.
const SAMPLED: Duration = Duration::from_secs(10);

/// What a Live Tail has for a source.
#[derive(Debug)]
pub(super) enum Feed {
    /// A session has begun.
    Up,
    Events(Vec<RawEvent>, bool),
    /// It is polled again, and why.
    Down(Option<Fault>),
}

/// How it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Polls,
    /// A session has begun: rounds still to be read where it joins what was polled.
    Joins(u32),
    /// The session brings everything.
    Rests,
}

pub(super) struct Line {
    desk: Arc<Desk>,
    source: Arc<TailSource>,
    pattern: Option<Arc<str>>,
    turn: Arc<Turn>,
    jump: watch::Receiver<u64>,
    feed: mpsc::UnboundedReceiver<Feed>,
    follow: Follow,
    rhythm: Rhythm,
    told: Told,
    reading: Reading,
    /// A session began in the middle of a round.
    began: bool,
    /// What it brought before the round was read to its end.
    held: Vec<RawEvent>,
    /// What it brings does not wait for the round any more.
    ahead: bool,
    /// Pages of the sweep that are free before the next round.
    sweeps: u32,
    sampled: Option<Duration>,
}

/// What a line is made of.
pub(super) struct Parts {
    pub(super) source: Arc<TailSource>,
    pub(super) pattern: Option<Arc<str>>,
    pub(super) jump: watch::Receiver<u64>,
    pub(super) feed: mpsc::UnboundedReceiver<Feed>,
    pub(super) follow: Follow,
}

impl Line {
    pub(super) fn new(desk: Arc<Desk>, parts: Parts) -> Self {
        Self {
            turn: desk.quotas.of(&parts.source),
            told: Told::new(parts.source.clone(), desk.send.clone()),
            desk,
            source: parts.source,
            pattern: parts.pattern,
            jump: parts.jump,
            feed: parts.feed,
            follow: parts.follow,
            rhythm: Rhythm::default(),
            reading: Reading::Polls,
            began: false,
            held: Vec::new(),
            ahead: false,
            sweeps: 0,
            sampled: None,
        }
    }

    /// A bug in one line ends that line alone, and is told.
    pub(super) async fn watched(self) {
        let told = Told::new(self.source.clone(), self.desk.send.clone());
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
            told.once(TailState::Failed {
                fault,
                next_try: None,
            });
        }
    }

    async fn follow(mut self) {
        self.told.state(TailState::Starting);
        loop {
            let pause = match self.reading {
                Reading::Rests => None,
                _ => Some(self.poll().await),
            };
            self.wait(pause).await;
        }
    }

    fn now(&self) -> i64 {
        self.desk.clock.now().wall.as_millisecond()
    }

    /// One page; answers with the pause after it.
    async fn poll(&mut self) -> Duration {
        if let Some(room) = &self.desk.room {
            room.wait().await;
        }
        self.turn.pass().await;
        let ask = self.ask();
        let span = Span {
            start: ask.start,
            end: ask.end,
            pattern: self.pattern.clone(),
        };
        let page = self
            .desk
            .aws
            .filter_log_events(&self.source, &span, ask.token);
        match page.await {
            Ok(page) => self.took(ask.errand, page),
            Err(fault) => self.failed(ask.errand, fault),
        }
    }

    /// Of the newest lines; between two rounds also of those that came late.
    fn ask(&mut self) -> Ask {
        let now = self.now();
        if self.sweeps > 0 && !self.follow.is_mid_round() {
            self.sweeps -= 1;
            if let Some(ask) = self.follow.sweep(now) {
                return ask;
            }
            self.sweeps = 0;
        }
        self.follow.ask(now)
    }

    fn took(&mut self, errand: Errand, page: LogPage) -> Duration {
        let now = self.now();
        let taken = self.follow.take(errand, page, now);
        self.show(&taken.fresh);
        if let Some(span) = taken.skipped {
            self.told.once(TailState::Skipped { span: millis(span) });
        }
        let ingested = taken.fresh.iter().map(|event| event.ingested).max();
        match errand {
            Errand::Sweep => Duration::ZERO,
            Errand::Fresh => {
                self.stands(ingested, now);
                self.sweeps += 1 + u32::from(!self.follow.is_mid_round());
                let pause = self
                    .rhythm
                    .page(taken.fresh.len(), self.follow.is_mid_round());
                self.after_a_page(pause)
            }
        }
    }

    /// Where a session has begun, a round that was read to its end joins what it brings to what was polled.
    fn after_a_page(&mut self, pause: Duration) -> Duration {
        if self.follow.is_mid_round() {
            return pause;
        }
        if std::mem::take(&mut self.began) {
            self.follow.begin_live();
            self.reading = Reading::Joins(ROUNDS);
            return Duration::ZERO;
        }
        match self.reading {
            Reading::Joins(rounds) => {
                let held = std::mem::take(&mut self.held);
                self.live(held);
                let left = rounds - 1;
                self.ahead = false;
                self.reading = if left == 0 {
                    Reading::Rests
                } else {
                    Reading::Joins(left)
                };
                SEAM
            }
            _ => pause,
        }
    }

    fn show(&self, fresh: &[RawEvent]) {
        for chunk in Chunk::seal(&self.source, fresh) {
            (self.desk.send)(Message::Tail(Tail::Chunk(Arc::new(chunk))));
        }
    }

    /// Says how it stands; `ingested`: of the newest line that has just come.
    fn stands(&mut self, ingested: Option<i64>, now: i64) {
        let lag = ingested.map_or(self.told.lag, |at| millis(now - at));
        let by = millis(self.follow.newest().map_or(0, |at| now - at));
        let behind = self.follow.is_mid_round();
        let state = match (self.turn.is_slowed(), behind) {
            (true, _) if self.reading != Reading::Rests => TailState::Throttled {
                by: Some(if behind { by } else { lag }),
            },
            (_, true) => TailState::Behind { by },
            _ => TailState::Following { lag },
        };
        self.told.state(state);
    }

    fn failed(&mut self, errand: Errand, fault: Fault) -> Duration {
        if !fault.passes() {
            self.follow.restart(errand); // a token lives for a day at most
        }
        self.go_ahead();
        let pause = jitter(self.rhythm.failed(&fault));
        if fault.kind == FaultKind::Throttled {
            self.turn.slow_down();
            let by = self.follow.newest().map(|at| millis(self.now() - at));
            self.told.state(TailState::Throttled { by });
            return pause;
        }
        let next_try = Some(self.desk.clock.now().mono + pause);
        self.told.state(TailState::Failed { fault, next_try });
        pause
    }

    /// Takes what a Live Tail brings, and orders, until the pause is over; without one until it is polled again.
    async fn wait(&mut self, pause: Option<Duration>) {
        let over = async {
            match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(over);
        loop {
            tokio::select! {
                biased;
                Some(feed) = self.feed.recv() => if self.fed(feed) { return },
                Ok(()) = self.jump.changed() => {
                    self.go_to_now();
                    return;
                }
                () = &mut over => return,
            }
        }
    }

    fn go_to_now(&mut self) {
        if let Some(span) = self.follow.go_to(self.now()) {
            self.told.once(TailState::Skipped { span: millis(span) });
        }
    }

    /// Answers whether it is to be polled at once.
    fn fed(&mut self, feed: Feed) -> bool {
        match feed {
            Feed::Up => {
                self.up();
                true
            }
            Feed::Events(events, sampled) => {
                self.sampling(sampled);
                self.brought(events);
                false
            }
            Feed::Down(why) => {
                self.down(why);
                true
            }
        }
    }

    /// Where it is polled, the round is read to its end first; where a session was renewed, there is none.
    fn up(&mut self) {
        self.told.method(Method::Live { sampled: false });
        self.follow.expect_live();
        if self.reading == Reading::Rests {
            self.follow.begin_live();
            self.reading = Reading::Joins(ROUNDS);
        } else {
            self.began = true;
        }
    }

    fn brought(&mut self, events: Vec<RawEvent>) {
        if self.ahead || self.is_joined() {
            return self.live(events);
        }
        self.held.extend(events);
        if self.held.len() > HELD {
            self.go_ahead();
        }
    }

    /// Shows what a session brings though what was polled does not reach it yet: that comes late, and is marked so.
    fn go_ahead(&mut self) {
        let waits = self.began || self.reading == Reading::Joins(ROUNDS);
        if waits && !self.ahead {
            self.ahead = true;
            self.follow.go_ahead();
            let held = std::mem::take(&mut self.held);
            self.live(held);
        }
    }

    /// Whether what it brings joins what was polled already.
    fn is_joined(&self) -> bool {
        let joined = match self.reading {
            Reading::Polls => false,
            Reading::Joins(rounds) => rounds < ROUNDS,
            Reading::Rests => true,
        };
        joined && !self.began
    }

    fn down(&mut self, why: Option<Fault>) {
        let held = std::mem::take(&mut self.held);
        if self.reading != Reading::Polls {
            self.live(held);
            self.follow.end_live();
        }
        self.began = false;
        self.ahead = false;
        self.reading = Reading::Polls;
        self.told.method(Method::Polling { instead: why });
    }

    fn live(&mut self, events: Vec<RawEvent>) {
        let now = self.now();
        let fresh = self.follow.live(events, now);
        self.show(&fresh);
        let ingested = fresh.iter().map(|event| event.ingested).max();
        if ingested.is_some() && !self.follow.is_mid_round() {
            self.stands(ingested, now);
        }
    }

    fn sampling(&mut self, sampled: bool) {
        let now = self.desk.clock.now().mono;
        if sampled {
            self.sampled = Some(now);
        }
        let sampled = self.sampled.is_some_and(|at| now < at + SAMPLED);
        self.told.method(Method::Live { sampled });
    }
}
