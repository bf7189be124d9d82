//! A change of the console that became a step of the session: told on its row as any other.

use super::Core;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::model::message::Message;
use crate::runtime::clock::Clock;
use crate::runtime::reads::News;
use crate::session::order::{Progress, Proposal, Report};
use crate::session::snapshot::{Kind, Snapshot, Standing, StepSeen};

/// One that is under way.
#[derive(Debug)]
pub(super) struct Pending {
    /// The number under which it was asked.
    pub ask: u64,
    pub session: SessionId,
    summary: Text,
    subject: Subject,
    /// The session's steps before it.
    before: usize,
    since: Clock,
}

impl Pending {
    pub(super) fn new(
        core: &Core,
        session: &SessionId,
        ask: u64,
        proposal: &Proposal,
        before: usize,
    ) -> Self {
        let pending = Self {
            ask,
            session: session.clone(),
            summary: proposal.summary.clone(),
            subject: proposal.subject.clone(),
            before,
            since: Clock::start(),
        };
        pending.progress(core, Text::default(), Progress::Sent);
        pending
    }

    /// It never reached a guard.
    pub(super) fn refused(core: &Core, proposal: &Proposal, fault: &Fault) {
        tell(
            core,
            Report::Failed {
                session: None,
                summary: proposal.summary.clone(),
                fault: fault.clone(),
            },
        );
    }

    /// It was refused, or could not be carried out.
    pub(super) fn failed(&self, core: &Core, fault: &Fault) {
        tell(
            core,
            Report::Failed {
                session: Some(self.session.clone()),
                summary: self.summary.clone(),
                fault: fault.clone(),
            },
        );
    }

    /// Tells how far it is; whether it still is under way.
    pub(super) fn goes_on(&mut self, core: &Core, seen: &Snapshot) -> bool {
        let mine = seen.steps.iter().skip(self.before);
        let nets = [Kind::Timer, Kind::Lock];
        let mine: Vec<&StepSeen> = mine.filter(|s| !nets.contains(&s.kind)).collect();
        if mine.is_empty() {
            return true;
        }
        let failed = mine.iter().find(|s| {
            matches!(
                s.standing,
                Standing::Failed | Standing::Skipped | Standing::Stalled
            )
        });
        if let Some(step) = failed {
            let what = format!("{} could not be changed: {}", step.resource, step.said);
            let fault = Fault::new(FaultKind::Refused, what).next("look at the session's steps");
            self.failed(core, &fault);
            return false;
        }
        let Some(open) = mine.iter().find(|s| s.standing != Standing::Applied) else {
            tell(
                core,
                Report::Finished {
                    session: self.session.clone(),
                    summary: self.summary.clone(),
                },
            );
            return false;
        };
        let what = Text::clean(&open.said);
        let percent = open.percent;
        let step = Text::clean(&open.resource);
        self.progress(core, step, Progress::Verifying { what, percent });
        true
    }

    fn progress(&self, core: &Core, step: Text, progress: Progress) {
        tell(
            core,
            Report::Progress {
                session: self.session.clone(),
                subject: self.subject.clone(),
                summary: self.summary.clone(),
                step,
                progress,
                took: self.since.now().mono,
            },
        );
    }
}

fn tell(core: &Core, report: Report) {
    core.post.news(News::Message(Message::Carrier(report)));
}
