//! Fields that a filter asks for and no line has: no error, for lines may still
//! come, but most likely a slip of the finger.

use super::chunk::Chunk;
use super::field::Known;
use super::filter::Filter;
use super::line::{Facts, Line, Part};
use super::needle::Needle;
use super::nested;
use super::parse::fields;
use super::request::Method;
use super::snapshot::Snapshot;
use std::collections::BTreeSet;
use strum::IntoEnumIterator;

/// Chunks looked into for names, evenly over all, and lines of each.
const CHUNKS: usize = 40;
const LINES: usize = 20;
/// How many near names are told.
const MOST: usize = 3;
/// Slips of the finger that a near name is away at most.
const SLIPS: usize = 3;

/// A field that no line has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    pub name: String,
    /// The nearest names that there are, the nearest first.
    pub near: Vec<String>,
}

impl std::fmt::Display for Unknown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "No line has the field “{}”", self.name)?;
        if self.near.is_empty() {
            return Ok(());
        }
        write!(f, "; the nearest names: {}", self.near.join("  "))
    }
}

impl Snapshot {
    /// The names of fields that the lines have, from a sample of them; for completion and near names.
    pub fn field_names(&self) -> BTreeSet<String> {
        let step = self.chunks.len().div_ceil(CHUNKS).max(1);
        let mut names = BTreeSet::new();
        for chunk in self.chunks.iter().rev().step_by(step) {
            sample(chunk, &mut names);
        }
        names
    }

    /// The fields that a filter asks for and no line has; none while there are no lines.
    pub fn unknown(&self, filter: &Filter) -> Vec<Unknown> {
        let asked = filter.fields();
        if asked.is_empty() || self.all.is_empty() {
            return Vec::new();
        }
        let names = self.field_names();
        let missing = asked
            .into_iter()
            .filter(|name| !self.has_field(name, &names));
        missing
            .map(|name| Unknown {
                name: name.to_owned(),
                near: near(name, &names),
            })
            .collect()
    }

    fn has_field(&self, name: &str, sample: &BTreeSet<String>) -> bool {
        is_among(name, sample) || self.chunks.iter().any(|chunk| has(chunk, name))
    }
}

/// The fields that a filter asks for, looked for in lines that nobody keeps.
#[derive(Debug, Default)]
pub struct Asked {
    /// No line had them so far.
    missing: Vec<String>,
    /// Names that lines have, from a sample of them.
    names: BTreeSet<String>,
    /// Chunks that names were taken from.
    sampled: usize,
    lines: bool,
}

impl Asked {
    pub fn of(filter: &Filter) -> Self {
        Self {
            missing: filter.fields().into_iter().map(str::to_owned).collect(),
            ..Self::default()
        }
    }

    /// Looks into lines that have come; where all fields were found it does nothing more.
    pub fn look(&mut self, chunk: &Chunk) {
        if self.missing.is_empty() {
            return;
        }
        self.lines |= !chunk.lines().is_empty();
        if self.sampled < CHUNKS {
            self.sampled += 1;
            sample(chunk, &mut self.names);
        }
        let names = &self.names;
        self.missing
            .retain(|name| !is_among(name, names) && !has(chunk, name));
    }

    /// The fields that no line had; none while there were no lines.
    pub fn unknown(&self) -> Vec<Unknown> {
        let missing = self.missing.iter().filter(|_| self.lines);
        missing
            .map(|name| Unknown {
                name: name.clone(),
                near: near(name, &self.names),
            })
            .collect()
    }
}

fn sample(chunk: &Chunk, names: &mut BTreeSet<String>) {
    let step = chunk.lines().len().div_ceil(LINES).max(1);
    for line in chunk.lines().iter().step_by(step) {
        names.extend(fields(chunk.clean(line)).map(|field| field.name.into_owned()));
    }
}

fn is_among(name: &str, names: &BTreeSet<String>) -> bool {
    let known = Known::of(name);
    names
        .iter()
        .any(|seen| seen.eq_ignore_ascii_case(name) || known.is_some() && Known::of(seen) == known)
}

fn has(chunk: &Chunk, name: &str) -> bool {
    match Known::of(name) {
        Some(known) => has_known(chunk, known),
        None => has_member(chunk, name),
    }
}

/// Whether the metadata of any line has it.
fn has_known(chunk: &Chunk, known: Known) -> bool {
    let has = |line: &Line| match known {
        Known::Level => line.facts.severity.is_some(),
        Known::Status => line.facts.status > 0,
        Known::Duration => line.facts.micros != Facts::NO_TIME,
        Known::Method => line.method() != Method::default(),
        Known::Path => line.facts.path != Part::default(),
        Known::Trace => line.facts.trace != Part::default(),
        Known::Layer => line.facts.layer != Part::default(),
        // Not remembered, and usual: better no word than an untrue one.
        Known::Time | Known::Message => true,
    };
    chunk.lines().iter().any(has)
}

/// Whether any line has it: first the text is searched for the name.
fn has_member(chunk: &Chunk, name: &str) -> bool {
    let needle = Needle::new(name.rsplit('.').next().unwrap_or(name));
    let all = super::bits::Bits::all(chunk.lines().len());
    let named = super::filter::select::found(&needle, chunk, &all);
    named
        .iter()
        .any(|line| nested::has(chunk.clean(&chunk.lines()[line]), name))
}

fn near(name: &str, seen: &BTreeSet<String>) -> Vec<String> {
    let lower = name.to_lowercase();
    let own = Known::iter().map(|known| known.name().to_owned());
    let names: BTreeSet<String> = seen.iter().cloned().chain(own).collect();
    let mut near: Vec<(usize, String)> = names
        .into_iter()
        .map(|seen| {
            (
                strsim::damerau_levenshtein(&lower, &seen.to_lowercase()),
                seen,
            )
        })
        .filter(|(slips, seen)| *slips <= SLIPS.min(seen.len() / 2))
        .collect();
    near.sort();
    near.into_iter().take(MOST).map(|(_, seen)| seen).collect()
}

#[cfg(test)]
mod tests {
    use super::super::chunk::tests::{event, source};
    use super::super::ring::Ring;
    use super::*;
    use std::sync::Arc;

    fn snapshot(lines: &[&str]) -> Snapshot {
        let mut ring = Ring::new(1 << 24);
        let events: Vec<_> = lines.iter().map(|line| event(1, line)).collect();
        for chunk in Chunk::seal(&source("g"), &events) {
            ring.push(Arc::new(chunk));
        }
        ring.snapshot()
    }

    fn said(lines: &[&str], filter: &str) -> Vec<String> {
        let unknown = snapshot(lines).unknown(&Filter::parse(filter).unwrap());
        unknown.iter().map(Unknown::to_string).collect()
    }

    fn said_without_keeping(lines: &[&str], filter: &str) -> Vec<String> {
        let mut asked = Asked::of(&Filter::parse(filter).unwrap());
        for line in lines {
            for chunk in Chunk::seal(&source("g"), &[event(1, line)]) {
                asked.look(&chunk);
            }
        }
        asked.unknown().iter().map(Unknown::to_string).collect()
    }

    #[test]
    fn lines_that_nobody_keeps_tell_the_same() {
        let plain = ["plain"; 60];
        let lines = [&[LINE][..], &plain, &["{\"rare\":1}"]].concat();
        for filter in [
            "statuss>=500 shpo=a",
            "status>1 rare=1 visitor.role=G",
            "text",
            "level>=warn",
        ] {
            assert_eq!(
                said_without_keeping(&lines, filter),
                said(&lines, filter),
                "{filter}"
            );
        }
        assert_eq!(
            said_without_keeping(&lines, "statuss>=500"),
            ["No line has the field “statuss”; the nearest names: status"]
        );
        assert_eq!(said_without_keeping(&[], "statuss>=500"), [""; 0]);
    }

    const LINE: &str = r#"{"path":"/x","shop":"a","visitor":{"role":"G"},"status":200}"#;

    #[test]
    fn a_slip_of_the_finger_is_told_with_what_was_meant() {
        assert_eq!(
            said(&[LINE], "shpo=a statsu>=500"),
            [
                "No line has the field “shpo”; the nearest names: shop",
                "No line has the field “statsu”; the nearest names: status"
            ]
        );
        assert_eq!(
            said(&[LINE], "nothinglikeit=1"),
            ["No line has the field “nothinglikeit”"]
        );
    }

    #[test]
    fn what_any_line_has_is_known() {
        for filter in [
            "shop=a",
            "SHOP=a",
            "statusCode=1",
            "visitor.role=G",
            "group:g",
            "level>=warn",
            "text",
            "",
        ] {
            let lines = [LINE, "ERROR plain"];
            assert_eq!(said(&lines, filter), [""; 0], "{filter}");
        }
        assert_eq!(said(&[], "nothing=1"), [""; 0]);
    }

    #[test]
    fn a_field_of_one_line_in_thousands_is_known() {
        let mut lines = vec!["{\"a\":1}"; 5_000];
        lines[3_777] = "{\"rare\":1}";
        assert_eq!(said(&lines, "rare=1"), [""; 0]);
        assert_eq!(said(&lines, "level=info").len(), 1);
    }

    #[test]
    fn a_field_that_one_line_in_many_has_is_known() {
        let lines = [&["{\"path\":\"/a\"}"; 60][..], &["{\"method\":\"POST\"}"]].concat();
        assert_eq!(said(&lines, "method=POST time=1"), [""; 0]);
        assert_eq!(said(&["{\"path\":\"/a\"}"], "method=POST").len(), 1);
    }
}
