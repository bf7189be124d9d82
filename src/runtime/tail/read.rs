//! The lines of a source from a time on, in their order, as fast as they can be
//! taken: no more than a few pages are read ahead.

use super::quota::Turn;
use super::{Desk, jitter};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::log::{RawEvent, Span, TailSource};
use crate::logs::chunk::Chunk;
use crate::logs::tail::rhythm::Rhythm;
use crate::logs::tail::{Errand, Follow};
use std::sync::Arc;
use tokio::sync::mpsc::Sender;

/// Tries in a row, beside those that were throttled.
const TRIES: u32 = 8;

/// What the reader of one source brings; `of`: its number.
pub enum Read {
    Lines {
        of: usize,
        chunks: Vec<Chunk>,
    },
    /// All until now was read: it can be followed from here.
    End {
        of: usize,
        follow: Box<Follow>,
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
    pub(super) to: Sender<Read>,
}

impl Reader {
    pub(super) async fn run(self) {
        let mut follow = Follow::new(self.span.start).whole();
        let of = self.of;
        let last = match self.round(&mut follow).await {
            Ok(()) => Read::End {
                of,
                follow: Box::new(follow),
            },
            Err(fault) => Read::Failed { of, fault },
        };
        // Whoever does not listen any more needs no end.
        let _ = self.to.send(last).await;
    }

    async fn round(&self, follow: &mut Follow) -> Result<(), Fault> {
        let turn = self.desk.quotas.of(&self.source);
        let (mut rhythm, mut tries) = (Rhythm::default(), 0);
        loop {
            match self.page(follow, &turn).await {
                Ok(fresh) => {
                    tries = 0;
                    rhythm.page(fresh.len(), true);
                    if !self.bring(&fresh).await || !follow.is_mid_round() {
                        return Ok(());
                    }
                }
                Err(fault) => {
                    tries += u32::from(fault.kind != FaultKind::Throttled);
                    let expired = fault.kind == FaultKind::Refused && follow.is_mid_round();
                    if tries == TRIES || !(fault.passes() || expired) {
                        return Err(fault);
                    }
                    if expired {
                        follow.restart(Errand::Fresh); // a token lives for a day at most
                    }
                    tokio::time::sleep(jitter(rhythm.failed(&fault))).await;
                }
            }
        }
    }

    async fn page(&self, follow: &mut Follow, turn: &Turn) -> Result<Vec<RawEvent>, Fault> {
        turn.pass().await;
        let now = self.desk.clock.now().wall.as_millisecond();
        let ask = follow.ask(now);
        let span = Span {
            start: ask.start,
            ..self.span.clone()
        };
        let page = self
            .desk
            .aws
            .filter_log_events(&self.source, &span, ask.token);
        match page.await {
            Ok(page) => Ok(follow.take(ask.errand, page, now).fresh),
            Err(fault) => {
                if fault.kind == FaultKind::Throttled {
                    turn.slow_down();
                }
                Err(fault)
            }
        }
    }

    /// `false` where nobody listens any more.
    async fn bring(&self, fresh: &[RawEvent]) -> bool {
        let chunks = Chunk::seal(&self.source, fresh);
        if chunks.is_empty() {
            return !self.to.is_closed();
        }
        self.to
            .send(Read::Lines {
                of: self.of,
                chunks,
            })
            .await
            .is_ok()
    }
}
