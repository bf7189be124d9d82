//! The `/` filter of lists: substring, `!` inverse, `col:value`; terms joined by space are AND.

use crate::domain::fault::{Fault, FaultKind};

/// One term of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Lower case; the column's name for `col:value`.
    pub column: Option<String>,
    /// Lower case.
    pub needle: String,
    pub inverse: bool,
}

/// A parsed filter; the empty one shows everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    source: String,
    terms: Vec<Term>,
}

impl Filter {
    /// Parses what the operator typed; `columns` are the names `col:` may take.
    pub fn parse(source: &str, columns: &[&str]) -> Result<Self, Fault> {
        let terms = source
            .split_whitespace()
            .map(|word| Self::term(word, columns))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            source: source.to_owned(),
            terms,
        })
    }

    fn term(word: &str, columns: &[&str]) -> Result<Term, Fault> {
        let (inverse, word) = word
            .strip_prefix('!')
            .map_or((false, word), |rest| (true, rest));
        let lower = word.to_lowercase();
        let Some((column, needle)) = lower
            .split_once(':')
            .filter(|(column, _)| !column.is_empty())
        else {
            return Ok(Term {
                column: None,
                needle: lower,
                inverse,
            });
        };
        if !columns.iter().any(|c| c.eq_ignore_ascii_case(column)) {
            return Err(Fault::new(
                FaultKind::Usage,
                format!("No column is called “{column}” here"),
            )
            .next(format!("Columns: {}", columns.join(", ").to_lowercase())));
        }
        Ok(Term {
            column: Some(column.to_owned()),
            needle: needle.to_owned(),
            inverse,
        })
    }

    /// What the operator typed.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it shows everything.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether a row passes; `cell` gives the text of a named column, or of the whole row for `None`.
    pub fn passes<'a>(
        &self,
        mut cell: impl FnMut(Option<&str>) -> std::borrow::Cow<'a, str>,
    ) -> bool {
        self.terms
            .iter()
            .all(|t| contains(&cell(t.column.as_deref()), &t.needle) != t.inverse)
    }
}

fn contains(hay: &str, lower_needle: &str) -> bool {
    if hay.is_ascii() && lower_needle.is_ascii() {
        let needle = lower_needle.as_bytes();
        return needle.is_empty()
            || hay
                .as_bytes()
                .windows(needle.len())
                .any(|w| w.eq_ignore_ascii_case(needle));
    }
    hay.to_lowercase().contains(lower_needle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn passes(filter: &str, name: &str, state: &str) -> bool {
        let filter = Filter::parse(filter, &["NAME", "STATE"]).expect("a filter");
        filter.passes(|column| match column {
            Some("name") => name.into(),
            Some(_) => state.into(),
            None => format!("{name} {state}").into(),
        })
    }

    #[test]
    fn all_terms_must_hold_and_an_exclamation_mark_turns_one_round() {
        assert!(passes("api act", "api", "ACTIVE"));
        assert!(!passes("api !act", "api", "ACTIVE"));
        assert!(passes("!batch", "api", "ACTIVE"));
        assert!(passes("", "api", "ACTIVE"));
    }

    #[test]
    fn a_column_is_looked_at_alone() {
        assert!(passes("state:act", "api", "ACTIVE"));
        assert!(!passes("name:act", "api", "ACTIVE"));
        assert!(passes("!name:act", "api", "ACTIVE"));
        assert!(passes(":x", "a:x", ""));
    }

    #[test]
    fn an_unknown_column_is_named_with_those_there_are() {
        let fault = Filter::parse("size:3", &["NAME", "STATE"]).expect_err("no such column");
        assert!(fault.line().as_str().contains("Columns: name, state"));
    }

    #[test]
    fn case_does_not_matter_beyond_ascii_either() {
        assert!(passes("Ä", "tränke", ""));
        assert!(!passes("ö", "tränke", ""));
    }

    proptest! {
        #[test]
        fn a_term_and_its_inverse_never_agree(needle in "[a-zA-Z0-9-]{1,5}", name in "[a-zA-Z0-9-]{0,12}") {
            prop_assert_ne!(passes(&needle, &name, ""), passes(&format!("!{needle}"), &name, ""));
        }
    }
}
