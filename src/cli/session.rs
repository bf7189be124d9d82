//! `tidegate session`: load tests without a terminal.

mod json;
mod list;
mod report;
mod said;
mod show;
mod which;

use super::args::{Arguments, Output};
use super::environment::Environment;
use super::file::{self, Presence};
use super::load;
use super::plan::{self, Plans, Written};
use super::{Failure, Streams, say};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::SessionId;
use crate::domain::plan::Ceilings;
use crate::domain::text::Text;
use crate::journal::Store;
use crate::model::source::{Source, did_you_mean};
use crate::runtime;
use crate::session::draft::{Draft, Reason, Refusal, draft};
use crate::session::survey::Survey;
use std::path::PathBuf;

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
    /// Its name: the section [plan.NAME] of the config file, or of the file that --plan names
    pub name: String,
    /// A file with plans
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Take on a reason that stands against it, by its name; may be given again
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
        Ok(_) => Err("nothing can be said against it by name; mend it instead".to_owned()),
        Err(_) => Err(did_you_mean(text, names.iter().map(String::as_str))),
    }
}

/// Exit codes of `session`, beside 0, 1 and 2.
const REFUSED: u8 = 3;
const CREDENTIALS: u8 = 7;

/// A plan against the account that it is for.
struct Looked<'a> {
    written: &'a Written,
    survey: &'a Survey,
    draft: &'a Draft,
    accepted: &'a [Reason],
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

    fn code(&self) -> u8 {
        let standing = self
            .draft
            .refusals
            .iter()
            .filter(|refusal| !self.is_accepted(refusal));
        let worst = standing.map(|refusal| match refusal.reason {
            Reason::Mistake => 2,
            Reason::Unseen if refusal.fault.kind == FaultKind::Credentials => CREDENTIALS,
            _ => REFUSED,
        });
        // The plan itself has to be mended first.
        worst.min_by_key(|code| (*code != 2, *code)).unwrap_or(0)
    }
}

/// Does what was asked; the exit code says how it ended.
pub(super) fn run(
    args: &SessionArgs,
    arguments: &Arguments,
    environment: &Environment,
    io: &mut Streams<'_>,
) -> Result<u8, Failure> {
    match &args.ask {
        Ask::Plan(plan) => show_plan(plan, args.output, arguments, environment, io),
        Ask::List => list::run(args.output, environment, io),
        Ask::Show(which) => show::run(which, args.output, environment, io),
        Ask::Report(which) => report::run(which, args.output, environment, io),
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
    let settings = &loaded.settings;
    let survey = match runtime::survey::survey(settings, &written.plan) {
        Ok(survey) => survey,
        Err(fault) if fault.kind == FaultKind::Credentials => {
            say::faults(&[fault], io.err)?;
            return Ok(CREDENTIALS);
        }
        Err(fault) => return Err(fault.into()),
    };
    let ceilings = Ceilings {
        max_tasks: settings.max_tasks,
        max_instances: settings.max_instances,
    };
    let id: SessionId = Store::new_id(survey.at);
    let draft = draft(&written.plan, &survey, &ceilings, &id);
    let looked = Looked {
        written: &written,
        survey: &survey,
        draft: &draft,
        accepted: &args.accept,
    };
    match output {
        Output::Text => io.out.write_all(said::plan(&looked).as_bytes())?,
        Output::Json => writeln!(io.out, "{:#}", json::plan(&looked))?,
    }
    Ok(looked.code())
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
