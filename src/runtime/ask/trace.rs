//! One trace, asked of other log groups than those in memory: group by group, each whole, within the call budget.

use crate::aws::Aws;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::TaskDefinition;
use crate::domain::log::{RawEvent, Span, TailSource};
use crate::logs::chunk::Chunk;
use crate::logs::trace::MOST;
use crate::model::trace::{Found, Question, Refused};
use crate::runtime::tail::Pages;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Tries of one page, those that were throttled included: the operator waits for it.
const TRIES: u32 = 4;

/// What was found so far, and who is told.
struct Search<'a> {
    aws: &'a Aws,
    question: &'a Question,
    part: &'a (dyn Fn(Found) + Send + Sync),
    found: Found,
}

/// Asks all groups; each answer's lines go out in a part, the last one's are in the answer. What is refused is told in
/// it; an error is only what stops everything: credentials that AWS does not take.
pub async fn ask(
    aws: &Aws,
    question: &Question,
    part: &(dyn Fn(Found) + Send + Sync),
) -> Result<Found, Fault> {
    let mut search = Search {
        aws,
        question,
        part,
        found: Found::default(),
    };
    let groups = search.groups().await?;
    search.found.of = groups.len();
    for source in groups {
        search.tell();
        let answer = search.lines(&source).await;
        search.take(source, answer)?;
    }
    Ok(search.found)
}

impl Search<'_> {
    /// The groups of the task definitions and those named, each once and whole.
    async fn groups(&mut self) -> Result<BTreeSet<TailSource>, Fault> {
        let mut groups: BTreeSet<TailSource> = self.question.groups.iter().map(whole).collect();
        for definition in self.question.definitions.iter() {
            match self.aws.log_targets(definition).await {
                Ok(targets) => groups.extend(targets.into_iter().map(|target| TailSource {
                    region: target.region.filter(|at| at != self.aws.region()),
                    group: target.group,
                    stream_prefix: None,
                })),
                Err(fault) => self.refuse(refused(definition, fault))?,
            }
        }
        Ok(groups)
    }

    fn take(
        &mut self,
        source: TailSource,
        answer: Result<Vec<RawEvent>, Fault>,
    ) -> Result<(), Fault> {
        match answer {
            Ok(events) => {
                self.found.answered += 1;
                let sealed = Chunk::seal(&Arc::new(source), &events);
                self.found.lines.extend(sealed.into_iter().map(Arc::new));
                Ok(())
            }
            Err(fault) => self.refuse(Refused {
                what: source.group.text(),
                fault,
            }),
        }
    }

    fn refuse(&mut self, refused: Refused) -> Result<(), Fault> {
        if refused.fault.kind == FaultKind::Credentials {
            return Err(refused.fault);
        }
        self.found.refused.push(refused);
        Ok(())
    }

    /// Sends what there is; the lines go once.
    fn tell(&mut self) {
        let told = Found {
            lines: std::mem::take(&mut self.found.lines),
            ..self.found.clone()
        };
        (self.part)(told);
    }

    /// A group's lines within the time, from the oldest on; no more than a trace may have.
    async fn lines(&self, source: &TailSource) -> Result<Vec<RawEvent>, Fault> {
        let span = Span {
            start: self.question.from,
            end: Some(self.question.to),
            pattern: Some(self.question.pattern().into()),
        };
        let mut pages = Pages::of(self.aws, source, span, TRIES);
        let mut events = Vec::new();
        while events.len() <= MOST
            && let Some(page) = pages.next().await?
        {
            events.extend(page);
        }
        Ok(events)
    }
}

fn whole(source: &TailSource) -> TailSource {
    TailSource {
        stream_prefix: None,
        ..source.clone()
    }
}

fn refused(definition: &TaskDefinition, fault: Fault) -> Refused {
    Refused {
        what: definition.text(),
        fault,
    }
}
