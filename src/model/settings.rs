//! The settings after flags, environment, profile, file and defaults were put together.

use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{ClusterName, LogGroup, ProfileName, Region};
use crate::domain::plan::Ceilings;
use crate::domain::text::Text;
use crate::logs::field::Known;
use crate::model::tail::TailMethod;
use crate::session::plan::Plan;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What a parsed log line can have a column for, in the usual order.
pub const LOG_COLUMNS: [Known; 7] = [
    Known::Level,
    Known::Method,
    Known::Path,
    Known::Status,
    Known::Duration,
    Known::Layer,
    Known::Trace,
];

/// Whether writes can leave at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    ReadOnly,
    Write,
}

/// Whose answers are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Venue {
    Aws,
    /// The simulated account of `--demo`, in this process.
    Simulated(Load),
}

/// What the simulated account's load generator does at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    Calm,
    Test,
}

impl Venue {
    /// Whether nothing of this is AWS's.
    pub fn is_simulated(self) -> bool {
        matches!(self, Self::Simulated(_))
    }
}

/// How many colours the terminal takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorDepth {
    None,
    Ansi16,
    Ansi256,
    True,
}

/// Which characters may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Not one byte ≥ 0x80.
    Ascii,
    Unicode,
}

/// The settings of one run under one profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub venue: Venue,
    pub profile: Option<ProfileName>,
    pub region: Option<Region>,
    /// An override of AWS's own endpoints, shown prominently.
    pub endpoint: Option<Text>,
    pub cluster: Option<ClusterName>,
    pub mode: Mode,
    /// Whether `--read-only` (or its variable) says so, which `--write` does not lift.
    pub read_only_asked: bool,
    /// The operator types the resource's name instead of `y`.
    pub production: bool,
    /// Ceiling for tasks of a service.
    pub max_tasks: Option<u32>,
    /// Ceiling for instances of a group.
    pub max_instances: Option<u32>,
    /// How often visible panes are refreshed.
    pub refresh: Duration,
    /// Budget of polling; logs, verification and undo are outside it.
    pub calls_per_minute: u32,
    /// Log groups to tail at start; empty = the selected service's.
    pub log_groups: Vec<LogGroup>,
    /// Cap of the log ring in bytes.
    pub log_bytes: usize,
    /// The columns of parsed lines, in their order; empty = those that the lines have.
    pub log_columns: Vec<Known>,
    /// How a tail reads at first; `v` switches.
    pub log_tail: TailMethod,
    /// Backups older than this are stale.
    pub backup_max_age: Duration,
    pub theme: Text,
    pub color: ColorDepth,
    pub charset: Charset,
    /// The load tests of the config file, by name.
    pub plans: Arc<BTreeMap<Text, Plan>>,
    /// What `:profile` switches to.
    pub profiles: Arc<Profiles>,
}

/// The settings under profiles other than the one in force, all checked at the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profiles {
    /// Those with a section of their own.
    pub named: BTreeMap<ProfileName, Settings>,
    /// Those without one; `None` where no file was read.
    pub others: Option<Box<Settings>>,
}

impl Settings {
    /// The settings of this run under another profile. Its own mode holds: a
    /// `--write` on the command line was meant for the profile of the start.
    #[must_use]
    pub fn under(&self, profile: ProfileName) -> Self {
        let named = self.profiles.named.get(&profile);
        let found = named.or(self.profiles.others.as_deref()).unwrap_or(self);
        Self {
            profile: Some(profile),
            profiles: self.profiles.clone(),
            plans: self.plans.clone(),
            ..found.clone()
        }
    }

    /// What sizes may not be raised above.
    pub fn ceilings(&self) -> Ceilings {
        Ceilings {
            max_tasks: self.max_tasks,
            max_instances: self.max_instances,
        }
    }

    /// Why nothing can be changed in read-only mode, and what would let it.
    pub fn read_only(&self) -> Fault {
        let fault = Fault::new(FaultKind::Usage, "This console is read-only")
            .means("nothing can be changed");
        if self.read_only_asked {
            fault.next("start it without --read-only (and TIDEGATE_READ_ONLY)")
        } else {
            fault.next("start it with --write, or set mode = \"write\" in the profile")
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            venue: Venue::Aws,
            profile: None,
            region: None,
            endpoint: None,
            cluster: None,
            mode: Mode::Write,
            read_only_asked: false,
            production: false,
            max_tasks: None,
            max_instances: None,
            refresh: Duration::from_secs(5),
            calls_per_minute: 120,
            log_groups: Vec::new(),
            log_bytes: 64 << 20,
            log_columns: Vec::new(),
            log_tail: TailMethod::Polling,
            backup_max_age: Duration::from_hours(25),
            theme: Text::fixed("default"),
            color: ColorDepth::Ansi16,
            charset: Charset::Unicode,
            plans: Arc::default(),
            profiles: Arc::default(),
        }
    }
}
