//! From layers to settings: flags > environment > profile section > file >
//! default. Every value that is taken is checked, and a refusal names where it
//! was given and how to write it.

use super::environment::Environment;
use super::file::Config;
use super::given::{At, Given};
use super::partial::Partial;
use super::value::{self, Refusal};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::ProfileName;
use crate::domain::text::Text;
use crate::model::settings::{Charset, Mode, Profiles, Settings};
use std::sync::Arc;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);
const YEAR: Duration = Duration::from_hours(366 * 24);

/// How a value from outside the file is named: `--refresh` or `TIDEGATE_REFRESH`.
pub type Outside<'a> = &'a dyn Fn(&str) -> String;

/// Everything the settings are made of.
pub struct Layers<'a> {
    /// Flags over environment.
    pub outside: &'a Partial,
    pub named: Outside<'a>,
    pub config: &'a Config,
    pub environment: &'a Environment,
    /// The names of all themes.
    pub themes: &'a [&'a str],
}

/// Whether `--write` counts: it was meant for the profile of the start.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lift {
    Counts,
    Ignored,
}

impl Layers<'_> {
    /// The settings of this run, with those of every other profile checked as well.
    pub fn settle(&self) -> Result<Settings, Fault> {
        let mut settings = self.under(self.section_at_start(), Lift::Counts)?;
        settings.profile = self
            .text("profile", self.outside.profile.as_ref(), value::name)?
            .map(ProfileName::from);
        settings.profiles = Arc::new(self.others()?);
        Ok(settings)
    }

    /// The section in force: of the profile asked for, else of the one AWS tools would take.
    fn section_at_start(&self) -> Option<&Partial> {
        let asked = self
            .outside
            .profile
            .as_ref()
            .map(|given| given.text.as_str());
        let name = asked
            .or_else(|| self.environment.text("AWS_PROFILE"))
            .unwrap_or("default");
        self.config.profiles.get(name)
    }

    fn others(&self) -> Result<Profiles, Fault> {
        let named = self.config.profiles.iter();
        let named = named.map(|(name, section)| {
            Ok((
                ProfileName::from(name.as_str()),
                self.under(Some(section), Lift::Ignored)?,
            ))
        });
        Ok(Profiles {
            named: named.collect::<Result<_, Fault>>()?,
            others: Some(Box::new(self.under(None, Lift::Ignored)?)),
        })
    }

    fn under(&self, section: Option<&Partial>, lift: Lift) -> Result<Settings, Fault> {
        let layers = section
            .cloned()
            .unwrap_or_default()
            .over(self.config.base.clone());
        let p = self.outside.clone().over(layers);
        let default = Settings::default();
        Ok(Settings {
            venue: default.venue,
            profile: None,
            region: self
                .text("region", p.region.as_ref(), value::region)?
                .map(Into::into),
            endpoint: self
                .text("endpoint_url", p.endpoint_url.as_ref(), value::url)?
                .map(|url| Text::clean(&url)),
            cluster: self
                .text("cluster", p.cluster.as_ref(), value::name)?
                .map(Into::into),
            mode: self.mode(&p, lift)?,
            read_only_asked: self.read_only(&p)?,
            production: self
                .take("production", p.production.as_ref(), value::flag)?
                .unwrap_or_default(),
            max_tasks: self.take("max_tasks", p.max_tasks.as_ref(), |n| {
                value::count(n, 1, 1_000_000)
            })?,
            max_instances: self.take("max_instances", p.max_instances.as_ref(), |n| {
                value::count(n, 1, 1_000_000)
            })?,
            refresh: self
                .take("refresh", p.refresh.as_ref(), |t| {
                    value::duration(t, SECOND, HOUR)
                })?
                .unwrap_or(default.refresh),
            calls_per_minute: self
                .take("calls_per_minute", p.calls_per_minute.as_ref(), |n| {
                    value::count(n, 1, 6_000)
                })?
                .unwrap_or(default.calls_per_minute),
            log_groups: self.log_groups(p.logs.as_deref().unwrap_or_default())?,
            log_bytes: self
                .take("log_memory", p.log_memory.as_ref(), value::size)?
                .unwrap_or(default.log_bytes),
            log_columns: self.log_columns(p.log_columns.as_deref().unwrap_or_default())?,
            log_tail: self
                .take("log_tail", p.log_tail.as_ref(), value::tail)?
                .unwrap_or(default.log_tail),
            backup_max_age: self
                .take("backup_max_age", p.backup_max_age.as_ref(), |t| {
                    value::duration(t, SECOND * 60, YEAR)
                })?
                .unwrap_or(default.backup_max_age),
            theme: self
                .text("theme", p.theme.as_ref(), |name| {
                    value::theme(name, self.themes)
                })?
                .map_or(default.theme, |name| Text::clean(&name)),
            color: self
                .take("color", p.color.as_ref(), value::color)?
                .flatten()
                .unwrap_or_else(|| self.environment.color()),
            charset: match self.take("ascii", p.ascii.as_ref(), value::flag)? {
                Some(true) => Charset::Ascii,
                _ => self.environment.charset(),
            },
            plans: Arc::default(),
            profiles: Arc::default(),
        })
    }

    /// `--read-only` wins over everything; what a file says is lifted by `--write` alone.
    fn mode(&self, p: &Partial, lift: Lift) -> Result<Mode, Fault> {
        let said = self
            .take("mode", p.mode.as_ref(), value::mode)?
            .unwrap_or(Mode::Write);
        let read_only = self.read_only(p)?;
        let write = self
            .take("write", p.write.as_ref(), value::flag)?
            .unwrap_or_default();
        Ok(match (read_only, write && lift == Lift::Counts) {
            (true, _) => Mode::ReadOnly,
            (false, true) => Mode::Write,
            (false, false) => said,
        })
    }

    fn read_only(&self, p: &Partial) -> Result<bool, Fault> {
        let asked = self.take("read_only", p.read_only.as_ref(), value::flag)?;
        Ok(asked.unwrap_or_default())
    }

    fn log_columns(&self, given: &[Given]) -> Result<Vec<crate::logs::field::Known>, Fault> {
        let one = |one| self.take("log_columns", Some(one), value::column);
        let columns: Result<Vec<_>, Fault> = given.iter().map(one).collect();
        Ok(columns?.into_iter().flatten().collect())
    }

    fn log_groups(&self, given: &[Given]) -> Result<Vec<crate::domain::ids::LogGroup>, Fault> {
        let groups = given
            .iter()
            .map(|one| self.text("logs", Some(one), value::name));
        Ok(groups
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .map(Into::into)
            .collect())
    }

    fn text(
        &self,
        field: &str,
        given: Option<&Given>,
        check: impl Fn(&str) -> Result<String, Refusal>,
    ) -> Result<Option<String>, Fault> {
        self.take(field, given, check)
    }

    /// A value, checked; a refusal begins with where it was given.
    fn take<T>(
        &self,
        field: &str,
        given: Option<&Given>,
        check: impl Fn(&str) -> Result<T, Refusal>,
    ) -> Result<Option<T>, Fault> {
        let Some(given) = given else { return Ok(None) };
        check(&given.text).map(Some).map_err(|refusal| {
            let place = match &given.at {
                At::Outside => (self.named)(field),
                At::File(span) => format!("{}: {field}", self.config.source.place(span.start)),
            };
            Fault::new(
                FaultKind::Usage,
                format!("{place}: “{}” {}", given.text, refusal.what),
            )
            .next(refusal.mend)
        })
    }
}
