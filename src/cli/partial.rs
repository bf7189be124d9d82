//! Everything that can be set, all optional: the same fields as flags, as
//! environment variables, and as keys of the config file and its profile sections.

use super::given::Given;

/// What one layer says. A layer above fills what it says over the one below.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partial {
    /// The AWS profile, and the section [profile.NAME] of the config file
    #[arg(long, global = true, value_name = "NAME", env = "TIDEGATE_PROFILE")]
    #[serde(skip)]
    pub profile: Option<Given>,

    /// The AWS region (default: what AWS tools would use)
    #[arg(long, global = true, value_name = "REGION", env = "TIDEGATE_REGION")]
    pub region: Option<Given>,

    /// Speak to this address instead of AWS's own
    #[arg(long, global = true, value_name = "URL", env = "TIDEGATE_ENDPOINT_URL")]
    pub endpoint_url: Option<Given>,

    /// The ECS cluster to look at
    #[arg(long, global = true, value_name = "NAME", env = "TIDEGATE_CLUSTER")]
    pub cluster: Option<Given>,

    /// Let no write out, whatever else is set
    #[arg(
        long,
        global = true,
        num_args = 0,
        default_missing_value = "true",
        env = "TIDEGATE_READ_ONLY"
    )]
    #[serde(skip)]
    pub read_only: Option<Given>,

    /// Lift the profile's read-only mode for this run
    #[arg(long, global = true, num_args = 0, default_missing_value = "true")]
    #[serde(skip)]
    pub write: Option<Given>,

    /// The theme: default, light, colorblind, harbor, or one of your own
    #[arg(long, global = true, value_name = "NAME", env = "TIDEGATE_THEME")]
    pub theme: Option<Given>,

    /// How often visible panes are read again: 5s, 1m
    #[arg(long, global = true, value_name = "TIME", env = "TIDEGATE_REFRESH")]
    pub refresh: Option<Given>,

    /// The config file (default: ~/.config/tidegate/config.toml)
    #[arg(long, global = true, value_name = "FILE", env = "TIDEGATE_CONFIG")]
    #[serde(skip)]
    pub config: Option<Given>,

    /// Write a debug log to this file; TIDEGATE_LOG sets what goes in
    #[arg(long, global = true, value_name = "FILE", env = "TIDEGATE_LOG_FILE")]
    #[serde(skip)]
    pub log_file: Option<Given>,

    /// Draw with ASCII only
    #[arg(
        long,
        global = true,
        num_args = 0,
        default_missing_value = "true",
        env = "TIDEGATE_ASCII"
    )]
    pub ascii: Option<Given>,

    /// How many colours: auto, 16, 256, true, none
    #[arg(long, global = true, value_name = "DEPTH", env = "TIDEGATE_COLOR")]
    pub color: Option<Given>,

    #[arg(skip)]
    pub mode: Option<Given>,
    #[arg(skip)]
    pub production: Option<Given>,
    #[arg(skip)]
    pub max_tasks: Option<Given>,
    #[arg(skip)]
    pub max_instances: Option<Given>,
    #[arg(skip)]
    pub calls_per_minute: Option<Given>,
    #[arg(skip)]
    pub logs: Option<Vec<Given>>,
    #[arg(skip)]
    pub log_columns: Option<Vec<Given>>,
    #[arg(skip)]
    pub log_memory: Option<Given>,
    #[arg(skip)]
    pub log_tail: Option<Given>,
    #[arg(skip)]
    pub backup_max_age: Option<Given>,
}

impl Partial {
    /// This layer over `lower`.
    #[must_use]
    pub fn over(mut self, mut lower: Self) -> Self {
        for ((_, upper), (_, below)) in self.fields().into_iter().zip(lower.fields()) {
            if upper.is_none() {
                *upper = below.take();
            }
        }
        self.logs = self.logs.take().or(lower.logs);
        self.log_columns = self.log_columns.take().or(lower.log_columns);
        self
    }

    /// Every single value with its name, which is also clap's id of it.
    pub fn fields(&mut self) -> [(&'static str, &mut Option<Given>); 20] {
        [
            ("profile", &mut self.profile),
            ("region", &mut self.region),
            ("endpoint_url", &mut self.endpoint_url),
            ("cluster", &mut self.cluster),
            ("read_only", &mut self.read_only),
            ("write", &mut self.write),
            ("theme", &mut self.theme),
            ("refresh", &mut self.refresh),
            ("config", &mut self.config),
            ("log_file", &mut self.log_file),
            ("ascii", &mut self.ascii),
            ("color", &mut self.color),
            ("mode", &mut self.mode),
            ("production", &mut self.production),
            ("max_tasks", &mut self.max_tasks),
            ("max_instances", &mut self.max_instances),
            ("calls_per_minute", &mut self.calls_per_minute),
            ("log_memory", &mut self.log_memory),
            ("log_tail", &mut self.log_tail),
            ("backup_max_age", &mut self.backup_max_age),
        ]
    }
}
