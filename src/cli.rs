//! Arguments and subcommands; the config file. Prints only through the writers
//! it is given.

mod args;
mod environment;
mod file;
mod given;
pub mod journal;
pub mod keys;
mod load;
mod logging;
mod logs;
mod manual;
mod partial;
mod plain;
pub mod plan;
mod say;
pub mod session;
mod settle;
mod sim;
mod value;

pub use environment::Environment;

use crate::domain::fault::{Fault, FaultKind};
use crate::model::settings::{Charset, Settings};
use crate::runtime::demo::{Attic, Stage};
use crate::runtime::{self, Launch};
use args::{Arguments, Cli, Command, Output};
use clap::CommandFactory;
use load::Loaded;
use plain::Plain;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

/// The load test that has just begun when the demo does: enough to need an operator.
const DEMO_LOAD: f64 = 5.0;

/// Where output goes.
pub struct Streams<'a> {
    pub out: &'a mut dyn Write,
    pub err: &'a mut dyn Write,
}

/// Why a run ended before it was done.
enum Failure {
    Faults(Vec<Fault>),
    /// Standard output went away or is full.
    Output(io::Error),
}

impl From<Vec<Fault>> for Failure {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Faults(faults)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Faults(vec![fault])
    }
}

impl From<journal::Failure> for Failure {
    fn from(failure: journal::Failure) -> Self {
        match failure {
            journal::Failure::Fault(fault) => fault.into(),
            journal::Failure::Output(error) => error.into(),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Runs the program; answers with its exit code: 0 done, 2 usage, 1 anything else.
/// Where the terminal knows only ASCII, no other byte is written to `io`.
pub fn run(
    args: impl IntoIterator<Item = OsString>,
    environment: &Environment,
    io: &mut Streams<'_>,
) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let parsed = Arguments::parse(args.iter().cloned());
    let (charset, form) = match &parsed {
        Ok(arguments) => (arguments.charset(environment), arguments.output()),
        Err(_) => (args::charset_of(&args, environment), Output::Text),
    };
    // Log lines that nobody looks at here leave as they came.
    let piped = parsed.as_ref().is_ok_and(Arguments::pipes_lines) && !io::stdout().is_terminal();
    match charset {
        _ if piped => answer(parsed, environment, io),
        Charset::Unicode => answer(parsed, environment, io),
        Charset::Ascii => {
            let plain = &mut Streams {
                out: &mut Plain::over(io.out, form),
                err: &mut Plain::over(io.err, Output::Text),
            };
            answer(parsed, environment, plain)
        }
    }
}

fn answer(
    parsed: Result<Arguments, clap::Error>,
    environment: &Environment,
    io: &mut Streams<'_>,
) -> u8 {
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => return explain(&error, io),
    };
    let ended =
        command(&arguments, environment, io).and_then(|code| Ok(io.out.flush().map(|()| code)?));
    match ended {
        Ok(code) => code,
        Err(failure) => report(failure, io.err),
    }
}

/// The settings that a command line, an environment and the files it leads to come to.
pub fn settings_of(
    args: impl IntoIterator<Item = OsString>,
    environment: &Environment,
) -> Result<Settings, Vec<Fault>> {
    let usage = |error: clap::Error| vec![Fault::new(FaultKind::Usage, error.to_string())];
    Ok(load::all(&Arguments::parse(args).map_err(usage)?, environment)?.settings)
}

/// Help and version go to standard output, a wrong call to standard error.
fn explain(error: &clap::Error, io: &mut Streams<'_>) -> u8 {
    let target = if error.use_stderr() {
        &mut *io.err
    } else {
        &mut *io.out
    };
    match write!(target, "{}", error.render()).and_then(|()| target.flush()) {
        Ok(()) => u8::try_from(error.exit_code()).unwrap_or(1),
        Err(_) => 1,
    }
}

fn command(
    arguments: &Arguments,
    environment: &Environment,
    io: &mut Streams<'_>,
) -> Result<u8, Failure> {
    arguments.check_world()?;
    match &arguments.cli.command {
        None => console(arguments, environment, io),
        Some(Command::Keys(keys)) => {
            // A broken config stops the console: so it does who looks up its keys.
            let loaded = load::all(arguments, environment)?;
            say::faults(&loaded.unused, io.err)?;
            done(keys::run(&load::keymap(environment)?, keys.output, io.out))
        }
        Some(Command::Completions { shell }) => done(completions(*shell, io.out)),
        Some(Command::Journal(args)) => {
            let dir = state_dir(environment)?.join("journal");
            Ok(journal::run(args, &dir, io.out)?)
        }
        Some(Command::Logs(args)) => logs::run(args, arguments, environment, io),
        Some(Command::Session(args)) => session::run(args, arguments, environment, io),
        Some(Command::Sim(args)) => {
            let region = arguments.cli.settings.region.as_ref();
            sim::run(args, region.map(|given| given.text.as_str()), io)
        }
        Some(Command::Guard) => {
            runtime::guard::process::run()?;
            Ok(0)
        }
        Some(Command::Man) => done(manual::write(io.out)),
    }
}

fn done(written: io::Result<()>) -> Result<u8, Failure> {
    Ok(written.map(|()| 0)?)
}

fn completions(shell: clap_complete::Shell, out: &mut dyn Write) -> io::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tidegate", &mut script);
    out.write_all(&script)
}

/// Starts the console on the terminal of this process.
fn console(
    arguments: &Arguments,
    environment: &Environment,
    io: &mut Streams<'_>,
) -> Result<u8, Failure> {
    let Loaded {
        mut settings,
        themes,
        unused,
        ..
    } = load::all(arguments, environment)?;
    let keymap = load::keymap(environment)?;
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(no_terminal().into());
    }
    match settings.charset {
        Charset::Unicode => say::faults(&unused, io.err)?,
        Charset::Ascii => say::faults(&unused, &mut Plain::over(io.err, Output::Text))?,
    }
    let log_file = arguments
        .cli
        .settings
        .log_file
        .as_ref()
        .map(|given| given.text.as_str());
    let _guard = logging::start(log_file, environment)?;
    let attic = arguments.cli.demo.then(Attic::new).transpose()?;
    let demo = attic.as_ref().map(|_| stage(arguments, &mut settings));
    let state_dir = match &attic {
        Some(attic) => attic.path().to_owned(),
        None => state_dir(environment)?,
    };
    Ok(runtime::run_console(Launch {
        settings,
        keymap,
        themes,
        state_dir,
        demo: demo.transpose()?,
    })?
    .code())
}

/// The simulated account for `--demo`.
fn stage(arguments: &Arguments, settings: &mut Settings) -> Result<Stage, Fault> {
    let region = settings
        .region
        .as_ref()
        .map(crate::domain::ids::Region::as_str);
    let region = region.map(sim::home).transpose()?;
    let mut world = arguments.cli.world.clone();
    world.load.get_or_insert(DEMO_LOAD);
    Stage::set(world.setup(region.as_deref()), settings)
}

/// Where the journal is; without `HOME`, in the home directory the system knows.
fn state_dir(environment: &Environment) -> Result<PathBuf, Fault> {
    let of_the_system = || Some(etcetera::home_dir().ok()?.join(".local/state/tidegate"));
    environment
        .state_dir()
        .or_else(of_the_system)
        .ok_or_else(|| {
            Fault::new(FaultKind::Usage, "there is no home directory")
                .means("The journal of changes has no place")
                .next("Set HOME, or XDG_STATE_HOME to a directory of your own")
        })
}

fn no_terminal() -> Fault {
    Fault::new(
        FaultKind::Usage,
        "the console needs a terminal for input and output",
    )
    .means("This process has none")
    .next("Start it with a terminal (ssh -t), or use a subcommand: keys, completions, man, journal")
}

/// Says what went wrong. A reader that left (`tidegate man | head`) is no failure.
fn report(failure: Failure, err: &mut dyn Write) -> u8 {
    let faults = match failure {
        Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => return 0,
        Failure::Output(error) => vec![Fault::new(
            FaultKind::Local,
            format!("output cannot be written: {error}"),
        )],
        Failure::Faults(faults) => faults,
    };
    // Standard error is the last resort; when it fails there is nobody left to tell.
    let _ = say::faults(&faults, err);
    say::exit_code(&faults)
}
