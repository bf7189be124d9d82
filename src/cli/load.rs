//! What a run is made of, read from flags, environment and files.

use super::args::{Arguments, variables};
use super::environment::Environment;
use super::file::{self, Config, Presence};
use super::partial::Partial;
use super::plan::{self, Plans};
use super::settle::Layers;
use crate::domain::fault::Fault;
use crate::domain::text::Text;
use crate::model::keymap::Keymap;
use crate::model::settings::Settings;
use crate::model::source::Source;
use crate::view::theme::Theme;
use std::path::PathBuf;
use std::sync::Arc;

/// A load test for the simulated account.
const DEMO_PLANS: &str = r#"
[plan.spring-sale]
ttl = "45m"
settle = "1m"
stop_on_alarm = ["orchard-5xx"]
asg = [{ name = "orchard-nodes", min = 4, max = 8 }]
service = [{ cluster = "orchard", name = "api", min = 6, max = 14 }]
rate_rule = [{ acl = "orchard-edge", rule = "per-ip-1000", set = "count" }]
"#;

/// What the console is started with.
pub struct Loaded {
    pub settings: Settings,
    /// At the terminal's depth, the wished-for one first.
    pub themes: Vec<Theme>,
    /// The load tests of the config file.
    pub plans: Plans,
    /// What was wrong with themes that nobody asked for.
    pub unused: Vec<Fault>,
}

/// Settings and themes of this run.
pub fn all(arguments: &Arguments, environment: &Environment) -> Result<Loaded, Vec<Fault>> {
    environment.check_names(&variables()).map_err(one)?;
    let outside = outside(arguments)?;
    let (mut themes, unused) = themes(environment).map_err(one)?;
    let config = match config(arguments, environment).map_err(one)? {
        Some(source) => Config::of(source)?,
        None => Config::default(),
    };
    let names: Vec<&str> = themes.iter().map(|theme| theme.name.as_str()).collect();
    let layers = Layers {
        outside: &outside,
        named: &|field| arguments.name_of(field),
        config: &config,
        environment,
        themes: &names,
    };
    let mut settings = layers
        .settle()
        .map_err(|fault| [vec![fault], unused.clone()].concat())?;
    let plans = if arguments.cli.demo {
        plan::of_file(&Source::new("the demo's plans", DEMO_PLANS))?
    } else {
        config.plans.clone()
    };
    let plans = plans.iter();
    let plans = plans.map(|(name, written)| (Text::clean(name), written.plan.clone()));
    settings.plans = Arc::new(plans.collect());
    themes.sort_by_key(|theme| theme.name != settings.theme.as_str());
    let themes = themes
        .iter()
        .map(|theme| theme.at(settings.color))
        .collect();
    Ok(Loaded {
        settings,
        themes,
        plans: config.plans,
        unused,
    })
}

/// Flags and variables. A demo takes none that say which account is meant.
fn outside(arguments: &Arguments) -> Result<Partial, Vec<Fault>> {
    let mut outside = arguments.cli.settings.clone();
    if arguments.cli.demo {
        arguments.check_demo().map_err(one)?;
        (outside.profile, outside.endpoint_url, outside.cluster) = (None, None, None);
        outside.region = outside.region.filter(|_| arguments.is_flag("region"));
    }
    Ok(outside)
}

fn one(fault: Fault) -> Vec<Fault> {
    vec![fault]
}

/// The shipped themes and the operator's.
fn themes(environment: &Environment) -> Result<(Vec<Theme>, Vec<Fault>), Fault> {
    let directory = environment.config_dir().map(|config| config.join("themes"));
    let user = directory.map_or(Ok(Vec::new()), |directory| file::themes(&directory))?;
    Ok(Theme::all(&user))
}

fn config(arguments: &Arguments, environment: &Environment) -> Result<Option<Source>, Fault> {
    match &arguments.cli.settings.config {
        _ if arguments.cli.demo => Ok(None),
        Some(given) => file::read(&PathBuf::from(&given.text), Presence::Required),
        None => optional(environment, "config.toml"),
    }
}

fn optional(environment: &Environment, name: &str) -> Result<Option<Source>, Fault> {
    environment.config_dir().map_or(Ok(None), |directory| {
        file::read(&directory.join(name), Presence::Optional)
    })
}

/// The keymap in force: the operator's over the built-in one.
pub fn keymap(environment: &Environment) -> Result<Keymap, Vec<Fault>> {
    match optional(environment, "keymap.toml").map_err(one)? {
        Some(source) => Keymap::with(&source),
        None => Ok(Keymap::default()),
    }
}
