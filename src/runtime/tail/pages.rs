//! The pages of a span that is read to its end, each asked for again where waiting can mend it.

use super::jitter;
use super::quota::Turn;
use crate::aws::Aws;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::log::{LogPage, RawEvent, Span, TailSource};
use crate::logs::tail::rhythm::Rhythm;
use std::sync::Arc;

/// A source's events within a span, page by page, the oldest first.
pub(in crate::runtime) struct Pages<'a> {
    aws: &'a Aws,
    source: &'a TailSource,
    span: Span,
    tries: u32,
    turn: Option<Arc<Turn>>,
    token: Option<String>,
    over: bool,
}

impl<'a> Pages<'a> {
    /// Of a page that fails so many tries are made.
    pub(in crate::runtime) fn of(
        aws: &'a Aws,
        source: &'a TailSource,
        span: Span,
        tries: u32,
    ) -> Self {
        Self {
            aws,
            source,
            span,
            tries,
            turn: None,
            token: None,
            over: false,
        }
    }

    /// Each call waits for its turn; then being throttled is no failure, but slows all calls of the region down.
    pub(super) fn in_turn(self, turn: Arc<Turn>) -> Self {
        Self {
            turn: Some(turn),
            ..self
        }
    }

    /// The next page, which may be empty; `None` after the last.
    pub(in crate::runtime) async fn next(&mut self) -> Result<Option<Vec<RawEvent>>, Fault> {
        if self.over {
            return Ok(None);
        }
        let page = self.page().await?;
        let stuck = page.events.is_empty() && page.next == self.token;
        self.over = stuck || page.next.is_none();
        self.token = page.next;
        Ok(Some(page.events))
    }

    /// Whether the last page was read.
    pub(super) fn are_over(&self) -> bool {
        self.over
    }

    async fn page(&self) -> Result<LogPage, Fault> {
        let (mut rhythm, mut tries) = (Rhythm::default(), 0);
        loop {
            if let Some(turn) = &self.turn {
                turn.pass().await;
            }
            let token = self.token.clone();
            let asked = self.aws.filter_log_events(self.source, &self.span, token);
            let fault = match asked.await {
                Ok(page) => return Ok(page),
                Err(fault) => fault,
            };
            tries += u32::from(!self.slows(&fault));
            if tries == self.tries || !fault.passes() {
                return Err(fault);
            }
            tokio::time::sleep(jitter(rhythm.failed(&fault))).await;
        }
    }

    /// Whether the region's calls slow down for it.
    fn slows(&self, fault: &Fault) -> bool {
        let turn = self.turn.as_ref();
        let slowed = turn.filter(|_| fault.kind == FaultKind::Throttled);
        slowed.inspect(|turn| turn.slow_down()).is_some()
    }
}
