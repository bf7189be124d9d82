//! `tidegate session recover`: a session whose guard is gone, here or in the account, and timers that
//! outlived theirs.

use super::absent::none_open;
use super::follow::{by, is_over, runs};
use super::start::{brief, said_no};
use super::talk::{Desk, Which, choose};
use crate::cli::{Failure, Streams, load};
use crate::domain::change::Target;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::Region;
use crate::domain::text::Text;
use crate::journal::{self, Store};
use crate::model::settings::Settings;
use crate::runtime::guard::Task;
use crate::runtime::guard::orphan::{self, Orphan};
use crate::runtime::guard::spawn::spawn;
use crate::runtime::guard::talk::{self, Open};
use crate::session::ask::Ask;
use crate::session::conductor::Resume;
use crate::session::revert::Decisions;
use crate::session::step;
use std::path::Path;

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

impl RecoverArgs {
    fn resume(&self) -> Resume {
        match (self.resume, self.keep) {
            (true, _) => Resume::On,
            (_, true) => Resume::Keep,
            _ => Resume::Revert,
        }
    }
}

impl Desk<'_> {
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
        let Some(open) = choose(&dir, &args.which)? else {
            return self.adopt(&dir, args, io);
        };
        self.take_up_or_ask(&dir, &open, args, io)
    }

    /// A guard that lives is asked; a new one takes the session up where there is none.
    fn take_up_or_ask(
        &self,
        dir: &Path,
        open: &Open,
        args: &RecoverArgs,
        io: &mut Streams<'_>,
    ) -> Result<u8, Failure> {
        let resume = args.resume();
        let id = open.state.id.clone();
        if open.held {
            talk::end_hung(dir, &id, &by())?;
        }
        if !journal::is_held(dir, &id) {
            if let Err(fault) = self.take_up(dir, open, resume) {
                return said_no(&fault, io);
            }
            let over = if resume == Resume::On { runs } else { is_over };
            return self.followed(dir, &id, None, io, over);
        }
        if !(args.revert || args.resume || args.keep) {
            return Err(carried(open).into());
        }
        let over = if resume == Resume::On { runs } else { is_over };
        self.followed(dir, &id, Some(asked(resume)), io, over)
    }

    /// Nothing is open on this machine: what nobody carries any more in the account is taken over.
    fn adopt(&self, dir: &Path, args: &RecoverArgs, io: &mut Streams<'_>) -> Result<u8, Failure> {
        if args.resume || args.keep || args.which.session.is_some() {
            return said_no(&self.absent(dir, &args.which), io);
        }
        let settings = load::all(self.arguments, self.environment)?.settings;
        let found = orphan::look(&settings)?;
        let Some(orphan) = found.first() else {
            return timers(&settings, dir, args, none_open(), io);
        };
        self.take_over(&settings, dir, orphan, io)
    }

    /// Puts back from its record in the account what nobody carries any more.
    pub(super) fn take_over(
        &self,
        settings: &Settings,
        dir: &Path,
        orphan: &Orphan,
        io: &mut Streams<'_>,
    ) -> Result<u8, Failure> {
        let store = Store::open(dir)?;
        let now = crate::runtime::clock::wall();
        let task = orphan.task(store.actor(), &settings.ceilings(), now);
        match task.and_then(|task| spawn(brief(settings, dir, task))) {
            Ok(id) => self.followed(dir, &id, None, io, is_over),
            Err(fault) => said_no(&fault, io),
        }
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
}

/// What a guard that lives is asked for.
fn asked(resume: Resume) -> Ask {
    match resume {
        Resume::On => Ask::Retry,
        Resume::Keep => Ask::Keep,
        Resume::Revert => Ask::Revert {
            decisions: Decisions::default(),
        },
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
