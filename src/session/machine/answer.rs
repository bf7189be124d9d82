//! What became of a request: taken, refused, lost; and whether its effect is there.

use super::{Command, Doing, Machine, Sent};
use crate::domain::change::{Change, Hold, Target};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::RequestId;
use crate::domain::text::Text;
use crate::domain::write::Outcome;
use crate::session::look::Look;
use crate::session::order::Progress;
use crate::session::record::{Event, Trouble, Way};
use crate::session::state::Leg;
use crate::session::step::Step;
use crate::session::verify::{self, Awaits, Verdict, reads_as};
use std::time::Duration;

/// A refused request is tried so many times where waiting can mend it.
const ATTEMPTS: u32 = 5;

/// What a refusal calls for.
enum Mend {
    /// The lock token is stale: read the document again.
    Reread,
    /// Another change is pending, or too many: wait.
    Wait,
    No,
}

impl Machine {
    /// A backup needs no decision: it is looked for, and followed until it is available.
    pub(super) fn follow(&mut self) -> Vec<Command> {
        self.opened = true;
        let open = self
            .state
            .steps
            .iter()
            .position(|s| matches!(s.step, Step::Create(_)) && s.apply.is_open());
        let Some(step) = open else { return Vec::new() };
        self.following = true;
        let at = self.doubtful_until(step).unwrap_or(self.now.mono);
        let sent = Sent {
            change: None,
            rest: None,
            at,
            draining: None,
        };
        match self.state.steps[step].apply {
            Leg::Done => vec![self.look_again(step, Way::Apply, sent, at, self.pace.snapshot)],
            _ => vec![self.read_back_at(step, Way::Apply, sent, at, at + self.pace.doubt)],
        }
    }

    pub(super) fn answered(&mut self, outcome: Outcome, took: Duration) -> Vec<Command> {
        let Doing::Writing { step, way, sent } = std::mem::replace(&mut self.doing, Doing::Nothing)
        else {
            return Vec::new();
        };
        match outcome {
            Outcome::Done { request } => self.taken(step, way, sent, request, took),
            Outcome::Refused(fault) => self.refused(step, way, &fault, took),
            Outcome::NotSent(fault) => self.not_changed(step, way, fault, took),
            Outcome::Unknown(fault) => self.in_doubt(step, way, sent, &fault, took),
        }
    }

    fn taken(
        &mut self,
        step: usize,
        way: Way,
        sent: Sent,
        request: Option<RequestId>,
        took: Duration,
    ) -> Vec<Command> {
        let done = self.record(Event::Done {
            step,
            way,
            request: request.clone(),
            millis: millis(took),
        });
        let told = self.progress(step, Progress::Done { request });
        vec![
            done,
            told,
            self.look_again(step, way, sent, self.now.mono, self.pace.setting),
        ]
    }

    pub(super) fn look_again(
        &mut self,
        step: usize,
        way: Way,
        sent: Sent,
        at: Duration,
        patience: Duration,
    ) -> Command {
        self.touched = step;
        let deadline = sent.at + patience;
        let sight = self.sight_of(step, &sent);
        self.doing = Doing::Verifying { step, way, sent };
        Command::Verify {
            sight,
            at,
            deadline,
        }
    }

    fn refused(&mut self, step: usize, way: Way, fault: &Fault, took: Duration) -> Vec<Command> {
        let attempts = self.attempt;
        let failed = self.record(Event::Failed {
            step,
            way,
            trouble: Trouble::from(fault),
            millis: millis(took),
        });
        match mend(fault) {
            Mend::Reread if attempts < ATTEMPTS => {
                let mut commands = vec![failed];
                commands.extend(self.look_before(step, way));
                commands
            }
            Mend::Wait if attempts < ATTEMPTS => {
                let until =
                    self.now.mono + self.pace.backoff * 2u32.pow(attempts.saturating_sub(1).min(5));
                self.doing = Doing::Pausing { step, way };
                vec![
                    failed,
                    self.progress(step, Progress::Rechecking),
                    Command::Pause { until },
                ]
            }
            _ => self.end_unchanged(failed, way, fault.clone()),
        }
    }

    fn not_changed(&mut self, step: usize, way: Way, fault: Fault, took: Duration) -> Vec<Command> {
        let failed = self.record(Event::Failed {
            step,
            way,
            trouble: Trouble::from(&fault),
            millis: millis(took),
        });
        self.end_unchanged(failed, way, fault)
    }

    fn end_unchanged(&mut self, failed: Command, way: Way, fault: Fault) -> Vec<Command> {
        let mut commands = vec![failed];
        match way {
            Way::Apply => commands.push(self.failed(fault)),
            Way::Revert => commands.extend(self.undo_failed(fault)),
        }
        commands
    }

    fn in_doubt(
        &mut self,
        step: usize,
        way: Way,
        sent: Sent,
        fault: &Fault,
        took: Duration,
    ) -> Vec<Command> {
        let doubt = self.record(Event::InDoubt {
            step,
            way,
            trouble: Trouble::from(fault),
            millis: millis(took),
        });
        let told = self.progress(
            step,
            Progress::InDoubt {
                since: self.now.wall,
            },
        );
        // From the moment it left: the fsyncs before it do not count.
        let left = self.now.mono.saturating_sub(took);
        let at = self.now.mono.max(left + self.pace.read_back);
        let until = at + self.pace.doubt;
        vec![doubt, told, self.read_back_at(step, way, sent, at, until)]
    }

    pub(super) fn read_back_at(
        &mut self,
        step: usize,
        way: Way,
        sent: Sent,
        at: Duration,
        until: Duration,
    ) -> Command {
        self.touched = step;
        let sight = self.sight_of(step, &sent);
        self.doing = Doing::Doubting {
            step,
            way,
            sent,
            until,
        };
        Command::ReadBack { sight, at }
    }

    pub(super) fn read_back(
        &mut self,
        step: usize,
        way: Way,
        sent: Sent,
        until: Duration,
        look: Result<Look, Fault>,
    ) -> Vec<Command> {
        match look {
            Err(_) if self.now.mono < until => {
                let at = self.now.mono + self.pace.poll;
                vec![self.read_back_at(step, way, sent, at, until)]
            }
            Err(fault) => self.still_in_doubt(way, &fault),
            Ok(look) => self.doubt_resolved(step, way, sent, &look),
        }
    }

    fn doubt_resolved(&mut self, step: usize, way: Way, sent: Sent, look: &Look) -> Vec<Command> {
        let took = self.now.mono.saturating_sub(sent.at);
        match found(&sent, look) {
            Found::Ours => self.taken(step, way, sent, None, took),
            Found::AsBefore => self.not_changed(step, way, never_arrived(), took),
            Found::Neither => self.still_in_doubt(way, &neither()),
        }
    }

    fn still_in_doubt(&mut self, way: Way, fault: &Fault) -> Vec<Command> {
        let fault = Fault::new(
            fault.kind,
            format!(
                "It is not known whether the change took effect: {}",
                fault.what
            ),
        )
        .means("the request left, and its answer was lost")
        .next("look at the resource; then undo or keep the change");
        match way {
            Way::Apply => vec![self.failed(fault)],
            Way::Revert => self.undo_failed(fault),
        }
    }

    pub(super) fn verify(
        &mut self,
        step: usize,
        way: Way,
        sent: Sent,
        look: Result<Look, Fault>,
    ) -> Vec<Command> {
        let verdict = match &look {
            Ok(look) => judge(&sent, way, look),
            Err(fault) => waiting_for(fault),
        };
        match verdict {
            Verdict::Good { said } => self.verified(step, way, &sent, look.ok().as_ref(), said),
            Verdict::Failed { said } => self.stalled(step, way, said),
            Verdict::Wait {
                said,
                percent,
                awaits,
            } => self.wait(step, way, sent, said, percent, awaits),
        }
    }

    fn wait(
        &mut self,
        step: usize,
        way: Way,
        sent: Sent,
        said: String,
        percent: Option<u8>,
        awaits: Awaits,
    ) -> Vec<Command> {
        let patience = self.patience(awaits);
        if self.conducted && way == Way::Apply && awaits != Awaits::Setting {
            let told = self.awaited(step, &said, percent);
            return self.defer(told, step, sent, said, patience);
        }
        if self.now.mono >= sent.at + patience {
            return self.stalled(step, way, said);
        }
        let told = self.awaited(step, &said, percent);
        let at = self.now.mono + self.pace.poll;
        vec![told, self.look_again(step, way, sent, at, patience)]
    }

    fn awaited(&self, step: usize, said: &str, percent: Option<u8>) -> Command {
        let what = Text::clean(said);
        self.progress(step, Progress::Verifying { what, percent })
    }

    fn patience(&self, awaits: Awaits) -> Duration {
        match awaits {
            Awaits::Setting => self.pace.setting,
            Awaits::Running => self.pace.running,
            Awaits::Snapshot => self.pace.snapshot,
        }
    }

    fn verified(
        &mut self,
        step: usize,
        way: Way,
        sent: &Sent,
        look: Option<&Look>,
        said: String,
    ) -> Vec<Command> {
        let observed = look.and_then(|l| l.reading.clone()).unwrap_or_default();
        let told = Progress::Verified {
            what: Text::clean(&said),
        };
        let event = self.record(Event::Verified {
            step,
            way,
            observed,
            said,
        });
        let mut commands = vec![event, self.progress(step, told)];
        match way {
            Way::Apply if self.following => commands.extend(self.finish()),
            Way::Apply => commands.extend(self.apply_next()),
            Way::Revert => commands.extend(self.revert_verified(step, sent)),
        }
        commands
    }

    pub(super) fn stalled(&mut self, step: usize, way: Way, said: String) -> Vec<Command> {
        let fault = Fault::new(
            FaultKind::TimedOut,
            format!("AWS took the change, but its effect is not there: {said}"),
        )
        .means("the setting stands; nothing more is awaited")
        .next("look at its events and activities, or undo it with u");
        let mut commands = vec![self.record(Event::Stalled { step, way, said })];
        match way {
            Way::Apply => commands.push(self.failed(fault)),
            Way::Revert => commands.extend(self.undo_failed(fault)),
        }
        commands
    }
}

fn judge(sent: &Sent, way: Way, look: &Look) -> Verdict {
    match &sent.change {
        Some(change) => verify::change(change, way, look, sent.rest.as_deref()),
        None => verify::backup(look),
    }
}

/// A look that failed is no verdict: it waits as long as the effect itself may take.
fn waiting_for(fault: &Fault) -> Verdict {
    Verdict::Wait {
        said: format!("cannot read it back: {}", fault.what),
        percent: None,
        awaits: Awaits::Running,
    }
}

/// What a read-back finds after a lost answer.
enum Found {
    Ours,
    AsBefore,
    Neither,
}

fn found(sent: &Sent, look: &Look) -> Found {
    let Some(change) = &sent.change else {
        return if look.snapshot.is_some() {
            Found::Ours
        } else {
            Found::AsBefore
        };
    };
    if reads_as(change, look) && !only_floats(change) {
        Found::Ours
    } else if reads_as(&change.invert(), look) && !only_floats(change) || is_still(change, look) {
        Found::AsBefore
    } else if matches!(change.target, Target::Timer(_)) {
        // The one of that name that was put before.
        Found::AsBefore
    } else if only_floats(change) && look.reading.is_some() {
        Found::Ours
    } else {
        Found::Neither
    }
}

fn only_floats(change: &Change) -> bool {
    change.fields.iter().all(|f| f.hold == Hold::Floating)
}

fn is_still(change: &Change, look: &Look) -> bool {
    look.reading.as_ref().is_some_and(|r| {
        change
            .fields
            .iter()
            .all(|f| r.get(&f.field) == Some(&f.before))
    })
}

fn mend(fault: &Fault) -> Mend {
    match fault.code.as_ref().map(Text::as_str) {
        Some("WAFOptimisticLockException") => Mend::Reread,
        Some(
            "WAFUnavailableEntityException"
            | "ConcurrentUpdateException"
            | "ScalingActivityInProgress",
        ) => Mend::Wait,
        _ if fault.kind == FaultKind::Throttled => Mend::Wait,
        _ => Mend::No,
    }
}

fn never_arrived() -> Fault {
    Fault::new(
        FaultKind::TimedOut,
        "No answer came, and reading back shows that nothing was changed",
    )
    .means("the request did not arrive, or was not carried out")
    .next("try it again")
}

fn neither() -> Fault {
    Fault::new(
        FaultKind::Conflict,
        "the value is neither the old one nor ours",
    )
}

fn millis(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}
