//! What the machine says while it carries the steps, and what it ends with.

use super::super::machine::{Command, Input};
use super::super::order::{Progress, Report};
use super::{About, Conductor, Phase, back};

impl Conductor {
    /// What the machine ends with is for the conductor; what it says on the way is kept.
    pub(super) fn inner(&mut self, input: Input) -> Vec<Command> {
        let commands = self.machine.handle(self.now, input);
        self.taken(commands)
    }

    pub(super) fn taken(&mut self, commands: Vec<Command>) -> Vec<Command> {
        let mut out = Vec::new();
        for command in commands {
            match command {
                Command::Report(Report::Progress { progress, .. }) => self.progress(&progress),
                Command::Report(report) => out.extend(self.ended(report)),
                other => out.push(other),
            }
        }
        out
    }

    fn progress(&mut self, progress: &Progress) {
        let (said, percent) = match progress {
            Progress::Verifying { what, percent } => (what.as_str(), *percent),
            Progress::Verified { what } | Progress::Draining { what } => (what.as_str(), None),
            Progress::InDoubt { .. } => ("no answer came: being read back", None),
            Progress::Rechecking | Progress::Sent | Progress::Done { .. } => ("", None),
        };
        self.live
            .insert(self.machine.touched(), (said.to_owned(), percent));
        self.generation += 1;
    }

    /// The machine has come to an end of what it was given.
    fn ended(&mut self, report: Report) -> Vec<Command> {
        self.generation += 1;
        match report {
            Report::JournalBroken(fault) => {
                self.in_trouble(About::Journal, Some(fault.line().as_str().to_owned()));
                Vec::new()
            }
            // What is under way is brought to its end, and then all of it goes back.
            _ if self.turning => Vec::new(),
            Report::Finished { .. } if self.phase == Phase::Applying => self.advance(),
            Report::Finished { .. } if self.phase == Phase::Rearming => self.rearmed(None),
            Report::Failed { fault, .. } if self.phase == Phase::Rearming => {
                self.rearmed(Some(&fault))
            }
            Report::Failed { fault, .. } if self.phase == Phase::Applying => self.failed(fault),
            Report::Undone { .. } => self.put_back(None),
            Report::Conflict { fields, .. } => {
                let moved = fields.into_iter().map(back::moved).collect();
                self.in_conflict(moved);
                self.put_back(None)
            }
            Report::Failed { fault, .. } => self.put_back(Some(fault)),
            _ => Vec::new(),
        }
    }
}
