//! `tidegate session start`: from the plan to a session that runs.

use super::follow::{follow, lost};
use super::progress;
use super::{Looked, PlanArgs, acceptable, drafted, said};
use crate::cli::args::{Arguments, Output};
use crate::cli::environment::Environment;
use crate::cli::plan::{Plans, Written};
use crate::cli::{Failure, Streams, load, say, state_dir, value};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::journal::Store;
use crate::model::settings::{Mode, Settings};
use crate::runtime::guard::Task;
use crate::runtime::guard::process::Brief;
use crate::runtime::guard::spawn::spawn;
use crate::runtime::guard::talk;
use crate::session::draft::{DraftStep, Reason};
use crate::session::load_test::Stage;
use crate::session::opening::Drafted;
use crate::session::permission::Permissions;
use crate::session::snapshot::{Protection, Snapshot};
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What to begin, and how.
#[derive(Clone, Debug, clap::Args)]
pub struct StartArgs {
    /// The plan's name: the section [plan.NAME] of the config file, or of the file that --plan names
    pub name: String,
    /// A file with plans
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Begin without the plan's name being typed
    #[arg(long)]
    pub yes: bool,
    /// How long it lasts, instead of what the plan says
    #[arg(long, value_name = "DURATION")]
    pub ttl: Option<String>,
    /// Take on a reason that stands against it, by its name (the plan shows which can be); may be given again
    #[arg(long, value_name = "REASON", value_parser = acceptable)]
    pub accept: Vec<Reason>,
    /// Return once the guard has the session; with nobody attached it puts back after the plan's `unattended`
    #[arg(long)]
    pub detach: bool,
}

/// Begins the session; the exit code says how far it came.
pub(super) fn run(
    args: &StartArgs,
    output: Output,
    arguments: &Arguments,
    environment: &Environment,
    io: &mut Streams<'_>,
) -> Result<u8, Failure> {
    let loaded = load::all(arguments, environment)?;
    if loaded.settings.mode == Mode::ReadOnly {
        return Err(loaded.settings.read_only().into());
    }
    let written = args.written(loaded.plans)?;
    let found = match drafted(&written, &loaded.settings, io)? {
        Ok(found) => found,
        Err(code) => return Ok(code),
    };
    let dir = state_dir(environment)?.join("journal");
    if let Some(code) = stands_against(&written, &found, args, io)? {
        return Ok(code);
    }
    if let Err(fault) = talk::none_open(&dir, &found.survey.place.scope) {
        return said_no(&fault, io);
    }
    if !args.yes && !typed(&args.name, io)? {
        return Err(not_confirmed(&args.name).into());
    }
    let task = task(&found, &Store::open(&dir)?, &args.accept);
    match spawn(brief(&loaded.settings, &dir, task)) {
        Err(fault) => said_no(&fault, io),
        Ok(id) if args.detach => detached(&id, output, io),
        Ok(id) => match follow(&dir, &id, None, io, has_arrived) {
            Err(failure) => lost(failure, io),
            Ok(now) => {
                tell(&now, output, io)?;
                Ok(progress::code(&now))
            }
        },
    }
}

impl StartArgs {
    fn written(&self, plans: Plans) -> Result<Written, Failure> {
        let wanted = PlanArgs {
            name: self.name.clone(),
            plan: self.plan.clone(),
            accept: self.accept.clone(),
        };
        let mut written = super::written(&wanted, plans)?;
        if let Some(ttl) = &self.ttl {
            written.plan.ttl = duration("--ttl", ttl)?;
        }
        Ok(written)
    }
}

/// Shows what it comes down to; the exit code where it is not begun.
fn stands_against(
    written: &Written,
    found: &Drafted,
    args: &StartArgs,
    io: &mut Streams<'_>,
) -> Result<Option<u8>, Failure> {
    let looked = Looked {
        written,
        found,
        accepted: &args.accept,
        permissions: Permissions::default(),
    };
    io.err.write_all(said::plan(&looked).as_bytes())?;
    match looked.code() {
        0 if found.draft.steps.iter().all(DraftStep::is_net) => Err(nothing_to_do().into()),
        0 => Ok(None),
        code => Ok(Some(code)),
    }
}

fn task(found: &Drafted, store: &Store, accepted: &[Reason]) -> Task {
    let id = Store::new_id(found.survey.at);
    Task::Start {
        opening: Box::new(found.opening(id, store.actor(), accepted)),
        scope: found.survey.place.scope.clone(),
    }
}

/// It runs, or nothing more is done without a word.
fn has_arrived(now: &Snapshot) -> bool {
    !matches!(now.stage, Stage::Applying | Stage::Reverting)
}

/// How a guard is told which account it is, and what to do there.
pub(super) fn brief(settings: &Settings, dir: &Path, task: Task) -> Brief {
    Brief {
        profile: settings.profile.clone(),
        region: settings.region.clone(),
        endpoint: settings.endpoint.as_ref().map(|e| e.as_str().to_owned()),
        keys: None,
        journal: dir.to_owned(),
        protection: Protection::Detached,
        pace: None,
        task,
    }
}

pub(super) fn said_no(fault: &Fault, io: &mut Streams<'_>) -> Result<u8, Failure> {
    say::faults(std::slice::from_ref(fault), io.err)?;
    Ok(match fault.kind {
        FaultKind::Credentials => super::CREDENTIALS,
        FaultKind::Refused => super::REFUSED,
        FaultKind::Conflict => super::LOCKED,
        FaultKind::Usage => super::USAGE,
        _ => 1,
    })
}

fn detached(id: &SessionId, output: Output, io: &mut Streams<'_>) -> Result<u8, Failure> {
    match output {
        Output::Text => writeln!(io.out, "{}", id.text())?,
        Output::Json => writeln!(io.out, "{}", serde_json::json!({ "session": id }))?,
    }
    Ok(0)
}

pub(super) fn tell(now: &Snapshot, output: Output, io: &mut Streams<'_>) -> Result<(), Failure> {
    match output {
        Output::Text => io.out.write_all(progress::whole(now).as_bytes())?,
        Output::Json => writeln!(io.out, "{:#}", super::json::masked(now))?,
    }
    Ok(())
}

pub(super) fn duration(flag: &str, text: &str) -> Result<Duration, Fault> {
    let longest = crate::session::plan::LONGEST_TTL;
    value::duration(text, Duration::from_secs(1), longest).map_err(|refusal| {
        Fault::new(
            FaultKind::Usage,
            format!("{flag}: “{text}” {}", refusal.what),
        )
        .next(refusal.mend)
    })
}

/// The plan's name, typed: `y` is pressed too easily.
fn typed(name: &str, io: &mut Streams<'_>) -> Result<bool, Failure> {
    write!(io.err, "\nType the plan's name to begin: ")?;
    io.err.flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim() == name)
}

fn not_confirmed(name: &str) -> Fault {
    Fault::new(FaultKind::Usage, "The plan's name was not typed")
        .means("nothing was changed")
        .next(format!("type {name}, or begin with --yes"))
}

fn nothing_to_do() -> Fault {
    Fault::new(
        FaultKind::Usage,
        "Everything the plan asks for is so already",
    )
    .means("there is nothing to change and nothing to put back")
    .next("look at it with `tidegate session plan`")
}
