//! Fields that a filter asks for and no line has: no error, for lines may still
//! come, but most likely a slip of the finger.

use super::field::Known;
use super::filter::Filter;
use super::line::{Facts, Part};
use super::needle::Needle;
use super::nested;
use super::parse::fields;
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
            let step = chunk.lines().len().div_ceil(LINES).max(1);
            for line in chunk.lines().iter().step_by(step) {
                names.extend(fields(chunk.clean(line)).map(|field| field.name.into_owned()));
            }
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
        let known = Known::of(name);
        let is_it = |seen: &String| {
            seen.eq_ignore_ascii_case(name) || known.is_some() && Known::of(seen) == known
        };
        if sample.iter().any(is_it) {
            return true;
        }
        match known {
            Some(known) => self.has_known(known),
            None => self.has_member(name),
        }
    }

    /// Whether the metadata of any line has it.
    fn has_known(&self, known: Known) -> bool {
        let has = |facts: &Facts| match known {
            Known::Level => facts.severity.is_some(),
            Known::Status => facts.status > 0,
            Known::Duration => facts.micros != Facts::NO_TIME,
            Known::Path => facts.path != Part::default(),
            Known::Trace => facts.trace != Part::default(),
            Known::Layer => facts.layer != Part::default(),
            Known::Time | Known::Method | Known::Message => false,
        };
        let mut lines = self.chunks.iter().flat_map(|chunk| chunk.lines());
        lines.any(|line| has(&line.facts))
    }

    /// Whether any line has it: first the text is searched for the name.
    fn has_member(&self, name: &str) -> bool {
        let needle = Needle::new(name.rsplit('.').next().unwrap_or(name));
        self.chunks.iter().any(|chunk| {
            let all = super::bits::Bits::all(chunk.lines().len());
            let named = super::filter::select::found(&needle, chunk, &all);
            named
                .iter()
                .any(|line| nested::has(chunk.clean(&chunk.lines()[line]), name))
        })
    }
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
    use super::super::chunk::Chunk;
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
}
