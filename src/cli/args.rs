//! The command line.

use super::environment::Environment;
use super::partial::Partial;
use super::value;
use crate::domain::fault::{Fault, FaultKind};
use crate::model::settings::Charset;
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;

/// What is behind the options, in parts with a title. An empty title: it goes on.
pub const NOTES: [(&str, &str); 3] = [
    (
        "",
        "\
Without a subcommand the console starts; it needs a terminal.
Flags win over TIDEGATE_* variables, those over the profile's section of the
config file, that over the rest of the file. AWS settings (region, credentials)
come from where AWS tools look.",
    ),
    (
        "Files",
        "  ~/.config/tidegate/config.toml          settings; unknown keys are refused
  ~/.config/tidegate/keymap.toml          keys that differ from the built-in ones
  ~/.config/tidegate/themes/*.toml        themes of your own
  ~/.local/state/tidegate/journal/        what was changed, and how to undo it
  ~/.local/state/tidegate/debug.log       the debug log, where TIDEGATE_LOG asks for one",
    ),
    (
        "Exit codes",
        "  0    done
  2    wrong usage or a mistake in a file
  3    refused: something stands against a load test
  4    a load test is halted: retry, skip or revert
  5    somebody else changed a setting that a load test should put back
  6    another load test is open in this account and region
  7    no credentials, or none that AWS takes
  8    in doubt: an answer was lost, and it could not be read back
  130  ended by SIGINT; 143 by SIGTERM, 129 by SIGHUP
  1    anything else",
    ),
];

/// The notes as they stand under `--help`.
fn after_help() -> String {
    let parts = NOTES.iter().map(|(title, text)| match *title {
        "" => (*text).to_owned(),
        title => format!("{title}:\n{text}"),
    });
    parts.collect::<Vec<_>>().join("\n\n")
}

/// The heading of what belongs to the simulated account.
const DEMO: &str = "Demo";

/// A terminal operations console for AWS: live panes, and changes that can be put back exactly
#[derive(Debug, Parser)]
#[command(name = "tidegate", version, disable_help_subcommand = true, after_help = after_help())]
pub struct Cli {
    #[command(flatten)]
    pub settings: Partial,
    /// Look at a simulated account in this process: no AWS, no network, nothing left behind
    #[arg(long, help_heading = DEMO)]
    pub demo: bool,
    #[command(flatten, next_help_heading = DEMO)]
    pub world: super::sim::WorldArgs,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What runs without a terminal.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Print the keys in force: the built-in ones with your file over them
    Keys(KeysArgs),
    /// Read the record of what was changed: list, show, verify
    Journal(super::journal::JournalArgs),
    /// Read log groups, and follow them
    Logs(super::logs::LogsArgs),
    /// Load tests: plan, start, watch, put back
    Session(super::session::SessionArgs),
    /// Carry a load test; started by tidegate itself
    #[command(hide = true)]
    Guard,
    /// Serve a simulated AWS account on this machine
    Sim(super::sim::SimArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// How `tidegate keys` prints.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct KeysArgs {
    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub output: Output,
}

/// For people or for programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    #[default]
    Text,
    Json,
}

/// The command line, parsed, with where each value came from.
#[derive(Debug)]
pub struct Arguments {
    pub cli: Cli,
    matches: ArgMatches,
}

impl Arguments {
    /// Parses; help and version are errors of clap's kind, as clap has them.
    pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let matches = Cli::command().try_get_matches_from(args)?;
        let mut cli = Cli::from_arg_matches(&matches)?;
        for (field, given) in cli.settings.fields() {
            let empty = given.as_ref().is_some_and(|given| given.text.is_empty());
            if empty && matches.value_source(field) == Some(ValueSource::EnvVariable) {
                *given = None;
            }
        }
        Ok(Self { cli, matches })
    }

    /// How a person would name a value that came from outside the config file.
    pub fn name_of(&self, field: &str) -> String {
        match self.source(field) {
            Some(ValueSource::EnvVariable) => format!("TIDEGATE_{}", field.to_uppercase()),
            _ => format!("--{}", field.replace('_', "-")),
        }
    }

    /// The characters for messages, before the settings are known.
    pub fn charset(&self, environment: &Environment) -> Charset {
        match &self.cli.settings.ascii {
            Some(given) if value::flag(&given.text) != Ok(false) => Charset::Ascii,
            _ => environment.charset(),
        }
    }

    /// The form in which standard output was asked for.
    pub fn output(&self) -> Output {
        match &self.cli.command {
            Some(Command::Keys(keys)) => keys.output,
            Some(Command::Journal(journal)) => journal.output,
            Some(Command::Session(session)) => session.output,
            Some(Command::Logs(logs)) => logs.output,
            _ => Output::Text,
        }
    }

    /// Whether log lines are written, and nobody asked for ASCII.
    pub fn pipes_lines(&self) -> bool {
        matches!(&self.cli.command, Some(Command::Logs(_))) && self.cli.settings.ascii.is_none()
    }

    /// Whether a value came from the command line.
    pub fn is_flag(&self, field: &str) -> bool {
        self.source(field) == Some(ValueSource::CommandLine)
    }

    /// Refuses flags of the demo where there is none.
    pub fn check_world(&self) -> Result<(), Fault> {
        let wrong = match (self.cli.demo, &self.cli.command) {
            (true, Some(_)) => "--demo is the console's, and does not go with a subcommand",
            (false, _) if self.cli.world != super::sim::WorldArgs::default() => {
                "--seed, --speed, --services, --log-rate and --load are the simulated account's"
            }
            _ => return Ok(()),
        };
        Err(Fault::new(FaultKind::Usage, wrong)
            .means("Nothing was started")
            .next("Write tidegate --demo --speed 10, or tidegate sim --speed 10"))
    }

    /// Refuses flags that mean another account than the simulated one.
    pub fn check_demo(&self) -> Result<(), Fault> {
        let wrong = ["profile", "endpoint_url", "config"];
        match wrong.iter().find(|field| self.is_flag(field)) {
            None => Ok(()),
            Some(field) => {
                let name = self.name_of(field);
                let what = format!("--demo and {name} do not go together");
                Err(Fault::new(FaultKind::Usage, what)
                    .means("The demo looks at a simulated account, with settings of its own")
                    .next(format!("Leave out --demo or {name}")))
            }
        }
    }

    fn source(&self, field: &str) -> Option<ValueSource> {
        let known = self.matches.try_contains_id(field).unwrap_or_default();
        known.then(|| self.matches.value_source(field)).flatten()
    }
}

/// The characters for the answer to a call that could not be understood.
pub fn charset_of(args: &[OsString], environment: &Environment) -> Charset {
    let asked = environment
        .text("TIDEGATE_ASCII")
        .is_some_and(|text| value::flag(text) != Ok(false));
    if asked || args.iter().any(|arg| arg == "--ascii") {
        Charset::Ascii
    } else {
        environment.charset()
    }
}

/// The environment variables that flags read.
pub fn variables() -> Vec<String> {
    let command = Cli::command();
    let names = command
        .get_arguments()
        .filter_map(|arg| arg.get_env()?.to_str());
    names.map(str::to_owned).collect()
}
