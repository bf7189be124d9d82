//! Filter patterns (aws-facts.md §4.4): terms, expressions in `%…%`, and JSON.

mod json;

use super::input::invalid;
use crate::sim::call::Refusal;
use json::Condition;
use regex::Regex;

/// A pattern, ready to be asked.
#[derive(Clone, Debug)]
pub enum Pattern {
    All,
    Terms(Terms),
    Json(Condition),
}

/// What must stand in a line, what of may, and what must not.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    all: Vec<Term>,
    any: Vec<Term>,
    none: Vec<Term>,
}

#[derive(Clone, Debug)]
enum Term {
    Text(String),
    Expression(Regex),
}

impl Term {
    fn holds(&self, line: &str) -> bool {
        match self {
            Self::Text(text) => memchr::memmem::find(line.as_bytes(), text.as_bytes()).is_some(),
            Self::Expression(expression) => expression.is_match(line),
        }
    }
}

impl Pattern {
    /// Reads a pattern, or refuses it as AWS does.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.len() > 1024 {
            return Err(invalid(
                "1 validation error detected: Value at 'filterPattern' failed to satisfy constraint: Member must have length less than or equal to 1024",
            ));
        }
        match text.trim() {
            "" | "\" \"" => Ok(Self::All),
            json if json.starts_with('{') => json::parse(json).map(Self::Json).ok_or_else(bad),
            columns if columns.starts_with('[') => Err(invalid(
                "Invalid filter pattern: the simulated account does not read space-delimited patterns",
            )),
            terms => Self::terms(terms),
        }
    }

    fn terms(text: &str) -> Result<Self, Refusal> {
        let mut terms = Terms::default();
        let mut rest = text;
        while !rest.is_empty() {
            let (into, term) = match rest.as_bytes().first() {
                Some(b'?') => (&mut terms.any, &rest[1..]),
                Some(b'-') => (&mut terms.none, &rest[1..]),
                _ => (&mut terms.all, rest),
            };
            let (term, after) = one_term(term)?;
            into.push(term);
            rest = after.trim_start();
        }
        // Terms that may stand there count only among themselves.
        if !terms.all.is_empty() {
            terms.any.clear();
        }
        Ok(Self::Terms(terms))
    }

    /// Whether a message fits.
    pub fn takes(&self, line: &str) -> bool {
        match self {
            Self::All => true,
            Self::Terms(terms) => terms.takes(line),
            Self::Json(condition) => serde_json::from_str(line)
                .is_ok_and(|value: serde_json::Value| value.is_object() && condition.holds(&value)),
        }
    }

    /// Whether it takes everything, unread.
    pub fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }
}

impl Terms {
    fn takes(&self, line: &str) -> bool {
        self.all.iter().all(|term| term.holds(line))
            && (self.any.is_empty() || self.any.iter().any(|term| term.holds(line)))
            && !self.none.iter().any(|term| term.holds(line))
    }
}

/// The first term and what follows it.
fn one_term(text: &str) -> Result<(Term, &str), Refusal> {
    if let Some(inner) = text.strip_prefix('"') {
        let (inner, rest) = inner.split_once('"').ok_or_else(bad)?;
        return Ok((Term::Text(inner.to_owned()), rest));
    }
    if let Some(inner) = text.strip_prefix('%') {
        let (inner, rest) = inner.split_once('%').ok_or_else(bad)?;
        return Ok((Term::Expression(bounded(inner).ok_or_else(bad)?), rest));
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (term, rest) = text.split_at(end);
    if term.is_empty() || !term.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return Err(invalid(format!("Invalid character(s) in term '{term}'")));
    }
    Ok((Term::Text(term.to_owned()), rest))
}

/// A regular expression that cannot grow out of hand.
fn bounded(text: &str) -> Option<Regex> {
    let mut builder = regex::RegexBuilder::new(text);
    builder.size_limit(1 << 18).build().ok()
}

fn bad() -> Refusal {
    invalid("Invalid filter pattern")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn takes(pattern: &str, line: &str) -> bool {
        Pattern::parse(pattern).unwrap().takes(line)
    }

    #[test]
    fn terms_are_joined_and_excluded_as_in_aws() {
        for (pattern, line, expected) in [
            ("", "x", true),
            ("ERROR", "an ERROR here", true),
            ("ERROR", "an error here", false),
            ("a b", "b and a", true),
            ("a b", "only b", false),
            ("?ERROR ?WARN", "WARN", true),
            ("?ERROR ?WARN", "INFO", false),
            ("x ?ERROR", "x", true),
            ("ERROR -timeout", "ERROR timeout", false),
            ("ERROR -timeout", "ERROR", true),
            ("\"out of memory\"", "now out of memory", true),
            ("-\"a b\"", "a b", false),
            ("%5[0-9]{2}%", "status 503", true),
            ("%5[0-9]{2}%", "status 200", false),
        ] {
            assert_eq!(takes(pattern, line), expected, "{pattern} on {line}");
        }
    }

    #[test]
    fn json_conditions_read_paths_numbers_and_wildcards() {
        let line = r#"{"a":{"b":[{"c":1},{"c":"x"}]},"status":503,"path":"/api/tasks","ok":true,"no":null}"#;
        for (pattern, expected) in [
            ("{ $.status = 503 }", true),
            ("{ $.status >= 500 && $.path = \"/api/*\" }", true),
            ("{ ($.status < 500) || ($.path = *tasks) }", true),
            ("{ $.status != 503 }", false),
            ("{ $.missing != 1 }", false),
            ("{ $.a.b[0].c = 1 }", true),
            ("{ $.a.b[1].c = \"x\" }", true),
            ("{ $.a.b[*].c = \"x\" }", true),
            ("{ $.no IS NULL }", true),
            ("{ $.ok IS TRUE }", true),
            ("{ $.ok IS FALSE }", false),
            ("{ $.gone NOT EXISTS }", true),
            ("{ $.path = * }", true),
            ("{ $.a = * }", false),
            ("{ $.path = %^/api% }", true),
            ("{ $.status = 5* }", true),
        ] {
            assert_eq!(takes(pattern, line), expected, "{pattern}");
        }
        assert!(!takes("{ $.a = * }", "no JSON") && !takes("{ $.a NOT EXISTS }", "[1]"));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for pattern in [
            "a.b",
            "\"open",
            "{ $.a }",
            "{ $.a = }",
            "{",
            "%(%",
            "[a, b]",
            "{ a = 1 }",
            "-",
            "{ $.a = 1 } x",
        ] {
            let refusal = Pattern::parse(pattern).unwrap_err();
            assert_eq!(refusal.code, "InvalidParameterException", "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_pattern_or_a_refusal(text in r#"[{}()\[\]$.a"%?&|=<>!* 0-9-]{0,40}"#, line in ".{0,20}") {
            if let Ok(pattern) = Pattern::parse(&text) {
                pattern.takes(&line);
            }
        }
    }
}
