//! What the carrier is doing for us, and what it has done.

use super::dialog::Wish;
use crate::domain::change::Target;
use crate::domain::change::{Field, Value};
use crate::domain::fault::Fault;
use crate::domain::ids::SessionId;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::domain::waf::{RawJson, RuleRef};
use crate::session::order::{Past, PastState, Progress, Proposed, ThreeWay};
use std::time::Duration;

/// What an order is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Apply,
    PutBack,
}

/// One order under way.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Job {
    pub way: Way,
    /// Known once the carrier has begun.
    pub session: Option<SessionId>,
    pub subject: Option<Subject>,
    pub summary: Text,
    /// What the operator asked for, to ask again when something changed meanwhile.
    pub wish: Option<(Wish, String)>,
    pub progress: Option<Progress>,
}

/// Something of ours that waits for a decision.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Open {
    pub session: SessionId,
    pub summary: Text,
    pub past: Option<Past>,
    pub fields: Vec<ThreeWay>,
    pub gap: Option<Fault>,
    pub carried: Carried,
}

/// Who has something that is left open in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carried {
    /// Nobody: it is the operator's to decide.
    ByNobody,
    /// Another tidegate is at it right now: it is shown, and not touched.
    Elsewhere,
    /// The guard of our session: it is asked, and does it.
    ByGuard,
}

/// Orders, history, and what is left open.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub jobs: Vec<Job>,
    /// Newest first.
    pub history: Vec<Past>,
    pub open: Vec<Open>,
    /// The journal cannot be written: nothing new begins.
    pub broken: Option<Fault>,
    /// Since when lists wait for what was left unfinished.
    pub looking: Option<Duration>,
}

/// Lists wait no longer than a call may take for what was left unfinished: where STS is out of reach the rest may well answer.
const PATIENCE: Duration = Duration::from_secs(15);

impl Job {
    /// Whether its request may be on its way right now, or its answer is awaited.
    fn is_writing(&self) -> bool {
        !matches!(
            self.progress,
            Some(
                Progress::Verifying { .. } | Progress::Verified { .. } | Progress::Draining { .. }
            )
        )
    }

    /// A backup in the making stands in nobody's way.
    fn is_backup(&self) -> bool {
        matches!(self.wish, Some((Wish::Backup, _)))
            || matches!(self.subject, Some(Subject::Database(_)))
    }
}

impl Work {
    /// Whether lists wait, so that what was left unfinished is seen before them.
    pub fn holds_lists(&self, now: Duration) -> bool {
        self.looking.is_some_and(|since| now < since + PATIENCE)
    }

    /// Whether an order is with the carrier.
    pub fn is_busy(&self) -> bool {
        !self.jobs.is_empty()
    }

    /// Whether a request may be on its way right now, or its answer is awaited.
    pub fn is_writing(&self) -> bool {
        self.jobs.iter().any(Job::is_writing)
    }

    /// The setting that is being written now. Once AWS has taken it an undo need not wait until
    /// its effect is there: putting back stands behind no more gates than the change.
    pub fn writing(&self) -> Option<&Job> {
        self.jobs
            .iter()
            .find(|job| job.is_writing() && !job.is_backup())
    }

    /// What is being done to this subject right now: a second change would not know what it rests on.
    pub fn changing(&self, subject: &Subject) -> Option<&Job> {
        self.jobs
            .iter()
            .find(|job| job.subject.as_ref() == Some(subject) && !job.is_backup())
    }

    /// Notes an order that leaves; it takes the place of one for the same session.
    pub fn begin(&mut self, job: Job) {
        if job.session.is_some() {
            self.jobs.retain(|other| other.session != job.session);
        }
        self.jobs.push(job);
    }

    /// Notes how far an order is.
    pub fn progress(
        &mut self,
        session: &SessionId,
        subject: &Subject,
        summary: &Text,
        progress: Progress,
    ) {
        let at = self
            .find(session, Some(subject), summary)
            .unwrap_or_else(|| {
                self.begin(Job {
                    way: Way::Apply,
                    session: None,
                    subject: Some(subject.clone()),
                    summary: summary.clone(),
                    wish: None,
                    progress: None,
                });
                self.jobs.len() - 1
            });
        self.jobs[at].session = Some(session.clone());
        self.jobs[at].progress = Some(progress);
    }

    fn find(
        &self,
        session: &SessionId,
        subject: Option<&Subject>,
        summary: &Text,
    ) -> Option<usize> {
        let by_session = self
            .jobs
            .iter()
            .position(|j| j.session.as_ref() == Some(session));
        let unbegun = |j: &Job| {
            j.session.is_none()
                && (j.summary == *summary || (subject.is_some() && j.subject.as_ref() == subject))
        };
        by_session.or_else(|| self.jobs.iter().position(unbegun))
    }

    /// An order came to its end; answers it.
    pub fn end(&mut self, session: Option<&SessionId>, summary: &Text) -> Option<Job> {
        let at = match session {
            Some(session) => self.find(session, None, summary),
            None => self
                .jobs
                .iter()
                .position(|j| j.session.is_none() && j.summary == *summary),
        };
        at.map(|at| self.jobs.remove(at))
    }

    /// An order for this subject came back to be decided anew.
    pub fn returned(&mut self, subject: &Subject) -> Option<Job> {
        let at = self
            .jobs
            .iter()
            .position(|j| j.subject.as_ref() == Some(subject))?;
        Some(self.jobs.remove(at))
    }

    /// Leaves something open, in the place of what stood there for its session; the newest comes first.
    pub fn leave_open(&mut self, open: Open) {
        self.settle(&open.session);
        self.open.insert(0, open);
    }

    /// Nothing of this session is open any more.
    pub fn settle(&mut self, session: &SessionId) {
        self.open.retain(|o| o.session != *session);
    }

    /// Another account or region: nothing here belongs to it. Orders under way go on, and are still told of.
    pub fn forget(&mut self) {
        self.history.clear();
        self.open.clear();
    }

    /// The newest change that can be undone, and the backups made since, which cannot.
    pub fn newest_undoable(&self) -> (Option<&Past>, Vec<&Past>) {
        let mut skipped = Vec::new();
        let going_back = |past: &Past| {
            self.jobs
                .iter()
                .any(|j| j.way == Way::PutBack && j.session.as_ref() == Some(&past.session))
        };
        for past in self.history.iter().filter(|past| !going_back(past)) {
            match past.state {
                PastState::Applied | PastState::Draining => return (Some(past), skipped),
                PastState::Backup => skipped.push(past),
                PastState::Unfinished
                | PastState::Reverted
                | PastState::Kept
                | PastState::Refused => {}
            }
        }
        (None, skipped)
    }

    /// The whole action a rule had before we set it to Count, where it is on record.
    pub fn original_action(&self, rule: &RuleRef) -> Option<&RawJson> {
        let changes = self
            .history
            .iter()
            .filter(|p| p.state != PastState::Refused)
            .flat_map(|p| &p.steps);
        changes
            .filter_map(|step| action_before(step, rule))
            .find(|before| !is_count(before))
    }
}

fn action_before<'s>(step: &'s Proposed, rule: &RuleRef) -> Option<&'s RawJson> {
    let Proposed::Set(change) = step else {
        return None;
    };
    if change.target != Target::Rule(rule.clone()) {
        return None;
    }
    match &change.field(Field::Action)?.before {
        Value::Json(before) => Some(before),
        Value::Count(_) => None,
    }
}

fn is_count(action: &RawJson) -> bool {
    serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(action.as_str())
        .is_ok_and(|members| members.contains_key("Count"))
}
