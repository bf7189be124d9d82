//! `tidegate logs`: log groups without a terminal, read and followed.

mod json;
mod last;
mod list;
mod page;
mod stamp;

use super::args::{Arguments, Output};
use super::environment::Environment;
use super::{Failure, Streams, load, say};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::log::TailSource;
use crate::domain::moment;
use crate::logs::filter::Filter;
use crate::model::log_request;
use crate::model::settings::Settings;
use crate::model::tail::{TailMethod, TailStart, Tailing};
use crate::runtime::clock;
use crate::runtime::logs::{self, Job, Stopped, Then};
use jiff::Timestamp;
use page::{Lines, Look};
use std::io::{self, IsTerminal};

/// No credentials, or none that AWS takes.
const CREDENTIALS: u8 = 7;
/// The call has to be mended.
const USAGE: u8 = 2;

/// What `tidegate logs` takes.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct LogsArgs {
    /// Log groups: NAME, REGION:NAME or ARN, a * in the NAME for anything ('/ecs/shop-*'); with --list the beginning of their names
    #[arg(value_name = "GROUP")]
    pub groups: Vec<String>,
    /// List the log groups there are
    #[arg(long, conflicts_with_all = ["follow", "since", "until", "filter", "pattern", "stream_prefix", "tail"])]
    pub list: bool,
    /// From when on: 15m, 2h, 1d or 1w ago, 14:22, 2026-11-22, or RFC 3339
    #[arg(
        long,
        value_name = "TIME",
        default_value = "10m",
        allow_hyphen_values = true
    )]
    pub since: String,
    /// Until when, in the same forms
    #[arg(
        long,
        value_name = "TIME",
        conflicts_with = "follow",
        allow_hyphen_values = true
    )]
    pub until: Option<String>,
    /// Go on with what comes, until ctrl-c; a line that comes after newer ones is marked: "late" before it on a
    /// terminal, "late": true in JSON; as text in a pipe it is not marked
    #[arg(long, short)]
    pub follow: bool,
    /// Only lines that pass: text, status>=500, duration>200ms, !health, a | b
    #[arg(long, value_name = "EXPR")]
    pub filter: Option<String>,
    /// Only lines that fit this CloudWatch filter pattern: AWS sends no others
    #[arg(long, value_name = "PATTERN")]
    pub pattern: Option<String>,
    /// Only lines of the streams whose names begin so: AWS reads no others
    #[arg(long, value_name = "PREFIX")]
    pub stream_prefix: Option<String>,
    /// Of the lines until now only the last N, of all groups together; what comes with --follow comes after them
    #[arg(long, short = 'n', value_name = "N")]
    pub tail: Option<usize>,
    /// The form of the output; json: one object a line
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub output: Output,
    /// Follow by CloudWatch Live Tail, which AWS bills by the minute
    #[arg(long, requires = "follow")]
    pub live_tail: bool,
}

/// Reads what was asked for; answers with the exit code.
pub(super) fn run(
    args: &LogsArgs,
    arguments: &Arguments,
    environment: &Environment,
    io: &mut Streams<'_>,
) -> Result<u8, Failure> {
    let settings = load::all(arguments, environment)?.settings;
    if args.list {
        return list::run(args, &settings, io).or_else(|failure| ended(failure, io));
    }
    let job = job(args, &settings, clock::wall())?;
    let terminal = io::stdout().is_terminal();
    let look = Look {
        output: args.output,
        terminal,
        named: is_of_several(&job.tailing.sources),
        progress: io::stderr().is_terminal(),
    };
    let mut page = Lines::new(look, args.tail, io);
    match logs::run(&settings, job, &mut page) {
        Ok(failures) if failures.is_empty() => Ok(0),
        // They were told as they came.
        Ok(failures) => Ok(code(&failures)),
        Err(Stopped::Output(error)) => Err(error.into()),
        Err(Stopped::Fault(fault)) => ended(fault.into(), io),
    }
}

/// As every failure, but that credentials have a code of their own.
fn ended(failure: Failure, io: &mut Streams<'_>) -> Result<u8, Failure> {
    match failure {
        Failure::Faults(faults) => {
            // Standard error is the last resort; when it fails there is nobody left to tell.
            let _ = say::faults(&faults, io.err);
            Ok(code(&faults))
        }
        output @ Failure::Output(_) => Err(output),
    }
}

fn code(faults: &[Fault]) -> u8 {
    let credentials = faults
        .iter()
        .any(|fault| fault.kind == FaultKind::Credentials);
    let mistaken = faults.iter().any(is_mistaken);
    match (credentials, mistaken) {
        (true, _) => CREDENTIALS,
        (_, true) => USAGE,
        _ => say::exit_code(faults),
    }
}

/// AWS does not take the pattern.
fn is_mistaken(fault: &Fault) -> bool {
    let code = fault.code.as_ref().map_or("", |code| code.as_str());
    code == "InvalidParameterException"
}

/// What the words mean at `now`.
fn job(args: &LogsArgs, settings: &Settings, now: Timestamp) -> Result<Job, Fault> {
    let start = since(&args.since, now)?;
    let end = args
        .until
        .as_deref()
        .map(|until| at("--until", until, now))
        .transpose()?;
    if end.is_some_and(|end| end <= start) {
        return Err(Fault::new(FaultKind::Usage, "--until is not after --since")
            .means("nothing lies between them"));
    }
    let live = args.live_tail || (args.follow && settings.log_tail == TailMethod::Live);
    let accounts = args
        .groups
        .iter()
        .filter_map(|word| log_request::account(word));
    Ok(Job {
        accounts: accounts.collect(),
        tailing: Tailing {
            sources: sources(args, settings)?,
            method: if live {
                TailMethod::Live
            } else {
                TailMethod::Polling
            },
            start: TailStart::At(start.as_millisecond()),
            pattern: args
                .pattern
                .clone()
                .filter(|pattern| !pattern.trim().is_empty()),
        },
        end: end.map(Timestamp::as_millisecond),
        then: if args.follow { Then::Follow } else { Then::End },
        filter: filter(args.filter.as_deref().unwrap_or_default())?,
    })
}

/// Whether lines may come of several groups.
fn is_of_several(sources: &[TailSource]) -> bool {
    sources.len() > 1 || sources.iter().any(|s| log_request::is_glob(&s.group))
}

/// Here no filter was before that could stay.
fn filter(source: &str) -> Result<Filter, Fault> {
    Filter::parse(source)
        .map_err(|mistake| Fault::new(FaultKind::Usage, mistake.to_string()).next(mistake.mend))
}

fn since(text: &str, now: Timestamp) -> Result<Timestamp, Fault> {
    let start = at("--since", text, now)?;
    if start > now {
        let what = format!("--since: “{text}” lies ahead");
        return Err(Fault::new(FaultKind::Usage, what).next("Name a time that was"));
    }
    Ok(start)
}

fn at(flag: &str, text: &str, now: Timestamp) -> Result<Timestamp, Fault> {
    moment::parse(text, now).ok_or_else(|| {
        let fault = Fault::new(FaultKind::Usage, format!("{flag}: “{text}” is no time"));
        match text.strip_prefix('-') {
            Some(ago) if moment::parse(ago, now).is_some() => {
                fault.next(format!("Write {flag} {ago}, without the minus"))
            }
            _ => fault.next(moment::FORM),
        }
    })
}

/// The groups that are named, else those of the settings; each once.
fn sources(args: &LogsArgs, settings: &Settings) -> Result<Vec<TailSource>, Fault> {
    let prefix = args.stream_prefix.as_deref();
    let stream_prefix = prefix.map(log_request::stream_prefix).transpose()?;
    let mut sources = Vec::new();
    for word in &args.groups {
        let target = log_request::targets(word)?;
        sources.push(TailSource {
            region: target.region,
            group: target.group,
            stream_prefix: stream_prefix.clone(),
        });
    }
    if sources.is_empty() {
        let named = settings.log_groups.iter().cloned();
        sources.extend(named.map(|group| TailSource {
            region: None,
            group,
            stream_prefix: stream_prefix.clone(),
        }));
    }
    let mut seen = std::collections::HashSet::new();
    sources.retain(|source| seen.insert(source.clone()));
    if sources.is_empty() {
        return Err(Fault::new(FaultKind::Usage, "No log group is named")
            .next("Write tidegate logs GROUP; tidegate logs --list shows those that there are"));
    }
    Ok(sources)
}

#[cfg(test)]
mod tests;
