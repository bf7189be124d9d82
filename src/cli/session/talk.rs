//! Commands to a session that is open: status, extend, note, revert.

use super::follow::{by, follow, is_over, lost};
use super::progress;
use super::start::{duration, said_no, tell};
use crate::cli::args::{Arguments, Output};
use crate::cli::environment::Environment;
use crate::cli::{Failure, Streams, load, state_dir};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::domain::text::Text;
use crate::model::settings::Mode;
use crate::model::source::did_you_mean;
use crate::runtime::guard::talk::{self, Open};
use crate::session::ask::{Answer, Ask};
use crate::session::load_test::Stage;
use crate::session::revert::{Decisions, Surplus};
use crate::session::snapshot::Snapshot;
use std::path::{Path, PathBuf};

/// Which session; needed only where several are open.
#[derive(Clone, Debug, clap::Args)]
pub struct Which {
    /// The session, by the beginning of its id; needed where several are open
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
}

/// What becomes of what somebody else changed meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Theirs {
    /// It stays as they set it
    Keep,
    /// It is put back to what it was before the session
    Overwrite,
}

#[derive(Clone, Debug, clap::Args)]
pub struct StatusArgs {
    #[command(flatten)]
    pub which: Which,
    /// Go on telling until it is closed
    #[arg(long)]
    pub watch: bool,
}

#[derive(Clone, Debug, clap::Args)]
pub struct RevertArgs {
    #[command(flatten)]
    pub which: Which,
    /// What becomes of settings that somebody else changed meanwhile; without it they stay open
    #[arg(long, value_enum, value_name = "WHAT")]
    pub theirs: Option<Theirs>,
    /// Put maxima back at once, although tasks above them are stopped
    #[arg(long)]
    pub stop_tasks: bool,
}

/// What all of them need.
pub(super) struct Desk<'a> {
    pub output: Output,
    pub arguments: &'a Arguments,
    pub environment: &'a Environment,
}

impl Desk<'_> {
    pub(super) fn status(&self, args: &StatusArgs, io: &mut Streams<'_>) -> Result<u8, Failure> {
        let dir = self.dir()?;
        let Some(open) = choose(&dir, &args.which)? else {
            return said_no(&self.absent(&dir, &args.which), io);
        };
        if args.watch {
            let closed = |now: &Snapshot| now.stage == Stage::Closed;
            return self.followed(&dir, &open.state.id, None, io, closed);
        }
        match talk::ask(&dir, &open.state.id, &by(), Ask::Status) {
            Err(fault) => lost(fault.into(), io),
            Ok((_, now)) => {
                tell(&now, self.output, io)?;
                Ok(progress::code(&now))
            }
        }
    }

    pub(super) fn extend(
        &self,
        by_how_much: &str,
        which: &Which,
        io: &mut Streams<'_>,
    ) -> Result<u8, Failure> {
        self.may_write()?;
        let seconds = duration("DURATION", by_how_much)?.as_secs();
        self.simple(which, Ask::Extend { seconds }, io)
    }

    pub(super) fn note(
        &self,
        text: &str,
        which: &Which,
        io: &mut Streams<'_>,
    ) -> Result<u8, Failure> {
        let text = text.to_owned();
        self.simple(which, Ask::Note { text }, io)
    }

    /// One question, one answer.
    fn simple(&self, which: &Which, ask: Ask, io: &mut Streams<'_>) -> Result<u8, Failure> {
        let dir = self.dir()?;
        let Some(open) = choose(&dir, which)? else {
            return said_no(&self.absent(&dir, which), io);
        };
        match talk::ask(&dir, &open.state.id, &by(), ask) {
            Err(fault) => lost(fault.into(), io),
            Ok((Answer::Refused { trouble }, _)) => said_no(&Fault::from(&trouble), io),
            Ok((Answer::Done { said }, now)) => {
                match self.output {
                    Output::Text => {
                        writeln!(io.out, "{}", Text::clean(&said))?;
                    }
                    Output::Json => writeln!(io.out, "{:#}", super::json::masked(&now))?,
                }
                Ok(0)
            }
        }
    }

    /// Until everything is back, or only drains, or somebody has to decide.
    pub(super) fn revert(&self, args: &RevertArgs, io: &mut Streams<'_>) -> Result<u8, Failure> {
        self.may_write()?;
        let dir = self.dir()?;
        let Some(open) = choose(&dir, &args.which)? else {
            return self.revert_theirs(&dir, args, io);
        };
        let id = &open.state.id;
        let now = match follow(&dir, id, Some(ask_back(args)), io, is_over) {
            Ok(now) => now,
            Err(failure) => return lost(failure, io),
        };
        if let (Some(theirs), false) = (args.theirs, now.conflicts.is_empty()) {
            let ask = Ask::Revert {
                decisions: decided(&now, theirs),
            };
            return self.followed(&dir, id, Some(ask), io, is_over);
        }
        tell(&now, self.output, io)?;
        Ok(progress::code(&now))
    }

    /// Follows a session and says how it stands in the end.
    pub(super) fn followed(
        &self,
        dir: &Path,
        id: &SessionId,
        ask: Option<Ask>,
        io: &mut Streams<'_>,
        over: fn(&Snapshot) -> bool,
    ) -> Result<u8, Failure> {
        match follow(dir, id, ask, io, over) {
            Err(failure) => lost(failure, io),
            Ok(now) => {
                tell(&now, self.output, io)?;
                Ok(progress::code(&now))
            }
        }
    }

    /// Read-only mode wins over everything: what a guard is asked for, it writes.
    pub(super) fn may_write(&self) -> Result<(), Failure> {
        let settings = load::all(self.arguments, self.environment)?.settings;
        if settings.mode == Mode::ReadOnly {
            return Err(settings.read_only().into());
        }
        Ok(())
    }

    pub(super) fn dir(&self) -> Result<PathBuf, Fault> {
        Ok(state_dir(self.environment)?.join("journal"))
    }
}

/// The one that is open, or the one that is named; `None`: there is none such on this machine.
pub(super) fn choose(dir: &Path, which: &Which) -> Result<Option<Open>, Fault> {
    let mut open = talk::open_sessions(dir)?;
    let names: Vec<String> = open
        .iter()
        .map(|o| o.state.id.as_str().to_owned())
        .collect();
    if let Some(wanted) = &which.session {
        open.retain(|o| o.state.id.as_str().starts_with(wanted.as_str()));
    }
    match (open.len(), &which.session) {
        (0, Some(wanted)) if !names.is_empty() => Err(unknown(wanted, &names)),
        (0 | 1, _) => Ok(open.pop()),
        _ => Err(
            Fault::new(FaultKind::Usage, "Several sessions are open here")
                .next(format!("say which with --session: {}", names.join(", "))),
        ),
    }
}

pub(super) fn unknown(wanted: &str, names: &[String]) -> Fault {
    Fault::new(
        FaultKind::Usage,
        format!("No open session is called {wanted}"),
    )
    .next(did_you_mean(wanted, names.iter().map(String::as_str)))
}

fn ask_back(args: &RevertArgs) -> Ask {
    let surplus = if args.stop_tasks {
        Surplus::Stops
    } else {
        Surplus::Waits
    };
    Ask::Revert {
        decisions: Decisions {
            surplus,
            ..Decisions::default()
        },
    }
}

/// Everything that is in conflict, decided alike.
fn decided(now: &Snapshot, theirs: Theirs) -> Decisions {
    let keys = now
        .conflicts
        .iter()
        .map(|c| (c.target.clone(), c.field))
        .collect();
    match theirs {
        Theirs::Keep => Decisions {
            keep: keys,
            ..Decisions::default()
        },
        Theirs::Overwrite => Decisions {
            restore: keys,
            ..Decisions::default()
        },
    }
}
