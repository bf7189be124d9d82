//! What consoles and commands ask of a session.

use super::{Conductor, Moves, Phase, kind, signed};
use crate::domain::change::Target;
use crate::domain::fault::{Fault, FaultKind};
use crate::session::ask::{Answer, Ask, Told};
use crate::session::load_test::Why;
use crate::session::machine::Command;
use crate::session::opening;
use crate::session::order::Proposal;
use crate::session::plan::LONGEST_TTL;
use crate::session::record::Event;
use crate::session::revert::Decisions;
use crate::session::snapshot::Kind;
use crate::session::step::Step;
use std::time::Duration;

/// The longest note, in characters.
const NOTE: usize = 500;

impl Conductor {
    pub(super) fn asked(&mut self, ask: Ask, by: String) -> Moves {
        let result = match ask {
            Ask::Status | Ask::Attach => return Moves::default(),
            _ if self.is_closed() => Err(closed()),
            Ask::Note { text } => self.noted(&text, by),
            Ask::Revert { decisions } => self.asked_to_revert(decisions, by),
            Ask::Keep => self.asked_to_keep(),
            _ if self.is_being_put_back() => Err(going_back()),
            Ask::Extend { seconds } => self.extend(seconds, by),
            Ask::Retry => self
                .halted()
                .map(|()| (self.retry(by), "it is tried again".to_owned())),
            Ask::Skip => self.asked_to_skip(by),
            Ask::Change { proposal } => self.change(*proposal, by),
            Ask::Undo => self.undo_newest(),
        };
        match result {
            Ok((commands, said)) => Moves {
                commands,
                answer: Some(Answer::Done { said }),
            },
            Err(fault) => Moves {
                commands: Vec::new(),
                answer: Some(Answer::Refused {
                    trouble: Told::from(&fault),
                }),
            },
        }
    }

    fn noted(&mut self, text: &str, by: String) -> Result<(Vec<Command>, String), Fault> {
        let text: String = text.trim().chars().take(NOTE).collect();
        if text.is_empty() {
            return Err(Fault::new(FaultKind::Usage, "The note is empty").next("write a word"));
        }
        let noted = self.say(Event::Noted { by, text });
        Ok((vec![noted], "noted".to_owned()))
    }

    /// On a session that is being put back already it says what to do with conflicts and surplus.
    fn asked_to_revert(
        &mut self,
        decisions: Decisions,
        by: String,
    ) -> Result<(Vec<Command>, String), Fault> {
        let decides = !decisions.restore.is_empty() || !decisions.keep.is_empty();
        if decides && self.phase == Phase::Unlocking {
            return Err(closing());
        }
        self.decide_on(decisions);
        if self.is_being_put_back() {
            return Ok((self.decided(), "it is being put back".to_owned()));
        }
        Ok((self.revert(Why::Asked { by }), "it is put back".to_owned()))
    }

    /// The last word on a field counts.
    fn decide_on(&mut self, decisions: Decisions) {
        let ours = &mut self.decisions;
        ours.restore.retain(|key| !decisions.keep.contains(key));
        ours.keep.retain(|key| !decisions.restore.contains(key));
        ours.restore.extend(decisions.restore);
        ours.keep.extend(decisions.keep);
        ours.surplus = decisions.surplus;
    }

    fn asked_to_keep(&mut self) -> Result<(Vec<Command>, String), Fault> {
        if !self.machine.can_turn() {
            return Err(busy());
        }
        Ok((self.keep_all(), "everything stays as it is".to_owned()))
    }

    fn halted(&self) -> Result<(), Fault> {
        if self.phase == Phase::Halted {
            return Ok(());
        }
        Err(Fault::new(FaultKind::Usage, "The session is not halted")
            .next("look at it with `tidegate session status`"))
    }

    fn asked_to_skip(&mut self, by: String) -> Result<(Vec<Command>, String), Fault> {
        self.halted()?;
        let step = &self.state().steps[self.halted_at].step;
        if kind(step) == Kind::Lock {
            return Err(
                Fault::new(FaultKind::Refused, "The lock cannot be left out in passing")
                    .means("colleagues would not see the session")
                    .next("revert, then start it again with --accept no-shared-record"),
            );
        }
        Ok((self.skip(by), "the step is left out".to_owned()))
    }

    fn extend(&mut self, seconds: u64, by: String) -> Result<(Vec<Command>, String), Fault> {
        let Some(until) = self.test().until else {
            return Err(
                Fault::new(FaultKind::Refused, "The session's time does not run yet")
                    .means("it is counted from the end of the backup")
                    .next("wait until the backup is available"),
            );
        };
        let by_so_much = Duration::from_secs(seconds);
        let later = until.checked_add(signed(by_so_much)).ok();
        let latest = self.now.wall.checked_add(signed(LONGEST_TTL)).ok();
        let Some(later) = later.filter(|l| seconds > 0 && latest.is_none_or(|max| *l <= max))
        else {
            return Err(
                Fault::new(FaultKind::Usage, "The session cannot be extended by that")
                    .means("it ends within twelve hours from now, and later than it did")
                    .next("choose a time like 15m or 1h"),
            );
        };
        self.until = self.until.map(|mono| mono + by_so_much);
        self.moved = true;
        let extended = self.say(Event::Extended { until: later, by });
        Ok((vec![extended], format!("it ends at {later:.0}")))
    }

    /// A change from a console: its steps, and the timers behind them, become the session's.
    fn change(&mut self, proposal: Proposal, by: String) -> Result<(Vec<Command>, String), Fault> {
        if self.phase != Phase::Running {
            return Err(
                Fault::new(FaultKind::Refused, "The session is still being applied")
                    .means("changes of the console become steps of it once it runs")
                    .next("wait until it runs"),
            );
        }
        let steps: Vec<Step> = proposal.steps.iter().cloned().map(Step::from).collect();
        let timers: Vec<Step> = steps
            .iter()
            .filter_map(|s| self.timer_for(s, &proposal))
            .collect();
        let all = timers.into_iter().chain(steps).collect();
        let appended = self.machine.append(self.now, all, by.clone());
        let mut commands = vec![appended, self.say(Event::Resumed { by })];
        commands.extend(self.advance());
        Ok((commands, proposal.summary.as_str().to_owned()))
    }

    /// A timer for bounds that have none yet.
    fn timer_for(&self, step: &Step, proposal: &Proposal) -> Option<Step> {
        let (id, until) = (&self.state().id, self.test().until?);
        let timer = opening::timer_for(step, proposal, id, until)?;
        let of = |step: &Step| match step.change().map(|c| c.target.clone()) {
            Some(Target::Timer(timer)) => Some(timer.of),
            _ => None,
        };
        let has_one = self.state().steps.iter().any(|s| of(&s.step) == of(&timer));
        (!has_one).then_some(timer)
    }

    fn undo_newest(&mut self) -> Result<(Vec<Command>, String), Fault> {
        if self.phase != Phase::Running {
            return Err(busy());
        }
        let newest =
            self.state().steps.iter().rposition(|s| {
                s.is_undoable() && !matches!(kind(&s.step), Kind::Timer | Kind::Lock)
            });
        let Some(step) = newest else {
            return Err(
                Fault::new(FaultKind::Refused, "There is nothing left to undo")
                    .next("revert the session to close it"),
            );
        };
        self.phase = Phase::Undoing;
        let said = self.state().steps[step].step.resource();
        let commands = self.machine.put_back_one(self.now, step);
        let commands = self.taken(commands);
        Ok((commands, format!("{said} is put back")))
    }
}

/// `tidegate-<session>-restore`: a later run finds whose it is.
pub fn timer_name(session: &str) -> std::sync::Arc<str> {
    format!("tidegate-{session}-restore").into()
}

fn busy() -> Fault {
    Fault::new(
        FaultKind::Refused,
        "The session is in the middle of a request",
    )
    .next("ask again in a moment")
}

fn closed() -> Fault {
    Fault::new(FaultKind::Refused, "The session is closed")
        .means("there is nothing left to change in it")
        .next("look at it with `tidegate session report ID`")
}

fn closing() -> Fault {
    Fault::new(
        FaultKind::Refused,
        "The session gives up its lock and closes",
    )
    .means("what others changed stays as it is")
    .next("look at what is there now, and change it by hand")
}

fn going_back() -> Fault {
    Fault::new(FaultKind::Refused, "The session is being put back")
        .means("nothing new is begun in it")
        .next("wait until it is closed; `tidegate session status` tells how far it is")
}
