//! What comes after all was read: as it comes, older lines of other groups before newer ones.

use super::{Run, Stopped, stopped};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::log::TailSource;
use crate::domain::units;
use crate::logs::chunk::Chunk;
use crate::logs::tail::hold::Hold;
use crate::model::message::Message;
use crate::model::tail::{Method, Tail, TailState};
use crate::runtime::clock::Clock;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;

/// With several groups a line waits until the others were asked again; so long at most, which is a little longer than
/// the pause between two looks at a quiet group.
const HELD: Duration = Duration::from_secs(6);
/// And so many bytes are, beside those of one slice.
const MOST: usize = 64 << 20;
/// Messages taken before what they brought is written.
const SLICE: usize = 64;

type Held = Hold<(Arc<Chunk>, usize)>;

/// What a message keeps in memory.
pub(super) fn bytes(message: &Message) -> usize {
    match message {
        Message::Tail(Tail::Chunk(chunk)) => chunk.bytes(),
        _ => 0,
    }
}

async fn until(clock: Clock, due: Option<Duration>) {
    match due {
        Some(due) => tokio::time::sleep(due.saturating_sub(clock.now().mono)).await,
        None => std::future::pending().await,
    }
}

impl Run<'_> {
    pub(super) async fn follow(
        &mut self,
        mut news: UnboundedReceiver<Message>,
    ) -> Result<(), Stopped> {
        self.follows_from_here();
        let sources = self.tailing.sources.len();
        let mut held = Held::of(sources, self.clock.now().mono, HELD, MOST);
        loop {
            let (clock, due) = (self.clock, held.due());
            let message = tokio::select! {
                biased;
                () = stopped(&mut self.stop) => break,
                message = news.recv() => message,
                () = until(clock, due) => None,
            };
            self.take(message, &mut held);
            for _ in 0..SLICE {
                let Ok(message) = news.try_recv() else { break };
                self.take(Some(message), &mut held);
            }
            self.write(&mut held, self.clock.now().mono)?;
            if !self.may_bring_more() {
                return self.write(&mut held, Duration::MAX);
            }
        }
        // What has come is written: nobody asks for it again.
        while let Ok(message) = news.try_recv() {
            self.take(Some(message), &mut held);
        }
        self.write(&mut held, Duration::MAX)
    }

    fn write(&mut self, held: &mut Held, now: Duration) -> Result<(), Stopped> {
        for (chunk, line) in held.release(now) {
            self.put(&chunk, line)?;
        }
        self.decide()?;
        Ok(self.page.flush()?)
    }

    fn take(&mut self, message: Option<Message>, held: &mut Held) {
        let Some(Message::Tail(tail)) = message else {
            return;
        };
        match tail {
            Tail::Chunk(chunk) => {
                self.room.free(chunk.bytes());
                self.brought(&chunk.source);
                let lines = chunk.lines().iter().enumerate();
                let lines = lines.map(|(n, line)| (line.stands_at(), (chunk.clone(), n)));
                let of = self.number(&chunk.source);
                held.push(self.clock.now().mono, of, chunk.bytes(), lines);
            }
            Tail::Round { source, began } => {
                held.asked(self.number(&source), began);
                self.asked(&source, began);
            }
            Tail::State { source, state } => {
                if matches!(state, TailState::Failed { .. }) {
                    held.fails(self.number(&source));
                }
                self.came_back(&source, &state);
                self.state(&source, state);
            }
            Tail::Method { source, method } => self.method(&source, method),
            Tail::Live(_) | Tail::Past(_) => {}
        }
    }

    fn number(&self, source: &TailSource) -> usize {
        let mut sources = self.tailing.sources.iter();
        sources
            .position(|known| known == source)
            .unwrap_or(usize::MAX)
    }

    fn state(&mut self, source: &TailSource, state: TailState) {
        match state {
            TailState::Failed {
                fault,
                next_try: Some(_),
            } if !self.is_awaited(source, &fault) => self.again(&fault),
            TailState::Failed {
                fault,
                next_try: None,
            } => {
                self.page.note(&fault);
                self.failures.push(fault);
            }
            TailState::Behind { by } => {
                self.is_behind(source, by, "more was written than has been read yet");
            }
            TailState::Throttled { by: Some(by) } => {
                self.is_behind(source, by, "AWS asks to go slower");
            }
            TailState::Skipped(gap) => {
                let what = format!("Lines of {} are left out", units::age(gap.span()));
                self.page.note(&Fault::new(FaultKind::Throttled, what));
            }
            _ => {}
        }
    }

    fn method(&mut self, source: &TailSource, method: Method) {
        match method {
            Method::Polling {
                instead: Some(fault),
            } if !self.is_awaited(source, &fault) => self.polls_instead(&fault),
            Method::Live { sampled: true } if self.sampled.insert(source.clone()) => {
                let group = source.group.text();
                let what = format!("Live Tail sends a sample of the lines of {group}");
                let fault = Fault::new(FaultKind::Throttled, what)
                    .means("more than 500 a second come, now or again and again");
                self.page
                    .note(&fault.next("leave out --live-tail to have all of them"));
            }
            _ => {}
        }
    }

    /// A live tail that ends again and again does so for one reason.
    fn polls_instead(&mut self, fault: &Fault) {
        if self.reasons.is_new(fault, self.clock.now().mono) {
            self.page.note(fault);
        }
    }
}
