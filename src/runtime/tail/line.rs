//! One source: polled, or fed by a Live Tail, into sealed chunks.

mod joint;

use super::quota::Turn;
use super::told::Told;
use super::{Desk, jitter, millis};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::log::{LogPage, RawEvent, Span, TailSource};
use crate::logs::chunk::Chunk;
use crate::logs::tail::lag::Lag;
use crate::logs::tail::newest::Newest;
use crate::logs::tail::rhythm::{self, Rhythm};
use crate::logs::tail::{Ask, Errand, Follow, Gap};
use crate::model::message::Message;
use crate::model::tail::{Tail, TailState};
use futures_util::FutureExt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// A line that was ingested just before a Live Tail began may show this much later.
const SEAM: Duration = Duration::from_secs(5);
/// Rounds that are read where a session joins what was polled: at once, and once more.
const ROUNDS: u32 = 2;
/// A call that takes longer is a delay to tell of, again and again.
const PATIENCE: Duration = Duration::from_secs(3);

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
    newest: Newest,
    lag: Lag,
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
    /// It was, and nothing was polled since.
    lossy: bool,
    /// When the round that is being read began.
    round: Duration,
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
            newest: Newest::default(),
            lag: Lag::default(),
            reading: Reading::Polls,
            began: false,
            held: Vec::new(),
            ahead: false,
            sweeps: 0,
            sampled: None,
            lossy: false,
            round: Duration::ZERO,
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
        let turn = self.turn.clone();
        self.watching(turn.pass()).await;
        let ask = self.ask();
        let span = Span {
            start: ask.start,
            end: ask.end,
            pattern: self.pattern.clone(),
        };
        let (desk, source) = (self.desk.clone(), self.source.clone());
        let page = desk.aws.filter_log_events(&source, &span, ask.token);
        match self.watching(page).await {
            Ok(page) => self.took(ask.errand, page),
            Err(fault) => self.failed(ask.errand, fault),
        }
    }

    /// Says how the delay grows while a call waits for its turn, or for its answer.
    async fn watching<T>(&mut self, call: impl Future<Output = T>) -> T {
        tokio::pin!(call);
        loop {
            tokio::select! {
                biased;
                done = &mut call => return done,
                () = tokio::time::sleep(PATIENCE) => self.drags(),
            }
        }
    }

    /// Of what was written since it was asked last nothing is known; what a Live Tail brings waits as well.
    fn drags(&mut self) {
        let now = self.now();
        if let Some(read_to) = self.follow.read_to(now) {
            self.told.drags(millis(now - read_to));
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
        if !self.follow.is_mid_round() {
            self.round = self.desk.clock.now().mono;
        }
        self.follow.ask(now)
    }

    fn took(&mut self, errand: Errand, page: LogPage) -> Duration {
        let now = self.now();
        let taken = self.follow.take(errand, page, now);
        let ingested = self.newest.add(&taken.fresh);
        let mut sealed = Chunk::seal(&self.source, &taken.fresh);
        let last = sealed.pop();
        self.show(sealed);
        // Just before the newest lines, which take their time: so that one frame has both.
        if errand == Errand::Fresh {
            self.lags(ingested, now);
            self.stands(now);
        }
        self.show(last);
        if let Some(gap) = taken.skipped {
            self.skips(gap);
        }
        if let Some((from, to)) = taken.whole
            && std::mem::take(&mut self.lossy)
        {
            self.told.once(TailState::Whole { from, to });
        }
        match errand {
            Errand::Sweep => Duration::ZERO,
            Errand::Fresh => {
                if !self.follow.is_mid_round() {
                    self.read_to_the_end(self.round);
                }
                let ended = !self.follow.is_mid_round();
                self.sweeps += 1 + u32::from(ended);
                let pause = self.rhythm.page(taken.fresh.len(), !ended);
                self.after_a_page(pause)
            }
        }
    }

    /// What is left of a pause, where late lines are looked for in it.
    fn searching(&mut self, pause: Duration) -> Duration {
        if !self.follow.is_sweeping() {
            return pause;
        }
        let (pages, pause) = rhythm::searching(pause);
        self.sweeps += pages;
        pause
    }

    /// Whoever writes lines once, in the order of time, waits for the slowest source.
    fn read_to_the_end(&self, began: Duration) {
        if self.desk.room.is_some() {
            let source = (*self.source).clone();
            (self.desk.send)(Message::Tail(Tail::Round { source, began }));
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
            _ => self.searching(pause),
        }
    }

    fn show(&self, sealed: impl IntoIterator<Item = Chunk>) {
        for chunk in sealed {
            (self.desk.send)(Message::Tail(Tail::Chunk(Arc::new(chunk))));
        }
    }

    /// `ingested`: of the newest lines, where some of them have just come.
    fn lags(&mut self, ingested: Option<i64>, now: i64) {
        if let Some(ingested) = ingested {
            self.lag.came(ingested, now);
        }
        if !self.follow.is_mid_round() {
            self.lag.catch_up();
        }
    }

    /// Says how it stands.
    fn stands(&mut self, now: i64) {
        let by = millis(self.follow.behind(now));
        let slowed = self.turn.is_slowed() && self.reading != Reading::Rests;
        self.told.state(match (slowed, self.follow.is_mid_round()) {
            (true, _) => TailState::Throttled { by: Some(by) },
            (_, true) => TailState::Behind { by },
            _ => TailState::Following {
                lag: self.lag.at(now).map(millis),
            },
        });
    }

    fn failed(&mut self, errand: Errand, fault: Fault) -> Duration {
        // The newest lines do not wait for more of what fails.
        if errand == Errand::Sweep {
            self.sweeps = 0;
        }
        // A token lives for a day at most; without it, it is another question.
        if !fault.passes() && self.follow.restart(errand) && fault.kind == FaultKind::Refused {
            return Duration::ZERO;
        }
        self.go_ahead();
        let pause = jitter(self.rhythm.failed(&fault));
        if fault.kind == FaultKind::Throttled {
            self.turn.slow_down();
            let now = self.now();
            let by = self.follow.read_to(now).map(|at| millis(now - at));
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
        if let Some(gap) = self.follow.go_to(self.now()) {
            self.skips(gap);
        }
    }

    fn skips(&mut self, gap: Gap) {
        self.lag.jump();
        self.told.once(TailState::Skipped(gap));
    }
}
