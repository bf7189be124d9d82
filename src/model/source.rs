//! A file of the operator's, and faults that point into it: file, line, column,
//! and the nearest name that would have been right.

use crate::domain::fault::{Fault, FaultKind};
use std::ops::Range;
use toml::de::DeTable;

/// A TOML file as it was read: its name for people, and its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The path as the operator would type it; `(built in)` for our own.
    pub name: String,
    pub text: String,
}

impl Source {
    /// A file that was read.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }

    /// `file:line:column` of a byte; both count from 1, columns in characters.
    pub fn place(&self, byte: usize) -> String {
        let before = self.text.get(..byte).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        format!("{}:{line}:{column}", self.name)
    }

    /// A fault that begins with the place of `span`.
    pub fn fault(&self, span: &Range<usize>, what: impl AsRef<str>) -> Fault {
        Fault::new(
            FaultKind::Usage,
            format!("{}: {}", self.place(span.start), what.as_ref()),
        )
    }

    /// The file as a table, or where it stops being TOML.
    pub fn parse(&self) -> Result<DeTable<'_>, Fault> {
        DeTable::parse(&self.text)
            .map(toml::Spanned::into_inner)
            .map_err(|error| self.not_toml(&error))
    }

    fn not_toml(&self, error: &toml::de::Error) -> Fault {
        let said = error.message().lines().collect::<Vec<_>>().join(", ");
        self.fault(
            &error.span().unwrap_or_default(),
            format!("this is not TOML ({said})"),
        )
        .means("Nothing of this file was taken")
    }
}

/// The name that was probably meant.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    known
        .into_iter()
        .map(|name| {
            (
                strsim::damerau_levenshtein(&given, &name.to_lowercase()),
                name,
            )
        })
        .filter(|(distance, name)| *distance <= name.len().div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The sentence that mends a misspelt name: the nearest one, else all of them.
pub fn did_you_mean<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(given, known.iter().copied()) {
        Some(name) => format!("Did you mean “{name}”?"),
        None => format!("Known: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let source = Source::new("a.toml", "x = 1\nö = y\n");
        assert_eq!(source.place(0), "a.toml:1:1");
        assert_eq!(source.place(source.text.find('y').unwrap()), "a.toml:2:5");
        assert_eq!(source.place(999), "a.toml:3:1");
    }

    #[test]
    fn broken_toml_is_refused_with_its_place() {
        let fault = Source::new("a.toml", "a = 1\nb = = 2\n")
            .parse()
            .unwrap_err();
        assert!(fault.what.as_str().starts_with("a.toml:2:"), "{fault}");
    }

    #[test]
    fn the_nearest_name_is_offered_and_far_ones_are_listed() {
        assert_eq!(
            did_you_mean("refesh", ["region", "refresh"]),
            "Did you mean “refresh”?"
        );
        assert_eq!(
            did_you_mean("xyzzy", ["region", "refresh"]),
            "Known: region, refresh"
        );
    }
}
