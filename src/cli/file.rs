//! The operator's files: config, keymap and themes, as text; and the config as layers.

use super::partial::Partial;
use super::plan::{self, Plans};
use crate::domain::fault::{Fault, FaultKind};
use crate::model::source::{Source, did_you_mean};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

/// Whether a file has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The operator named it.
    Required,
    /// It is looked for where it would be.
    Optional,
}

/// The config file in layers.
#[derive(Debug, Default)]
pub struct Config {
    pub source: Source,
    /// What stands outside the profile sections.
    pub base: Partial,
    /// The sections `[profile.NAME]`.
    pub profiles: BTreeMap<String, Partial>,
    /// The sections `[plan.NAME]`.
    pub plans: Plans,
}

/// Reads one file; `None` where an optional one is not there.
pub fn read(path: &Path, presence: Presence) -> Result<Option<Source>, Fault> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(Source::new(path.display().to_string(), text))),
        Err(error) if presence == Presence::Optional && absent(error.kind()) => Ok(None),
        Err(error) => Err(Fault::new(
            FaultKind::Usage,
            format!("{} cannot be read: {error}", path.display()),
        )
        .next("Check the path, and who may read it")),
    }
}

fn absent(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// The operator's theme files; none where the directory is not there.
pub fn themes(directory: &Path) -> Result<Vec<Source>, Fault> {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return Ok(Vec::new());
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    });
    paths.sort();
    paths
        .iter()
        .filter_map(|path| read(path, Presence::Optional).transpose())
        .collect()
}

impl Config {
    /// Takes the file apart; every mistake is named with its place.
    pub fn of(source: Source) -> Result<Self, Vec<Fault>> {
        let mut table = source.parse().map_err(|fault| vec![fault])?;
        let mut faults = Vec::new();
        let sections = table
            .remove("profile")
            .map(|value| sections(&source, value, &mut faults))
            .unwrap_or_default();
        let plans = table
            .remove("plan")
            .map(|value| plan::plans(&source, value));
        let plans = plans.transpose().unwrap_or_else(|wrong| {
            faults.extend(wrong);
            None
        });
        let base = layer(&source, Spanned::new(0..0, table), &mut faults);
        let profiles = sections
            .into_iter()
            .map(|(name, section)| (name, layer(&source, section, &mut faults)))
            .collect();
        if faults.is_empty() {
            Ok(Self {
                source,
                base,
                profiles,
                plans: plans.unwrap_or_default(),
            })
        } else {
            Err(faults)
        }
    }
}

type Section<'s> = (String, Spanned<DeTable<'s>>);

fn sections<'s>(
    source: &Source,
    value: Spanned<DeValue<'s>>,
    faults: &mut Vec<Fault>,
) -> Vec<Section<'s>> {
    let span = value.span();
    let DeValue::Table(table) = value.into_inner() else {
        let what = "profile is not a setting here";
        faults.push(
            source
                .fault(&span, what)
                .next("Choose one with --profile, or write a section [profile.NAME]"),
        );
        return Vec::new();
    };
    let mut found = Vec::new();
    for (name, section) in table {
        let span = section.span();
        match section.into_inner() {
            DeValue::Table(section) => {
                found.push((name.into_inner().into_owned(), Spanned::new(span, section)));
            }
            _ => faults.push(not_a_section(source, &name)),
        }
    }
    found
}

fn not_a_section(source: &Source, name: &Spanned<std::borrow::Cow<'_, str>>) -> Fault {
    let what = format!("“{}” is not a profile", name.get_ref());
    source
        .fault(&name.span(), what)
        .next("A profile is a section: write [profile.NAME]")
}

fn layer(source: &Source, table: Spanned<DeTable<'_>>, faults: &mut Vec<Fault>) -> Partial {
    Partial::deserialize(Deserializer::from(table)).unwrap_or_else(|error| {
        faults.push(refusal(source, &error));
        Partial::default()
    })
}

fn refusal(source: &Source, error: &toml::de::Error) -> Fault {
    let span = error.span().unwrap_or_default();
    let said = error.message();
    let mut quoted = said.split('`').skip(1).step_by(2);
    if said.starts_with("unknown field") {
        let unknown = quoted.next().unwrap_or_default();
        let what = format!("there is no setting “{unknown}”");
        return source.fault(&span, what).next(mend(unknown, quoted));
    }
    if said.contains("expected a sequence") {
        return source
            .fault(&span, "a list is wanted here")
            .next("Write it like [\"/ecs/api\", \"/ecs/worker\"]");
    }
    source
        .fault(&span, said)
        .next("Write it like \"orchard\", 5 or true")
}

/// `--read-only` is a mode in files; anything else is a slip.
fn mend<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> String {
    match unknown {
        "read_only" | "read-only" | "readonly" => "Write mode = \"read-only\"".to_owned(),
        _ => did_you_mean(unknown, known),
    }
}
