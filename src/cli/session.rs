//! `tidegate session`: load tests without a terminal.

mod absent;
mod follow;
mod json;
mod list;
mod progress;
mod recover;
mod report;
mod said;
mod show;
mod start;
mod talk;
mod which;

use super::args::{Arguments, Output};
use super::environment::Environment;
use super::file::{self, Presence};
use super::load;
use super::plan::{self, Plans, Written};
use super::{Failure, Streams, say};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::text::Text;
use crate::model::settings::Settings;
use crate::model::source::{Source, did_you_mean};
use crate::runtime;
use crate::session::draft::{Reason, Refusal};
use crate::session::opening::Drafted;
use crate::session::permission::{Answer, Permissions};
use std::path::PathBuf;
use talk::Desk;

/// What `tidegate session` is asked.
#[derive(Clone, Debug, clap::Args)]
pub struct SessionArgs {
    #[command(subcommand)]
    pub ask: Ask,
    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORM", global = true)]
    pub output: Output,
}

/// One thing to do with load tests.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Ask {
    /// Show what a plan would do here: each step, its risks, and what stands against it; writes nothing
    Plan(PlanArgs),
    /// Begin a load test: apply the plan, step by step; a guard puts everything back in time
    Start(start::StartArgs),
    /// Show the session that is open here
    Status(talk::StatusArgs),
    /// Let the session end later
    Extend {
        /// By how much: 15m, 1h
        duration: String,
        #[command(flatten)]
        which: talk::Which,
    },
    /// Put words on the session's timeline
    Note {
        /// The words
        text: String,
        #[command(flatten)]
        which: talk::Which,
    },
    /// Put everything back
    Revert(talk::RevertArgs),
    /// Take up a session whose guard is gone, here or in the account; puts it back where nothing else is said
    Recover(recover::RecoverArgs),
    /// All load tests of the journal, newest first
    List,
    /// Where a load test stands: its steps and its timeline
    Show(which::Which),
    /// What became of a load test, as Markdown, with the proof that everything is back
    Report(which::Which),
}

/// Which plan.
#[derive(Clone, Debug, clap::Args)]
pub struct PlanArgs {
    /// The plan's name: the section [plan.NAME] of the config file, or of the file that --plan names
    pub name: String,
    /// A file with plans
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Take on a reason that stands against it, by its name (the plan shows which can be); may be given again
    #[arg(long, value_name = "REASON", value_parser = acceptable)]
    pub accept: Vec<Reason>,
}

fn acceptable(text: &str) -> Result<Reason, String> {
    use strum::IntoEnumIterator;
    let names: Vec<String> = Reason::iter()
        .filter(|r| r.is_acceptable())
        .map(|r| r.to_string())
        .collect();
    match text.parse::<Reason>() {
        Ok(reason) if reason.is_acceptable() => Ok(reason),
        Ok(_) => Err("it cannot be accepted; it has to be mended".to_owned()),
        Err(_) => Err(did_you_mean(text, names.iter().map(String::as_str))),
    }
}

/// Exit codes of `session`, beside 0 and 1.
const USAGE: u8 = 2;
const REFUSED: u8 = 3;
const HALTED: u8 = 4;
const CONFLICT: u8 = 5;
const LOCKED: u8 = 6;
const CREDENTIALS: u8 = 7;
const DOUBT: u8 = 8;

/// A plan against the account that it is for.
struct Looked<'a> {
    written: &'a Written,
    found: &'a Drafted,
    accepted: &'a [Reason],
    /// What IAM says of what it would do.
    permissions: Permissions,
}

impl Looked<'_> {
    /// Whether an operator took it on.
    fn is_accepted(&self, refusal: &Refusal) -> bool {
        refusal.reason.is_acceptable() && self.accepted.contains(&refusal.reason)
    }

    /// What it is about, with its place in the file where it is the file that has to be mended.
    fn fault(&self, refusal: &Refusal) -> Fault {
        let span = refusal.wish.and_then(|n| self.written.spans.get(n));
        match span.filter(|_| refusal.reason == Reason::Mistake) {
            None => refusal.fault.clone(),
            Some(span) => {
                let place = self.written.source.place(span.start);
                let what = Text::clean(&format!("{place}: {}", refusal.fault.what));
                Fault {
                    what,
                    ..refusal.fault.clone()
                }
            }
        }
    }

    /// What is not permitted: as it was seen while looking, and as IAM says of what it would do.
    fn missing(&self) -> Vec<&str> {
        let seen = self.found.draft.missing.iter().map(Text::as_str);
        let simulated = match &self.permissions.answer {
            Answer::Looked { missing, .. } => Some(missing),
            Answer::Unasked | Answer::Unseen(_) => None,
        };
        let simulated = simulated.into_iter().flatten().map(String::as_str);
        seen.chain(simulated).collect()
    }

    fn code(&self) -> u8 {
        let worst = self
            .found
            .standing(self.accepted)
            .map(|refusal| match refusal.reason {
                Reason::Mistake => USAGE,
                Reason::Unseen if refusal.fault.kind == FaultKind::Credentials => CREDENTIALS,
                Reason::Locked => LOCKED,
                _ => REFUSED,
            });
        // The plan itself has to be mended first; behind an open session nothing else matters.
        let rank = |code: &u8| (*code != USAGE, *code != LOCKED, *code);
        worst.min_by_key(rank).unwrap_or(0)
    }
}

/// Does what was asked; the exit code says how it ended.
pub(super) fn run(
    args: &SessionArgs,
    arguments: &Arguments,
    environment: &Environment,
    io: &mut Streams<'_>,
) -> Result<u8, Failure> {
    let output = args.output;
    let desk = Desk {
        output,
        arguments,
        environment,
    };
    match &args.ask {
        Ask::Plan(plan) => show_plan(plan, output, arguments, environment, io),
        Ask::Start(start) => start::run(start, output, arguments, environment, io),
        Ask::Status(status) => desk.status(status, io),
        Ask::Extend { duration, which } => desk.extend(duration, which, io),
        Ask::Note { text, which } => desk.note(text, which, io),
        Ask::Revert(revert) => desk.revert(revert, io),
        Ask::Recover(recover) => desk.recover(recover, io),
        Ask::List => list::run(output, environment, io),
        Ask::Show(which) => show::run(which, output, environment, io),
        Ask::Report(which) => report::run(which, output, environment, io),
    }
}

fn show_plan(
    args: &PlanArgs,
    output: Output,
    arguments: &Arguments,
    environment: &Environment,
    io: &mut Streams<'_>,
) -> Result<u8, Failure> {
    let loaded = load::all(arguments, environment)?;
    let written = written(args, loaded.plans)?;
    let found = match drafted(&written, &loaded.settings, io)? {
        Ok(found) => found,
        Err(code) => return Ok(code),
    };
    let looked = Looked {
        written: &written,
        found: &found,
        accepted: &args.accept,
        permissions: runtime::survey::permissions(&loaded.settings, &found),
    };
    match output {
        Output::Text => io.out.write_all(said::plan(&looked).as_bytes())?,
        Output::Json => writeln!(io.out, "{:#}", json::plan(&looked))?,
    }
    Ok(looked.code())
}

/// The plan against the account; an exit code where nobody is logged in.
fn drafted(
    written: &Written,
    settings: &Settings,
    io: &mut Streams<'_>,
) -> Result<Result<Drafted, u8>, Failure> {
    match runtime::survey::draft(settings, &written.plan) {
        Ok(found) => Ok(Ok(found)),
        Err(fault) if fault.kind == FaultKind::Credentials => {
            say::faults(&[fault], io.err)?;
            Ok(Err(CREDENTIALS))
        }
        Err(fault) => Err(fault.into()),
    }
}

/// The plan of that name, from the file that was named or from the config.
fn written(args: &PlanArgs, configured: Plans) -> Result<Written, Vec<Fault>> {
    let (mut plans, place) = match &args.plan {
        None => (configured, "the config file".to_owned()),
        Some(path) => (of_file(path)?, path.display().to_string()),
    };
    if let Some(found) = plans.remove(&args.name) {
        return Ok(found);
    }
    let what = format!("There is no plan “{}” in {place}", args.name);
    let mend = if plans.is_empty() {
        "Write a section [plan.NAME]; the README shows one".to_owned()
    } else {
        did_you_mean(&args.name, plans.keys().map(String::as_str))
    };
    Err(vec![Fault::new(FaultKind::Usage, what).next(mend)])
}

fn of_file(path: &std::path::Path) -> Result<Plans, Vec<Fault>> {
    let source = file::read(path, Presence::Required).map_err(|fault| vec![fault])?;
    plan::of_file(&source.unwrap_or_else(|| Source::new("", "")))
}

#[cfg(test)]
mod tests;
