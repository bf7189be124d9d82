//! Commands to a session that is open: status, extend, note, revert, recover.

use super::progress;
use super::start::{brief, duration, said_no, tell};
use crate::cli::args::{Arguments, Output};
use crate::cli::environment::Environment;
use crate::cli::{Failure, Streams, load, state_dir};
use crate::domain::change::Target;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{Region, SessionId};
use crate::domain::text::Text;
use crate::journal::{self, Store};
use crate::model::settings::{Mode, Settings};
use crate::model::source::did_you_mean;
use crate::runtime::guard::spawn::spawn;
use crate::runtime::guard::talk::{self, Follow, Open};
use crate::runtime::guard::{Task, orphan};
use crate::session::ask::{Answer, Ask};
use crate::session::conductor::{self, Resume};
use crate::session::load_test::Stage;
use crate::session::revert::{Decisions, Surplus};
use crate::session::snapshot::{Kind, Snapshot, Standing};
use crate::session::step;
use std::path::Path;

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

#[derive(Clone, Debug, clap::Args)]
#[allow(clippy::struct_excessive_bools)] // a flag each; clap lets only one of them be given
pub struct RecoverArgs {
    #[command(flatten)]
    pub which: Which,
    /// Put everything back (what is done where nothing else is said)
    #[arg(long, group = "way")]
    pub revert: bool,
    /// Go on where it was
    #[arg(long, group = "way")]
    pub resume: bool,
    /// Leave everything as it is; timers and lock are removed
    #[arg(long, group = "way")]
    pub keep: bool,
    /// Remove timers in the account whose session is over everywhere
    #[arg(long, group = "way")]
    pub remove_timers: bool,
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
        let open = choose(&dir, &args.which)?;
        if args.watch {
            let now = watch(&dir, &open.state.id, io)?;
            tell(&now, self.output, io)?;
            return Ok(progress::code(&now));
        }
        let (_, now) = talk::ask(&dir, &open.state.id, &by(), Ask::Status)?;
        tell(&now, self.output, io)?;
        Ok(progress::code(&now))
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
        let open = choose(&dir, which)?;
        match talk::ask(&dir, &open.state.id, &by(), ask)? {
            (Answer::Refused { trouble }, _) => said_no(&Fault::from(&trouble), io),
            (Answer::Done { said }, now) => {
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
        let open = choose(&dir, &args.which)?;
        let decisions = Decisions {
            surplus: if args.stop_tasks {
                Surplus::Stops
            } else {
                Surplus::Waits
            },
            ..Decisions::default()
        };
        let ask = Ask::Revert { decisions };
        let mut now = follow(&dir, &open.state.id, ask, io, is_over)?;
        if let (Some(theirs), false) = (args.theirs, now.conflicts.is_empty()) {
            let ask = Ask::Revert {
                decisions: decided(&now, theirs),
            };
            now = follow(&dir, &open.state.id, ask, io, is_over)?;
        }
        tell(&now, self.output, io)?;
        Ok(progress::code(&now))
    }

    pub(super) fn recover(&self, args: &RecoverArgs, io: &mut Streams<'_>) -> Result<u8, Failure> {
        self.may_write()?;
        let dir = self.dir()?;
        if args.remove_timers {
            let settings = load::all(self.arguments, self.environment)?.settings;
            let none = Fault::new(
                FaultKind::Usage,
                "No timer of a session that is over stands here",
            );
            return timers(&settings, &dir, args, none, io);
        }
        let open = match choose(&dir, &args.which) {
            Ok(open) => open,
            Err(nothing) if talk::open_sessions(&dir)?.is_empty() => {
                return self.adopt(&dir, args, nothing, io);
            }
            Err(fault) => return Err(fault.into()),
        };
        let resume = match (args.resume, args.keep) {
            (true, _) => Resume::On,
            (_, true) => Resume::Keep,
            _ => Resume::Revert,
        };
        let id = open.state.id.clone();
        if open.held {
            talk::end_hung(&dir, &id, &by())?;
        }
        if !journal::is_held(&dir, &id) {
            if let Err(fault) = self.take_up(&dir, &open, resume) {
                return said_no(&fault, io);
            }
            let over = if resume == Resume::On { runs } else { is_over };
            return self.followed(&dir, &id, None, io, over);
        }
        if !(args.revert || args.resume || args.keep) {
            return Err(carried(&open).into());
        }
        let (ask, over): (_, fn(&Snapshot) -> bool) = match resume {
            Resume::On => (Ask::Retry, runs),
            Resume::Keep => (Ask::Keep, is_over),
            Resume::Revert => (
                Ask::Revert {
                    decisions: Decisions::default(),
                },
                is_over,
            ),
        };
        self.followed(&dir, &id, Some(ask), io, over)
    }

    /// Nothing is open on this machine: what nobody carries any more in the account is taken over.
    fn adopt(
        &self,
        dir: &Path,
        args: &RecoverArgs,
        nothing: Fault,
        io: &mut Streams<'_>,
    ) -> Result<u8, Failure> {
        if args.resume || args.keep || args.which.session.is_some() {
            return Err(nothing.into());
        }
        let settings = load::all(self.arguments, self.environment)?.settings;
        let found = orphan::look(&settings)?;
        let Some(orphan) = found.first() else {
            return timers(&settings, dir, args, nothing, io);
        };
        let store = Store::open(dir)?;
        let task = match orphan.task(store.actor(), crate::runtime::clock::wall()) {
            Ok(task) => task,
            Err(fault) => {
                said_no(&fault, io)?;
                return Ok(super::LOCKED);
            }
        };
        match spawn(brief(&settings, dir, task)) {
            Ok(id) => self.followed(dir, &id, None, io, is_over),
            Err(fault) => said_no(&fault, io),
        }
    }

    fn followed(
        &self,
        dir: &Path,
        id: &SessionId,
        ask: Option<Ask>,
        io: &mut Streams<'_>,
        over: fn(&Snapshot) -> bool,
    ) -> Result<u8, Failure> {
        let now = follow_with(dir, id, ask, io, over)?;
        tell(&now, self.output, io)?;
        Ok(progress::code(&now))
    }

    /// A new guard for a session whose own is gone, in the account and region that it belongs to.
    fn take_up(&self, dir: &Path, open: &Open, resume: Resume) -> Result<(), Fault> {
        let loaded = load::all(self.arguments, self.environment);
        let mut settings = loaded
            .map_err(|f| f.into_iter().next().unwrap_or_else(unreadable))?
            .settings;
        let region: Region = open.state.place.scope.region.clone();
        settings.region.get_or_insert(region);
        let task = Task::TakeUp {
            session: open.state.id.clone(),
            resume,
        };
        spawn(brief(&settings, dir, task)).map(drop)
    }

    /// Read-only mode wins over everything: what a guard is asked for, it writes.
    fn may_write(&self) -> Result<(), Failure> {
        let settings = load::all(self.arguments, self.environment)?.settings;
        if settings.mode == Mode::ReadOnly {
            return Err(settings.read_only().into());
        }
        Ok(())
    }

    fn dir(&self) -> Result<std::path::PathBuf, Fault> {
        Ok(state_dir(self.environment)?.join("journal"))
    }
}

fn carried(open: &Open) -> Fault {
    let what = format!("{} is carried by its guard", open.state.summary);
    Fault::new(FaultKind::Usage, what)
        .means("there is nothing to recover from")
        .next("say --revert, --resume (tries again what halted it) or --keep")
}

fn unreadable() -> Fault {
    Fault::new(FaultKind::Usage, "The settings cannot be read")
}

fn by() -> String {
    conductor::name(&journal::actor())
}

/// No session, but perhaps timers of one: told, and removed where that is asked.
fn timers(
    settings: &Settings,
    dir: &Path,
    args: &RecoverArgs,
    nothing: Fault,
    io: &mut Streams<'_>,
) -> Result<u8, Failure> {
    let found = orphan::timers(settings, dir)?;
    if found.is_empty() {
        return Err(nothing.into());
    }
    for timer in &found {
        let of = step::resource(&Target::Timer(timer.clone()));
        let line = format!(
            "{of}: {} sets min {}, max {} at {:.0}",
            timer.name, timer.min, timer.max, timer.at
        );
        writeln!(io.err, "{}", Text::clean(&line))?;
    }
    if !args.remove_timers {
        let fault = Fault::new(
            FaultKind::Refused,
            "No session is open, but timers of one that is over stand in the account",
        )
        .means("at their time they set these bounds, whatever is there by then")
        .next("let them run, or remove them with --remove-timers");
        return said_no(&fault, io);
    }
    orphan::remove(settings, dir, found)?;
    writeln!(io.out, "the timers are removed")?;
    Ok(0)
}

/// The one that is open, or the one that is named.
fn choose(dir: &Path, which: &Which) -> Result<Open, Fault> {
    let mut open = talk::open_sessions(dir)?;
    let names: Vec<String> = open
        .iter()
        .map(|o| o.state.id.as_str().to_owned())
        .collect();
    if let Some(wanted) = &which.session {
        open.retain(|o| o.state.id.as_str().starts_with(wanted.as_str()));
    }
    match (open.len(), &which.session) {
        (1, _) => Ok(open.remove(0)),
        (0, None) => Err(Fault::new(
            FaultKind::Usage,
            "No load-test session is open on this machine",
        )
        .next("tidegate session list shows those that were")),
        (0, Some(wanted)) => Err(Fault::new(
            FaultKind::Usage,
            format!("No open session is called {wanted}"),
        )
        .next(did_you_mean(wanted, names.iter().map(String::as_str)))),
        _ => Err(
            Fault::new(FaultKind::Usage, "Several sessions are open here")
                .next(format!("say which with --session: {}", names.join(", "))),
        ),
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

/// Closed, to be decided, or nothing left but what drains.
fn is_over(now: &Snapshot) -> bool {
    let nets = [Kind::Lock, Kind::Timer, Kind::Backup];
    let mut sizes = now.steps.iter().filter(|s| !nets.contains(&s.kind));
    let drains = sizes.clone().any(|s| s.standing == Standing::Draining);
    match now.stage {
        Stage::Closed | Stage::Halted => true,
        Stage::Reverting => drains && sizes.all(|s| rests(s.standing)),
        Stage::Applying | Stage::Running => false,
    }
}

/// Nothing more is done with it until something drains.
fn rests(standing: Standing) -> bool {
    use Standing::{Conflict, Draining, Kept, Reverted, Skipped, Waiting};
    matches!(
        standing,
        Conflict | Draining | Kept | Reverted | Skipped | Waiting
    )
}

fn runs(now: &Snapshot) -> bool {
    matches!(now.stage, Stage::Running | Stage::Halted | Stage::Closed)
}

fn watch(dir: &Path, id: &SessionId, io: &mut Streams<'_>) -> Result<Snapshot, Failure> {
    follow_with(dir, id, None, io, |now| now.stage == Stage::Closed)
}

fn follow(
    dir: &Path,
    id: &SessionId,
    ask: Ask,
    io: &mut Streams<'_>,
    over: fn(&Snapshot) -> bool,
) -> Result<Snapshot, Failure> {
    follow_with(dir, id, Some(ask), io, over)
}

fn follow_with(
    dir: &Path,
    id: &SessionId,
    ask: Option<Ask>,
    io: &mut Streams<'_>,
    over: fn(&Snapshot) -> bool,
) -> Result<Snapshot, Failure> {
    let mut before: Option<Snapshot> = None;
    let mut broken = None;
    let followed = talk::follow(dir, id, &by(), ask, |now| {
        let mut lines = progress::news(before.as_ref(), now).into_iter();
        let told = lines.try_for_each(|line| writeln!(io.err, "{line}"));
        before = Some(now.clone());
        broken = told.err();
        if broken.is_some() || over(now) {
            Follow::Done
        } else {
            Follow::On
        }
    });
    match broken {
        Some(error) => Err(error.into()),
        None => Ok(followed?),
    }
}
