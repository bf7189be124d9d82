//! The lines of a source from a time on, in their order, as fast as they can be
//! taken: while a page is taken apart the next one is on its way, and no more
//! than a few are read ahead of whoever takes the lines.

use super::quota::Turn;
use super::{Desk, jitter};
use crate::aws::logs::Unread;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::log::{Span, TailSource};
use crate::logs::chunk::Chunk;
use crate::logs::tail::rhythm::Rhythm;
use crate::logs::tail::{Ask, Errand, Follow};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::Sender;
use tokio::task::JoinSet;

/// Tries in a row, beside those that were throttled.
const TRIES: u32 = 8;
/// Others wait so long for a source that gives no page, where they may go on without it.
const AWAITED: Duration = Duration::from_secs(6);

/// What becomes of a source that gives no page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stuck {
    /// All wait for it; in the end it has failed.
    Fails,
    /// The others go on without it, and it is followed from where it was read to.
    IsLeft,
}

/// What the reader of one source brings; `of`: its number.
pub enum Read {
    /// Lines, of so many pages; a page may have none.
    Lines {
        of: usize,
        pages: u32,
        chunks: Vec<Chunk>,
    },
    /// All until now was read: it can be followed from here.
    End {
        of: usize,
        follow: Box<Follow>,
    },
    /// The others are not to wait for it any more; what it has not brought yet comes when it is followed.
    Left {
        of: usize,
        follow: Box<Follow>,
        fault: Fault,
    },
    /// A page did not come, and is asked for again.
    Again {
        of: usize,
        fault: Fault,
    },
    Failed {
        of: usize,
        fault: Fault,
    },
}

pub(super) struct Reader {
    pub(super) desk: Arc<Desk>,
    pub(super) of: usize,
    pub(super) source: Arc<TailSource>,
    pub(super) span: Span,
    pub(super) stuck: Stuck,
    pub(super) to: Sender<Read>,
}

/// What asks for pages.
#[derive(Clone)]
struct Caller {
    desk: Arc<Desk>,
    source: Arc<TailSource>,
    span: Span,
    turn: Arc<Turn>,
}

/// The page that is asked for; dropping it takes the question back.
struct Asked {
    ask: Ask,
    answer: JoinSet<Result<Unread, Fault>>,
}

/// Those in a row that brought no page.
#[derive(Debug, Default)]
struct Tries {
    failed: u32,
    /// When the first of them had failed.
    since: Option<Duration>,
}

impl Tries {
    /// Whether it is tried again after this failure.
    fn go_on(&mut self, fault: &Fault, stuck: Stuck, now: Duration) -> bool {
        self.failed += u32::from(fault.kind != FaultKind::Throttled);
        let since = *self.since.get_or_insert(now);
        match stuck {
            Stuck::Fails => self.failed < TRIES,
            Stuck::IsLeft => now.saturating_sub(since) < AWAITED,
        }
    }
}

/// What a page brought.
struct Brought {
    lines: usize,
    chunks: Vec<Chunk>,
}

impl Reader {
    pub(super) async fn run(self) {
        let mut follow = Follow::new(self.span.start).whole();
        let of = self.of;
        let read = self.round(&mut follow).await;
        let follow = Box::new(follow);
        let last = match (read, self.stuck) {
            (Ok(()), _) => Read::End { of, follow },
            (Err(fault), Stuck::Fails) => Read::Failed { of, fault },
            (Err(fault), Stuck::IsLeft) => Read::Left { of, follow, fault },
        };
        // Whoever does not listen any more needs no end.
        let _ = self.to.send(last).await;
    }

    async fn round(&self, follow: &mut Follow) -> Result<(), Fault> {
        let caller = self.caller();
        let (mut rhythm, mut tries, mut ahead) = (Rhythm::default(), Tries::default(), None);
        let mut pages = 0;
        loop {
            match self.page(follow, &caller, &mut ahead).await {
                Ok(brought) => {
                    tries = Tries::default();
                    rhythm.page(brought.lines, true);
                    pages += 1;
                    if !self.bring(&mut pages, brought.chunks).await || !follow.is_mid_round() {
                        return Ok(());
                    }
                }
                Err(fault) => {
                    let expired = fault.kind == FaultKind::Refused && follow.is_mid_round();
                    let now = self.desk.clock.now().mono;
                    if !(fault.passes() || expired) || !tries.go_on(&fault, self.stuck, now) {
                        return Err(fault);
                    }
                    // A token lives for a day at most; without it, it is another question.
                    if expired && follow.restart(Errand::Fresh) {
                        continue;
                    }
                    let pause = jitter(rhythm.failed(&fault));
                    // Whoever does not listen any more is told with the next page.
                    let _ = self.to.send(Read::Again { of: self.of, fault }).await;
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    fn caller(&self) -> Caller {
        Caller {
            desk: self.desk.clone(),
            source: self.source.clone(),
            span: self.span.clone(),
            turn: self.desk.quotas.of(&self.source),
        }
    }

    /// One page; the next one is asked for before this one is taken apart, and thrown away where it was not the next.
    async fn page(
        &self,
        follow: &mut Follow,
        caller: &Caller,
        ahead: &mut Option<Asked>,
    ) -> Result<Brought, Fault> {
        let now = self.desk.clock.now().wall.as_millisecond();
        let ask = follow.ask(now);
        let ready = ahead.take().filter(|asked| asked.ask == ask);
        let asked = ready.unwrap_or_else(|| caller.clone().asks(ask.clone()));
        let unread = asked.answer().await?;
        let next = unread.likely_next().map(|token| Ask {
            token: Some(token),
            ..ask.clone()
        });
        *ahead = next
            .filter(|next| *next != ask)
            .map(|next| caller.clone().asks(next));
        let source = self.source.clone();
        let taken = std::mem::replace(follow, Follow::new(i64::MAX));
        let (kept, brought) = apart(move || take(taken, &source, ask.errand, unread, now)).await;
        *follow = kept;
        brought
    }

    /// `false` where nobody listens any more.
    async fn bring(&self, pages: &mut u32, chunks: Vec<Chunk>) -> bool {
        let empty = chunks.is_empty();
        let lines = Read::Lines {
            of: self.of,
            pages: *pages,
            chunks,
        };
        // Nobody waits for an empty page: it is counted with the next one.
        if empty && self.to.capacity() == 0 {
            return !self.to.is_closed();
        }
        *pages = 0;
        self.to.send(lines).await.is_ok()
    }
}

/// On a thread of its own: a page takes milliseconds, in which a worker would move no other bytes.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime ends, and this task with it.
            Err(_) => std::future::pending().await,
        },
    }
}

/// What of a page is new, sealed.
fn take(
    mut follow: Follow,
    source: &Arc<TailSource>,
    errand: Errand,
    unread: Unread,
    now: i64,
) -> (Follow, Result<Brought, Fault>) {
    let brought = unread.read().map(|page| {
        let fresh = follow.take(errand, page, now).fresh;
        Brought {
            lines: fresh.len(),
            chunks: Chunk::seal(source, &fresh),
        }
    });
    (follow, brought)
}

impl Caller {
    fn asks(self, ask: Ask) -> Asked {
        let (mut answer, token) = (JoinSet::new(), ask.token.clone());
        answer.spawn(self.call(ask.start, token));
        Asked { ask, answer }
    }

    async fn call(self, start: i64, token: Option<String>) -> Result<Unread, Fault> {
        self.turn.pass().await;
        let span = Span { start, ..self.span };
        let page = self.desk.aws.log_page(&self.source, &span, token).await;
        if let Err(fault) = &page
            && fault.kind == FaultKind::Throttled
        {
            self.turn.slow_down();
        }
        page
    }
}

impl Asked {
    async fn answer(mut self) -> Result<Unread, Fault> {
        match self.answer.join_next().await {
            Some(Ok(answer)) => answer,
            Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // It was never taken back while it is waited for.
            _ => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_be_left_is_awaited_for_seconds_and_anybody_else_for_a_number_of_tries() {
        let [cut, slower] =
            [FaultKind::Unreachable, FaultKind::Throttled].map(|k| Fault::new(k, "x"));
        let at = Duration::from_secs;
        let mut tries = Tries::default();
        let mut waits = |fault, seconds| tries.go_on(fault, Stuck::Fails, at(seconds));
        assert!((0..7).all(|second| waits(&cut, second)));
        assert!((7..600).all(|second| waits(&slower, second)));
        assert!(!waits(&cut, 600));
        let mut tries = Tries::default();
        let mut waits = |fault, seconds| tries.go_on(fault, Stuck::IsLeft, at(seconds));
        assert!((10..16).all(|second| waits(&cut, second)));
        assert!(!waits(&slower, 16));
    }
}
